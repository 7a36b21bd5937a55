"""One line of the file to one post that is valid and rendered; or to what is wrong with it."""

from datetime import datetime
from typing import NamedTuple

import orjson
from marshmallow import ValidationError

from cms.content.loading import actions
from cms.content.loading.actions import Ready
from cms.content.loading.schemas import LoadedPost
from cms.foundation.errors import CmsError
from cms.foundation.http.faults import faults_of
from cms.foundation.http.strict_json import read_json

LONGEST_LINE = 4_000_000
_SCHEMA = LoadedPost()


class Prepared(NamedTuple):
    """A line by its number, from 1. ``ready`` and ``fault`` are both empty for an empty line."""

    number: int
    size: int
    ready: Ready | None = None
    fault: str = ""


def prepare(lines: list[tuple[int, bytes]], database: str, now: datetime) -> list[Prepared]:
    """Prepare some lines for a ``database`` by the name of its dialect.

    Runs in a process of its own: needs no database and nothing else.
    """
    return [_prepare(number, line, database, now) for number, line in lines]


def _prepare(number: int, line: bytes, database: str, now: datetime) -> Prepared:
    size = len(line)
    if not line.strip():
        return Prepared(number, size)
    if size > LONGEST_LINE:
        return Prepared(number, size, fault=f"longer than {LONGEST_LINE:,} bytes")
    try:
        ready = actions.render(_SCHEMA.load(read_json(line)), database=database, now=now)
    except ValidationError as error:
        faults = faults_of(error.normalized_messages())  # type: ignore[no-untyped-call]
        said = (f"{fault.pointer.lstrip('#/')}: {fault.detail}".lstrip(": ") for fault in faults)
        return Prepared(number, size, fault="; ".join(said))
    except orjson.JSONDecodeError as error:
        return Prepared(number, size, fault=str(error))
    except CmsError as error:
        return Prepared(number, size, fault=error.detail)
    return Prepared(number, size, ready)
