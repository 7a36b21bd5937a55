"""What to do with one document: create, update, publish, leave alone, or report a conflict."""

import dataclasses
from pathlib import Path
from typing import Final, Literal, NoReturn, TypeAlias

from cms.commands.client.faults import NotFound, RemoteFault, Stale
from cms.commands.client.posts import Post, Posts
from cms.commands.client.remote import Remote
from cms.commands.documents import differences
from cms.commands.documents.differences import Difference
from cms.commands.documents.document import Document
from cms.commands.documents.sending import Sending
from cms.commands.publish.memory import Known, Memory

Result: TypeAlias = Literal["created", "updated", "unchanged", "published", "conflict", "failed"]

# With --force, how often somebody else may save in between before this client gives up.
_FORCED_ATTEMPTS: Final = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """How to publish: save only, overwrite, or only say what would happen."""

    draft: bool = False
    force: bool = False
    dry_run: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one file.

    `published` means that this run made it live; `created` and `updated` that it saved without.
    """

    result: Result
    message: str
    post_id: str | None = None
    slug: str | None = None
    version: int | None = None
    live: bool = False
    changed: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


class Conflict(Exception):
    """The server's copy is not the one this client wrote last, so it is not overwritten."""

    def __init__(
        self, message: str, post: Post | None = None, found: tuple[Difference, ...] = ()
    ) -> None:
        super().__init__(message)
        self.post = post
        self.found = found


class Publisher:
    """Brings the server's posts up to date with files, for one user."""

    def __init__(self, remote: Remote, memory: Memory, options: Options, user_id: str) -> None:
        self._posts = Posts(remote)
        self._memory = memory
        self._options = options
        self._user_id = user_id
        self._sending = Sending(remote)

    def publish(self, path: Path, document: Document) -> Outcome:
        """Do what one file needs; raises RemoteFault when the server does not."""
        for attempt in range(1, _FORCED_ATTEMPTS + 1):
            try:
                return self._publish_once(path, document)
            except Conflict as conflict:
                if not self._options.force or attempt == _FORCED_ATTEMPTS:
                    return _outcome(
                        "conflict", str(conflict), conflict.post, differences=conflict.found
                    )
        raise AssertionError

    def _publish_once(self, path: Path, document: Document) -> Outcome:
        known = self._memory.find(path)
        post = self._find(document, known)
        if post is None:
            return self._create(path, document, known)
        if known is None or known.id != post.id:
            known = self._memory.find_moved(post.id)
        return self._update(path, document, post, known)

    def _find(self, document: Document, known: Known | None) -> Post | None:
        """Return the file's post: the one it became, else the one with its slug."""
        if known is not None:
            try:
                post = self._posts.get(known.id)
            except NotFound:
                pass
            else:
                if not post.trashed:
                    return post
        slug = document.slug or (known.slug if known else None)
        return self._posts.find(slug) if slug else None

    def _create(self, path: Path, document: Document, known: Known | None) -> Outcome:
        if known is not None and not self._options.force:
            message = (
                f'the post that this file became ("{known.slug}") was deleted on the server; '
                "restore it there, if it is in the trash, or create it anew with --force"
            )
            raise Conflict(message)
        live = self._to_be_live(document)
        if self._options.dry_run:
            return Outcome("published" if live else "created", "a new post", slug=document.slug)
        fields = [field for field in differences.FIELDS if field in document.stated]
        payload = self._sending.payload(document, fields)
        payload = {key: value for key, value in payload.items() if value is not None}
        if self._to_be_submitted(document, "draft"):
            payload["status"] = "in_review"
        post = self._remember(path, self._posts.create(payload))
        if not live:
            return _outcome("created", f"a new post, {_state(post)}", post)
        return _outcome("published", "a new post", self._make_live(path, document, post, None))

    def _update(self, path: Path, document: Document, post: Post, known: Known | None) -> Outcome:
        changed = differences.differing(document, post.fields)
        to_be_live = self._to_be_live(document)
        publish = to_be_live and (bool(changed) or not post.live)
        submit = self._to_be_submitted(document, post.status)
        if not changed and not publish and not submit:
            if not self._options.dry_run:
                self._remember(path, post)
            return _outcome("unchanged", _state(post), post)
        if not self._options.force:
            self._refuse_conflict(document, post, known, changed)
        if not self._options.dry_run:
            post = self._save(path, document, post, known, changed, submit=submit)
            # An edit back to what readers see already leaves nothing to publish.
            publish = to_be_live and not post.live
            if publish:
                post = self._make_live(path, document, post, known)
        result: Result = "published" if publish else "updated"
        message = f"changed: {', '.join(changed)}" if changed else "no field changed"
        message += "" if publish else f"; {_state(post)}"
        return _outcome(result, message, post, changed=tuple(changed))

    def _save(
        self,
        path: Path,
        document: Document,
        post: Post,
        known: Known | None,
        changed: list[str],
        *,
        submit: bool,
    ) -> Post:
        payload = self._sending.payload(document, changed)
        if submit:
            payload["status"] = "in_review"
        if not payload:
            return post
        try:
            saved = self._posts.change(post.id, payload, if_match=post.etag)
        except Stale as stale:
            self._raise_conflict(document, self._posts.get(post.id), known, stale)
        return self._remember(path, saved)

    def _make_live(self, path: Path, document: Document, post: Post, known: Known | None) -> Post:
        try:
            live = self._posts.step(post, "publish")
        except Stale as stale:
            self._raise_conflict(document, self._posts.get(post.id), known, stale)
        except RemoteFault as fault:
            message = f"saved as a draft, but not published: {fault}"
            raise RemoteFault(message, status=fault.status) from fault
        return self._remember(path, live)

    def _refuse_conflict(
        self, document: Document, post: Post, known: Known | None, changed: list[str]
    ) -> None:
        """Raise Conflict unless the server's copy is the one this client wrote last."""
        if known is None and not changed:
            return
        if known is not None and known.version == post.version:
            return
        self._raise_conflict(document, post, known, self._who_changed(post, known))

    def _who_changed(self, post: Post, known: Known | None) -> Stale | None:
        """Return the server's word on who saved last, which only a refused write tells.

        The write says nothing (an empty merge patch), so it is harmless even if it is let through.
        """
        if self._options.dry_run:
            return None
        etag = known.etag if known else '"never-seen"'
        try:
            self._posts.change(post.id, {}, if_match=etag)
        except Stale as stale:
            return stale
        except RemoteFault:
            return None
        return None

    def _raise_conflict(
        self, document: Document, post: Post, known: Known | None, stale: Stale | None
    ) -> NoReturn:
        digests = known.digests if known else None
        found = tuple(differences.described(document, post.fields, digests))
        at = (stale and stale.changed_at) or post.fields.get("updated_at")
        saved = f"version {post.version}, saved{self._by(stale)} at {at}"
        if known is None:
            message = (
                f'a post "{post.slug}" exists that this file did not make ({saved}); '
                "--force adopts and overwrites it"
            )
        else:
            also = [
                field
                for field in differences.changed_since(known.digests, post.fields)
                if field not in {difference.field for difference in found}
            ]
            message = (
                f"the post was changed on the server: {saved}; this file wrote version "
                f"{known.version}{_also(also)}; --force overwrites it with the file"
            )
        raise Conflict(message, post, found)

    def _by(self, stale: Stale | None) -> str:
        if stale is None or stale.changed_by is None:
            return ""
        if stale.changed_by_id == self._user_id:
            return f" by you ({stale.changed_by}) elsewhere"
        return f" by {stale.changed_by}"

    def _to_be_live(self, document: Document) -> bool:
        return document.status == "published" and not self._options.draft

    def _to_be_submitted(self, document: Document, status: str) -> bool:
        return document.status == "in_review" and not self._options.draft and status == "draft"

    def _remember(self, path: Path, post: Post) -> Post:
        digests = differences.digests_of(post.fields)
        self._memory.keep(path, Known(post.id, post.slug, post.version, post.etag, digests))
        return post


def _outcome(
    result: Result,
    message: str,
    post: Post | None,
    *,
    changed: tuple[str, ...] = (),
    differences: tuple[Difference, ...] = (),
) -> Outcome:
    if post is None:
        return Outcome(result, message, differences=differences)
    return Outcome(
        result,
        message,
        post_id=post.id,
        slug=post.slug,
        version=post.version,
        live=post.status == "published",
        changed=changed,
        differences=differences,
    )


def _state(post: Post) -> str:
    if post.live:
        return "live"
    if post.status == "published":
        return "live, with changes that are not published"
    return f"{post.status.replace('_', ' ')}, readers do not see it"


def _also(fields: list[str]) -> str:
    return f" and {', '.join(fields)} changed too" if fields else ""
