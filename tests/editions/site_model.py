"""A model of the site: what the rules of publishing say that readers must see."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

# What an edition takes from the working copy; `tag_ids` and `author_ids` are filled in by name.
CONTENT = ("id", "slug", "title", "excerpt", "featured", "published_at", "tag_ids", "author_ids")


@dataclass(slots=True)
class SiteModel:
    """Live posts by id, and tags and authors by id; nothing of it is read from the database."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, dict[str, Any]] = field(default_factory=dict)
    authors: dict[str, dict[str, Any]] = field(default_factory=dict)

    def publish(self, working_copy: dict[str, Any]) -> None:
        """Readers see the working copy as it is now."""
        self.posts[working_copy["id"]] = deepcopy({name: working_copy[name] for name in CONTENT})

    def withdraw(self, post_id: str) -> None:
        """Readers see nothing of it."""
        self.posts.pop(post_id, None)

    def merge(self, kind: str, old: str, into: str) -> None:
        """Every post that readers see names ``into`` in the place of ``old``, once."""
        link = f"{kind.removesuffix('s')}_ids"
        for post in self.posts.values():
            if into in post[link]:
                post[link] = [one for one in post[link] if one != old]
            post[link] = [into if one == old else one for one in post[link]]
        del getattr(self, kind)[old]

    def seen(self) -> dict[str, list[dict[str, Any]]]:
        """The three lists, in order, as far as the model knows them."""
        posts = sorted(self.posts.values(), key=lambda one: one["id"], reverse=True)
        posts.sort(key=lambda one: one["published_at"], reverse=True)
        return {
            "posts": [self._post(post) for post in posts],
            "tags": self._named(self.tags, "tag_ids"),
            "authors": self._named(self.authors, "author_ids"),
        }

    def _post(self, post: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in post.items() if not name.endswith("_ids")}
        return {
            **kept,
            # The posts of this model have no text that an excerpt could be made from.
            "excerpt": post["excerpt"] or "",
            "tags": [self.tags[one]["name"] for one in post["tag_ids"]],
            "authors": [self.authors[one]["name"] for one in post["author_ids"]],
        }

    def _named(self, named: dict[str, dict[str, Any]], link: str) -> list[dict[str, Any]]:
        return [
            {
                "id": one["id"],
                "slug": one["slug"],
                "name": one["name"],
                "post_count": sum(one["id"] in post[link] for post in self.posts.values()),
            }
            for one in sorted(named.values(), key=lambda one: (one["name"].casefold(), one["id"]))
        ]


def reduced(lists: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Public lists, cut down to what the model knows."""
    wanted = ("id", "slug", "title", "excerpt", "featured", "published_at")
    return {
        "posts": [
            {
                **{name: post[name] for name in wanted},
                "tags": [tag["name"] for tag in post["tags"]],
                "authors": [author["name"] for author in post["authors"]],
            }
            for post in lists["posts"]
        ],
        **{
            kind: [
                {name: one[name] for name in ("id", "slug", "name", "post_count")}
                for one in lists[kind]
            ]
            for kind in ("tags", "authors")
        },
    }
