"""Every address of the application, taken from its URL map."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.routing import BaseConverter, Rule, UUIDConverter

from cms.foundation.http.converters import HIGHEST_NUMBER, Number, Slug
from cms.foundation.http.edge import Edge


@dataclass(frozen=True, slots=True)
class Address:
    """One method of one rule, with something that fits in each gap."""

    method: str
    path: str
    rule: str
    view: Any

    @property
    def access(self) -> str | None:
        """Who may call it, as its view declares."""
        declared: str | None = getattr(self.view, "access", None)
        return declared

    @property
    def name(self) -> str:
        """Its function, which is also its operationId."""
        return str(self.view.__name__)

    def __str__(self) -> str:
        """As a reader of a failed test wants to see it."""
        return f"{self.method} {self.rule}"


def addresses(app: Edge, **known: str) -> list[Address]:
    """All of them, HEAD included; a gap called ``post_id`` is filled with ``known["post_id"]``.

    A gap that nothing is known for gets a value that fits and that nothing has.
    """
    return list(_addresses(app, known))


def operations(app: Edge) -> list[Address]:
    """What the OpenAPI document describes: one for each method that is not automatic."""
    return [one for one in addresses(app) if one.access is not None and one.method != "HEAD"]


def _addresses(app: Edge, known: dict[str, str]) -> Iterator[Address]:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        path = _fill(app, rule, known)
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield Address(method, path, rule.rule, view)


def _fill(app: Edge, rule: Rule, known: dict[str, str]) -> str:
    values: dict[str, Any] = {
        name: known.get(f"{rule.endpoint}.{name}") or known.get(name) or _nobody(converter)
        for name, converter in rule._converters.items()  # noqa: SLF001 - no public way to them
    }
    for name, converter in rule._converters.items():  # noqa: SLF001
        if isinstance(converter, UUIDConverter):
            values[name] = uuid.UUID(values[name])
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def _nobody(converter: BaseConverter) -> str:
    if isinstance(converter, UUIDConverter):
        return str(uuid.uuid4())
    if isinstance(converter, Number):
        return str(HIGHEST_NUMBER)
    return "nobody-has-this" if isinstance(converter, Slug) else "nothing"
