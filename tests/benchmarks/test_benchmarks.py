"""The benchmark's content is the same everywhere; its check notices what got worse."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import check, data, load, report
from benchmarks.rows import Row, percentile
from cms.content.loading.schemas import LoadedPost
from cms.editions.search.words import words


def written(folder: Path, *, posts: int = 200, size: int = 1000) -> Path:
    """A file of lines."""
    path = folder / "posts.ndjson"
    data.write(path, posts=posts, size=size, advance=lambda _done: None)
    return path


def test_the_content_is_the_same_on_every_machine(tmp_path: Path) -> None:
    digest = hashlib.sha256(written(tmp_path).read_bytes()).hexdigest()

    assert digest == ("fc7b85a2f773467031a3e712bbae465c4ee99adae8e80308c48fa4116771e5d2")


def test_every_line_can_be_loaded_and_every_tag_is_used(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in written(tmp_path).read_text().splitlines()]

    for line in lines:
        LoadedPost().load(line)
        assert len({tag["slug"] for tag in line["tags"]}) == data.TAGS_OF_A_POST
        assert 1000 <= len(line["html"]) < 1500
    assert len({line["slug"] for line in lines}) == 200
    assert len({tag["slug"] for line in lines for tag in line["tags"]}) == data.TAGS
    assert len({author["slug"] for line in lines for author in line["authors"]}) == data.AUTHORS


def test_some_words_are_in_every_post_and_most_in_hardly_any(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in written(tmp_path).read_text().splitlines()]
    found = Counter(word for line in lines for word in set(words(line["title"] + line["html"])))

    shares = [found[data.WORDS[rank]] / len(lines) for rank in (0, 20, 1000)]
    assert shares[0] > 0.95
    assert 0.3 < shares[1] < 0.7
    assert 0 < shares[2] < 0.05
    assert len(found) > 10_000
    assert len(set(data.WORDS)) == data.VOCABULARY


def row(measured: float, **target: float) -> Row:
    """A figure."""
    return Row("warm read", "list", measured, "of the floor", "ratio", **target)


@pytest.mark.parametrize(
    ("before", "now", "target", "is_worse"),
    [
        (0.90, 0.60, {"at_least": 0.85}, True),
        (0.90, 0.86, {"at_least": 0.85}, False),
        (0.60, 0.55, {"at_least": 0.85}, False),
        (1.10, 1.60, {"at_most": 1.25}, True),
        (1.10, 1.20, {"at_most": 1.25}, False),
        (0.00, 1.00, {"at_most": 0.0}, True),
        (0.00, 0.00, {"at_most": 0.0}, False),
    ],
)
def test_worse_is_what_misses_its_target_and_was_better(
    before: float, now: float, target: dict[str, float], *, is_worse: bool
) -> None:
    current = row(now, **target).as_json()

    assert bool(check.worse({check.key(current): before}, [current])) == is_worse


def test_times_are_never_compared() -> None:
    slow = Row("write", "create", 99.0, "ms", "time", at_most=6).as_json()

    assert check.comparable([slow]) == {}


def test_the_committed_baseline_has_only_what_can_be_compared() -> None:
    known = json.loads(check.BASELINE.read_text())

    assert known
    assert set(known) <= {"sqlite", "postgresql"}
    assert all(
        "µs" not in name and "ms" not in name.split() for one in known.values() for name in one
    )


def test_the_table_says_what_is_met() -> None:
    about = {
        "date": "2026-11-25",
        "database": "SQLite",
        "processors": 2,
        "python": "3",
        "packages": {},
    }
    text = report.markdown(
        [row(0.9, at_least=0.85), row(0.5, at_least=0.85)], about, mode="quick", database="sqlite"
    )

    assert "| warm read | list | 0.9 of the floor | ≥ 0.85 | yes |" in text
    assert "| 0.5 of the floor | ≥ 0.85 | **no** |" in text


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile(list(range(100)), 0.99) == 99
    assert percentile([5.0], 0.99) == 5.0


SAID = """\
Running 1s test @ http://127.0.0.1:1/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.33ms    1.86ms  25.95ms   88.99%
    Req/Sec    31.60k     1.92k   34.55k    71.50%
  Latency Distribution
     50%  812.00us
     75%    1.29ms
     90%    3.05ms
     99%    9.31ms
  31417 requests in 1.00s, 540.98MB read
Requests/sec:  31392.60
"""


def test_what_wrk_says_is_read_right() -> None:
    assert load.read(SAID) == load.Round(31417, 31392.60, 0.812, 9.31)


@pytest.mark.parametrize(
    "line", ["Non-2xx or 3xx responses: 1", "Socket errors: connect 0, read 1"]
)
def test_an_error_under_load_ends_the_run(line: str) -> None:
    with pytest.raises(RuntimeError, match="errors under load"):
        load.read(f"{SAID}  {line}\n")
