"""Shows short programs on the docs page, as they lie in the folder `examples`."""

import functools
import html
import re

from cms.foundation import shipped

COMMENT = re.compile(r"^(// |<!-- )| -->$")


@functools.cache
def entries(names: tuple[str, ...]) -> str:
    """One for each file, as HTML. Its first line, a comment, says what it is for."""
    return "\n".join(map(_entry, names))


def _entry(name: str) -> str:
    text = (shipped.folder("examples") / name).read_text("utf-8")
    comment, _, code = text.partition("\n")
    purpose = html.escape(COMMENT.sub("", comment))
    file = f"<code>{html.escape(name)}</code>"
    # What scrolls can be reached by keyboard.
    program = f'<pre tabindex="0"><code>{html.escape(code.strip())}</code></pre>'
    return f"<details><summary>{purpose} {file}</summary>{program}</details>"
