"""Clients for tests: every answer they get is checked against the OpenAPI document."""

import json
import re
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

from cms.foundation.http.edge import Edge

# Answers that belong to no operation: unknown addresses and methods.
OUTSIDE = {404, 405}
PAGES = ("/docs", "/openapi", "/password")


class Contract:
    """The OpenAPI document, as something an answer can break."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Compile the paths."""
        document["components"]["schemas"] = _closed(document["components"]["schemas"])
        self.document = document
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self.registry: Registry[Any] = Registry().with_resource("urn:document", resource)
        self.paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$"), operations)
            # An address without gaps comes before one that has some.
            for path, operations in sorted(
                document["paths"].items(), key=lambda pair: pair[0].count("{")
            )
        ]

    def check(self, method: str, path: str, answer: TestResponse) -> None:
        """Fail for a status, media type or body that the document does not promise."""
        operation = self.operation(method, path)
        if operation is None:
            assert answer.status_code in OUTSIDE or path.startswith(PAGES)
            return
        where = f"{method} {path} -> {answer.status_code}"
        documented = operation["responses"].get(str(answer.status_code))
        assert documented is not None, f"{where} is not documented: {answer.get_data(as_text=True)}"
        content = documented.get("content", {})
        if not answer.get_data() or method == "HEAD":
            return
        assert answer.mimetype in content, f"{where}: {answer.mimetype} is not documented"
        if "json" not in str(answer.mimetype).partition("/")[2].split("+"):
            return
        validator = Draft202012Validator(
            _absolute(content[answer.mimetype]["schema"]), registry=self.registry
        )
        is_json = str(answer.mimetype).endswith("json")
        shown = answer.get_json(force=True) if is_json else answer.get_data(as_text=True)
        errors = [error.message for error in validator.iter_errors(shown)]
        assert not errors, f"{where}: {errors}"

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """What the document says of a request."""
        name = "get" if method == "HEAD" else method.lower()
        for pattern, operations in self.paths:
            if pattern.match(path):
                found: dict[str, Any] | None = operations.get(name)
                return found
        return None


@cache
def contract_of(app: Edge) -> Contract:
    """The contract of an application."""
    return Contract(json.loads(app.extensions["cms.api"].text()))


class ContractClient:
    """Sends requests into the application; checks each answer."""

    def __init__(self, app: Edge, token: str | None = None) -> None:
        """``token`` goes along as Bearer."""
        self.app = app
        self.token = token
        self._client: FlaskClient = app.test_client(use_cookies=False)

    def request(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send one request."""
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if "if_match" in options:
            headers["If-Match"] = options.pop("if_match")
        answer = self._client.open(path, method=method, headers=headers, **options)
        contract_of(self.app).check(method, path.partition("?")[0], answer)
        return answer

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        """POST."""
        return self.request("POST", path, **options)

    def patch(self, path: str, **options: Any) -> TestResponse:
        """PATCH."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        """DELETE."""
        return self.request("DELETE", path, **options)


class Caller(ContractClient):
    """Somebody who is logged in, or has a key."""

    def __init__(
        self,
        app: Edge,
        token: str,
        *,
        user_id: str,
        email: str,
        password: str,
        key_id: str | None = None,
    ) -> None:
        """As ``user_id``."""
        super().__init__(app, token)
        self.key_id = key_id
        self.user_id = user_id
        self.email = email
        self.password = password


def _closed(schema: Any) -> Any:
    """The same schema, but a member that it does not name is an error.

    Clients must let such members pass; a test must not: it could be a leak. Problems are open by
    their nature (RFC 9457, 3.2).
    """
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    properties = schema.get("properties")
    if isinstance(properties, dict) and "instance" not in properties:
        closed.setdefault("additionalProperties", False)
    return closed


def _absolute(schema: Any) -> Any:
    """The same schema with its references into the document."""
    if isinstance(schema, dict):
        return {
            key: f"urn:document{value}" if key == "$ref" else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(item) for item in schema] if isinstance(schema, list) else schema
