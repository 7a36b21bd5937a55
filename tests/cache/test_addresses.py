"""Two spellings have one key exactly when the application reads them as the same question."""

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from tests.cache.desk import Desk

NAMES = st.sampled_from(["limit", "tag", "a", "", "é"])
VALUES = st.sampled_from(["20", "21", "", " ", "+", "%", "%41", "A", "é", "&", "=", ";"])
# What nobody builds but anybody can send.
RAW = st.text(st.sampled_from("a=&%+20C3FEé;limt"), max_size=12)
QUERIES = st.one_of(
    RAW,
    st.lists(st.tuples(NAMES, VALUES), max_size=4).map(
        lambda pairs: EnvironBuilder(query_string=MultiDict(pairs)).get_environ()["QUERY_STRING"]
    ),
)
ADDRESSES = Desk().layer._addresses  # noqa: SLF001


def seen(query: str) -> dict[str, str] | str | None:
    """What the application reads, without what holds anyway; all, if a thing is there twice."""
    environ = {**EnvironBuilder().get_environ(), "QUERY_STRING": query}
    try:
        read = Request(environ).args
    except UnicodeDecodeError:
        return None
    if any(len(values) > 1 for _, values in read.lists()):
        return query
    return {name: value for name, value in read.items() if (name, value) != ("limit", "20")}


@given(QUERIES, QUERIES)
def test_one_key_means_one_question(first: str, second: str) -> None:
    keys = [ADDRESSES.key("/things", query, "") for query in (first, second)]

    if None not in keys and keys[0] == keys[1]:
        assert seen(first) == seen(second)


@given(QUERIES)
def test_an_address_has_a_key_only_if_it_is_declared(query: str) -> None:
    for path in ("/private", "/things/", "/things/a/b", "/thing", "/", "//things"):
        assert ADDRESSES.key(path, query, "") is None
