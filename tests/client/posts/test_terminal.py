"""`cms posts` as somebody at a terminal meets it: questions, colours, progress."""

import os
import pty
import select
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.client.desk import Desk, Person, unique

PATIENCE_SECONDS = 60


def _at_a_terminal(desk: Desk, *arguments: str, answers: dict[str, str]) -> tuple[int, str]:
    """Run `cms posts` on a terminal; type each answer when its question is there."""
    ours, theirs = pty.openpty()
    stated = {name: value for name, value in desk.environment.items() if value is not None}
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "cms", "posts", *arguments],
        env={**os.environ, "COLUMNS": "80", "TERM": "xterm", **stated},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said, waiting = "", dict(answers)
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                said += os.read(ours, 65536).decode(errors="replace")
            except OSError:  # Linux says so when the other side is closed.
                break
            for question in [one for one in waiting if one in said]:
                os.write(ours, f"{waiting.pop(question)}\n".encode())
        return process.wait(PATIENCE_SECONDS), said
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.fixture
def post(root: Person) -> dict[str, Any]:
    """A draft."""
    return root.create(title=unique("Title"), body="One.\n\nTwo.\n", excerpt="Words.")


def _edit_while(desk: Desk, change: str) -> None:
    """Let an editor be used that edits the body while somebody else makes a change."""
    script = desk.write(
        "editor.py",
        "import pathlib, sys\n"
        f"{change}\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "path.write_text(path.read_text().replace('Two', 'Three'))\n",
    )
    desk.environment["EDITOR"] = f"{sys.executable} {script}"
    desk.environment["VISUAL"] = ""


def _change(person: Person, post: dict[str, Any], values: str) -> str:
    """Return a program by which ``person`` changes ``post``."""
    address = f"{person.http.base_url}manage/posts/{post['id']}"
    headers = {"Authorization": person.http.headers["Authorization"], "If-Match": "*"}
    return (
        "import httpx2\n"
        f"httpx2.patch({address!r}, json={values}, headers={headers!r}, trust_env=False)"
        ".raise_for_status()"
    )


def test_two_who_change_different_fields_both_get_their_way(
    desk: Desk, root: Person, jane: Person, post: dict[str, Any]
) -> None:
    _edit_while(desk, _change(jane, post, "{'excerpt': 'Hers.'}"))

    code, said = _at_a_terminal(desk, "edit", post["slug"], answers={"on top of it?": "y"})

    saved = root.post(post["slug"])
    assert (code, saved["excerpt"], saved["body"]) == (0, "Hers.", "One.\n\nThree."), said
    assert "Jane Doe saved this post before you did" in said


def test_whoever_does_not_want_that_keeps_their_text(
    desk: Desk, root: Person, jane: Person, post: dict[str, Any]
) -> None:
    _edit_while(desk, _change(jane, post, "{'excerpt': 'Hers.'}"))

    code, said = _at_a_terminal(desk, "edit", post["slug"], answers={"on top of it?": "n"})

    assert (code, root.post(post["slug"])["body"]) == (130, post["body"]), said
    (kept,) = (desk.config / "edits").rglob("*.md")
    assert "Three." in kept.read_text("utf-8")


def test_a_list_fits_and_shows_each_slug_whole(
    desk: Desk, root: Person, post: dict[str, Any]
) -> None:
    long = root.create(title=f"{post['title']} " * 5, slug=f"{post['slug']}-{'a' * 30}")

    code, said = _at_a_terminal(desk, "list", "--search", post["title"], answers={})

    assert code == 0
    assert all(one["slug"] in said for one in (post, long))


def test_many_show_how_far_it_is_and_deleting_is_asked_first(
    desk: Desk, root: Person, post: dict[str, Any]
) -> None:
    other = root.create(title=post["title"])
    names = (post["slug"], other["slug"])

    code, said = _at_a_terminal(desk, "publish", *names, answers={})
    assert (code, "2/2" in said, said.count("published")) == (0, True, 2), said

    code, said = _at_a_terminal(desk, "delete", *names, answers={"Delete 2 posts?": "n"})
    assert (code, root.post(post["slug"])["status"]) == (130, "published"), said
    code, said = _at_a_terminal(desk, "delete", *names, answers={"Delete 2 posts?": "y"})
    assert code == 0, said
