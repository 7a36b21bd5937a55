"""Let a preview link go with the key that it was made with."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("preview_links") as links:
        links.add_column(sa.Column("key_id", sa.Uuid()))
        links.create_foreign_key(
            "fk_preview_links_key_id", "access_keys", ["key_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index("ix_preview_links_key_id", "preview_links", ["key_id"])


def downgrade() -> None:
    """Backwards."""
    op.drop_index("ix_preview_links_key_id", "preview_links")
    with op.batch_alter_table("preview_links") as links:
        links.drop_constraint("fk_preview_links_key_id", type_="foreignkey")
        links.drop_column("key_id")
