"""What a query says is worked out once, and is then the same for everybody who says it."""

from typing import Any

import pytest
from flask import Flask
from marshmallow import fields, pre_load

from cms.foundation.errors import Unprocessable
from cms.foundation.http import input as reading
from cms.foundation.http.fields import QueryInteger
from cms.foundation.http.input import Parser, Strict


class Numbered(Strict):
    """One number."""

    number = QueryInteger(load_default=20)


class Named(Strict):
    """The same parameter, which means something else."""

    number = fields.String(data_key="number")


class Counted(Strict):
    """Counts how often its number is read."""

    def __init__(self) -> None:
        """Not yet."""
        super().__init__()
        self.times = 0

    @pre_load
    def count(self, data: Any, **_kwargs: Any) -> Any:
        """Once more."""
        self.times += 1
        return data

    number = QueryInteger()


def asked(parser: Parser, schema: Strict, query: str) -> Any:
    with Flask("asked").test_request_context(f"/?{query}"):
        return parser.parse(schema, location="query")


def test_what_one_view_does_to_its_parameters_no_other_sees() -> None:
    parser, schema = Parser(), Numbered()

    for query, number in [("", 20), ("number=7", 7)]:
        asked(parser, schema, query)["number"] = 99

        assert asked(parser, schema, query) == {"number": number}


def test_the_same_words_mean_to_each_address_what_it_takes_them_for() -> None:
    parser, schemas = Parser(), (Numbered(), Named())

    for _ in range(2):
        found = [asked(parser, schema, "number=7") for schema in schemas]

        assert found == [{"number": 7}, {"number": "7"}]


@pytest.mark.parametrize("query", ["number=x", "other=1", "number=1&number=1"])
def test_what_is_refused_is_refused_again(query: str) -> None:
    parser, schema = Parser(), Numbered()

    for _ in range(2):
        with pytest.raises(Unprocessable):
            asked(parser, schema, query)


def test_a_query_is_looked_at_once_unless_it_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_REMEMBERED", 10)
    parser, schema = Parser(), Counted()

    for query, times in [("number=1", 1), ("number=00001", 3)]:
        for _ in range(2):
            assert asked(parser, schema, query) == {"number": 1}
        assert schema.times == times


def test_no_more_queries_are_remembered_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_REMEMBERED", 3)
    parser, schema = Parser(), Counted()

    for _ in range(2):
        for number in range(3):
            assert asked(parser, schema, f"number={number}") == {"number": number}
        assert schema.times == 3

    assert asked(parser, schema, "number=3") == {"number": 3}
    assert asked(parser, schema, "number=0") == {"number": 0}
    assert schema.times == 5
