"""Every operation of the OpenAPI document, and every place in its body."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cms.foundation.http.edge import Edge
from tests.hostile.document import DOCUMENT, resolved

METHODS = ("get", "post", "put", "patch", "delete")
BULK = "change_posts"


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


def not_null(schema: dict[str, Any]) -> dict[str, Any]:
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

    def value(self, body: dict[str, Any]) -> Any:
        """What ``body`` has here."""
        at: Any = body
        for step in self.steps:
            at = at[step]
        return at

    def put(self, body: dict[str, Any], value: Any) -> dict[str, Any]:
        """A copy of ``body`` with ``value`` here."""
        changed = copy.deepcopy(body)
        *before, last = self.steps
        Place(tuple(before), {}).value(changed)[last] = value
        return changed


def places(schema: dict[str, Any], before: tuple[str | int, ...] = ()) -> Iterator[Place]:
    """Every member of a body, nested ones and the items of lists too."""
    for name, inner in schema.get("properties", {}).items():
        yield Place((*before, name), inner)
        part = not_null(inner)
        yield from places(part, (*before, name))
        if part.get("type") == "array":
            yield Place((*before, name, 0), part["items"])
            yield from places(part["items"], (*before, name, 0))


def document_of(app: Edge) -> dict[str, Any]:
    """The document that the application gives out now."""
    found: dict[str, Any] = json.loads(app.extensions["cms.api"].text())
    return found
