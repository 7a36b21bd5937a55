"""Writing: new posts, changes, autosaves, and older revisions brought back."""

from dataclasses import replace

from tests.live.newsroom.model import staff, workflow
from tests.live.newsroom.model.site import Content, numbered, slug_of
from tests.live.newsroom.model.state import Newsroom, Post, Revision
from tests.live.newsroom.steps import Refused, Step

# What stating a status in a change means.
TOWARDS = {"in_review": "submit", "draft": "send-back"}


def create(newsroom: Newsroom, step: Step) -> int:
    """A new post by whoever asks; with ``status: published`` readers see it at once."""
    values = step.values
    status = values.get("status", "draft")
    if status == "published" and not staff.may(step.who, staff.PUBLISHERS):
        raise Refused(403, "not_allowed")
    _demand_tags(newsroom, step)
    if values.get("slug") in newsroom.taken_slugs():
        raise Refused(409, "slug_taken")
    slug = values.get("slug") or numbered(slug_of(values["title"]), newsroom.taken_slugs())
    authors = (step.who,) if step.who in staff.WRITERS else ()
    content = Content(values["title"], slug, "", _tags(newsroom, step), authors)
    newsroom.made_posts += 1
    handle = f"p{newsroom.made_posts}"
    post = newsroom.posts[handle] = Post(step.who, [Revision(content, step.who)])
    if status == "published":
        workflow.show(newsroom, handle, post.number)
    else:
        post.status = status
    return 201


def edit(newsroom: Newsroom, step: Step, *, is_autosave: bool = False) -> int:
    """Change what a post says, or where it stands in the review."""
    post = newsroom.allowed(step, "edit")
    values = {**step.values}
    status = values.pop("status", post.status)
    _demand_tags(newsroom, step)
    if values.get("slug") in newsroom.taken_slugs(but_by=step.subject):
        raise Refused(409, "slug_taken")
    if status != post.status:
        newsroom.demand_legal(step.subject, TOWARDS[status])
    if "tags" in values:
        values["tags"] = _tags(newsroom, step)
    if "authors" in values:
        values["authors"] = tuple(values["authors"])
    post.save(replace(post.content, **values), step.who, autosave=is_autosave)
    if status != post.status:
        post.step_to(status)
    return 200


def autosave(newsroom: Newsroom, step: Step) -> int:
    """The same by a program, while somebody writes."""
    return edit(newsroom, step, is_autosave=True)


def restore_revision(newsroom: Newsroom, step: Step) -> int:
    """Save again what a revision said, as far as that still can be."""
    post, number = newsroom.found(step.who, step.subject), step.values["number"]
    if number > post.number:
        raise Refused(404, "not_found")
    newsroom.allowed(step, "edit")
    content = post.revisions[number - 1].content
    post.save(newsroom.revived(step.subject, content), step.who)
    return 200


def _demand_tags(newsroom: Newsroom, step: Step) -> None:
    """Tags that there are not yet are made by whoever may."""
    missing = [name for name in step.values.get("tags", ()) if not newsroom.site.tag_named(name)]
    if missing and not staff.may(step.who, staff.TAG_MAKERS):
        raise Refused(403, "not_allowed")


def _tags(newsroom: Newsroom, step: Step) -> tuple[str, ...]:
    names = step.values.get("tags", ())
    for name in sorted(names):
        if not newsroom.site.tag_named(name):
            newsroom.site.make_tag(name)
    handles = {name: newsroom.site.tag_named(name) for name in names}
    return tuple(handle for handle in handles.values() if handle)
