"""The columns of editions of posts, which have most kinds of values."""

import uuid
from datetime import UTC, datetime
from typing import Any

MOMENT = datetime(2020, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)


def edition(number: int, text: str) -> dict[str, Any]:
    """One with ``text`` in its texts; every other one has ended."""
    return {
        "id": uuid.UUID(int=number + 1),
        "subject_id": uuid.UUID(int=number + 1001),
        "slug": f"post-{number}",
        "document": text,
        "published_at": MOMENT,
        "title_key": text,
        "title_sort": "",
        "excerpt_key": "é",
        "updated_at": datetime(1, 1, 1, tzinfo=UTC),
        "featured": number % 2 == 0,
        "reading_minutes": number,
        "word_count": 2**31 - 1,
        "html": text,
        "body": text,
        "from_version": 2**40,
        "until_version": None if number % 2 else 2**41,
    }
