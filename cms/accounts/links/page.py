"""Serves `/password`: where a link leads while nobody has built a page of their own."""

import base64
import functools
import hashlib
import html
import string
from importlib import resources

import flask

from cms.accounts.links.sending import OWN_PAGE


def register_password_page(app: flask.Flask, *, title: str) -> None:
    """Add the page. It is the same for everybody: the token stands behind the # of its address."""

    def show_password_page() -> flask.Response:
        style, script = _text("page.css"), _text("page.js")
        gaps = {
            "title": html.escape(title),
            "style": style,
            "script": script,
            "auth_url": html.escape(f"{flask.request.script_root}/api/v1/auth"),
        }
        body = string.Template(_text("page.html")).substitute(gaps)
        response = flask.Response(body, mimetype="text/html")
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
            "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        )
        response.headers["Cache-Control"] = "no-cache"
        return response

    show_password_page.public_page = True  # type: ignore[attr-defined]
    app.add_url_rule(OWN_PAGE, view_func=show_password_page)


@functools.cache
def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    """How the policy names what stands in the page and may run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
