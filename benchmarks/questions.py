"""What a frontend asks beyond the plain lists."""

from dataclasses import dataclass
from urllib.parse import quote

from benchmarks.data import WORDS

# In nearly every post of 1 KB, two of them; in a half, a third, a tenth and a hundredth of them.
EVERYWHERE, NEARLY = WORDS[:2]
FREQUENT, BESIDE, COMMON, SELDOM = (WORDS[rank] for rank in (20, 30, 150, 1500))
# Of the database, for any search, however many posts have its words.
SEARCH_MICROSECONDS = 100_000
# How many versions the one who follows is behind.
BEHIND = 100
# Feeds and sitemaps need to know where pages are.
POST_URL = "https://blog.example/{slug}"


@dataclass(frozen=True, slots=True)
class Question:
    """An address, what is special about it, and how much CPU of the database it may take."""

    what: str
    address: str
    at_most: float | None = None
    # What reads the list from its beginning is refused where that takes too long.
    may_be_refused: bool = False


def questions(posts: int, version: int) -> dict[str, list[Question]]:
    """All of them by scenario, for a site of so many posts at a version."""
    return {
        "filter": _filters(),
        "search": _searches(posts),
        "sync": [
            Question(f"changes since {BEHIND} versions", _changes(version - BEHIND)),
            Question("changes since 0, first page", _changes(0)),
        ],
        "around a post": [
            Question("neighbours", "/api/v1/posts/post-1/neighbours"),
            Question("neighbours in a tag", "/api/v1/posts/post-1/neighbours?tag=tag-1"),
            Question("related", "/api/v1/posts/post-1/related"),
        ],
        "total": [
            Question("of all posts", "/api/v1/posts?total=true"),
            _chosen("of two tags", "tag:[tag-7,tag-90]", "&total=true"),
            _chosen(
                "of two tags, exact", "tag:[tag-7,tag-90]", "&total=exact", may_be_refused=True
            ),
        ],
        "feed": [
            Question("RSS", "/feed.xml"),
            Question("JSON Feed", "/feed.json"),
            Question("RSS of a tag", "/tags/tag-1/feed.xml"),
            Question("index of sitemaps", "/sitemap.xml"),
            Question("a sitemap", "/sitemaps/posts-1.xml"),
        ],
    }


def _filters() -> list[Question]:
    three = "tag:tag-1+author:author-7+published_at:>2020-01-01"
    return [
        _chosen("tag, author and date", three),
        _chosen("one of two tags", "tag:[tag-7,tag-90]"),
        _chosen("not a tag", "tag:-tag-1"),
        _chosen("title contains", f"title:~'{SELDOM}'"),
        Question("sorted by title", "/api/v1/posts?sort=title"),
        Question("sorted by words", "/api/v1/posts?sort=word_count", may_be_refused=True),
        _chosen("fits no post", "word_count:>1000000", may_be_refused=True),
    ]


def _searches(posts: int) -> list[Question]:
    return [
        _searched("word of one post", str(posts // 2)),
        _searched("word of a hundredth", SELDOM),
        _searched("word of a tenth", COMMON),
        _searched("word of every post", EVERYWHERE),
        _searched("two frequent words", f"{FREQUENT} {BESIDE}"),
        _searched("phrase of frequent words", f'"{FREQUENT} {BESIDE}"'),
        _searched("frequent word without another", f"{FREQUENT} -{BESIDE}"),
        _searched("word of every post without such", f"{EVERYWHERE} -{NEARLY}"),
        _searched("frequent word in a tag", FREQUENT, "&tag=tag-90"),
        _searched("beginning of words", f"{SELDOM[:3]}*"),
        _searched("misspelt word", f"{SELDOM}x"),
        Question("suggest", f"/api/v1/suggest?q={SELDOM[:3]}", SEARCH_MICROSECONDS),
    ]


def _chosen(what: str, chosen: str, rest: str = "", *, may_be_refused: bool = False) -> Question:
    address = f"/api/v1/posts?filter={quote(chosen)}{rest}"
    return Question(what, address, may_be_refused=may_be_refused)


def _searched(what: str, words: str, rest: str = "") -> Question:
    return Question(what, f"/api/v1/search?q={quote(words)}{rest}", SEARCH_MICROSECONDS)


def _changes(since: int) -> str:
    return f"/api/v1/changes?since={since}"
