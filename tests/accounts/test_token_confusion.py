"""Tokens that are not ours, not for this, or not tokens at all: always 401, never 500."""

import base64
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient

Claims = dict[str, Any]
ME, REFRESH = "/api/v1/auth/me", "/api/v1/auth/refresh"
OTHER_KEY = "another-key-of-the-same-length-0123456789"
# The public half of a key pair, as it is found in tutorials on key confusion.
PUBLIC_KEY = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\n"
    "q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n"
    "-----END PUBLIC KEY-----\n"
)


@dataclass(frozen=True, slots=True)
class Forge:
    """A good token, its parts, and the key that it was signed with."""

    token: str
    claims: Claims
    key: str

    def signed(self, claims: Claims, *, key: str | None = None, **header: Any) -> str:
        """A token with these claims, correctly signed with ``key`` (ours if absent)."""
        body = f"{_base64({'alg': 'HS256', 'typ': 'JWT', **header})}.{_base64(claims)}"
        signature = jwt.get_algorithm_by_name("HS256").sign(
            body.encode(), (key or self.key).encode()
        )
        return f"{body}.{_raw(signature)}"

    def but(self, **claims: Any) -> str:
        """Ours, with other claims."""
        return self.signed({**self.claims, **claims})

    def without(self, name: str) -> str:
        """Ours, with a claim missing."""
        return self.signed({key: value for key, value in self.claims.items() if key != name})

    def parts(self) -> list[str]:
        """Header, payload and signature."""
        return self.token.split(".")


def _raw(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _base64(data: Any) -> str:
    return _raw(json.dumps(data).encode())


def _unsigned(forge: Forge, alg: str) -> str:
    return f"{_base64({'alg': alg, 'typ': 'JWT'})}.{forge.parts()[1]}."


def _signed_as(forge: Forge, alg: str) -> str:
    header, payload = _base64({"alg": alg, "typ": "JWT"}), forge.parts()[1]
    body = f"{header}.{payload}"
    signature = jwt.get_algorithm_by_name(alg).sign(body.encode(), forge.key.encode())
    return f"{body}.{_raw(signature)}"


def _with_payload(forge: Forge, payload: bytes) -> str:
    body = f"{forge.parts()[0]}.{_raw(payload)}"
    signature = jwt.get_algorithm_by_name("HS256").sign(body.encode(), forge.key.encode())
    return f"{body}.{_raw(signature)}"


def _tampered(forge: Forge) -> str:
    header, _, signature = forge.parts()
    return f"{header}.{_base64({**forge.claims, 'sub': str(uuid.uuid4())})}.{signature}"


HOUR = 3600
FORGED: dict[str, Callable[[Forge], str]] = {
    "alg none, no signature": lambda f: _unsigned(f, "none"),
    "alg None": lambda f: _unsigned(f, "None"),
    "alg NONE": lambda f: _unsigned(f, "NONE"),
    "alg empty": lambda f: _unsigned(f, ""),
    "alg none, signature kept": lambda f: _unsigned(f, "none") + f.parts()[2],
    "our alg, no signature": lambda f: _unsigned(f, "HS256"),
    "alg HS384, our key": lambda f: _signed_as(f, "HS384"),
    "alg HS512, our key": lambda f: _signed_as(f, "HS512"),
    "alg RS256, our signature": lambda f: f.signed(f.claims, alg="RS256"),
    "alg ES256, our signature": lambda f: f.signed(f.claims, alg="ES256"),
    "alg missing": lambda f: f.signed(f.claims, alg=None),
    "alg a list": lambda f: f.signed(f.claims, alg=["HS256"]),
    "another key": lambda f: f.signed(f.claims, key=OTHER_KEY),
    "a public key as secret": lambda f: f.signed(f.claims, key=PUBLIC_KEY),
    "an empty key": lambda f: f.signed(f.claims, key="\0"),
    "kid that names a file": lambda f: f.signed(f.claims, key="\0", kid="../../dev/null"),
    "jwk of its own": lambda f: f.signed(
        f.claims, key=OTHER_KEY, jwk={"kty": "oct", "k": _raw(OTHER_KEY.encode())}
    ),
    "crit that nobody knows": lambda f: f.signed(f.claims, crit=["rubbish"], rubbish=1),
    "unencoded payload": lambda f: f.signed(f.claims, b64=False),
    "expired": lambda f: f.but(exp=int(time.time()) - HOUR),
    "expired this second": lambda f: f.but(exp=int(time.time())),
    "exp not a number": lambda f: f.but(exp="tomorrow"),
    "exp a list": lambda f: f.but(exp=[1]),
    "exp infinite": lambda f: f.but(exp=float("inf")),
    "nbf in the future": lambda f: f.but(nbf=int(time.time()) + HOUR),
    "nbf not a number": lambda f: f.but(nbf={}),
    "issued in the future": lambda f: f.but(iat=int(time.time()) + HOUR),
    "another issuer": lambda f: f.but(iss="somebody-else"),
    "no issuer": lambda f: f.without("iss"),
    "issuer a list": lambda f: f.but(iss=[f.claims["iss"]]),
    "another audience": lambda f: f.but(aud="somebody-else"),
    "no audience": lambda f: f.without("aud"),
    "audience a number": lambda f: f.but(aud=1),
    "no sid": lambda f: f.without("sid"),
    "sid null": lambda f: f.but(sid=None),
    "sid not a UUID": lambda f: f.but(sid="1 OR 1=1"),
    "sid of nobody": lambda f: f.but(sid=str(uuid.uuid4())),
    "sid a list": lambda f: f.but(sid=[f.claims["sid"]]),
    "sid with NUL": lambda f: f.but(sid="\0"),
    "no sub": lambda f: f.without("sub"),
    "sub null": lambda f: f.but(sub=None),
    "sub not a UUID": lambda f: f.but(sub="admin"),
    "sub a number": lambda f: f.but(sub=1),
    "sub of nobody": lambda f: f.but(sub=str(uuid.uuid4())),
    "another type": lambda f: f.but(type="password-reset"),
    "type null": lambda f: f.but(type=None),
    "tampered payload": _tampered,
    "payload a list": lambda f: _with_payload(f, b"[]"),
    "payload a number": lambda f: _with_payload(f, b"1"),
    "payload empty": lambda f: _with_payload(f, b""),
    "payload not JSON": lambda f: _with_payload(f, b"{"),
    "payload not UTF-8": lambda f: _with_payload(f, b"\xff"),
    "payload nested deeply": lambda f: _with_payload(f, b"[" * 20_000),
    "header nested deeply": lambda f: f"{_raw(b'[' * 20_000)}.{f.parts()[1]}.{f.parts()[2]}",
    "header a list": lambda f: f"{_base64([])}.{f.parts()[1]}.{f.parts()[2]}",
    "header with a huge number": lambda f: f"{_raw(b'9' * 10_000)}.{f.parts()[1]}.",
    "two parts": lambda f: ".".join(f.parts()[:2]),
    "four parts": lambda f: f"{f.token}.{f.parts()[2]}",
    "dots": lambda _: "..",
    "garbage": lambda _: "garbage",
    "not base64": lambda _: "!.!.!",
    "very long": lambda f: f.token + "A" * 100_000,
    "non-ASCII": lambda f: f.token + "\u00e9",
    "all of it non-ASCII": lambda _: "\u00ff\u00fe.\u00e9.\u00e9",
    "twice": lambda f: f"{f.token}, Bearer {f.token}",
    "followed by more": lambda f: f"{f.token} more",
}

HEADERS: dict[str, Callable[[str], str]] = {
    "empty": lambda _: "",
    "scheme only": lambda _: "Bearer",
    "scheme and a space": lambda _: "Bearer ",
    "token only": lambda token: token,
    "another scheme": lambda token: f"Token {token}",
    "basic": lambda token: f"Basic {base64.b64encode(token.encode()).decode()}",
    "glued": lambda token: f"Bearer{token}",
    "colon": lambda token: f"Bearer: {token}",
    "quoted": lambda token: f'Bearer "{token}"',
    "commas": lambda _: ",",
    "commas and spaces": lambda _: ", ,",
    "separators only": lambda _: " ,\t, \x1c,",
    "a no-break space": lambda token: f"Bearer\xa0{token}\xa0x",
    "non-ASCII": lambda _: "B\u00e9arer \u00e9",
    "very long": lambda _: "Bearer " + "x" * 100_000,
}


@pytest.fixture
def pair(author: Caller, client: ContractClient) -> dict[str, str]:
    """A fresh login's tokens."""
    body = {"email": author.email, "password": author.password}
    tokens: dict[str, str] = client.post("/api/v1/auth/login", json=body).get_json()
    return tokens


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_has_no_case(client: ContractClient, pair: dict[str, str], scheme: str) -> None:
    answer = client.get(ME, headers={"Authorization": f"{scheme} {pair['access_token']}"})
    assert answer.status_code == 200


def _forge(app: Edge, token: str) -> Forge:
    claims = jwt.decode(token, options={"verify_signature": False})
    return Forge(token, claims, app.config["SECRET_KEY"])


def _attempt(client: ContractClient, kind: str, header: str) -> None:
    """Present ``header`` where the kind of token belongs; anything but a plain 401 fails."""
    method, path = ("GET", ME) if kind == "access_token" else ("POST", REFRESH)
    answer = client.request(method, path, headers={"Authorization": header})
    assert answer.status_code == 401, answer.get_data(as_text=True)
    assert answer.headers["WWW-Authenticate"].split()[0] == "Bearer"
    assert answer.headers["Cache-Control"] == "private, no-store"
    problem = answer.get_json()
    assert problem["code"] == "not_authenticated"
    assert not problem["errors"]


KINDS = pytest.mark.parametrize("kind", ["access_token", "refresh_token"])


@KINDS
def test_the_forge_itself_makes_tokens_that_are_accepted(
    app: Edge, client: ContractClient, pair: dict[str, str], kind: str
) -> None:
    forge = _forge(app, pair[kind])
    method, path = ("GET", ME) if kind == "access_token" else ("POST", REFRESH)

    answer = client.request(
        method, path, headers={"Authorization": f"Bearer {forge.but(harmless=1)}"}
    )

    assert answer.status_code == 200


@KINDS
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_401(
    app: Edge, client: ContractClient, pair: dict[str, str], kind: str, name: str
) -> None:
    _attempt(client, kind, f"Bearer {FORGED[name](_forge(app, pair[kind]))}")


@KINDS
@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_is_no_bearer_token_is_401(
    client: ContractClient, pair: dict[str, str], kind: str, name: str
) -> None:
    _attempt(client, kind, HEADERS[name](pair[kind]))


def test_each_kind_of_token_is_refused_in_the_place_of_the_other(
    client: ContractClient, pair: dict[str, str]
) -> None:
    _attempt(client, "access_token", f"Bearer {pair['refresh_token']}")
    _attempt(client, "refresh_token", f"Bearer {pair['access_token']}")


def test_a_refused_access_token_does_not_end_the_login(
    client: ContractClient, pair: dict[str, str]
) -> None:
    _attempt(client, "refresh_token", f"Bearer {pair['access_token']}")

    good = {"Authorization": f"Bearer {pair['refresh_token']}"}
    assert client.post(REFRESH, headers=good).status_code == 200


@KINDS
def test_the_login_of_somebody_else_cannot_be_borrowed(
    app: Edge, admin: Caller, client: ContractClient, pair: dict[str, str], kind: str
) -> None:
    theirs = jwt.decode(admin.token or "", options={"verify_signature": False})
    forge = _forge(app, pair[kind])

    _attempt(client, kind, f"Bearer {forge.but(sub=theirs['sub'])}")
    _attempt(client, kind, f"Bearer {forge.but(sid=theirs['sid'])}")

    assert admin.get(ME).status_code == 200


@KINDS
def test_changing_any_part_of_a_token_breaks_it(
    client: ContractClient, pair: dict[str, str], kind: str
) -> None:
    token = pair[kind]
    # The last character holds unused bits; every other one counts.
    for position in range(0, len(token) - 1, 5):
        other = "A" if token[position] != "A" else "B"
        _attempt(client, kind, f"Bearer {token[:position]}{other}{token[position + 1 :]}")


@pytest.mark.parametrize("name", ["jwt", "token", "access_token", "access_token_cookie"])
def test_a_token_anywhere_but_in_the_header_is_not_looked_at(
    app: Edge, pair: dict[str, str], name: str
) -> None:
    token = pair["access_token"]
    visitor = app.test_client(use_cookies=False)
    elsewhere: list[dict[str, Any]] = [
        {"query_string": {name: token}},
        {"headers": {"Cookie": f"{name}={token}"}},
        {"data": {name: token}},
        {"json": {name: token}},
        {"headers": {"X-Authorization": f"Bearer {token}"}},
    ]

    for options in elsewhere:
        answer = visitor.get(ME, **options)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), options


def test_a_challenge_names_an_error_only_when_a_token_came(
    client: ContractClient, pair: dict[str, str]
) -> None:
    without = client.get(ME)
    forged = client.get(ME, headers={"Authorization": f"Bearer {pair['access_token']}x"})

    assert without.headers["WWW-Authenticate"] == "Bearer"
    assert forged.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_the_answer_does_not_say_what_is_wrong_with_a_forged_token(
    app: Edge, client: ContractClient, pair: dict[str, str]
) -> None:
    forge = _forge(app, pair["access_token"])
    seen = set()
    for name in ("another key", "expired", "sid of nobody", "tampered payload", "no audience"):
        header = {"Authorization": f"Bearer {FORGED[name](forge)}"}
        problem = client.get(ME, headers=header).get_json()
        problem.pop("instance")
        seen.add(json.dumps(problem))

    assert len(seen) == 1


@given(header=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_header_whatever_it_holds_breaks_the_server(app: Edge, header: str) -> None:
    visitor = app.test_client(use_cookies=False)

    assert visitor.get(ME, headers={"Authorization": header}).status_code == 401
    assert visitor.get(ME, headers={"Authorization": f"Bearer {header}"}).status_code == 401


def test_nothing_of_this_is_looked_at_on_public_routes(client: ContractClient) -> None:
    for header in HEADERS.values():
        answer = client.get("/api/v1/posts", headers={"Authorization": header("x.y.z")})
        assert answer.status_code == 200


def test_a_login_keeps_working_after_all_that(app: Edge, author: Caller) -> None:
    forge = _forge(app, author.token or "")
    for name in ("expired", "another key", "sub of nobody"):
        forged = ContractClient(app, FORGED[name](forge))
        assert forged.get(ME).status_code == 401

    assert author.password == factories.PASSWORD
    assert author.get(ME).get_json()["id"] == author.user_id
