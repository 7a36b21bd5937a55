"""Comparing two texts by lines and by words, at a cost that is bounded for any two texts.

``difflib`` finds what two sequences share, but takes minutes for some of a megabyte. So what occurs
once in both anchors the comparison first (Cohen's patience diff: linear, but for a sort), and
``difflib`` only sees the short stretches between anchors. Where it would take too long all the
same, a stretch counts as replaced.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal, NamedTuple

# Products of the lengths of two stretches: of one pair, and of all pairs of a comparison together.
LARGEST_STRETCH = 2_500
LARGEST_SUM = 100_000
# More words than this are not compared: the rest of the changed lines counts as replaced.
MOST_WORDS = 200_000
CONTEXT_LINES = 3

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Part(NamedTuple):
    """Text that both have, that only the former has, or that only the latter has."""

    op: Literal["equal", "delete", "insert"]
    text: str


class _Bounded(SequenceMatcher[str]):
    """``SequenceMatcher`` with another way to find its blocks: opcodes and groups are its own."""

    def __init__(self, a: Sequence[str], b: Sequence[str]) -> None:
        """Without the index of ``b`` that only the base's own way needs."""
        self.a, self.b = a, b
        self.opcodes = None

    def get_matching_blocks(self) -> list[tuple[int, int, int]]:  # type: ignore[override]
        """As the base does: in order, apart from each other, an empty one at the end."""
        blocks: list[tuple[int, int, int]] = []
        for start, other, size in _matches(self.a, self.b):
            if not size:
                continue
            last, last_other, length = blocks[-1] if blocks else (-1, -1, 0)
            if (last + length, last_other + length) == (start, other):
                blocks[-1] = (last, last_other, length + size)
            else:
                blocks.append((start, other, size))
        return [*blocks, (len(self.a), len(self.b), 0)]


class Comparison:
    """Two texts, line by line."""

    def __init__(self, former: str, latter: str) -> None:
        """From ``former`` to ``latter``."""
        self.former, self.latter = _LINE.findall(former), _LINE.findall(latter)
        self._lines = _Bounded(self.former, self.latter)

    def unified(self, *, names: tuple[str, str]) -> str:
        """What changed as a unified diff, which `patch` takes; empty for the same text."""
        lines = [f"--- {names[0]}\n", f"+++ {names[1]}\n"]
        for group in self._lines.get_grouped_opcodes(CONTEXT_LINES):
            (_, start, _, other, _), (_, _, end, _, other_end) = group[0], group[-1]
            lines.append(f"@@ -{_span(start, end)} +{_span(other, other_end)} @@\n")
            for tag, i, j, k, m in group:
                if tag == "equal":
                    lines += [_marked(" ", line) for line in self.former[i:j]]
                else:
                    lines += [_marked("-", line) for line in self.former[i:j]]
                    lines += [_marked("+", line) for line in self.latter[k:m]]
        has_changes = len(lines) > len(names)
        return "".join(lines) if has_changes else ""

    def words(self) -> list[Part]:
        """Both texts in parts.

        What is equal or deleted is the former text, what is equal or inserted the latter.
        """
        parts: list[Part] = []
        room = MOST_WORDS
        for tag, i, j, k, m in self._lines.get_opcodes():
            gone, come = "".join(self.former[i:j]), "".join(self.latter[k:m])
            if tag == "equal":
                _add(parts, "equal", gone)
                continue
            before, after = _WORD.findall(gone), _WORD.findall(come)
            room -= len(before) + len(after)
            if room < 0:
                before, after = [gone], [come]
            for inner, i2, j2, k2, m2 in _Bounded(before, after).get_opcodes():
                if inner == "equal":
                    _add(parts, "equal", "".join(before[i2:j2]))
                else:
                    _add(parts, "delete", "".join(before[i2:j2]))
                    _add(parts, "insert", "".join(after[k2:m2]))
        return parts


def _matches(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Stretches that are equal, in order: where they begin in each, and their length."""
    room = LARGEST_SUM
    anchors = [(-1, -1), *_anchors(a, b), (len(a), len(b))]
    for (start, other), (end, other_end) in pairwise(anchors):
        if start >= 0:
            yield start, other, 1
        i, k = start + 1, other + 1
        head = _shared(a, b, i, k, min(end - i, other_end - k))
        yield i, k, head
        i, k = i + head, k + head
        tail = _shared_before(a, b, end, other_end, min(end - i, other_end - k))
        size = (end - tail - i) * (other_end - tail - k)
        if 0 < size <= min(LARGEST_STRETCH, room):
            room -= size
            inner = SequenceMatcher(None, a[i : end - tail], b[k : other_end - tail], False)  # noqa: FBT003
            for block in inner.get_matching_blocks():
                yield i + block.a, k + block.b, block.size
        yield end - tail, other_end - tail, tail


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """The most of what occurs once in both and stands in the same order in both."""
    once_in_b = {one: k for k, one in enumerate(b)}
    for one, number in Counter(b).items():
        if number > 1:
            del once_in_b[one]
    in_a = Counter(a)
    pairs = [(i, once_in_b[one]) for i, one in enumerate(a) if in_a[one] == 1 and one in once_in_b]
    return _longest_rising(pairs)


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest choice of ``pairs``, which rise by their first, that rises by the second too."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for number, (_, k) in enumerate(pairs):
        place = bisect_left(ends, k)
        before.append(at[place - 1] if place else -1)
        ends[place : place + 1] = [k]
        at[place : place + 1] = [number]
    chosen, number = [], at[-1] if at else -1
    while number >= 0:
        chosen.append(pairs[number])
        number = before[number]
    return chosen[::-1]


def _shared(a: Sequence[str], b: Sequence[str], i: int, k: int, most: int) -> int:
    length = 0
    while length < most and a[i + length] == b[k + length]:
        length += 1
    return length


def _shared_before(a: Sequence[str], b: Sequence[str], end: int, other_end: int, most: int) -> int:
    length = 0
    while length < most and a[end - length - 1] == b[other_end - length - 1]:
        length += 1
    return length


def _span(start: int, end: int) -> str:
    """Lines as a unified diff names them: counted from one, an empty span by the line before."""
    return f"{start + 1 if end > start else start},{end - start}"


def _marked(mark: str, line: str) -> str:
    return mark + line if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _add(parts: list[Part], op: Literal["equal", "delete", "insert"], text: str) -> None:
    if not text:
        return
    if parts and parts[-1].op == op:
        text = parts.pop().text + text
    parts.append(Part(op, text))
