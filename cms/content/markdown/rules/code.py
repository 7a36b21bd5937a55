"""Colours code, as far as its language is known."""

import re
from functools import cache
from html import escape
from itertools import groupby
from operator import itemgetter
from time import thread_time
from typing import Final

from pygments.lexers import find_lexer_class, get_all_lexers
from pygments.token import STANDARD_TYPES
from pygments.token import _TokenType as TokenType

# Pygments colours about a megabyte in a second, but many of its lexers take time squared for
# input like blank lines only. So there is a limit in characters, the same on every machine, and
# one in seconds for each document, which no real program reaches.
LONGEST_COLOURED_BLOCK: Final = 10_000
LONGEST_COLOURED_TOTAL: Final = 200_000
LONGEST_COLOURING: Final = 2.0

_LANGUAGE: Final = re.compile(r"[\w+#.-]{1,40}", re.ASCII)


class Colouring:
    """Writes the blocks of code of one document."""

    def __init__(self) -> None:
        self._total = 0
        self._ends: float | None = None

    def block(self, code: str, info: str) -> str:
        """``code`` as HTML; the first word of ``info`` says its language."""
        language = next(iter(info.split()), "")
        known = f' class="language-{language}"' if _LANGUAGE.fullmatch(language) else ""
        html = self._coloured(code, language) if known else escape(code)
        return f"<pre><code{known}>{html}</code></pre>\n"

    def _coloured(self, code: str, language: str) -> str:
        """``code`` as HTML, with a span around each token if the language is known."""
        lexer = find_lexer_class(_lexers().get(language.lower(), ""))
        total = self._total + len(code)
        if lexer is None or len(code) > LONGEST_COLOURED_BLOCK or total > LONGEST_COLOURED_TOTAL:
            return escape(code)
        self._total = total
        if self._ends is None:
            self._ends = thread_time() + LONGEST_COLOURING
        tokens = []
        try:
            for _, kind, value in lexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(code):
                tokens.append((kind, value))
                if thread_time() > self._ends:
                    return escape(code)
        except Exception:  # noqa: BLE001 - hundreds of people wrote lexers; none may stop a publication
            return escape(code)
        if "".join(value for _, value in tokens) != code:
            return escape(code)
        return "".join(
            _span(kind, escape("".join(value for _, value in group)))
            for kind, group in groupby(tokens, key=itemgetter(0))
        )


def _span(kind: TokenType, html: str) -> str:
    name = next(STANDARD_TYPES[part] for part in reversed(kind.split()) if part in STANDARD_TYPES)
    return f'<span class="{name}">{html}</span>' if name and name != "w" else html


@cache
def _lexers() -> dict[str, str]:
    """The names that people give to languages, and what Pygments calls them."""
    return {
        alias: name
        # A look-up by alias would search all installed packages for plugins, for each new name.
        for name, aliases, _, _ in get_all_lexers(plugins=False)
        for alias in aliases
    }
