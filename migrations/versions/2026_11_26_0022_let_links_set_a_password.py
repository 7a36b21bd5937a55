"""Let links set a password, once."""

import sqlalchemy as sa
from alembic import op

# Compared byte by byte on both databases.
KEY = sa.String().with_variant(sa.Text(collation="C"), "postgresql")

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "password_links",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_password_links"),
        sa.UniqueConstraint("digest", name="uq_password_links_digest"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_password_links_user_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Backwards."""
    op.drop_table("password_links")
