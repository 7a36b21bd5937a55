"""The text of keys and links: what for, 256 random bits, a checksum against slips and leaks."""

import hashlib
import re
import secrets
import string
import zlib

PERSONAL, SERVICE = "cms_pat_", "cms_key_"
INVITATION, RESET = "cms_inv_", "cms_pwd_"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM = 43  # 62 ** 43 > 2 ** 256
_CHECKSUM = 6  # 62 ** 6 > 2 ** 32
_SHAPE = re.compile(rf"cms_[a-z]{{3}}_[0-9A-Za-z]{{{_RANDOM + _CHECKSUM}}}", re.ASCII)
# Enough to tell one's keys apart; what is left unknown is still far too much to guess.
_SHOWN = 12


def new(prefix: str) -> str:
    """A secret that nobody has seen."""
    text = prefix + "".join(secrets.choice(_DIGITS) for _ in range(_RANDOM))
    return text + _checksum(text)


def is_key(text: str) -> bool:
    """Whether this wants to be a key, and not another kind of token."""
    return text.startswith((PERSONAL, SERVICE))


def is_sound(text: str) -> bool:
    """Whether this could be one of ours. Needs no database: a scanner for leaks does the same."""
    return bool(_SHAPE.fullmatch(text)) and text[-_CHECKSUM:] == _checksum(text[:-_CHECKSUM])


def digest(text: str) -> str:
    """What is stored. So much chance needs no slow hash: there is nothing to try through."""
    return hashlib.sha256(text.encode()).hexdigest()


def hint(text: str) -> str:
    """The beginning, by which its owner knows it."""
    return text[:_SHOWN]


def _checksum(text: str) -> str:
    """CRC-32 (as in zlib) of all that stands before it, in base 62, most significant first."""
    rest, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECKSUM):
        rest, digit = divmod(rest, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
