"""Tests of how titles become slugs."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cms.content import slugs


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("What You Do After You Fail", "what-you-do-after-you-fail"),
        ("don't", "dont"),
        ("It\u2019s the editors\u2019 choice", "its-the-editors-choice"),
        ("Rock 'n' Roll", "rock-n-roll"),
        ("  --Hello,   World!--  ", "hello-world"),
        ("snake_case and CamelCase", "snake-case-and-camelcase"),
        ("Q&A: C++ in 2026", "q-a-c-in-2026"),
        ("naïve café", "naive-cafe"),
        ("Größe", "grosse"),
        ("объект", "obekt"),
        ("Ελληνικά", "ellinika"),
        ("你好", "nihao"),
        ("こんにちは", "konnichiha"),
        ("한국어", "hangugeo"),
        ("हिन्दी", "hindi"),
        ("½", "1-2"),
        ("a\u0000b\nc", "a-b-c"),
        ("\ud800surrogate", "surrogate"),
    ],
)
def test_a_title_in_any_script_becomes_its_ascii_words(text: str, slug: str) -> None:
    assert slugs.slugify(text, fallback="post") == slug


def test_a_title_of_emoji_gets_a_usable_slug() -> None:
    assert slugs.slugify("🎉🚀", fallback="post") == "tada-rocket"


@pytest.mark.parametrize("text", ["", " ", "...", "'", "—", "\u0301", "\ud800", "\u200d"])
def test_a_title_without_anything_to_say_gets_the_fallback(text: str) -> None:
    assert slugs.slugify(text, fallback="post-1") == "post-1"


@pytest.mark.parametrize("fallback", ["", "-", "Post", "a--b", "post\n", "x" * 101])
def test_a_fallback_that_is_no_slug_is_an_error(fallback: str) -> None:
    with pytest.raises(ValueError, match="is not a slug"):
        slugs.slugify("", fallback=fallback)


def test_a_long_title_is_cut_between_words() -> None:
    assert slugs.slugify("four " * 50, fallback="post") == "-".join(["four"] * 20)
    assert slugs.slugify("seventy " * 50, fallback="post") == "-".join(["seventy"] * 12)


def test_a_long_word_is_cut_within_itself() -> None:
    assert slugs.slugify("x" * 300, fallback="post") == "x" * slugs.MAX_LENGTH


@given(st.text(alphabet=st.characters(), max_size=300))
@example("\n")
def test_every_slug_matches_the_pattern(text: str) -> None:
    slug = slugs.slugify(text, fallback="post")
    assert re.fullmatch(slugs.PATTERN, slug)
    assert len(slug) <= slugs.MAX_LENGTH


@given(st.text(alphabet=st.characters(), max_size=100))
@example("й")
def test_composed_and_decomposed_text_have_the_same_slug(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert slugs.slugify(composed, fallback="x") == slugs.slugify(decomposed, fallback="x")


@given(st.text(alphabet=st.characters(), max_size=300))
def test_the_slug_of_a_slug_is_itself(text: str) -> None:
    slug = slugs.slugify(text, fallback="post")
    assert slugs.slugify(slug, fallback="other") == slug


def test_a_number_stands_behind_the_base() -> None:
    assert slugs.numbered("title", 2) == "title-2"


@given(
    st.from_regex("[a-z0-9]{1,40}(-[a-z0-9]{1,40}){0,5}", fullmatch=True), st.integers(0, 10**20)
)
def test_a_numbered_slug_is_a_slug(base: str, number: int) -> None:
    slug = slugs.numbered(base[: slugs.MAX_LENGTH].strip("-"), number)
    assert re.fullmatch(slugs.PATTERN, slug)
    assert len(slug) <= slugs.MAX_LENGTH
    assert slug.endswith(f"-{number}")


@pytest.mark.parametrize("base", ["x" * 100, "four-" * 19 + "fours", "a" * 89 + "-" + "b" * 10])
def test_all_numbers_of_a_long_base_begin_alike(base: str) -> None:
    numbered = [slugs.numbered(base, number) for number in (1, 2, 10, 10**9)]
    assert len({slug.rpartition("-")[0] for slug in numbered}) == 1
    first, end = slugs.numbers_of(base)
    assert all(first <= slug < end for slug in numbered)
    assert not first <= f"{slugs.numbered(base, 1).rpartition('-')[0]}a-2" < end
