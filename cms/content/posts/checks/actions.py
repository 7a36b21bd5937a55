"""Checking a post, and refusing to publish what does not pass."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Self

from sqlalchemy.orm import Session

from cms.accounts.permissions import Caller
from cms.content import markdown
from cms.content.markdown import MarkdownTooComplex
from cms.content.markdown.parts import Parts
from cms.content.posts.checks import queries, rules
from cms.content.posts.checks.addresses import Pages
from cms.content.posts.checks.findings import SEVERITIES, Finding, Severity
from cms.content.posts.checks.links import links
from cms.content.posts.content import Content
from cms.foundation.errors import Fault, Unprocessable
from cms.foundation.settings import Settings

# Of one kind in one post. Who has mended these can ask again.
MOST_OF_A_KIND = 100
OF_THE_BODY = (
    rules.emptiness,
    rules.images,
    rules.headings,
    rules.fragments,
    rules.footnotes,
)
# Where a session keeps what its site demands.
KEY = "cms.checks"


class ChecksFailed(Unprocessable):
    """The post may not be published before what the checks found is mended."""

    code = "checks_failed"
    title = "The post does not pass the checks"


@dataclass(frozen=True, slots=True)
class Standard:
    """What a site demands; by default, nothing. It stands in the ``info`` of its sessions."""

    pages: Pages = field(default_factory=Pages)
    refused: frozenset[Severity] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What these settings demand."""
        refused = {
            "off": (),
            "errors": (Severity.ERROR,),
            "warnings": (Severity.ERROR, Severity.WARNING),
        }[settings.checks]
        return cls(Pages.of(settings), frozenset(refused))


def check(
    session: Session,
    content: Content,
    *,
    post_id: uuid.UUID,
    by: Caller | None,
    parts: Parts | None = None,
) -> list[Finding]:
    """All that is found in a state of a post, worst first, without what ``by`` may not know of.

    ``parts`` are those of its body, if somebody has them.
    """
    return sorted(
        _all(session, content, post_id=post_id, by=by, parts=parts),
        key=lambda finding: SEVERITIES.index(finding.severity),
    )


def demand(
    session: Session,
    content: Content,
    *,
    post_id: uuid.UUID,
    by: Caller | None,
    parts: Parts | None = None,
) -> None:
    """Raise ``ChecksFailed`` if the site does not let a post like this be published."""
    refused = _standard(session).refused
    if not refused:
        return
    found = [
        finding
        for finding in check(session, content, post_id=post_id, by=by, parts=parts)
        if finding.severity in refused
    ]
    if found:
        message = f"{len(found)} finding{'s' if len(found) > 1 else ''} must be mended first."
        raise ChecksFailed(message, errors=[_fault(finding) for finding in found])


def _standard(session: Session) -> Standard:
    found: Standard = session.info.get(KEY, Standard())
    return found


def _all(
    session: Session,
    content: Content,
    *,
    post_id: uuid.UUID,
    by: Caller | None,
    parts: Parts | None,
) -> Iterator[Finding]:
    for rule in (rules.title, rules.description, rules.excerpt, rules.cover):
        yield from rule(content)
    yield from _namesakes(queries.namesakes(session, post_id, content.title, by=by))
    if parts is None:
        try:
            parts = markdown.read(content.body)
        except MarkdownTooComplex as error:
            yield Finding("markdown_too_complex", Severity.ERROR, "#/body", error.detail)
            return
    for part in OF_THE_BODY:
        yield from _first(part(parts))
    yield from _first(links(session, content, parts, _standard(session).pages))


def _first(found: Iterable[Finding]) -> Iterator[Finding]:
    """As many as somebody would mend at a time, and a word if there are more."""
    found = iter(found)
    yield from islice(found, MOST_OF_A_KIND)
    if more := next(found, None):
        detail = f"There are more than {MOST_OF_A_KIND} like this; mend those, then ask again."
        yield Finding(more.code, more.severity, more.pointer, detail, more.line)


def _namesakes(found: list[str]) -> Iterator[Finding]:
    if found:
        detail = f"Other posts have the same title: {', '.join(found)}. Readers cannot tell them."
        yield Finding("duplicate_title", Severity.WARNING, "#/title", detail)


def _fault(finding: Finding) -> Fault:
    line = "" if finding.line is None else f"Line {finding.line}: "
    return Fault(finding.pointer, f"{line}{finding.detail}")
