"""Security headers on every answer, and CORS for configured origins only."""

import pytest
from werkzeug.test import TestResponse

from cms.foundation.http.edge import DEFAULT_HEADERS, Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import Made
from tests.foundation.addresses import addresses

FRONTEND, STRANGER = "https://blog.example.org", "https://evil.example.org"


def _is_hardened(answer: TestResponse) -> None:
    where = f"{answer.request.method} {answer.request.path} -> {answer.status_code}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff", where
    assert answer.headers["Referrer-Policy"] == "no-referrer", where
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy, where
    assert "frame-ancestors 'none'" in policy, where
    assert "unsafe" not in policy, where
    assert answer.headers.getlist("X-Request-Id"), where
    names = [name.lower() for name, _ in answer.headers]
    assert len(set(names)) == len(names), (where, names)
    assert "cache-control" in names, where
    assert "Server" not in answer.headers, where
    assert "Set-Cookie" not in answer.headers, where


def test_every_answer_of_every_route_is_hardened(
    app: Edge, admin: Caller, client: ContractClient
) -> None:
    assert len(DEFAULT_HEADERS) >= 3
    for one in addresses(app):
        for caller in (client, admin):
            if one.name == "log_out" and caller is admin:
                continue
            _is_hardened(caller.request(one.method, one.path))
            _is_hardened(caller.request(one.method, f"{one.path}?rubbish=1"))
        _is_hardened(client.request("PUT", one.path))
    _is_hardened(client.get("/nothing"))


def test_an_accident_is_hardened_too(scratch: Edge) -> None:
    def view() -> str:
        raise ZeroDivisionError

    scratch.add_url_rule("/", "view", view)

    answer = scratch.test_client().get("/")

    assert answer.status_code == 500
    _is_hardened(answer)


def test_only_public_answers_may_be_kept_by_shared_caches(
    app: Edge, admin: Caller, client: ContractClient
) -> None:
    factories.a_published_post(admin, title="Shown", tags=["News"])
    for one in addresses(app):
        if one.method != "GET" or one.access is None:
            continue
        control = admin.get(one.path).headers["Cache-Control"]
        if one.access != "public" or one.rule in {"/healthz", "/readyz"}:
            assert control == "private, no-store", str(one)
    for path in ("/api/v1/posts", "/api/v1/posts/shown", "/api/v1/tags", "/api/v1/tags/news"):
        answer = client.get(path)
        assert answer.headers["Cache-Control"].startswith("public, max-age=60"), path
        assert "stale-while-revalidate=" in answer.headers["Cache-Control"], path
        assert answer.headers["Surrogate-Key"], path


def _cors(answer: TestResponse) -> dict[str, str]:
    return {
        name.lower(): value
        for name, value in answer.headers
        if name.lower().startswith("access-control-")
    }


def _preflight(app: Edge, origin: str, method: str = "PATCH") -> TestResponse:
    return app.test_client().options(
        "/api/v1/manage/posts/019ab3c4-0000-7000-8000-000000000001",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization, content-type, if-match",
        },
    )


def test_without_configured_origins_there_is_no_cors(app: Edge) -> None:
    for origin in (FRONTEND, "null", "http://localhost:3000"):
        read = app.test_client().get("/api/v1/posts", headers={"Origin": origin})
        assert _cors(read) == {}
        assert _cors(_preflight(app, origin)) == {}


def test_a_configured_origin_may_read_and_sees_the_headers_it_needs(made: Made) -> None:
    app = made(cors_origins=(FRONTEND, "https://other.example.org"))

    for path in ("/api/v1/posts", "/api/v1/posts/nothing", "/api/v1/auth/me", "/nothing"):
        answer = app.test_client().get(path, headers={"Origin": FRONTEND})
        found = _cors(answer)
        assert found["access-control-allow-origin"] == FRONTEND, path
        assert {one.strip() for one in found["access-control-expose-headers"].split(",")} >= {
            "ETag",
            "Idempotent-Replayed",
            "Link",
            "Location",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "X-Request-Id",
        }
        assert "access-control-allow-credentials" not in found
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_configured_origin_may_send_every_method_with_a_token_and_a_precondition(
    made: Made, method: str
) -> None:
    answer = _preflight(made(cors_origins=(FRONTEND,)), FRONTEND, method)

    found = _cors(answer)
    assert answer.status_code in {200, 204}
    assert found["access-control-allow-origin"] == FRONTEND
    assert method in found["access-control-allow-methods"]
    allowed = {one.strip().lower() for one in found["access-control-allow-headers"].split(",")}
    assert allowed >= {"authorization", "content-type", "if-match"}
    assert int(found["access-control-max-age"]) >= 600


@pytest.mark.parametrize(
    "origin",
    [
        STRANGER,
        "null",
        f"{FRONTEND}.evil.org",
        f"{FRONTEND}:8443",
        "http://blog.example.org",
        "https://blogxexample.org",
        "https://evil-blog.example.org",
        FRONTEND.upper() + "X",
    ],
)
def test_nobody_else_may(made: Made, origin: str) -> None:
    app = made(cors_origins=(FRONTEND,))

    read = app.test_client().get("/api/v1/posts", headers={"Origin": origin})

    assert "access-control-allow-origin" not in _cors(read)
    assert "access-control-allow-origin" not in _cors(_preflight(app, origin))


def test_an_answer_for_one_origin_is_not_kept_for_another(made: Made) -> None:
    app = made(cors_origins=(FRONTEND,))
    visitor = app.test_client()

    tag = visitor.get("/api/v1/posts").headers["ETag"]
    headers = {"Origin": FRONTEND, "If-None-Match": tag}
    short = visitor.get("/api/v1/posts", headers=headers)

    assert short.status_code == 304
    assert _cors(short)["access-control-allow-origin"] == FRONTEND
    for origin in ({"Origin": FRONTEND}, {"Origin": STRANGER}, {}):
        answer = visitor.get("/api/v1/posts", headers=origin)
        assert "Origin" in answer.headers.get("Vary", ""), origin
    assert "Origin" in short.headers["Vary"]


def test_all_origins_may_be_allowed_on_purpose(made: Made) -> None:
    app = made(cors_origins=("*",))

    found = _cors(app.test_client().get("/api/v1/posts", headers={"Origin": STRANGER}))

    assert found["access-control-allow-origin"] in {"*", STRANGER}
    assert "access-control-allow-credentials" not in found
