"""Turns rows into the documents that were asked for: what is beside them, which of their fields."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from cms.editions import text

Document = dict[str, Any]
# The fields of a document by their names, each with those inside of it; with ``None``: all of it.
Tree = dict[str, "Tree | None"]

# What is computed when it is asked for: from which column, and how.
COMPUTED: dict[str, tuple[str, Callable[[str], Any]]] = {
    "html": ("html", str),
    "markdown": ("body", str),
    "plaintext": ("html", text.plain),
    "toc": ("html", text.headings),
}
RELATED = "related"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a reader wants of each document: ``computed`` beside it, and of all that, ``tree``."""

    computed: tuple[str, ...]
    tree: Tree | None
    with_related: bool

    @property
    def is_stored(self) -> bool:
        """Whether the whole document is wanted, and nothing beside it."""
        return self.tree is None and not self.computed

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns that have to be read for it."""
        return tuple(sorted({COMPUTED[name][0] for name in self.computed}))

    def read(self, row: Any) -> Document:
        """The document of a row, with what is computed; authors and tags are ids yet."""
        document: Document = orjson.loads(row.document)
        for name in self.computed:
            column, compute = COMPUTED[name]
            document[name] = compute(getattr(row, column))
        return document

    def cut(self, document: Document) -> Document:
        """The fields that are wanted, each where the full document has it."""
        return document if self.tree is None else _cut(document, self.tree)


_WHOLE = Shape(("html",), tree=None, with_related=False)


def shape(wanted: dict[str, Any], *, always: tuple[str, ...] = ()) -> Shape:
    """What ``fields`` and ``include`` of a request say together; ``always`` without ``fields``."""
    included = wanted.get("include", ())
    fields = wanted.get("fields_")
    tree = None if fields is None else tree_of([*fields, *included])
    names = {*always, *included} if tree is None else tree.keys()
    return Shape(tuple(name for name in COMPUTED if name in names), tree, RELATED in names)


def whole(row: Any) -> Document:
    """The document of a post as its own address shows it, but for the names of authors and tags."""
    return _WHOLE.read(row)


def named(row: Any) -> Document:
    """The document of an author or a tag, with the number of its posts."""
    return {**orjson.loads(row.document), "post_count": row.posts}


def tree_of(names: Iterable[str]) -> Tree:
    """Names with dots as a tree. A name stands for all that is in it."""
    tree: Tree = {}
    for name in names:
        _grow(tree, name)
    return tree


def _grow(tree: Tree, name: str) -> None:
    first, _, rest = name.partition(".")
    if not rest:
        tree[first] = None
        return
    inside = tree.setdefault(first, {})
    if inside is not None:
        _grow(inside, rest)


def _cut(value: Any, tree: Tree | None) -> Any:
    if tree is None or value is None:
        return value
    if isinstance(value, list):
        return [_cut(one, tree) for one in value]
    return {name: _cut(value[name], inner) for name, inner in tree.items()}
