"""Writes a post as a Markdown file with front matter, which `cms publish` takes back."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

# The fields of a post that front matter states under the same name.
PLAIN = ("title", "slug", "excerpt", "published_at", "featured", "cover")
_SEPARATOR = re.compile("[\x85\u2028\u2029]")


def write(document: dict[str, Any], body: str) -> str:
    """The file, for a post's document, its authors and tags filled in, and its source."""
    dump = _dump()
    seo = {name: value for name, value in document["seo"].items() if value}
    header = {
        **{name: document[name] for name in PLAIN},
        "authors": [{"name": one["name"], "slug": one["slug"]} for one in document["authors"]],
        "tags": [tag["name"] for tag in document["tags"]],
        "seo": seo,
    }
    stated = {name: value for name, value in header.items() if value}
    # A library's own quoting: no title can end the front matter or add to it.
    return f"---\n{dump(stated)}---\n\n{body}"


@cache
def _dump() -> Callable[[dict[str, Any]], str]:
    """Writes YAML in which each text stays what it is."""
    import yaml  # noqa: PLC0415 - not before somebody wants it

    class Dumper(yaml.SafeDumper):
        """Quotes texts with line separators, which PyYAML would otherwise fold."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = '"' if _SEPARATOR.search(value) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)

    def dump(values: dict[str, Any]) -> str:
        options: dict[str, Any] = {"allow_unicode": True, "sort_keys": False, "width": 2**16}
        return str(yaml.dump(values, Dumper=Dumper, **options))

    return dump
