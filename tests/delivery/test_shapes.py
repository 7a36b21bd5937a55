"""Whatever parts are asked for, together with anything else: the full document, cut down."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.delivery.schemas import names_in
from cms.delivery.shaping import tree_of
from cms.editions.schemas import PublicAuthor, PublicPost, PublicTag
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading

TEXTS = ("html", "markdown", "plaintext", "toc")
FIELDS = (
    None,
    "title",
    "cover.url,authors.name",
    "toc.title,html,tags.slug,toc",
    "seo,seo.title,id,markdown,plaintext,toc.id",
)
INCLUDES = (None, "html", "plaintext,toc,markdown")
Documents = list[dict[str, Any]]


def cut(document: dict[str, Any], fields: str | None, include: str | None) -> dict[str, Any]:
    """What is left of a full document, said in the plainest way."""
    included = include.split(",") if include else []
    if fields is None:
        left_out = {*TEXTS, "related"} - set(included)
        return {name: value for name, value in document.items() if name not in left_out}
    names = [*fields.split(","), *included]
    kept: dict[str, Any] = merged([part(document, name.split(".")) for name in names])
    return kept


def part(value: Any, path: list[str]) -> Any:
    """The value with nothing but what is at the end of ``path``."""
    if not path or value is None:
        return value
    if isinstance(value, list):
        return [part(one, path) for one in value]
    return {path[0]: part(value[path[0]], path[1:])}


def merged(parts: list[Any]) -> Any:
    """Parts of one value as one."""
    if isinstance(parts[0], list):
        return [merged(list(ones)) for ones in zip(*parts, strict=True)]
    if not isinstance(parts[0], dict):
        return parts[0]
    names = dict.fromkeys(name for one in parts for name in one)
    return {name: merged([one[name] for one in parts if name in one]) for name in names}


@pytest.fixture
def full(client: ContractClient, editor: Caller) -> dict[int | None, Documents]:
    """All posts in full: now (``None``), and at a version before much was changed."""
    for name in ("ann", "bob"):
        factories.an_author(editor, name=name, avatar_url="/a.png" if name == "ann" else None)
    posts = [
        factories.a_published_post(
            editor,
            body=f"# Head {number}\n\nSome *text*.\n\n## Foot\n\n<!-- note -->",
            cover={"url": f"/{number}.png", "alt": ""} if number % 2 else None,
            tags=[["a"], ["a", "b"], ["b"], []][number % 4],
            authors=[["ann"], ["bob", "ann"], []][number % 3],
            published_at=f"2026-01-0{1 + number // 2}T00:00:00Z",
        )
        for number in range(6)
    ]
    found: dict[int | None, Documents] = {}
    page = reading.fetch(client, limit=100, include=",".join(TEXTS))
    found[page["version"]] = page["data"]
    factories.unpublished(editor, posts[1])
    factories.published(editor, factories.edited(editor, posts[0], body="# Other", tags=["b"]))
    factories.edited(editor, {"id": posts[0]["tag_ids"][0]}, "tags", name="A+")
    found[None] = reading.fetch(client, limit=100, include=",".join(TEXTS))["data"]
    return found


def question(**parameters: Any) -> dict[str, Any]:
    """The parameters that are something."""
    return {name: value for name, value in parameters.items() if value is not None}


def listed(documents: Documents, tag: str | None, author: str | None) -> Iterator[dict[str, Any]]:
    """Those of a tag and of an author."""
    for one in documents:
        if tag in (None, *(tag["slug"] for tag in one["tags"])) and author in (
            None,
            *(author["slug"] for author in one["authors"]),
        ):
            yield one


def test_lists_are_the_full_documents_cut_down_whatever_is_combined(
    client: ContractClient, full: dict[int | None, Documents]
) -> None:
    seen = 0
    for fields, include, tag, author, limit, total, as_of in product(
        FIELDS, INCLUDES, (None, "a"), (None, "ann"), (2, 100), (None, "true"), full
    ):
        query = question(fields=fields, include=include, tag=tag, author=author, total=total)
        walk = reading.pages(client, **query, limit=limit, **question(as_of=as_of))

        expected = [cut(one, fields, include) for one in listed(full[as_of], tag, author)]
        assert reading.walked(walk) == expected, query
        assert {page.get("total") for page in walk} == {len(expected) if total else None}, query
        seen += len(expected)
    assert seen > 1000


def test_one_post_is_the_full_document_cut_down_whatever_is_combined(
    client: ContractClient, full: dict[int | None, Documents]
) -> None:
    everything = ",".join([*TEXTS, "related"])
    for as_of, documents in full.items():
        for document in documents:
            path = f"{reading.POSTS}/{document['slug']}"
            whole = reading.fetch(client, path, include=everything, **question(as_of=as_of))
            assert {**document, "related": whole["related"]} == whole
            for fields, include in product(
                (*FIELDS, "related.slug,title", "related.authors.name,related.cover.url"),
                (*INCLUDES, "related", "toc,related"),
            ):
                query = question(fields=fields, include=include, as_of=as_of)
                # A single post has its HTML, unless it is to have certain fields only.
                always = ",".join(filter(None, (include, None if fields else "html")))
                assert reading.fetch(client, path, **query) == cut(whole, fields, always), query


@pytest.mark.parametrize(("kind", "schema"), [("authors", PublicAuthor), ("tags", PublicTag)])
@pytest.mark.usefixtures("full")
def test_authors_and_tags_are_cut_down_too(client: ContractClient, kind: str, schema: Any) -> None:
    names = list(names_in(schema()))
    version = reading.fetch(client)["version"]
    for as_of in (None, version - 1):
        at = question(as_of=as_of)
        whole = reading.everything(client, f"/api/v1/{kind}", **at)
        assert whole
        for fields in (*names, ",".join(names), "name,post_count,name"):
            expected = [cut(one, fields, None) for one in whole]
            for limit in (1, 100):
                walk = reading.pages(client, f"/api/v1/{kind}", fields=fields, limit=limit, **at)
                assert reading.walked(walk) == expected
            for one, part_of_it in zip(whole, expected, strict=True):
                path = f"/api/v1/{kind}/{one['slug']}"
                assert reading.fetch(client, path, fields=fields, **at) == part_of_it


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(st.sampled_from(list(names_in(PublicPost()))), min_size=1, max_size=8))
def test_the_order_of_names_decides_nothing_but_the_order_of_members(names: list[str]) -> None:
    assert tree_of(names) == tree_of(names[::-1]) == tree_of(names * 2)


def test_markdown_is_the_published_source_and_not_the_working_copy(
    client: ContractClient, editor: Caller
) -> None:
    source = "# A\r\n\n<!-- not in the HTML --> <script>1</script>\ttext  \n"
    post = factories.a_published_post(editor, slug="one", body=source)
    factories.edited(editor, post, body="draft")

    shown = reading.fetch(client, f"{reading.POSTS}/one", include="markdown")

    assert shown["markdown"] == source
    assert "not in" not in shown["html"]
