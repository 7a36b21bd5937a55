"""create the first tables."""

import sqlalchemy as sa
from alembic import op

# Compared byte by byte on both databases.
KEY = sa.String().with_variant(sa.Text(collation="C"), "postgresql")

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "author_editions",
        sa.Column("sort_key", KEY, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("from_version", sa.BigInteger(), nullable=False),
        sa.Column("until_version", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_author_editions"),
    )
    op.create_index(
        "ix_author_editions_name",
        "author_editions",
        ["sort_key", "subject_id", "from_version", "until_version"],
        unique=False,
    )
    op.create_index(
        "ix_author_editions_slug",
        "author_editions",
        ["slug", "from_version", "until_version"],
        unique=False,
    )
    op.create_index(
        "ix_author_editions_subject",
        "author_editions",
        ["subject_id", "from_version", "until_version"],
        unique=False,
    )
    op.create_index(
        "uq_author_editions_live_slug",
        "author_editions",
        ["slug"],
        unique=True,
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.create_index(
        "uq_author_editions_live_subject",
        "author_editions",
        ["subject_id"],
        unique=True,
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.create_table(
        "author_listings",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_version", sa.BigInteger(), nullable=False),
        sa.Column("until_version", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("edition_id", "group_id", name="pk_author_listings"),
    )
    op.create_index(
        "ix_author_listings_newest",
        "author_listings",
        ["group_id", "published_at", "post_id", "from_version", "until_version"],
        unique=False,
    )
    op.create_table(
        "changes",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_changes"),
    )
    op.create_index("ix_changes_version", "changes", ["version"], unique=False)
    op.create_table(
        "post_editions",
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("from_version", sa.BigInteger(), nullable=False),
        sa.Column("until_version", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_post_editions"),
    )
    op.create_index(
        "ix_post_editions_newest",
        "post_editions",
        ["published_at", "subject_id", "from_version", "until_version"],
        unique=False,
    )
    op.create_index(
        "ix_post_editions_slug",
        "post_editions",
        ["slug", "from_version", "until_version"],
        unique=False,
    )
    op.create_index(
        "ix_post_editions_subject",
        "post_editions",
        ["subject_id", "from_version", "until_version"],
        unique=False,
    )
    op.create_index(
        "uq_post_editions_live_slug",
        "post_editions",
        ["slug"],
        unique=True,
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.create_index(
        "uq_post_editions_live_subject",
        "post_editions",
        ["subject_id"],
        unique=True,
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
    )
    op.execute("INSERT INTO site (id, version) VALUES (1, 0)")
    op.create_table(
        "tag_editions",
        sa.Column("sort_key", KEY, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("from_version", sa.BigInteger(), nullable=False),
        sa.Column("until_version", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tag_editions"),
    )
    op.create_index(
        "ix_tag_editions_name",
        "tag_editions",
        ["sort_key", "subject_id", "from_version", "until_version"],
        unique=False,
    )
    op.create_index(
        "ix_tag_editions_slug",
        "tag_editions",
        ["slug", "from_version", "until_version"],
        unique=False,
    )
    op.create_index(
        "ix_tag_editions_subject",
        "tag_editions",
        ["subject_id", "from_version", "until_version"],
        unique=False,
    )
    op.create_index(
        "uq_tag_editions_live_slug",
        "tag_editions",
        ["slug"],
        unique=True,
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.create_index(
        "uq_tag_editions_live_subject",
        "tag_editions",
        ["subject_id"],
        unique=True,
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.create_table(
        "tag_listings",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_version", sa.BigInteger(), nullable=False),
        sa.Column("until_version", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("edition_id", "group_id", name="pk_tag_listings"),
    )
    op.create_index(
        "ix_tag_listings_newest",
        "tag_listings",
        ["group_id", "published_at", "post_id", "from_version", "until_version"],
        unique=False,
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["users.id"], name="fk_users_updated_by_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
    )
    op.create_table(
        "authors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bio", sa.String(), nullable=True),
        sa.Column("avatar_url", sa.String(), nullable=True),
        sa.Column("website_url", sa.String(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["users.id"], name="fk_authors_updated_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_authors_user_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_authors"),
        sa.UniqueConstraint("slug", name="uq_authors_slug"),
    )
    op.create_index("ix_authors_user_id", "authors", ["user_id"], unique=False)
    op.create_table(
        "login_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_login_sessions_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_login_sessions"),
    )
    op.create_index("ix_login_sessions_user_id", "login_sessions", ["user_id"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("excerpt", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("cover", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("seo", sa.JSON(), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_fingerprint", sa.String(), nullable=True),
        sa.Column("has_unpublished_changes", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name="fk_posts_created_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["users.id"], name="fk_posts_updated_by_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.UniqueConstraint("slug", name="uq_posts_slug"),
    )
    op.create_index("ix_posts_created_by_id", "posts", ["created_by_id"], unique=False)
    op.create_index("ix_posts_status", "posts", ["status"], unique=False)
    op.create_table(
        "tags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["users.id"], name="fk_tags_updated_by_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
        sa.UniqueConstraint("name_key", name="uq_tags_name_key"),
        sa.UniqueConstraint("slug", name="uq_tags_slug"),
    )
    op.create_table(
        "post_authors",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["authors.id"], name="fk_post_authors_author_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_authors_post_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "author_id", name="pk_post_authors"),
    )
    op.create_index("ix_post_authors_author_id", "post_authors", ["author_id"], unique=False)
    op.create_table(
        "post_tags",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_tags_post_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tags.id"], name="fk_post_tags_tag_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("post_id", "tag_id", name="pk_post_tags"),
    )
    op.create_index("ix_post_tags_tag_id", "post_tags", ["tag_id"], unique=False)


def downgrade() -> None:
    """Backwards."""
    op.drop_index("ix_post_tags_tag_id", table_name="post_tags")
    op.drop_table("post_tags")
    op.drop_index("ix_post_authors_author_id", table_name="post_authors")
    op.drop_table("post_authors")
    op.drop_table("tags")
    op.drop_index("ix_posts_status", table_name="posts")
    op.drop_index("ix_posts_created_by_id", table_name="posts")
    op.drop_table("posts")
    op.drop_index("ix_login_sessions_user_id", table_name="login_sessions")
    op.drop_table("login_sessions")
    op.drop_index("ix_authors_user_id", table_name="authors")
    op.drop_table("authors")
    op.drop_table("users")
    op.drop_index("ix_tag_listings_newest", table_name="tag_listings")
    op.drop_table("tag_listings")
    op.drop_index(
        "uq_tag_editions_live_subject",
        table_name="tag_editions",
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.drop_index(
        "uq_tag_editions_live_slug",
        table_name="tag_editions",
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.drop_index("ix_tag_editions_subject", table_name="tag_editions")
    op.drop_index("ix_tag_editions_slug", table_name="tag_editions")
    op.drop_index("ix_tag_editions_name", table_name="tag_editions")
    op.drop_table("tag_editions")
    op.drop_table("site")
    op.drop_index(
        "uq_post_editions_live_subject",
        table_name="post_editions",
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.drop_index(
        "uq_post_editions_live_slug",
        table_name="post_editions",
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.drop_index("ix_post_editions_subject", table_name="post_editions")
    op.drop_index("ix_post_editions_slug", table_name="post_editions")
    op.drop_index("ix_post_editions_newest", table_name="post_editions")
    op.drop_table("post_editions")
    op.drop_index("ix_changes_version", table_name="changes")
    op.drop_table("changes")
    op.drop_index("ix_author_listings_newest", table_name="author_listings")
    op.drop_table("author_listings")
    op.drop_index(
        "uq_author_editions_live_subject",
        table_name="author_editions",
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.drop_index(
        "uq_author_editions_live_slug",
        table_name="author_editions",
        sqlite_where=sa.text("until_version IS NULL"),
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.drop_index("ix_author_editions_subject", table_name="author_editions")
    op.drop_index("ix_author_editions_slug", table_name="author_editions")
    op.drop_index("ix_author_editions_name", table_name="author_editions")
    op.drop_table("author_editions")
