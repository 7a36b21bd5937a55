"""The public address of the archive."""

from typing import Any

from flask import Response

from cms.delivery import state
from cms.delivery.answers import public_json
from cms.delivery.archive import queries
from cms.delivery.archive.schemas import Archive
from cms.delivery.schemas import ItemFilter
from cms.foundation.errors import Pruned
from cms.foundation.http import Blueprint, cacheable, public

blueprint = Blueprint(
    "archive",
    __name__,
    url_prefix="/api/v1",
    description="How many posts each year and month has. No login.",
)


@blueprint.get("/archive")
@public
@cacheable
@blueprint.fails(Pruned)
@blueprint.arguments(ItemFilter, location="query")
@blueprint.response(200, Archive)
def get_archive(wanted: dict[str, Any]) -> Response:
    """Read the archive.

    How many posts were published in each year and month (in UTC), newest first; those without are
    left out. The posts of a month are
    `GET /posts?filter=published_at:>=2026-03-01+published_at:<2026-04-01`.
    """
    view = state.view(wanted)
    data = {"data": queries.years(view), "version": view.version}
    return public_json(data, keys=["posts"], is_final=state.is_final(wanted))
