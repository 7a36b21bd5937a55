"""A walk along cursors shows one moment of the site, whatever happens meanwhile."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import empty
from tests.delivery import reading
from tests.properties import OF_A_SITE

# Few moments, so that many posts share one and the id has to decide.
MOMENTS = [f"2026-0{month}-01T00:00:00Z" for month in (1, 2, 3)]
TAGS = ["red", "blue"]
AUTHORS = ["ann", "bob"]
FILTERS: dict[str, dict[str, str]] = {
    "all": {},
    "tag": {"tag": "red"},
    "author": {"author": "ann"},
    "both": {"tag": "red", "author": "ann"},
}

moments = st.sampled_from(MOMENTS)
contents = st.fixed_dictionaries(
    {
        "published_at": moments,
        "tags": st.lists(st.sampled_from(TAGS), unique=True),
        "authors": st.lists(st.sampled_from(AUTHORS), unique=True),
    }
)
whole_numbers = st.integers(0, 99)
operations = st.one_of(
    st.tuples(st.just("publish"), whole_numbers, contents),
    st.tuples(st.just("edit"), whole_numbers, contents),
    st.tuples(st.just("withdraw"), whole_numbers, st.none()),
    st.tuples(st.just("delete"), whole_numbers, st.none()),
    st.tuples(st.just("rename"), whole_numbers, st.none()),
)


class Newsroom:
    """Somebody who goes on publishing while others read."""

    def __init__(self, app: Edge) -> None:
        """On an empty site with two tags and two authors."""
        empty(app)
        self.editor = factories.a_caller(app, "editor")
        self.tags = [factories.a_tag(self.editor, name=name) for name in TAGS]
        self.authors = [factories.an_author(self.editor, name=name) for name in AUTHORS]
        self.posts: list[dict[str, Any]] = []
        self.names = 0

    def publish(self, content: dict[str, Any]) -> None:
        """One more post."""
        self.posts.append(factories.a_published_post(self.editor, **content))

    def carry_out(self, operation: tuple[str, int, Any]) -> None:
        """One operation; its number picks the post or name."""
        verb, number, content = operation
        if verb == "rename":
            self.names += 1
            kind, subjects = [("tags", self.tags), ("authors", self.authors)][number % 2]
            new = f"new-name-{self.names}"
            factories.edited(self.editor, subjects[number // 2 % 2], kind, name=new, slug=new)
        elif verb == "publish":
            # By ids: the names may have changed by now.
            ids = {
                "tag_ids": [self.tags[TAGS.index(one)]["id"] for one in content["tags"]],
                "author_ids": [
                    self.authors[AUTHORS.index(one)]["id"] for one in content["authors"]
                ],
            }
            self.publish({"published_at": content["published_at"], **ids})
        elif self.posts:
            self.change(verb, number % len(self.posts), content)

    def change(self, verb: str, position: int, content: Any) -> None:
        """Do something to a post that exists."""
        post = self.posts[position]
        if verb == "delete":
            factories.deleted(self.editor, self.posts.pop(position))
        elif verb == "edit":
            self.names += 1
            changed = factories.edited(
                self.editor,
                post,
                title=f"Changed {self.names}",
                slug=f"changed-{self.names}",
                published_at=content["published_at"],
                tag_ids=[self.tags[TAGS.index(one)]["id"] for one in content["tags"]],
                author_ids=[self.authors[AUTHORS.index(one)]["id"] for one in content["authors"]],
            )
            self.posts[position] = factories.published(self.editor, changed)
        elif post["status"] == "published":
            self.posts[position] = factories.unpublished(self.editor, post)


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS.keys())
@settings(OF_A_SITE, max_examples=8)
@given(
    start=st.lists(contents, min_size=3, max_size=6),
    meanwhile=st.lists(st.lists(operations, min_size=1, max_size=3), min_size=2, max_size=4),
    limit=st.integers(1, 2),
)
def test_a_walk_of_posts_shows_the_list_as_it_was_at_its_first_page(
    app: Edge,
    client: ContractClient,
    filters: dict[str, str],
    start: list[dict[str, Any]],
    meanwhile: list[list[tuple[str, int, Any]]],
    limit: int,
) -> None:
    newsroom = Newsroom(app)
    for content in start:
        newsroom.publish({**content, "tags": [*content["tags"], "red"], "authors": ["ann"]})
    before = reading.fetch(client, limit=100, include="html", total="true", **filters)
    rest = [list(batch) for batch in meanwhile]

    def work() -> None:
        for operation in rest.pop() if rest else []:
            newsroom.carry_out(operation)

    walk = reading.pages(client, limit=limit, include="html", total="true", between=work, **filters)

    assert len(before["data"]) == len(start)
    assert reading.walked(walk) == before["data"]
    assert {page["version"] for page in walk} == {before["version"]}
    assert {page["total"] for page in walk} == {len(start)}


@pytest.mark.parametrize("kind", ["tags", "authors"])
def test_a_walk_of_names_shows_the_list_as_it_was_at_its_first_page(
    kind: str, client: ContractClient, editor: Caller
) -> None:
    make = {"tags": factories.a_tag, "authors": factories.an_author}[kind]
    known = [make(editor, name=name) for name in ("c", "a", "Ä", "d", "b")]
    factories.a_published_post(editor, **{kind: ["b", "c"]})
    path = f"/api/v1/{kind}"
    before = reading.fetch(client, path)
    changes: Iterator[Callable[[], object]] = iter(
        [
            lambda: factories.edited(editor, known[0], kind, name="0", slug="zero"),
            lambda: factories.deleted(editor, known[3], kind),
            lambda: make(editor, name="aa"),
            lambda: factories.a_published_post(editor, **{kind: ["a", "b"]}),
        ]
    )

    def meanwhile() -> None:
        next(changes)()

    walk = reading.pages(client, path, limit=1, between=meanwhile)

    assert reading.walked(walk) == before["data"]
    assert reading.slugs(before["data"]) == ["a", "a-2", "b", "c", "d"]
    assert {page["version"] for page in walk} == {before["version"]}
    assert reading.slugs(reading.everything(client, path)) == ["zero", "a", "a-2", "aa", "b"]


def test_a_walk_that_begins_later_shows_what_happened(
    client: ContractClient, editor: Caller
) -> None:
    posts = [factories.a_published_post(editor) for _ in range(3)]
    early = reading.fetch(client, limit=1)
    factories.unpublished(editor, posts[0])
    late = reading.fetch(client, limit=1)

    second = reading.fetch(client, limit=100, cursor=early["next_cursor"])
    other = reading.fetch(client, limit=100, cursor=late["next_cursor"])

    assert late["version"] == early["version"] + 1
    assert reading.slugs(second["data"]) == [posts[1]["slug"], posts[0]["slug"]]
    assert reading.slugs(other["data"]) == [posts[1]["slug"]]


def test_a_page_behind_a_cursor_never_changes_a_byte(
    client: ContractClient, editor: Caller
) -> None:
    posts = [factories.a_published_post(editor, tags=["red"]) for _ in range(4)]
    cursor = reading.fetch(client, limit=1)["next_cursor"]
    address = f"/api/v1/posts?limit=2&cursor={cursor}"
    before = client.get(address)

    factories.edited(editor, posts[2], title="Changed")
    factories.published(editor, posts[2])
    factories.deleted(editor, posts[1])
    after = client.get(address)

    assert after.get_data() == before.get_data()
    assert after.headers["ETag"] == before.headers["ETag"]
    assert after.headers["Link"] == before.headers["Link"]
