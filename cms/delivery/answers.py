"""Public answers: finished bytes that anybody may keep for a while, and how to have them purged."""

from collections.abc import Iterable
from http import HTTPStatus
from itertools import chain
from typing import Any, cast

import orjson
from flask import Response, current_app

from cms.foundation.http import conditional
from cms.foundation.http.output import Finished
from cms.foundation.settings import Settings

# How long a cache may go on showing an answer while it fetches the next one.
GRACE_SECONDS = 600
MINUTE_SECONDS = 60
# Proxies give all headers together four kilobytes, and answer 502 to more.
LONGEST_KEYS = 1500
# A year: what answers say of a version never changes.
FOR_EVER = "public, max-age=31536000, immutable"
COLLECTIONS = "posts authors tags"


def public_json(
    data: dict[str, Any] | orjson.Fragment,
    *,
    keys: Iterable[str],
    headers: dict[str, str] | None = None,
    is_final: bool = False,
    is_passing: bool = False,
) -> Response:
    """``data``, perhaps written before, as a public answer."""
    return public(
        orjson.dumps(data),
        "application/json",
        keys=keys,
        headers=headers,
        version=data.get("version") if isinstance(data, dict) else None,
        is_final=is_final,
        is_passing=is_passing,
    )


def public(
    body: bytes,
    content_type: str,
    *,
    keys: Iterable[str],
    headers: dict[str, str] | None = None,
    version: int | None = None,
    is_final: bool = False,
    is_passing: bool = False,
) -> Response:
    """``body`` with the caching headers of RFC 9111 and 5861; of RFC 8246, if it ``is_final``.

    One that ``is_passing`` depends on the minute it is given in. It does not call itself public:
    the layer in front keeps what does for as long as the site stands still.

    ``keys`` name what the answer shows (``Surrogate-Key``), so that a CDN can drop it when one of
    them changes. Where they are too many, the names of their collections stand for them.
    """
    all_headers = [
        ("Content-Type", content_type),
        ("ETag", conditional.tag(body, version)),
        *_kept(keys, is_final=is_final, is_passing=is_passing),
        *(headers or {}).items(),
    ]
    return Finished(body, headers=all_headers)


def keys_of(documents: Iterable[dict[str, Any]]) -> list[str]:
    """The keys of what ``documents``, posts whose authors and tags are ids yet, show."""
    documents = list(documents)
    return keys_of_ids(
        [document["id"] for document in documents],
        chain.from_iterable(document["authors"] for document in documents),
        chain.from_iterable(document["tags"] for document in documents),
    )


def keys_of_ids(posts: Iterable[str], authors: Iterable[str], tags: Iterable[str]) -> list[str]:
    """The keys of posts, and of authors and tags, who may come more than once."""
    return [
        *map("post-".__add__, posts),
        *map("author-".__add__, dict.fromkeys(authors)),
        *map("tag-".__add__, dict.fromkeys(tags)),
    ]


def moved(address: str, *, keys: Iterable[str]) -> Response:
    """What was asked for has another ``address`` now (RFC 9110, 15.4.9).

    Permanent in HTTP's sense; kept no longer than any other answer, since slugs may move again.
    """
    headers = [("Location", address), *_kept(keys)]
    response = Response(status=HTTPStatus.PERMANENT_REDIRECT, headers=headers)
    # There is no content that could have a type.
    del response.headers["Content-Type"]
    return response


def _kept(
    keys: Iterable[str], *, is_final: bool = False, is_passing: bool = False
) -> list[tuple[str, str]]:
    named = " ".join(keys)
    if len(named) > LONGEST_KEYS:
        named = COLLECTIONS
    if is_final:
        return [("Cache-Control", FOR_EVER), ("Surrogate-Key", named)]
    settings = cast(Settings, current_app.extensions["cms.settings"])
    seconds = settings.public_max_age
    if is_passing:
        kept = f"max-age={min(seconds, MINUTE_SECONDS)}"
    else:
        kept = f"public, max-age={seconds}, stale-while-revalidate={GRACE_SECONDS}"
    return [("Cache-Control", kept), ("Surrogate-Key", named)]
