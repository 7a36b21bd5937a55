"""What a refusal must be: the right status, one shape, nothing internal, and nothing written."""

import hashlib
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from cms.foundation.database import Base, Database

INTERNAL = re.compile(
    r"Traceback|File \"|sqlalchemy|psycopg|sqlite|marshmallow|werkzeug|SELECT |INSERT |UPDATE "
    r"|site-packages|\.py\b|/(?:home|opt|root|srv|tmp|usr|var)/|<object|0x[0-9a-f]{6}|(?-i:[a-z]Error\b)",
    re.IGNORECASE,
)


def check(answer: TestResponse, statuses: Collection[int], what: str, *, asked: str = "") -> None:
    """Fail unless ``answer`` is a refusal with one of ``statuses``.

    What was ``asked`` may be repeated: hypothesis likes to draw words from our own source.
    """
    text = answer.get_data(as_text=True)
    said = f"{what} -> {answer.status_code} {text[:500]}"
    assert answer.status_code in statuses, said
    assert answer.mimetype == "application/problem+json", said
    problem = answer.get_json(force=True)
    assert problem["status"] == answer.status_code, said
    assert problem["code"], said
    assert set(problem) >= {"type", "title", "detail", "instance", "errors"}, said
    assert not _internal(text) - _internal(asked), said
    assert len(text) < 20_000, said


def _internal(text: str) -> set[str]:
    return {one.lower() for one in INTERNAL.findall(text)}


def digest(database: Database) -> dict[str, str]:
    """A digest of each table."""
    with database.reader.connect() as connection:
        return {
            table.name: hashlib.blake2b(
                repr(sorted(map(repr, connection.execute(select(table))))).encode()
            ).hexdigest()
            for table in Base.metadata.sorted_tables
        }


@contextmanager
def nothing_written(database: Database) -> Iterator[None]:
    """Fail when any row of any table is another one afterwards."""
    before = digest(database)
    yield
    after: dict[str, Any] = digest(database)
    assert after == before, [name for name in before if before[name] != after[name]]
