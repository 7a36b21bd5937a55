"""Strict reading of requests: the base of schemas, and the parser that fills them."""

from typing import Any, NoReturn

from flask import Request, request
from marshmallow import RAISE, Schema, ValidationError
from webargs import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from cms.foundation.errors import Fault
from cms.foundation.http.faults import faults_of, invalid
from cms.foundation.http.shapes import Shape
from cms.foundation.http.strict_json import read_json

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})
# Queries whose meaning is kept, of all addresses together; in bytes, how long they are at most.
MOST_REMEMBERED = 1000
LONGEST_REMEMBERED = 300


class Strict(Shape):
    """Base of everything that comes in: an unknown name is an error that lists the known."""

    class Meta:
        """Strict."""

        unknown = RAISE

    def __init__(self, **kwargs: Any) -> None:
        """Write the allowed names into the message."""
        super().__init__(**kwargs)
        allowed = ", ".join(field.data_key or name for name, field in self.load_fields.items())
        self.error_messages = {
            **self.error_messages,
            "unknown": f"Unknown. Allowed here: {allowed}.",
            "type": "Must be an object.",
        }


class Parser(FlaskParser):
    """webargs with nothing passed over in silence."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        """With room for what was understood."""
        super().__init__(**kwargs)
        self._understood: dict[tuple[Schema, bytes], dict[str, Any]] = {}

    def parse(
        self, argmap: Any, req: Request | None = None, *, location: str | None = None, **kwargs: Any
    ) -> Any:
        """What the request says. A query always says the same: a short one is looked at once."""
        query = (req or request).query_string
        if location != "query" or len(query) > LONGEST_REMEMBERED:
            return super().parse(argmap, req, location=location, **kwargs)
        understood = self._understood.get((argmap, query))
        if understood is None:
            understood = super().parse(argmap, req, location=location, **kwargs)
            if len(self._understood) >= MOST_REMEMBERED:
                # One assignment: other threads go on with what they have.
                self._understood = {}
            self._understood[argmap, query] = understood
        return dict(understood)

    def load_json(self, req: Request, _schema: Schema) -> Any:
        """The JSON body: 415 for another type, 400 for broken JSON."""
        body = req.get_data(cache=True)
        if not body and not req.mimetype:
            return missing
        charset = req.mimetype_params.get("charset", "utf-8")
        # RFC 8259, 8.1: JSON is UTF-8.
        if req.mimetype not in JSON_TYPES or charset.lower() not in {"utf-8", "utf8"}:
            raise UnsupportedMediaType
        return read_json(body)

    def load_querystring(self, req: Request, _schema: Schema) -> Any:
        """The query string; a parameter given twice is an error. Lists are separated by commas."""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise ValidationError({name: ["Given more than once."] for name in twice})
        # A plain mapping: to say that a name is missing, that of webargs takes ten times as long.
        return req.args.to_dict()

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, **_kwargs: Any
    ) -> NoReturn:
        """Say all that is wrong at once."""
        # webargs puts its location on top: {"json": {"title": [...]}}.
        messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        faults: list[Fault] = []
        for location, found in messages.items():
            faults += faults_of(found, "?" if location == "query" else "#/")
        raise invalid(faults) from error
