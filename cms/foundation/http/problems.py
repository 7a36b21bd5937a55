"""The one shape of every failure: a problem document (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g
from marshmallow import fields
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, TimeoutError  # noqa: A004
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from cms.foundation import errors
from cms.foundation.errors import CmsError, Fault
from cms.foundation.http.output import Shown

MEDIA_TYPE = "application/problem+json"

# The one table from situations to HTTP. The nearest class in the hierarchy counts.
STATUS: dict[type[CmsError], HTTPStatus] = {
    errors.Malformed: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Gone: HTTPStatus.GONE,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Stale: HTTPStatus.PRECONDITION_FAILED,
    errors.Unprocessable: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ExpectationMissing: HTTPStatus.PRECONDITION_REQUIRED,
    errors.TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

# What Werkzeug raises by itself, said in our words.
HTTP_FAILURES: dict[int, tuple[str, str]] = {
    400: ("malformed_request", "The request cannot be read. Check its syntax."),
    404: ("not_found", "There is nothing at this address. The docs at /docs list all addresses."),
    405: ("method_not_allowed", "This address exists, but not for this method; see Allow."),
    413: ("body_too_large", "The request body is larger than this server accepts."),
    415: ("unsupported_media_type", "Send the body as application/json."),
    500: ("internal_error", "Something broke here. The log has it under this instance."),
}

# RFC 9110's phrases; older Pythons know these two by their names before it.
PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}


class FaultOut(Shown):
    """One thing wrong with the input."""

    pointer = fields.String(
        required=True,
        metadata={
            "description": "JSON Pointer into the body as a fragment (`#/title`), or `?name` for "
            "a query parameter"
        },
    )
    detail = fields.String(required=True)


class Problem(Shown):
    """A failure (RFC 9457). `code` is stable; further members depend on it."""

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    instance = fields.String(required=True, metadata={"format": "uri-reference"})
    errors = fields.List(fields.Nested(FaultOut), required=True)


def phrase(status: int) -> str:
    """The reason phrase of a status, the same on every Python."""
    return PHRASES.get(status) or HTTPStatus(status).phrase


def status_of(situation: type[CmsError]) -> HTTPStatus:
    """The HTTP status of a situation."""
    return next(STATUS[ancestor] for ancestor in situation.__mro__ if ancestor in STATUS)


def document(
    status: int,
    *,
    code: str,
    title: str,
    detail: str,
    faults: Sequence[Fault] = (),
    members: dict[str, Any] | None = None,
    instance: str,
) -> dict[str, Any]:
    """The members of a problem document, standard ones first."""
    return {
        "type": f"/docs/problems#{code}",
        "title": title,
        "status": int(status),
        "detail": detail,
        "code": code,
        "instance": instance,
        "errors": [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults],
        **(members or {}),
    }


def describe(error: CmsError) -> dict[str, Any]:
    """The problem document of a situation in this request."""
    return document(
        status_of(type(error)),
        code=error.code,
        title=error.title,
        detail=error.detail,
        faults=error.errors,
        members=error.members,
        instance=_instance(),
    )


def answer(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A problem document as a response; never cached."""
    response = Response(orjson.dumps(body), status=body["status"], content_type=MEDIA_TYPE)
    response.headers.update(headers or {})
    return response


def register(app: Flask) -> None:
    """Let every failure of ``app`` end in the one shape."""
    app.register_error_handler(CmsError, _of_situation)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(StaleDataError, _of_stale_row)
    app.register_error_handler(DBAPIError, _of_database)
    app.register_error_handler(TimeoutError, _of_waiting)
    app.register_error_handler(Exception, _of_accident)


def _instance() -> str:
    return f"urn:uuid:{g.request_id}"


def _of_situation(error: CmsError) -> Response:
    headers = {}
    if isinstance(error, errors.Unauthenticated):
        # RFC 6750, 3: a challenge without error code when no token came at all.
        reason = ' error="invalid_token"' if error.token_came else ""
        headers["WWW-Authenticate"] = f"Bearer{reason}"
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return answer(describe(error), headers)


def _of_http(error: HTTPException) -> Response:
    original = error.get_response()
    status = original.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return Response(status=status, headers=original.headers)
    code, detail = HTTP_FAILURES.get(status, ("http_error", error.description or error.name))
    body = document(status, code=code, title=phrase(status), detail=detail, instance=_instance())
    # Werkzeug's own headers (Allow, Retry-After) belong to the answer; its body does not.
    kept = {
        name: value
        for name, value in original.headers.items()
        if name.lower() not in {"content-type", "content-length"}
    }
    return answer(body, kept)


def _of_stale_row(_error: StaleDataError) -> Response:
    return _of_situation(
        errors.Stale("Somebody saved this at the same moment. Read it again, then repeat.")
    )


def _of_database(error: DBAPIError) -> Response:
    if isinstance(error, IntegrityError):
        return _of_situation(
            errors.Conflict("Something this depends on changed at the same moment. Try again.")
        )
    if isinstance(error, OperationalError):
        structlog.get_logger().error("database_failed", error=str(error.orig))
        return _of_situation(errors.Unavailable("Try again in a moment."))
    return _of_accident(error)


def _of_waiting(error: TimeoutError) -> Response:
    """Too long for a connection, or for a turn to write."""
    structlog.get_logger().error("database_busy", error=str(error))
    return _of_situation(errors.Unavailable("Too many requests wait for the database. Try again."))


def _of_accident(error: Exception) -> Response:
    structlog.get_logger().exception("request_failed", exc_info=error)
    code, detail = HTTP_FAILURES[500]
    return answer(
        document(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            code=code,
            title=phrase(500),
            detail=detail,
            instance=_instance(),
        )
    )
