"""What the tests of retries ask and look at."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from cms.content.posts.models import Post
from cms.foundation.database import Database
from cms.foundation.retries.models import GivenAnswer
from tests.callers import Caller

POSTS = "/api/v1/manage/posts"
REPLAYED = "Idempotent-Replayed"


def ask(
    by: Caller, key: str, path: str = POSTS, *, if_match: str | None = None, **options: Any
) -> TestResponse:
    """POST with a key; a post is created unless something else is said."""
    if path == POSTS and not options:
        options = {"json": {"title": "Once"}}
    headers = {"Idempotency-Key": key, **options.pop("headers", {})}
    if if_match is not None:
        headers["If-Match"] = if_match
    return by.post(path, headers=headers, **options)


def posts(database: Database) -> int:
    """How many posts there are."""
    with database.session(read_only=True) as session:
        return session.scalars(select(func.count(Post.id))).one()


def rows(database: Database) -> list[GivenAnswer]:
    """What is kept."""
    with database.session(read_only=True) as session:
        return list(session.scalars(select(GivenAnswer)))


def age(database: Database, by: timedelta) -> None:
    """Let what is kept be older."""
    with database.transaction() as session:
        for row in session.scalars(select(GivenAnswer)):
            session.execute(
                update(GivenAnswer)
                .where(GivenAnswer.key_digest == row.key_digest)
                .values(given_at=row.given_at - by)
            )


def shown(answer: TestResponse) -> tuple[Any, ...]:
    """All of an answer that a retry must get again: not which request it was, and what is left."""
    own = {"X-Request-Id", "RateLimit", "RateLimit-Policy", REPLAYED}
    headers = {name: value for name, value in answer.headers if name not in own}
    return answer.status, answer.get_data(), headers
