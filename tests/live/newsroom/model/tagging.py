"""Tags: live at once, renamed and merged for all posts."""

from tests.live.newsroom.model import staff
from tests.live.newsroom.model.state import Newsroom, demand_known
from tests.live.newsroom.steps import Refused, Step


def create(newsroom: Newsroom, step: Step) -> int:
    """A new tag."""
    if not staff.may(step.who, staff.TAG_MAKERS):
        raise Refused(403, "not_allowed")
    newsroom.site.make_tag(step.values["name"])
    return 201


def change(newsroom: Newsroom, step: Step) -> int:
    """Another name or slug, for all posts at once."""
    _demand_allowed(newsroom, step)
    newsroom.site.change_tag(step.subject, step.values.get("name"), step.values.get("slug"))
    return 200


def merge(newsroom: Newsroom, step: Step) -> int:
    """The other takes its place in all posts, what they said before included.

    Posts that name it have another version, and no other revision.
    """
    _demand_allowed(newsroom, step)
    old, into = step.subject, step.values["into"]
    if into == old or into not in newsroom.site.tags:
        raise Refused(422, "invalid_input")
    newsroom.site.merge_tag(old, into)
    for post in newsroom.posts.values():
        if old in post.content.tags:
            post.version += 1
        for revision in post.revisions:
            if old in revision.content.tags:
                revision.content = revision.content.with_tag_merged(old, into)
    return 200


def delete(newsroom: Newsroom, step: Step) -> int:
    """Only what no post says or shows; those in the trash lose it."""
    _demand_allowed(newsroom, step)
    naming = [post for post in newsroom.posts.values() if step.subject in post.content.tags]
    shown = [e for e in newsroom.site.posts.values() if step.subject in e.content.tags]
    if shown or any(post.status != "trashed" for post in naming):
        raise Refused(409, "still_in_use")
    newsroom.site.delete_tag(step.subject)
    for post in naming:
        present = post.revisions[-1]
        present.content = present.content.without_tag(step.subject)
        post.version += 1
    return 204


def _demand_allowed(newsroom: Newsroom, step: Step) -> None:
    if not staff.may(step.who, staff.TAG_KEEPERS):
        raise Refused(403, "not_allowed")
    tag = newsroom.site.tags.get(step.subject)
    if tag is None:
        raise Refused(404, "not_found")
    demand_known(step, tag.version)
