"""`cms publish`: the command line of the author's client."""

import sys
from pathlib import Path
from typing import Final

import rich_click as click

from cms.commands.client import storage, terminal
from cms.commands.client.connecting import connecting
from cms.commands.client.faults import RemoteFault
from cms.commands.client.remote import Remote
from cms.commands.client.storage import StorageFault
from cms.commands.documents import reading
from cms.commands.documents.document import DocumentFault
from cms.commands.documents.fields import Overrides
from cms.commands.options import AS_JSON
from cms.commands.publish import report
from cms.commands.publish.memory import Memory
from cms.commands.publish.publishing import Options, Outcome, Publisher
from cms.commands.publish.report import Entry

_FAILED: Final = 1
_INTERRUPTED: Final = 130

_FILES = click.Path(exists=True, path_type=Path)


@click.command("publish")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=_FILES)
@click.option("--draft", is_flag=True, help="Save only; what readers see stays as it is.")
@click.option("--force", is_flag=True, help="Overwrite what others changed on the server.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--title", help="The title, for a single file.")
@click.option("--slug", help="The last part of the address, for a single file.")
@click.option("--author", multiple=True, help="A byline, for a single file; may be repeated.")
@click.option("--tag", multiple=True, help="A tag, for a single file; may be repeated.")
@AS_JSON
@connecting
def publish(  # noqa: PLR0913 - one parameter per option
    remote: Remote,
    *,
    paths: tuple[Path, ...],
    draft: bool,
    force: bool,
    dry_run: bool,
    title: str | None,
    slug: str | None,
    author: tuple[str, ...],
    tag: tuple[str, ...],
    as_json: bool,
) -> None:
    """Publish Markdown or plain text files to a CMS.

    FILE is a file, or a folder that is searched for *.md, *.markdown and *.txt. A file may begin
    with front matter, YAML between "---" lines or TOML between "+++" lines, that states: title,
    slug, excerpt, author or authors, tags, published_at or date, featured, cover (url, alt,
    caption), seo (title, description, canonical_url), status (draft, in_review, published).
    Without a title there, the first heading is the title, or else the first line.

    Missing authors and tags are created. Running the same file again changes nothing. A post that
    somebody else changed since is shown, with the differences, and not overwritten without --force.

    The password is asked for, or taken from CMS_PASSWORD or --password-stdin; the login is
    remembered in your config folder (CMS_CONFIG_DIR to choose another), the password is not.

    Ends with 0 if every file succeeded, 1 if one did not, 2 if the command was called wrongly.

    Example: cms publish posts/ --server https://cms.example.com --email me@example.com
    """
    files = _files(paths)
    overrides = Overrides(title=title, slug=slug, authors=author, tags=tag)
    if overrides and len(files) > 1:
        message = "--title, --slug, --author and --tag are for a single file."
        raise click.UsageError(message)
    run = _Run(remote, Options(draft=draft, force=force, dry_run=dry_run))
    interrupted = False
    try:
        run.publish(files, overrides)
    except (KeyboardInterrupt, click.Abort):
        interrupted = True
    except (RemoteFault, StorageFault) as fault:
        run.fail_rest(files, str(fault))
    show = report.show_json if as_json else report.show
    if run.entries or as_json:
        show(run.entries, remote.server, dry_run=dry_run)
    if interrupted:
        rest = len(files) - len(run.entries)
        terminal.say(
            f"Stopped. {len(run.entries)} files are done, {rest} are not; run it again to go on."
        )
        sys.exit(_INTERRUPTED)
    if any(entry.outcome.result in {"failed", "conflict"} for entry in run.entries):
        sys.exit(_FAILED)


class _Run:
    """One run over all files."""

    def __init__(self, remote: Remote, options: Options) -> None:
        self._remote = remote
        self._memory = Memory(storage.folder(), remote.server.address)
        self._options = options
        self.entries: list[Entry] = []

    def publish(self, files: list[Path], overrides: Overrides) -> None:
        """Publish each file; raises only what would fail for every one of them."""
        user_id = self._remote.sign_in()
        publisher = Publisher(self._remote, self._memory, self._options, user_id)
        for path in terminal.with_progress(files, "Publishing", name=lambda path: path.name):
            self.entries.append(Entry(path, _outcome(publisher, path, overrides)))

    def fail_rest(self, files: list[Path], message: str) -> None:
        """Say of each file that was not reached why."""
        rest = files[len(self.entries) :]
        self.entries += [Entry(path, Outcome("failed", message)) for path in rest]


def _outcome(publisher: Publisher, path: Path, overrides: Overrides) -> Outcome:
    try:
        return publisher.publish(path, reading.load(path, overrides))
    except (DocumentFault, RemoteFault, StorageFault) as fault:
        return Outcome("failed", str(fault))


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """Return the files named and those found in folders, each once, in a steady order."""
    found: dict[Path, Path] = {}
    for path in paths:
        inside = _in_folder(path) if path.is_dir() else [path]
        if not inside:
            message = f"The folder '{path}' holds no {', '.join(reading.SUFFIXES)} file."
            raise click.UsageError(message)
        for file in inside:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _in_folder(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in reading.SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
