"""Writes sitemaps and their index (sitemaps.org), with images."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from cms.delivery.markup import escaped
from cms.foundation import moments

MEDIA_TYPE = "application/xml"
# As many as the format allows. They are put together as text: a writer of XML would take three
# times as long for so many.
SIZE = 50_000
# All together may have 50 MB. An address that long is seldom one for strangers anyway.
LONGEST_IMAGE = 500

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_IMAGES = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


class Place(NamedTuple):
    """An address; when it changed, as ``moments.spell`` has it; its image. Empty: not known."""

    address: str
    changed: str = ""
    image: str = ""


def spelled(moment: datetime | None) -> str:
    """A moment as a place has it."""
    return "" if moment is None else moments.spell(moment)


def write_index(places: Iterable[Place]) -> bytes:
    """A map of maps."""
    return _written("sitemapindex", _NAMESPACE, "sitemap", places)


def write(places: Iterable[Place]) -> bytes:
    """A map of pages."""
    return _written("urlset", f"{_NAMESPACE} {_IMAGES}", "url", places)


def _written(root: str, namespaces: str, name: str, places: Iterable[Place]) -> bytes:
    inside = "".join([f"<{name}>{_inside(*place)}</{name}>" for place in places])
    whole = f"<{root} {namespaces}>{inside}</{root}>" if inside else f"<{root} {namespaces}/>"
    return f"{_DECLARATION}{whole}".encode()


def _inside(address: str, changed: str, image: str) -> str:
    written = f"<loc>{escaped(address)}</loc>"
    if changed:
        written += f"<lastmod>{changed}</lastmod>"
    if image and len(image) <= LONGEST_IMAGE:
        written += f"<image:image><image:loc>{escaped(image)}</image:loc></image:image>"
    return written
