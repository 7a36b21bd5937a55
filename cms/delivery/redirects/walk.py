"""Walking along all former slugs of a site, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from cms.delivery import queries as delivery
from cms.delivery.looking import View
from cms.delivery.redirects import queries
from cms.editions.models import AuthorEdition, Edition, PostEdition, TagEdition

KINDS: dict[str, type[Edition]] = {"post": PostEdition, "author": AuthorEdition, "tag": TagEdition}
# The kind, and the slug behind which a page begins.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Former:
    """A slug that nobody has, and that of who had it last."""

    kind: str
    slug: str
    today: str


def page(
    view: View, kinds: Sequence[str], place: Place, *, limit: int
) -> tuple[list[Former], Place | None]:
    """At most ``limit``, from ``place`` on, and where it goes on. May be empty before the end.

    Without what was withdrawn: who knows its slug is told that it is gone, and nobody else that it
    ever was.
    """
    found: list[Former] = []
    kind, after = place
    for one in kinds[kinds.index(kind) :]:
        rows = queries.former(view, KINDS[one], after=after)
        # One row for each slug is enough: all say the same.
        for slug, row in {row.slug: row for row in rows if row.today != row.slug}.items():
            leads_to = row.today or (_successor(view, one, slug) if row.is_merged else None)
            if leads_to is None:
                continue
            if len(found) == limit:
                return found, (found[-1].kind, found[-1].slug)
            found.append(Former(one, slug, leads_to))
        if len(rows) == queries.MOST:
            return found, (one, rows[-1].slug)
        after = ""
    return found, None


def _successor(view: View, kind: str, slug: str) -> str | None:
    """The slug of who took the place of an author or tag that is no more, if they are there."""
    before = delivery.formerly(view, KINDS[kind], slug)
    return before and before[1]
