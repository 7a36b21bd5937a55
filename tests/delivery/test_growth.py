"""What a page costs does not grow with the site: no scan, no sort, on either database."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from cms.delivery import queries
from cms.delivery.archive import queries as archive
from cms.delivery.looking import View
from cms.delivery.nearby import queries as nearby
from cms.delivery.redirects import queries as redirects
from cms.delivery.schemas import PublicPostFilter
from cms.delivery.selecting import queries as selected
from cms.delivery.selecting import question
from cms.delivery.sync import queries as sync
from cms.editions import counts
from cms.editions.models import (
    EVERYTHING,
    AuthorEdition,
    AuthorListing,
    Change,
    PostCount,
    PostEdition,
    TagEdition,
    TagListing,
)
from cms.editions.present import Version
from cms.editions.queries import version_at
from cms.foundation.database import LOOK_SECONDS, Database
from cms.foundation.errors import Unprocessable
from cms.foundation.http.edge import Edge
from tests.delivery import steps
from tests.plans import executed, walks_an_index

POSTS, SUPERSEDED, NAMES = 300, 8, 60
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
NOW = 1000
NOW_AT = BEGIN + timedelta(days=30)
TAG, AUTHOR = uuid.UUID(int=1), uuid.UUID(int=2)
MONTHS = [uuid.UUID(int=202000 + month) for month in range(1, 13)]
FILLED = (
    *("post_editions", "tag_listings", "author_listings", "tag_editions", "author_editions"),
    *("changes", "post_counts"),
)
PLACE = (BEGIN + timedelta(days=20), uuid.UUID(int=5))
POST = {"id": str(PLACE[1]), "published_at": PLACE[0].isoformat()}


@pytest.fixture
def grown(app: Edge) -> Iterator[Database]:
    """A site whose posts were published again and again, with statistics for the planner."""
    database = app.database
    with database.writer.begin() as connection:
        if not database.is_sqlite:
            # Rows that other tests deleted leave their room behind, and the planner counts it.
            connection.execute(text(f"TRUNCATE {', '.join(FILLED)}"))
        _fill(connection)
        connection.execute(text("UPDATE site SET version = 1000, names_version = 1000"))
        connection.execute(text("ANALYZE"))
    yield database
    if database.is_sqlite:
        with database.writer.begin() as connection:
            connection.execute(text("DELETE FROM sqlite_stat1"))


def _fill(connection: Connection) -> None:
    rows: dict[Any, list[dict[str, Any]]] = {PostEdition: [], TagListing: [], AuthorListing: []}
    for number in range(POSTS):
        published_at = BEGIN + timedelta(hours=number)
        for turn in range(SUPERSEDED):
            last = turn == SUPERSEDED - 1
            span = {"from_version": turn + 1, "until_version": None if last else turn + 2}
            edition = {
                "id": uuid.uuid4(),
                "subject_id": uuid.UUID(int=number),
                "slug": f"post-{number}",
                "document": "{}",
                "html": "x" * 1000,
                "body": "",
                "published_at": published_at,
                "updated_at": published_at,
                "title_key": f"title {number % 7}",
                "title_sort": f"title {number % 7}",
                "excerpt_key": "",
                "featured": number % 30 == 0,
                "reading_minutes": 1,
                "word_count": number,
                **span,
            }
            rows[PostEdition].append(edition)
            for listing, group in ((TagListing, TAG), (AuthorListing, AUTHOR)):
                rows[listing].append(
                    {
                        "edition_id": edition["id"],
                        "group_id": group if number % 2 else uuid.UUID(int=100 + number),
                        "post_id": edition["subject_id"],
                        "published_at": published_at,
                        **span,
                    }
                )
    rows[PostCount] = [
        {"group_id": group, "from_version": version, "posts": version}
        for group in (EVERYTHING, *MONTHS, TAG, AUTHOR)
        for version in range(1, 200)
    ]
    for edition_of in (TagEdition, AuthorEdition):
        rows[edition_of] = [_named(number, turn) for number in range(NAMES) for turn in range(5)]
    rows[Change] = [
        {"version": version, "kind": "post.published", "subject_id": TAG, "at": BEGIN}
        for version in range(1, NOW)
    ]
    for model, found in rows.items():
        connection.execute(insert(model), found)


def _named(number: int, turn: int) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "subject_id": TAG if number == 1 else uuid.UUID(int=200 + number),
        "slug": f"name-{number}",
        "sort_key": f"name {number:03}",
        "name_key": f"name {number:03}",
        "document": "{}",
        "from_version": turn + 1,
        "until_version": None if turn == 4 else turn + 2,
    }


ASKED: dict[str, Any] = {
    "newest": lambda view: queries.posts(view, limit=21),
    "further": lambda view: queries.posts(view, limit=21, after=PLACE, texts=("body", "html")),
    "of a tag": lambda view: queries.posts(view, limit=21, groups={"tag_id": TAG}),
    "of an author, further": lambda view: queries.posts(
        view, limit=21, after=PLACE, groups={"author_id": AUTHOR}
    ),
    "of both": lambda view: queries.posts(
        view, limit=21, groups={"author_id": AUTHOR, "tag_id": TAG}
    ),
    "one post": lambda view: queries.post(view, "post-7", texts=("html",)),
    "neighbours": lambda view: nearby.beside(view, POST, {}),
    "neighbours of a tag": lambda view: nearby.beside(view, POST, {"tag_id": TAG}),
    "neighbours of both": lambda view: nearby.beside(
        view, POST, {"author_id": AUTHOR, "tag_id": TAG}
    ),
    "sizes of tags": lambda view: nearby.sizes(view, [str(TAG), str(AUTHOR)]),
    "candidates": lambda view: nearby.candidates(view, []),
    "candidates of tags": lambda view: nearby.candidates(view, [str(TAG), str(AUTHOR)]),
    "tags": lambda view: queries.named(view, TagEdition, limit=21),
    "tags, further": lambda view: queries.named(
        view, TagEdition, limit=21, after=("name 010", uuid.UUID(int=0))
    ),
    "authors": lambda view: queries.named(view, AuthorEdition, limit=21),
    "one tag": lambda view: queries.one_named(view, TagEdition, "name-1"),
    "id of a slug": lambda view: queries.group_id(view, TagEdition, "name-1"),
    "who had a slug": lambda view: queries.formerly(view, PostEdition, "post-7"),
    "which tag had a slug": lambda view: queries.formerly(view, TagEdition, "name-1"),
    "version of a moment": lambda view: version_at(view.connection, NOW_AT),
    "several names": lambda view: queries.several_named(view, TagEdition, [TAG, AUTHOR]),
    "total of both": lambda view: queries.count_posts(view, {"author_id": AUTHOR, "tag_id": TAG}),
    "how many tags": lambda view: queries.count_named(view, TagEdition),
    "changes": lambda view: sync.log(view, after=(2, 5), limit=101),
    "counts that changed": lambda view: sync.recounted(view, after=(2, TAG), limit=101),
    "posts by id": lambda view: sync.editions(view, PostEdition, [TAG, AUTHOR]),
    "tags by id": lambda view: sync.editions(view, TagEdition, [TAG, AUTHOR]),
    "tags before": lambda view: sync.before(view, TagEdition, [TAG, AUTHOR], 2),
    "posts that name a tag": lambda view: sync.posts_of(view, "tag_id", TAG, after=None, limit=101),
    "posts that name an author, further": lambda view: sync.posts_of(
        view, "author_id", AUTHOR, after=PLACE, limit=101
    ),
    "total": lambda view: queries.count_posts(view, {}),
    "archive": archive.years,
    "former slugs": lambda view: redirects.former(view, PostEdition, after="post-7"),
    "former slugs of tags": lambda view: redirects.former(view, TagEdition, after="name-1"),
    "total of a tag": lambda view: queries.count_posts(view, {"tag_id": TAG}),
}


def asking(version_of_page: dict[str, Any], *, page: int = 1) -> Any:
    """A question for posts as a reader puts it; on its first page or on the second."""
    asked = question.of_posts(version_of_page)
    held: dict[str, Any] = {
        "published_at": PLACE[0].isoformat(),
        "updated_at": PLACE[0].isoformat(),
        "id": str(PLACE[1]),
        "title": "title 3",
        "featured": True,
    }
    after = None if page == 1 else [held[by.field] for by in asked.order]
    groups = {
        name: group
        for name, group, slug in (("tag_id", TAG, asked.tag), ("author_id", AUTHOR, asked.author))
        if slug is not None
    }
    return lambda view: selected.posts(view, asked.begun(after), limit=21, groups=groups)


def filtered(text: str, sort: str | None = None) -> dict[str, Any]:
    """The parameters ``filter`` and ``sort`` as the schema gives them."""
    query = {"filter": text, "sort": sort} if sort else {"filter": text}
    found: dict[str, Any] = PublicPostFilter().load(query)
    return found


def sorted_by(sort: str) -> dict[str, Any]:
    """The parameter ``sort`` as the schema gives it."""
    found: dict[str, Any] = PublicPostFilter().load({"sort": sort})
    return found


ALONG = {
    "oldest": (sorted_by("published_at"), "live_newest"),
    "last changed": (sorted_by("-updated_at"), "live_updated"),
    "by title": (sorted_by("title"), "live_title"),
    "by title, backwards": (sorted_by("-title"), "live_title"),
    "since a day": (filtered("published_at:>2020-01-03"), "live_newest"),
    "of a tag since a day": (filtered("tag:a+published_at:>2020-01-03"), "live_newest"),
    "of a tag, not of an author": (filtered("tag:a+author:-b"), "live_newest"),
    "of a tag, oldest": (filtered("tag:a+featured:false", "published_at"), "live_newest"),
    "not of a tag": (filtered("tag:-a"), "live_newest"),
    "featured": (filtered("featured:true"), "live_featured"),
    "featured of a tag": (filtered("tag:a+featured:true"), "live_featured"),
    "featured of some tags": (filtered("featured:true+tag:[a,b]"), "live_featured"),
    "not featured": (filtered("featured:false"), "live_newest"),
    "title contains": (filtered("title:~'a'"), "live_newest"),
    "by id": (filtered("id:019ab3c4-0000-7000-8000-0000000000c1"), "live_"),
}


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("asked", ALONG)
def test_common_filters_and_orders_walk_an_index_of_what_is_live(
    grown: Database, asked: str, page: int
) -> None:
    page_of, index = ALONG[asked]

    (statement, plan), *_of_an_empty_answer = plans(grown, asking(page_of, page=page), NOW)

    assert index in plan, f"{statement}\n{plan}"
    if asked != "by id":
        assert walks_an_index(plan), f"{statement}\n{plan}"


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize(
    "text",
    ["tag:[name-1,name-2]", "tag:[name-1,name-2]+published_at:>2020-01-03", "author:[a,b]+tag:-c"],
)
def test_one_of_some_tags_takes_the_first_of_each_along_its_listing(
    grown: Database, text: str, page: int
) -> None:
    (statement, plan), *_of_an_empty_answer = plans(grown, asking(filtered(text), page=page), NOW)

    listing = "author_listings" if text.startswith("author") else "tag_listings"
    assert plan.count(f"ix_{listing}_live_newest") == 2, f"{statement}\n{plan}"
    # What is sorted is what the groups gave: at most a page of each.
    lines = [line for line in plan.splitlines() if line.startswith("SCAN")]
    tables = ("post_editions", "tag_listings", "author_listings")
    assert not [line for line in lines if line.endswith(tables)], plan
    assert not re.search(r'"Seq Scan".{0,200}_(editions|listings)"', plan), plan


@pytest.mark.parametrize("text", ["tag:[name-1,name-2]", "author:[a,b]+title:~'a'"])
def test_a_total_of_some_tags_counts_along_the_listing_of_each(grown: Database, text: str) -> None:
    def counted(view: View) -> object:
        asked = question.of_posts(filtered(text)).begun(None)
        return selected.count_posts(view, asked, {}, to_the_end=False)

    ((statement, plan),) = plans(grown, counted, NOW)

    listing = "author_listings" if text.startswith("author") else "tag_listings"
    assert plan.count(f"ix_{listing}_live_newest") == 2, f"{statement}\n{plan}"
    assert not re.search(r"SCAN \w+_(editions|listings)|Seq Scan.{0,200}_(editions|listings)", plan)


def test_what_takes_too_long_is_given_up_with_what_to_do(grown: Database) -> None:
    terms = "+".join(f"tag:-none-{number}" for number in range(49))
    page = filtered(f"{terms}+tag:null")
    seconds = 0.001 if grown.is_sqlite else LOOK_SECONDS
    hasty = Database(grown.url.render_as_string(hide_password=False), look_seconds=seconds)
    try:
        with hasty.lookup.connect() as connection:
            if not grown.is_sqlite:
                # Less than it takes to connect.
                assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "5s"
                connection.exec_driver_sql("SET statement_timeout = 1")
            view = View(connection, NOW, Version(NOW, NOW))
            with pytest.raises(Unprocessable, match="filter: Takes too long") as caught:
                asking(page)(view)
            if not grown.is_sqlite:
                connection.exec_driver_sql("RESET statement_timeout")
            # The connection is as good as before.
            assert len(queries.posts(view, limit=1)) == 1
    finally:
        hasty.dispose()

    assert [fault.pointer for fault in caught.value.errors] == ["?filter"]


def plans(database: Database, asked: Any, version: int) -> list[tuple[str, str]]:
    """Each statement that ``asked`` executes, with how the database carries it out."""
    with database.lookup.connect() as connection:
        view = View(connection, version, Version(NOW, NOW))
        return executed(connection, lambda: asked(view))


@pytest.mark.parametrize("version", [NOW, 3], ids=["now", "as of an older version"])
@pytest.mark.parametrize("question", ASKED)
def test_every_question_walks_an_index(grown: Database, question: str, version: int) -> None:
    found = plans(grown, ASKED[question], version)

    assert found
    for statement, plan in found:
        assert walks_an_index(plan), f"{statement}\n{plan}"


@pytest.mark.parametrize(
    "question", ["newest", "further", "of a tag", "of an author, further", "one post", "tags"]
)
def test_what_is_live_is_found_without_passing_over_what_is_not(
    grown: Database, question: str
) -> None:
    ((_statement, plan),) = plans(grown, ASKED[question], NOW)

    assert re.search(r"\b(ix|uq)_\w+_live_\w+", plan), plan


@pytest.mark.parametrize("question", ["newest", "further", "of a tag"])
def test_sqlite_takes_as_many_steps_however_often_posts_were_published_again(
    grown: Database, question: str
) -> None:
    if not grown.is_sqlite:
        pytest.skip("counts SQLite's own steps")

    def read() -> int:
        with grown.lookup.connect() as connection:
            view = View(connection, NOW, Version(NOW, NOW))
            return steps.taken(connection, lambda: ASKED[question](view))

    with_history = read()
    with grown.writer.begin() as connection:
        for table in ("post_editions", "tag_listings", "author_listings"):
            connection.execute(text(f"DELETE FROM {table} WHERE until_version IS NOT NULL"))  # noqa: S608

    assert abs(with_history - read()) <= 2


def test_counting_a_publication_takes_as_many_steps_however_often_the_count_has_changed(
    grown: Database,
) -> None:
    if not grown.is_sqlite:
        pytest.skip("counts SQLite's own steps")

    def counted() -> int:
        def change() -> None:
            counts.change(session, {TAG: 1, AUTHOR: 1, EVERYTHING: 1}, version=NOW + 1)
            session.flush()

        with grown.session() as session:
            found = steps.taken(session.connection(), change)
            session.rollback()
        return found

    with_history = counted()
    with grown.writer.begin() as connection:
        connection.execute(text("DELETE FROM post_counts WHERE from_version < 199"))

    assert abs(with_history - counted()) <= 2
