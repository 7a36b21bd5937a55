"""Every operation of the OpenAPI document, with a request that it accepts."""

import copy
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from cms.foundation import moments
from cms.foundation.http import openapi
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.hostile.document import DOCUMENT, resolved

METHODS = ("get", "post", "put", "patch", "delete")
WITHOUT_LOGIN = "log_in"
WITH_REFRESH_TOKEN = "refresh_tokens"  # noqa: S105 - the name of an operation
BULK = "change_posts"
# What was accepted once is not accepted again in the same world.
SPENT = {"change_password", "accept_invitation", "reset_password"}
# Values of the query parameters that an operation cannot do without.
REQUIRED = {"since": "0"}
# Moments that must be in the future; others must not.
FUTURE = {"publish_at": "2090-02-28T12:00:00Z", "unpublish_at": "2091-02-28T12:00:00Z"}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, as the document describes it."""

    name: str
    method: str
    path: str
    parameters: tuple[dict[str, Any], ...]
    body_type: str | None
    body_schema: dict[str, Any] = field(hash=False)

    def __str__(self) -> str:
        """For test ids."""
        return self.name

    def named(self, where: str) -> dict[str, dict[str, Any]]:
        """The schemas of its parameters in ``where``."""
        return {p["name"]: p["schema"] for p in self.parameters if p["in"] == where}

    @property
    def required(self) -> list[str]:
        """The names of the query parameters that it needs."""
        return [p["name"] for p in self.parameters if p["in"] == "query" and p.get("required")]

    @property
    def needs_precondition(self) -> bool:
        """Whether it wants If-Match."""
        return "If-Match" in self.named("header")

    @property
    def path_parameters(self) -> list[str]:
        """The placeholders in its path."""
        return list(self.named("path"))


@cache
def operations() -> tuple[Operation, ...]:
    """All of them."""
    return tuple(_read())


def with_body() -> list[Operation]:
    """Those that take one whose members stand for themselves.

    What a member of a bulk may be depends on others: tests/content/test_bulk.py.
    """
    return [one for one in operations() if one.body_type and one.name != BULK]


def with_path() -> list[Operation]:
    """Those whose address names something."""
    return [operation for operation in operations() if operation.path_parameters]


def _read() -> Iterator[Operation]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            described = item[method]
            content = described.get("requestBody", {}).get("content", {})
            body_type = next(iter(content), None)
            yield Operation(
                described["operationId"],
                method.upper(),
                path,
                (*item.get("parameters", ()), *described.get("parameters", ())),
                body_type,
                resolved(content[body_type]["schema"]) if body_type else {},
            )


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
        schema = _not_null(schema)
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


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The part of a schema that is not null."""
    if "anyOf" in schema:
        return next(one for one in schema["anyOf"] if one.get("type") != "null")
    if isinstance(schema.get("type"), list):
        return {**schema, "type": next(one for one in schema["type"] if one != "null")}
    return schema


@dataclass(frozen=True, slots=True)
class Place:
    """A value inside of a body, by its path."""

    steps: tuple[str | int, ...]
    schema: dict[str, Any] = field(hash=False)

    @property
    def top(self) -> str:
        """The member of the body that it is in."""
        return str(self.steps[0])

    def put(self, body: dict[str, Any], value: Any) -> dict[str, Any]:
        """A copy of ``body`` with ``value`` here."""
        changed = copy.deepcopy(body)
        at: Any = changed
        for step in self.steps[:-1]:
            at = at[step]
        at[self.steps[-1]] = value
        return changed


def places(schema: dict[str, Any], before: tuple[str | int, ...] = ()) -> Iterator[Place]:
    """Every member of a body, nested ones and the items of lists too."""
    for name, inner in schema.get("properties", {}).items():
        yield Place((*before, name), inner)
        part = _not_null(inner)
        yield from places(part, (*before, name))
        if part.get("type") == "array":
            yield Place((*before, name, 0), part["items"])
            yield from places(part["items"], (*before, name, 0))


def document_of(app: Edge) -> dict[str, Any]:
    """The document that the application gives out now."""
    found: dict[str, Any] = json.loads(openapi.text(app.extensions["cms.api"].spec))
    return found
