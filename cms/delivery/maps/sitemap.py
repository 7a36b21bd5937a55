"""Writes sitemaps and their index (sitemaps.org), with images."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cms.delivery.markup import Document
from cms.foundation import moments

MEDIA_TYPE = "application/xml"
NAMESPACE = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}
IMAGES = {"xmlns:image": "http://www.google.com/schemas/sitemap-image/1.1"}
# As many as the format allows.
SIZE = 50_000
# All together may have 50 MB. An address that long is seldom one for strangers anyway.
LONGEST_IMAGE = 500


@dataclass(frozen=True, slots=True)
class Place:
    """An address; ``image`` is empty for one without."""

    address: str
    changed: datetime | None
    image: str = ""


def write_index(places: Iterable[Place]) -> bytes:
    """A map of maps."""
    xml = Document()
    with xml.element("sitemapindex", NAMESPACE):
        for place in places:
            with xml.element("sitemap"):
                _write_place(xml, place)
    return xml.finished()


def write(places: Iterable[Place]) -> bytes:
    """A map of pages."""
    xml = Document()
    with xml.element("urlset", {**NAMESPACE, **IMAGES}):
        for place in places:
            with xml.element("url"):
                _write_place(xml, place)
                if place.image and len(place.image) <= LONGEST_IMAGE:
                    with xml.element("image:image"):
                        xml.text("image:loc", place.image)
    return xml.finished()


def _write_place(xml: Document, place: Place) -> None:
    xml.text("loc", place.address)
    if place.changed is not None:
        xml.text("lastmod", moments.spell(place.changed))
