"""Serves `/docs/problems`: every `code` of a problem document, what it means and its status."""

import functools
import html
from http import HTTPStatus

import flask

from cms.foundation.errors import CmsError
from cms.foundation.http import own_pages, problems
from cms.foundation.http.docs import page


def register_problems_page(app: flask.Flask, *, title: str) -> None:
    """Add the page that the `type` of each problem document points to."""

    def show_problems(root: str) -> str:
        stylesheet = f"{root}/docs/assets/{page.fingerprint()}/docs.css"
        return _page(title, stylesheet, f"{root}/docs")

    own_pages.serve(app, "/docs/problems", show_problems, policy=page.CONTENT_SECURITY_POLICY)


def catalogue() -> dict[str, tuple[HTTPStatus, str]]:
    """Each code with its status and meaning: those of the rules and those of HTTP itself."""
    found: dict[str, tuple[HTTPStatus, str]] = {}
    for situation in _descendants(CmsError):
        meaning = " ".join((situation.__doc__ or "").split()).replace("``", "")
        found.setdefault(situation.code, (problems.status_of(situation), meaning))
    for status, (code, detail) in problems.HTTP_FAILURES.items():
        found.setdefault(code, (HTTPStatus(status), detail))
    return dict(sorted(found.items()))


def _descendants(ancestor: type[CmsError]) -> list[type[CmsError]]:
    children = ancestor.__subclasses__()
    return children + [one for child in children for one in _descendants(child)]


@functools.cache
def _page(title: str, stylesheet: str, docs: str) -> str:
    entries = "".join(
        f'<dt id="{html.escape(code)}"><code>{html.escape(code)}</code> {int(status)} '
        f"{html.escape(problems.phrase(status))}</dt><dd>{html.escape(meaning)}</dd>"
        for code, (status, meaning) in catalogue().items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}: problems</title>"
        f'<link rel="stylesheet" href="{html.escape(stylesheet)}"></head><body>'
        '<header class="bar"><div class="bar-row"><h1>Problems</h1>'
        f'<nav aria-label="Documents"><a href="{html.escape(docs)}">API reference</a></nav></div>'
        '</header><main class="plain"><p>Every failure is a problem document (RFC 9457). Its '
        "<code>code</code> is one of these and never changes its meaning.</p>"
        f"<dl>{entries}</dl></main></body></html>"
    )
