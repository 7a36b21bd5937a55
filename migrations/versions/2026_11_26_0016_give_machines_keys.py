"""Give machines keys."""

import sqlalchemy as sa
from alembic import op

# Compared byte by byte on both databases.
KEY = sa.String().with_variant(sa.Text(collation="C"), "postgresql")

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Forwards."""
    # With a default: SQLite adds no column without one to a table that has rows, and making the
    # table anew would let go of all that points to it.
    op.add_column("users", sa.Column("kind", sa.String(), nullable=False, server_default="person"))
    op.create_table(
        "access_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("tag_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_access_keys"),
        sa.UniqueConstraint("digest", name="uq_access_keys_digest"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_access_keys_user_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_access_keys_user_id", "access_keys", ["user_id"], unique=False)


def downgrade() -> None:
    """Backwards. Services go: nothing would tell them from persons any more."""
    op.drop_table("access_keys")
    op.execute("DELETE FROM users WHERE kind = 'service'")
    # To what was before, an empty hash was not one that nothing opens.
    op.execute("UPDATE users SET password_hash = '!' WHERE password_hash = ''")
    op.drop_column("users", "kind")
