"""What tests of revisions do at an editor's desk."""

from typing import Any

from tests.callers import Caller

POSTS = "/api/v1/manage/posts"


def saved(by: Caller, post: dict[str, Any], *, autosave: bool = False, **values: Any) -> Any:
    """The answer to a change, whatever version the post has."""
    query = "?autosave=true" if autosave else ""
    answer = by.patch(f"{POSTS}/{post['id']}{query}", if_match="*", json=values)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def revisions(by: Caller, post: dict[str, Any]) -> list[dict[str, Any]]:
    """All revisions of a post, newest first."""
    listed: list[dict[str, Any]] = by.get(f"{POSTS}/{post['id']}/revisions").get_json()["data"]
    return listed


def revision(by: Caller, post: dict[str, Any], number: int) -> dict[str, Any]:
    """One revision."""
    answer = by.get(f"{POSTS}/{post['id']}/revisions/{number}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found
