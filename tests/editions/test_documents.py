"""What a post's document is taken apart into is what it was put together from."""

import uuid
from datetime import UTC, datetime

import orjson
from hypothesis import given
from hypothesis import strategies as st

from cms.editions import documents
from cms.editions.documents import AUTHORS, REST

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


@given(name=TEXTS, posts=st.integers(0, 2**31))
def test_the_number_of_posts_is_put_to_the_document_of_a_tag(name: str, posts: int) -> None:
    tag = {"id": uuid.UUID(int=1), "slug": "a-tag", "name": name, "description": name}
    document = documents.tag(tag)

    counted = documents.counted(document, posts)

    assert orjson.loads(counted) == {**orjson.loads(document), "post_count": posts}
    assert documents.id_of(counted) == documents.id_of(document) == str(tag["id"])
