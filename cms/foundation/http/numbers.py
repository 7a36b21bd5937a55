"""Numbers in addresses: what no row can have matches no route."""

from werkzeug.routing import BaseConverter

# What every database takes.
HIGHEST = 999_999_999


class NumberConverter(BaseConverter):
    """``<number:number>``: counted from one, ASCII digits without a leading zero."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)
