"""The posts of a server, as their editors know them: by slug or id, with their past."""

import dataclasses
import re
import uuid
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from cms.commands.client.faults import NotFound
from cms.commands.client.remote import Remote, strange
from cms.commands.client.transport import Answer

_POSTS: Final = "/manage/posts"
_SLUG: Final = re.compile("(?=.{1,100}$)[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclasses.dataclass(frozen=True, slots=True)
class Post:
    """A managed post as one answer showed it."""

    id: str
    slug: str
    version: int
    etag: str
    fields: Mapping[str, Any]

    @property
    def status(self) -> str:
        """The working copy's status."""
        return str(self.fields.get("status"))

    @property
    def trashed(self) -> bool:
        """Whether it was deleted, and can still be brought back."""
        return self.status == "trashed"

    @property
    def live(self) -> bool:
        """Whether readers see this very version."""
        return self.status == "published" and not self.fields.get("has_unpublished_changes")


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

    def get(self, post_id: str) -> Post:
        """Return a post, or raise NotFound."""
        return _post(self._remote.send("GET", f"{_POSTS}/{post_id}"))

    def find(self, slug: str, **parameters: str) -> Post | None:
        """Return the post with this slug, if there is one that the user may see."""
        for entry in self._remote.entries(_POSTS, slug=slug, **parameters):
            if entry.get("slug") == slug:
                return self.get(str(entry.get("id")))
        return None

    def named(self, name: str, **parameters: str) -> Post:
        """Return the post with this id or slug, or raise NotFound."""
        post = self._with_id(name) or self._with_slug(name, **parameters)
        if post is None:
            where = " in the trash" if "status" in parameters else ""
            message = f"there is no post {name!r}{where} that you may see; cms posts list shows all"
            raise NotFound(message, status=404)
        return post

    def create(self, payload: dict[str, Any]) -> Post:
        """Create a post as a draft or in review; the server chooses a slug if none is given."""
        return _post(self._remote.send("POST", _POSTS, payload=payload))

    def change(self, post_id: str, payload: dict[str, Any], *, if_match: str) -> Post:
        """Save some fields of a post, or raise Stale."""
        path = f"{_POSTS}/{post_id}"
        return _post(self._remote.send("PATCH", path, payload=payload, if_match=if_match))

    def step(self, post: Post, step: str, payload: dict[str, Any] | None = None) -> Post:
        """Take a step with a post as it was seen, or raise Stale."""
        path = f"{_POSTS}/{post.id}/{step}"
        return _post(self._remote.send("POST", path, payload=payload, if_match=post.etag))

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
            return self.get(str(uuid.UUID(name)))
        except (ValueError, NotFound):
            return None

    def _with_slug(self, name: str, **parameters: str) -> Post | None:
        # The server says of anything else that it is no slug, which helps nobody.
        return self.find(name, **parameters) if _SLUG.fullmatch(name) else None


def _post(answer: Answer) -> Post:
    """Return the managed post that an answer shows."""
    data = answer.data or {}
    post_id, slug, version = data.get("id"), data.get("slug"), data.get("version")
    if not (isinstance(post_id, str) and isinstance(slug, str) and isinstance(version, int)):
        raise strange(_POSTS)
    if answer.etag is None:
        raise strange(_POSTS)
    return Post(post_id, slug, version, answer.etag, data)
