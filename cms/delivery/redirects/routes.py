"""The public address of former slugs."""

from typing import Any

from flask import Response

from cms.delivery import blog, state
from cms.delivery.answers import COLLECTIONS, public_json
from cms.delivery.blog import Blog
from cms.delivery.redirects import walk
from cms.delivery.redirects.schemas import RedirectFilter, RedirectPage
from cms.delivery.redirects.walk import KINDS, Former
from cms.foundation.errors import Malformed, Pruned
from cms.foundation.http import Blueprint, cacheable, cursors, pages, public

blueprint = Blueprint(
    "redirects",
    __name__,
    url_prefix="/api/v1",
    description="Where former slugs lead. No login.",
)


@blueprint.get("/redirects")
@public
@cacheable
@blueprint.fails(Malformed, Pruned)
@blueprint.arguments(RedirectFilter, location="query")
@blueprint.response(200, RedirectPage)
def list_redirects(page: dict[str, Any]) -> Response:
    """List former slugs.

    Every slug that a post, an author or a tag had before, with the one that it leads to (308): for
    a host that has to know before anybody asks. Of who was merged, the slug leads to who took their
    place. What was withdrawn is not listed. A page may be empty; go on while there is a
    `next_cursor`.
    """
    wanted = frozenset(page.get("types", KINDS))
    kinds = [kind for kind in KINDS if kind in wanted]
    scope = state.scope(page, "redirects", kinds)
    view, at = state.continued(scope, page)
    place = (at[0], at[1]) if at else (kinds[0], "")
    found, further = walk.page(view, kinds, place, limit=page["limit"])
    cursor = further and cursors.seal(scope, [view.version, *further])
    pages_of = blog.of_app()
    data = {
        "data": [_shown(pages_of, former) for former in found],
        "next_cursor": cursor,
        "version": view.version,
    }
    # Never final: where the pages are is a setting.
    return public_json(data, keys=[COLLECTIONS], headers=pages.link_next(cursor))


def _shown(pages_of: Blog, former: Former) -> dict[str, Any]:
    address = {"post": pages_of.post, "author": pages_of.author, "tag": pages_of.tag}[former.kind]
    return {
        "type": former.kind,
        "slug": former.slug,
        "new_slug": former.today,
        "url": address(former.slug) or None,
        "new_url": address(former.today) or None,
    }
