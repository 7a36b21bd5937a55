"""What readers see: the posts that were published, the tags, and where former slugs lead."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from tests.live.newsroom.steps import Refused


@dataclass(frozen=True)
class Content:
    """What a post says. Tags are named by their handles, which outlive their names."""

    title: str
    slug: str
    body: str
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    def with_tag_merged(self, old: str, into: str) -> "Content":
        """The same with ``into`` in the place of ``old``, once."""
        if into in self.tags:
            return self.without_tag(old)
        return replace(self, tags=tuple(into if one == old else one for one in self.tags))

    def without_tag(self, tag: str) -> "Content":
        """The same without a tag."""
        return replace(self, tags=tuple(one for one in self.tags if one != tag))


@dataclass
class Edition:
    """A post as readers see it."""

    content: Content
    revision: int
    published_at: datetime


@dataclass
class Tag:
    """A tag; ``version`` counts its states."""

    name: str
    slug: str
    version: int = 1


@dataclass
class Site:
    """All that is public, by handle."""

    posts: dict[str, Edition] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    # Who had a slug last.
    post_slugs: dict[str, str] = field(default_factory=dict)
    tag_slugs: dict[str, str] = field(default_factory=dict)
    successors: dict[str, str] = field(default_factory=dict)
    made_tags: int = 0
    # How often something was shown or taken away.
    changes: int = 0

    def show(self, post: str, edition: Edition) -> None:
        """Let readers see it."""
        self.changes += 1
        self.posts[post] = edition
        self.post_slugs[edition.content.slug] = post

    def hide(self, post: str) -> None:
        """Take it from readers, if they see it."""
        self.changes += self.posts.pop(post, None) is not None

    def tag_named(self, name: str) -> str | None:
        """The handle of the tag with this name."""
        return next((one for one, tag in self.tags.items() if tag.name == name), None)

    def tag_at(self, slug: str) -> str | None:
        """The handle of the tag with this slug."""
        return next((one for one, tag in self.tags.items() if tag.slug == slug), None)

    def make_tag(self, name: str) -> str:
        """A new tag, live at once; gives its handle."""
        if self.tag_named(name):
            raise Refused(409, "tag_name_taken")
        self.changes += 1
        self.made_tags += 1
        handle = f"t{self.made_tags}"
        slugs = {tag.slug for tag in self.tags.values()}
        self.tags[handle] = Tag(name, numbered(slug_of(name), slugs))
        self.tag_slugs[self.tags[handle].slug] = handle
        return handle

    def change_tag(self, handle: str, name: str | None, slug: str | None) -> None:
        """Give it another name or slug."""
        tag, others = self.tags[handle], [t for one, t in self.tags.items() if one != handle]
        if name in {other.name for other in others}:
            raise Refused(409, "tag_name_taken")
        if slug in {other.slug for other in others}:
            raise Refused(409, "slug_taken")
        after = (name or tag.name, slug or tag.slug)
        if after == (tag.name, tag.slug):
            return
        self.changes += 1
        tag.name, tag.slug = after
        tag.version += 1
        self.tag_slugs[tag.slug] = handle

    def delete_tag(self, handle: str) -> None:
        """Show it no longer."""
        self.changes += 1
        del self.tags[handle]

    def merge_tag(self, old: str, into: str) -> None:
        """Let one tag take another's place in all that is shown."""
        self.delete_tag(old)
        self.successors[old] = into
        for edition in self.posts.values():
            if old in edition.content.tags:
                edition.content = edition.content.with_tag_merged(old, into)

    def tag_of_today(self, handle: str) -> Tag | None:
        """It, or the one that it was merged into."""
        while handle in self.successors:
            handle = self.successors[handle]
        return self.tags.get(handle)

    def answers(self) -> dict[str, tuple[int, str | None]]:
        """For each address that ever was: the status, and where it leads."""
        found = {}
        for slug, handle in self.post_slugs.items():
            edition = self.posts.get(handle)
            found[f"posts/{slug}"] = _led(slug, edition.content.slug if edition else None)
        for slug, handle in self.tag_slugs.items():
            tag = self.tag_of_today(handle)
            found[f"tags/{slug}"] = _led(slug, tag.slug if tag else None)
        return found

    def listed(self) -> list[dict[str, Any]]:
        """The list of posts, newest first."""
        newest = sorted(
            self.posts, key=lambda one: (self.posts[one].published_at, number_of(one)), reverse=True
        )
        return [{"post": one, **self.shown(self.posts[one].content)} for one in newest]

    def shown(self, content: Content) -> dict[str, Any]:
        """What readers see of a content, with the names of today."""
        return {
            "title": content.title,
            "slug": content.slug,
            "html": f"<p>{content.body}</p>\n" if content.body else "",
            "tags": [(self.tags[one].name, self.tags[one].slug) for one in content.tags],
            "authors": list(content.authors),
        }

    def listed_tags(self) -> list[tuple[str, str, int]]:
        """The list of tags: name, slug, number of posts."""
        return sorted(
            (tag.name, tag.slug, sum(one in e.content.tags for e in self.posts.values()))
            for one, tag in self.tags.items()
        )


def slug_of(text: str) -> str:
    """Of plain words."""
    return text.lower().replace(" ", "-")


def numbered(base: str, taken: set[str]) -> str:
    """``base``, or with the first number behind it that is free."""
    if base not in taken:
        return base
    return next(slug for n in count(2) if (slug := f"{base}-{n}") not in taken)


def number_of(handle: str) -> int:
    """The how-manieth it is."""
    return int(handle[1:])


def _led(slug: str, today: str | None) -> tuple[int, str | None]:
    if today is None:
        return 410, None
    return (200, None) if today == slug else (308, today)
