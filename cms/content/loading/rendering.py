"""One post that is brought from elsewhere: all that can be done without knowing the site."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from cms.content import markdown, slugs
from cms.content.markdown import Rendered
from cms.content.posts.schemas import LONGEST_BODY
from cms.editions.search import actions as search
from cms.editions.search import entries
from cms.editions.search.entries import Spelled
from cms.foundation.errors import Unprocessable

# An author or a tag as a line names it: its slug, empty where none is given, and its name.
Named: TypeAlias = tuple[str, str]


class Ready(NamedTuple):
    """A post that is valid and rendered.

    It goes from process to process, so it holds few things, and none that nobody asks for there.
    """

    # What its line says beside the text.
    values: dict[str, Any]
    # The one it wants, and whether its line says so.
    slug: str
    has_slug: bool
    authors: list[Named]
    tags: list[Named]
    body: str
    # Without its plain text.
    rendered: Rendered
    # Nothing where they have become rows.
    words: Spelled | None

    @property
    def in_rows(self) -> bool:
        """Whether it has become rows, with the slug that it wants."""
        return self.words is None


def render(values: dict[str, Any], *, database: str, now: datetime) -> Ready:
    """Render a validated post, for a ``database`` by the name of its dialect.

    Raises ``Unprocessable``.
    """
    if (values.get("published_at") or now) > now:
        message = "published_at: Must not be in the future."
        raise Unprocessable(message)
    # A copy: what is sent otherwise is taken out.
    values = dict(values)
    if "html" in values:
        body, rendered = markdown.adopt(values.pop("html"))
        if len(body) > LONGEST_BODY:
            message = f"html: As Markdown it is longer than {LONGEST_BODY:,} characters."
            raise Unprocessable(message)
    else:
        body = values.pop("body", "")
        rendered = markdown.render(body)
    excerpt = values.get("excerpt")
    said = entries.said(
        values["title"],
        rendered.excerpt if excerpt is None else excerpt,
        entries.read(rendered.html),
    )
    return Ready(
        values=values,
        slug=values.get("slug") or slugs.slugify(values["title"], fallback="post"),
        has_slug="slug" in values,
        authors=_named(values.pop("authors", ())),
        tags=_named(values.pop("tags", ())),
        body=body,
        rendered=rendered._replace(text=""),
        words=entries.spelled(said, search.database(database).spell),
    )


def _named(given: Iterable[dict[str, Any]]) -> list[Named]:
    return [(one.get("slug", ""), one["name"]) for one in given]
