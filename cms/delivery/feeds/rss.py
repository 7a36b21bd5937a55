"""Writes RSS 2.0, as the RSS Advisory Board's profile advises."""

from email.utils import format_datetime
from html import escape

from cms.delivery.feeds.feed import Entry, Feed
from cms.delivery.markup import Document
from cms.foundation import moments

MEDIA_TYPE = "application/rss+xml"
NAMESPACES = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:media": "http://search.yahoo.com/mrss/",
}


def write(feed: Feed) -> bytes:
    """The feed as RSS."""
    xml = Document()
    with xml.element("rss", {"version": "2.0", **NAMESPACES}), xml.element("channel"):
        xml.text("title", feed.title)
        xml.text("link", feed.page)
        # Must be there, and may hold HTML.
        xml.text("description", escape(feed.description or feed.title, quote=False))
        if feed.language:
            xml.text("language", feed.language)
        if feed.entries:
            xml.text("lastBuildDate", format_datetime(feed.updated, usegmt=True))
        xml.empty("atom:link", {"rel": "self", "type": MEDIA_TYPE, "href": feed.address})
        if feed.hub:
            xml.empty("atom:link", {"rel": "hub", "href": feed.hub})
        if feed.following:
            xml.empty("atom:link", {"rel": "next", "type": MEDIA_TYPE, "href": feed.following})
        for entry in feed.entries:
            with xml.element("item"):
                _write_entry(xml, entry)
    return xml.finished()


def _write_entry(xml: Document, entry: Entry) -> None:
    xml.text("title", entry.title)
    xml.text("link", entry.address)
    xml.text("guid", entry.id, {"isPermaLink": "false"})
    xml.text("pubDate", format_datetime(entry.published, usegmt=True))
    xml.text("atom:updated", moments.spell(entry.updated))
    for author in entry.authors:
        # RSS's own `author` is an email address.
        xml.text("dc:creator", author.name)
    for tag in entry.tags:
        xml.text("category", tag.name)
    # Read as HTML; the excerpt is plain text.
    xml.text("description", escape(entry.summary, quote=False))
    if entry.html:
        xml.text("content:encoded", entry.html)
    if entry.image:
        # Not `enclosure`, which must state a length that nobody knows here.
        xml.empty("media:content", {"url": entry.image, "medium": "image"})
