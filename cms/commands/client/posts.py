"""The posts of a server, as their editors know them: by slug or id, with their past."""

import re
import uuid
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from cms.commands.client.faults import NotFound
from cms.commands.client.remote import Post, Remote, post_of

_POSTS: Final = "/manage/posts"
_SLUG: Final = re.compile("(?=.{1,100}$)[a-z0-9]+(?:-[a-z0-9]+)*")


class Posts:
    """What can be asked of posts, and done to them."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def matching(self, most: int | None, **parameters: str | None) -> list[Mapping[str, Any]]:
        """Return the first ``most`` posts that fit, newest first."""
        stated = {name: value for name, value in parameters.items() if value is not None}
        if most is not None:
            stated["limit"] = str(min(most, 100))
        return list(islice(self._remote.entries(_POSTS, **stated), most))

    def named(self, name: str, **parameters: str) -> Post:
        """Return the post with this id or slug, or raise NotFound."""
        post = self._with_id(name) or self._with_slug(name, **parameters)
        if post is None:
            where = " in the trash" if "status" in parameters else ""
            message = f"there is no post {name!r}{where} that you may see; cms posts list shows all"
            raise NotFound(message, status=404)
        return post

    def step(self, post: Post, step: str, payload: dict[str, Any] | None = None) -> Post:
        """Take a step with a post as it was seen, or raise Stale."""
        path = f"{_POSTS}/{post.id}/{step}"
        return post_of(self._remote.send("POST", path, payload=payload, if_match=post.etag))

    def delete(self, post: Post, *, purge: bool = False) -> None:
        """Delete a post as it was seen, or raise Stale."""
        parameters = {"purge": "true"} if purge else None
        path = f"{_POSTS}/{post.id}"
        self._remote.send("DELETE", path, parameters=parameters, if_match=post.etag)

    def findings(self, post: Post) -> list[dict[str, Any]]:
        """Return what the content checks find."""
        found = self._remote.send("GET", f"{_POSTS}/{post.id}/checks").data.get("data")
        return [one for one in found or () if isinstance(one, dict)]

    def revisions(self, post: Post) -> Iterator[Mapping[str, Any]]:
        """Yield the states that a post was saved in, newest first."""
        return self._remote.entries(f"{_POSTS}/{post.id}/revisions")

    def compare(self, post: Post, number: int, to: int | None) -> dict[str, Any]:
        """Return what differs from one revision to another, or to what the post says now."""
        parameters = None if to is None else {"to": str(to)}
        path = f"{_POSTS}/{post.id}/revisions/{number}/diff"
        return dict(self._remote.send("GET", path, parameters=parameters).data)

    def _with_id(self, name: str) -> Post | None:
        try:
            return self._remote.get_post(str(uuid.UUID(name)))
        except (ValueError, NotFound):
            return None

    def _with_slug(self, name: str, **parameters: str) -> Post | None:
        # The server says of anything else that it is no slug, which helps nobody.
        if not _SLUG.fullmatch(name):
            return None
        found = self._remote.entries(_POSTS, slug=name, **parameters)
        entry = next((one for one in found if one.get("slug") == name), None)
        return None if entry is None else self._remote.get_post(str(entry.get("id")))
