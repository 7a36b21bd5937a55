"""Things that tests need, made the way users make them."""

import itertools
from datetime import timedelta
from typing import Any

from cms.accounts.login import actions as login_actions
from cms.accounts.login import tokens
from cms.accounts.users import actions as user_actions
from cms.foundation import moments
from cms.foundation.database import new_id
from cms.foundation.http.edge import Edge
from cms.foundation.jobs import actions as jobs
from cms.foundation.jobs.models import Job
from tests.callers import Caller

PASSWORD = "correct horse battery"  # noqa: S105 - for tests
_numbers = itertools.count(1)


def a_caller(app: Edge, role: str, **values: Any) -> Caller:
    """Somebody of this role, logged in."""
    email = values.pop("email", f"{role}-{next(_numbers)}@example.org")
    now = moments.now()
    with app.database.transaction() as session:
        user = user_actions.create(
            session,
            app.extensions["cms.passwords"],
            {"email": email, "name": role.title(), "role": role, "password": PASSWORD, **values},
            by=None,
            now=now,
        )
        login = login_actions.open_login(session, user.id, lifetime=timedelta(days=1), now=now)
    with app.app_context():
        pair = tokens.issue(login)
    return Caller(app, pair["access_token"], user_id=str(user.id), email=email, password=PASSWORD)


def a_post(by: Caller, **values: Any) -> dict[str, Any]:
    """A post, a draft unless ``status`` says otherwise."""
    body = {"title": f"Post {next(_numbers)}", **values}
    answer = by.post("/api/v1/manage/posts", json=body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    created: dict[str, Any] = answer.get_json()
    return created


def a_published_post(by: Caller, **values: Any) -> dict[str, Any]:
    """A post that readers see."""
    return a_post(by, status="published", **values)


def a_tag(by: Caller, **values: Any) -> dict[str, Any]:
    """A tag."""
    answer = by.post("/api/v1/manage/tags", json={"name": f"Tag {next(_numbers)}", **values})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    created: dict[str, Any] = answer.get_json()
    return created


def an_author(by: Caller, **values: Any) -> dict[str, Any]:
    """An author."""
    answer = by.post("/api/v1/manage/authors", json={"name": f"Author {next(_numbers)}", **values})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    created: dict[str, Any] = answer.get_json()
    return created


def a_key(by: Caller, *permissions: str, **values: Any) -> Caller:
    """A personal key of somebody who is logged in."""
    body = {"name": f"Key {next(_numbers)}", "permissions": permissions, **values}
    answer = by.post("/api/v1/auth/keys", json=body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return _through(by, answer.get_json())


def a_service_key(by: Caller, role: str, **values: Any) -> Caller:
    """A key of the site."""
    body = {"name": f"Service {next(_numbers)}", "role": role, **values}
    answer = by.post("/api/v1/manage/keys", json=body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return _through(by, answer.get_json())


def _through(by: Caller, made: dict[str, Any]) -> Caller:
    return Caller(
        by.app,
        made["secret"],
        user_id=made["user"]["id"],
        email=by.email,
        password=by.password,
        key_id=made["id"],
    )


def a_failed_job(app: Edge) -> Job:
    """A job of a kind that nobody does, which failed once."""
    now = moments.now()
    with app.database.transaction() as session:
        job = jobs.enqueue(session, "nothing", new_id(), due_at=now, now=now)
        jobs.fail(session, job, "It failed.", attempt=1, now=now)
    return job


def tag_of(resource: dict[str, Any], by: Caller, kind: str) -> str:
    """The present ETag of a managed resource."""
    answer = by.get(f"/api/v1/manage/{kind}/{resource['id']}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.headers["ETag"]


def edited(
    by: Caller, resource: dict[str, Any], kind: str = "posts", **values: Any
) -> dict[str, Any]:
    """A resource after a change, whatever version it has now."""
    answer = by.patch(f"/api/v1/manage/{kind}/{resource['id']}", if_match="*", json=values)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    changed: dict[str, Any] = answer.get_json()
    return changed


def published(by: Caller, post: dict[str, Any]) -> dict[str, Any]:
    """A post after it was published as it is now."""
    return _moved(by, post, "publish")


def unpublished(by: Caller, post: dict[str, Any]) -> dict[str, Any]:
    """A post after it was taken from readers."""
    return _moved(by, post, "unpublish")


def scheduled(by: Caller, post: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A post with a schedule."""
    return _moved(by, post, "schedule", json=values)


def unscheduled(by: Caller, post: dict[str, Any]) -> dict[str, Any]:
    """A post whose schedule was taken back."""
    return _moved(by, post, "unschedule")


def restored(by: Caller, post: dict[str, Any]) -> dict[str, Any]:
    """A post that is out of the trash again."""
    return _moved(by, post, "restore")


def deleted(by: Caller, resource: dict[str, Any], kind: str = "posts") -> None:
    """Delete a resource, whatever version it has now."""
    answer = by.delete(f"/api/v1/manage/{kind}/{resource['id']}", if_match="*")
    assert answer.status_code == 204, answer.get_data(as_text=True)


def _moved(by: Caller, post: dict[str, Any], verb: str, **options: Any) -> dict[str, Any]:
    answer = by.post(f"/api/v1/manage/posts/{post['id']}/{verb}", if_match="*", **options)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    moved: dict[str, Any] = answer.get_json()
    return moved
