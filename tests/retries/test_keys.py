"""What a key may look like, and when two are the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.foundation.errors import Malformed
from cms.foundation.retries import keys

VISIBLE = [chr(code) for code in range(0x21, 0x7F)]
UNQUOTED = [one for one in VISIBLE if one not in '",\\']
KEYS = {
    "8e03978e-40d5-43e8-bc93-6894a57f9324": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    '"8e03978e-40d5-43e8-bc93-6894a57f9324"': "8e03978e-40d5-43e8-bc93-6894a57f9324",
    "order:42/7?try=1&x;y": "order:42/7?try=1&x;y",
    '"a, b"': "a, b",
    r'"a\"b\\c"': r'a"b\c',
    "x": "x",
    "x" * 255: "x" * 255,
    '"' + r"\"" * 255 + '"': '"' * 255,
}
NO_KEYS = [
    "",
    '""',
    '"',
    "a b",
    "a,b",
    "a, a",
    'a"b',
    "a\\b",
    '"a',
    'a"',
    '"a"b"',
    '"a"; q=1',
    r'"a\b"',
    '"a\\"',
    "é",
    "\xff",
    "a\tb",
    "a\n",
    "\x7f",
    "x" * 256,
    '"' + "x" * 256 + '"',
]


@pytest.mark.parametrize("header", KEYS)
def test_a_key_is_read_bare_or_quoted(header: str) -> None:
    assert keys.read(header) == KEYS[header]


@pytest.mark.parametrize("header", NO_KEYS, ids=range(len(NO_KEYS)))
def test_anything_else_is_refused(header: str) -> None:
    with pytest.raises(Malformed, match="Idempotency-Key must be one key"):
        keys.read(header)


@given(st.text(st.sampled_from(UNQUOTED), min_size=1, max_size=255))
def test_a_key_is_the_same_with_and_without_quotes(key: str) -> None:
    assert keys.read(key) == keys.read(f'"{key}"') == key


@given(st.text(st.sampled_from([*VISIBLE, " "]), min_size=1, max_size=255))
def test_every_printable_text_can_be_a_key(key: str) -> None:
    escaped = re.sub(r'(["\\])', r"\\\1", key)

    assert keys.read(f'"{escaped}"') == key


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_only_the_same_parts_have_the_same_digest(one: list[str], other: list[str]) -> None:
    assert (keys.digest(*one) == keys.digest(*other)) == (one == other)
