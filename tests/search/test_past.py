"""A search as of a version answers what the search answered then."""

import uuid
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.delivery.search import finding, postgresql, sqlite
from cms.delivery.search.past import index as past
from cms.delivery.search.past import queries
from cms.editions import pruning
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import empty
from tests.content.test_merging import merged
from tests.delivery import reading
from tests.delivery import test_growth as growth
from tests.plans import walks_an_index
from tests.properties import OF_A_SITE
from tests.search.test_finding import SEARCH, a_post, search, slugs
from tests.search.test_model import VOCABULARY, a_question

grown = growth.grown
MOMENTS = [f"202{year}-02-01T00:00:00Z" for year in (4, 4, 5)]
NAMES = ["Stone River", "Étude 40", "Rivers", "river a", "Stones"]
TYPED = ["ri", "stone r"]

some_words = st.lists(st.sampled_from(VOCABULARY), max_size=4).map(" ".join)
places = st.integers(0, 99)
contents = st.fixed_dictionaries(
    {
        "title": some_words.map("Title {}".format),
        "excerpt": some_words,
        "body": some_words,
        "published_at": st.sampled_from(MOMENTS),
        "tags": st.lists(st.integers(0, 2), unique=True, max_size=2),
        "authors": st.lists(st.integers(0, 1), unique=True, max_size=1),
    }
)
operations = st.one_of(
    st.tuples(st.just("publish"), places, contents),
    st.tuples(st.just("edit"), places, contents),
    st.tuples(st.sampled_from(["withdraw", "publish_again", "delete"]), places, st.none()),
    st.tuples(st.just("rename"), places, st.sampled_from(NAMES)),
    st.tuples(st.just("merge"), places, st.none()),
)


class Newsroom:
    """Somebody who publishes posts, and has second thoughts."""

    def __init__(self, app: Edge) -> None:
        """On an empty site with some tags and authors."""
        empty(app)
        self.by = factories.a_caller(app, "editor")
        self.named: list[tuple[str, dict[str, Any]]] = [
            ("tags", factories.a_tag(self.by, name=name)) for name in NAMES[:3]
        ]
        self.named += [
            ("authors", factories.an_author(self.by, name=name)) for name in ("A Stone", "River 東")
        ]
        self.posts: list[dict[str, Any]] = []
        self.renamed = 0

    def carry_out(self, operation: tuple[str, int, Any]) -> None:
        """One operation; its number picks what it is about."""
        verb, number, value = operation
        if verb == "publish":
            self.posts.append(factories.a_published_post(self.by, **self._content(value)))
        elif verb == "rename":
            kind, one = self.named[number % len(self.named)]
            self.renamed += 1
            factories.edited(self.by, one, kind, name=f"{value} {self.renamed}")
        elif verb == "merge":
            tags = [one for kind, one in self.named if kind == "tags"]
            if len(tags) > 1:
                one = tags[number % len(tags)]
                self.named.remove(("tags", one))
                merged(self.by, "tags", one, next(other for other in tags if other is not one))
        elif self.posts:
            self._change(verb, number % len(self.posts), value)

    def _content(self, drawn: dict[str, Any]) -> dict[str, Any]:
        content = {name: drawn[name] for name in ("title", "excerpt", "body", "published_at")}
        for kind in ("tags", "authors"):
            known = [one["id"] for other, one in self.named if other == kind]
            ids = [known[number % len(known)] for number in drawn[kind]]
            content[f"{kind.removesuffix('s')}_ids"] = list(dict.fromkeys(ids))
        return content

    def _change(self, verb: str, place: int, value: Any) -> None:
        post = self.posts[place]
        if verb == "delete":
            factories.deleted(self.by, self.posts.pop(place))
        elif verb == "edit":
            edited = factories.edited(self.by, post, **self._content(value))
            self.posts[place] = factories.published(self.by, edited)
        elif verb == "publish_again":
            self.posts[place] = factories.published(self.by, self._current(post))
        elif self._current(post)["status"] == "published":
            self.posts[place] = factories.unpublished(self.by, self._current(post))

    def _current(self, post: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.by.get(f"/api/v1/manage/posts/{post['id']}").get_json()
        return found


def addresses(questions: list[str]) -> list[str]:
    """Each question, alone and narrowed, in a small page too."""
    found = [f"{SEARCH}?tag=rivers"]
    for question in questions:
        asked = f"{SEARCH}?q={quote(question)}"
        found += [asked, f"{asked}&author=a-stone&limit=1", f"{asked}&year=2024"]
    return [*found, *(f"/api/v1/suggest?q={quote(typed)}&limit=2" for typed in TYPED)]


def answers(client: ContractClient, asked: list[str], more: str = "") -> dict[str, Any]:
    """What each address answers; a cursor belongs to its own list, so only whether there is one."""
    found = {}
    for path in asked:
        joint = "&" if "?" in path else "?"
        answer = client.get(f"{path}{joint}{more}" if more else path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        body = answer.get_json()
        found[path] = {**body, "next_cursor": bool(body.get("next_cursor"))}
    return found


@pytest.mark.parametrize("most", [2, 1000], ids=["few are ranked", "all are ranked"])
@settings(OF_A_SITE, max_examples=5)
@given(
    start=st.lists(contents, min_size=2, max_size=3),
    steps=st.lists(operations, min_size=3, max_size=6),
    questions=st.lists(a_question, min_size=2, max_size=2),
)
def test_a_search_as_of_a_version_answers_what_it_answered_then(
    app: Edge,
    client: ContractClient,
    most: int,
    start: list[dict[str, Any]],
    steps: list[tuple[str, int, Any]],
    questions: list[str],
) -> None:
    newsroom = Newsroom(app)
    asked = addresses(questions)
    then: dict[int, dict[str, Any]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "MOST_RANKED", most)
        patch.setattr(finding, "MOST_READ", 2 * most)
        patch.setattr(postgresql, "SAMPLE", 3)
        patch.setattr(postgresql, "FREQUENT", 2)
        patch.setattr(sqlite, "MOST_ENDINGS", 2)
        for operation in [*(("publish", 0, content) for content in start), *steps]:
            newsroom.carry_out(operation)
            then[app.present().number] = answers(client, asked)
        for version, seen in then.items():
            assert answers(client, asked, f"as_of={version}") == seen, version


def everything_changed(by: Caller, posts: list[dict[str, Any]]) -> None:
    """Of some posts about rivers, nothing is as it was."""
    factories.published(by, factories.edited(by, posts[0], title="Meadow", body="Grass"))
    factories.unpublished(by, posts[1])
    for post in posts[2:]:
        factories.deleted(by, post)
    a_post(by, "new", title="River")


def test_a_walk_through_the_hits_of_a_version_stays_there(
    client: ContractClient, editor: Caller
) -> None:
    posts = [a_post(editor, f"p{number}", title=f"River {number}") for number in range(5)]
    before = search(client, "river")
    remaining = [list(posts)]

    def meanwhile() -> None:
        if remaining:
            everything_changed(editor, remaining.pop())

    version = before["version"]
    walk = reading.pages(client, SEARCH, q="river", as_of=version, limit=1, between=meanwhile)

    assert reading.walked(walk) == before["data"]
    assert {page["version"] for page in walk} == {version}
    assert slugs(client, "river") == ["new"]
    foreign = f"{SEARCH}?q=river&limit=1&cursor={walk[0]['next_cursor']}"
    assert client.get(foreign).get_json()["code"] == "invalid_cursor"


def test_a_search_as_of_a_moment_is_one_of_the_version_then(
    client: ContractClient, editor: Caller
) -> None:
    post = a_post(editor, "one", title="River")
    moment, version = moments.spell(moments.now()), reading.fetch(client)["version"]
    factories.deleted(editor, post)

    assert search(client, "river", as_of=moment)["version"] == version
    final = client.get(f"{SEARCH}?q=river&as_of={version}")
    assert [hit["slug"] for hit in final.get_json()["data"]] == ["one"]
    assert final.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in (f"{SEARCH}?q=river", f"{SEARCH}?q=river&as_of={moment}"):
        assert "immutable" not in client.get(path).headers["Cache-Control"]
    suggested = client.get(f"/api/v1/suggest?q=riv&as_of={version}")
    assert [one["slug"] for one in suggested.get_json()["posts"]] == ["one"]
    assert suggested.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_words_that_came_later_do_not_stand_in_the_way_of_what_was_meant(
    client: ContractClient, editor: Caller
) -> None:
    a_post(editor, "one", title="Lantern")
    version = reading.fetch(client)["version"]
    assert search(client, "lanterxx")["corrected"] == "lantern"

    a_post(editor, "two", title=" ".join(f"lanterx{letter}" for letter in "abcdefgh"))

    assert search(client, "lanterxx")["corrected"] == "lanterxa"
    assert search(client, "lanterxx", as_of=version)["corrected"] == "lantern"


@pytest.mark.parametrize(("most_changes", "most_words"), [(3, 1000), (1000, 8)])
def test_a_version_after_which_too_much_has_changed_is_refused(
    client: ContractClient,
    editor: Caller,
    monkeypatch: pytest.MonkeyPatch,
    most_changes: int,
    most_words: int,
) -> None:
    monkeypatch.setattr(past, "MOST_CHANGES", most_changes)
    monkeypatch.setattr(past, "MOST_WORDS", most_words)
    posts = [a_post(editor, f"p{number}", body="Of the river.") for number in range(4)]
    version = reading.fetch(client)["version"]
    for post in posts:
        factories.deleted(editor, post)

    for path in (f"{SEARCH}?q=river", "/api/v1/suggest?q=riv"):
        answer = client.get(f"{path}&as_of={version}")

        assert answer.status_code == 422
        (fault,) = answer.get_json()["errors"]
        assert fault["pointer"] == "?as_of"
        assert f"since version {version}" in fault["detail"]
        assert client.get(f"{path}&as_of={version + 2}").status_code == 200


def test_what_is_pruned_cannot_be_searched(
    app: Edge, client: ContractClient, editor: Caller
) -> None:
    post = a_post(editor, "one", title="River")
    version = reading.fetch(client)["version"]
    factories.deleted(editor, post)
    later = reading.fetch(client)["version"]

    pruning.carry_out(app.database, later, now=moments.now(), advance=lambda _done: None)

    for path in (f"{SEARCH}?q=river", "/api/v1/suggest?q=riv"):
        answer = client.get(f"{path}&as_of={version}")
        assert (answer.status_code, answer.get_json()["code"]) == (410, "history_pruned")
        assert client.get(f"{path}&as_of={later}").status_code == 200
    with app.database.lookup.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM search_numbers").scalar() == 0


def test_a_site_is_searched_as_it_was_only_where_the_operator_says_so(
    app: Edge, client: ContractClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = replace(app.extensions["cms.settings"], time_travel=False)
    monkeypatch.setitem(app.extensions, "cms.settings", closed)

    for path in (f"{SEARCH}?q=river", "/api/v1/suggest?q=riv"):
        for as_of in ("0", "999999", "2020-01-01T00:00:00Z"):
            answer = client.get(f"{path}&as_of={as_of}")
            assert answer.status_code == 422
            assert [one["pointer"] for one in answer.get_json()["errors"]] == ["?as_of"]


IDS = [uuid.UUID(int=number) for number in range(3)]
LOOKS: dict[str, Any] = {
    "changes": lambda view: queries.changes(view, 10),
    "posts": lambda view: queries.posts(view, IDS),
    "numbers": lambda view: queries.numbers(view, IDS),
}


@pytest.mark.parametrize("look", LOOKS)
def test_what_has_changed_is_found_along_indexes(grown: Any, look: str) -> None:
    # The last one asks what is kept still.
    (statement, plan), *_ = growth.plans(grown, LOOKS[look], 3)

    assert walks_an_index(plan), f"{statement}\n{plan}"
