"""`cms seed`: example content for an empty database."""

import dataclasses
from importlib import resources
from typing import Any

import rich_click as click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.permissions import Caller
from cms.commands.console import an_admin, opened
from cms.commands.documents import reading
from cms.commands.documents.document import Document
from cms.content.authors import actions as author_actions
from cms.content.authors import queries as author_queries
from cms.content.posts import actions as post_actions
from cms.content.posts.models import Post
from cms.content.posts.schemas import PostIn
from cms.foundation import audit, moments
from cms.foundation.database import Database
from cms.foundation.settings import load


@click.command()
def seed() -> None:
    """Load the example posts.

    Only into a database that holds no posts; anything else is left alone.
    """
    with opened(load()) as database:
        count = load_examples(database)
    click.echo(f"Loaded {count} example posts." if count else "There are posts already.")


def load_examples(database: Database) -> int:
    """Load the examples unless there are posts; all of them or none. Gives their number."""
    with database.transaction() as session:
        if session.scalar(select(func.count()).select_from(Post)):
            return 0
        admin = an_admin(session, "The examples need an owner.")
        audit.sign(session, admin.id, admin.name)
        folder = resources.files("cms.commands") / "examples"
        files = sorted(folder.iterdir(), key=lambda file: file.name)
        texts = [file.read_text("utf-8") for file in files if file.name.endswith(".md")]
        for text in texts:
            _load(session, reading.parse(text), by=Caller.of(admin))
        return len(texts)


def _load(session: Session, document: Document, *, by: Caller) -> None:
    """Create one post with its authors, by the same rules as the API."""
    now = moments.now()
    slugs = []
    for byline in document.authors:
        known = author_queries.by_slugs(session, [byline.slug] if byline.slug else [])
        author = next(iter(known.values()), None) or author_actions.create(
            session,
            {"name": byline.name, "slug": byline.slug, "bio": byline.bio},
            by=by,
            now=now,
        )
        slugs.append(author.slug)
    values: dict[str, Any] = {
        "title": document.title,
        "body": document.body,
        "slug": document.slug,
        "excerpt": document.excerpt,
        "tags": list(document.tags),
        "featured": document.featured,
        "seo": dataclasses.asdict(document.seo),
        "published_at": document.published_at and moments.spell(document.published_at),
        "status": document.status,
        "authors": slugs,
        "cover": document.cover and dataclasses.asdict(document.cover),
    }
    stated = {name: value for name, value in values.items() if value is not None}
    post_actions.create(session, PostIn().load(stated), by=by, now=now)
