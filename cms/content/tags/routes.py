"""The addresses under which editors manage tags."""

import uuid
from typing import Any

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission
from cms.content import naming, usage
from cms.content.fields import Merge
from cms.content.tags import actions, queries
from cms.content.tags.models import Tag
from cms.content.tags.schemas import TagFilter, TagIn, TagOut, TagPage, TagPatch
from cms.foundation import moments
from cms.foundation.errors import Malformed, Stale
from cms.foundation.http import Blueprint, expected, pages, session

blueprint = Blueprint(
    "managed tags",
    __name__,
    url_prefix="/api/v1/manage/tags",
    description="Subjects that posts are filed under. Changes are live at once.",
)


@blueprint.get("")
@requires(Permission.TAGS_READ)
@blueprint.fails(Malformed)
@blueprint.arguments(TagFilter, location="query")
@blueprint.response(200, TagPage)
def list_managed_tags(page: dict[str, Any]) -> Any:
    """List tags as editors see them.

    Newest first.
    """
    return pages.managed(
        session(),
        queries.matching(now=moments.now(), **pages.filters(page)),
        Tag.id,
        scope="managed tags",
        page=page,
    )


@blueprint.post("")
@requires(Permission.TAGS_CREATE)
@blueprint.fails(naming.SlugTaken, actions.TagNameTaken)
@blueprint.arguments(TagIn)
@blueprint.response(201, TagOut)
def create_tag(values: dict[str, Any]) -> Any:
    """Create a tag.

    Readers see it at once. Without a slug, one is made from the name.
    """
    tag = actions.create(session(), values, by=caller(), now=moments.now())
    return tag, {"Location": f"/api/v1/manage/tags/{tag.id}"}


@blueprint.get("/<uuid:tag_id>")
@requires(Permission.TAGS_READ)
@blueprint.response(200, TagOut)
def get_managed_tag(tag_id: uuid.UUID) -> Tag:
    """Read a tag as editors see it.

    With the version and the ETag that a change needs.
    """
    return queries.get(session(), tag_id)


@blueprint.patch("/<uuid:tag_id>")
@requires(Permission.TAGS_WRITE)
@blueprint.fails(Stale, naming.SlugTaken, actions.TagNameTaken)
@blueprint.arguments(TagPatch, content_type="application/merge-patch+json")
@blueprint.response(200, TagOut)
def edit_tag(values: dict[str, Any], tag_id: uuid.UUID) -> Tag:
    """Change a tag.

    Live at once, on all posts that name it.
    """
    tag = queries.get(session(), tag_id, lock=True)
    return actions.edit(session(), tag, values, by=caller(), expected=expected(), now=moments.now())


@blueprint.post("/<uuid:tag_id>/merge")
@requires(Permission.TAGS_WRITE)
@blueprint.fails(Stale)
@blueprint.arguments(Merge)
@blueprint.response(200, TagOut)
def merge_tag(values: dict[str, Any], tag_id: uuid.UUID) -> Tag:
    """Merge a tag into another.

    The other takes its place in all posts, drafts and published ones alike, and is the answer.
    Slugs that readers knew lead to the other.
    """
    tag = queries.get(session(), tag_id, lock=True)
    return actions.merge(
        session(), tag, values["into"], by=caller(), expected=expected(), now=moments.now()
    )


@blueprint.delete("/<uuid:tag_id>")
@requires(Permission.TAGS_WRITE)
@blueprint.fails(Stale, usage.StillInUse)
@blueprint.response(204)
def delete_tag(tag_id: uuid.UUID) -> None:
    """Delete a tag.

    Refused while a post, or the published state of one, still names it; the answer says which.
    """
    tag = queries.get(session(), tag_id, lock=True)
    actions.delete(session(), tag, by=caller(), expected=expected(), now=moments.now())
