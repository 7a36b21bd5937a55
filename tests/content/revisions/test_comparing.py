"""Two texts compared: what the parts and the unified diff say leads from one to the other."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cms.content.posts.revisions import comparing
from cms.content.posts.revisions.comparing import Comparison, Part

NAMES = ("a", "b")
words = st.sampled_from(["one", "two", "three", "é漢", "\U0001f600", ",", " ", "\t", "\u2028"])
lines = st.lists(words, max_size=6).map("".join)
texts = st.lists(lines, max_size=12).map("\n".join) | st.text(max_size=40)


def joined(parts: list[Part], but: str) -> str:
    """The text without the parts of one kind."""
    return "".join(part.text for part in parts if part.op != but)


def patched(text: str, diff: str) -> str:
    """What `patch` makes of a text."""
    source = re.findall(r"[^\n]*\n|[^\n]+", text)
    made, position = [], 0
    hunks = re.split(r"^(@@[^\n]*@@\n)", diff, flags=re.MULTILINE)[1:]
    for head, body in zip(hunks[::2], hunks[1::2], strict=True):
        span = re.fullmatch(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@\n", head)
        assert span is not None
        start, length, other, other_length = map(int, span.groups())
        begin = start - 1 if length else start
        made += source[position:begin]
        assert len(made) == (other - 1 if other_length else other)
        position = begin
        for mark, line, ending in re.findall(r"([ +-])([^\n]*\n)(\\[^\n]*\n)?", body):
            whole = line[:-1] if ending else line
            if mark != "+":
                assert source[position] == whole
                position += 1
            if mark != "-":
                made.append(whole)
    return "".join(made + source[position:])


@given(texts, texts)
def test_both_texts_are_in_the_parts(former: str, latter: str) -> None:
    parts = Comparison(former, latter).words()

    assert joined(parts, "insert") == former
    assert joined(parts, "delete") == latter
    assert all(part.text for part in parts)
    assert all(one.op != two.op for one, two in pairwise(parts))


@given(texts, texts)
def test_a_unified_diff_leads_from_one_to_the_other(former: str, latter: str) -> None:
    diff = Comparison(former, latter).unified(names=NAMES)

    assert patched(former, diff) == latter
    assert bool(diff) == (former != latter)


def test_what_changed_is_found_word_by_word() -> None:
    former = "# Title\n\nThe quick brown fox jumps.\n\nThe end.\n"
    latter = "# Title\n\nThe quick red fox jumps over it.\n\nThe end.\n"
    compared = Comparison(former, latter)

    assert compared.words() == [
        Part("equal", "# Title\n\nThe quick "),
        Part("delete", "brown"),
        Part("insert", "red"),
        Part("equal", " fox jumps"),
        Part("insert", " over it"),
        Part("equal", ".\n\nThe end.\n"),
    ]
    assert compared.unified(names=NAMES) == (
        "--- a\n+++ b\n@@ -1,5 +1,5 @@\n # Title\n \n-The quick brown fox jumps.\n"
        "+The quick red fox jumps over it.\n \n The end.\n"
    )


def test_a_moved_paragraph_is_taken_out_and_put_in() -> None:
    one, two, three = (f"Paragraph {name}.\n\n" for name in ("one", "two", "three"))

    parts = Comparison(one + two + three, two + three + one).words()

    assert parts == [Part("delete", one), Part("equal", two + three), Part("insert", one)]


def test_far_apart_changes_are_hunks_of_their_own() -> None:
    former = [f"line {number}\n" for number in range(100)]
    latter = [*former[:10], *former[11:90], "new\n", *former[90:]]

    diff = Comparison("".join(former), "".join(latter)).unified(names=NAMES)

    assert re.findall(r"^@@.*", diff, re.MULTILINE) == ["@@ -8,7 +8,6 @@", "@@ -88,6 +87,7 @@"]
    assert patched("".join(former), diff) == "".join(latter)


def test_stretches_with_nothing_to_hold_on_to_are_replaced_as_a_whole() -> None:
    many = comparing.LARGEST_STRETCH
    former, latter = "x y " * many, "y y x " * many

    parts = Comparison(former, latter).words()

    assert [part.op for part in parts if len(part.text) > 10] == ["delete", "insert"]
    assert joined(parts, "insert") == former
    assert joined(parts, "delete") == latter
