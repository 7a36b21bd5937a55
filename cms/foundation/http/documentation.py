"""What a view declares, written into its OpenAPI operation."""

import itertools
from collections.abc import Iterator
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from cms.foundation import errors
from cms.foundation.errors import CmsError
from cms.foundation.http import problems, retries
from cms.foundation.http.access import declared_locations
from cms.foundation.retries import keys

EXAMPLE_INSTANCE = "urn:uuid:019ab3c4-7d5e-7f60-8a71-92b3c4d5e6f7"

IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "An ETag you hold. 304 when it is still the current one.",
    "schema": {"type": "string"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag your change was made from, or `*`.",
    "schema": {"type": "string", "examples": ['"7-5d41402abc4b2a76b9"']},
}
IDEMPOTENCY_KEY = {
    "name": retries.HEADER,
    "in": "header",
    "description": "A new one for each new request, the same for its retries: for 24 hours, what "
    "was done is not done again, and answered as it was.",
    "schema": {
        "type": "string",
        "pattern": keys.PATTERN,
        "examples": ["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    },
}
REPLAYED = {
    retries.REPLAYED: {
        "description": "`true`: this answer was given before, and nothing was done again",
        "schema": {"type": "string"},
    }
}
ETAG = {"ETag": {"description": "Strong entity tag", "schema": {"type": "string"}}}
MOVED = {
    "description": "It has another slug now; `Location` has its address",
    "headers": {"Location": {"description": "Where it is", "schema": {"type": "string"}}},
    "content_type": None,
}
LOCATION = {"Location": {"description": "Its address", "schema": {"type": "string"}}}


def complete(view: Any, method: str, *, has_path_parameters: bool) -> None:
    """Complete the documentation of a view from what it declares."""
    apidoc = view._apidoc = deepcopy(getattr(view, "_apidoc", {}))
    manual = apidoc.setdefault("manual_doc", {})
    manual["operationId"] = view.__name__
    responses = apidoc.setdefault("response", {}).setdefault("responses", {})
    parameters = apidoc.setdefault("arguments", {}).setdefault("parameters", [])
    for form in getattr(view, "forms", ()):
        responses.setdefault(200, []).append(dict(form))
    failures = _failures(view, method, has_path_parameters=has_path_parameters)
    if errors.Stale in failures:
        parameters.append(IF_MATCH)
    if _takes_key(view, method):
        _offer_retries(parameters, responses)
    if method == "GET":
        parameters.append(IF_NONE_MATCH)
        responses[304] = [{"description": "What you hold is current", "content_type": None}]
    if errors.Gone in failures:
        responses[308] = [MOVED]
    for status, examples in _examples(view, method, failures).items():
        responses[status] = [_problem_response(problems.phrase(status), examples)]
    broken = _http_example(HTTPStatus.INTERNAL_SERVER_ERROR)
    responses["5XX"] = [_problem_response("Failure", [broken])]


def _failures(view: Any, method: str, *, has_path_parameters: bool) -> list[type[CmsError]]:
    """The situations that a view declares, and those that follow from what it takes."""
    # Every operation refuses parameters and bodies that it does not declare, and broken headers.
    found = [*getattr(view, "failures", ()), errors.Unprocessable, errors.Malformed]
    if has_path_parameters:
        found.append(errors.NotFound)
    if errors.Stale in found:
        found.append(errors.ExpectationMissing)
    if _takes_key(view, method):
        found += retries.FAILURES
    return list(dict.fromkeys(found))


def _takes_key(view: Any, method: str) -> bool:
    return method == retries.METHOD and getattr(view, "takes_key", False)


def _examples(
    view: Any, method: str, failures: list[type[CmsError]]
) -> dict[int, list[dict[str, Any]]]:
    """The problems that a view can answer with, by their statuses."""
    found = {int(status): [_http_example(status)] for status in _refused_bodies(view, method)}
    for situation in failures:
        status = int(problems.status_of(situation))
        detail = (situation.__doc__ or "").strip().splitlines()[0].replace("``", "")
        found.setdefault(status, []).append(
            _example(status, situation.code, situation.title, detail)
        )
    return found


def _refused_bodies(view: Any, method: str) -> Iterator[HTTPStatus]:
    if method != "GET":
        yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if "json" in declared_locations(view):
        yield HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def _offer_retries(
    parameters: list[dict[str, Any]], responses: dict[int, list[dict[str, Any]]]
) -> None:
    parameters.append(IDEMPOTENCY_KEY)
    for answer in itertools.chain.from_iterable(responses.values()):
        answer["headers"] = {**answer.get("headers", {}), **REPLAYED}


def _http_example(status: HTTPStatus) -> dict[str, Any]:
    code, detail = problems.HTTP_FAILURES[status]
    return _example(status, code, problems.phrase(status), detail)


def _example(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    return problems.document(
        status, code=code, title=title, detail=detail, instance=EXAMPLE_INSTANCE
    )


def _problem_response(description: str, examples: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schema": problems.Problem,
        "description": description,
        "content_type": problems.MEDIA_TYPE,
        "examples": {example["code"]: {"value": example} for example in examples},
    }
