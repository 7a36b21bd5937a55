"""The counts that are kept are those that one would count, at every version."""

import uuid
from collections import Counter
from typing import Any

import pytest
from alembic import command
from sqlalchemy import event, select, text

from cms.delivery import queries
from cms.delivery.looking import View
from cms.editions import counts
from cms.editions.counts import EVERYTHING, of_post
from cms.editions.models import AuthorListing, PostCount, PostEdition, Site, TagListing
from cms.editions.present import Version
from cms.foundation import migrations
from cms.foundation.database import Database
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller


def counted(database: Database, version: int) -> Counter[Any]:
    """What the listings and editions of one version add up to."""
    found: Counter[Any] = Counter()
    with database.session(read_only=True) as session:
        for listing in (AuthorListing, TagListing):
            found.update(session.scalars(select(listing.group_id).where(listing.at(version))))
        live = select(PostEdition.published_at).where(PostEdition.at(version))
        for moment in session.scalars(live):
            found.update(of_post(moment, []))
    return found


def kept(database: Database, version: int, groups: set[Any]) -> Counter[Any]:
    """What is kept."""
    with database.lookup.connect() as connection:
        view = View(connection, version, Version(version, version))
        return Counter(
            {
                one: queries.count_posts(view, {} if one == EVERYTHING else {"tag_id": one}).number
                for one in groups
            }
        )


@pytest.fixture
def busy(editor: Caller) -> None:
    """A site with posts that came, changed their tags, went, and came back."""
    ann, bob = (factories.an_author(editor)["slug"] for _ in range(2))
    for number in range(6):
        post = factories.a_published_post(editor, tags=["a", f"n{number % 2}"], authors=[ann])
        factories.edited(editor, post, tags=["b", "a"][number % 2 :], authors=[ann, bob])
        factories.published(editor, post)
        factories.published(editor, post)
        if number % 2:
            factories.unpublished(editor, post)
        if number == 3:
            factories.published(editor, post)
        if number == 4:
            factories.deleted(editor, post)


@pytest.mark.usefixtures("busy")
def test_counts_are_right_at_every_version(database: Database) -> None:
    with database.session(read_only=True) as session:
        newest = session.scalars(select(Site.version)).one()
    groups = {one for version in range(newest + 1) for one in counted(database, version)}

    for version in range(newest + 1):
        assert +kept(database, version, groups) == +counted(database, version), version


@pytest.mark.usefixtures("busy")
def test_an_older_database_gets_the_counts_that_would_have_been_kept(app: Edge) -> None:
    database = app.database
    rows = text("SELECT group_id, from_version, posts FROM post_counts ORDER BY 1, 2")
    names = text("SELECT names_version FROM site")
    with database.reader.connect() as connection:
        before = connection.execute(rows).all(), connection.scalar(names)
    assert len(before[0]) > 10

    database.dispose()
    command.downgrade(migrations.configuration(database), "0001")
    migrations.upgrade(database)

    with database.reader.connect() as connection:
        assert (connection.execute(rows).all(), connection.scalar(names)) == before


def test_on_postgresql_one_question_is_enough_for_all_groups(database: Database) -> None:
    """Each is a way to the server and back, while other writers wait."""
    if database.is_sqlite:
        pytest.skip("SQLite is in the process")
    groups = [uuid.UUID(int=number) for number in range(1, 50)]
    said: list[str] = []
    with database.transaction() as session:
        counts.change(session, dict.fromkeys(groups, 2), version=1)
        counts.change(session, {**dict.fromkeys(groups, 1), groups[0]: 0}, version=2)
        hears = (session.connection(), "before_cursor_execute", lambda *of: said.append(of[2]))
        event.listen(*hears)
        counts.change(session, dict.fromkeys([*groups, uuid.UUID(int=99)], 1), version=3)
        event.remove(*hears)
        rows = session.execute(select(PostCount.group_id, PostCount.posts, PostCount.from_version))
        newest = {row.group_id: row.posts for row in sorted(rows, key=lambda row: row.from_version)}

    assert len(said) == 1
    assert newest == {groups[0]: 3, **dict.fromkeys(groups[1:], 4), uuid.UUID(int=99): 1}
