"""What a post's document is taken apart into is what it was put together from."""

import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from cms.editions import documents
from cms.editions.documents import AUTHORS, REST
from cms.editions.schemas import PublicPostTeaser
from cms.foundation import moments

MARKS = (AUTHORS, '],"tags":[', REST, '"', "\\", "]", "\\" + AUTHORS)
TEXTS = st.lists(st.sampled_from(MARKS) | st.text(max_size=5), max_size=6).map("".join)
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


@given(
    title=TEXTS,
    url=TEXTS,
    authors=st.lists(st.uuids(), max_size=3),
    tags=st.lists(st.uuids(), max_size=3),
)
def test_a_document_is_taken_apart_around_its_ids(
    title: str, url: str, authors: list[uuid.UUID], tags: list[uuid.UUID]
) -> None:
    shown = {
        "id": uuid.UUID(int=1),
        "slug": "a-post",
        "title": title,
        "excerpt": title,
        "cover": {"url": url, "alt": title, "caption": None},
        "published_at": MOMENT,
        "updated_at": MOMENT,
        "reading_minutes": 1,
        "word_count": 1,
        "featured": False,
        "seo": {"title": title, "description": None, "canonical_url": url},
    }
    document = documents.post(shown, author_ids=authors, tag_ids=tags)

    before, middle, behind = documents.parts(document)

    assert documents.id_of(before) == str(shown["id"])
    assert orjson.loads(f"{{{middle}}}") == {
        "authors": [str(one) for one in authors],
        "tags": [str(one) for one in tags],
    }
    assert before + middle + behind == document


MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-11))]),
).map(moments.cut)
SAID = TEXTS | st.text(max_size=20)
PERHAPS = st.none() | SAID


@given(
    shown=st.fixed_dictionaries(
        {
            "id": st.uuids(),
            "slug": st.just("a-post"),
            "title": SAID,
            "excerpt": SAID,
            "cover": st.none()
            | st.fixed_dictionaries({"caption": PERHAPS, "url": SAID, "alt": SAID}),
            "published_at": MOMENTS,
            "updated_at": MOMENTS,
            "reading_minutes": st.integers(0, 2**31),
            "word_count": st.integers(0, 2**31),
            "featured": st.booleans(),
            "seo": st.fixed_dictionaries(
                {"canonical_url": PERHAPS, "title": PERHAPS, "description": PERHAPS}
            ),
        }
    ),
    authors=st.lists(st.uuids(), max_size=3),
    tags=st.lists(st.uuids(), max_size=3),
)
def test_a_document_is_what_the_public_shape_shows(
    shown: dict[str, Any], authors: list[uuid.UUID], tags: list[uuid.UUID]
) -> None:
    document = orjson.loads(documents.post(shown, author_ids=authors, tag_ids=tags))

    shape = PublicPostTeaser(exclude=("authors", "tags"))
    expected = shape.dump(shown)
    assert list(document) == list(PublicPostTeaser().fields)
    assert document.pop("authors") == [str(one) for one in authors]
    assert document.pop("tags") == [str(one) for one in tags]
    assert orjson.dumps(document) == orjson.dumps(expected)


@given(name=TEXTS, posts=st.integers(0, 2**31))
def test_the_number_of_posts_is_put_to_the_document_of_a_tag(name: str, posts: int) -> None:
    tag = {"id": uuid.UUID(int=1), "slug": "a-tag", "name": name, "description": name}
    document = documents.tag(tag)

    counted = documents.counted(document, posts)

    assert orjson.loads(counted) == {**orjson.loads(document), "post_count": posts}
    assert documents.id_of(counted) == documents.id_of(document) == str(tag["id"])
