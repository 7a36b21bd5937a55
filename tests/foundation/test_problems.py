"""Every failure is one shape, keeps the headers that belong to it, and shows nothing internal."""

import io
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from flask import redirect
from werkzeug.exceptions import BadRequest, MethodNotAllowed

from cms.foundation.errors import CmsError, Fault, TooManyAttempts, Unprocessable
from cms.foundation.http import problems
from cms.foundation.http.docs.problems_page import catalogue
from cms.foundation.http.edge import Edge
from tests.callers import Caller, ContractClient
from tests.conftest import Made
from tests.foundation.addresses import addresses

MEMBERS = {"type", "title", "status", "detail", "code", "instance", "errors"}
SECRET = "postgresql://root:hunter2@db.internal/cms"  # noqa: S105


def _is_a_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    problem: dict[str, Any] = orjson.loads(answer.get_data())
    assert set(problem) >= MEMBERS
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"/docs/problems#{code}"
    assert problem["instance"] == f"urn:uuid:{answer.headers['X-Request-Id']}"
    assert problem["detail"]
    assert problem["title"]
    return problem


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/posts/",
        "/api/v1/posts/UPPER",
        "/api/v1/posts/a--b",
        "/api/v1/posts/%00",
        "/api/v1/posts/%ff",
        "/api/v1/posts/..%2f..%2fetc",
        "/api/v1/manage/posts/1",
        "/api/v1/manage/posts/not-a-uuid",
        "/api/v2/posts",
        "//api/v1/posts",
        "/docs/assets/x/y",
        "/docs/assets/x/../../page.py",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_address_is_404(client: ContractClient, path: str, method: str) -> None:
    if path.startswith("/docs") and method != "GET":
        pytest.skip("these addresses exist, for GET")

    _is_a_problem(client.request(method, path), 404, "not_found")


@pytest.mark.parametrize("more", ["/", "//"])
def test_no_address_has_another_spelling_with_more_slashes(made: Made, more: str) -> None:
    app = made(metrics=True)
    client = app.test_client()
    for one in addresses(app):
        for method in (one.method, "OPTIONS"):
            answer = client.open(
                method=method, environ_overrides={"PATH_INFO": unquote(f"{more}{one.path}")}
            )
            assert answer.status_code == 404, str(one)
            if method != "HEAD":
                _is_a_problem(answer, 404, "not_found")
            assert "Cache-Status" not in answer.headers


def test_every_address_refuses_other_methods_and_says_which_it_takes(
    app: Edge, client: ContractClient
) -> None:
    known: dict[str, set[str]] = {}
    for one in addresses(app):
        known.setdefault(one.rule, {"OPTIONS"}).add(one.method)
    paths = {one.rule: one.path for one in addresses(app)}
    assert len(paths) >= 20

    for rule, methods in known.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods:
            answer = client.request(method, paths[rule])
            _is_a_problem(answer, 405, "method_not_allowed")
            assert {one.strip() for one in answer.headers["Allow"].split(",")} == methods, rule


@pytest.mark.parametrize("body", [b"{", b"", b"{'a': 1}", b'{"a": NaN}', b'{"a": "\\ud800"}'])
def test_a_body_that_is_no_json_is_400(client: ContractClient, body: bytes) -> None:
    answer = client.post("/api/v1/auth/login", data=body, content_type="application/json")

    _is_a_problem(answer, 400, "malformed_request")


@pytest.mark.parametrize(
    "body",
    [b"[" * 50_000, b'{"a":' * 20_000, b"\xff\xfe{", b"\x00", b'{"a": 1} x', b"{" * 10],
    ids=["deep list", "deep object", "other encoding", "NUL", "more behind", "unclosed"],
)
def test_a_body_made_to_break_the_parser_is_400(editor: Caller, body: bytes) -> None:
    answer = editor.post("/api/v1/manage/posts", data=body, content_type="application/json")

    _is_a_problem(answer, 400, "malformed_request")


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**400])
def test_a_number_beyond_64_bits_is_a_client_error(editor: Caller, number: int) -> None:
    body = f'{{"title": {number}}}'.encode()

    answer = editor.post("/api/v1/manage/posts", data=body, content_type="application/json")

    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/vnd.api+json",
        "rubbish",
        "",
    ],
)
def test_another_content_type_is_415(client: ContractClient, content_type: str) -> None:
    answer = client.post("/api/v1/auth/login", data=b"{}", content_type=content_type)

    _is_a_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"],
)
def test_json_in_any_spelling_is_taken(client: ContractClient, content_type: str) -> None:
    answer = client.post("/api/v1/auth/login", data=b"{}", content_type=content_type)

    assert answer.status_code == 422


def test_a_body_that_is_too_large_is_413(editor: Caller) -> None:
    limit = editor.app.config["MAX_CONTENT_LENGTH"]
    for size, expected in ((limit, 201), (limit + 1, 413)):
        start = b'{"title": "Long", "body": "'
        body = start + b"x" * (size - len(start) - 2) + b'"}'
        answer = editor.post("/api/v1/manage/posts", data=body, content_type="application/json")
        assert answer.status_code == expected
    _is_a_problem(answer, 413, "body_too_large")


def test_every_writing_route_refuses_ten_megabytes(app: Edge, admin: Caller) -> None:
    for one in addresses(app):
        if one.method in {"POST", "PATCH", "DELETE"}:
            answer = admin.request(
                one.method, one.path, data=b"x" * 10_000_000, content_type="application/json"
            )
            assert answer.status_code == 413 or (answer.status_code, one.access) == (
                401,
                "refresh token",
            ), str(one)


def _broken(app: Edge, error: BaseException) -> Any:
    def view() -> str:
        password = SECRET
        raise error from ValueError(password)

    app.add_url_rule("/", "view", view)
    return app.test_client().get("/")


@pytest.mark.parametrize("debug", [False, True])
def test_an_accident_shows_nothing_and_is_logged_with_its_instance(
    scratch: Edge, log: io.StringIO, *, debug: bool
) -> None:
    scratch.debug = debug
    answer = _broken(scratch, RuntimeError(SECRET))

    problem = _is_a_problem(answer, 500, "internal_error")
    text = answer.get_data(as_text=True) + str(answer.headers)
    for internal in ("hunter2", "RuntimeError", "ValueError", "Traceback", ".py", "view"):
        assert internal not in text
    assert set(problem) == MEMBERS
    (entry,) = [one for one in map(orjson.loads, log.getvalue().splitlines()) if "exception" in one]
    assert (entry["event"], entry["level"]) == ("request_failed", "error")
    assert problem["instance"] == f"urn:uuid:{entry['request_id']}"
    assert [one["exc_type"] for one in entry["exception"]] == ["RuntimeError"]


def test_an_accident_in_an_error_handler_is_still_one_shape(scratch: Edge) -> None:
    class Careless(Exception):
        """Turned into something worse."""

    def make_worse(_error: Exception) -> Any:
        raise LookupError(SECRET)

    scratch.register_error_handler(Careless, make_worse)
    answer = _broken(scratch, Careless())

    _is_a_problem(answer, 500, "internal_error")
    assert "hunter2" not in answer.get_data(as_text=True)


def test_headers_of_a_failure_are_kept_and_its_page_is_not(scratch: Edge) -> None:
    allowed = _broken(scratch, MethodNotAllowed(["GET", "PUT"]))
    _is_a_problem(allowed, 405, "method_not_allowed")
    assert allowed.headers["Allow"] == "GET, PUT"


def test_the_words_of_a_failure_are_ours(scratch: Edge) -> None:
    bad = _broken(scratch, BadRequest("<script>"))

    _is_a_problem(bad, 400, "malformed_request")
    assert "<script>" not in bad.get_data(as_text=True)


def test_a_redirect_is_no_failure(scratch: Edge) -> None:
    scratch.add_url_rule("/", "view", lambda: redirect("/elsewhere", 308))

    answer = scratch.test_client().get("/")

    assert (answer.status_code, answer.headers["Location"]) == (308, "/elsewhere")


def test_a_situation_brings_its_members_and_faults(scratch: Edge) -> None:
    faults = [Fault("#/a~1b", "Wrong."), Fault("?limit", "Too many.")]
    problem = _is_a_problem(
        _broken(scratch, Unprocessable("No.", errors=faults, allowed=["x"])), 422, "invalid_input"
    )

    assert problem["errors"] == [
        {"pointer": "#/a~1b", "detail": "Wrong."},
        {"pointer": "?limit", "detail": "Too many."},
    ]
    assert problem["allowed"] == ["x"]


def test_a_situation_that_passes_says_when_to_come_back(scratch: Edge) -> None:
    busy = _broken(scratch, TooManyAttempts("Wait.", retry_after=7))

    assert _is_a_problem(busy, 429, "too_many_attempts")["retry_after"] == 7
    assert busy.headers["Retry-After"] == "7"


def _descendants(ancestor: type[CmsError]) -> list[type[CmsError]]:
    children = ancestor.__subclasses__()
    return children + [one for child in children for one in _descendants(child)]


def test_every_situation_has_a_code_of_its_own_a_status_and_an_entry_on_the_page(
    client: ContractClient,
) -> None:
    ours = [one for one in _descendants(CmsError) if one.__module__.startswith("cms.")]
    assert len(ours) >= 15
    codes = [one.code for one in ours]
    assert len(set(codes)) == len(codes)
    page = client.get("/docs/problems").get_data(as_text=True)

    for one in ours:
        assert 400 <= problems.status_of(one) < 600
        assert one.title
        assert one.code in catalogue()
        assert f'id="{one.code}"' in page


def test_the_contract_of_problems_is_open_for_further_members(app: Edge) -> None:
    document = orjson.loads(app.extensions["cms.api"].text())

    assert document["components"]["schemas"]["Problem"].get("additionalProperties", True) is True
