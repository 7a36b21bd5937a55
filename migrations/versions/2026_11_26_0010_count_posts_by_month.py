"""Count posts by month."""

from alembic import op

revision = "0010"
down_revision = "0009"

# A post counts for its month from where its edition begins to where it ends.
COUNTS = """
INSERT INTO post_counts (group_id, from_version, posts)
SELECT {group_id}, version, SUM(SUM(difference)) OVER (PARTITION BY month ORDER BY version)
FROM (
    SELECT {month} AS month, from_version AS version, 1 AS difference FROM post_editions
    UNION ALL
    SELECT {month}, until_version, -1 FROM post_editions WHERE until_version IS NOT NULL
) AS steps
GROUP BY month, version
HAVING SUM(difference) <> 0
"""
# What stands for a month: its number, such as 202603, as a UUID.
MONTH = {
    "sqlite": "CAST(strftime('%Y%m', published_at) AS INTEGER)",
    "postgresql": "CAST(to_char(published_at AT TIME ZONE 'UTC', 'YYYYMM') AS integer)",
}
GROUP_ID = {
    "sqlite": "printf('%032x', month)",
    "postgresql": "CAST(lpad(to_hex(month), 32, '0') AS uuid)",
}
FORGET = "DELETE FROM post_counts WHERE group_id > {everything} AND group_id <= {last_month}"
EVERYTHING, LAST_MONTH = 0, 999912


def upgrade() -> None:
    """Forwards."""
    dialect = op.get_context().dialect.name
    op.execute(COUNTS.format(group_id=GROUP_ID[dialect], month=MONTH[dialect]))


def downgrade() -> None:
    """Backwards."""
    dialect = op.get_context().dialect.name
    everything, last_month = (
        GROUP_ID[dialect].replace("month", str(number)) for number in (EVERYTHING, LAST_MONTH)
    )
    op.execute(FORGET.format(everything=everything, last_month=last_month))
