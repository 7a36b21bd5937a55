"""One page of a feed, from the question to the finished answer."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, current_app

from cms.delivery import answers, blog, moving, queries, state
from cms.delivery.blog import Blog
from cms.delivery.feeds import atom, json_feed, rss
from cms.delivery.feeds.feed import Feed, entries
from cms.delivery.looking import View
from cms.editions.models import AuthorEdition, NamedEdition, TagEdition
from cms.foundation.http import cursors, pages


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a feed, and the last part of the addresses where it is found."""

    name: str
    media_type: str
    write: Callable[[Feed], bytes]


RSS = Format("feed.xml", rss.MEDIA_TYPE, rss.write)
ATOM = Format("atom.xml", atom.MEDIA_TYPE, atom.write)
JSON = Format("feed.json", json_feed.MEDIA_TYPE, json_feed.write)


@dataclass(frozen=True, slots=True)
class Kind:
    """What has feeds of its own: ``about`` is the member of its document that describes it."""

    name: str
    edition: type[NamedEdition]
    about: str
    page: Callable[[Blog, str], str]


TAG = Kind("tag", TagEdition, "description", Blog.tag)
AUTHOR = Kind("author", AuthorEdition, "bio", Blog.author)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a feed is about: the whole site, or ``groups``, as ``queries.posts`` takes them."""

    id: str
    path: str
    page: str
    title: str
    description: str
    keys: tuple[str, ...] = ()
    groups: Mapping[str, uuid.UUID] | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """Which page was asked for: of how many posts, at which version, after which."""

    scope: str
    limit: int
    cursor: str | None
    view: View
    after: tuple[datetime, uuid.UUID] | None

    @classmethod
    def to(cls, asked: dict[str, Any], *said: str) -> "Walk":
        """The page that a request wants, of the feed that what is ``said`` names."""
        scope = state.scope(asked, "feed", *said)
        view, place = state.continued(scope, asked)
        after = (datetime.fromisoformat(place[0]), uuid.UUID(place[1])) if place else None
        return cls(scope, asked["limit"], asked.get("cursor"), view, after)


def of_site(format_: Format, asked: dict[str, Any]) -> Response:
    """The feed of all posts."""
    site = blog.with_pages()
    subject = Subject(site.home, f"/{format_.name}", site.home, site.name, site.description)
    return _answer(format_, site, subject, Walk.to(asked))


def of_group(format_: Format, kind: Kind, slug: str, asked: dict[str, Any]) -> Response:
    """The feed of a tag or an author, or where it is now."""
    site = blog.with_pages()
    walk = Walk.to(asked, kind.name, slug)
    row = queries.one_named(walk.view, kind.edition, slug)
    if row is None:
        address = f"/{kind.name}s/{{}}/{format_.name}"
        return moving.answer(walk.view, kind.edition, slug, asked, kind=kind.name, address=address)
    document = orjson.loads(row.document)
    subject = Subject(
        id=f"urn:uuid:{row.subject_id}",
        path=f"/{kind.name}s/{slug}/{format_.name}",
        page=kind.page(site, slug) or site.home,
        title=f"{site.name}: {document['name']}",
        description=document[kind.about] or "",
        keys=(f"{kind.name}-{row.subject_id}",),
        groups={f"{kind.name}_id": row.subject_id},
    )
    return _answer(format_, site, subject, walk)


def _answer(format_: Format, site: Blog, subject: Subject, walk: Walk) -> Response:
    settings = current_app.extensions["cms.settings"]
    posts, more = _posts(subject, walk, is_full=settings.feed_text == "full")
    documents = [document for document, _ in posts]
    keys = ["posts", *subject.keys, *answers.keys_of(documents)]
    state.names().fill_in(walk.view, documents)
    following = ""
    if more:
        last = documents[-1]
        place = [walk.view.version, last["published_at"], last["id"]]
        following = _address(site, subject, walk, cursors.seal(walk.scope, place))
    feed = Feed(
        id=subject.id,
        address=_address(site, subject, walk, walk.cursor),
        page=subject.page,
        title=subject.title,
        description=subject.description,
        language=site.language,
        publisher=site.name,
        # What hubs tell of is the first page.
        hub="" if walk.after else settings.websub_hub,
        following=following,
        entries=entries(posts, site),
    )
    body = format_.write(feed)
    return answers.public(body, format_.media_type, keys=keys, headers=_headers(feed))


def _posts(
    subject: Subject, walk: Walk, *, is_full: bool
) -> tuple[list[tuple[dict[str, Any], str]], bool]:
    """The documents of a page, each with its HTML if the feed ``is_full``; whether more follow."""
    rows = queries.posts(
        walk.view,
        limit=walk.limit + 1,
        after=walk.after,
        groups=subject.groups,
        texts=("html",) if is_full else (),
    )
    shown, more = pages.cut(list(rows), walk.limit)
    return [(orjson.loads(row.document), row.html if is_full else "") for row in shown], more


def _address(site: Blog, subject: Subject, walk: Walk, cursor: str | None) -> str:
    """A page of the feed, the same however the question was spelled."""
    asked: dict[str, Any] = {}
    if walk.limit != pages.DEFAULT_LIMIT:
        asked["limit"] = walk.limit
    if cursor:
        asked["cursor"] = cursor
    query = urlencode(asked)
    return site.own(subject.path) + (f"?{query}" if query else "")


def _headers(feed: Feed) -> dict[str, str]:
    """For those who look at headers only (WebSub, 4)."""
    links = {"self": feed.address, "hub": feed.hub, "next": feed.following}
    shown = ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items() if address)
    # No Last-Modified: a post that was withdrawn changes the feed and leaves no date in it.
    return {"Link": shown}
