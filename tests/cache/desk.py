"""A small application behind the layer: it says how often it was asked, and what."""

import io
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request

from cms.editions.present import Version
from cms.foundation.cache import ResponseCache
from cms.foundation.cache.addresses import Addresses

PUBLIC = "public, max-age=60"
TEXT = "A text that is long enough to be worth compressing. " * 40


@dataclass(slots=True)
class Answer:
    """What came out of the layer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def source(self) -> str:
        """`hit`, or why it was none."""
        return self.headers.get("Cache-Status", "none").removeprefix("cms; ")


@dataclass
class Desk:
    """The layer, the application behind it, and the site version, which tests move."""

    capacity: int = 1_000_000
    origins: tuple[str, ...] = ()
    version: int = 1
    asked: list[str] = field(default_factory=list)
    # What the application does before it answers.
    meanwhile: Callable[[], object] = lambda: None
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200

    def __post_init__(self) -> None:
        """Put them together."""
        app = Flask("desk", static_folder=None)
        things: Any = self._view(cacheable=True)
        things.query_defaults = {"limit": "20"}
        app.add_url_rule("/things", "things", things)
        app.add_url_rule("/things/<name>", "thing", self._view(cacheable=True))
        app.add_url_rule("/private", "private", self._view(cacheable=False))
        self.layer = ResponseCache(
            app.wsgi_app,
            addresses=Addresses(app, origins=self.origins),
            present=lambda: Version(self.version, 0),
            capacity=self.capacity,
        )

    def _view(self, *, cacheable: bool) -> Callable[..., Response]:
        lock = threading.Lock()

        def view(name: str = "") -> Response:
            with lock:
                self.asked.append(f"{request.method} {request.full_path.rstrip('?')}")
                number = len(self.asked)
            self.meanwhile()
            text = f"{name} {sorted(request.args.items(multi=True))} {self.version} {TEXT}"
            response = Response(text, status=self.status, content_type="text/plain")
            response.headers.update({"ETag": f'"{self.version}-{number}"', "Cache-Control": PUBLIC})
            response.headers.update(self.headers)
            if "Origin" in request.headers:
                response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            return response

        view.is_cacheable = cacheable  # type: ignore[attr-defined]
        return view

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """One request; ``headers`` with underscores."""
        said: list[Any] = []

        def start_response(status: str, found: list[tuple[str, str]], _error: Any = None) -> Any:
            said.extend((status, found))

        body = b"".join(self.layer(question(path, method, **headers), start_response))
        status, found = said
        assert len({name.lower() for name, _ in found}) == len(found), "a header came twice"
        return Answer(int(status[:3]), dict(found), body)


def question(path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    """A request as a server hands it over; ``headers`` with underscores."""
    path, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
