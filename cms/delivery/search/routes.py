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
from cms.delivery.search.past import index as past
from cms.delivery.search.schemas import SearchFilter, SearchPage, SuggestFilter, Suggestions
from cms.foundation.errors import Malformed, Pruned
from cms.foundation.http import Blueprint, cacheable, cursors, edge, pages, public

NOTHING = Found(
    [], is_exact=True, counts={"tags": Counter(), "authors": Counter(), "years": Counter()}
)

T = TypeVar("T")

blueprint = Blueprint(
    "search",
    __name__,
    url_prefix="/api/v1",
    description="Search over what readers see, now or at an earlier version. No login.",
)


@blueprint.get("/search")
@public
@cacheable
@blueprint.fails(Malformed, Pruned)
@blueprint.arguments(SearchFilter, location="query")
@blueprint.response(200, SearchPage)
def search_posts(page: dict[str, Any]) -> Response:
    """Search posts.

    Best first: words in the title count most, then those in the names of tags and authors, in the
    excerpt, those that the text repeats, and those that it only has; among equals the newer post.
    All words must be found, in the text or in one of these; without `q`, every post is. Of more
    than 1,000 hits the newest 1,000 are ranked and counted. For a word that is nowhere the closest
    that is somewhere is taken (`corrected`). With `as_of`, all this as it was then; 422 where more
    has changed since than 1,000 times, or posts with 200,000 words.
    """
    question = language.parse(page["q"]) if "q" in page else Question(())
    said = [page.get(name) for name in ("q", "tag", "author", "year")]
    scope = state.scope(page, "search", *said)
    version, after = _begin(scope, page)
    data = _at_one_moment(version, lambda view: _page(view, page, question, after))
    place = data["next_cursor"]
    within = [] if version is None else [version]
    cursor = data["next_cursor"] = place and cursors.seal(scope, [*within, *place])
    headers = pages.link_next(cursor)
    return public_json(data, keys=[COLLECTIONS], headers=headers, is_final=state.is_final(page))


@blueprint.get("/suggest")
@public
@cacheable
@blueprint.fails(Pruned)
@blueprint.arguments(SuggestFilter, location="query")
@blueprint.response(200, Suggestions)
def suggest(wanted: dict[str, Any]) -> Response:
    """Suggest while somebody types.

    Posts, tags and authors whose title or name has all words of `q`, of the last one at least the
    beginning: of tags and authors from its first letter on, of posts from the second.
    """

    def found(view: View) -> dict[str, Any]:
        suggested = suggesting.suggest(past.at(view), wanted.get("q", ""), wanted["limit"])
        shown = answers.suggestions(view, state.names(), suggested)
        return {**shown, "version": view.version}

    version = state.view(wanted).version if "as_of" in wanted else None
    data = _at_one_moment(version, found)
    return public_json(data, keys=[COLLECTIONS], is_final=state.is_final(wanted))


def _begin(scope: str, page: dict[str, Any]) -> tuple[int | None, list[int] | None]:
    """Which version is searched, if not that of now; and after which hit the page begins."""
    if "as_of" in page:
        view, after = state.continued(scope, page)
        return view.version, after
    return None, cursors.unseal(scope, page["cursor"], 2) if "cursor" in page else None


def _at_one_moment(version: int | None, look: Callable[[View], T]) -> T:
    """What ``look`` finds while nothing changes: the index knows the present only.

    It looks at ``version``; without it, at the present.
    """
    with edge.look_at_one_moment() as connection:
        present = looking.present(connection)
        asked = present.number if version is None else version
        looking.must_be_known(asked, present.oldest)
        return look(View(connection, asked, present))


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
    index = past.at(view)

    def find(question: Question) -> Found:
        within = [*groups.values()]
        asked = finding.asked(index, question, within=within, year=page.get("year"))
        return finding.find(index, asked)

    found = find(question)
    if not found.hits:
        corrected = corrections.corrected(index, question)
        if corrected is not None:
            other = find(corrected)
            if other.hits:
                return other, corrected
    return found, None
