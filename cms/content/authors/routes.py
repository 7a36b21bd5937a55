"""The addresses under which editors manage authors."""

import uuid
from typing import Any

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission
from cms.content import naming, usage
from cms.content.authors import actions, queries
from cms.content.authors.models import Author
from cms.content.authors.schemas import AuthorFilter, AuthorIn, AuthorOut, AuthorPage, AuthorPatch
from cms.content.fields import Merge
from cms.foundation import moments
from cms.foundation.errors import Malformed, Stale
from cms.foundation.http import Blueprint, expected, pages, session

blueprint = Blueprint(
    "managed authors",
    __name__,
    url_prefix="/api/v1/manage/authors",
    description="The people whom readers see above a post. Changes are live at once.",
)


@blueprint.get("")
@requires(Permission.AUTHORS_READ)
@blueprint.fails(Malformed)
@blueprint.arguments(AuthorFilter, location="query")
@blueprint.response(200, AuthorPage)
def list_managed_authors(page: dict[str, Any]) -> Any:
    """List authors as editors see them.

    Newest first.
    """
    return pages.managed(
        session(),
        queries.matching(now=moments.now(), **pages.filters(page)),
        Author.id,
        scope="managed authors",
        page=page,
    )


@blueprint.post("")
@requires(Permission.AUTHORS_WRITE)
@blueprint.fails(naming.SlugTaken)
@blueprint.arguments(AuthorIn)
@blueprint.response(201, AuthorOut)
def create_author(values: dict[str, Any]) -> Any:
    """Create an author.

    Readers see it at once. Without a slug, one is made from the name.
    """
    author = actions.create(session(), values, by=caller(), now=moments.now())
    return author, {"Location": f"/api/v1/manage/authors/{author.id}"}


@blueprint.get("/<uuid:author_id>")
@requires(Permission.AUTHORS_READ)
@blueprint.response(200, AuthorOut)
def get_managed_author(author_id: uuid.UUID) -> Author:
    """Read an author as editors see it.

    With the version and the ETag that a change needs.
    """
    return queries.get(session(), author_id)


@blueprint.patch("/<uuid:author_id>")
@requires(Permission.AUTHORS_WRITE)
@blueprint.fails(Stale, naming.SlugTaken)
@blueprint.arguments(AuthorPatch, content_type="application/merge-patch+json")
@blueprint.response(200, AuthorOut)
def edit_author(values: dict[str, Any], author_id: uuid.UUID) -> Author:
    """Change an author.

    Live at once, on all posts that name it.
    """
    author = queries.get(session(), author_id, lock=True)
    return actions.edit(
        session(), author, values, by=caller(), expected=expected(), now=moments.now()
    )


@blueprint.post("/<uuid:author_id>/merge")
@requires(Permission.AUTHORS_WRITE)
@blueprint.fails(Stale)
@blueprint.arguments(Merge)
@blueprint.response(200, AuthorOut)
def merge_author(values: dict[str, Any], author_id: uuid.UUID) -> Author:
    """Merge an author into another.

    The other takes their place in all posts, drafts and published ones alike, and is the answer.
    Slugs that readers knew lead to the other.
    """
    author = queries.get(session(), author_id, lock=True)
    return actions.merge(
        session(), author, values["into"], by=caller(), expected=expected(), now=moments.now()
    )


@blueprint.delete("/<uuid:author_id>")
@requires(Permission.AUTHORS_WRITE)
@blueprint.fails(Stale, usage.StillInUse)
@blueprint.response(204)
def delete_author(author_id: uuid.UUID) -> None:
    """Delete an author.

    Refused while a post, or the published state of one, still names it; the answer says which.
    """
    author = queries.get(session(), author_id, lock=True)
    actions.delete(session(), author, by=caller(), expected=expected(), now=moments.now())
