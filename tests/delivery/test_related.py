"""The posts most like a post: what the stated rule says of the posts that are looked at."""

import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.delivery.nearby import likeness, queries
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import empty
from tests.delivery import reading
from tests.properties import OF_A_SITE

Documents = list[dict[str, Any]]
TAGS = [f"tag-{letter}" for letter in "abcdefg"]
WORDS = ["fail", "Fail", "the", "the", "work", "Über", "漢字", "code", "a-b"]
posts = st.fixed_dictionaries(
    {
        "title": st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
        "excerpt": st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join),
        "tags": st.lists(st.sampled_from(TAGS), unique=True, max_size=7),
        "published_at": st.sampled_from([f"2026-0{month}-01T00:00:00Z" for month in (1, 2)]),
    }
)


def related(client: ContractClient, slug: str, **query: Any) -> Documents:
    """The posts most like one."""
    found: Documents = reading.fetch(client, f"{reading.POSTS}/{slug}/related", **query)["data"]
    return found


def words(post: dict[str, Any]) -> set[str]:
    """Those of its title and excerpt; each Han character is one."""
    text = f"{post['title']} {post['excerpt']}".casefold()
    return {word for word in re.split("([漢字])|[^a-zü漢字]+", text) if word}


def expected(post: dict[str, Any], everything: Documents, newest: int) -> list[str]:
    """The slugs of all posts like ``post``, best first; ``everything`` is newest first."""
    sizes = {tag["id"]: sum(tag in one["tags"] for one in everything) for tag in post["tags"]}
    rarest = sorted(sizes, key=lambda tag: (sizes[tag], tag))[:5]
    lists = [everything, *([p for p in everything if has(p, tag)] for tag in rarest)]
    looked_at = {one["id"]: one for part in lists for one in part[:newest]} | {post["id"]: post}
    having = [words(one) for one in looked_at.values()]
    weight = {
        word: math.log(len(having) / sum(word in one for one in having))
        for word in set().union(*having)
    }

    def score(one: dict[str, Any]) -> tuple[float, float, str, str]:
        tags = sum(1 / math.log(1 + sizes[tag["id"]]) for tag in one["tags"] if tag in post["tags"])
        shared = sum(weight[word] for word in words(one) & words(post))
        both = sum(weight[word] for word in words(one) | words(post))
        alike = shared / both if both else 0
        return (round(tags, 9), round(alike, 9), one["published_at"], one["id"])

    others = [one for one in looked_at.values() if one is not post and max(score(one)[:2]) > 0]
    return reading.slugs(sorted(others, key=score, reverse=True))


def has(post: dict[str, Any], tag_id: str) -> bool:
    """Whether a post has a tag."""
    return tag_id in {tag["id"] for tag in post["tags"]}


@settings(OF_A_SITE, max_examples=8)
@given(contents=st.lists(posts, min_size=1, max_size=9), limit=st.integers(1, 20))
def test_related_posts_are_those_of_the_stated_rule(
    app: Edge, client: ContractClient, contents: Documents, limit: int
) -> None:
    empty(app)
    editor = factories.a_caller(app, "editor")
    for content in contents:
        factories.a_published_post(editor, **content)
    version = reading.fetch(client)["version"]
    everything = reading.everything(client)

    for post in everything:
        slugs = expected(post, everything, queries.NEWEST)
        found = related(client, post["slug"], limit=limit)
        assert reading.slugs(found) == slugs[:limit]
        assert all(one in everything for one in found)
        path = f"{reading.POSTS}/{post['slug']}"
        assert reading.fetch(client, path, include="related")["related"] == related(
            client, post["slug"]
        )
        factories.a_tag(editor)
        assert related(client, post["slug"], limit=limit, as_of=version) == found


def test_only_so_many_of_each_list_are_looked_at(
    client: ContractClient, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "NEWEST", 2)
    for number in range(8):
        factories.a_published_post(
            editor,
            title=f"Same words {number}",
            tags=[["a"], ["b"], ["a", "b"], []][number % 4],
            published_at=f"2026-01-0{1 + number}T00:00:00Z",
        )
    everything = reading.everything(client)

    found = {post["slug"]: reading.slugs(related(client, post["slug"])) for post in everything}

    assert found == {post["slug"]: expected(post, everything, 2)[:5] for post in everything}
    assert max(map(len, found.values())) < 7


def test_a_rare_tag_counts_more_than_a_common_one_and_tags_more_than_words(
    client: ContractClient, editor: Caller
) -> None:
    contents: Documents = [
        {"slug": "one", "title": "Alpha beta", "tags": ["rare", "common"]},
        {"slug": "same-words", "title": "Alpha beta", "tags": []},
        {"slug": "common", "title": "Alpha", "tags": ["common"]},
        {"slug": "rare", "title": "Gamma", "tags": ["rare"]},
        {"slug": "both", "title": "Delta", "tags": ["common", "rare"]},
        {"slug": "stranger", "title": "Epsilon", "tags": ["other"]},
        {"slug": "common-too", "title": "Zeta", "tags": ["common"]},
    ]
    for content in contents:
        factories.a_published_post(editor, **content)

    found = reading.slugs(related(client, "one"))

    assert found == ["both", "rare", "common", "common-too", "same-words"]
    assert reading.slugs(related(client, "stranger")) == []


def test_what_readers_do_not_see_is_like_nothing(client: ContractClient, editor: Caller) -> None:
    content: dict[str, Any] = {"title": "The same words", "tags": ["a"]}
    factories.a_published_post(editor, slug="one", **content)
    factories.a_post(editor, slug="draft", **content)
    factories.unpublished(editor, factories.a_published_post(editor, slug="gone", **content))
    copy = factories.a_published_post(editor, title="Unlike", slug="other", tags=[])
    factories.edited(editor, copy, **content)

    assert related(client, "one") == []
    for slug, status in (("draft", 404), ("gone", 410)):
        assert client.get(f"{reading.POSTS}/{slug}/related").status_code == status


def test_words_are_found_in_every_script() -> None:
    def post(name: str, title: str) -> dict[str, Any]:
        return {"id": name, "title": title, "excerpt": "", "tags": [], "published_at": ""}

    for title, alike, other in (
        ("CAFÉ au lait", "un cafe\u0301", "un thé"),
        ("東京の朝", "京都", "大阪"),
        ("Straße", "STRASSE", "Weg"),
        ("\uff46\uff55\uff4c\uff4c width", "full", "half"),
        ("Жизнь и любовь", "ЖИЗНЬ", "дождь"),
    ):
        found = likeness.ranked(post("1", title), [post("2", other), post("3", alike)], {}, limit=5)
        assert [one["id"] for one in found] == ["3"], title
