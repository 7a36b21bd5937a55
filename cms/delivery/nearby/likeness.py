"""How much one post is like another: rare tags that both have first, then rare words.

Of the posts looked at, those come first that share the rarest tags: each shared tag counts
1 / ln(1 + n), if n posts have it. Among equals, those come first whose title and excerpt share the
most telling words: the weight of the shared words over the weight of all words of both, where a
word that n of the N posts looked at have weighs ln(N / n). Then newer ones come first. What
shares neither a tag nor a word of any weight is not like it at all.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Document = dict[str, Any]

# A Han or Kana character is a word of its own, as where words are counted.
_WORD: Final = re.compile(
    "[\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff]"
    "|[^\\W_\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff]+"
)
# Posts have fifty tags at most; the rarest say most about them.
MOST_TAGS: Final = 5
DIGITS: Final = 9


def rarest(sizes: Mapping[str, int]) -> list[str]:
    """The tags that the fewest posts have; ``sizes`` by their ids."""
    return sorted(sizes, key=lambda tag: (sizes[tag], tag))[:MOST_TAGS]


def ranked(
    post: Document, candidates: Iterable[Document], sizes: Mapping[str, int], *, limit: int
) -> list[Document]:
    """Those ``candidates`` that are most like ``post``, best first. Tags are ids.

    ``sizes``: how many posts each tag of ``post`` has.
    """
    others = {one["id"]: one for one in candidates if one["id"] != post["id"]}
    words = {one["id"]: _words(one) for one in (post, *others.values())}
    weights = _weights(list(words.values()))
    own, scored = words[post["id"]], []
    whole = _sum(own, weights)
    for one in others.values():
        tags = math.fsum(_rarity(sizes[tag]) for tag in one["tags"] if tag in sizes)
        its = words[one["id"]]
        alike = _alike(_sum(own & its, weights), whole, _sum(its, weights))
        if tags or alike:
            # Rounded, so that what is equal but for the last bit of a fraction counts as equal.
            tags, alike = round(tags, DIGITS), round(alike, DIGITS)
            scored.append(((tags, alike, one["published_at"], one["id"]), one))
    scored.sort(key=lambda pair: pair[0], reverse=True)
    return [one for _score, one in scored[:limit]]


def _rarity(posts: int) -> float:
    # Adamic and Adar's measure of what two pages have in common.
    return 1 / math.log1p(max(posts, 1))


def _words(post: Document) -> frozenset[str]:
    text = unicodedata.normalize("NFKC", f"{post['title']} {post['excerpt']}").casefold()
    return frozenset(_WORD.findall(text))


def _weights(texts: Sequence[frozenset[str]]) -> dict[str, float]:
    having = Counter(word for words in texts for word in words)
    return {word: math.log(len(texts) / number) for word, number in having.items()}


def _sum(words: Iterable[str], weights: Mapping[str, float]) -> float:
    """Their weight together; exact, so that it does not depend on the order of a set."""
    return math.fsum(weights[word] for word in words)


def _alike(shared: float, one: float, other: float) -> float:
    """The weight of shared words over that of all words of both: from 0 to 1."""
    return shared / (one + other - shared) if shared else 0.0
