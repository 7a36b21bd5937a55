"""`cms posts list`, `show`, `revisions`, `diff` and `check`: what looks and changes nothing."""

import sys

import rich_click as click

from cms.commands.client import terminal
from cms.commands.client.connecting import connecting
from cms.commands.client.faults import RemoteFault
from cms.commands.client.posts import Post, Posts
from cms.commands.client.remote import Remote
from cms.commands.documents import text_file
from cms.commands.options import AS_JSON
from cms.commands.posts import showing
from cms.commands.posts.arguments import POST, REVISION
from cms.commands.posts.ending import clearly, fail

STATES = ("draft", "in_review", "scheduled", "published", "trashed")


@click.command("list")
@click.option(
    "--status", type=click.Choice(STATES), metavar="STATE", help=f"One of {', '.join(STATES)}."
)
@click.option("--author", metavar="SLUG", help="The slug of an author.")
@click.option("--tag", metavar="SLUG", help="The slug of a tag.")
@click.option("--search", metavar="TEXT", help="A part of title or slug.")
@click.option(
    "--filter", "filter_", metavar="TERMS", help="As the API has it, such as status:draft+tag:null."
)
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", default=20, show_default=True, help="At most."
)
@click.option("--all", "everything", is_flag=True, help="As many as there are.")
@AS_JSON
@connecting
@clearly
def list_posts(  # noqa: PLR0913 - one parameter per option
    remote: Remote,
    *,
    status: str | None,
    author: str | None,
    tag: str | None,
    search: str | None,
    filter_: str | None,
    limit: int,
    everything: bool,
    as_json: bool,
) -> None:
    """List posts, drafts too.

    Newest first, all that you may see. "edited" is a post that readers see, with changes that they
    do not see yet. Moments are in the time of this machine.
    """
    asked = {"status": status, "author": author, "tag": tag, "q": search, "filter": filter_}
    most = None if everything else limit
    # One more than is shown, to know whether there are more.
    found = Posts(remote).matching(None if most is None else most + 1, **asked)
    shown = found[:most]
    if as_json:
        terminal.print_json({"data": shown})
        return
    if not found:
        terminal.say("There is no such post.")
        return
    terminal.console().print(showing.listed(shown))
    if len(found) > len(shown):
        terminal.say(f"These are the newest {most}; --limit or --all shows more.")


@click.command()
@POST
@click.option("--file", "as_file", is_flag=True, help="As the file that edit opens.")
@AS_JSON
@connecting
@clearly
def show(remote: Remote, *, name: str, as_file: bool, as_json: bool) -> None:
    """Show a post as its editors see it.

    Example, to work on it in a file of your own: cms posts show my-post --file > my-post.md
    """
    post = Posts(remote).named(name)
    if as_json:
        terminal.print_json(dict(post.fields))
        return
    if as_file and not sys.stdout.isatty():
        click.echo(text_file.written(post.fields), nl=False)
        return
    out = terminal.console()
    text = text_file.written(post.fields) if as_file else str(post.fields.get("body") or "")
    if not as_file:
        out.print(terminal.styled(str(post.fields.get("title")), "bold"), soft_wrap=True)
        out.print(showing.details(post.fields))
        out.print()
    for line in terminal.lines_of(text.rstrip("\n")):
        out.print(terminal.styled(line), soft_wrap=True)


@click.command()
@POST
@AS_JSON
@connecting
@clearly
def revisions(remote: Remote, *, name: str, as_json: bool) -> None:
    """List the states that a post was saved in.

    Newest first. diff and restore take the numbers.
    """
    posts = Posts(remote)
    found = list(posts.revisions(posts.named(name)))
    if as_json:
        terminal.print_json({"data": found})
    else:
        terminal.console().print(showing.revisions(found))


@click.command()
@POST
@REVISION
@click.option(
    "--to", type=click.IntRange(1), metavar="REVISION", help="Not up to now, but to this one."
)
@AS_JSON
@connecting
@clearly
def diff(remote: Remote, *, name: str, number: int | None, to: int | None, as_json: bool) -> None:
    """Show what has changed in a post.

    Since REVISION, or else since it was published: what readers would see otherwise if you
    published it now.
    """
    posts = Posts(remote)
    post = posts.named(name)
    if number is None:
        number = _published(posts, post)
    found = posts.compare(post, number, to)
    if as_json:
        terminal.print_json(found)
    elif found.get("fields") or found.get("body"):
        showing.difference(terminal.console(), found)
    else:
        terminal.say("Nothing is different.")


def _published(posts: Posts, post: Post) -> int:
    """Return the revision that readers see."""
    if post.status == "published":
        for one in posts.revisions(post):
            number = one.get("number")
            if one.get("is_published") and isinstance(number, int):
                return number
    message = "readers do not see this post; say from which revision on (cms posts revisions)"
    raise RemoteFault(message)


@click.command()
@POST
@AS_JSON
@connecting
@clearly
def check(remote: Remote, *, name: str, as_json: bool) -> None:
    """Look for what a careful editor would mend.

    Links of yours that lead nowhere, images without a text, headings that skip a level, long titles
    and more, the worst first; as far as there is a line, it is one of the text.

    Ends with 1 if there is an error.
    """
    posts = Posts(remote)
    found = posts.findings(posts.named(name))
    if as_json:
        terminal.print_json({"data": found})
    elif found:
        showing.findings(terminal.console(), found)
    else:
        terminal.say("Nothing is found.")
    errors = sum(one.get("severity") == "error" for one in found)
    if errors:
        fail(f"{errors} {'errors' if errors > 1 else 'error'}.")
