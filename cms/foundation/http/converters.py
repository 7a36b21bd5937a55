"""Slugs and numbers in addresses: what is none matches no route, and so reaches no query."""

from typing import Any, ClassVar

from werkzeug.routing import BaseConverter, ValidationError

# More than any slug has; what is longer should not come back in the answer.
LONGEST_SLUG = 200
# What every database takes.
HIGHEST_NUMBER = 999_999_999


class Slug(BaseConverter):
    """``<slug:slug>``: lower-case ASCII words joined by hyphens."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"
    schema: ClassVar[dict[str, Any]] = {"type": "string"}

    def to_python(self, value: str) -> str:
        """The slug."""
        if len(value) > LONGEST_SLUG:
            raise ValidationError
        return value


class Number(BaseConverter):
    """``<number:number>``: counted from one, ASCII digits without a leading zero."""

    regex = "[1-9][0-9]{0,8}"
    schema: ClassVar[dict[str, Any]] = {"type": "integer", "minimum": 1, "maximum": HIGHEST_NUMBER}

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


CONVERTERS = {"slug": Slug, "number": Number}
