"""One step for several posts: each by itself, and in the end what became of each."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import rich_click as click
from rich.table import Table

from cms.commands.client import terminal
from cms.commands.client.faults import RemoteFault
from cms.commands.client.posts import Post, Posts
from cms.commands.client.remote import Remote
from cms.commands.client.terminal import styled
from cms.commands.posts.ending import Exit, code_of, fail, said

# Says what became of a post, and gives it as it is then, if it is still there.
Act: TypeAlias = Callable[[Posts, Post], tuple[str, Post | None]]


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one post."""

    name: str
    result: str
    about: str
    post: Post | None = None
    code: Exit | None = None


def each(remote: Remote, names: tuple[str, ...], verb: str, act: Act, *, as_json: bool) -> None:
    """Do the same to each post; then say what became of each."""
    remote.sign_in()
    results: list[_Result] = []
    interrupted = False
    try:
        for name in terminal.with_progress(list(dict.fromkeys(names)), verb, name=str):
            # Not all in one: what is done counts, also when the user stops the rest.
            results.append(_one(remote, name, act))  # noqa: PERF401
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


def _one(remote: Remote, name: str, act: Act) -> _Result:
    posts = Posts(remote)
    try:
        result, post = act(posts, posts.named(name))
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
    terminal.print_json(
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
