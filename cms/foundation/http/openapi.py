"""The OpenAPI document: flask-smorest's API object, set up for OpenAPI 3.1."""

import json
import threading
from functools import cache
from typing import Any

from flask import Flask, Response
from flask_smorest import Api as SmorestApi

import cms
from cms.foundation.http.blueprint import Blueprint
from cms.foundation.http.converters import CONVERTERS
from cms.foundation.http.problems import Problem

TITLE = "Headless blog CMS"
DESCRIPTION = """\
Posts, authors and tags of a blog over HTTP.

Everything under `/api/v1/posts`, `/authors` and `/tags`, and what is at the root for feed readers
and crawlers, is public and read-only: it shows what is published and nothing else. Everything under
`/api/v1/manage` needs a login and changes content. Failures are problem documents (RFC 9457) whose
`code` never changes its meaning.
"""


class Api(SmorestApi):
    """One API, one document, one shape of failure.

    Routes are served at once. They are described when the document is first asked for, since most
    processes never are, and it takes longer than all else of a start.
    """

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        """Start the document of ``app``."""
        self._undescribed: list[Blueprint] = []
        self._describing = threading.Lock()
        app.config.update(
            API_TITLE=TITLE,
            API_VERSION=cms.__version__,
            OPENAPI_VERSION="3.1.0",
            OPENAPI_URL_PREFIX=None,
        )
        super().__init__(
            app,
            spec_kwargs={
                "info": {
                    "description": DESCRIPTION,
                    "license": {"name": "MIT", "identifier": "MIT"},
                    "contact": {"name": "The cms maintainers"},
                },
                "servers": [{"url": "/", "description": "This server"}],
            },
        )
        self.spec.components.security_scheme(
            "bearerAuth",
            {
                "type": "http",
                "scheme": "bearer",
                "description": "The `access_token` of `POST /api/v1/auth/login`, or a key",
            },
        )
        app.url_map.converters.update(CONVERTERS)
        for converter in CONVERTERS.values():
            self.register_converter(converter, lambda one: one.schema)

    def register_blueprint(self, blp: Blueprint) -> None:  # type: ignore[override]
        """Serve its routes; describe them later."""
        self._app.register_blueprint(blp)
        self._undescribed.append(blp)

    def text(self) -> str:
        """The document as it is committed and served: the same bytes for the same code."""
        with self._describing:
            for blueprint in self._undescribed:
                self._describe(blueprint)
            self._undescribed.clear()
            document = _tidy(self.spec.to_dict())
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def _describe(self, blueprint: Blueprint) -> None:
        name = blueprint.name
        blueprint.register_views_in_doc(self, self._app, self.spec, name=name, parameters=None)
        self.spec.tag({"name": name, "description": blueprint.description})

    def _register_error_handlers(self) -> None:
        """Failures are the business of ``problems``, for the whole application."""

    def _register_responses(self) -> None:
        """No shared responses: each operation lists its own, with examples."""

    def _register_pagination_header(self) -> None:
        """Lists carry their cursor in the body and in ``Link``."""

    def _register_etag_headers(self) -> None:
        """Declared by the blueprint."""


def serve(app: Flask, api: Api) -> None:
    """Serve the document at ``/openapi.json``."""

    @cache
    def body() -> bytes:
        return api.text().encode()

    def openapi_json() -> Response:
        response = Response(body(), content_type="application/json")
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    openapi_json.public_page = True  # type: ignore[attr-defined]
    app.add_url_rule("/openapi.json", view_func=openapi_json)


def _tidy(document: dict[str, Any]) -> dict[str, Any]:
    document["paths"] = dict(sorted(document["paths"].items()))
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document
