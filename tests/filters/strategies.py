"""Filters as trees, and how they are spelled: the opposite of the parser."""

import re
from typing import Any

from hypothesis import strategies as st

from cms.foundation.filters.scanner import SPECIAL
from cms.foundation.filters.tree import AllOf, AnyOf, Comparison, Operator, Parsed, Word

NAMES = st.from_regex("[A-Za-z_][A-Za-z0-9_.]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
AWKWARD = st.sampled_from(
    [
        "null",
        "true",
        "now-30d",
        "-a",
        "a,b",
        "(",
        ")",
        "[a]",
        "it's",
        '"',
        "\\",
        "a+b",
        "a:b",
        "~^",
        "",
    ]
)
PATTERNS = (Operator.CONTAINS, Operator.STARTS, Operator.ENDS)
WORDS = (TEXTS | AWKWARD).map(lambda text: Word(text, 0, is_quoted=True))
BARE = st.from_regex(r"[a-z0-9_.:/%-]{1,8}", fullmatch=True).filter(lambda text: text[0] != "-")
BARE_WORDS = BARE.map(lambda text: Word(text, 0))


@st.composite
def comparisons(draw: Any) -> Comparison:
    """One field and what is said of it."""
    field, operator = draw(NAMES), draw(st.sampled_from(list(Operator)))
    most = 3 if operator is Operator.IS else 1
    values = tuple(draw(st.lists(WORDS | BARE_WORDS, min_size=1, max_size=most)))
    can_be_negated = operator is Operator.IS or operator in PATTERNS
    return Comparison(field, 0, operator, values, can_be_negated and draw(st.booleans()))


def _of(kind: Any, parts: list[Parsed]) -> Parsed:
    """Groups say nothing by themselves: a part of the same kind is not told from its parts."""
    return kind(tuple(parts))  # type: ignore[no-any-return]


TREES: st.SearchStrategy[Parsed] = st.recursive(
    comparisons(),
    lambda inner: st.builds(
        _of, st.sampled_from([AllOf, AnyOf]), st.lists(inner, min_size=2, max_size=3)
    ),
    max_leaves=8,
)


def spell(tree: Parsed, *, joint: str = "+", gap: str = "") -> str:
    """The text of a tree, with each group in its own brackets."""
    if isinstance(tree, Comparison):
        return _comparison(tree, gap)
    mark = joint if isinstance(tree, AllOf) else f"{gap},{gap}"
    parts = [
        spell(part, joint=joint, gap=gap)
        if isinstance(part, Comparison)
        else f"({gap}{spell(part, joint=joint, gap=gap)}{gap})"
        for part in tree.parts
    ]
    return mark.join(parts)


def _comparison(found: Comparison, gap: str) -> str:
    words = [_word(word) for word in found.values]
    is_set = found.operator is Operator.IS and len(words) > 1
    value = f"[{gap}{f'{gap},{gap}'.join(words)}{gap}]" if is_set else words[0]
    return f"{found.field}:{'-' if found.is_negated else ''}{found.operator}{value}"


def _word(word: Word) -> str:
    if word.is_quoted:
        return "'" + re.sub(r"(['\\])", r"\\\1", word.text) + "'"
    return word.text


def without_places(tree: Parsed) -> Parsed:
    """The tree without where it was found."""
    if isinstance(tree, Comparison):
        values = tuple(Word(word.text, 0, word.is_quoted) for word in tree.values)
        return Comparison(tree.field, 0, tree.operator, values, tree.is_negated)
    parts = tuple(without_places(part) for part in tree.parts)
    return AllOf(parts) if isinstance(tree, AllOf) else AnyOf(parts)


# What people may send: pieces of the language in any order, and anything else.
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *SPECIAL,
                ":",
                "\\",
                "tag:",
                "id:",
                "now-",
                "null",
                "a",
                "-",
                "~^",
                "\x00",
                "\u202e",
                "\ud800",
            ]
        ),
        max_size=25,
    ).map("".join),
    TREES.map(spell),
)
