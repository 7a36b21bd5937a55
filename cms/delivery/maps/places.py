"""Which pages the maps name, and when each changed."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import orjson

from cms.delivery.blog import Blog, absolute, cover_of
from cms.delivery.looking import View
from cms.delivery.maps import queries
from cms.delivery.maps.sitemap import Place, spelled
from cms.editions.models import AuthorEdition, Edition, PostEdition, TagEdition
from cms.editions.queries import moment_of
from cms.foundation.errors import NotFound
from cms.foundation.prepared import AnyRow

HOME = "home-1"
# No site has more parts than this has digits for.
_PART = re.compile("(posts|tags|authors)-([1-9][0-9]{0,5})")
EDITIONS: dict[str, type[Edition]] = {
    "posts": PostEdition,
    "tags": TagEdition,
    "authors": AuthorEdition,
}


def parts(view: View, blog: Blog, *, size: int) -> list[Place]:
    """The parts of the map, each of at most ``size`` pages."""
    today = moment_of(view.connection, view.version)
    found = [(HOME, today)]
    for kind in _kinds(blog):
        moments = queries.parts(view, EDITIONS[kind], size)
        # A page of a tag or an author changes with the posts on it.
        changed = moments if kind == "posts" else [today] * len(moments)
        found += [(f"{kind}-{number}", moment) for number, moment in enumerate(changed, 1)]
    return [Place(blog.own(f"/sitemaps/{name}.xml"), spelled(moment)) for name, moment in found]


def part(view: View, blog: Blog, name: str, *, size: int) -> Iterable[Place]:
    """The pages in one part, read as they are needed. Raises ``NotFound``."""
    if name == HOME:
        return [Place(blog.home, spelled(moment_of(view.connection, view.version)))]
    found = _PART.fullmatch(name)
    if found is None or found[1] not in _kinds(blog):
        raise _unknown(name)
    rows = queries.part(view, EDITIONS[found[1]], int(found[2]), size)
    first = next(rows, None)
    if first is None:
        raise _unknown(name)
    rows = chain([first], rows)
    if found[1] == "posts":
        return _posts(blog, rows)
    page = blog.tag if found[1] == "tags" else blog.author
    return (Place(page(row.slug), spelled(row.newest)) for row in rows)


def _kinds(blog: Blog) -> list[str]:
    """What has pages."""
    patterns = (blog.post_pattern, blog.tag_pattern, blog.author_pattern)
    return [kind for kind, pattern in zip(EDITIONS, patterns, strict=True) if pattern]


def _posts(blog: Blog, rows: Iterable[AnyRow]) -> Iterator[Place]:
    for row in rows:
        document: dict[str, Any] = orjson.loads(row.document)
        address = blog.post(row.slug)
        canonical = document["seo"]["canonical_url"]
        # Of a text that is at home elsewhere, search engines want that address only.
        if canonical and absolute(canonical, seen_from=address) != address:
            continue
        yield Place(
            address,
            document["updated_at"],
            cover_of(document, seen_from=address),
        )


def _unknown(name: str) -> NotFound:
    return NotFound(f"There is no part {name!r} of the map. /sitemap.xml lists them.")
