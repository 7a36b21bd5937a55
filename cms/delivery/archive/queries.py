"""How many posts each month had, at one version of the site."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from cms.delivery import looking
from cms.delivery.looking import VERSION, View, once
from cms.editions import counts
from cms.foundation.prepared import AnySelect


def years(view: View) -> Sequence[dict[str, Any]]:
    """Newest first: ``year``, ``post_count`` and ``months`` with theirs; without empty ones."""
    rows = looking.at_version(view, _months(), {})
    found = [(counts.year_and_month(row.group_id), row.posts) for row in rows if row.posts]
    by_year = groupby(sorted(found, reverse=True), lambda one: one[0][0])
    return [_year(year, list(months)) for year, months in by_year]


def _year(year: int, found: list[tuple[tuple[int, int], int]]) -> dict[str, Any]:
    return {
        "year": year,
        "post_count": sum(posts for _, posts in found),
        "months": [{"month": month, "post_count": posts} for (_, month), posts in found],
    }


@once
def _months() -> AnySelect:
    return counts.months(VERSION)
