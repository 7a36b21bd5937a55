"""What is delivered is, field by field, what the public schema makes of the content."""

import uuid
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.editions.documents import AUTHORS, REST
from cms.editions.schemas import PublicAuthor, PublicPost, PublicPostSummary, PublicTag
from cms.foundation.http.edge import Edge
from cms.foundation.http.fields import Moment
from tests import factories
from tests.callers import ContractClient
from tests.conftest import empty
from tests.properties import OF_A_SITE

LINES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=30
)
TAGS = '],"tags":['
# Titles that look like what stands around the ids in a stored document.
MARKS = st.sampled_from([*(AUTHORS, TAGS, REST), f"\\{AUTHORS}", f'"{AUTHORS}"x"{TAGS}"y"{REST}'])
WHEN = (
    st.datetimes().filter(lambda one: 1900 < one.year < 2020).map(lambda one: one.isoformat() + "Z")
)
ADDRESSES = st.sampled_from(["https://images.example.org/é.jpg", "/a.png?b=c#d"])
POSTS = st.fixed_dictionaries(
    {"title": LINES | MARKS},
    optional={
        "excerpt": st.none()
        | MARKS
        | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])),
        "body": st.sampled_from(["", "It *works*.", "# A\n\n" + "word " * 400, "漢字 & <b>x</b>"]),
        "cover": st.none()
        | st.fixed_dictionaries({"url": ADDRESSES, "alt": st.sampled_from(["", 'a "b"'])}),
        "featured": st.booleans(),
        "published_at": WHEN,
        "seo": st.none() | st.fixed_dictionaries({"title": LINES, "canonical_url": ADDRESSES}),
        "tags": st.lists(LINES, max_size=3, unique_by=str.casefold),
    },
)


def dumped(schema: Any, document: dict[str, Any]) -> dict[str, Any]:
    """What the schema makes of values as Python has them, through JSON."""
    values = {**document, "id": uuid.UUID(document["id"])}
    for name in {"published_at", "updated_at"} & set(document):
        values[name] = Moment().deserialize(document[name])
    return dict(orjson.loads(orjson.dumps(schema.dump(values))))


@settings(OF_A_SITE, max_examples=25)
@given(contents=st.lists(POSTS, min_size=1, max_size=4))
def test_delivered_json_is_that_of_the_schema(
    app: Edge, client: ContractClient, contents: list[dict[str, Any]]
) -> None:
    empty(app)
    editor = factories.a_caller(app, "editor")
    author = factories.an_author(editor, bio="Writes.", avatar_url="/a.png")
    created = {}
    for content in contents:
        post = factories.a_published_post(editor, **content, author_ids=[author["id"]])
        created[post["id"]] = (content, post)

    listed = client.get("/api/v1/posts?include=html&limit=100").get_json()["data"]

    assert {post["id"] for post in listed} == set(created)
    for post in listed:
        content, working_copy = created[post["id"]]
        assert list(dumped(PublicPostSummary(), post).items()) == list(post.items())
        single = client.get(f"/api/v1/posts/{post['slug']}").get_json()
        assert single == post
        assert list(dumped(PublicPost(), single)) == list(single)
        for name in ("title", "slug", "cover", "featured", "published_at", "seo"):
            assert post[name] == working_copy[name], name
        assert [tag["id"] for tag in post["tags"]] == working_copy["tag_ids"]
        if content.get("excerpt") is not None:
            assert post["excerpt"] == content["excerpt"]
    short = client.get("/api/v1/posts?limit=100")
    assert short.get_data() == orjson.dumps(short.get_json())
    for post in listed:
        del post["html"]
    assert [list(one.items()) for one in short.get_json()["data"]] == [
        list(one.items()) for one in listed
    ]
    for kind, schema in (("tags", PublicTag()), ("authors", PublicAuthor())):
        for one in client.get(f"/api/v1/{kind}?limit=100").get_json()["data"]:
            assert list(dumped(schema, one).items()) == list(one.items())
