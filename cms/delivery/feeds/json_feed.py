"""Writes JSON Feed 1.1 (jsonfeed.org)."""

from typing import Any

import orjson

from cms.delivery.feeds.feed import Entry, Feed, Person
from cms.foundation import moments

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def write(feed: Feed) -> bytes:
    """The feed as JSON; what is not known is left out, as the format wants it."""
    members = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "description": feed.description,
        "next_url": feed.following,
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
    }
    items = [_item(entry) for entry in feed.entries]
    return orjson.dumps({**_known(members), "items": items})


def _item(entry: Entry) -> dict[str, Any]:
    members = {
        "id": entry.id,
        "url": entry.address,
        "title": entry.title,
        "summary": entry.summary,
        "image": entry.image,
        "date_published": moments.spell(entry.published),
        "date_modified": moments.spell(entry.updated),
        "authors": [_author(author) for author in entry.authors],
        "tags": [tag.name for tag in entry.tags],
    }
    # One of the two must be there.
    text = {"content_html": entry.html} if entry.html else {"content_text": entry.summary}
    return {**_known(members), **text}


def _author(author: Person) -> dict[str, str]:
    return _known({"name": author.name, "url": author.address, "avatar": author.picture})


def _known(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}
