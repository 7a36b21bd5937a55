"""The strict field types: what each takes, what it makes of it, what it refuses."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from cms.foundation import moments
from cms.foundation.http.fields import Flag, Line, Moment, Prose, Several, WebAddress
from cms.foundation.http.input import Strict

NOT_TEXT: list[Any] = [None, True, 1, 1.5, [], {}, ["text"], b"\xff"]
ANY_TEXT = st.text(st.characters())


def _refuses(field: fields.Field[Any], value: Any) -> None:
    with pytest.raises(ValidationError):
        field.deserialize(value)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("plain", "plain"),
        ("  outer  ", "outer"),
        ("inner   spaces", "inner spaces"),
        ("tab\tand\nline\r\nbreaks", "tab and line breaks"),
        ("\u00a0no-break\u2003em\u3000ideographic", "no-break em ideographic"),
        ("e\u0301", "\u00e9"),
        ("\u212b", "\u00c5"),
        ("日本語", "日本語"),
        ("🔑", "🔑"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("<b>&amp;", "<b>&amp;"),
        ("\x1c\x1d\x1e\x1fseparators", "separators"),
        ("\x85next line", "next line"),
    ],
)
def test_a_line_is_normalised_and_folded(given_text: str, expected: str) -> None:
    assert Line(longest=50).deserialize(given_text) == expected


@pytest.mark.parametrize("text", ["", " ", "\n", "\u3000", "x" * 51, "é" * 51])
def test_a_line_that_is_empty_or_too_long_is_refused(text: str) -> None:
    _refuses(Line(longest=50), text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("abcd  ", id="what is sent, which folding makes shorter"),
        pytest.param("abcde\u0301", id="what is sent, which NFC makes shorter"),
        pytest.param("abcd\u0958", id="what is kept, which NFC makes longer"),
    ],
)
def test_the_length_of_a_line_counts_as_it_is_sent_and_as_it_is_kept(text: str) -> None:
    assert Line(longest=6).deserialize(text)
    _refuses(Line(longest=5), text)


def test_of_a_list_that_is_too_long_nothing_is_looked_at() -> None:
    looked_at: list[str] = []
    field = Several(fields.String(validate=looked_at.append), least=1, most=3)
    assert field.deserialize(["a", "b", "c"]) == ["a", "b", "c"]
    looked_at.clear()
    refused: list[Any] = [[], ["x"] * 4, [None] * 100_000, "abc", {}, None, 1]
    for value in refused:
        _refuses(field, value)
    assert looked_at == []


@pytest.mark.parametrize("code", [0, 1, 7, 8, 0x1B, 0x7F, 0x80, 0x9F, 0xD800, 0xDFFF])
def test_control_characters_and_halves_of_surrogate_pairs_are_no_text(code: int) -> None:
    for field in (Line(longest=50), Prose(longest=50), WebAddress()):
        _refuses(field, f"/a{chr(code)}b")


@pytest.mark.parametrize("value", NOT_TEXT, ids=repr)
def test_what_is_no_text_is_refused(value: Any) -> None:
    for field in (Line(longest=50), Prose(longest=50), WebAddress(), Moment()):
        _refuses(field, value)


@given(ANY_TEXT)
def test_whatever_a_line_takes_is_one_line_and_stays_as_it_is(text: str) -> None:
    field = Line(longest=50)
    try:
        line = field.deserialize(text)
    except ValidationError:
        return
    assert 1 <= len(line) <= 50
    assert line == line.strip() == unicodedata.normalize("NFC", line)
    assert "  " not in line
    assert not any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} for one in line)
    assert field.deserialize(line) == line
    line.encode()


@pytest.mark.parametrize("text", ["", " kept ", "a\tb\r\nc\n", "e\u0301", "\u2028", "x" * 50])
def test_prose_is_kept_exactly(text: str) -> None:
    assert Prose(longest=50).deserialize(text) == text


def test_prose_that_is_too_long_is_refused() -> None:
    _refuses(Prose(longest=50), "x" * 51)


@given(ANY_TEXT)
def test_whatever_prose_takes_it_gives_back(text: str) -> None:
    try:
        assert Prose(longest=1000).deserialize(text) == text
    except ValidationError:
        bad = {"Cc", "Cs"}
        assert len(text) > 1000 or any(
            unicodedata.category(one) in bad and one not in "\t\r\n" for one in text
        )


def test_a_flag_is_true_or_false() -> None:
    assert [Flag().deserialize(value) for value in (True, False)] == [True, False]


@pytest.mark.parametrize(
    "value", [1, 0, 1.0, "true", "false", "", "yes", "on", None, [], {}, [True], b"1"], ids=repr
)
def test_nothing_else_is_a_flag(value: Any) -> None:
    _refuses(Flag(), value)


MOMENTS: dict[str, datetime] = {
    "2026-03-01T09:00:00Z": datetime(2026, 3, 1, 9, tzinfo=UTC),
    "2026-03-01T09:00:00+00:00": datetime(2026, 3, 1, 9, tzinfo=UTC),
    "2026-03-01T10:30:00+01:30": datetime(2026, 3, 1, 9, tzinfo=UTC),
    "2026-02-28T23:00:00-10:00": datetime(2026, 3, 1, 9, tzinfo=UTC),
    "2026-03-01T09:00:00.123Z": datetime(2026, 3, 1, 9, 0, 0, 123_000, tzinfo=UTC),
    "2026-03-01T09:00:00.123999Z": datetime(2026, 3, 1, 9, 0, 0, 123_000, tzinfo=UTC),
    "2028-02-29T00:00:00Z": datetime(2028, 2, 29, tzinfo=UTC),
    "0001-01-02T00:00:00Z": moments.EARLIEST,
    "9999-12-30T00:00:00Z": moments.LATEST,
}


@pytest.mark.parametrize("text", MOMENTS)
def test_a_moment_is_kept_in_utc_and_whole_milliseconds(text: str) -> None:
    moment = Moment().deserialize(text)

    assert moment == MOMENTS[text]
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "2026-03-01T09:00:00",
        "09:00:00Z",
        "yesterday",
        "1772355600",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-03-01T25:00:00Z",
        "2026-03-01T09:00:00+25:00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "10000-01-01T00:00:00Z",
        "-2026-03-01T09:00:00Z",
        "\u0662\u0660\u0662\u0666-03-01T09:00:00Z",
        "2026-03-01T09:00:00Z" + " " * 40,
        "2026-03-01T09:00:00Z\n",
    ],
)
def test_what_is_no_moment_or_beyond_all_calendars_is_refused(text: str) -> None:
    _refuses(Moment(), text)


@given(
    st.datetimes(
        datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
        datetime(9998, 12, 31),  # noqa: DTZ001
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_a_moment_that_is_shown_and_sent_back_is_the_same(moment: datetime) -> None:
    first = Moment().deserialize(moment.isoformat())
    shown = Moment()._serialize(first, None, None)  # noqa: SLF001 - what marshmallow calls
    assert shown is not None
    assert shown.endswith("Z")
    assert Moment().deserialize(shown) == first
    assert timedelta(0) <= moment - first < timedelta(milliseconds=1)


GOOD_ADDRESSES = [
    "https://example.org",
    "http://example.org/path?query=1&b[]=2#part",
    "HTTPS://EXAMPLE.ORG/",
    "https://user@example.org:8443/",
    "https://[::1]/",
    "https://日本語.example/道",
    "/images/cover.jpg",
    "/",
]
BAD_ADDRESSES = [
    "",
    "example.org",
    "//example.org/x",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://example.org",
    "mailto:a@example.org",
    "https:/example.org",
    "https:example.org",
    "https://",
    "http://",
    " https://example.org",
    "https://example.org ",
    "https://exam ple.org",
    'https://example.org/"onload="x',
    "https://example.org/<script>",
    "https://example.org/\\x",
    "/\\example.org",
    "\\\\example.org",
    "/a b",
    "/\u202ereversed",
    "/zero\u200bwidth",
    "./relative",
    "../up",
    "#part",
    "?query",
    "https://" + "x" * 2000,
]


@pytest.mark.parametrize("text", GOOD_ADDRESSES)
def test_an_address_is_kept_as_it_is(text: str) -> None:
    assert WebAddress().deserialize(text) == text


@pytest.mark.parametrize("text", BAD_ADDRESSES)
def test_an_address_that_could_run_or_mislead_is_refused(text: str) -> None:
    _refuses(WebAddress(), text)


@given(
    st.text(st.sampled_from(list("htps:/\\ \t\n.ajvcri<>\"'#?@[]%&=x\u00a0\u200b")), max_size=30)
)
def test_whatever_an_address_takes_begins_safely_and_fits_in_an_attribute(text: str) -> None:
    try:
        address = WebAddress().deserialize(text)
    except ValidationError:
        return
    lower = address.lower()
    assert lower.startswith(("https://", "http://")) or (
        lower.startswith("/") and not lower.startswith(("//", "/\\"))
    )
    assert not set(address) & set(' <>"\\\t\n\u00a0\u200b')


def test_an_unknown_name_is_an_error_that_lists_the_known() -> None:
    class Known(Strict):
        """Two fields."""

        title = Line(longest=50)
        flag = Flag(data_key="is_on")

    with pytest.raises(ValidationError) as caught:
        Known().load({"title": "x", "rubbish": 1})
    assert caught.value.messages == {"rubbish": ["Unknown. Allowed here: title, is_on."]}
    no_objects: list[Any] = [[], "text", 1, None]
    for no_object in no_objects:
        with pytest.raises(ValidationError):
            Known().load(no_object)
