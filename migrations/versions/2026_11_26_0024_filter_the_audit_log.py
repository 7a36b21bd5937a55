"""Filter the audit log, however long it is."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

TABLE = "audit_entries"
BEFORE = {"subject": "subject_id", "actor": "actor_id", "action": "action"}
ADDED = {"key": "key_id", "address": "address", "kind": "subject_kind"}


def upgrade() -> None:
    """Forwards."""
    for name in BEFORE:
        op.drop_index(f"ix_audit_entries_{name}", TABLE)
    op.create_index("ix_audit_entries_at", TABLE, ["at", "id"])
    for name, column in {**BEFORE, **ADDED}.items():
        op.create_index(f"ix_audit_entries_{name}", TABLE, [column, "at", "id"])
    op.create_index(
        "ix_audit_entries_keyed",
        TABLE,
        ["at", "id"],
        sqlite_where=sa.text("key_id IS NOT NULL"),
        postgresql_where=sa.text("key_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Backwards."""
    for name in ("keyed", "at", *BEFORE, *ADDED):
        op.drop_index(f"ix_audit_entries_{name}", TABLE)
    for name, column in BEFORE.items():
        op.create_index(f"ix_audit_entries_{name}", TABLE, [column, "id"])
