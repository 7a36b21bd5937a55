"""Serves `/password`: where a link leads while nobody has built a page of their own."""

import base64
import hashlib
import html
import string
from importlib import resources

import flask

from cms.accounts.links.sending import OWN_PAGE
from cms.foundation.http import own_pages


def register_password_page(app: flask.Flask, *, title: str) -> None:
    """Add the page. It is the same for everybody: the token stands behind the # of its address."""
    page, style, script = string.Template(_text("page.html")), _text("page.css"), _text("page.js")

    def show_password_page(root: str) -> str:
        auth_url = html.escape(f"{root}/api/v1/auth")
        return page.substitute(
            title=html.escape(title), style=style, script=script, auth_url=auth_url
        )

    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    own_pages.serve(app, OWN_PAGE, show_password_page, policy=policy)


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    """How the policy names what stands in the page and may run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
