"""Index what was there before the index, and let the past be searched."""

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from cms.editions.models import AuthorEdition, PostEdition, TagEdition
from cms.editions.search import actions
from cms.editions.search.entries import read
from cms.editions.search.models import SearchEntry, SearchName
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
    session = Session(op.get_bind())
    _index_what_is_live(session)
    _number_what_has_ended(session)


def _index_what_is_live(session: Session) -> None:
    """What was published before there was an index. Here, by the code that knows its last form."""
    for model in (AuthorEdition, TagEdition):
        unknown = model.subject_id.not_in(sa.select(SearchName.subject_id))
        named = sa.select(model.subject_id, model.document).where(model.live(), unknown)
        for subject_id, document in session.execute(named).all():
            actions.add_name(session, model, subject_id, document)
    session.flush()
    unknown = PostEdition.subject_id.not_in(sa.select(SearchEntry.post_id))
    ids = session.scalars(sa.select(PostEdition.id).where(PostEdition.live(), unknown)).all()
    for begin in range(0, len(ids), AT_A_TIME):
        # Only columns that have always been there: the model may know later ones.
        columns = (
            PostEdition.id,
            PostEdition.published_at,
            PostEdition.document,
            PostEdition.html,
        )
        some = PostEdition.id.in_(ids[begin : begin + AT_A_TIME])
        rows = session.execute(sa.select(*columns).where(some)).all()
        posts = [(row.id, row.published_at, row.document, read(row.html)) for row in rows]
        actions.add(session, posts, version=0)


def _number_what_has_ended(session: Session) -> None:
    """Give them places in the past: those that they had were not kept."""
    last = uuid.UUID(int=0)
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
