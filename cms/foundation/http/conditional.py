"""Conditional requests (RFC 9110, 13): entity tags, If-None-Match and If-Match."""

import hashlib
import re
from http import HTTPStatus
from typing import Any

from flask import Response, request
from werkzeug.http import parse_etags, unquote_etag

from cms.foundation import versions
from cms.foundation.versions import Expected

# A browser takes over what a 304 says of the page that it has, the policy included.
KEPT_ON_304 = (
    *("ETag", "Cache-Control", "Vary", "Surrogate-Key", "Link", "Content-Location"),
    *("Content-Security-Policy", "Referrer-Policy"),
)


def tag(body: bytes, version: Any = None) -> str:
    """A strong entity tag: other bytes, other tag.

    The version stands in front, so that ``If-Match`` can compare what the caller edited and not
    what the answer happens to show beside it (the name of a tag, say).
    """
    # SHA-256, cut: processors have it built in.
    digest = hashlib.sha256(body).hexdigest()[:18]
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def is_held(etag: str) -> bool:
    """Whether the caller says that they have the state with this tag."""
    # From where headers are read: to say that one is missing, they take several times as long.
    given = request.environ.get("HTTP_IF_NONE_MATCH")
    return given is not None and names(given, etag)


def names(given: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` says that the caller has the state with this tag.

    Weak comparison: a proxy that compresses turns a strong tag into a weak one.
    """
    current, _ = unquote_etag(etag)
    return current is not None and parse_etags(given).contains_weak(current)


def apply(response: Response) -> Response:
    """Give every successful GET a strong ETag; answer 304 where the caller has it already."""
    if request.method not in {"GET", "HEAD"} or response.status_code != HTTPStatus.OK:
        return response
    if "ETag" not in response.headers:
        if response.is_streamed or response.direct_passthrough:
            return response
        response.headers["ETag"] = tag(response.get_data())
    # A view that says no-store itself means it: nobody can hold what nobody may keep.
    if not is_held(response.headers["ETag"]) or response.cache_control.no_store:
        return response
    # A browser refuses to show a page a 304 that lacks the CORS headers.
    kept = [
        (name, value)
        for name, value in response.headers
        if name in KEPT_ON_304 or name.startswith("Access-Control-")
    ]
    return Response(status=HTTPStatus.NOT_MODIFIED, headers=kept)


def expected() -> Expected:
    """What ``If-Match`` says; whether it was needed is for the action to decide."""
    given = request.headers.get("If-Match")
    return versions.UNSTATED if given is None else read(given)


def read(if_match: str) -> Expected:
    """The versions that an ``If-Match`` names."""
    given = parse_etags(if_match)
    if given.star_tag:
        return versions.ANY
    # Iterating gives the strong tags only: If-Match compares strongly. Werkzeug reads an empty tag,
    # which RFC 9110 allows, as None.
    numbers = (re.match(r"([1-9]\d{0,17})-", one or "", re.ASCII) for one in given)
    return Expected(frozenset(int(number[1]) for number in numbers if number))
