"""The public addresses of search."""

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response

from cms.delivery import looking, state
from cms.delivery.answers import COLLECTIONS, public_json
from cms.delivery.counting import Count
from cms.delivery.looking import View
from cms.delivery.search import answers, corrections, finding, language, suggesting
from cms.delivery.search.finding import Found
from cms.delivery.search.language import Question
from cms.delivery.search.schemas import SearchFilter, SearchPage, SuggestFilter, Suggestions
from cms.foundation.errors import Malformed, Unavailable
from cms.foundation.http import Blueprint, cacheable, cursors, edge, pages, public

TRIES = 5
NOTHING = Found(
    [], is_exact=True, counts={"tags": Counter(), "authors": Counter(), "years": Counter()}
)

T = TypeVar("T")

blueprint = Blueprint(
    "search",
    __name__,
    url_prefix="/api/v1",
    description="Search over what readers see now. No login.",
)


@blueprint.get("/search")
@public
@cacheable
@blueprint.fails(Malformed)
@blueprint.arguments(SearchFilter, location="query")
@blueprint.response(200, SearchPage)
def search_posts(page: dict[str, Any]) -> Response:
    """Search posts.

    Best first: words in the title count most, then those in the names of tags and authors, in the
    excerpt, those that the text repeats, and those that it only has; among equals the newer post.
    All words must be found, in the text or in one of these; without `q`, every post is. Of more
    than 1,000 hits the newest 1,000 are ranked and counted. For a word that is nowhere the closest
    that is somewhere is taken (`corrected`).
    """
    question = language.parse(page["q"]) if "q" in page else Question(())
    scope = f"search {[page.get(name) for name in ('q', 'tag', 'author', 'year')]!r}"
    after = cursors.unseal(scope, page["cursor"], 2) if "cursor" in page else None
    data = _at_one_version(lambda view: _page(view, page, question, after))
    cursor = None if data["next_cursor"] is None else cursors.seal(scope, data["next_cursor"])
    data["next_cursor"] = cursor
    return public_json(data, keys=[COLLECTIONS], headers=pages.link_next(cursor))


@blueprint.get("/suggest")
@public
@cacheable
@blueprint.arguments(SuggestFilter, location="query")
@blueprint.response(200, Suggestions)
def suggest(wanted: dict[str, Any]) -> Response:
    """Suggest while somebody types.

    Posts, tags and authors whose title or name has all words of `q`, of the last one at least the
    beginning: of tags and authors from its first letter on, of posts from the second.
    """

    def found(view: View) -> dict[str, Any]:
        suggested = suggesting.suggest(view.connection, wanted.get("q", ""), wanted["limit"])
        shown = answers.suggestions(view, state.names(), suggested)
        return {**shown, "version": view.version}

    return public_json(_at_one_version(found), keys=[COLLECTIONS])


def _at_one_version(look: Callable[[View], T]) -> T:
    """What ``look`` finds while the site stands still: the index knows the present only."""
    connection = edge.look()
    present = looking.present(connection)
    for _ in range(TRIES):
        found = look(View(connection, present.number, present))
        before, present = present, looking.present(connection)
        if present == before:
            return found
    message = "The site changes faster than it can be searched. Try again in a moment."
    raise Unavailable(message)


def _page(
    view: View, page: dict[str, Any], question: Question, after: list[int] | None
) -> dict[str, Any]:
    """A page, the place behind it as ``next_cursor``."""
    found, corrected = _find(view, page, question)
    rest = [hit for hit in found.hits if after is None or [hit.score, hit.number] < after]
    shown, more = pages.cut(rest, page["limit"])
    last = shown[-1] if more else None
    return {
        "data": answers.documents(view, state.names(), shown, corrected or question),
        "next_cursor": last and [last.score, last.number],
        "version": view.version,
        "corrected": corrected and str(corrected),
        **Count(len(found.hits), is_exact=found.is_exact).members,
        "facets": answers.facets(view, state.names(), found),
    }


def _find(view: View, page: dict[str, Any], question: Question) -> tuple[Found, Question | None]:
    """Hits, and the question that has them if it is another one."""
    groups = state.names().groups(view, tag=page.get("tag"), author=page.get("author"))
    if groups is None:
        return NOTHING, None

    def find(question: Question) -> Found:
        asked = finding.asked(
            view.connection, question, within=[*groups.values()], year=page.get("year")
        )
        return finding.find(view.connection, asked)

    found = find(question)
    if not found.hits:
        corrected = corrections.corrected(view.connection, question)
        if corrected is not None:
            other = find(corrected)
            if other.hits:
                return other, corrected
    return found, None
