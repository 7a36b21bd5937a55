"""What comes in: strict reading of JSON bodies and query strings, and strict field types."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NoReturn

import orjson
from flask import Request, request
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from webargs import fields as webargs_fields
from webargs import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from cms.foundation import moments
from cms.foundation.errors import Fault, Malformed, Unprocessable

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})
# Tab, line feed and carriage return are text; other control characters are not, and PostgreSQL
# refuses NUL.
ALLOWED_CONTROLS = frozenset("\t\n\r")
# Unicode's control characters (Cc), and halves of a surrogate pair (Cs), which UTF-8 cannot hold.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# A body full of nonsense must not come back many times as large.
MOST_FAULTS = 100
LONGEST_POINTER = 200


class Strict(Schema):
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


class Line(fields.String):
    """One line of text: NFC, without control characters, outer and double spaces folded."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        """``longest`` in characters, after folding; never empty."""
        super().__init__(validate=validate.Length(1, longest), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        folded = " ".join(unicodedata.normalize("NFC", text).split())
        _refuse_controls(folded, allowed=frozenset())
        return folded


class Prose(fields.String):
    """Text of several lines, kept exactly as it came; control characters are refused."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        """``longest`` in characters."""
        super().__init__(validate=validate.Length(0, longest), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        _refuse_controls(text, allowed=ALLOWED_CONTROLS)
        return text


class Flag(fields.Boolean):
    """``true`` or ``false`` and nothing that merely looks like it."""

    truthy = {True}  # noqa: RUF012 - marshmallow's own way
    falsy = {False}  # noqa: RUF012

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        # 1 == True in Python; JSON knows the difference.
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class QueryFlag(fields.Boolean):
    """``true`` or ``false`` in a query string."""

    truthy = {"true"}  # noqa: RUF012 - marshmallow's own way
    falsy = {"false"}  # noqa: RUF012


class Number(fields.Integer):
    """A whole number in a body; ``"3"``, ``3.0`` and ``true`` merely look like one."""

    def __init__(self, **kwargs: Any) -> None:
        """Strict."""
        super().__init__(strict=True, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class QueryInteger(fields.Integer):
    """Digits in a query string; Python reads ``1_0`` and `` 3`` as numbers too."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not re.fullmatch("-?[0-9]{1,18}", str(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Moment(fields.AwareDateTime):
    """RFC 3339 with a zone; kept in UTC and whole milliseconds, shown with ``Z``."""

    def __init__(self, **kwargs: Any) -> None:
        """A naive moment is refused: nobody can know when it is."""
        super().__init__(format="iso", default_timezone=None, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        if not isinstance(value, str) or len(value) > 40 or not value.isascii():  # noqa: PLR2004
            raise self.make_error("invalid", input=value, obj_type="datetime")
        moment = super()._deserialize(value, attr, data, **kwargs)
        try:
            moment = moments.cut(moment)
        except OverflowError as error:
            raise self.make_error("invalid", input=value, obj_type="datetime") from error
        if not moments.EARLIEST <= moment <= moments.LATEST:
            raise self.make_error("invalid", input=value, obj_type="datetime")
        return moment

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else moments.spell(value)


class WebAddress(fields.String):
    """An absolute http or https address, or a path on the frontend's own site."""

    def __init__(self, *, longest: int = 2000, **kwargs: Any) -> None:
        """``longest`` in characters."""
        metadata = {"format": "uri-reference", **kwargs.pop("metadata", {})}
        super().__init__(validate=validate.Length(1, longest), metadata=metadata, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not _is_safe_address(text):
            message = "Must start with https://, http:// or a single / and hold no spaces."
            raise ValidationError(message)
        return text


class Parser(FlaskParser):
    """webargs with nothing passed over in silence."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        """With room for what holds where nothing is asked."""
        super().__init__(**kwargs)
        self._unasked: dict[Schema, dict[str, Any]] = {}

    def parse(
        self, argmap: Any, req: Request | None = None, *, location: str | None = None, **kwargs: Any
    ) -> Any:
        """What the request says. An empty query always says the same: it is looked at once."""
        if location != "query" or (req or request).query_string:
            return super().parse(argmap, req, location=location, **kwargs)
        if argmap not in self._unasked:
            self._unasked[argmap] = super().parse(argmap, req, location=location, **kwargs)
        return dict(self._unasked[argmap])

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

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The query string; a parameter given twice is an error. Lists are separated by commas."""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise ValidationError({name: ["Given more than once."] for name in twice})
        return super().load_querystring(req, schema)

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, **_kwargs: Any
    ) -> NoReturn:
        """Say all that is wrong at once."""
        # webargs puts its location on top: {"json": {"title": [...]}}.
        messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        faults: list[Fault] = []
        for location, found in messages.items():
            faults += _flatten(found, "?" if location == "query" else "#/")
        raise invalid(faults) from error


def invalid(faults: list[Fault]) -> Unprocessable:
    """The answer to input that can be read but not used; short, however much is wrong with it."""
    shown = [Fault(fault.pointer[:LONGEST_POINTER], fault.detail) for fault in faults[:MOST_FAULTS]]
    first = shown[0]
    more = f" ({len(faults) - 1} more under `errors`)" if len(faults) > 1 else ""
    return Unprocessable(
        f"{first.pointer.lstrip('#/?')}: {first.detail}{more}".lstrip(": "), errors=shown
    )


def read_json(body: bytes) -> Any:
    """Parse a JSON body. orjson bounds nesting and refuses lone surrogates and NaN.

    It takes the last of two members with one name; that would lose the first in silence.
    """
    try:
        parsed = orjson.loads(body)
        if b"{" in body:
            json.loads(body, object_pairs_hook=_members)
    except RecursionError as error:
        message = "The body is nested too deeply."
        raise Malformed(message) from error
    except orjson.JSONDecodeError as error:
        message = (
            f"The body is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        )
        raise Malformed(message) from error
    return parsed


def _members(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        message = "The body names a member of an object twice."
        raise Malformed(message)


def faults_of(messages: Any) -> list[Fault]:
    """Marshmallow's messages about a body."""
    return list(_flatten(messages, "#/"))


def _flatten(messages: Any, path: str) -> Iterator[Fault]:
    """Marshmallow's nested messages as pointers."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            if key == "_schema":
                yield from _flatten(inner, path)
            else:
                step = str(key).replace("~", "~0").replace("/", "~1")
                joint = "" if path.endswith(("?", "/")) else "/"
                yield from _flatten(inner, f"{path}{joint}{step}")
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield Fault(path, str(message))


def one_line(text: str) -> None:
    """A validator: no control characters."""
    _refuse_controls(text, allowed=frozenset())


def _refuse_controls(text: str, *, allowed: frozenset[str]) -> None:
    for found in _CONTROLS.finditer(text):
        if found[0] not in allowed:
            message = f"Holds the character U+{ord(found[0]):04X}, which is not text."
            raise ValidationError(message)


def _is_safe_address(text: str) -> bool:
    if any(c.isspace() or c in '<>"\\^`{|}' or unicodedata.category(c)[0] == "C" for c in text):
        return False
    if text.startswith("/"):
        return not text.startswith("//")
    return re.match("https?://[^/?#]", text, re.IGNORECASE) is not None


# Re-exported so that schemas need only this module.
CommaList = webargs_fields.DelimitedList
