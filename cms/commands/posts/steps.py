"""`cms posts publish`, `unpublish`, `delete`, `schedule`, `restore`: the steps that posts take."""

import sys
from datetime import UTC, datetime
from typing import Any

import rich_click as click

from cms.commands.client import terminal
from cms.commands.client.connecting import connecting
from cms.commands.client.posts import Post, Posts
from cms.commands.client.remote import Remote
from cms.commands.options import AS_JSON
from cms.commands.posts.arguments import MOMENT, POST, REVISION
from cms.commands.posts.ending import clearly
from cms.commands.posts.several import each

_NAMES = click.argument("names", metavar="POST...", nargs=-1, required=True)


@click.command()
@_NAMES
@AS_JSON
@connecting
@clearly
def publish(remote: Remote, *, names: tuple[str, ...], as_json: bool) -> None:
    """Show readers posts as they are now.

    One that fails does not stop the others. Publishing what is published already changes nothing.

    Example, all that wait for review: cms posts publish $(cms posts list --status in_review --all
    --json | jq -r .data[].slug)
    """

    def act(posts: Posts, post: Post) -> tuple[str, Post]:
        if post.live:
            return "unchanged", post
        return "published", posts.step(post, "publish")

    each(remote, names, "Publishing", act, as_json=as_json)


@click.command()
@_NAMES
@AS_JSON
@connecting
@clearly
def unpublish(remote: Remote, *, names: tuple[str, ...], as_json: bool) -> None:
    """Take posts away from readers.

    The working copies stay, as drafts.
    """

    def act(posts: Posts, post: Post) -> tuple[str, Post]:
        return "unpublished", posts.step(post, "unpublish")

    each(remote, names, "Withdrawing", act, as_json=as_json)


@click.command()
@_NAMES
@click.option("--purge", is_flag=True, help="For good, at once; needs an admin.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@AS_JSON
@connecting
@clearly
def delete(
    remote: Remote, *, names: tuple[str, ...], purge: bool, yes: bool, as_json: bool
) -> None:
    """Put posts into the trash.

    Readers lose them too. cms posts restore brings one back, until the server purges it. One that
    is in the trash already is named by its id.
    """
    if not yes:
        if not sys.stdin.isatty():
            message = "Nobody can be asked here; say --yes."
            raise click.UsageError(message)
        what = names[0] if len(names) == 1 else f"{len(names)} posts"
        how = " for good" if purge else ""
        click.confirm(f"Delete {terminal.printable(what)}{how}?", abort=True, err=True)

    def act(posts: Posts, post: Post) -> tuple[str, None]:
        posts.delete(post, purge=purge)
        return "purged" if purge else "trashed", None

    each(remote, names, "Deleting", act, as_json=as_json)


@click.command()
@POST
@click.argument("publish_at", metavar="[MOMENT]", type=MOMENT, required=False)
@click.option("--until", type=MOMENT, metavar="MOMENT", help="When it is withdrawn again.")
@click.option("--follow-draft", is_flag=True, help="Publish what it says by then.")
@click.option("--cancel", is_flag=True, help="Take the schedule back.")
@AS_JSON
@connecting
@clearly
def schedule(
    remote: Remote,
    *,
    name: str,
    publish_at: datetime | None,
    until: datetime | None,
    follow_draft: bool,
    cancel: bool,
    as_json: bool,
) -> None:
    """Publish or withdraw a post at a moment to come.

    MOMENT is a date and a time, '2026-12-24 18:00', in the time of this machine unless it names a
    zone. What is published is what the post says now, however it is edited until then.
    """
    if cancel == bool(publish_at or until):
        message = "Say MOMENT, --until or both, or else --cancel."
        raise click.UsageError(message)
    posts = Posts(remote)
    post = posts.named(name)
    if cancel:
        _show_step(posts.step(post, "unschedule"), "Not scheduled any more", as_json=as_json)
        return
    moments = {"publish_at": publish_at, "unpublish_at": until}
    payload: dict[str, Any] = {
        key: moment.astimezone(UTC).isoformat() for key, moment in moments.items() if moment
    }
    if follow_draft:
        payload["follow_draft"] = True
    ends = [
        f"{verb} on {moment:%Y-%m-%d at %H:%M %Z}"
        for verb, moment in (("published", publish_at), ("withdrawn", until))
        if moment
    ]
    done = posts.step(post, "schedule", payload)
    _show_step(done, f"It will be {' and '.join(ends)}", as_json=as_json)


@click.command()
@POST
@REVISION
@AS_JSON
@connecting
@clearly
def restore(remote: Remote, *, name: str, number: int | None, as_json: bool) -> None:
    """Bring back a former revision, or a post from the trash.

    What the post said at REVISION becomes a new revision; none is lost. Without REVISION, a deleted
    post comes back as a draft. Readers see either after cms posts publish.
    """
    posts = Posts(remote)
    if number is None:
        done = posts.step(posts.named(name, status="trashed"), "restore")
    else:
        done = posts.step(posts.named(name), f"revisions/{number}/restore")
    _show_step(done, "Restored", as_json=as_json)


def _show_step(post: Post, message: str, *, as_json: bool) -> None:
    if as_json:
        terminal.print_json(dict(post.fields))
    else:
        terminal.say(f"{message}: {post.slug}, version {post.version}.")
