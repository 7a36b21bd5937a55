"""Alembic's entry: which database, and which tables it should have."""

from alembic import context
from sqlalchemy import text

from cms.accounts import models as _accounts
from cms.content.loading import models as _loading
from cms.content.posts import models as _content
from cms.content.posts.revisions import models as _revisions
from cms.content.posts.scheduling import models as _scheduling
from cms.editions import models as _editions
from cms.editions.search import models as _search
from cms.foundation.database import Base, Database
from cms.foundation.jobs import models as _jobs
from cms.foundation.settings import load

TABLES = (_accounts, _content, _revisions, _scheduling, _loading, _editions, _search, _jobs)


def _is_modelled(name: str | None, kind: str, _parents: object) -> bool:
    """The words of the search index are another kind of table on each database."""
    return kind != "table" or not (name or "").startswith("search_words")


def run() -> None:
    """Migrate in one transaction; on PostgreSQL give up rather than wait long for a lock."""
    database = context.config.attributes.get("database") or Database(load().database_url)
    with database.writer.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_name=_is_modelled,
        )
        with connection.begin(), context.begin_transaction():
            if not database.is_sqlite:
                connection.execute(text("SET LOCAL lock_timeout = '5s'"))
                connection.execute(text("SET LOCAL statement_timeout = '10min'"))
            context.run_migrations()


run()
