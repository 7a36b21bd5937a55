"""Slugs in addresses: what is none matches no route, and so never reaches a query."""

from werkzeug.routing import BaseConverter


class SlugConverter(BaseConverter):
    """``<slug:slug>``: lower-case ASCII words joined by hyphens."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"
