"""`cms posts publish`, `unpublish`, `schedule`, `unschedule`, `delete`, `restore`: its steps."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rich_click as click
from rich.table import Table

from cms.commands.client import terminal
from cms.commands.client.connecting import connecting
from cms.commands.client.faults import RemoteFault
from cms.commands.client.posts import Post, Posts
from cms.commands.client.remote import Remote
from cms.commands.client.terminal import styled
from cms.commands.posts import showing
from cms.commands.posts.ending import Exit, clearly, code_of, fail, said
from cms.commands.posts.looking import AS_JSON, POST

_NAMES = click.argument("names", metavar="POST...", nargs=-1, required=True)


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one post."""

    name: str
    result: str
    about: str
    post: Post | None = None
    code: Exit | None = None


@click.command()
@_NAMES
@AS_JSON
@connecting
@clearly
def publish(remote: Remote, *, names: tuple[str, ...], as_json: bool) -> None:
    """Show readers posts as they are now.

    One that fails does not stop the others. Publishing
    what is published already changes nothing.

    Example, all that wait for review: cms posts publish $(cms posts list --status in_review --all
    --json | jq -r .data[].slug)
    """
    posts = Posts(remote)

    def act(post: Post) -> tuple[str, Post | None]:
        if post.live:
            return "unchanged", post
        return "published", posts.step(post, "publish")

    _each(remote, names, "Publishing", act, as_json=as_json)


@click.command()
@_NAMES
@AS_JSON
@connecting
@clearly
def unpublish(remote: Remote, *, names: tuple[str, ...], as_json: bool) -> None:
    """Take posts away from readers.

    The working copies stay, as drafts.
    """
    posts = Posts(remote)
    _each(
        remote,
        names,
        "Withdrawing",
        lambda post: ("unpublished", posts.step(post, "unpublish")),
        as_json=as_json,
    )


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
    posts = Posts(remote)

    def act(post: Post) -> tuple[str, Post | None]:
        posts.delete(post, purge=purge)
        return "purged" if purge else "trashed", None

    _each(remote, names, "Deleting", act, as_json=as_json)


def _each(
    remote: Remote,
    names: tuple[str, ...],
    verb: str,
    act: Callable[[Post], tuple[str, Post | None]],
    *,
    as_json: bool,
) -> None:
    """Do the same to each post; then say what became of each."""
    remote.sign_in()
    posts = Posts(remote)
    results: list[_Result] = []
    interrupted = False
    try:
        for name in terminal.with_progress(list(dict.fromkeys(names)), verb, name=str):
            # Not all in one: what is done counts, also when the user stops the rest.
            results.append(_one(remote, posts, name, act))  # noqa: PERF401
    except (KeyboardInterrupt, click.Abort):
        interrupted = True
    show = _print_json if as_json else _print
    show(results)
    if interrupted:
        rest = len(set(names)) - len(results)
        fail(f"Stopped; {rest} are not done. Run it again to go on.", Exit.INTERRUPTED)
    codes = {result.code for result in results if result.code is not None}
    if codes:
        sys.exit(codes.pop() if len(codes) == 1 else Exit.FAILED)


def _one(
    remote: Remote, posts: Posts, name: str, act: Callable[[Post], tuple[str, Post | None]]
) -> _Result:
    try:
        result, post = act(posts.named(name))
    except RemoteFault as fault:
        return _Result(name, "failed", said(fault), code=code_of(fault))
    about = remote.server.post_address(post.slug) if post and post.status == "published" else ""
    return _Result(name, result, about, post)


def _print(results: list[_Result]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", max_width=40)
    table.add_column(overflow="fold")
    for one in results:
        style = "red" if one.code else "dim" if one.result == "unchanged" else "green"
        table.add_row(styled(one.result, style), styled(one.name), styled(one.about))
    terminal.console().print(table)


def _print_json(results: list[_Result]) -> None:
    showing.as_json(
        {
            "results": [
                {
                    "post": one.name,
                    "result": one.result,
                    "message": one.about,
                    "id": one.post and one.post.id,
                    "slug": one.post and one.post.slug,
                    "version": one.post and one.post.version,
                }
                for one in results
            ]
        }
    )


class _Moment(click.ParamType[datetime]):
    """A moment; without a zone it is in the time of this machine."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """From text."""
        try:
            return datetime.fromisoformat(str(value)).astimezone()
        except (ValueError, OverflowError):
            message = f"{value!r} is no moment such as '2026-12-24 18:00' or 2026-12-24T17:00:00Z"
            self.fail(message, param, ctx)


_MOMENT = _Moment()


@click.command()
@POST
@click.argument("publish_at", metavar="[MOMENT]", type=_MOMENT, required=False)
@click.option("--until", type=_MOMENT, metavar="MOMENT", help="When it is withdrawn again.")
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
@click.argument("number", metavar="[REVISION]", type=click.IntRange(1), required=False)
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
        showing.as_json(dict(post.fields))
    else:
        terminal.say(f"{message}: {post.slug}, version {post.version}.")
