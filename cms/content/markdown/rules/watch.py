"""Stops the reading of a source that takes too long."""

from time import thread_time
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.utils import EnvType

from cms.content.markdown import MarkdownTooComplex

# Unclosed brackets and quotations that go on for ever are linear too, but thirty times slower than
# prose. A megabyte of prose takes three seconds. In seconds of this thread's own processor time.
LONGEST_PARSING: Final = 15.0


def add(markdown: MarkdownIt) -> None:
    """Add the rule, which needs an environment that ``begin`` made."""
    markdown.inline.ruler.before("text", "watch", _watch)
    markdown.block.ruler.before("table", "watch", _watch, {"alt": ["blockquote", "list"]})


def begin() -> EnvType:
    """An environment for a source that is read from now on."""
    return {"parsing_ends": thread_time() + LONGEST_PARSING}


def _watch(state: StateBlock | StateInline, *_: object) -> bool:
    """A rule that matches nothing and looks at the clock, at each thousandth place."""
    steps = state.env["steps"] = state.env.get("steps", 0) + 1
    if steps % 1000 == 0 and thread_time() > state.env["parsing_ends"]:
        message = f"It takes more than {LONGEST_PARSING:.0f} seconds to read."
        raise MarkdownTooComplex(message)
    return False
