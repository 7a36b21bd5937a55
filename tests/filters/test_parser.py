"""The language: what is written is what is read, and nothing else is read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.foundation import filters
from cms.foundation.filters import parser
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.relative import Relative, minute
from cms.foundation.filters.scanner import BadFilter
from cms.foundation.filters.tree import AllOf, AnyOf, Comparison, Operator, Parsed, Term
from tests.filters import strategies

ALLOWED = {kind.name.lower(): kind for kind in Kind}


def read(text: str) -> Parsed:
    """The tree of a text, without places."""
    return strategies.without_places(parser.parse(text))


@settings(deadline=None)
@given(strategies.TREES)
def test_what_is_spelled_is_read_again(tree: Parsed) -> None:
    assert read(strategies.spell(tree)) == tree


@settings(deadline=None)
@given(strategies.TREES, st.sampled_from([" ", "  ", "\t", "\n", " \r\n"]))
def test_white_space_between_the_pieces_means_nothing(tree: Parsed, gap: str) -> None:
    assert read(gap + strategies.spell(tree, joint=f"{gap}+{gap}", gap=gap) + gap) == tree


@settings(deadline=None)
@given(strategies.TREES)
def test_the_plus_may_arrive_as_a_space(tree: Parsed) -> None:
    assert read(strategies.spell(tree, joint=" ")) == tree


@settings(deadline=None)
@given(strategies.HOSTILE)
def test_anything_is_read_or_refused_with_its_place(text: str) -> None:
    refusal = None
    try:
        filters.check(parser.parse(text), ALLOWED)
    except BadFilter as error:
        refusal = error

    if refusal is not None:
        assert 0 <= refusal.position <= len(text)
        assert str(refusal).startswith(f"At character {refusal.position + 1}: ")


def _tag(slug: str) -> Comparison:
    found = read(f"tag:{slug}")
    assert isinstance(found, Comparison)
    return found


def test_and_binds_tighter_than_or_and_brackets_tighter_than_both() -> None:
    a, b, c = _tag("a"), _tag("b"), _tag("c")

    assert read("tag:a,tag:b+tag:c") == AnyOf((a, AllOf((b, c))))
    assert read("tag:a+tag:b,tag:c") == AnyOf((AllOf((a, b)), c))
    assert read("(tag:a,tag:b)+tag:c") == AllOf((AnyOf((a, b)), c))


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("", 1, "expected a field and a colon"),
        ("tag", 1, "expected a field and a colon"),
        ("tag:", 5, "expected a value"),
        ("tag:a+", 7, "expected a field and a colon"),
        ("tag:a,", 7, "expected a field and a colon"),
        ("tag:a b", 7, "expected +, a comma or the end; found 'b'"),
        ("tag:a(tag:b)", 6, "expected +, a comma or the end; found '('"),
        ("(tag:a", 7, "expected +, a comma or )"),
        ("tag:a)", 6, "expected +, a comma or the end"),
        ("tag:[a", 7, "expected a comma or ]"),
        ("tag:[]", 6, "expected a value"),
        ("tag:[a,]", 8, "expected a value"),
        ("tag:--a", 6, "expected a value"),
        ("tag:'a", 7, "expected the closing ' of what begins at character 5; found the end"),
        ('tag:"a', 7, 'expected the closing " of what begins'),
        ("tag:->5", 1, "- cannot stand before >"),
        ("tag:\x00", 5, "the character U+0000 is not text"),
        ("tag:\ud800", 5, "the character U+D800 is not text"),
        ("(" * 11 + "tag:a" + ")" * 11, 11, "nested at most 10 deep"),
        ("+".join(["tag:a"] * 51), 301, "compares at most 50 times"),
        (f"tag:[{','.join('a' * 51)}]", 106, "at most 50 values"),
        ("tag:" + "a" * 2000, 2001, "at most 2000 characters"),
        ("(" * 1000, 11, "nested at most 10 deep"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_a_refusal_says_where_and_what_was_expected(text: str, position: int, problem: str) -> None:
    with pytest.raises(BadFilter) as caught:
        parser.parse(text)

    assert str(caught.value).startswith(f"At character {position}: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10 + "tag:a" + ")" * 10,
        "+".join(["tag:a"] * 50),
        f"tag:[{','.join('a' * 50)}]",
        "tag:" + "a" * 1996,
    ],
    ids=["depth", "terms", "values", "length"],
)
def test_what_reaches_a_limit_is_read(text: str) -> None:
    parser.parse(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("number:5", (5,)),
        ("number:>'-5'", (-5,)),
        ("number:[1,null]", (1, None)),
        ("flag:true", (True,)),
        ("flag:FALSE", (False,)),
        ("text:NULL", (None,)),
        ("text:'null'", ("null",)),
        (r"text:\null", ("null",)),
        ("text:Ärger", ("ärger",)),
        ("text:'a\\'b'", ("a'b",)),
        ("slug:Ab", ("Ab",)),
        ("moment:2026-01-02", (datetime(2026, 1, 2, tzinfo=UTC),)),
        ("moment:>2026-01-02T03:04:05Z", (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),)),
        ("moment:'2026-01-02 03:04'", (datetime(2026, 1, 2, 3, 4, tzinfo=UTC),)),
        ("moment:'2026-01-02T03:04+01:00'", (datetime(2026, 1, 2, 2, 4, tzinfo=UTC),)),
        ("moment:>now-30d", (Relative(-30, "d"),)),
        ("moment:<now+2h+text:a", None),
        ("moment:<now 2h text:a", None),
        ("moment:<now", (Relative(),)),
        ("text:now-30d", ("now-30d",)),
    ],
)
def test_words_become_values_of_their_field(text: str, values: tuple[object, ...] | None) -> None:
    found = filters.check(parser.parse(text), ALLOWED)

    if values is None:
        assert isinstance(found, AllOf)
        assert found.parts[0] == Term("moment", Operator.BELOW, (Relative(2, "h"),))
    else:
        assert isinstance(found, Term)
        assert found.values == values


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("password:a", 1, "there is no field 'password'. Allowed: text, slug"),
        ("text:a+__class__:a", 8, "there is no field '__class__'"),
        ("text:>a", 1, "text cannot be compared by >. Allowed: ~ ~^ ~$."),
        ("flag:>true", 1, "flag cannot be compared by >. Allowed: equality only."),
        ("number:~5", 1, "number cannot be compared by ~. Allowed: < <= > >=."),
        ("group:~a", 1, "group cannot be compared by ~"),
        ("number:>null", 9, "null cannot be compared by >"),
        ("number:1.5", 8, "number is a whole number."),
        ("number:1_0", 8, "number is a whole number."),
        ("number:[1,x]", 11, "number is a whole number."),
        ("number:" + "9" * 19, 8, "number is a whole number."),
        ("number:٣", 8, "number is a whole number."),
        ("flag:yes", 6, "flag is true or false."),
        ("identifier:1", 12, "identifier is an id"),
        ("moment:2026-02-30", 8, "moment is a moment"),
        ("moment:2026-W01", 8, "moment is a moment"),
        ("moment:20260101", 8, "moment is a moment"),
        ("moment:0001-01-01", 8, "moment is a moment"),
        ("moment:'9999-12-31T23:00:00-05:00'", 8, "moment is a moment"),
        ("moment:now-30x", 8, "moment is a moment"),
        ("moment:now-9999999d", 8, "moment is a moment"),
    ],
)
def test_what_a_field_does_not_allow_is_refused(text: str, position: int, problem: str) -> None:
    with pytest.raises(BadFilter) as caught:
        filters.check(parser.parse(text), ALLOWED)

    assert str(caught.value).startswith(f"At character {position}: {problem}")


NOW = datetime(2024, 3, 31, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        (Relative(), NOW),
        (Relative(-90, "s"), datetime(2024, 3, 31, 12, 28, 30, tzinfo=UTC)),
        (Relative(-1, "m"), datetime(2024, 3, 31, 12, 29, tzinfo=UTC)),
        (Relative(13, "h"), datetime(2024, 4, 1, 1, 30, tzinfo=UTC)),
        (Relative(-31, "d"), datetime(2024, 2, 29, 12, 30, tzinfo=UTC)),
        (Relative(-1, "w"), datetime(2024, 3, 24, 12, 30, tzinfo=UTC)),
        (Relative(-1, "M"), datetime(2024, 2, 29, 12, 30, tzinfo=UTC)),
        (Relative(11, "M"), datetime(2025, 2, 28, 12, 30, tzinfo=UTC)),
        (Relative(-4, "M"), datetime(2023, 11, 30, 12, 30, tzinfo=UTC)),
        (Relative(-1, "y"), datetime(2023, 3, 31, 12, 30, tzinfo=UTC)),
        (Relative(-999_999, "y"), datetime(1, 1, 2, tzinfo=UTC)),
        (Relative(999_999, "w"), datetime(9999, 12, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_relative_to_now(said: Relative, moment: datetime) -> None:
    assert said.at(NOW) == moment


def test_now_is_the_minute_that_has_begun() -> None:
    assert minute(NOW.replace(second=59, microsecond=999_000)) == NOW
