"""What all schemas have in common: none ever changes, so that one of each is enough."""

from functools import cache
from typing import Any, Self

from marshmallow import Schema


class Shape(Schema):
    """A schema, which holds nothing of a request and never changes."""

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        """Itself: flask-smorest copies what views say of themselves, again and again."""
        return self


@cache
def the(schema: type[Schema]) -> Schema:
    """The instance of a class of schemas."""
    return schema()
