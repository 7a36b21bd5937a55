"""Situations in which a request cannot be carried out, as the rules see them; no HTTP here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input: where (JSON Pointer, RFC 6901, or a parameter) and what."""

    pointer: str
    detail: str


class CmsError(Exception):
    """Base of all situations. ``code`` is stable and may be relied on by clients."""

    code: ClassVar[str]
    title: ClassVar[str]
    # The edge rolls back what the request wrote, unless the refusal itself is what must be kept
    # (a stolen refresh token ends its session).
    keeps_writes: ClassVar[bool] = False
    # Seconds until it is worth another try, where it may be.
    retry_after: int | None = None

    def __init__(self, detail: str, *, errors: Sequence[Fault] = (), **members: Any) -> None:
        """``members`` become extension members of the problem document (RFC 9457, 3.2)."""
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.members = members


class Malformed(CmsError):
    """The input cannot be read at all."""

    code = "malformed_request"
    title = "The request cannot be read"


class Unauthenticated(CmsError):
    """Nobody is logged in, or the token no longer counts."""

    code = "not_authenticated"
    title = "A valid access token is needed"

    def __init__(self, detail: str, *, token_came: bool = False) -> None:
        """``token_came``: there was a token, but a forged, expired or revoked one."""
        super().__init__(detail)
        self.token_came = token_came


class Forbidden(CmsError):
    """Known, but not allowed."""

    code = "not_allowed"
    title = "Your role does not allow this"


class NotFound(CmsError):
    """No such thing, or none that the caller may know of."""

    code = "not_found"
    title = "There is nothing here"


class Gone(CmsError):
    """It was here, and was withdrawn."""

    code = "gone"
    title = "What was here has been withdrawn"


class Pruned(Gone):
    """The site is no longer known as it was at that version."""

    code = "history_pruned"
    title = "That state of the site is no longer kept"


class Conflict(CmsError):
    """The state of the content stands against it."""

    code = "conflict"
    title = "The content has another state"


class Stale(CmsError):
    """The caller worked from a version that is no longer the current one."""

    code = "stale_version"
    title = "Somebody saved a newer version"


class ExpectationMissing(CmsError):
    """A change must say which version it was made from."""

    code = "precondition_required"
    title = "The change must say which version it was made from"


class Unprocessable(CmsError):
    """Readable, but not a valid value; ``errors`` says which."""

    code = "invalid_input"
    title = "The input is not valid"


class TooManyAttempts(CmsError):
    """Slow down; ``retry_after`` is in seconds."""

    code = "too_many_attempts"
    title = "Too many attempts"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        """``retry_after`` in seconds, at least 1."""
        super().__init__(detail, retry_after=retry_after)
        self.retry_after = retry_after


class Unavailable(CmsError):
    """The database does not answer now; the same request may succeed later."""

    code = "unavailable"
    title = "The database does not answer"
    retry_after = 1


class OutcomeUnknown(Unavailable):
    """The database was lost while it saved: perhaps it has, perhaps not."""

    code = "outcome_unknown"
    title = "Nobody knows whether it was saved"


@dataclass(slots=True)
class FaultyConfiguration(Exception):
    """The settings cannot be used; all faults at once."""

    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """One fault a line."""
        return "\n".join(self.faults)
