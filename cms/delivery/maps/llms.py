"""Writes llms.txt (llmstxt.org): what the blog is, and where each post is as Markdown."""

import re
from collections.abc import Iterable
from typing import Any

from cms.delivery.blog import Blog

# More than fits into what reads it; the API has the rest.
MOST_POSTS = 1000
# What means something in a line of Markdown (CommonMark 0.31, 2.4 and 6).
_MEANINGFUL = re.compile(r"([\\`*_\[\]<>&~|!#])")


def write(blog: Blog, posts: Iterable[dict[str, Any]], *, more: bool) -> str:
    """The file, for the documents of ``posts``; ``more``: there are others."""
    lines = [f"# {_line(blog.name)}", ""]
    if blog.description:
        lines += [f"> {_line(blog.description)}", ""]
    lines += ["## Posts", ""]
    lines += [_link(blog, post) for post in posts]
    if more:
        rest = blog.own("/api/v1/posts")
        lines += ["", "## Optional", "", f"- [All posts]({rest}): as JSON, a page at a time"]
    return "\n".join(lines) + "\n"


def _link(blog: Blog, post: dict[str, Any]) -> str:
    address = blog.own(f"/posts/{post['slug']}.md")
    about = f": {_line(post['excerpt'])}" if post["excerpt"].strip() else ""
    return f"- [{_line(post['title'])}]({address}){about}"


def _line(text: str) -> str:
    """One line that reads as it is, whatever is in it."""
    return _MEANINGFUL.sub(r"\\\1", " ".join(text.split()))
