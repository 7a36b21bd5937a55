"""Whatever is done to posts, the index holds what one that is made anew would hold."""

import uuid
from collections import defaultdict
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, select, text

from cms.editions.models import PostEdition
from cms.editions.search import entries
from cms.editions.search.entries import GAP, Words
from cms.editions.search.models import SearchEntry, SearchNumber, SearchTerm
from cms.foundation.database import Database
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.properties import OF_A_SITE
from tests.search.test_finding import search
from tests.search.test_past import MOMENTS, Newsroom, contents, operations


def words_in_their_places(connection: Connection) -> dict[int, set[tuple[str, int]]]:
    """The words that the database has of each post, by its number, with their places from 1."""
    found = defaultdict(set)
    if connection.dialect.name == "postgresql":
        each = (
            "SELECT number, lexeme, place FROM search_words, unnest(words), unnest(positions) place"
        )
        for number, word, place in connection.execute(text(each)):
            found[number].add((word, place))
        return found
    connection.execute(
        text("CREATE VIRTUAL TABLE temp.seen USING fts5vocab(main, search_words, instance)")
    )
    for word, number, place in connection.execute(text('SELECT term, doc, "offset" FROM seen')):
        found[number].add((word, place + 1))
    connection.execute(text("DROP TABLE seen"))
    return found


def check_words(found: set[tuple[str, int]], said: Words, groups: list[str]) -> None:
    """Compare what the database has of a post with what it should have."""
    placed = {(word, place) for place, word in enumerate(said.places, 1) if word != GAP}
    others = {*said.others, *groups}
    assert placed <= found
    rest = {(word, place) for word, place in found - placed if word != GAP}
    assert all(place > len(said.places) for _, place in rest)
    assert {word for word, _ in rest} <= others <= {word for word, _ in found}


def check_the_index(database: Database) -> None:
    """Compare it with the editions, live and ended."""
    with database.session() as session:
        connection = session.connection()
        kept = {row.edition_id: row for row in session.scalars(select(SearchEntry))}
        live = session.scalars(select(PostEdition).where(PostEdition.live())).all()
        found = words_in_their_places(connection)
        assert kept.keys() == {edition.id for edition in live}
        assert found.keys() == {row.number for row in kept.values()}
        terms = set(session.scalars(select(SearchTerm.term)))
        for edition in live:
            shown = orjson.loads(edition.document)
            text = entries.read(edition.html or "")
            said = entries.said(shown["title"], shown["excerpt"], text)
            filing = entries.filed(shown)
            row = kept[edition.id]
            lowest, highest = entries.numbers_of(edition.published_at.year)
            assert lowest <= row.number <= highest
            check_words(found[row.number], said, filing.groups)
            assert terms.issuperset(said.terms)
            assert (row.title, row.excerpt, row.often) == (said.title, said.excerpt, said.often)
            assert (row.post_id, row.authors, row.tags) == (
                filing.post_id,
                filing.authors,
                filing.tags,
            )
        ended = select(PostEdition.id).where(PostEdition.until_version.is_not(None))
        assert set(session.scalars(select(SearchNumber.edition_id))) == set(session.scalars(ended))


@settings(OF_A_SITE, max_examples=12)
@given(
    start=st.lists(contents, min_size=2, max_size=3),
    steps=st.lists(operations, min_size=5, max_size=12),
)
def test_the_index_is_as_one_made_anew(
    app: Edge, start: list[dict[str, Any]], steps: list[tuple[str, int, Any]]
) -> None:
    newsroom = Newsroom(app)
    for operation in [*(("publish", 0, content) for content in start), *steps]:
        newsroom.carry_out(operation)
        check_the_index(app.database)


def number_of(database: Database, post: dict[str, Any]) -> int:
    """Where a post stands in the index."""
    wanted = select(SearchEntry.number).where(SearchEntry.post_id == uuid.UUID(post["id"]))
    with database.session(read_only=True) as session:
        return session.scalars(wanted).one()


def test_a_post_keeps_its_place_for_as_long_as_its_date(app: Edge, editor: Caller) -> None:
    post = factories.a_published_post(editor, title="River", published_at=MOMENTS[0])
    before = number_of(app.database, post)

    factories.published(editor, factories.edited(editor, post, title="Stone", body="Étude"))
    assert number_of(app.database, post) == before
    check_the_index(app.database)

    factories.published(editor, factories.edited(editor, post, published_at=MOMENTS[2]))
    assert number_of(app.database, post) > before
    check_the_index(app.database)


def test_words_that_stay_are_not_written_again(
    app: Edge, editor: Caller, client: ContractClient
) -> None:
    post = factories.a_published_post(editor, slug="one", title="River")
    written: list[str] = []

    @event.listens_for(app.database.writer, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "search_words" in statement or "INTO search_terms" in statement:
            written.append(statement)

    factories.published(editor, factories.edited(editor, post, featured=True))
    assert written == []
    assert [hit["featured"] for hit in search(client, "river")["data"]] == [True]

    factories.published(editor, factories.edited(editor, post, title="Stone"))
    assert written
    event.remove(app.database.writer, "before_cursor_execute", note)
    assert search(client, "river")["data"] == []
    assert [hit["slug"] for hit in search(client, "stone")["data"]] == ["one"]
