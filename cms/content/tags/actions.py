"""What can be done to tags. Each change is live at once."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.accounts import permissions, saving
from cms.accounts.permissions import Caller, Permission
from cms.content import merging, naming, usage
from cms.content.posts.models import PostTag
from cms.content.tags import queries
from cms.content.tags.models import Tag
from cms.editions import actions as editions
from cms.editions import documents
from cms.editions.models import TagEdition, TagListing
from cms.foundation import texts
from cms.foundation.database import new_id, violates
from cms.foundation.errors import Conflict, Fault
from cms.foundation.versions import Expected


class TagNameTaken(Conflict):
    """Another tag has this name, spelled this way or with other capitals."""

    code = "tag_name_taken"
    title = "The name is taken"


def create(session: Session, values: dict[str, Any], *, by: Caller, now: datetime) -> Tag:
    """A new tag from ``name`` and perhaps ``slug, description``.

    Raises ``TagNameTaken``, ``SlugTaken``.
    """
    permissions.demand(by, Permission.TAGS_CREATE)
    tag = _insert(session, values, by=by, now=now)
    announce(session, tag, by=by, now=now)
    return tag


def named(
    session: Session, names: list[str], *, by: Caller, now: datetime
) -> tuple[list[Tag], list[Tag]]:
    """The tags with these names or slugs, in order, and those of them that had to be created.

    The created ones are not live before ``announce``: a version is taken last. Raises
    ``Forbidden`` when one is missing and the caller may not create it.
    """
    found: dict[str, Tag] = {}
    created = []
    # Sorted, so that two requests create the same names in the same order and cannot deadlock.
    for name in sorted(dict.fromkeys(names), key=texts.folded):
        tag = queries.find_named(session, name) or queries.by_slugs(session, [name]).get(name)
        if tag is None:
            permissions.demand(by, Permission.TAGS_CREATE)
            try:
                tag = _insert(session, {"name": name}, by=by, now=now)
                created.append(tag)
            except TagNameTaken:
                # Somebody created it between the look and the insert.
                tag = queries.find_named(session, name)
                if tag is None:
                    raise
        found[name] = tag
    ordered = list(dict.fromkeys(found[name] for name in names))
    return ordered, created


def edit(
    session: Session,
    tag: Tag,
    values: dict[str, Any],
    *,
    by: Caller,
    expected: Expected,
    now: datetime,
) -> Tag:
    """Change a tag, for all posts at once. Raises ``Stale``, ``TagNameTaken``, ``SlugTaken``."""
    permissions.demand(by, Permission.TAGS_WRITE)
    saving.guard(session, tag, expected)
    values = dict(values)
    if "name" in values:
        values["name_key"] = texts.folded(values["name"])
    if not saving.change(tag, values):
        return tag
    saving.touch(tag, by=by, now=now)
    name = tag.name
    try:
        naming.save(session, tag)
    except IntegrityError as error:
        raise _refusal(error, name) from error
    announce(session, tag, by=by, now=now)
    return tag


def delete(session: Session, tag: Tag, *, by: Caller, expected: Expected, now: datetime) -> None:
    """Delete a tag that no post uses. Raises ``Stale``, ``StillInUse``."""
    permissions.demand(by, Permission.TAGS_WRITE)
    saving.guard(session, tag, expected)
    usage.refuse_if_used(session, tag.id, PostTag.tag_id, TagListing)
    usage.take_off_trash(session, tag.id, PostTag.tag_id, by=by, now=now)
    session.delete(tag)
    session.flush()
    editions.withdraw(session, TagEdition, tag.id, kind="tag.deleted", by_id=by.id, now=now)


def merge(
    session: Session,
    tag: Tag,
    into_id: uuid.UUID,
    *,
    by: Caller,
    expected: Expected,
    now: datetime,
) -> Tag:
    """Let another tag take its place in all posts, for readers at once; gives the other.

    Raises ``Stale``, ``Unprocessable``.
    """
    permissions.demand(by, Permission.TAGS_WRITE)
    saving.guard(session, tag, expected)
    into = merging.target(session, Tag, tag.id, into_id)
    merging.replace(session, tag, into, link=PostTag.tag_id, edition=TagEdition, by=by, now=now)
    return into


def announce(session: Session, tag: Tag, *, by: Caller, now: datetime) -> None:
    """Show the tag as it is to readers."""
    edition = TagEdition(
        subject_id=tag.id,
        slug=tag.slug,
        document=documents.tag(tag),
        **documents.named(tag.name),
    )
    editions.issue(session, edition, kind="tag.saved", by_id=by.id, now=now)


def _insert(session: Session, values: dict[str, Any], *, by: Caller, now: datetime) -> Tag:
    tag = Tag(
        id=new_id(),
        name=values["name"],
        name_key=texts.folded(values["name"]),
        description=values.get("description"),
    )
    saving.begin(tag, by=by, now=now)
    try:
        naming.insert(
            session,
            tag,
            slug=values.get("slug"),
            name=tag.name,
            fallback="tag",
            is_taken=lambda slug: queries.slug_is_taken(session, slug),
        )
    except IntegrityError as error:
        raise _refusal(error, values["name"]) from error
    return tag


def _refusal(error: IntegrityError, name: str) -> Exception:
    if not violates(error, "tags", "name_key"):
        return error
    message = f"There is a tag named {name!r} already; capitals do not make another one."
    return TagNameTaken(message, errors=[Fault("#/name", message)])
