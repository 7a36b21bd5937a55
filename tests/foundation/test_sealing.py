"""What is sealed opens with the same secrets, purpose and subject, and otherwise not at all."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.foundation.sealing import Seal, Unreadable, derived

SECRETS = st.lists(st.text(), min_size=1, max_size=3).map(tuple)
SEALS = st.builds(Seal, st.sampled_from(["one", "other"]), SECRETS)
SUBJECTS = st.binary(max_size=3)


@given(st.binary(), SEALS, SUBJECTS)
def test_what_is_sealed_opens_to_what_it_was(plain: bytes, seal: Seal, about: bytes) -> None:
    again = Seal(seal.purpose, seal.secrets)

    assert again.open(seal.close(plain, about=about), about=about) == plain


@given(st.binary(), SEALS, SUBJECTS, SEALS, SUBJECTS)
def test_it_opens_with_nothing_else(
    plain: bytes, seal: Seal, about: bytes, other: Seal, elsewhere: bytes
) -> None:
    sealed = seal.close(plain, about=about)

    if (other, elsewhere) == (seal, about):
        assert other.open(sealed, about=elsewhere) == plain
        return
    with pytest.raises(Unreadable):
        other.open(sealed, about=elsewhere)


@pytest.mark.parametrize("others", [("a", "bc"), ("abc",), ("ab", "c", ""), ("c", "ab"), ("ab",)])
def test_the_same_letters_in_other_secrets_are_other_secrets(others: tuple[str, ...]) -> None:
    sealed = Seal("one", ("ab", "c")).close(b"plain", about=b"")

    with pytest.raises(Unreadable):
        Seal("one", others).open(sealed, about=b"")


@given(st.binary(max_size=40), st.data())
def test_what_was_changed_or_cut_is_not_opened(plain: bytes, data: st.DataObject) -> None:
    seal = Seal("one", ("secret",))
    sealed = bytearray(seal.close(plain, about=b""))
    place = data.draw(st.integers(0, len(sealed) - 1))
    cut = bytes(sealed[:place])
    sealed[place] ^= data.draw(st.integers(1, 255))

    for broken in (bytes(sealed), cut, bytes(sealed) + b"x"):
        with pytest.raises(Unreadable):
            seal.open(broken, about=b"")


def test_the_same_is_sealed_differently_each_time_and_says_only_how_long_it_is() -> None:
    seal, plain = Seal("one", ("secret",)), b"very recognisable"
    sealed = [seal.close(plain, about=b"") for _ in range(50)]

    assert len(set(sealed)) == 50
    assert {len(one) for one in sealed} == {len(plain) + 40}
    assert not [one for one in sealed if b"recognisable" in one]


def test_the_key_is_that_of_rfc_5869() -> None:
    # Appendix A.3: no salt and no info; the first block.
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"

    assert derived(b"\x0b" * 22, b"").hex() == expected


def test_a_server_that_seals_nothing_does_not_pay_for_it() -> None:
    program = (
        "import sys, cms.commands.serve, cms.commands.worker\n"
        "from cms.foundation.sealing import Seal\n"
        "assert not {'nacl', 'cryptography'} & set(sys.modules), sys.modules\n"
        "Seal('one', ('secret',)).close(b'', about=b''); assert 'nacl' in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603 - our own program
