"""Which request this is, and whose: for its log, its answer and the audit log."""

import logging
import time
import uuid

import structlog
from flask import Response, current_app, g, request

from cms.foundation import audit, logs
from cms.foundation.http import request_ids


def begin() -> None:
    """Give the request its id."""
    g.started = time.perf_counter()
    g.request_id = request_id = request_ids.choose(request.environ.get(request_ids.GIVEN, ""))
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def acts(user_id: uuid.UUID, name: str, *, key_id: uuid.UUID | None = None) -> None:
    """Say who makes this request; before its first write, so that the audit log knows."""
    g.actor = {"actor_id": user_id, "actor_name": name, "key_id": key_id}


def origin() -> audit.Origin:
    """Who makes this request, and from where."""
    return audit.Origin(
        # An operation is named as its function, which stands behind the name of its blueprint.
        action=(request.endpoint or "").rpartition(".")[2],
        address=request.remote_addr,
        request_id=uuid.UUID(g.request_id),
        **g.get("actor", {}),
    )


def log(response: Response) -> None:
    """Say how the request was answered."""
    if logs.says(logging.INFO):
        structlog.get_logger().info(
            "request",
            method=request.method,
            path=_loggable_path(),
            route=request.endpoint,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.started) * 1000, 2),
            address=request.remote_addr,
        )


def _loggable_path() -> str:
    """The path, unless it holds a secret: then the rule, with the name of what stands there."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.url_rule is not None and getattr(view, "has_secret_address", False):
        return request.url_rule.rule
    return request.path
