"""Readers of feeds that know nothing of how these were written."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import feedparser
import xmlschema
from jsonschema import Draft202012Validator

from cms.foundation.http.edge import Edge
from tests.callers import ContractClient

HERE = Path(__file__).parent
MEDIA_TYPES = {
    "feed.xml": "application/rss+xml",
    "atom.xml": "application/atom+xml",
    "feed.json": "application/feed+json",
}
FORMATS = tuple(MEDIA_TYPES)


@dataclass(frozen=True, slots=True)
class Item:
    """What a reader got to know of a post, whatever the format."""

    id: str
    address: str
    title: str
    html: str
    image: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader got to know of a feed."""

    title: str
    page: str
    links: dict[str, str]
    items: list[Item]


def fetch(client: ContractClient, path: str) -> Read:
    """A feed, if it is a valid one."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    name = path.partition("?")[0].rpartition("/")[2]
    assert answer.mimetype == MEDIA_TYPES[name]
    body = answer.get_data()
    check(name, body)
    return read(name, body)


def check(name: str, body: bytes) -> None:
    """Hold a feed against the schema of its format."""
    if name == "feed.json":
        schema = json.loads((HERE / "json_feed.schema.json").read_text())
        Draft202012Validator(schema).validate(json.loads(body))
        return
    _schema({"feed.xml": "rss.xsd", "atom.xml": "atom.xsd"}[name]).validate(body)


def read(name: str, body: bytes) -> Read:
    """What a feed says."""
    return _read_json(json.loads(body)) if name == "feed.json" else _read_xml(name, body)


@contextmanager
def changed(app: Edge, **values: Any) -> Iterator[None]:
    """The application with other settings for a while."""
    before = app.extensions["cms.settings"]
    app.extensions["cms.settings"] = replace(before, **values)
    app.extensions["cms.cache"].forget()
    yield
    app.extensions["cms.settings"] = before
    app.extensions["cms.cache"].forget()


@cache
def _schema(name: str) -> xmlschema.XMLSchema11:
    return xmlschema.XMLSchema11(HERE / name)


def _read_xml(name: str, body: bytes) -> Read:
    # As it is, without the improvements that a reader makes for browsers.
    found = feedparser.parse(
        body,
        response_headers={"content-type": MEDIA_TYPES[name]},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    assert not found.bozo, found.bozo_exception
    links = {one.rel: one.href for one in found.feed.links}
    return Read(found.feed.title, found.feed.link, links, [_entry(one) for one in found.entries])


def _entry(entry: Any) -> Item:
    images = [one["url"] for one in entry.get("media_content", [])]
    contents = [one.value for one in entry.get("content", [])]
    return Item(
        id=entry.id,
        address=entry.link,
        title=entry.title,
        html=contents[0] if contents else "",
        image=images[0] if images else "",
        authors=tuple(one.get("name", "") for one in entry.get("authors", [])),
        tags=tuple(one.label or one.term or "" for one in entry.get("tags", [])),
    )


def _read_json(found: dict[str, Any]) -> Read:
    hubs = [hub["url"] for hub in found.get("hubs", [])]
    links = {"self": found["feed_url"], "next": found.get("next_url"), "hub": "".join(hubs)}
    known = {name: address for name, address in links.items() if address}
    items = [
        Item(
            id=item["id"],
            address=item["url"],
            title=item["title"],
            html=item.get("content_html", ""),
            image=item.get("image", ""),
            authors=tuple(one["name"] for one in item.get("authors", [])),
            tags=tuple(item.get("tags", ())),
        )
        for item in found["items"]
    ]
    return Read(found["title"], found["home_page_url"], known, items)
