"""Who may call a route: declared on each, enforced before its input is looked at."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import request

from cms.foundation.errors import CmsError, Fault
from cms.foundation.http import retries
from cms.foundation.http.edge import SAFE_METHODS
from cms.foundation.http.faults import invalid
from cms.foundation.http.strict_json import read_json
from cms.foundation.retries.keys import Asker

P = ParamSpec("P")
R = TypeVar("R")


def public(view: Callable[P, R]) -> Callable[P, R]:
    """For everybody. ``Authorization`` is never looked at."""
    return guard(view, access="public", check=None, security=[])


def cacheable(view: Callable[P, R]) -> Callable[P, R]:
    """Whose answers are a pure function of address and site version, and so may be kept.

    Stands below ``public``: what is kept is given to everybody.
    """
    view.is_cacheable = True  # type: ignore[attr-defined]
    return view


def secret_address(view: Callable[P, R]) -> Callable[P, R]:
    """Whose address opens by itself what it leads to, and so belongs into no log."""
    view.has_secret_address = True  # type: ignore[attr-defined]
    return view


def guard(
    view: Callable[P, R],
    *,
    access: str,
    check: Callable[[], None] | None,
    security: list[dict[str, list[str]]],
    failures: tuple[type[CmsError], ...] = (),
    asker: Callable[[], Asker] | None = None,
) -> Callable[P, R]:
    """Run ``check`` first; then refuse input that the view does not declare; then the view.

    ``access`` is what the tests and the OpenAPI document read: a permission, or "public".
    ``asker`` says who passed the check; without it nothing is done once only.
    """
    locations = declared_locations(view)

    def strict(*args: P.args, **kwargs: P.kwargs) -> R:
        _refuse_undeclared_input(locations)
        return view(*args, **kwargs)

    is_secret = getattr(view, "holds_secrets", False)
    run = strict if asker is None else retries.once(strict, asker, is_secret=is_secret)

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if check is not None:
            check()
        return run(*args, **kwargs)

    documented = cast(Any, guarded)
    documented.access = access
    documented.takes_key = asker is not None
    documented.failures = (*getattr(view, "failures", ()), *failures)
    described = getattr(view, "_apidoc", {})
    manual = {**described.get("manual_doc", {}), "security": security, "x-permission": access}
    documented._apidoc = {**described, "manual_doc": manual}
    return guarded


def declared_locations(view: Any) -> set[str]:
    """Where a view reads input from: ``json``, ``query``."""
    parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    return {parameter["in"] for parameter in parameters}


def _refuse_undeclared_input(locations: set[str]) -> None:
    if "query" not in locations and request.query_string and request.args:
        raise invalid(
            [Fault(f"?{name}", "Unknown. None is allowed here.") for name in request.args]
        )
    if "json" in locations or request.method in SAFE_METHODS:
        return
    # Clients like to send {} with a POST that takes nothing; that is nothing.
    body = request.get_data()
    if body.strip() and read_json(body) not in ({}, None):
        raise invalid([Fault("#", "This operation takes no body.")])
