"""`cms posts edit`: only what was changed is sent, and no text is ever lost."""

import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cms.commands.posts import editing
from tests.client.desk import Desk, Person, unique

Typing = Callable[[str], str]


@pytest.fixture
def post(root: Person) -> dict[str, Any]:
    """A draft."""
    return root.create(body="One.\n\nTwo.\n", excerpt="Words.")


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Typing], None]:
    """A function that says what the user's hands do to the file."""

    def use(hands: Typing) -> None:
        def edit(path: Path) -> None:
            path.write_text(hands(path.read_text("utf-8")), "utf-8")

        monkeypatch.setattr(editing, "open_in_editor", edit)

    return use


def _kept(desk: Desk) -> list[Path]:
    return sorted((desk.config / "edits").rglob("*.md"))


def test_the_editor_of_the_user_is_run_on_a_private_file(
    desk: Desk, root: Person, post: dict[str, Any]
) -> None:
    script = desk.write(
        "it's an editor.py",
        "import os, pathlib, sys\n"
        "path = pathlib.Path(sys.argv[-1])\n"
        "assert sys.argv[1] == '--wait' and path.stat().st_mode & 0o077 == 0\n"
        "path.write_text(path.read_text().replace('Two', 'Three'))\n",
    )
    desk.environment["VISUAL"] = f'{sys.executable} "{script}" --wait'

    result = desk.posts("edit", post["slug"])

    saved = root.post(post["slug"])
    assert saved["body"] == "One.\n\nThree."
    assert f"Saved as version {saved['version']}" in result.stderr
    assert _kept(desk) == []
    (folder,) = (desk.config / "edits").iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_was_not_changed_is_not_sent(
    desk: Desk, root: Person, post: dict[str, Any], typing: Callable[[Typing], None]
) -> None:
    typing(lambda text: text)

    result = desk.posts("edit", post["id"])

    assert "Nothing was changed" in result.stderr
    assert root.post(post["slug"]) == post
    assert _kept(desk) == []


def test_every_field_can_be_changed_and_emptied(
    desk: Desk, root: Person, post: dict[str, Any], typing: Callable[[Typing], None]
) -> None:
    slug, tag, name = unique(), unique("tag"), unique("Somebody")
    typing(
        lambda _text: (
            f"---\ntitle: Other\nslug: {slug}\nexcerpt:\nauthors: [{name}]\ntags: [{tag}]\n"
            "published_at: 2026-02-03\nfeatured: true\ncover: {url: /a.png, alt: A}\n"
            "seo: {title: Short}\n---\nText\n"
        )
    )

    desk.posts("edit", post["slug"])

    saved = root.post(slug)
    assert {key: saved[key] for key in ("title", "excerpt", "body", "featured")} == {
        "title": "Other",
        "excerpt": None,
        "body": "Text",
        "featured": True,
    }
    assert saved["cover"] == {"url": "/a.png", "alt": "A", "caption": None}
    assert saved["seo"]["title"] == "Short"
    assert saved["published_at"] == "2026-02-03T00:00:00.000Z"
    assert [one["name"] for one in saved["expanded"]["authors"]] == [name]
    assert [one["name"] for one in saved["expanded"]["tags"]] == [tag]


def test_it_can_be_published_in_the_same_step(
    desk: Desk, root: Person, post: dict[str, Any], typing: Callable[[Typing], None]
) -> None:
    typing(lambda text: text.replace("Two", "Three"))

    desk.posts("edit", post["slug"], "--publish")

    assert root.post(post["slug"])["status"] == "published"


def test_whoever_comes_second_overwrites_nothing_and_loses_nothing(
    desk: Desk, jane: Person, root: Person, post: dict[str, Any], typing: Callable[[Typing], None]
) -> None:
    def meanwhile(text: str) -> str:
        jane.change(post, body="Hers.")
        return text.replace("Two", "Three")

    typing(meanwhile)
    result = desk.posts("edit", post["slug"], expect=3)

    assert root.post(post["slug"])["body"] == "Hers."
    (path,) = _kept(desk)
    assert "Three." in path.read_text("utf-8")
    assert "Jane Doe saved this post before you did" in result.stderr
    assert "+Hers." in result.stderr
    assert "you both changed: body" in result.stderr
    assert str(path) in result.stderr
    assert f"cms posts edit {post['slug']} --resume" in result.stderr

    # And neither does whoever just tries again.
    typing(lambda text: text)
    again = desk.posts("edit", post["slug"], expect=1)
    assert "--resume" in again.stderr
    assert "Three." in path.read_text("utf-8")

    resumed = desk.posts("edit", post["slug"], "--resume")
    assert "+Hers." in resumed.stderr
    assert root.post(post["slug"])["body"] == "One.\n\nThree."
    assert _kept(desk) == []


def test_going_on_sends_only_what_the_user_changed_themselves(
    desk: Desk, jane: Person, root: Person, post: dict[str, Any], typing: Callable[[Typing], None]
) -> None:
    def meanwhile(text: str) -> str:
        jane.change(post, excerpt="Hers.", slug=f"{post['slug']}-hers")
        return text.replace("Two", "Three")

    typing(meanwhile)
    desk.posts("edit", post["slug"], expect=3)
    typing(lambda text: text)
    desk.posts("edit", post["id"], "--resume")

    saved = root.post(f"{post['slug']}-hers")
    assert (saved["excerpt"], saved["body"]) == ("Hers.", "One.\n\nThree.")


def test_an_earlier_text_can_be_dropped(
    desk: Desk, root: Person, post: dict[str, Any], typing: Callable[[Typing], None]
) -> None:
    typing(lambda text: text.replace("title:", "titel:"))
    result = desk.posts("edit", post["slug"], expect=1)
    assert "titel" in result.stderr

    typing(lambda text: text.replace("Two", "Three"))
    desk.posts("edit", post["slug"], "--discard")

    assert root.post(post["slug"])["body"] == "One.\n\nThree."


@pytest.mark.parametrize("refused", ["slug: UPPER CASE", "published_at: 2999-01-01"])
def test_what_the_server_refuses_is_kept(
    desk: Desk,
    root: Person,
    post: dict[str, Any],
    typing: Callable[[Typing], None],
    refused: str,
) -> None:
    key = refused.partition(":")[0]
    typing(
        lambda text: "\n".join(
            refused if line.startswith(f"{key}:") else line for line in text.split("\n")
        )
    )

    result = desk.posts("edit", post["slug"], expect=1)

    assert key in result.stderr
    assert refused in _kept(desk)[0].read_text("utf-8")
    assert root.post(post["slug"]) == post


def test_a_text_that_is_kept_for_one_server_is_not_saved_on_another(
    desk: Desk, post: dict[str, Any], typing: Callable[[Typing], None]
) -> None:
    typing(lambda text: text.replace("title:", "titel:"))
    desk.posts("edit", post["slug"], expect=1)
    desk.environment["CMS_SERVER"] = str(desk.environment["CMS_SERVER"]).replace(
        "127.0.0.1", "localhost"
    )

    result = desk.posts("edit", post["slug"], "--resume", expect=1)

    assert "no text of an earlier edit" in result.stderr


@pytest.mark.parametrize(
    ("editor", "said"),
    [("false", "ended with 1"), ("no-such-editor-anywhere", "cannot be started"), ("'", "VISUAL")],
)
def test_an_editor_that_fails_changes_nothing_and_leaves_nothing(
    desk: Desk, root: Person, post: dict[str, Any], editor: str, said: str
) -> None:
    desk.environment["VISUAL"] = editor

    result = desk.posts("edit", post["slug"], expect=1)

    assert said in result.stderr
    assert _kept(desk) == []
    assert root.post(post["slug"]) == post
