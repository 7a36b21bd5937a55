"""The floor: what the server itself costs, with an application that only hands over bytes."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def application() -> "WSGIApplication":
    """The callable."""
    kept = json.loads(Path(os.environ["FLOOR_FILE"]).read_text())
    headers = [(name, value) for name, value in kept["headers"]]
    body = kept["body"].encode("latin-1")

    def answer(_environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [body]

    return answer


def serve() -> None:
    """Like `cms serve`, with the callable in its place."""
    Granian(
        "benchmarks.floor:application",
        factory=True,
        address="127.0.0.1",
        port=int(os.environ["FLOOR_PORT"]),
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=int(os.environ["FLOOR_THREADS"]),
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    serve()
