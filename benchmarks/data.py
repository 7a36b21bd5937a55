"""The content of the benchmark: the same lines on every machine, for `cms load`."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

AUTHORS = 50
TAGS = 100
TAGS_OF_A_POST = 3
BEGIN = datetime(2016, 1, 1, tzinfo=UTC)
SPAN_SECONDS = 10 * 365 * 86_400

# The word of rank r comes about as often as 1 / (r + 3), as in a language: some are in every post,
# most in hardly any. Words are made of syllables; the frequent ones are short.
VOCABULARY = 200_000
FLATTENED = 3
SYLLABLES = tuple(
    begin + vowel for begin in (*"bcdfghjklmnprstvwz", "br", "st") for vowel in "aeiou"
)


def word(rank: int) -> str:
    """The word of a rank, from 0 on: other ranks are other words."""
    syllables = []
    while rank >= 0:
        rank, place = divmod(rank, len(SYLLABLES))
        syllables.append(SYLLABLES[place])
        rank -= 1
    return "".join(syllables)


WORDS = tuple(map(word, range(VOCABULARY)))


def write(path: Path, *, posts: int, size: int, advance: Callable[[int], object]) -> None:
    """``posts`` lines with ready HTML of about ``size`` bytes each; ``advance`` hears how many."""
    chance = random.Random(f"{posts} posts of {size}")  # noqa: S311 - the same everywhere
    temporary = path.with_suffix(".part")
    with temporary.open("w") as file:
        for number in range(posts):
            file.write(json.dumps(_post(chance, number, size)) + "\n")
            if number % 1000 == 0:
                advance(1000)
    temporary.rename(path)


def markdown(size: int) -> str:
    """A text of about ``size`` bytes, as an author writes."""
    chance = random.Random(f"text of {size}")  # noqa: S311 - likewise
    parts: list[str] = []
    while sum(map(len, parts)) < size:
        sentence = _sentence(chance, 40)
        parts.append(f"## {_sentence(chance, 4)}\n\n{sentence} *{_words(chance, 1)}*.")
        parts.append(f"- [{_words(chance, 1)}](https://example.org/)\n- {_words(chance, 1)}")
    return "\n\n".join(parts)


def _post(chance: random.Random, number: int, size: int) -> dict[str, object]:
    published = BEGIN + timedelta(milliseconds=chance.randrange(SPAN_SECONDS * 1000))
    # The square makes some tags ten times as frequent as others; none is left out.
    tags = {int(TAGS * chance.random() ** 2) for _ in range(TAGS_OF_A_POST * 3)}
    chosen = [number % TAGS, *(tags - {number % TAGS})][:TAGS_OF_A_POST]
    return {
        "title": f"{_sentence(chance, 5)} {number}",
        "slug": f"post-{number}",
        "excerpt": _sentence(chance, 20),
        "html": _html(chance, size),
        "published_at": published.isoformat(),
        "authors": [_named("Author", number % AUTHORS)],
        "tags": [_named("Tag", tag) for tag in chosen],
        "cover_url": f"https://images.example.org/{number}.jpg",
    }


def _html(chance: random.Random, size: int) -> str:
    parts: list[str] = []
    length = 0
    while length < size:
        part = (
            f"<h2>{_words(chance, 1)}</h2><p>{_sentence(chance, 40)} "
            f'<em>{_words(chance, 1)}</em> <a href="https://example.org/">more</a></p>'
        )
        parts.append(part)
        length += len(part)
    return "".join(parts)


def _named(kind: str, number: int) -> dict[str, str]:
    return {"name": f"{kind} {number}", "slug": f"{kind.lower()}-{number}"}


def _sentence(chance: random.Random, words: int) -> str:
    return f"{_words(chance, words).capitalize()}."


def _words(chance: random.Random, number: int) -> str:
    # Ranks whose logarithms are spread evenly: a draw by weights takes five times as long.
    spread = (VOCABULARY + FLATTENED) / FLATTENED
    ranks = (FLATTENED * spread ** chance.random() - FLATTENED for _ in range(number))
    return " ".join([WORDS[int(rank)] for rank in ranks])
