"""Keep counts, and find what is live without passing over what is not."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

LIVE = {
    "sqlite_where": sa.text("until_version IS NULL"),
    "postgresql_where": sa.text("until_version IS NULL"),
}
INDEXES = (
    ("post_editions", "newest", ["published_at", "subject_id"]),
    ("tag_listings", "newest", ["group_id", "published_at", "post_id", "edition_id"]),
    ("author_listings", "newest", ["group_id", "published_at", "post_id", "edition_id"]),
    ("tag_editions", "name", ["sort_key", "subject_id"]),
    ("author_editions", "name", ["sort_key", "subject_id"]),
)

# A post counts from where its edition begins to where it ends; the running sum is the count.
COUNTS = """
INSERT INTO post_counts (group_id, from_version, posts)
SELECT group_id, version, SUM(SUM(difference)) OVER (PARTITION BY group_id ORDER BY version)
FROM (
    SELECT group_id, from_version AS version, 1 AS difference FROM tag_listings
    UNION ALL
    SELECT group_id, until_version, -1 FROM tag_listings WHERE until_version IS NOT NULL
    UNION ALL
    SELECT group_id, from_version, 1 FROM author_listings
    UNION ALL
    SELECT group_id, until_version, -1 FROM author_listings WHERE until_version IS NOT NULL
    UNION ALL
    SELECT {everything}, from_version, 1 FROM post_editions
    UNION ALL
    SELECT {everything}, until_version, -1 FROM post_editions WHERE until_version IS NOT NULL
) AS steps
GROUP BY group_id, version
HAVING SUM(difference) <> 0
"""
EVERYTHING = {
    "sqlite": "'00000000000000000000000000000000'",
    "postgresql": "CAST('00000000-0000-0000-0000-000000000000' AS uuid)",
}
NAMES_VERSION = """
UPDATE site SET names_version = (
    SELECT COALESCE(MAX(version), 0)
    FROM (
        SELECT from_version AS version FROM tag_editions
        UNION ALL SELECT until_version FROM tag_editions
        UNION ALL SELECT from_version FROM author_editions
        UNION ALL SELECT until_version FROM author_editions
    ) AS versions
)
"""


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "post_counts",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("from_version", sa.BigInteger(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "from_version", name="pk_post_counts"),
    )
    op.execute(COUNTS.format(everything=EVERYTHING[op.get_context().dialect.name]))
    with op.batch_alter_table("site") as site:
        site.add_column(
            sa.Column("names_version", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.execute(NAMES_VERSION)
    with op.batch_alter_table("site") as site:
        site.alter_column("names_version", server_default=None)
    for table, name, columns in INDEXES:
        op.create_index(f"ix_{table}_live_{name}", table, columns, unique=False, **LIVE)


def downgrade() -> None:
    """Backwards."""
    for table, name, _ in reversed(INDEXES):
        op.drop_index(f"ix_{table}_live_{name}", table_name=table, **LIVE)
    with op.batch_alter_table("site") as site:
        site.drop_column("names_version")
    op.drop_table("post_counts")
