"""How granian calls an application: changed from outside, since it offers no way of its own."""

from collections.abc import Callable
from typing import Any, cast

from granian.server import mp

# With granian's way to answer one request, and with what the client asked (a WSGI environment).
Call = Callable[[Any, dict[str, Any]], object]


def change(how: Callable[[Call], Call]) -> None:
    """Put ``how`` around each call, in this process, before its server is made."""
    # Nothing public lets an application answer from another thread.
    server = cast(Any, mp)
    wrap: Callable[..., Call] = server._wsgi_call_wrap  # noqa: SLF001

    def wrapped(application: Any, *options: Any) -> Call:
        return how(wrap(application, *options))

    server._wsgi_call_wrap = wrapped  # noqa: SLF001
