"""The query parameters ``filter`` and ``sort`` of a list."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from cms.foundation import filters, sorting
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.parser import LONGEST
from cms.foundation.filters.scanner import BadFilter


class FilterField(fields.String):
    """A filter over the fields that a list allows; gives the checked tree."""

    def __init__(self, allowed: Mapping[str, Kind], *, examples: list[str]) -> None:
        """``allowed``: names and kinds of the fields."""
        named = ", ".join(f"`{name}`" for name in allowed)
        super().__init__(
            data_key="filter",
            metadata={
                "minLength": 1,
                "maxLength": LONGEST,
                "description": "Only what fits: `+` and, `,` or, `-` before a value not, `( )` "
                "groups, `[a,b]` one of, `>` `>=` `<` `<=`, `~` contains, `~^` begins with, `~$` "
                f"ends with, `null`, `now-30d`; a space reads as `+`. Fields: {named}",
                "examples": examples,
            },
        )
        self._allowed = allowed

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return filters.check(filters.parse(text), self._allowed)
        except BadFilter as error:
            raise ValidationError(str(error)) from error


class SortField(fields.String):
    """Fields to sort by; gives the complete order."""

    def __init__(self, allowed: tuple[str, ...], *, default: str, examples: list[str]) -> None:
        """``default``: how the list is sorted otherwise."""
        named = ", ".join(f"`{name}`" for name in allowed)
        super().__init__(
            metadata={
                "description": "Fields to sort by, separated by commas; `-` before one turns it "
                f"round. `{default}` if absent. Fields: {named}",
                "examples": examples,
            },
        )
        self._allowed = allowed

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return sorting.parse(text, self._allowed)
        except sorting.BadOrder as error:
            raise ValidationError(str(error)) from error
