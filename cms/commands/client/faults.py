"""What keeps a server from doing what was asked, told apart by what a client does about it."""


class RemoteFault(Exception):
    """The server did not do what was asked; the message says what to do next."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NotSent(RemoteFault):
    """Nothing reached the server, or it says that it looked at nothing (429)."""


class Unauthorized(RemoteFault):
    """The token, or the e-mail with the password, is not accepted (401)."""


class NotFound(RemoteFault):
    """There is no such thing, or this user may not see it (404)."""


class Stale(RemoteFault):
    """Somebody saved another version first (412); who and when, as far as the server says."""

    def __init__(
        self,
        message: str,
        *,
        changed_by_id: str | None = None,
        changed_by: str | None = None,
        changed_at: str | None = None,
    ) -> None:
        super().__init__(message, status=412)
        self.changed_by_id = changed_by_id
        self.changed_by = changed_by
        self.changed_at = changed_at
