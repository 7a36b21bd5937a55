"""Serves the docs page: Swagger UI from an installed package, with our log-in bar on top."""

import functools
import gzip
import hashlib
import html
import string
from dataclasses import dataclass
from importlib import resources

import flask

from cms.foundation.http import own_pages
from cms.foundation.http.docs import recipes

OWN_FILES = "cms.foundation.http.docs"
SWAGGER_UI_FILES = "flask_swagger_ui"

#: Every file that may be fetched below /docs/assets: where it comes from and what it is.
ASSETS = {
    "docs.css": (OWN_FILES, "docs.css", "text/css"),
    "docs.js": (OWN_FILES, "docs.js", "text/javascript"),
    "favicon.png": (SWAGGER_UI_FILES, "dist/favicon-32x32.png", "image/png"),
    "swagger-ui.css": (SWAGGER_UI_FILES, "dist/swagger-ui.css", "text/css"),
    "swagger-ui.js": (SWAGGER_UI_FILES, "dist/swagger-ui-bundle.js", "text/javascript"),
}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


@dataclass(frozen=True)
class Asset:
    """One file of the page, plain and compressed."""

    content: bytes
    compressed: bytes
    mimetype: str


@functools.cache
def assets() -> dict[str, Asset]:
    """Read all files once, at the first visit, so that starting the server costs nothing."""
    found = {}
    for name, (package, path, mimetype) in ASSETS.items():
        content = resources.files(package).joinpath(path).read_bytes()
        # mtime=0: the same bytes from every worker.
        found[name] = Asset(content, gzip.compress(content, mtime=0), mimetype)
    return found


@functools.cache
def fingerprint() -> str:
    """Name this set of files; it is part of their addresses, so they may be cached for ever."""
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(name.encode() + b"\0" + asset.content)
    return digest.hexdigest()[:16]


@functools.cache
def template() -> string.Template:
    """Return the page with its gaps."""
    return string.Template(resources.files(OWN_FILES).joinpath("page.html").read_text("utf-8"))


def register_docs(
    app: flask.Flask,
    *,
    openapi_path: str,
    api_prefix: str,
    title: str,
    programs: tuple[str, ...],
) -> None:
    """Add `GET /docs` and its files. Both paths are given from the root, as `/openapi.json`.

    ``programs`` are the files of the folder `examples` that it shows.
    """

    def show_docs(root: str) -> str:
        gaps = {
            "title": title,
            "openapi_url": root + openapi_path,
            "auth_url": f"{root}{api_prefix}/auth",
            "assets_url": f"{root}/docs/assets/{fingerprint()}",
        }
        filled = {name: html.escape(text) for name, text in gaps.items()}
        return template().substitute(filled, recipes=recipes.entries(programs))

    def get_docs_asset(version: str, name: str) -> flask.Response:
        asset = assets().get(name)
        if asset is None or version != fingerprint():
            flask.abort(404)
        response = flask.Response(asset.content, mimetype=asset.mimetype)
        if flask.request.accept_encodings.quality("gzip") > 0:
            response.set_data(asset.compressed)
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    get_docs_asset.public_page = True  # type: ignore[attr-defined]
    own_pages.serve(app, "/docs", show_docs, policy=CONTENT_SECURITY_POLICY)
    app.add_url_rule("/docs/assets/<version>/<name>", view_func=get_docs_asset)
