"""Nothing that is not published reaches a reader, through any door."""

from collections.abc import Iterator
from typing import Any

import pytest
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from cms.delivery.schemas import names_in
from cms.editions.schemas import PublicAuthor, PublicPost, PublicPostSummary, PublicTag
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading
from tests.foundation.addresses import Address

# Part of every private text. Also as a slug, and unlike any word of the documentation.
MARK = "zqxprivate"
PRIVATE: dict[str, Any] = {
    "title": f"{MARK} title",
    "slug": f"{MARK}-slug",
    "excerpt": f"{MARK} excerpt",
    "body": f"{MARK} body",
    "cover": {
        "url": f"https://{MARK}.example.org/",
        "alt": f"{MARK} alt",
        "caption": f"{MARK} caption",
    },
    "seo": {
        "title": f"{MARK} seo",
        "description": f"{MARK} description",
        "canonical_url": f"https://example.org/{MARK}",
    },
    "published_at": "1999-12-31T23:59:58.765Z",
}


def private(number: int, **more: Any) -> dict[str, Any]:
    """A post with the mark in each of its texts."""
    return {**PRIVATE, "slug": f"{MARK}-{number}", **more}


@pytest.fixture
def site(app: Edge) -> dict[str, Caller]:
    """A small public site, and those who write it; their names and addresses are private."""
    people = {
        role: factories.a_caller(
            app, role, email=f"{MARK}-{role}@example.org", name=f"{MARK} {role}"
        )
        for role in ("admin", "editor", "author", "contributor")
    }
    editor = people["editor"]
    byline = factories.an_author(
        editor, name="Byline", slug="byline", user_id=people["author"].user_id
    )
    for name in ("first", "second"):
        factories.a_tag(editor, name=name)
    for number in range(3):
        factories.a_published_post(
            editor,
            title=f"Open {number}",
            slug=f"open-{number}",
            author_ids=[byline["id"]],
            tags=["first"],
        )
    return people


def write_private_things(people: dict[str, Caller]) -> list[str]:
    """Every kind of unpublished state; gives the ids that readers must not see either."""
    editor = people["editor"]
    ids = [caller.user_id for caller in people.values()]
    drafts = [
        factories.a_post(person, **private(number, tags=["second"], authors=["byline"]))
        for number, person in enumerate(people.values())
    ]
    submitted = factories.a_post(people["contributor"], **private(10, status="in_review"))
    live = editor.get("/api/v1/manage/posts?slug=open-1").get_json()["data"][0]
    factories.edited(editor, live, **private(11, featured=True, tags=["second"], authors=[]))
    return [*ids, submitted["id"], *(draft["id"] for draft in drafts)]


def withdraw_published_things(people: dict[str, Caller]) -> list[str]:
    """What was public once and is no longer."""
    editor = people["editor"]
    withdrawn = factories.a_published_post(editor, **private(20, tags=["first"]))
    factories.unpublished(editor, withdrawn)
    gone = factories.a_published_post(editor, **private(21, tags=["first"]))
    factories.deleted(editor, gone)
    corrected = factories.a_published_post(editor, **private(22))
    harmless: dict[str, Any] = {
        "title": "Corrected",
        "slug": "corrected",
        "body": "",
        "excerpt": "",
        "cover": None,
        "seo": None,
        "published_at": "2020-01-01T00:00:00Z",
    }
    factories.published(editor, factories.edited(editor, corrected, **harmless))
    tag = factories.a_tag(editor, name=f"{MARK} tag", description=MARK)
    factories.deleted(editor, tag, "tags")
    person = factories.an_author(editor, name=f"{MARK} author", bio=MARK)
    harmless = {"name": "Renamed", "slug": "renamed", "bio": None}
    factories.edited(editor, person, "authors", **harmless)
    return [withdrawn["id"], gone["id"], tag["id"]]


def all_public_answers(
    app: Edge, client: ContractClient, private_slugs: list[str]
) -> Iterator[TestResponse]:
    """Every public GET of the URL map, with each declared parameter alone and all together."""
    # The past is public, where a site shows it: what was withdrawn is looked for in the present.
    version = reading.fetch(client)["version"]
    values = {
        "limit": ["2"],
        "total": ["true", "exact"],
        "fields": [],
        "include": ["html", "markdown", "plaintext", "toc", "related", "html,markdown"],
        "tag": ["first", "second", *private_slugs],
        "author": ["byline", *private_slugs],
        # Nobody can find out by asking: what is private fits nothing, so there is no next page
        # whose address would repeat the question.
        "filter": [f"slug:~{MARK},title:~{MARK},excerpt:~{MARK}", "id:-null", "featured:false"],
        "sort": ["-slug", "slug,id"],
        "q": [MARK, f"{MARK}*", f'"{MARK} body"', "-open", "open", "zqxprivat"],
        "year": ["1999", "2020"],
        "as_of": [str(version), moments.spell(moments.now())],
        "since": ["0", str(version - 1)],
        "types": ["post", "author,tag"],
    }

    found = {
        address.path: address
        for slug in (*reading.slugs(reading.everything(client)), "byline", "first", "renamed")
        for part in ("posts-1", "tags-1", "authors-1")
        for address in reading.public_addresses(app, slug=slug, part=part)
    }
    for address in found.values():
        # A parameter that this table does not know is a KeyError: add it here.
        # `cursor` is followed from each answer.
        names = [
            name
            for name in reading.declared_parameters(app, address)
            if name not in {"cursor", "wait"}
        ]
        values["fields"] = fields_of(address)
        needed = {"since": "0"} if "since" in names else {}
        queries = [{**needed, name: value} for name in names for value in values[name]]
        together = {name: values[name][0] for name in names}
        yield from reading.answers(client, address.path, [{}, *queries, together])


def fields_of(address: Address) -> list[str]:
    """All that an address lets one choose, and each alone."""
    kind = address.rule.split("/")[3] if address.rule.startswith("/api/v1/") else ""
    named = {"authors": PublicAuthor, "tags": PublicTag}
    schema = named.get(kind) or (PublicPost if "<" in address.rule else PublicPostSummary)
    names = list(names_in(schema()))
    return [",".join(name for name in names if "." not in name), *names]


def shown(answer: TestResponse) -> str:
    """All that somebody sees of an answer, and what its cursor is made of."""
    cursor = (answer.get_json() or {}).get("next_cursor") if answer.is_json else None
    position = URLSafeSerializer("").loads_unsafe(cursor) if cursor else ""
    return f"{answer.status} {answer.headers} {answer.get_data(as_text=True)} {position}"


def test_no_private_word_or_id_is_in_any_public_answer(
    app: Edge, client: ContractClient, site: dict[str, Caller]
) -> None:
    ids = write_private_things(site)
    withdrawn = withdraw_published_things(site)
    private_slugs = [f"{MARK}-{number}" for number in (0, 10, 11, 20, 21, 22)]
    seen = 0

    for answer in all_public_answers(app, client, private_slugs):
        text = shown(answer)
        if answer.request.path == "/api/v1/redirects":
            # These lead to what is public.
            for slug in (f"{MARK}-22", f"{MARK}-author"):
                text = text.replace(f'"slug":"{slug}"', "").replace(f'/{slug}"', '"')
        # Followers are told what to drop: by its id, and by nothing else.
        is_told = answer.request.path == "/api/v1/changes"
        for word in (MARK, "1999-12-31", *ids, *(() if is_told else withdrawn)):
            assert word not in text, f"{answer.request.url} shows {word}"
        seen += answer.status_code == 200

    assert seen > 50, "hardly anything was looked at"


def test_saving_what_is_private_changes_no_public_byte(
    app: Edge, client: ContractClient, site: dict[str, Caller]
) -> None:
    def public_state() -> list[str]:
        return [
            f"{answer.request.url} {answer.headers.get('ETag')} {answer.get_data(as_text=True)}"
            for slug in ("open-0", "open-1", "byline", "first", "second")
            for address in reading.public_addresses(app, slug=slug)
            if address.path.startswith("/api/")
            for answer in reading.answers(client, address.path, [{}, {"limit": "1"}])
            if answer.status_code == 200
        ]

    before = public_state()

    write_private_things(site)

    assert public_state() == before


@pytest.mark.parametrize("kind", ["draft", "renamed working copy"])
def test_the_address_of_a_private_post_answers_like_one_that_never_was(
    kind: str, client: ContractClient, editor: Caller
) -> None:
    post = factories.a_post(editor, slug="the-private-one")
    if kind == "renamed working copy":
        factories.edited(editor, post, slug="before")
        factories.published(editor, post)
        factories.edited(editor, post, slug="the-private-one")

    answer = client.get("/api/v1/posts/the-private-one")
    unknown = client.get("/api/v1/posts/the-unknown-one")

    assert answer.status_code == unknown.status_code == 404
    private_body, unknown_body = answer.get_json(), unknown.get_json()
    del private_body["instance"], unknown_body["instance"]
    assert str(private_body).replace("private", "unknown") == str(unknown_body)
    assert {**answer.headers, "X-Request-Id": ""} == {**unknown.headers, "X-Request-Id": ""}


def test_the_login_of_a_reader_is_never_looked_at(
    app: Edge, client: ContractClient, site: dict[str, Caller]
) -> None:
    write_private_things(site)
    tokens = ["Bearer garbage", "Basic !!!", "", f"Bearer {site['admin'].token}"]

    for slug in ("open-1", "byline", "first", f"{MARK}-0"):
        for address in reading.public_addresses(app, slug=slug):
            plain = client.get(address.path)
            for token in tokens:
                answer = client.get(address.path, headers={"Authorization": token})
                assert answer.status_code == plain.status_code
                assert answer.headers.get("ETag") == plain.headers.get("ETag")
                if plain.status_code == 200:
                    assert answer.get_data() == plain.get_data()
