"""A plain evaluation of filters and orders over public documents; nothing of it is SQL."""

import operator
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from anyascii import anyascii
from hypothesis import strategies as st

from cms.foundation.filters.tree import AllOf, AnyOf, Comparison, Operator, Parsed, Word

Document = dict[str, Any]
ORDERS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.BELOW: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.ABOVE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}
PATTERNS: dict[Operator, Callable[[str, str], bool]] = {
    Operator.CONTAINS: operator.contains,
    Operator.STARTS: str.startswith,
    Operator.ENDS: str.endswith,
}
# Letters whose case differs by language, in length or outside of ASCII; what LIKE and SQL know.
TITLES = (
    "Straße",
    "STRASSE",
    "Éa",
    "éA",
    "e\u0301a",
    "İx",
    "100% a_b",
    "100/ aXb",
    "ΣΑΣ",
    "a'b",
    "ǅ",
    "字",
)
PARTS = (
    "s",
    "SS",
    "é",
    "É",
    "e",
    "%",
    "_",
    "a_b",
    "A",
    "σ",  # noqa: RUF001
    "ς",
    "i",
    "/",
    "'",
    "\\",
    "字",
    "",
    "ǆ",
    "xx",
)
MOMENTS = ("2026-01-01", "2026-02-01T00:00:00Z", "2026-03-01T09:30:00.500Z")
GROUPS = ("red", "blue", "none")


def _words(values: tuple[str, ...]) -> st.SearchStrategy[Word]:
    return st.sampled_from(values).map(lambda text: Word(text, 0, is_quoted=True))


NULL = st.just(Word("null", 0))


def _equal(field: str, words: st.SearchStrategy[Word]) -> st.SearchStrategy[Comparison]:
    values = st.lists(words | words | NULL, min_size=1, max_size=3).map(tuple)
    return st.builds(
        Comparison, st.just(field), st.just(0), st.just(Operator.IS), values, st.booleans()
    )


def _ordered(field: str, words: st.SearchStrategy[Word]) -> st.SearchStrategy[Comparison]:
    value = words.map(lambda word: (word,))
    return st.builds(Comparison, st.just(field), st.just(0), st.sampled_from(list(ORDERS)), value)


def _alike(field: str, words: st.SearchStrategy[Word]) -> st.SearchStrategy[Comparison]:
    value = words.map(lambda word: (word,))
    return st.builds(
        Comparison,
        st.just(field),
        st.just(0),
        st.sampled_from(list(PATTERNS)),
        value,
        st.booleans(),
    )


def _numbers(field: str, *numbers: int) -> st.SearchStrategy[Comparison]:
    words = _words(tuple(map(str, numbers)))
    return _equal(field, words) | _ordered(field, words)


def post_terms(documents: list[Document]) -> st.SearchStrategy[Comparison]:
    """Anything that can be said of one field of a post."""
    ids = _words((*(one["id"] for one in documents), "019ab3c4-0000-7000-8000-000000000000"))
    slugs = _words((*(one["slug"] for one in documents), "NONE"))
    updated = _words((*MOMENTS, *(one["updated_at"] for one in documents)))
    return st.one_of(
        _equal("id", ids),
        _equal("slug", slugs) | _alike("slug", _words(("post", "POST", "-", "1", "_"))),
        _equal("title", _words(TITLES)) | _alike("title", _words(PARTS)),
        _equal("excerpt", _words(("", "Éa"))) | _alike("excerpt", _words(PARTS)),
        _equal("published_at", _words(MOMENTS)) | _ordered("published_at", _words(MOMENTS)),
        _equal("updated_at", updated) | _ordered("updated_at", updated),
        _equal("featured", _words(("true", "FALSE"))),
        _numbers("reading_minutes", 0, 1, 2, -1),
        _numbers("word_count", 0, 1, 250, 10**18 - 1),
        _equal("tag", _words(GROUPS)),
        _equal("author", _words(GROUPS)),
    )


def named_terms(documents: list[Document]) -> st.SearchStrategy[Comparison]:
    """Anything that can be said of one field of an author or a tag."""
    return st.one_of(
        _equal("id", _words(tuple(one["id"] for one in documents))),
        _equal("slug", _words(tuple(one["slug"] for one in documents))),
        _alike("slug", _words(("a", "-2"))),
        _equal("name", _words(TITLES)) | _alike("name", _words(PARTS)),
        _numbers("post_count", 0, 1, 2, 10**18 - 1),
    )


def trees(terms: st.SearchStrategy[Comparison]) -> st.SearchStrategy[Parsed]:
    """Filters of some depth; most are an alternative or a conjunction of few terms."""

    def grouped(inner: st.SearchStrategy[Parsed]) -> st.SearchStrategy[Parsed]:
        parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            st.builds(AllOf, parts),
            st.builds(AnyOf, parts),
        )

    return st.recursive(terms, grouped, max_leaves=4)


def fits(tree: Parsed, document: Document) -> bool:
    """Whether a document is what a filter wants."""
    if isinstance(tree, AllOf):
        return all(fits(part, document) for part in tree.parts)
    if isinstance(tree, AnyOf):
        return any(fits(part, document) for part in tree.parts)
    if tree.field in {"tag", "author"}:
        found = {one["slug"] for one in document[f"{tree.field}s"]}
        fit = any(word.text in found if word.is_quoted else not found for word in tree.values)
        return fit is not tree.is_negated
    own = _comparable(tree.field, document[tree.field])
    if tree.operator in ORDERS:
        (word,) = tree.values
        return ORDERS[tree.operator](own, _said(tree.field, word))
    if tree.operator in PATTERNS:
        (word,) = tree.values
        fit = PATTERNS[tree.operator](own, _folded(word.text))
    else:
        fit = any(own == _said(tree.field, word) for word in tree.values if word.is_quoted)
    return fit is not tree.is_negated


def ordered(documents: list[Document], sort: list[str]) -> list[Document]:
    """The documents in an order; the id decides at last, as the last field goes."""
    names = [one.removeprefix("-") for one in sort]
    if "id" not in names:
        sort = [*sort, "-id" if sort[-1].startswith("-") else "id"]
    found = list(documents)
    for one in reversed(sort):
        found.sort(key=lambda document, one=one: _key(one, document), reverse=one.startswith("-"))  # type: ignore[misc]
    return found


def _key(written: str, document: Document) -> Any:
    name = written.removeprefix("-")
    value = document[name]
    return anyascii(value).casefold() if name in {"title", "name"} else value


def _comparable(field: str, value: Any) -> Any:
    if field.endswith("_at"):
        return datetime.fromisoformat(value)
    return _folded(value) if field in {"title", "excerpt", "name"} else value


def _said(field: str, word: Word) -> Any:
    if field.endswith("_at"):
        moment = datetime.fromisoformat(word.text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if field == "featured":
        return word.text.lower() == "true"
    if field in {"reading_minutes", "word_count", "post_count"}:
        return int(word.text)
    return _folded(word.text) if field in {"title", "excerpt", "name"} else word.text


def _folded(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", composed.casefold())
