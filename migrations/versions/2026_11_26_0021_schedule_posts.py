"""Schedule posts."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "post_schedules",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unpublish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("former_status", sa.String(), nullable=False),
        sa.Column("scheduled_by_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_schedules_post_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scheduled_by_id"],
            ["users.id"],
            name="fk_post_schedules_scheduled_by_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_post_schedules_job_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("post_id", name="pk_post_schedules"),
    )
    op.create_index("ix_post_schedules_scheduled_by_id", "post_schedules", ["scheduled_by_id"])
    op.create_index("ix_post_schedules_job_id", "post_schedules", ["job_id"])


def downgrade() -> None:
    """Backwards."""
    op.drop_table("post_schedules")
