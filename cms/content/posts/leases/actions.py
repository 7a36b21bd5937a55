"""What can be done with the lease of a post: take it, renew it, take it over, give it back."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from cms.accounts.permissions import Caller
from cms.content.posts.leases import queries
from cms.content.posts.leases.models import Lease
from cms.content.posts.leases.queries import Held
from cms.foundation import moments
from cms.foundation.errors import Conflict


class LeaseHeld(Conflict):
    """Somebody else is editing the post; ``holder`` and ``expires_at`` say who and until when."""

    code = "lease_held"
    title = "Somebody else is editing the post"


def take(
    session: Session,
    post_id: uuid.UUID,
    *,
    by: Caller,
    life: timedelta,
    is_taken_over: bool,
    now: datetime,
) -> Held:
    """Hold the lease for ``life`` from now on, be it new or one's own already.

    With ``is_taken_over`` also where somebody else holds it. Raises ``NotFound``, ``LeaseHeld``.
    """
    queries.demand_post(session, post_id, by=by, lock=True)
    held = queries.find(session, post_id, now=now)
    is_own = held is not None and held.holder_id == by.id
    if held is not None and not is_own and not is_taken_over:
        raise _held(held)
    since = held.taken_at if held is not None and is_own else now
    taken = Held(by.id, by.name, taken_at=since, expires_at=now + life)
    # Over the one that has run out, or was another's.
    session.merge(
        Lease(post_id=post_id, holder_id=by.id, taken_at=since, expires_at=taken.expires_at)
    )
    session.flush()
    return taken


def give_back(session: Session, post_id: uuid.UUID, *, by: Caller) -> None:
    """Hold the lease no longer; nothing happens to one that somebody else holds.

    Raises ``NotFound``.
    """
    queries.demand_post(session, post_id, by=by)
    session.execute(delete(Lease).where(Lease.post_id == post_id, Lease.holder_id == by.id))


def _held(held: Held) -> LeaseHeld:
    until = moments.spell(held.expires_at)
    return LeaseHeld(
        f"{held.holder_name} is editing the post, until {until} unless the lease is renewed.",
        holder={"id": str(held.holder_id), "name": held.holder_name},
        expires_at=until,
    )
