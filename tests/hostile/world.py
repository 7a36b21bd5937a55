"""One of each kind of thing, and for each operation a request that it accepts."""

import itertools
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.hostile.operations import BULK, Operation, not_null

WITHOUT_LOGIN = "log_in"
WITH_REFRESH_TOKEN = "refresh_tokens"  # noqa: S105 - the name of an operation
# What was accepted once is not accepted again in the same world.
SPENT = {"change_password", "accept_invitation", "reset_password"}
# Values of the query parameters that an operation cannot do without.
REQUIRED = {"since": "0"}
# Moments that must be in the future; others must not.
FUTURE = {"publish_at": "2090-02-28T12:00:00Z", "unpublish_at": "2091-02-28T12:00:00Z"}
_numbers = itertools.count(1)


@dataclass(slots=True)
class Request:
    """A request that is accepted as it stands; attacks change one thing in a copy."""

    operation: Operation
    path: str
    token: str | None
    headers: dict[str, str]
    body: Any = None
    query: tuple[str, ...] = ()

    def sent(self, by: Caller, **changes: Any) -> Any:
        """Send it with ``changes``; ``data`` replaces the whole body."""
        headers = {**self.headers, **changes.pop("headers", {})}
        data = changes.pop("data", None)
        if data is None and self.body is not None:
            data = json.dumps(changes.pop("body", self.body)).encode()
        path = changes.pop("path", self.path)
        query = changes.pop("query", "")
        # What it cannot be asked without, unless that is what changes.
        parts = [one for one in self.query if not query.startswith(one.partition("=")[0])]
        query = "&".join([*parts, *([query] if query else [])])
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        by.token = None
        return by.request(
            self.operation.method,
            path + (f"?{query}" if query else ""),
            headers={name: value for name, value in headers.items() if value is not None},
            data=data,
            **changes,
        )


class World:
    """One of each kind of thing, and somebody who may do everything to it."""

    def __init__(self, app: Edge) -> None:
        """Make them."""
        self.app = app
        self.admin = factories.a_caller(app, "admin")
        token = self.admin.token
        assert token is not None
        self.token = token
        self.victim = factories.a_caller(app, "editor")
        self.author = factories.an_author(self.admin)
        self.tag = factories.a_tag(self.admin)
        self.post = factories.a_published_post(
            self.admin, authors=[self.author["slug"]], tag_ids=[self.tag["id"]]
        )
        # A published post could not take each status, nor each step.
        self.draft = factories.a_post(self.admin)
        submitted = factories.a_post(self.admin, status="in_review")
        trashed = factories.a_post(self.admin)
        factories.deleted(self.admin, trashed)
        self.standing = {
            "edit_post": self.draft,
            "schedule_post": factories.a_post(self.admin),
            "unschedule_post": factories.scheduled(
                self.admin, factories.a_post(self.admin), publish_at=FUTURE["publish_at"]
            ),
            "submit_post": self.draft,
            "send_back_post": submitted,
            "approve_post": submitted,
            "restore_post": trashed,
        }
        comments = f"/api/v1/manage/posts/{self.post['id']}/comments"
        self.comment = self.admin.post(comments, json={"text": "Said"}).get_json()
        # In use, an author or tag could not be deleted.
        self.unused = {
            "author_id": factories.an_author(self.admin)["id"],
            "tag_id": factories.a_tag(self.admin)["id"],
        }
        address = f"/api/v1/manage/posts/{self.post['id']}/preview-links"
        self.link = self.admin.post(address).get_json()
        self.key = factories.a_key(self.admin, "posts:write")
        self.job_id = str(factories.a_failed_job(app).id)
        self.links = self._links()
        pair = self.admin.post(
            "/api/v1/auth/login",
            json={"email": self.admin.email, "password": self.admin.password},
        ).get_json()
        self.refresh_token = pair["refresh_token"]

    @property
    def ids(self) -> dict[str, str]:
        """An id of each kind, by the name of its path parameter."""
        return {
            "post_id": self.post["id"],
            "user_id": self.victim.user_id,
            "key_id": str(self.key.key_id),
            "comment_id": self.comment["id"],
            "part": "posts-1",
            "job_id": self.job_id,
            "number": "1",
            "link_id": self.link["id"],
            "token": self.link["token"],
            **self.unused,
        }

    def request(self, operation: Operation) -> Request:
        """A request that ``operation`` accepts."""
        path = operation.path
        for name in operation.path_parameters:
            path = path.replace("{" + name + "}", self._target(operation, name))
        headers = {}
        if operation.body_type:
            headers["Content-Type"] = operation.body_type
        if operation.needs_precondition:
            headers["If-Match"] = "*"
        token = None if "/manage/" not in path and "/auth/" not in path else self.token
        if operation.name == WITHOUT_LOGIN:
            token = None
        if operation.name == WITH_REFRESH_TOKEN:
            token = self.refresh_token
        body = self.body(operation) if operation.body_type else None
        query = tuple(f"{name}={REQUIRED[name]}" for name in operation.required)
        return Request(operation, path, token, headers, body, query)

    def _links(self) -> dict[str, str]:
        """A token for each operation that uses one up."""
        email = f"invited-{next(_numbers)}@example.org"
        made = {
            "accept_invitation": self.admin.post(
                "/api/v1/manage/invitations", json={"email": email, "role": "author"}
            ),
            "reset_password": self.admin.post(
                f"/api/v1/manage/users/{self.victim.user_id}/invitation"
            ),
        }
        return {name: answer.get_json()["link"].split("#")[1] for name, answer in made.items()}

    def _target(self, operation: Operation, name: str) -> str:
        if name == "slug":
            named = {"posts": self.post, "authors": self.author, "tags": self.tag}
            (kind,) = set(operation.path.split("/")) & set(named)
            return str(named[kind]["slug"])
        if name == "post_id" and operation.name in self.standing:
            return str(self.standing[operation.name]["id"])
        return self.ids[name]

    def body(self, operation: Operation, only: str | None = None) -> dict[str, Any]:
        """What is required, and the member ``only``."""
        if operation.name == BULK:
            return {"operations": [{"action": "publish", "id": self.draft["id"], "etag": "*"}]}
        schema = operation.body_schema
        wanted = [*schema.get("required", ()), *([only] if only else ())]
        body = {name: self.sample(name, schema["properties"][name]) for name in wanted}
        if operation.name == "schedule_post":
            # An empty one says nothing, though no single member is required.
            body.setdefault("publish_at", FUTURE["publish_at"])
        if "token" in body:
            body["token"] = self.links[operation.name]
        if "into" in body:
            body["into"] = (self.tag if operation.name == "merge_tag" else self.author)["id"]
        return body

    def sample(self, name: str, schema: dict[str, Any]) -> Any:
        """A value that the member ``name`` may have."""
        known = {
            "email": self.admin.email,
            "password": self.admin.password,
            "current_password": self.admin.password,
        }
        schema = not_null(schema)
        if name in known and "format" not in schema:
            return known[name]
        match schema:
            case {"enum": choices}:
                # Of permissions, one that every role has and every key may have.
                return "posts:write" if "posts:write" in choices else choices[0]
            case {"type": "object"}:
                return {key: self.sample(key, inner) for key, inner in schema["properties"].items()}
            case {"type": "array"}:
                return [self.sample(name, schema["items"])]
            case {"type": "boolean" | "integer"}:
                return schema.get("minimum", True)
        return self._text(name, schema)

    def _text(self, name: str, schema: dict[str, Any]) -> str:
        if schema.get("format") == "email":
            return f"somebody-{next(_numbers)}@example.org"
        if schema.get("format") == "uuid":
            ids = {"author_ids": self.author["id"], "tag_ids": self.tag["id"]}
            return str(ids.get(name, self.victim.user_id))
        if schema.get("format") == "date-time":
            tomorrow = moments.spell(moments.now() + timedelta(days=1))
            future = {"expires_at": tomorrow, **FUTURE}
            return future.get(name, "2020-02-29T12:00:00Z")
        if schema.get("format") == "uri-reference":
            return "https://example.org/a"
        if name == "authors":
            return str(self.author["slug"])
        text = f"sample-{next(_numbers)}"
        return text + "-and-longer" if schema.get("minLength", 0) > len(text) else text
