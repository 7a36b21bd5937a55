"""The check of links to the blog's own pages; addresses elsewhere are never looked at."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy.orm import Session

from cms.content.markdown.parts import Link, Parts
from cms.content.posts.checks import queries
from cms.content.posts.checks.addresses import Pages, Place
from cms.content.posts.checks.findings import Finding, Severity
from cms.content.posts.checks.rules import shown
from cms.content.posts.content import Content

# Different pages that one text is checked for. No text for people names more.
MOST_PLACES = 1000


def links(session: Session, content: Content, parts: Parts, pages: Pages) -> Iterator[Finding]:
    """Links to pages that readers do not find, and to those that have moved.

    A draft is no page. The post itself counts as one: the link works once it is published.
    """
    found = list(_own(content, parts, pages))
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for place in list(dict.fromkeys(place for _, place in found))[:MOST_PLACES]:
        wanted[place.kind].add(place.slug)
    today = {
        (kind, slug): at
        for kind, slugs in wanted.items()
        for slug, at in queries.present_slugs(session, kind, slugs).items()
    }
    today["post", content.slug] = content.slug
    for link, place in found:
        if place.slug in wanted[place.kind]:
            yield from _judged(link, place, today)
        else:
            yield _unchecked(link)


def _own(content: Content, parts: Parts, pages: Pages) -> Iterator[tuple[Link, Place]]:
    for link in parts.links:
        if not link.address.startswith("#"):
            place = pages.place(link.address, seen_from=content.slug)
            if place is not None:
                yield link, place


def _judged(
    link: Link, place: Place, today: dict[tuple[str, str], str | None]
) -> Iterator[Finding]:
    key = (place.kind, place.slug)
    if today.get(key) == place.slug:
        return
    if key not in today:
        severity = Severity.ERROR if place.is_certain else Severity.WARNING
        detail = f"Readers find no {place.kind} {shown(place.slug)}. Publish it first, or correct "
        detail += "the link." if place.is_certain else "the link, unless it is another page."
        yield Finding("broken_link", severity, "#/body", detail, link.line)
    elif today[key] is None:
        detail = f"The {place.kind} {shown(place.slug)} was withdrawn. Take the link out."
        yield Finding("broken_link", Severity.ERROR, "#/body", detail, link.line)
    else:
        detail = (
            f"The {place.kind} {shown(place.slug)} is {shown(str(today[key]))} today. Readers are "
            "sent on; a link to the new address saves them the way."
        )
        yield Finding("moved_link", Severity.INFO, "#/body", detail, link.line)


def _unchecked(link: Link) -> Finding:
    detail = f"Not checked: the text links to more than {MOST_PLACES} pages of the blog."
    return Finding("unchecked_link", Severity.INFO, "#/body", detail, link.line)
