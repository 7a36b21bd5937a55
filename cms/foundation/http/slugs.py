"""Slugs in addresses: what is none matches no route, and so never reaches a query."""

from werkzeug.routing import BaseConverter, ValidationError

# More than any slug has; what is longer should not come back in the answer.
LONGEST = 200


class SlugConverter(BaseConverter):
    """``<slug:slug>``: lower-case ASCII words joined by hyphens."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"

    def to_python(self, value: str) -> str:
        """The slug."""
        if len(value) > LONGEST:
            raise ValidationError
        return value
