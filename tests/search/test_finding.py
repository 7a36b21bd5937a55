"""What is found, in which order, and what is shown of it."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from cms.editions.search import actions, entries
from cms.editions.search.models import SearchEntry
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient

SEARCH = "/api/v1/search"


def search(client: ContractClient, q: str, **more: Any) -> dict[str, Any]:
    """One answer with status 200."""
    query = "".join(f"&{name}={quote(str(value))}" for name, value in more.items())
    answer = client.get(f"{SEARCH}?q={quote(q)}{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def slugs(client: ContractClient, q: str, **more: Any) -> list[str]:
    """What is found, in order."""
    return [hit["slug"] for hit in search(client, q, **more)["data"]]


def a_post(by: Caller, slug: str, **values: Any) -> dict[str, Any]:
    """A published post whose title says nothing."""
    return factories.a_published_post(by, **{"title": "Untitled", "slug": slug, **values})


def test_the_title_counts_most_then_names_then_excerpt_then_repetition(
    client: ContractClient, editor: Caller
) -> None:
    a_post(editor, "in-title", title="Harbour lights")
    a_post(editor, "in-tag", tags=["Harbour"])
    a_post(editor, "in-excerpt", excerpt="Near the harbour.")
    a_post(editor, "repeated", excerpt="-", body="harbour, harbour, harbour")
    a_post(editor, "in-text", excerpt="-", body="Once a harbour.")
    a_post(editor, "not", body="Nothing of this.")

    assert slugs(client, "harbour") == ["in-title", "in-tag", "in-excerpt", "repeated", "in-text"]


def test_among_equals_the_newer_post_comes_first(client: ContractClient, editor: Caller) -> None:
    for year in (2001, 2020, 1999):
        a_post(editor, f"of-{year}", body="lantern", published_at=f"{year}-06-01T00:00:00Z")

    assert slugs(client, "lantern") == ["of-2020", "of-2001", "of-1999"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("what fail", True),
        ("fail what", True),
        ("what missing", False),
        ('"after you fail"', True),
        ('"you after fail"', False),
        ('"AFTER  you, fail', True),
        ("after-you", True),
        ("fai*", True),
        ("fai", False),
        ('"after you fai"*', True),
        ('"after you fai"', False),
        ("fail -mirror", False),
        ("fail -nothing", True),
        ('fail -"you fail"', False),
        ('fail -"fail you"', True),
        ("fail -mirr*", False),
        ("creme brulee", True),
        ("CRÈME", True),
        ("cre\u0300me", True),
        ("strasse", True),
        ("STRAßE", True),
        ("lodz", True),
        ("node.js", True),
        ("node", True),
        ("東京", True),
        ("京都", True),
        ("東都", False),
        ("かき", False),
        ("がき", True),
        ("москва", True),
        ("дом", False),
        ("3½", True),
        ("fail OR", False),
        ("fail NOT mirror", False),
        ("title:fail", False),
        ("leadership", True),
        ('"colleen nelson"', True),
        ('"nelson colleen"', False),
        ("colleen fail", True),
        ("lead*", True),
        ("fail -leadership", False),
        ('"fail everybody"', False),
    ],
)
def test_a_question_finds_what_fits(
    client: ContractClient, editor: Caller, q: str, *, found: bool
) -> None:
    factories.an_author(editor, name="Colleen Nelson", slug="colleen")
    a_post(
        editor,
        "one",
        title="What you do after you fail",
        excerpt="Everybody does.",
        body="A *mir*ror. Crème brûlée in der Straße, Łódź. Node.js; 東京都。がき Москва 3½",
        authors=["colleen"],
        tags=["Leadership"],
    )

    answer = search(client, q)

    assert bool(answer["data"]) is found
    assert answer["total"] == len(answer["data"])


@pytest.mark.parametrize("q", ["🎉", "-", '""', "***", "a*", "fa*", "' ( ) : ^ ~ & | !"])
def test_a_question_without_a_word_is_refused(client: ContractClient, q: str) -> None:
    answer = client.get(f"{SEARCH}?q={quote(q)}")

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == ["?q"]


HOSTILE = [
    *(f"fail {sign} x" for sign in "'\"()*:^+-~&|!<>{}[]\\/%_;,.#@?=$`"),
    *("fail' OR 1=1 --", "fail) OR (x", 'NEAR("a" "b", 5)', "{title} : x", "AND", "NOT NOT", "a:*"),
    *("fail:A", "'fail' <-> 'x'", "!!fail", "fail & !", "\u202efail", "\ue001fail", "fail\ue000x"),
    *("</script><mark>", "%00", "x" * 200, '"' * 200, "- " * 50 + "x", "\u0301", "ﬁ", "İ", "ẞ"),
    *("भारत", "ภาษาไทย", "한국어", "עִבְרִית", "العربية", "𠀀𠀁", "e\u0301" * 60, "\ufeffword"),
]


@pytest.mark.parametrize("q", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_questions_are_ordinary_ones(
    client: ContractClient, editor: Caller, q: str
) -> None:
    a_post(editor, "one", title="fail", body=f"fail {q.replace('<', '&lt;')}")

    for path in ("search", "suggest"):
        answer = client.get(f"/api/v1/{path}?q={quote(q)}")
        assert answer.status_code in {200, 422}, answer.get_data(as_text=True)


@pytest.mark.parametrize("q", ["a%00b", "x" * 201, "x" * 10_000, "%ed%a0%80", "%0a", "", "%20"])
def test_what_is_no_line_of_text_is_refused(client: ContractClient, q: str) -> None:
    for path in ("search", "suggest"):
        answer = client.get(f"/api/v1/{path}?q={q}")
        assert answer.status_code in {200, 422}
        assert answer.status_code == 422 or q == "%ed%a0%80"


@pytest.mark.parametrize(
    "word",
    [
        "भारत",
        "ไทย",
        "한국",
        "עברית",
        "العربية",
        "𠀁",
        "русский",
        "naïve",
        "smørrebrød",
        "œuvre",
        "ﬁn",
    ],
)
def test_words_of_any_script_are_found_and_marked(
    client: ContractClient, editor: Caller, word: str
) -> None:
    a_post(editor, "one", title=f"The {word} word")

    (hit,) = search(client, word)["data"]

    assert f"<mark>{word}</mark>" in hit["highlights"]["title"]


def test_what_is_no_longer_live_is_not_found(client: ContractClient, editor: Caller) -> None:
    factories.a_post(editor, title="candle draft")
    withdrawn = a_post(editor, "withdrawn", title="candle")
    deleted = a_post(editor, "deleted", title="candle")
    changed = a_post(editor, "changed", title="candle")
    quiet = a_post(editor, "quiet", title="nothing")
    assert set(slugs(client, "candle")) == {"withdrawn", "deleted", "changed"}

    factories.unpublished(editor, withdrawn)
    factories.deleted(editor, deleted)
    factories.published(editor, factories.edited(editor, changed, title="lantern"))
    factories.edited(editor, quiet, title="candle")

    assert slugs(client, "candle") == []
    assert slugs(client, "lantern") == ["changed"]
    factories.published(editor, withdrawn)
    assert slugs(client, "candle") == ["withdrawn"]


def test_a_new_name_of_a_tag_or_an_author_is_found_at_once_and_the_old_one_is_not(
    client: ContractClient, editor: Caller
) -> None:
    author = factories.an_author(editor, name="Old Byline")
    tag = factories.a_tag(editor, name="Old Label")
    a_post(editor, "one", author_ids=[author["id"]], tag_ids=[tag["id"]])
    assert slugs(client, "byline") == slugs(client, "label") == ["one"]

    factories.edited(editor, author, "authors", name="Pen Name")
    factories.edited(editor, tag, "tags", name="Subject")

    assert slugs(client, '"pen name"') == slugs(client, "subject") == ["one"]
    assert slugs(client, "byline") == slugs(client, "label") == []


def test_hits_are_marked_and_everything_else_is_escaped(
    client: ContractClient, editor: Caller
) -> None:
    a_post(
        editor,
        "one",
        title="<mark>fail</mark> <img src=x onerror=\"alert(1)\"> & 'fail'",
        excerpt="</script> fails",
        body="&lt;script&gt;fail&lt;/script&gt; " + "word " * 100 + "**fail**ure",
    )

    (hit,) = search(client, "fail*")["data"]

    assert hit["highlights"] == {
        "title": "&lt;mark&gt;<mark>fail</mark>&lt;/mark&gt; &lt;img src=x onerror=&quot;alert(1)"
        "&quot;&gt; &amp; &#x27;<mark>fail</mark>&#x27;",
        "excerpt": "&lt;/script&gt; <mark>fails</mark>",
        "text": "&lt;script&gt;<mark>fail</mark>&lt;/script&gt; " + "word " * 28 + "word…",
    }
    assert search(client, "missing fail*")["data"] == []
    (hit,) = search(client, "failure")["data"]
    assert hit["highlights"]["title"] is None
    assert hit["highlights"]["text"] == "…" + "word " * 8 + "<mark>failure</mark>"


def test_a_misspelt_word_is_replaced_by_the_closest(client: ContractClient, editor: Caller) -> None:
    gone = a_post(editor, "gone", title="failures")
    a_post(editor, "one", title="Failure and success")
    factories.unpublished(editor, gone)

    for q in ("failuer", "faliure", "fialure", "failur", "xailure", "failure?s"):
        answer = search(client, q)
        if q != "failure?s":
            assert answer["corrected"] == "failure", q
            assert [hit["slug"] for hit in answer["data"]] == ["one"]
    assert search(client, "sucess -nothing failuer")["corrected"] == "success failure -nothing"
    assert search(client, "failure")["corrected"] is None
    for q in ("unrelated", "fxxxure", '"failuer x"', "failuer*"):
        answer = search(client, q)
        assert (answer["corrected"], answer["data"]) == (None, []), q


def test_facets_and_filters_agree_with_a_plain_count(
    client: ContractClient, editor: Caller
) -> None:
    people = [factories.an_author(editor, name=name)["slug"] for name in ("ann", "bob")]
    for number in range(12):
        a_post(
            editor,
            f"p{number}",
            body="river",
            tags=["even" if number % 2 == 0 else "odd", "all"],
            authors=people[: 1 + number % 2],
            published_at=f"{2000 + number % 3}-12-31T23:59:59.999Z",
        )

    answer = search(client, "river", limit=5)

    assert (answer["total"], answer["total_is_exact"]) == (12, True)
    facets = answer["facets"]
    assert {one["slug"]: one["count"] for one in facets["tags"]} == {"all": 12, "even": 6, "odd": 6}
    assert {one["slug"]: one["count"] for one in facets["authors"]} == {"ann": 12, "bob": 6}
    assert facets["years"] == [{"year": year, "count": 4} for year in (2002, 2001, 2000)]
    for name in ("tag", "author"):
        for one in facets[f"{name}s"]:
            assert search(client, "river", **{name: one["slug"]})["total"] == one["count"]
    for one in facets["years"]:
        assert search(client, "river", year=one["year"])["total"] == one["count"]
    assert set(slugs(client, "river", tag="odd", author="bob", year=2001)) == {"p1", "p7"}
    assert slugs(client, "river", tag="nobody") == []
    assert slugs(client, "river", year=1999) == []


def test_pages_show_each_hit_once_also_while_others_publish(
    client: ContractClient, editor: Caller
) -> None:
    for number in range(7):
        a_post(editor, f"p{number}", body="river")
    walked: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = search(client, "river", limit=2, **cursor)
        walked += [hit["slug"] for hit in page["data"]]
        if page["next_cursor"] is None:
            break
        a_post(editor, f"new-{len(walked)}", title="river")
        cursor = {"cursor": page["next_cursor"]}

    assert walked == [f"p{number}" for number in (6, 5, 4, 3, 2, 1, 0)]
    assert (
        client.get(f"{SEARCH}?q=other&cursor={page['next_cursor'] or cursor['cursor']}").status_code
        == 400
    )


def test_suggestions_are_titles_and_names_with_words_that_begin_so(
    client: ContractClient, editor: Caller
) -> None:
    def suggested(q: str, **more: Any) -> dict[str, list[str]]:
        query = "".join(f"&{name}={value}" for name, value in more.items())
        answer = client.get(f"/api/v1/suggest?q={quote(q)}{query}").get_json()
        return {
            name: [one["slug"] for one in answer[name]] for name in ("posts", "tags", "authors")
        }

    factories.an_author(editor, name="Faith Hill", slug="faith")
    factories.a_tag(editor, name="Failing well", slug="failing")
    factories.a_tag(editor, name="Do not fail", slug="do-not")
    old = a_post(editor, "old", title="You fail", body="faith")
    a_post(editor, "new", title="What you do after you fail")
    factories.a_post(editor, title="Fail draft")

    assert suggested("fai") == {
        "posts": ["new", "old"],
        "tags": ["failing", "do-not"],
        "authors": ["faith"],
    }
    assert suggested("you f")["posts"] == []
    assert suggested("YOU fa")["posts"] == ["new", "old"]
    assert suggested("what fa")["posts"] == ["new"]
    assert suggested("f") == {"posts": [], "tags": ["failing", "do-not"], "authors": ["faith"]}
    assert suggested("fai", limit=1)["posts"] == ["new"]
    assert suggested("!") == {"posts": [], "tags": [], "authors": []}
    factories.unpublished(editor, old)
    assert suggested("fai")["posts"] == ["new"]


def test_exclusions_alone_and_no_question_at_all_are_answered_from_every_post(
    client: ContractClient, editor: Caller
) -> None:
    a_post(editor, "one", body="river", published_at="2020-01-01T00:00:00Z")
    a_post(editor, "two", body="meadow", published_at="2021-01-01T00:00:00Z")

    assert slugs(client, "-river") == ["two"]
    assert slugs(client, "-river -meadow") == []
    everything = client.get(SEARCH).get_json()
    assert [hit["slug"] for hit in everything["data"]] == ["two", "one"]
    assert everything["data"][0]["highlights"] == {"title": None, "excerpt": None, "text": None}
    assert [one["year"] for one in everything["facets"]["years"]] == [2021, 2020]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime(2020, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    ],
)
def test_posts_of_the_same_moment_all_have_a_place_in_its_year(
    app: Edge, monkeypatch: pytest.MonkeyPatch, moment: datetime
) -> None:
    # One bit to tell them apart: most of them want a number that another one has already.
    monkeypatch.setattr(entries, "TIE_BITS", 1)
    document = {"title": "Same", "excerpt": "", "authors": [], "tags": []}
    ids = [uuid.UUID(int=number) for number in range(200)]
    posts = [
        (edition_id, moment, json.dumps({**document, "id": str(edition_id)}), entries.read(""))
        for edition_id in ids
    ]

    with app.database.transaction() as session:
        actions.add(session, posts[:150], version=0)
        actions.add(session, posts[150:], version=0)
        numbers = session.scalars(select(SearchEntry.number)).all()

    assert len(set(numbers)) == len(ids)
    assert {entries.year_of(number) for number in numbers} == {2020}
