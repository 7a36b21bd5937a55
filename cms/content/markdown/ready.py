"""Ready HTML as a post: what readers get of it, and a source that Markdown renders to just that.

Markdown takes HTML as it is when a line begins with the tag of a block, up to the next blank line.
"""

import re
from typing import Final

from cms.content.markdown import sanitiser

# CommonMark 0.31, 4.6, of those that a post may contain. `pre` begins a block that ends elsewhere.
_BLOCK: Final = re.compile(
    "<(?:aside|blockquote|caption|col|colgroup|dd|details|div|dl|dt|figcaption|figure|h[1-6]|hr|li"
    "|ol|p|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)[ >]"
)
_SPACE: Final = r"[ \t\f]"
_BLANK: Final = re.compile(rf"\n{_SPACE}*(?=\n)")
# In preformatted text: what would make a line blank, or begin one that is.
_EMPTY: Final = re.compile(rf"(?<=\n)(?:\n|{_SPACE}(?={_SPACE}*\n))")


def block(html: str) -> str:
    """HTML with only that left in it which a post may contain, beginning with a block.

    What begins with loose text, or preformatted, gets a `div` around it.
    """
    # To Markdown a vertical tab is space, to HTML it is nothing that has a meaning.
    safe = sanitiser.sanitise(html.replace("\v", " ")).strip(" \t\n\f")
    if not safe or _BLOCK.match(safe):
        return safe
    return sanitiser.sanitise(f"<div>{safe}</div>")


def source(html: str) -> str:
    """What ``block`` gives, without blank lines: a Markdown source that renders to the same."""
    parts = re.split("(<pre.*?</pre>)", html, flags=re.DOTALL)
    # In between, blank lines mean nothing; in preformatted text they are written as references.
    parts[0::2] = [_BLANK.sub("", part) for part in parts[0::2]]
    parts[1::2] = [_EMPTY.sub(_reference, part) for part in parts[1::2]]
    return "".join(parts)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
