"""From what was found to what is shown."""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson

from cms.delivery.looking import View
from cms.delivery.names import Names
from cms.delivery.search import highlights, queries
from cms.delivery.search.finding import Found, Hit
from cms.delivery.search.language import Question
from cms.delivery.search.suggesting import Suggested
from cms.editions.search.entries import plain

MOST_FACETS = 20

Document = dict[str, Any]


def documents(view: View, names: Names, hits: Sequence[Hit], question: Question) -> list[Document]:
    """The posts of a page, with what was found in them marked."""
    ids = [uuid.UUID(hit.edition_id) for hit in hits]
    rows = queries.editions(view.connection, ids)
    shown = []
    for hit, edition_id in zip(hits, ids, strict=True):
        row = rows[edition_id]
        document: Document = orjson.loads(row.document)
        document["score"] = hit.score
        document["highlights"] = {
            "title": highlights.marked(document["title"], question.wanted),
            "excerpt": highlights.marked(document["excerpt"], question.wanted),
            "text": highlights.snippet(plain(row.html), question.wanted),
        }
        shown.append(document)
    names.fill_in(view, shown)
    return shown


def facets(view: View, names: Names, found: Found) -> Document:
    """How the hits divide."""
    top = {name: _most_frequent(found.counts[name]) for name in ("tags", "authors")}
    named: Document = {name: [one for one, _ in some] for name, some in top.items()}
    names.fill_in(view, [named])
    shown: Document = {
        name: [
            {"slug": one["slug"], "name": one["name"], "count": count}
            for one, (_, count) in zip(named[name], some, strict=True)
        ]
        for name, some in top.items()
    }
    years = sorted(found.counts["years"].items(), reverse=True)
    shown["years"] = [{"year": year, "count": count} for year, count in years]
    return shown


def suggestions(view: View, names: Names, suggested: Suggested) -> Document:
    """Titles and names with their slugs."""
    rows = queries.editions(view.connection, suggested.editions)
    posts = [orjson.loads(rows[one].document) for one in suggested.editions]
    named: Document = {
        "tags": [str(one) for one in suggested.tags],
        "authors": [str(one) for one in suggested.authors],
    }
    names.fill_in(view, [named])
    return {
        "posts": [{"slug": post["slug"], "title": post["title"]} for post in posts],
        **{
            name: [{"slug": one["slug"], "name": one["name"]} for one in named[name]]
            for name in ("tags", "authors")
        },
    }


def _most_frequent(counts: Counter[str]) -> list[tuple[str, int]]:
    """The same ones on any database: those with as many by their id."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_FACETS]
