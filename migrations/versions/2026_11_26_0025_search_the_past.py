"""Search the past."""

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from cms.editions.search import actions
from cms.foundation.database import UtcDateTime

revision = "0025"
down_revision = "0024"

AT_A_TIME = 500
NUMBERS = sa.table("search_numbers", sa.column("edition_id", sa.Uuid()), sa.column("number"))
EDITIONS = sa.table(
    "post_editions",
    sa.column("id", sa.Uuid()),
    sa.column("published_at", UtcDateTime()),
    sa.column("document"),
    sa.column("until_version"),
)


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "search_numbers",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("edition_id", name="pk_search_numbers"),
    )
    op.add_column(
        "search_terms",
        sa.Column("from_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    _number_what_has_ended()


def _number_what_has_ended() -> None:
    """Give them places in the past: those that they had were not kept."""
    session, last = Session(op.get_bind()), uuid.UUID(int=0)
    while rows := _ended(session, last):
        places = actions.free_numbers(session, [row.published_at for row in rows])
        numbered = [
            {"edition_id": row.id, "number": place} for row, place in zip(rows, places, strict=True)
        ]
        session.execute(NUMBERS.insert(), numbered)
        last = rows[-1].id


def _ended(session: Session, after: uuid.UUID) -> Sequence[Any]:
    """The next that have content still."""
    return session.execute(
        sa.select(EDITIONS.c.id, EDITIONS.c.published_at)
        .where(EDITIONS.c.until_version.is_not(None), EDITIONS.c.document != "")
        .where(EDITIONS.c.id > after)
        .order_by(EDITIONS.c.id)
        .limit(AT_A_TIME)
    ).all()


def downgrade() -> None:
    """Backwards."""
    op.drop_column("search_terms", "from_version")
    op.drop_table("search_numbers")
