from collections.abc import Callable
from typing import Any, TypeVar

from apispec import APISpec
from flask import Blueprint as FlaskBlueprint
from flask import Flask
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

_F = TypeVar("_F", bound=Callable[..., Any])

class Blueprint(FlaskBlueprint):
    ARGUMENTS_PARSER: FlaskParser
    description: str
    def __init__(
        self, name: str, import_name: str, *, url_prefix: str | None = ..., description: str = ...
    ) -> None: ...
    def add_url_rule(
        self, rule: str, endpoint: str | None = ..., view_func: Any = ..., **options: Any
    ) -> None: ...
    def register_views_in_doc(
        self,
        api: Api,
        app: Flask,
        spec: APISpec,
        *,
        name: str,
        parameters: list[dict[str, Any]] | None,
    ) -> None: ...
    def _store_endpoint_docs(
        self, endpoint: str, obj: Any, parameters: Any, tags: Any, **options: Any
    ) -> None: ...
    def response(
        self, status_code: int, schema: Schema | None = ..., **doc: Any
    ) -> Callable[[_F], _F]: ...
    def arguments(
        self, schema: Schema, *, location: str = ..., **kwargs: Any
    ) -> Callable[[_F], _F]: ...
    # Views return what the schema dumps, not what Flask would accept.
    def get(self, rule: str) -> Callable[[_F], _F]: ...  # type: ignore[override]
    def post(self, rule: str) -> Callable[[_F], _F]: ...  # type: ignore[override]
    def patch(self, rule: str) -> Callable[[_F], _F]: ...  # type: ignore[override]
    def delete(self, rule: str) -> Callable[[_F], _F]: ...  # type: ignore[override]

class Api:
    _app: Flask
    spec: APISpec
    ERROR_SCHEMA: type[Schema]
    DEFAULT_ERROR_RESPONSE_NAME: str | None
    def __init__(self, app: Flask, *, spec_kwargs: dict[str, Any] = ...) -> None: ...
    def register_blueprint(self, blp: Blueprint) -> None: ...
    def register_converter(
        self, converter: type[Any], func: Callable[[Any], dict[str, Any]]
    ) -> None: ...
