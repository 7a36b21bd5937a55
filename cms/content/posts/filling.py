"""Putting what a request says into a post."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cms.accounts.permissions import Caller
from cms.content.authors import queries as author_queries
from cms.content.authors.models import Author
from cms.content.posts.models import Post, PostAuthor, PostTag
from cms.content.tags import actions as tag_actions
from cms.content.tags import queries as tag_queries
from cms.content.tags.models import Tag
from cms.foundation import texts
from cms.foundation.errors import Fault, Forbidden, Unprocessable

PLAIN = ("excerpt", "body", "featured")
NO_SEO: dict[str, Any] = {"title": None, "description": None, "canonical_url": None}


@dataclass(slots=True)
class Names:
    """The authors and tags that a request names; ``None``: it says nothing about them."""

    authors: list[Author] | None
    tags: list[Tag] | None
    created_tags: list[Tag]


def resolve(session: Session, values: dict[str, Any], *, by: Caller, now: datetime) -> Names:
    """Whom and what ``values`` name; tags that are missing are created, if ``by`` may.

    Raises ``Unprocessable`` for those that do not exist.
    """
    authors, tags, created = None, None, list[Tag]()
    if "author_ids" in values:
        authors = known(values, "author_ids", author_queries.by_ids(session, values["author_ids"]))
    elif "authors" in values:
        authors = known(values, "authors", author_queries.by_slugs(session, values["authors"]))
    if "tag_ids" in values:
        tags = known(values, "tag_ids", tag_queries.by_ids(session, values["tag_ids"]))
    elif "tags" in values:
        tags, created = tag_actions.named(session, values["tags"], by=by, now=now)
    return Names(authors, tags, created)


def fill(post: Post, values: dict[str, Any], names: Names, *, by: Caller, now: datetime) -> None:
    """Put ``values`` into the post. Raises ``Forbidden`` where that leaves what ``by`` reaches."""
    for name in PLAIN:
        if name in values:
            setattr(post, name, values[name])
    if "title" in values:
        post.title = values["title"]
        post.title_key = texts.folded(values["title"])
    if "published_at" in values:
        post.published_at = values["published_at"] or post.first_published_at
        if post.published_at is not None and post.published_at > now:
            message = "Must not be in the future."
            raise Unprocessable(message, errors=[Fault("#/published_at", message)])
    if "cover" in values:
        post.cover = _merged_cover(post.cover, values["cover"])
    if "seo" in values:
        post.seo = {**post.seo, **values["seo"]} if values["seo"] is not None else dict(NO_SEO)
    if names.authors is not None:
        _credit(post, names.authors)
    if names.tags is not None:
        _file(post, names.tags)
    _stay_within_reach(by, post)


def _merged_cover(
    current: dict[str, Any] | None, change: dict[str, Any] | None
) -> dict[str, Any] | None:
    """RFC 7396: null removes the whole, an object changes the members it names."""
    if change is None:
        return None
    merged = {"url": None, "alt": None, "caption": None, **(current or {}), **change}
    if merged["url"] is None:
        message = "A cover needs a url."
        raise Unprocessable(message, errors=[Fault("#/cover/url", message)])
    return {**merged, "alt": merged["alt"] or ""}


def known(values: dict[str, Any], name: str, found: dict[Any, Any]) -> list[Any]:
    """What was asked for, in order and once each; a fault for each that does not exist."""
    faults = [
        Fault(f"#/{name}/{index}", f"There is none {str(wanted)!r}.")
        for index, wanted in enumerate(values[name])
        if wanted not in found
    ]
    if faults:
        raise Unprocessable(f"{name}: {faults[0].detail}", errors=faults)
    return [found[wanted] for wanted in dict.fromkeys(values[name])]


def _credit(post: Post, authors: list[Author]) -> None:
    kept = {byline.author_id: byline for byline in post.bylines}
    post.bylines = [
        kept.get(author.id) or PostAuthor(author_id=author.id, author=author) for author in authors
    ]
    for position, byline in enumerate(post.bylines):
        byline.position = position


def _file(post: Post, tags: list[Tag]) -> None:
    kept = {filing.tag_id: filing for filing in post.filings}
    post.filings = [kept.get(tag.id) or PostTag(tag_id=tag.id, tag=tag) for tag in tags]
    for position, filing in enumerate(post.filings):
        filing.position = position


def announce(session: Session, names: Names, *, by: Caller, now: datetime) -> None:
    """Let readers see the tags that were created. Last in an action: it takes a version."""
    for tag in names.created_tags:
        tag_actions.announce(session, tag, by=by, now=now)


def _stay_within_reach(by: Caller, post: Post) -> None:
    """A key that is limited to tags finds no other posts; here it makes none out of one."""
    if by.tag_ids is not None and by.tag_ids.isdisjoint(post.tag_ids):
        message = "This key writes posts with certain tags only: the post must have one of them."
        raise Forbidden(message, tag_ids=sorted(map(str, by.tag_ids)))
