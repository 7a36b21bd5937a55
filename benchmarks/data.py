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

WORDS = """
    river stone winter letter garden market evening silver window bridge harbour candle method
    season thunder orchard lantern meadow copper village signal canyon marble feather compass
""".split()  # noqa: SIM905 - one word a line would hide the rest


def write(path: Path, *, posts: int, size: int, advance: Callable[[int], object]) -> None:
    """``posts`` lines with ready HTML of about ``size`` bytes each; ``advance`` hears how many."""
    chance = random.Random(f"{posts} posts of {size}")  # noqa: S311 - the same everywhere
    paragraphs = [_sentence(chance, 40) for _ in range(500)]
    temporary = path.with_suffix(".part")
    with temporary.open("w") as file:
        for number in range(posts):
            file.write(json.dumps(_post(chance, paragraphs, number, size)) + "\n")
            if number % 1000 == 0:
                advance(1000)
    temporary.rename(path)


def markdown(size: int) -> str:
    """A text of about ``size`` bytes, as an author writes."""
    chance = random.Random(f"text of {size}")  # noqa: S311 - likewise
    parts: list[str] = []
    while sum(map(len, parts)) < size:
        sentence = _sentence(chance, 40)
        parts.append(f"## {_sentence(chance, 4)}\n\n{sentence} *{chance.choice(WORDS)}*.")
        parts.append(f"- [{chance.choice(WORDS)}](https://example.org/)\n- {chance.choice(WORDS)}")
    return "\n\n".join(parts)


def _post(
    chance: random.Random, paragraphs: list[str], number: int, size: int
) -> dict[str, object]:
    published = BEGIN + timedelta(milliseconds=chance.randrange(SPAN_SECONDS * 1000))
    # The square makes some tags ten times as frequent as others; none is left out.
    tags = {int(TAGS * chance.random() ** 2) for _ in range(TAGS_OF_A_POST * 3)}
    chosen = [number % TAGS, *(tags - {number % TAGS})][:TAGS_OF_A_POST]
    return {
        "title": f"{_sentence(chance, 5)} {number}",
        "slug": f"post-{number}",
        "excerpt": _sentence(chance, 20),
        "html": _html(chance, paragraphs, size),
        "published_at": published.isoformat(),
        "authors": [_named("Author", number % AUTHORS)],
        "tags": [_named("Tag", tag) for tag in chosen],
        "cover_url": f"https://images.example.org/{number}.jpg",
    }


def _html(chance: random.Random, paragraphs: list[str], size: int) -> str:
    parts: list[str] = []
    length = 0
    while length < size:
        part = (
            f"<h2>{chance.choice(WORDS)}</h2><p>{chance.choice(paragraphs)} "
            f'<em>{chance.choice(WORDS)}</em> <a href="https://example.org/">more</a></p>'
        )
        parts.append(part)
        length += len(part)
    return "".join(parts)


def _named(kind: str, number: int) -> dict[str, str]:
    return {"name": f"{kind} {number}", "slug": f"{kind.lower()}-{number}"}


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words)).capitalize() + "."
