"""What a search costs does not grow with the hits of its words."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from cms.delivery.search import finding, index, language, postgresql, sqlite
from cms.editions.search import actions, entries
from cms.foundation.database import MOST_WAITING, Database
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.delivery import steps
from tests.delivery.test_statements import cost

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def grow(database: Database, numbers: range, said: entries.Text | None = None) -> None:
    """Index posts, the later the newer; all of them have the words "everywhere" and "here".

    Or they all have the words of what is ``said``.
    """

    def document(number: int) -> str:
        named = {"id": str(uuid.UUID(int=number + 1)), "authors": [], "tags": []}
        return json.dumps({**named, "title": f"Post {number}", "excerpt": ""})

    with database.transaction() as session:
        actions.add(
            session,
            [
                (
                    uuid.uuid4(),
                    BEGIN + timedelta(hours=number),
                    document(number),
                    said
                    or entries.read(
                        f"<p>everywhere here {'even' if number % 2 == 0 else 'odd'} n{number}</p>"
                    ),
                )
                for number in numbers
            ],
            version=0,
        )


def found(database: Database, question: str) -> tuple[list[int], bool]:
    """Which posts are found, the newest first, and whether these are all."""
    with database.lookup.connect() as connection:
        asked = finding.asked(index.Index(connection), language.parse(question))
        answer = finding.find(index.Index(connection), asked)
        hours = [
            (entries.BEGIN_OF_TIME + (hit.number >> entries.TIE_BITS) * entries.MILLISECOND - BEGIN)
            // timedelta(hours=1)
            for hit in answer.hits
        ]
    return sorted(hours, reverse=True), answer.is_exact


@pytest.mark.parametrize("frequent", [1, 1000], ids=["walking", "by the index"])
def test_of_many_hits_the_newest_are_taken(
    database: Database, monkeypatch: pytest.MonkeyPatch, frequent: int
) -> None:
    monkeypatch.setattr(finding, "MOST_RANKED", 10)
    monkeypatch.setattr(finding, "MOST_READ", 20)
    monkeypatch.setattr(postgresql, "SAMPLE", 5)
    monkeypatch.setattr(postgresql, "FREQUENT", frequent)
    monkeypatch.setattr(postgresql, "MOST_LOOKED_AT", 25)
    monkeypatch.setattr(sqlite, "MOST_ENDINGS", 3)
    grow(database, range(100))

    assert found(database, "everywhere") == (list(range(99, 89, -1)), False)
    assert found(database, "everywhere even") == (list(range(98, 78, -2)), False)
    assert found(database, "every*") == (list(range(99, 89, -1)), False)
    assert found(database, "n10") == ([10], True)
    assert found(database, "n3 here") == ([3], True)
    assert found(database, "even odd") == ([], True)
    assert found(database, "-odd") == (list(range(98, 78, -2)), False)
    # A phrase is looked for in the newest posts with all of its words.
    assert found(database, '"everywhere here"') == (list(range(99, 89, -1)), False)
    assert found(database, '"here even"') == (list(range(98, 78, -2)), False)
    assert found(database, '"here everywhere"') == ([], False)
    assert found(database, '"here even n4"') == ([4], True)


def test_sqlite_takes_as_many_steps_however_many_posts_have_a_word(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("counts SQLite's own steps")

    def searched(question: str) -> int:
        with database.lookup.connect() as connection:
            asked = finding.asked(index.Index(connection), language.parse(question))
            return steps.taken(
                connection, lambda: finding.newest(index.Index(connection), asked, 50)
            )

    questions = ("everywhere", "everywhere even", "every*", "everywhere -odd")
    grow(database, range(500))
    before = [searched(question) for question in questions]
    grow(database, range(500, 2000))

    # Some more for each file of the index that its words are spread over.
    for question, few in zip(questions, before, strict=True):
        assert searched(question) <= few * 1.2, question


def test_postgresql_never_reads_all_vectors(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("asks PostgreSQL's planner")
    grow(database, range(2000))
    with database.writer.begin() as connection:
        body = connection.scalar(text("SELECT prosrc FROM pg_proc WHERE proname = 'search_hits'"))
        kept = connection.scalar(
            text("SELECT proconfig FROM pg_proc WHERE proname = 'search_hits'")
        )
        assert sorted(kept) == [
            f"enable_{way}=off" for way in ("indexonlyscan", "indexscan", "seqscan")
        ]
        for setting in kept:
            connection.execute(text(f"SET LOCAL {setting.replace('=', ' = ')}"))
        for word in ("everywhere", "n77", "missing"):
            statement = (
                str(body)
                .replace("asked", f"'{word}'::tsquery")
                .replace("lowest", "0")
                .replace("highest", str(2**63 - 1))
                .replace("most", "1001")
            )
            plan = connection.scalars(text(f"EXPLAIN {statement}")).all()
            assert any("ix_search_words_words" in line for line in plan), plan
            assert not any("Seq Scan" in line for line in plan), plan


@pytest.mark.parametrize("path", ["search?q=word", "search?q=%22one+word%22+wor*", "suggest?q=wor"])
def test_twenty_hits_cost_as_many_statements_as_two(app: Edge, admin: Caller, path: str) -> None:
    def spent(limit: int) -> int:
        return cost(app, admin, f"/api/v1/{path}&limit={limit}")

    for number in range(20):
        factories.a_published_post(admin, title="One word", tags=[f"tag {number}"])

    assert spent(2) == spent(20)


@pytest.mark.parametrize("posts", [1, 200])
def test_on_postgresql_little_waits_to_be_sorted_in(database: Database, posts: int) -> None:
    """Each search reads what waits, whether posts came one by one or many at once."""
    if database.is_sqlite:
        pytest.skip("looks at an index of PostgreSQL")
    text_of_many_words = entries.read(" ".join(f"word{number}" for number in range(1000)))
    for begin in range(0, 200, posts):
        grow(database, range(begin, begin + posts), text_of_many_words)

    with database.transaction() as session:
        pages = session.scalars(text("SELECT gin_clean_pending_list('ix_search_words_words')"))
        assert pages.one() * 8 <= MOST_WAITING
