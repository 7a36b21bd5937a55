"""`cms posts edit`: a post in the user's editor, saved on top of the version that it shows."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import rich_click as click

from cms.commands.client import terminal
from cms.commands.client.connecting import connecting
from cms.commands.client.faults import RemoteFault, Stale
from cms.commands.client.posts import Post, Posts
from cms.commands.client.remote import Remote
from cms.commands.client.storage import StorageFault
from cms.commands.documents import differences, text_file
from cms.commands.documents.document import Document, DocumentFault
from cms.commands.documents.sending import Sending
from cms.commands.options import AS_JSON
from cms.commands.posts import showing
from cms.commands.posts.arguments import POST
from cms.commands.posts.editor import EditorFault, open_in_editor
from cms.commands.posts.ending import Exit, clearly, fail
from cms.commands.posts.kept import Kept


@click.command()
@POST
@click.option("--publish", is_flag=True, help="Show readers what was saved.")
@click.option("--resume", is_flag=True, help="Go on with the text of an edit that was not saved.")
@click.option("--discard", is_flag=True, help="Drop that text and begin again.")
@AS_JSON
@connecting
@clearly
def edit(
    remote: Remote, *, name: str, publish: bool, resume: bool, discard: bool, as_json: bool
) -> None:
    """Edit a post in your editor, $VISUAL or $EDITOR.

    The file is what cms publish takes: front matter between "---" lines, and the text in Markdown
    below. A line that you take out of the front matter changes nothing; to empty a field, leave out
    what is behind its colon. Only what you changed is sent. What readers see stays, unless you say
    --publish.

    If somebody else saved the post meanwhile, nothing of theirs is overwritten and nothing of yours
    is lost: you are shown what they changed, and your text is kept for --resume.

    Ends with 0 if all is saved or nothing was changed, 1 if not, 3 if somebody else was first.
    """
    posts = Posts(remote)
    post = posts.named(name)
    kept = Kept.of(post, remote.server)
    _begin(kept, post, name, resume=resume, discard=discard)
    try:
        before = text_file.read(kept.original())
        saved = _Edit(posts, Sending(remote), kept, before, post).run()
        kept.drop()
    except (RemoteFault, StorageFault, EditorFault, DocumentFault) as fault:
        code = Exit.CONFLICT if isinstance(fault, Stale) else Exit.FAILED
        fail(f"{fault}\n{_how_to_go_on(kept, name)}", code)
    except (KeyboardInterrupt, click.Abort):
        fail(f"Stopped.\n{_how_to_go_on(kept, name)}", Exit.INTERRUPTED)
    if saved is None:
        terminal.say("Nothing was changed.")
    else:
        _finish(posts, saved, publish=publish, as_json=as_json)


@dataclass(slots=True)
class _Edit:
    """One edit: what it began from, and the version that it is to be saved on top of."""

    posts: Posts
    sending: Sending
    kept: Kept
    before: Document
    post: Post

    def run(self) -> Post | None:
        """Return the post as it was saved, or None if nothing was changed."""
        after = self._edited()
        fields = text_file.changed(self.before, after)
        if not fields:
            return None
        payload = self.sending.payload(after, fields)
        while True:
            try:
                return self.posts.change(self.post.id, payload, if_match=self.post.etag)
            except Stale as stale:
                self._settle(fields, stale)

    def _edited(self) -> Document:
        """Let the user edit until the file can be read."""
        while True:
            open_in_editor(self.kept.path)
            try:
                return text_file.read(self.kept.text())
            except DocumentFault as fault:
                if not sys.stdin.isatty():
                    message = f"the file {fault}"
                    raise DocumentFault(message) from fault
                terminal.say(f"The file {fault}.")
                click.confirm("Open it again?", default=True, abort=True, err=True)

    def _settle(self, fields: Sequence[str], stale: Stale) -> None:
        """Show what somebody else saved; go on only if the user wants both."""
        theirs = self.posts.get(self.post.id)
        now = text_file.written(theirs.fields)
        who, when = stale.changed_by or "somebody", showing.moment(stale.changed_at)
        terminal.say(f"{who} saved this post before you did, at {when}:")
        _show_difference(self.kept.original(), now)
        also = set(text_file.changed(self.before, text_file.read(now))) & set(fields)
        if also or not sys.stdin.isatty():
            both = f"; you both changed: {', '.join(sorted(also))}" if also else ""
            message = f"{who} was first{both}"
            raise Stale(message)
        question = f"You changed only {', '.join(fields)}. Save that on top of it?"
        click.confirm(question, default=True, abort=True, err=True)
        self.post = theirs


def _begin(kept: Kept, post: Post, name: str, *, resume: bool, discard: bool) -> None:
    """Prepare the file to edit: a new one, or the one that an earlier edit has left."""
    if resume and not kept.exists:
        message = "there is no text of an earlier edit; leave out --resume"
        raise RemoteFault(message)
    if kept.exists and not resume and not discard:
        terminal.say("An earlier edit of this post was not saved.")
        if not sys.stdin.isatty():
            fail(_how_to_go_on(kept, name))
        resume = click.confirm("Go on with it?", default=True, err=True)
    now = text_file.written(post.fields)
    if not resume:
        kept.begin(now)
    elif now != kept.original():
        terminal.say("Since you began, others have saved this:")
        _show_difference(kept.original(), now)


def _how_to_go_on(kept: Kept, name: str) -> str:
    """Say where the text is; nothing of one that was never touched."""
    if kept.is_untouched:
        kept.drop()
        return "Nothing was changed."
    quoted = shlex.quote(name)
    return (
        f"Your text is kept: {kept.path}\n"
        f"  cms posts edit {quoted} --resume    goes on; of what you both changed, yours counts\n"
        f"  cms posts edit {quoted} --discard   drops it and begins again"
    )


def _show_difference(before: str, now: str) -> None:
    lines = differences.compared(before, now, ("when you began", "now"))
    if lines is None:
        terminal.say("(too long to compare here)")
    else:
        showing.unified(terminal.console(stderr=True), "\n".join(lines))


def _finish(posts: Posts, saved: Post, *, publish: bool, as_json: bool) -> None:
    """Publish what was saved if it was asked for, and say how it stands."""
    if publish:
        try:
            saved = posts.step(saved, "publish")
        except RemoteFault as fault:
            fail(f"Saved, but not published: {fault}")
    if as_json:
        terminal.print_json(dict(saved.fields))
        return
    terminal.say(f"Saved as version {saved.version}.")
    if not saved.live and saved.status == "published":
        terminal.say(f"Readers see it after: cms posts publish {shlex.quote(saved.slug)}")
