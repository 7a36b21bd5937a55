"""What feeds look like, for the documentation."""

from datetime import datetime
from typing import Any

import orjson
from marshmallow import fields

from cms.delivery.feeds import atom, json_feed, rss
from cms.delivery.feeds.feed import Entry, Feed, Person, Tag
from cms.editions.schemas import SUMMARY
from cms.foundation.http.fields import Moment
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import PageFilter

_ENTRY = Entry(
    id=f"urn:uuid:{SUMMARY['id']}",
    address=f"https://blog.example/{SUMMARY['slug']}",
    title=SUMMARY["title"],
    summary=SUMMARY["excerpt"],
    html="<p>Everybody fails at work sooner or later.</p>",
    image=SUMMARY["cover"]["url"],
    authors=(Person(SUMMARY["authors"][0]["name"]),),
    tags=(Tag(SUMMARY["tags"][0]["slug"], SUMMARY["tags"][0]["name"]),),
    published=datetime.fromisoformat(SUMMARY["published_at"]),
    updated=datetime.fromisoformat(SUMMARY["updated_at"]),
)


def _example(name: str) -> Feed:
    return Feed(
        id="https://blog.example/",
        address=f"https://cms.example/{name}",
        page="https://blog.example/",
        title="Blog",
        description="",
        language="en",
        publisher="Blog",
        hub="",
        following="",
        entries=(_ENTRY,),
    )


RSS_EXAMPLE = rss.write(_example("feed.xml")).decode()
ATOM_EXAMPLE = atom.write(_example("atom.xml")).decode()


class FeedFilter(PageFilter):
    """Which part of a feed."""


class JsonFeedAuthor(Shown):
    """Who wrote an item."""

    name = fields.String()
    url = fields.String()
    avatar = fields.String()


class JsonFeedHub(Shown):
    """Who tells when the feed changes."""

    type = fields.String(required=True)
    url = fields.String(required=True)


class JsonFeedItem(Shown):
    """A post."""

    id = fields.String(required=True, metadata={"description": "Never changes"})
    url = fields.String()
    title = fields.String()
    summary = fields.String()
    content_html = fields.String()
    content_text = fields.String()
    image = fields.String()
    date_published = Moment()
    date_modified = Moment()
    authors = fields.List(fields.Nested(JsonFeedAuthor))
    tags = fields.List(fields.String())


class JsonFeed(Shown):
    """A feed in the format JSON Feed 1.1."""

    example: dict[str, Any] = orjson.loads(json_feed.write(_example("feed.json")))

    version = fields.String(required=True)
    title = fields.String(required=True)
    home_page_url = fields.String()
    feed_url = fields.String()
    description = fields.String()
    next_url = fields.String(metadata={"description": "The next page; absent on the last"})
    language = fields.String()
    hubs = fields.List(fields.Nested(JsonFeedHub))
    items = fields.List(fields.Nested(JsonFeedItem), required=True)
