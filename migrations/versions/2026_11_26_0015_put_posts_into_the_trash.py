"""Put posts into the trash; a slug is taken only by posts that are not there."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

KEPT = sa.text("trashed_at IS NULL")
ONLY_KEPT = {"sqlite_where": KEPT, "postgresql_where": KEPT}
NAMED = ("slug", "status", "trashed_at")
LONGEST_STEM = 87


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("posts") as posts:
        posts.add_column(sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True))
        posts.drop_constraint("uq_posts_slug", type_="unique")
    op.create_index("uq_posts_slug", "posts", ["slug"], unique=True, **ONLY_KEPT)
    op.create_index("ix_posts_trashed_at", "posts", ["trashed_at", "id"])


def downgrade() -> None:
    """Backwards. What is in the trash becomes drafts, with slugs of their own."""
    _restore()
    op.drop_index("ix_posts_trashed_at", "posts")
    op.drop_index("uq_posts_slug", "posts", **ONLY_KEPT)
    with op.batch_alter_table("posts") as posts:
        posts.drop_column("trashed_at")
        posts.create_unique_constraint("uq_posts_slug", ["slug"])


def _restore() -> None:
    posts = sa.table("posts", sa.column("id", sa.Uuid()), *map(sa.column, NAMED))
    trashed = sa.select(posts.c.id, posts.c.slug).where(posts.c.trashed_at.is_not(None))
    restored = [
        {"of": row.id, "to": f"{row.slug[:LONGEST_STEM].rstrip('-')}-{row.id.hex[-12:]}"}
        for row in op.get_bind().execute(trashed)
    ]
    if restored:
        update = sa.update(posts).where(posts.c.id == sa.bindparam("of"))
        op.get_bind().execute(update.values(slug=sa.bindparam("to"), status="draft"), restored)
