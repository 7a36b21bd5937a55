"""Every filter, order and page is what a plain evaluation of the documents says."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.delivery.selecting import fields
from cms.foundation.filters.tree import AllOf, AnyOf, Parsed
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import empty
from tests.delivery import reading, selection_model
from tests.filters.strategies import spell

Document = dict[str, Any]
BODIES = ("", "One word.", "word " * 250)
SITE_SIZE = 9


class Site:
    """A site of generated posts that went on changing: what it shows now and showed before."""

    def __init__(self, app: Edge, client: ContractClient, seed: int) -> None:
        """Posts with few distinct values, so that most comparisons find several."""
        empty(app)
        self.client, chance = client, random.Random(seed)  # noqa: S311 - test data
        editor = factories.a_caller(app, "editor")
        for name in selection_model.GROUPS:
            factories.an_author(editor, name=name)
        for name in chance.sample(selection_model.TITLES, 4):
            factories.an_author(editor, name=name)
        posts = [
            factories.a_published_post(editor, **self._content(chance)) for _ in range(SITE_SIZE)
        ]
        self.before = self._seen()
        for post in chance.sample(posts, 3):
            content = {**self._content(chance), "slug": f"{post['slug']}-again"}
            factories.published(editor, factories.edited(editor, post, **content))
        factories.unpublished(editor, posts[0])
        factories.edited(editor, {"id": posts[1]["tag_ids"][0]}, "tags", slug="green")
        self.now = self._seen()

    def _seen(self) -> dict[str, Any]:
        lists = {path: reading.everything(self.client, path) for path in reading.LISTS}
        return {"version": reading.fetch(self.client)["version"], **lists}

    @staticmethod
    def _content(chance: random.Random) -> dict[str, Any]:
        groups = selection_model.GROUPS[:2]
        return {
            "title": chance.choice(selection_model.TITLES),
            "excerpt": chance.choice([None, "", "Éa", *selection_model.TITLES]),
            "body": chance.choice(BODIES),
            "featured": chance.random() < 0.5,
            "published_at": f"{chance.choice(selection_model.MOMENTS)[:10]}T00:00:00Z",
            "tags": chance.sample(groups, chance.choice([1, 1, 2])),
            "authors": chance.sample(groups, chance.choice([0, 1, 2])),
        }


@pytest.fixture(params=range(3))
def site(app: Edge, client: ContractClient, request: pytest.FixtureRequest) -> Site:
    """One of three sites."""
    return Site(app, client, request.param)


def orders(names: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Orders by up to three fields."""
    by = st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=3)
    return by.flatmap(
        lambda found: st.tuples(*(st.sampled_from([one, f"-{one}"]) for one in found)).map(list)
    )


def compare(
    site: Site,
    path: str,
    tree: Parsed | None,
    sort: list[str] | None,
    *,
    usual: list[str],
    limit: int,
    as_of: bool,
) -> None:
    """Fail unless all pages together are what the model says."""
    seen = site.before if as_of else site.now
    query: dict[str, Any] = {"total": "true"}
    if tree is not None:
        query["filter"] = spell(tree)
    if sort is not None:
        query["sort"] = ",".join(sort)
    if as_of:
        query["as_of"] = seen["version"]
    expected = [one for one in seen[path] if tree is None or selection_model.fits(tree, one)]
    expected = selection_model.ordered(expected, sort or usual)

    walk = reading.pages(site.client, path, limit=limit, **query)

    assert reading.slugs(reading.walked(walk)) == reading.slugs(expected), query
    assert reading.walked(walk) == expected
    assert {page["total"] for page in walk} == {len(expected)}
    assert {page["version"] for page in walk} == {seen["version"]}


QUICK = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@QUICK
@given(data=st.data(), limit=st.integers(1, SITE_SIZE + 1), as_of=st.booleans())
def test_posts(site: Site, data: st.DataObject, limit: int, as_of: bool) -> None:  # noqa: FBT001
    terms = selection_model.post_terms(site.now[reading.POSTS])
    tree = data.draw(st.none() | selection_model.trees(terms))
    sort = data.draw(st.none() | orders(fields.SORTABLE))

    compare(site, reading.POSTS, tree, sort, usual=["-published_at"], limit=limit, as_of=as_of)


@QUICK
@given(data=st.data(), limit=st.integers(1, 8), as_of=st.booleans())
@pytest.mark.parametrize("path", reading.LISTS[1:])
def test_names(site: Site, path: str, data: st.DataObject, limit: int, as_of: bool) -> None:  # noqa: FBT001
    tree = data.draw(st.none() | selection_model.trees(selection_model.named_terms(site.now[path])))
    sort = data.draw(st.none() | orders(tuple(fields.NAMED)))

    compare(site, path, tree, sort, usual=["name"], limit=limit, as_of=as_of)


@QUICK
@given(data=st.data())
def test_not_is_the_opposite_and_or_joins_and_and_meets(site: Site, data: st.DataObject) -> None:
    terms = selection_model.post_terms(site.now[reading.POSTS])
    one, other = data.draw(selection_model.trees(terms)), data.draw(selection_model.trees(terms))

    def found(tree: Parsed) -> set[str]:
        posts = reading.everything(site.client, filter=spell(tree))
        return {post["id"] for post in posts}

    assert found(AllOf((one, other))) == found(one) & found(other)
    assert found(AnyOf((one, other))) == found(one) | found(other)


CHANGES: list[Callable[[Caller, Document], object]] = [
    factories.unpublished,
    lambda by, post: factories.published(
        by, factories.edited(by, post, title="zz", featured=True, tags=["other"])
    ),
    lambda by, _post: factories.a_published_post(by, title="aa", featured=True, tags=["red"]),
]


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "-featured,title"},
        {"sort": "title"},
        {"filter": "tag:[red,blue]"},
        {"filter": "tag:red+featured:false", "sort": "-updated_at"},
        {"filter": "published_at:<now+1d"},
        {"filter": "featured:-null", "tag": "red", "sort": "word_count"},
    ],
    ids=str,
)
def test_a_walk_shows_the_list_as_it_was_at_its_first_page(
    editor: Caller, client: ContractClient, query: dict[str, str]
) -> None:
    posts = [
        factories.a_published_post(editor, title=title, tags=["red"])
        for title in ("b", "B", "a", "ä", "c", "b")
    ]
    before = reading.fetch(client, **query)
    changes = [(change, post) for change in CHANGES for post in posts[::2]]

    def work() -> None:
        change, post = changes.pop(0)
        if client.get(f"/api/v1/posts/{post['slug']}").status_code == 200:
            change(editor, post)

    walk = reading.pages(client, limit=1, between=work, **query)

    assert len(before["data"]) == 6
    assert reading.walked(walk) == before["data"]
    assert {page["version"] for page in walk} == {before["version"]}
