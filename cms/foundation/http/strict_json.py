"""JSON as RFC 8259 has it, with bounds, and without what Python would pass over in silence."""

import json
from typing import Any

import orjson

from cms.foundation.errors import Malformed


def read_json(body: bytes) -> Any:
    """Parse a JSON body. orjson bounds nesting and refuses lone surrogates and NaN.

    It takes the last of two members with one name; that would lose the first in silence.
    """
    try:
        parsed = orjson.loads(body)
        if b"{" in body:
            json.loads(body, object_pairs_hook=_members)
    except RecursionError as error:
        message = "The body is nested too deeply."
        raise Malformed(message) from error
    except orjson.JSONDecodeError as error:
        message = (
            f"The body is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        )
        raise Malformed(message) from error
    return parsed


def _members(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        message = "The body names a member of an object twice."
        raise Malformed(message)
