"""A blueprint, closed by default and documented from what it enforces."""

from collections.abc import Callable
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Response, request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema

from cms.foundation.errors import CmsError
from cms.foundation.http import conditional, documentation, shapes
from cms.foundation.http.input import Parser
from cms.foundation.http.output import TEXT, json_response

F = TypeVar("F", bound=Callable[..., Any])
# What all may read.
OPEN = ("GET", "public")


class Blueprint(SmorestBlueprint):
    """Routes that say who may call them and every answer that they can give."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is written into a document before one is asked for: that takes long."""
        # What is left to do for it, in this order.
        self._undocumented: list[Callable[[], None]] = []
        super().__init__(*args, **kwargs)

    def add_url_rule(  # type: ignore[override]
        self, rule: str, endpoint: Any = None, view_func: Any = None, **options: Any
    ) -> None:
        """Register a view. Raises ``TypeError`` for one that declares no access."""
        if getattr(view_func, "access", None) is None:
            message = f"{view_func.__name__} says neither who may call it nor that all may"
            raise TypeError(message)
        method = options.get("methods", ["GET"])[0]
        if getattr(view_func, "is_cacheable", False) and (method, view_func.access) != OPEN:
            message = f"{view_func.__name__} cannot be cacheable: it is not for everybody to read"
            raise TypeError(message)
        complete = partial(documentation.complete, view_func, method)
        self._undocumented.append(partial(complete, has_path_parameters="<" in rule))
        super().add_url_rule(rule, endpoint, view_func, **options)

    def register_views_in_doc(self, *args: Any, **kwargs: Any) -> None:
        """Write all routes into a document."""
        for document in self._undocumented:
            document()
        self._undocumented.clear()
        super().register_views_in_doc(*args, **kwargs)

    def _store_endpoint_docs(self, *args: Any, **options: Any) -> None:
        """Done by ``add_url_rule`` for each view, as soon as it is registered."""
        self._undocumented.append(partial(super()._store_endpoint_docs, *args, **options))

    def response(self, status_code: int, schema: Any = None, **doc: Any) -> Callable[[F], F]:
        """The successful answer: its schema dumps what the view returns, its example is shown.

        A view that answers with text by itself describes it by a mapping, as OpenAPI does.
        """
        instance: Any = shapes.the(schema) if isinstance(schema, type) else schema
        example = getattr(instance, "example", None)
        if example is not None:
            doc.setdefault("example", example)
        versioned = isinstance(instance, Schema) and "version" in instance.fields
        headers = dict(documentation.ETAG) if versioned else {}
        if status_code == HTTPStatus.CREATED:
            headers |= documentation.LOCATION
        doc.setdefault("headers", headers or None)
        document = super().response(status_code, instance, **doc)

        def decorator(view: F) -> F:
            @wraps(view)
            def answered(*args: Any, **kwargs: Any) -> Response:
                result = view(*args, **kwargs)
                if isinstance(result, Response):
                    return result
                extra = {}
                if isinstance(result, tuple):
                    result, extra = result
                if instance is None:
                    return Response(status=status_code, headers=extra)
                data = instance.dump(result)
                answer = json_response(data, status_code, extra)
                if "version" in data:
                    answer.headers["ETag"] = conditional.tag(answer.get_data(), data["version"])
                return answer

            # What smorest wraps around it would look again for what is left to answer.
            cast(Any, answered)._apidoc = cast(Any, document(answered))._apidoc
            return cast(F, answered)

        return decorator

    def arguments(self, schema: Any, *, location: str = "json", **kwargs: Any) -> Callable[[F], F]:
        """What comes in. Always an instance: a class would be built anew for each request."""
        instance = shapes.the(schema) if isinstance(schema, type) else schema
        example = getattr(instance, "example", None)
        if location == "json" and example is not None:
            kwargs.setdefault("example", example)
        decorate = super().arguments(instance, location=location, **kwargs)

        def decorator(view: F) -> F:
            # What smorest and webargs wrap around a view allows for much that no view here is.
            @wraps(decorate(view))
            def given(*args: Any, **kwargs: Any) -> Any:
                said = self.ARGUMENTS_PARSER.parse(instance, request, location=location)
                return view(*args, said, **kwargs)

            wrapped: Any = given
            # webargs' own 422 entry is replaced by ours, with the problem's schema.
            wrapped._apidoc["arguments"].pop("responses", None)
            if location == "query":
                wrapped.query_defaults = _defaults(instance)
                wrapped.never_kept_with = _never_kept(instance)
            return cast(F, wrapped)

        return decorator

    @staticmethod
    def fails(*situations: type[CmsError]) -> Callable[[F], F]:
        """The situations, beyond those that follow from input and access, that it can answer."""

        def decorator(view: F) -> F:
            view.failures = (*getattr(view, "failures", ()), *situations)  # type: ignore[attr-defined]
            return view

        return decorator

    @staticmethod
    def shown_as(media_type: str, about: str, *, example: str) -> Callable[[F], F]:
        """Another form of the successful answer: text that is no JSON."""

        def decorator(view: F) -> F:
            shown = {
                "schema": TEXT,
                "description": about,
                "content_type": media_type,
                "example": example,
            }
            view.forms = (*getattr(view, "forms", ()), shown)  # type: ignore[attr-defined]
            return view

        return decorator


def _never_kept(schema: Schema) -> frozenset[str]:
    """Parameters that make an answer one for this reader and moment."""
    return frozenset(
        field.data_key or name
        for name, field in schema.fields.items()
        if field.metadata.get("is_never_kept")
    )


def _defaults(schema: Schema) -> dict[str, str]:
    """Parameters that say what holds without them, as they are written in a query."""
    return {
        field.data_key or name: str(field.load_default).lower()
        for name, field in schema.fields.items()
        if isinstance(field.load_default, (int, str))
    }
