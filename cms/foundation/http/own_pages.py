"""Serves pages of our own to browsers; they are no part of the API."""

from collections.abc import Callable
from functools import wraps

from flask import Flask, Response, request


def serve(app: Flask, path: str, render: Callable[[str], str], *, policy: str) -> None:
    """Serve what ``render`` makes of the root of all addresses, as HTML, under its own name.

    ``policy`` says what the page may load and run. No cache gives it out unasked.
    """

    @wraps(render)
    def show() -> Response:
        response = Response(render(request.script_root), mimetype="text/html")
        response.headers["Content-Security-Policy"] = policy
        response.headers["Cache-Control"] = "no-cache"
        return response

    # Read by the test that walks the URL map: it asks for no permission.
    show.public_page = True  # type: ignore[attr-defined]
    app.add_url_rule(path, view_func=show)
