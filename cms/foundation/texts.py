"""How texts are compared and sorted: the same on every database, since no database is asked."""

import unicodedata

from anyascii import anyascii

# Of a longer text only the beginning counts for its place in a list: cursors carry it.
LONGEST_SORT_KEY = 200


def folded(text: str) -> str:
    """The form in which texts are compared without regard to case: NFC, case folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def sort_key(text: str) -> str:
    """What lists sort by: alphabetical for any script."""
    return anyascii(text).casefold()[:LONGEST_SORT_KEY]
