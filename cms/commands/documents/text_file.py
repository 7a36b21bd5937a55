"""A post as a text file and back: the front matter of `cms publish`, and the text to the letter."""

from collections.abc import Mapping
from typing import Any

import yaml

from cms.commands.documents import fields, front_matter, reading
from cms.commands.documents.document import Cover, Document, DocumentFault, Seo, names_of


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such, and the rest in one line each."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    if any(separator in value for separator in "\x85\u2028\u2029"):
        style = '"'  # PyYAML would fold these.
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _nothing(dumper: yaml.SafeDumper, _value: None) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:null", "")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(type(None), _nothing)


def written(post: Mapping[str, Any]) -> str:
    """Return the file of a managed post; it states each field, also those that are empty."""
    expanded = post["expanded"]
    header = {
        "title": post["title"],
        "slug": post["slug"],
        "excerpt": post["excerpt"],
        "authors": [{"name": one["name"], "slug": one["slug"]} for one in expanded["authors"]],
        "tags": [one["name"] for one in expanded["tags"]],
        "published_at": post["published_at"],
        "featured": post["featured"],
        "cover": _stated(post["cover"], Cover),
        "seo": _stated(post["seo"], Seo),
    }
    options: dict[str, Any] = {"allow_unicode": True, "sort_keys": False, "width": 2**16}
    body = str(post["body"]).strip("\n")
    return f"---\n{yaml.dump(header, Dumper=_Dumper, **options)}---\n\n{body}\n"


def read(text: str) -> Document:
    """Return the post that an edited file describes; raises DocumentFault.

    Other than with `cms publish`, a first heading that repeats the title stays where it is.
    """
    header, rest = front_matter.split(reading.usable(text))
    found = fields.stated(header)
    if "title" not in found:
        message = 'has no title: its front matter must state one ("title: ...")'
        raise DocumentFault(message)
    if "status" in found:
        message = 'states a "status"; take the line out and use cms posts publish, or unpublish'
        raise DocumentFault(message)
    return Document(body=rest.strip("\n"), stated=frozenset({"body", *found}), **found)


def changed(before: Document, after: Document) -> list[str]:
    """Return the fields that a file states otherwise than the one it was made from."""
    return [
        field for field in sorted(after.stated) if getattr(before, field) != getattr(after, field)
    ]


def _stated(value: Mapping[str, Any] | None, kind: type[Cover | Seo]) -> dict[str, Any] | None:
    return None if value is None else {name: value.get(name) for name in names_of(kind)}
