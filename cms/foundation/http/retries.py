"""Answers to requests with an ``Idempotency-Key``: the first time by doing, then from before."""

from collections.abc import Callable
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


def holds_secrets(view: Callable[P, R]) -> Callable[P, R]:
    """Whose answer must not be kept: a retry learns that it was done, and no more."""
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
    key_digest = keys.digest(asker.id, keys.read(request.headers[HEADER]))
    request_digest = digest_of_request(asker)
    if not hold(cast(Edge, current_app).claims.claimed(key_digest)):
        raise StillRunning("Wait for its answer, or send the same request again.")
    now = moments.now()
    given = answers.find(look(), key_digest, now=now)
    if given is None:
        answer = make_response(first())
        given = _given(answer, request_digest, now=now, is_secret=is_secret)
        answers.keep(session(), key_digest, given)
        return answer
    if given.request_digest != request_digest:
        message = "It came with another request before, or from you in another role."
        raise KeyReused(f"{message} Each new request needs a new key.")
    return _again(given)


def digest_of_request(asker: Asker) -> bytes:
    """Of all that makes this request the one it is."""
    said = request.headers
    return keys.digest(
        asker.rights,
        request.method,
        request.path,
        request.query_string,
        said.get("Content-Type", ""),
        said.get("If-Match", ""),
        request.get_data(),
        secret=current_app.config["SECRET_KEY"],
    )


def _given(answer: Response, asked: bytes, *, now: datetime, is_secret: bool) -> Given:
    body = answer.get_data()
    return Given(
        request_digest=asked,
        given_at=now,
        status=answer.status_code,
        headers=[pair for pair in answer.headers if pair[0].lower() not in NOT_KEPT],
        body=None if is_secret or len(body) > LONGEST_BODY else body,
    )


def _again(given: Given) -> Response:
    if given.body is None:
        when = moments.spell(given.given_at)
        raise AnswerNotKept(
            f"It was done at {when}. Do not repeat it; read what there is now.",
            location=dict(given.headers).get("Location"),
        )
    return Response(given.body, given.status, [*given.headers, (REPLAYED, "true")])
