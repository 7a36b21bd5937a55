"""Answers to requests with an ``Idempotency-Key``: the first time by doing, then from before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ParamSpec, TypeVar, cast

from flask import Response, current_app, make_response, request

from cms.foundation import moments
from cms.foundation.http.edge import Edge, hold, look, session
from cms.foundation.retries import answers, keys
from cms.foundation.retries.answers import Given
from cms.foundation.retries.errors import AnswerNotKept, KeyReused, StillRunning
from cms.foundation.retries.keys import Asker
from cms.foundation.sealing import Seal, Unreadable

P = ParamSpec("P")
R = TypeVar("R")

HEADER = "Idempotency-Key"
METHOD = "POST"
REPLAYED = "Idempotent-Replayed"
FAILURES = (StillRunning, AnswerNotKept, KeyReused)
# A post of a million characters fits, however they are written.
LONGEST_BODY = 8_000_000
# Worked out anew for the body that is sent.
NOT_KEPT = frozenset({"content-length"})
MARK_BYTES = 8


def holds_secrets(view: Callable[P, R]) -> Callable[P, R]:
    """Whose answer nobody may read in the database: it is kept sealed."""
    view.holds_secrets = True  # type: ignore[attr-defined]
    return view


def once(view: Callable[P, R], asker: Callable[[], Asker], *, is_secret: bool) -> Callable[P, R]:
    """Do what a request with a key asks once; then answer what was answered, without ``view``.

    Only an answer is kept, not a failure: that did nothing, and a retry may well succeed.
    Raises ``Malformed``, ``StillRunning``, ``KeyReused``, ``AnswerNotKept``.
    """

    def answered(*args: P.args, **kwargs: P.kwargs) -> R:
        if request.method != METHOD or HEADER not in request.headers:
            return view(*args, **kwargs)
        first = partial(view, *args, **kwargs)
        return cast(R, _answer(first, asker(), is_secret=is_secret))

    return answered


def _answer(first: Callable[[], object], asker: Asker, *, is_secret: bool) -> Response:
    key = keys.read(request.headers[HEADER])
    key_digest = keys.digest(asker.id, key)
    request_digest = digest_of_request(asker)
    kept = Kept(key_digest, _seal(key) if is_secret else None)
    if not hold(cast(Edge, current_app).claims.claimed(key_digest)):
        raise StillRunning("Wait for its answer, or send the same request again.")
    now = moments.now()
    given = answers.find(look(), key_digest, now=now)
    if given is None:
        answer = make_response(first())
        answers.keep(session(), key_digest, _given(answer, request_digest, kept, now=now))
        return answer
    _compare(given, request_digest)
    return _again(given, kept.read(given.body))


def digest_of_request(asker: Asker) -> bytes:
    """Of all that makes this request the one it is, behind a mark of the secret that hides it."""
    said, secret = request.headers, current_app.config["SECRET_KEY"]
    return _mark(secret) + keys.digest(
        asker.rights,
        request.method,
        request.path,
        request.query_string,
        said.get("Content-Type", ""),
        said.get("If-Match", ""),
        request.get_data(),
        secret=secret,
    )


def _mark(secret: str) -> bytes:
    """By which two secrets are told from each other, and which says nothing of either."""
    return keys.digest("which secret", secret=secret)[:MARK_BYTES]


def _compare(given: Given, request_digest: bytes) -> None:
    """Raise ``KeyReused`` unless it is the same request; ``AnswerNotKept`` if nobody can tell."""
    if given.request_digest == request_digest:
        return
    if given.request_digest[:MARK_BYTES] != request_digest[:MARK_BYTES]:
        raise _not_kept(given)
    message = "It came with another request before, or from you in another role."
    raise KeyReused(f"{message} Each new request needs a new key.")


def _seal(key: str) -> Seal:
    """Who has the database and the secret of this server still lacks the key of the client."""
    return Seal("answer to a retry", (current_app.config["SECRET_KEY"], key))


@dataclass(frozen=True, slots=True)
class Kept:
    """How a body is kept: as it is, or where there is a ``seal``, so that it opens here only."""

    key_digest: bytes
    seal: Seal | None

    def written(self, body: bytes) -> bytes | None:
        """What the database is given; nothing of what is too long."""
        if len(body) > LONGEST_BODY:
            return None
        return body if self.seal is None else self.seal.close(body, about=self.key_digest)

    def read(self, body: bytes | None) -> bytes | None:
        """What was written, if it is there and can still be read."""
        if body is None or self.seal is None:
            return body
        try:
            return self.seal.open(body, about=self.key_digest)
        except Unreadable:
            return None


def _given(answer: Response, request_digest: bytes, kept: Kept, *, now: datetime) -> Given:
    return Given(
        request_digest=request_digest,
        given_at=now,
        status=answer.status_code,
        headers=[pair for pair in answer.headers if pair[0].lower() not in NOT_KEPT],
        body=kept.written(answer.get_data()),
    )


def _again(given: Given, body: bytes | None) -> Response:
    if body is None:
        raise _not_kept(given)
    return Response(body, given.status, [*given.headers, (REPLAYED, "true")])


def _not_kept(given: Given) -> AnswerNotKept:
    when = moments.spell(given.given_at)
    return AnswerNotKept(
        f"It was done at {when}. Do not repeat it; read what there is now.",
        location=dict(given.headers).get("Location"),
    )
