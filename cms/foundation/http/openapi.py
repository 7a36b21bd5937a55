"""The OpenAPI document: flask-smorest's API object, set up for OpenAPI 3.1."""

import json
from typing import Any

from apispec import APISpec
from flask import Flask, Response
from flask_smorest import Api as SmorestApi

import cms
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
    """One API, one document, one shape of failure."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        """Start the document of ``app``."""
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

    def _register_error_handlers(self) -> None:
        """Failures are the business of ``problems``, for the whole application."""

    def _register_responses(self) -> None:
        """No shared responses: each operation lists its own, with examples."""

    def _register_pagination_header(self) -> None:
        """Lists carry their cursor in the body and in ``Link``."""

    def _register_etag_headers(self) -> None:
        """Declared by the blueprint."""


def text(spec: APISpec) -> str:
    """The document as it is committed and served: the same bytes for the same code."""
    return json.dumps(_tidy(spec.to_dict()), indent=2, ensure_ascii=False) + "\n"


def serve(app: Flask, api: Api) -> None:
    """Serve the document at ``/openapi.json``."""
    body = text(api.spec).encode()

    def openapi_json() -> Response:
        response = Response(body, content_type="application/json")
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    openapi_json.public_page = True  # type: ignore[attr-defined]
    app.add_url_rule("/openapi.json", view_func=openapi_json)


def _tidy(document: dict[str, Any]) -> dict[str, Any]:
    document["paths"] = dict(sorted(document["paths"].items()))
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document
