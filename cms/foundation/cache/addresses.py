"""Which addresses have answers that may be kept, and when two spellings are the same question."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Path, the parameters of the query, and the page's origin where answers differ by it.
Key = tuple[str, Any, str]
LONGEST_QUERY = 4000


@dataclass(frozen=True, slots=True)
class _Rules:
    """Of one route: which parameters say what holds anyway, and with which nothing is kept."""

    defaults: Mapping[str, str]
    never_kept_with: frozenset[str]


class Addresses:
    """The routes of an application that are declared ``cacheable``."""

    def __init__(self, app: Flask, *, origins: tuple[str, ...] = ()) -> None:
        """``origins``: those that answers name (CORS); with ``*`` all answers are the same."""
        self._origins = frozenset(() if "*" in origins else origins)
        self._fixed: dict[str, _Rules] = {}
        self._patterns: list[tuple[re.Pattern[str], _Rules]] = []
        for rule in app.url_map.iter_rules():
            view: Any = app.view_functions[rule.endpoint]
            if not getattr(view, "is_cacheable", False):
                continue
            rules = _Rules(
                getattr(view, "query_defaults", {}),
                getattr(view, "never_kept_with", frozenset()),
            )
            if rule.arguments:
                pattern = re.sub("<[^>]+>", "[^/]+", rule.rule)
                self._patterns.append((re.compile(pattern), rules))
            else:
                self._fixed[rule.rule] = rules

    def key(self, path: str, query: str, origin: str) -> Key | None:
        """The same for all spellings of one question; ``None`` for what is never kept.

        Parameters in any order, however they are percent-encoded; those that say what holds anyway
        are left out.
        """
        rules = self._fixed.get(path)
        if rules is None:
            for pattern, found in self._patterns:
                if pattern.fullmatch(path):
                    rules = found
                    break
            else:
                return None
        if not query:
            return path, (), origin
        if len(query) > LONGEST_QUERY or not query.isascii():
            return None
        # Surrogates keep different bytes different, also those that are no UTF-8.
        pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
        names = {name for name, _ in pairs}
        # Said twice, it is refused, whatever else holds.
        if len(names) < len(pairs) or names & rules.never_kept_with:
            return None
        told = (pair for pair in pairs if pair not in rules.defaults.items())
        return path, tuple(sorted(told)), origin

    def origin(self, environ: "WSGIEnvironment") -> str:
        """The origin as far as answers depend on it."""
        if not self._origins:
            return ""
        origin: str = environ.get("HTTP_ORIGIN", "")
        return origin if origin in self._origins else ""

    def plain(self, environ: "WSGIEnvironment") -> "WSGIEnvironment":
        """The request without what the key does not say, so that no answer can depend on it."""
        question = {**environ, "REQUEST_METHOD": "GET"}
        question.pop("HTTP_IF_NONE_MATCH", None)
        question.pop("HTTP_ACCEPT", None)
        if question.get("HTTP_ORIGIN", "") != self.origin(environ):
            del question["HTTP_ORIGIN"]
        return question
