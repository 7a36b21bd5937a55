"""The OpenAPI document says what the code does, with examples that are true."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from cms.app import create_app
from cms.foundation.http.edge import Edge
from cms.foundation.settings import Settings
from tests.foundation.addresses import addresses, operations

ROOT = Path(__file__).parents[2]
UNEDITABLE = {
    *("create_key", "create_service_key", "create_preview_link", "create_comment"),
    "invite_user",
}
Operation = tuple[str, dict[str, Any]]


def _document(app: Edge) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(app.extensions["cms.api"].text())
    return document


def _operations(app: Edge) -> Iterator[Operation]:
    for path, item in _document(app)["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield f"{method.upper()} {path}", operation


def _in_openapi(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def test_the_committed_document_is_what_the_code_says(app: Edge) -> None:
    committed = (ROOT / "openapi" / "openapi.json").read_text("utf-8")

    assert committed == app.extensions["cms.api"].text(), "run: cms openapi write"


def test_the_served_document_is_the_committed_one(app: Edge) -> None:
    served = app.test_client().get("/openapi.json")

    assert served.get_data(as_text=True) == (ROOT / "openapi" / "openapi.json").read_text("utf-8")


def test_several_who_ask_for_the_document_at_once_are_given_the_same(settings: Settings) -> None:
    app = create_app(settings)

    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(app.test_client().get, "/openapi.json") for _ in range(4)]
        answers = {one.result().get_data(as_text=True) for one in asked}

    assert answers == {(ROOT / "openapi" / "openapi.json").read_text("utf-8")}


def test_every_route_that_declares_access_is_described_and_nothing_else(app: Edge) -> None:
    routes = {f"{one.method} {_in_openapi(one.rule)}": one for one in operations(app)}
    described = dict(_operations(app))

    assert len(routes) >= 35
    assert set(routes) == set(described)
    for where, one in routes.items():
        assert described[where]["operationId"] == one.name, where
        assert described[where]["x-permission"] == one.access, where
        is_public = one.access == "public"
        assert described[where]["security"] == ([] if is_public else [{"bearerAuth": []}]), where
        assert ("401" in described[where]["responses"]) >= (not is_public), where


def test_operation_ids_are_unique(app: Edge) -> None:
    names = [operation["operationId"] for _, operation in _operations(app)]

    assert len(set(names)) == len(names)


def test_every_operation_has_a_summary_and_a_description(app: Edge) -> None:
    for where, operation in _operations(app):
        assert 3 <= len(operation["summary"]) <= 60, where
        assert len(operation["description"]) > 10, where
        assert operation["tags"], where


def _contents(app: Edge) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each media type of a request or an answer: where, which status, what it says."""
    for where, operation in _operations(app):
        request = operation.get("requestBody", {})
        for content in request.get("content", {}).values():
            yield where, "request", content
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                yield where, status, content


def _examples(content: dict[str, Any]) -> list[Any]:
    named = [one["value"] for one in content.get("examples", {}).values()]
    return [content["example"], *named] if "example" in content else named


def test_every_request_and_every_answer_has_an_example_that_fits_its_schema(app: Edge) -> None:
    document = _document(app)
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:document", resource)
    seen = 0
    for where, status, content in _contents(app):
        examples = _examples(content)
        assert examples, f"{where} {status} has no example"
        text = json.dumps(content["schema"]).replace('"#/', '"urn:document#/')
        validator = Draft202012Validator(
            json.loads(text),
            registry=registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        for example in examples:
            seen += 1
            faults = [error.message for error in validator.iter_errors(example)]
            assert not faults, f"{where} {status}: {faults}"
            if status.isdigit() and int(status) >= 400:
                assert example["status"] == int(status), where
    assert seen > 150


def test_every_write_says_that_it_needs_if_match_exactly_where_it_can_be_stale(app: Edge) -> None:
    for where, operation in _operations(app):
        needed = [one for one in operation.get("parameters", []) if one.get("name") == "If-Match"]
        assert bool(needed) == ("412" in operation["responses"]), where
        assert bool(needed) == ("428" in operation["responses"]), where
        assert all(one["required"] for one in needed), where


def test_every_read_can_be_304_and_every_creation_says_where(app: Edge) -> None:
    for where, operation in _operations(app):
        assert ("304" in operation["responses"]) == where.startswith("GET"), where
        created = operation["responses"].get("201")
        if created is not None:
            # What nobody can edit has no versions.
            has_versions = operation["operationId"] not in UNEDITABLE
            expected = {"Location", "ETag"} if has_versions else {"Location"}
            assert set(created["headers"]) - {"Idempotent-Replayed"} == expected, where


def test_every_answer_with_a_secret_is_sealed_where_it_is_kept_for_a_retry(app: Edge) -> None:
    views = {one.name: one.view for one in addresses(app)}
    schemas = _document(app)["components"]["schemas"]
    secretive = set()
    for where, operation in _operations(app):
        answers = [answer for code, answer in operation["responses"].items() if code in "200 201"]
        shown = {
            name
            for answer in answers
            for kind in answer.get("content", {}).values()
            if "$ref" in kind["schema"]
            for name in schemas[kind["schema"]["$ref"].rpartition("/")[2]]["properties"]
        }
        if where.startswith("POST") and shown & {"secret", "token", "access_token", "link"}:
            secretive.add(operation["operationId"])
            takes_keys = any("Idempotency" in str(one) for one in operation.get("parameters", []))
            view = views[operation["operationId"]]
            assert getattr(view, "holds_secrets", not takes_keys), where
    assert {"log_in", "create_key", "create_service_key", "invite_user"} <= secretive


def test_every_gap_of_an_address_is_described(app: Edge) -> None:
    for path, item in _document(app)["paths"].items():
        gaps = set(re.findall(r"{(\w+)}", path))
        for method, operation in item.items():
            if method == "parameters":
                continue
            parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
            described = {one["name"] for one in parameters if one.get("in") == "path"}
            assert described == gaps, path
