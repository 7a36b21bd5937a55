"""Words are the same however a text spells them, and stand where they are marked."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.delivery.search.corrections import distance
from cms.editions.search import entries
from cms.editions.search.words import LONGEST_WORD, pieces, words


@given(st.text())
def test_where_words_stand_agrees_with_which_they_are(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    found = list(pieces(text))

    assert [word for _, _, word in found] == words(text)
    for begin, end, word in found:
        assert 0 <= begin < end <= len(text)
        assert word in words(text[begin:end])


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = words(text)

    assert words(" ".join(once)) == once
    assert all(0 < len(word) <= LONGEST_WORD for word in once)
    assert not any(set(word) & set(" '\"\\\ue000\ue001\ue002\ue003\x00") for word in once)


@given(st.text())
def test_another_normal_form_has_the_same_words(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)

    assert words(unicodedata.normalize("NFD", composed)) == words(composed)


def test_beyond_the_places_that_count_words_are_kept_without_a_place() -> None:
    html = "same " * 300 + "".join(f"w{number} " for number in range(20_000))

    said = entries.said("once", "", entries.read(html))

    assert len(said.places) == entries.MOST_PLACES
    assert said.places.count("same") == entries.MOST_REPEATED
    assert "w19999" in said.others
    assert {"once", "same", "w0", "w19999"} <= set(said.terms)


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>one</p><p>two</p>", ["one", "two"]),
        ('fail<em>ure</em> <a href="x>y">li</a>nk', ["failure", "link"]),
        ("&lt;b&gt; &amp; caf&eacute;", ["b", "cafe"]),
        ("<pre><code><span>de</span>f x</code></pre>", ["def", "x"]),
        ('a<img src="x" alt="hidden">b<br>c', ["a", "b", "c"]),
    ],
)
def test_the_words_of_html_are_those_that_a_reader_sees(html: str, plain: list[str]) -> None:
    assert words(entries.plain(html)) == plain


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        ("fail", "fail", 0),
        ("fial", "fail", 1),
        ("fails", "fail", 1),
        ("", "ab", 2),
        ("ca", "abc", 3),
    ],
)
def test_the_distance_of_words(one: str, other: str, steps: int) -> None:
    assert distance(one, other) == distance(other, one) == steps
