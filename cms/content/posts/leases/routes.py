"""The address under which editors say that they are editing a post."""

import uuid
from datetime import timedelta
from typing import Any

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission
from cms.content.posts.leases import actions, queries
from cms.content.posts.leases.queries import Held
from cms.content.posts.leases.schemas import SECONDS, LeaseIn, LeaseOut
from cms.foundation import moments
from cms.foundation.http import Blueprint, session

blueprint = Blueprint(
    "leases",
    __name__,
    url_prefix="/api/v1/manage/posts",
    description="Who is editing a post. Advice for others: what guards a change is its ETag.",
)


@blueprint.get("/<uuid:post_id>/lease")
@requires(Permission.POSTS_WRITE)
@blueprint.response(200, LeaseOut)
def get_lease(post_id: uuid.UUID) -> dict[str, Any]:
    """See who is editing a post.

    All members are `null` where nobody is, or where whoever was has not renewed it.
    """
    queries.demand_post(session(), post_id, by=caller())
    return _shown(queries.find(session(), post_id, now=moments.now()))


@blueprint.put("/<uuid:post_id>/lease")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(actions.LeaseHeld)
@blueprint.arguments(LeaseIn, required=False)
@blueprint.response(200, LeaseOut)
def take_lease(values: dict[str, Any], post_id: uuid.UUID) -> dict[str, Any]:
    """Say that you are editing a post.

    Renews what you hold already. While somebody else holds it the answer is 409, with who and until
    when; `take_over` takes it from them. Nobody is kept from saving by it.
    """
    return _shown(
        actions.take(
            session(),
            post_id,
            by=caller(),
            life=timedelta(seconds=values.get("seconds", SECONDS)),
            is_taken_over=values.get("take_over", False),
            now=moments.now(),
        )
    )


@blueprint.delete("/<uuid:post_id>/lease")
@requires(Permission.POSTS_WRITE)
@blueprint.response(204)
def give_lease_back(post_id: uuid.UUID) -> None:
    """Say that you are done editing a post.

    Also right where you hold nothing; what somebody else holds stays.
    """
    actions.give_back(session(), post_id, by=caller())


def _shown(held: Held | None) -> dict[str, Any]:
    if held is None:
        return {"holder": None, "taken_at": None, "expires_at": None}
    return {"holder": held, "taken_at": held.taken_at, "expires_at": held.expires_at}
