"""Field types of JSON and of query strings: strict in what they take."""

import re
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validate
from webargs import fields as webargs_fields

from cms.foundation import ids, moments

# Tab, line feed and carriage return are text; other control characters are not, and PostgreSQL
# refuses NUL.
ALLOWED_CONTROLS = frozenset("\t\n\r")
# Unicode's control characters (Cc), and halves of a surrogate pair (Cs), which UTF-8 cannot hold.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)

# Values of a query parameter, separated by commas.
CommaList = webargs_fields.DelimitedList


class Line(fields.String):
    """One line of text: NFC, without control characters, outer and double spaces folded."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        """``longest`` in characters, as it came and as it is kept; never empty."""
        self._fits = validate.Length(1, longest)
        super().__init__(validate=self._fits, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        # The document's maxLength speaks of what is sent, and the column of what is kept.
        self._fits(text)
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
        # Python reads more: days of a week, nothing between the digits.
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
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


class Several(fields.List[Any]):
    """A list of at most so many: of a longer one nothing is looked at, however much it holds."""

    def __init__(self, of: fields.Field[Any], *, most: int, least: int = 0, **kwargs: Any) -> None:
        """``least`` to ``most`` items."""
        self._fits = validate.Length(least, most)
        super().__init__(of, validate=self._fits, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if isinstance(value, list):
            self._fits(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Id(fields.UUID):
    """A UUID in its one spelling."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> uuid.UUID:
        if not isinstance(value, str):
            raise self.make_error("invalid_uuid")
        try:
            return ids.read(value)
        except ValueError as error:
            raise self.make_error("invalid_uuid") from error


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
