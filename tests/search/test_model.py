"""Any question finds exactly the posts that a plain reading of all posts would find."""

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.callers import Caller, ContractClient
from tests.search.test_finding import search

# Few words, so that they meet; one is the beginning of others.
VOCABULARY = ["river", "rivers", "riverbed", "stone", "stones", "étude", "a", "40", "東"]
NAMES = ["Stone River", "Étude 40", "Rivers"]

a_word = st.sampled_from(VOCABULARY)
a_term = st.one_of(
    a_word,
    st.sampled_from(["RIVER", "etude", "ETUDE", "unknown"]),
    st.sampled_from(["riv*", "river*", "ston*", "étu*", "unk*"]),
    st.lists(a_word, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.lists(a_word, min_size=1, max_size=2).map(lambda words: f'"{" ".join(words)} riv"*'),
)
a_question = st.lists(
    st.tuples(st.sampled_from(["", "", "-"]), a_term).map("".join), min_size=1, max_size=4
).map(" ".join)


def plain(text: str) -> list[str]:
    """Its words without capitals and accents."""
    return text.lower().replace("é", "e").split()


def has(texts: list[str], term: str) -> bool:
    """Whether one of ``texts`` has the words of a term in order."""
    is_beginning = term.endswith("*")
    asked = plain(term.strip('*"').replace('"', ""))
    for text in texts:
        words = plain(text)
        for place in range(len(words) - len(asked) + 1):
            part = words[place : place + len(asked)]
            last = part[-1].startswith(asked[-1]) if is_beginning else part[-1] == asked[-1]
            if last and part[:-1] == asked[:-1]:
                return True
    return False


def terms(question: str) -> list[str]:
    """Its terms, quotes kept together."""
    found, is_quoted, current = [], False, ""
    for char in question + " ":
        is_quoted ^= char == '"'
        if char == " " and not is_quoted:
            found.append(current)
            current = ""
        else:
            current += char
    return found


def fits(post: dict[str, Any], question: str) -> bool:
    """Whether a reader would say so."""
    texts = [post["title"], post["excerpt"], post["body"], *post["tags"]]
    return all(has(texts, term.lstrip("-")) != term.startswith("-") for term in terms(question))


def test_a_question_finds_what_a_plain_reading_finds(
    client: ContractClient, editor: Caller
) -> None:
    chance = random.Random(7)  # noqa: S311 - the same site each time
    posts = {}
    for number in range(40):
        post = {
            "title": " ".join(chance.choices(VOCABULARY, k=2)),
            "excerpt": " ".join(chance.choices(VOCABULARY, k=2)),
            "body": " ".join(chance.choices(VOCABULARY, k=chance.randrange(5))),
            "tags": chance.sample(NAMES, k=chance.choice([0, 0, 1])),
        }
        posts[f"p{number}"] = post
        factories.a_published_post(editor, slug=f"p{number}", **post)

    @settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
    @given(a_question)
    def check(question: str) -> None:
        answer = search(client, question, limit=100)

        # A word that is nowhere may have been replaced; then the answer is of another question.
        asked = answer["corrected"] or question
        expected = {slug for slug, post in posts.items() if fits(post, asked)}
        assert {hit["slug"] for hit in answer["data"]} == expected
        assert answer["total"] == len(expected)

    check()
