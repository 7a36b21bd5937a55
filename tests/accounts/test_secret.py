"""The text of a key can be told from anything else without a database."""

import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.accounts import secret

PREFIXES = [secret.PERSONAL, secret.SERVICE, secret.INVITATION, secret.RESET]
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# As the README gives it to scanners for leaks.
PUBLISHED = r"cms_(pat|key|inv|pwd)_[0-9A-Za-z]{49}"


def _as_scanners_check(text: str) -> bool:
    """The README's words, written down a second time."""
    number = 0
    for digit in text[-6:]:
        number = number * 62 + DIGITS.index(digit)
    return re.fullmatch(PUBLISHED, text) is not None and number == zlib.crc32(text[:-6].encode())


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_new_key_is_sound_and_what_scanners_look_for(prefix: str) -> None:
    for _ in range(100):
        text = secret.new(prefix)
        assert text.startswith(prefix)
        assert secret.is_key(text) == (prefix in {secret.PERSONAL, secret.SERVICE})
        assert secret.is_sound(text)
        assert _as_scanners_check(text)


def test_keys_are_never_the_same_and_use_every_digit() -> None:
    texts = [secret.new(secret.PERSONAL) for _ in range(200)]

    assert len(set(texts)) == len(texts)
    assert {digit for text in texts for digit in text[8:-6]} == set(DIGITS)


@given(st.sampled_from(PREFIXES), st.integers(0, 56), st.sampled_from(DIGITS))
def test_one_wrong_character_is_noticed(prefix: str, place: int, digit: str) -> None:
    text = secret.new(prefix)
    changed = text[:place] + digit + text[place + 1 :]

    assert secret.is_sound(changed) == (changed == text)


@given(st.sampled_from(PREFIXES), st.integers(0, 55))
def test_two_characters_in_the_wrong_order_are_noticed(prefix: str, place: int) -> None:
    text = secret.new(prefix)
    changed = text[:place] + text[place + 1] + text[place] + text[place + 2 :]

    assert secret.is_sound(changed) == (changed == text)


def test_one_kind_of_key_does_not_pass_for_the_other() -> None:
    text = secret.new(secret.PERSONAL)

    assert not secret.is_sound(text.replace(secret.PERSONAL, secret.SERVICE))


@given(
    st.text()
    | st.from_regex(PUBLISHED)
    | st.sampled_from(PREFIXES).flatmap(lambda prefix: st.text().map(lambda rest: prefix + rest))
)
def test_no_text_breaks_it_and_none_is_sound_that_a_scanner_would_not_find(text: str) -> None:
    # Nobody can write all prefixes that there may be; those that there are, scanners find.
    assert not secret.is_sound(text) or _as_scanners_check(text) or text[:8] not in PREFIXES


def test_what_is_stored_tells_nothing_and_what_is_shown_tells_little() -> None:
    text = secret.new(secret.SERVICE)

    assert len(secret.digest(text)) == 64
    assert text[8:] not in secret.digest(text)
    assert text.startswith(secret.hint(text))
    # What is left has more than 230 bits.
    assert len(text) - len(secret.hint(text)) - 6 >= 39
