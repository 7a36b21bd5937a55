"""Writes Atom (RFC 4287)."""

from cms.delivery.feeds.feed import Entry, Feed, Person
from cms.delivery.markup import Document
from cms.foundation import moments

MEDIA_TYPE = "application/atom+xml"
NAMESPACES = {
    "xmlns": "http://www.w3.org/2005/Atom",
    "xmlns:media": "http://search.yahoo.com/mrss/",
}


def write(feed: Feed) -> bytes:
    """The feed as Atom."""
    xml = Document()
    language = {"xml:lang": feed.language} if feed.language else {}
    with xml.element("feed", {**NAMESPACES, **language}):
        xml.text("id", feed.id)
        xml.text("title", feed.title)
        if feed.description:
            xml.text("subtitle", feed.description)
        xml.text("updated", moments.spell(feed.updated))
        # Stands for posts that name nobody; Atom wants an author for each.
        _write_author(xml, Person(feed.publisher))
        xml.empty("link", {"rel": "alternate", "type": "text/html", "href": feed.page})
        xml.empty("link", {"rel": "self", "type": MEDIA_TYPE, "href": feed.address})
        if feed.hub:
            xml.empty("link", {"rel": "hub", "href": feed.hub})
        if feed.following:
            # RFC 5005, 3.
            xml.empty("link", {"rel": "next", "type": MEDIA_TYPE, "href": feed.following})
        for entry in feed.entries:
            with xml.element("entry"):
                _write_entry(xml, entry)
    return xml.finished()


def _write_entry(xml: Document, entry: Entry) -> None:
    xml.text("id", entry.id)
    xml.text("title", entry.title)
    xml.empty("link", {"rel": "alternate", "type": "text/html", "href": entry.address})
    xml.text("published", moments.spell(entry.published))
    xml.text("updated", moments.spell(entry.updated))
    for author in entry.authors:
        _write_author(xml, author)
    for tag in entry.tags:
        xml.empty("category", {"term": tag.slug, "label": tag.name})
    xml.text("summary", entry.summary)
    if entry.html:
        xml.text("content", entry.html, {"type": "html"})
    if entry.image:
        xml.empty("media:content", {"url": entry.image, "medium": "image"})


def _write_author(xml: Document, author: Person) -> None:
    with xml.element("author"):
        xml.text("name", author.name)
        if author.address:
            xml.text("uri", author.address)
