"""Lines of the file to posts that are valid, rendered and nearly stored; or to what is wrong.

Runs in processes of its own: needs no database, and nothing else but its arguments.
"""

import codecs
import uuid
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import orjson
from marshmallow import ValidationError
from sqlalchemy import Dialect, make_url

from cms.content.loading import rendering
from cms.content.loading.assembling import Names, Portion, assemble_known
from cms.content.loading.rendering import Ready
from cms.content.loading.schemas import LoadedPost
from cms.foundation import moments
from cms.foundation.errors import CmsError
from cms.foundation.http.faults import faults_of
from cms.foundation.http.strict_json import read_json

LONGEST_LINE = 4_000_000
_SCHEMA = LoadedPost()
# A line with its number, from 1.
Numbered: TypeAlias = tuple[int, bytes]


class Job(NamedTuple):
    """What there is to know beside the lines."""

    # Which database: the driver part of its address, as ``sqlite``.
    driver: str
    by_id: uuid.UUID
    # What ``Names.packed`` gives.
    names: bytes


class Line(NamedTuple):
    """What became of a line, by its number from 1; an empty one has no post and no fault."""

    number: int
    size: int
    has_post: bool = False
    fault: str = ""


class Prepared(NamedTuple):
    """Some lines in order, and the posts that are on them."""

    lines: list[Line]
    portion: Portion


def prepare(numbered: list[Numbered], job: Job) -> Prepared:
    """Prepare some lines; posts become rows as far as authors and tags are known whom they name."""
    now = moments.now()
    dialect, names = _dialect(job.driver), _names(job.names)
    lines, posts = [], []
    for number, line in numbered:
        # Which some programs put before the first line of a file.
        text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        ready, fault = _read(text, dialect.name, now)
        lines.append(Line(number, len(line), ready is not None, fault))
        if ready is not None:
            posts.append(ready)
    portion = assemble_known(posts, names, by_id=job.by_id, now=now, dialect=dialect)
    return Prepared(lines, portion)


@lru_cache(1)
def _dialect(driver: str) -> Dialect:
    made: Dialect = make_url(f"{driver}://").get_dialect()()
    return made


@lru_cache(1)
def _names(packed: bytes) -> Names:
    return Names.unpacked(packed)


def _read(line: bytes, database: str, now: datetime) -> tuple[Ready | None, str]:
    """The post of a line, or what is wrong with it; an empty line has neither."""
    if not line.strip():
        return None, ""
    if len(line) > LONGEST_LINE:
        return None, f"longer than {LONGEST_LINE:,} bytes"
    try:
        values = _SCHEMA.load(read_json(line))
        return rendering.render(values, database=database, now=now), ""
    except ValidationError as error:
        faults = faults_of(error.normalized_messages())  # type: ignore[no-untyped-call]
        said = (f"{fault.pointer.lstrip('#/')}: {fault.detail}".lstrip(": ") for fault in faults)
        return None, "; ".join(said)
    except orjson.JSONDecodeError as error:
        return None, str(error)
    except CmsError as error:
        return None, error.detail
