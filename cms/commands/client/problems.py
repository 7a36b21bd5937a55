"""What a refusal says: an RFC 9457 problem as a fault, whose words name what to do next."""

from collections.abc import Callable
from typing import Any, Final

import httpx2

from cms.commands.client.faults import NotFound, NotSent, RemoteFault, Stale, Unauthorized

# Said after the server's own words.
_NEXT: Final = {
    403: "; ask an editor or an administrator",
    404: " (the server's address may be wrong, or your role may not see it)",
    413: "; shorten the text or raise the server's limit",
    415: "; client and server may be of different versions",
    428: "; client and server may be of different versions",
    500: "; this is a fault of the server, tell who runs it",
}
_KINDS: Final = {401: Unauthorized, 404: NotFound}


def fault_of(response: httpx2.Response, data: object, *, safe: Callable[[str], str]) -> RemoteFault:
    """Return the fault that a refusal is; `safe` makes of the server's words what may be shown."""
    status = response.status_code
    problem = data if isinstance(data, dict) else {}
    message = safe(_said(problem)) or f"the server answered {status}"
    message += _NEXT.get(status, "")
    if status >= httpx2.codes.INTERNAL_SERVER_ERROR:
        request_id = safe(response.headers.get("X-Request-Id", ""))
        message += f"; request {request_id}" if request_id else ""
    if status == httpx2.codes.TOO_MANY_REQUESTS:
        message += f"; try again in {retry_after(response) or 60:.0f} seconds"
        return NotSent(message, status=status)
    if status == httpx2.codes.PRECONDITION_FAILED:
        return _stale(message, problem)
    return _KINDS.get(status, RemoteFault)(message, status=status)


def retry_after(response: httpx2.Response) -> float:
    """Return the seconds of Retry-After; its date form is not used by this server."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else 0.0


def _stale(message: str, problem: dict[str, Any]) -> Stale:
    by = problem.get("changed_by")
    who = by if isinstance(by, dict) else {}
    return Stale(
        message,
        changed_by_id=_words(who.get("id")),
        changed_by=_words(who.get("name")),
        changed_at=_words(problem.get("changed_at")),
    )


def _said(problem: dict[str, Any]) -> str:
    """Return what a problem says, with each field it complains about."""
    words = _words(problem.get("detail")) or _words(problem.get("title")) or ""
    errors = problem.get("errors")
    if not isinstance(errors, list):
        return words
    each = [
        f"{str(error.get('pointer', '')).lstrip('#/?')}: {error.get('detail', '')}"
        for error in errors
        if isinstance(error, dict)
    ]
    words = words.rstrip(".")
    if len(each) == 1 and each[0].rstrip(".").endswith(words):
        # Of a single fault the server says the same above.
        return each[0]
    return f"{words}: {'; '.join(each)}" if each else words


def _words(value: object) -> str | None:
    return value if isinstance(value, str) else None
