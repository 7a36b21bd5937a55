"""The way of a post: review, publishing, schedules, the trash."""

from dataclasses import replace
from datetime import datetime

from tests.live.newsroom.model import staff
from tests.live.newsroom.model.site import Edition, numbered
from tests.live.newsroom.model.state import Newsroom, Post, Schedule, demand_known
from tests.live.newsroom.steps import Refused, Step

SAID = {"submit": "submitted", "send-back": "sent_back", "approve": "approved"}


def comment(newsroom: Newsroom, step: Step) -> int:
    """Whoever sees a post may comment on it; it stays as it is."""
    post = newsroom.found(step.who, step.subject)
    post.comments.append((None, step.who, post.number))
    return 201


def submit(newsroom: Newsroom, step: Step) -> int:
    """Ask for a review."""
    _review(newsroom, step).step_to("in_review")
    return 200


def send_back(newsroom: Newsroom, step: Step) -> int:
    """A draft again, and why."""
    _review(newsroom, step).step_to("draft")
    return 200


def approve(newsroom: Newsroom, step: Step) -> int:
    """Find the present revision good."""
    post = _review(newsroom, step)
    post.approval = step.who, post.number
    post.step_to("in_review")
    return 200


def _review(newsroom: Newsroom, step: Step) -> Post:
    post = newsroom.allowed(step, step.verb)
    post.comments.append((SAID[step.verb], step.who, post.number))
    return post


def publish(newsroom: Newsroom, step: Step) -> int:
    """Show readers what it says now; if they see that already, nothing happens."""
    post = newsroom.allowed(step, "publish")
    if post.status != "published" or newsroom.has_unpublished_changes(step.subject):
        show(newsroom, step.subject, post.number)
        _is_out(post)
    return 200


def show(newsroom: Newsroom, handle: str, number: int) -> None:
    """Let readers see what revision ``number`` says."""
    post, content = newsroom.posts[handle], newsroom.content_of(handle, number)
    post.first_published = post.first_published or newsroom.now
    newsroom.site.show(handle, Edition(content, number, post.first_published))
    post.step_to("published")


def _is_out(post: Post) -> None:
    """What was to publish it is done; its end stays."""
    if post.schedule is not None and post.schedule.publish_at is not None:
        post.schedule.publish_at = post.schedule.pinned = None
        post.schedule = post.schedule if post.schedule.unpublish_at else None


def unpublish(newsroom: Newsroom, step: Step) -> int:
    """Take it from readers; it is a draft."""
    newsroom.allowed(step, "unpublish")
    _hide(newsroom, step.subject, "draft")
    return 200


def _hide(newsroom: Newsroom, handle: str, status: str) -> None:
    newsroom.site.hide(handle)
    newsroom.posts[handle].schedule = None
    newsroom.posts[handle].step_to(status)


def schedule(newsroom: Newsroom, step: Step) -> int:
    """What it says now is published and withdrawn then; replaces a former schedule."""
    post = newsroom.allowed(step, "schedule")
    begin, end = step.values.get("publish_at"), step.values.get("unpublish_at")
    follows = step.values.get("follow_draft", False)
    if not _makes_sense(newsroom, step.subject, begin, end, follows=follows):
        raise Refused(422, "invalid_input")
    former = post.schedule.former if post.schedule else post.status
    pinned = None if begin is None or follows else post.number
    post.schedule = Schedule(step.who, former, begin, end, pinned)
    post.step_to("published" if post.status == "published" else "scheduled")
    return 200


def _makes_sense(
    newsroom: Newsroom,
    handle: str,
    begin: datetime | None,
    end: datetime | None,
    *,
    follows: bool,
) -> bool:
    is_published = newsroom.posts[handle].status == "published"
    if any(moment is not None and moment <= newsroom.now for moment in (begin, end)):
        return False
    if begin is None:
        return is_published and end is not None and not follows
    if end is not None and end <= begin:
        return False
    return not is_published or follows or newsroom.has_unpublished_changes(handle)


def unschedule(newsroom: Newsroom, step: Step) -> int:
    """It stands again where it stood before."""
    _take_back(newsroom.allowed(step, "unschedule"))
    return 200


def _take_back(post: Post) -> None:
    assert post.schedule is not None
    former = post.schedule.former if post.status == "scheduled" else post.status
    post.schedule = None
    post.step_to(former)


def work(newsroom: Newsroom, now: datetime) -> list[str]:
    """All that is due by now, the oldest first; gives the posts."""
    newsroom.now = now
    done = []
    while due := [
        (post.schedule.due_at, one)
        for one, post in newsroom.posts.items()
        if post.schedule is not None and post.schedule.due_at <= now
    ]:
        _, handle = min(due)
        _carry_out(newsroom, handle)
        done.append(handle)
    return done


def _carry_out(newsroom: Newsroom, handle: str) -> None:
    """Publish it as it was approved, withdraw it, or neither: its time may have passed."""
    post = newsroom.posts[handle]
    plan = post.schedule
    assert plan is not None
    is_over = plan.unpublish_at is not None and plan.unpublish_at <= newsroom.now
    if plan.publish_at is None or is_over:
        if post.status == "published":
            _hide(newsroom, handle, "draft")
        else:
            _take_back(post)
        return
    post.first_published = post.first_published or plan.publish_at
    number = plan.pinned or post.number
    is_new = post.status != "published" or newsroom.has_unpublished_changes(handle)
    if plan.pinned or is_new:
        show(newsroom, handle, number)
    _is_out(post)


def trash(newsroom: Newsroom, step: Step) -> int:
    """Away from readers and from lists; its slug is free."""
    newsroom.allowed(step, "trash")
    _hide(newsroom, step.subject, "trashed")
    return 204


def restore(newsroom: Newsroom, step: Step) -> int:
    """A draft again, under a numbered slug if its own was taken."""
    post = newsroom.allowed(step, "restore")
    slug = numbered(post.content.slug, newsroom.taken_slugs(but_by=step.subject))
    post.save(replace(post.content, slug=slug), step.who)
    post.step_to("draft")
    return 200


def purge(newsroom: Newsroom, step: Step) -> int:
    """Deleted for good, in the trash or not, with all that belongs to it."""
    post = newsroom.found(step.who, step.subject)
    if not staff.may(step.who, staff.PURGERS):
        raise Refused(403, "not_allowed")
    demand_known(step, post.version)
    del newsroom.posts[step.subject]
    newsroom.site.hide(step.subject)
    newsroom.leases.pop(step.subject, None)
    return 204
