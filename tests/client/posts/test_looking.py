"""`cms posts list`, `show`, `revisions`, `diff` and `check`."""

import json
from typing import Any

import pytest

from tests.client.desk import Desk, Person, unique

# Clears the screen, sets the title of the window, turns the line around.
HOSTILE = "x\u202ey\u200bz"


def _json(desk: Desk, *arguments: object, expect: int = 0) -> Any:
    return json.loads(desk.posts(*arguments, "--json", expect=expect).stdout)


def test_a_list_shows_what_there_is_and_says_if_there_is_more(desk: Desk, root: Person) -> None:
    tag = unique("tag")
    made = [root.create(title=f"Number {number}", tags=[tag]) for number in range(3)]

    result = desk.posts("list", "--tag", tag, "--limit", 2)

    assert [one["slug"] in result.stdout for one in made] == [False, True, True]
    assert "Number 2" in result.stdout
    assert "the newest 2" in result.stderr
    assert len(_json(desk, "list", "--tag", tag, "--all")["data"]) == 3
    assert desk.posts("list", "--tag", unique()).stdout == ""


def test_a_list_can_be_narrowed(desk: Desk, root: Person) -> None:
    word = unique("Word")
    draft = root.create(title=f"{word} one")
    root.create(title=f"{word} two", status="published")

    for narrowed in (
        ("--status", "draft", "--search", word),
        ("--filter", f"status:draft+title:~'{word}'"),
    ):
        assert [one["id"] for one in _json(desk, "list", *narrowed)["data"]] == [draft["id"]]
    assert "filter" in desk.posts("list", "--filter", "nonsense", expect=1).stderr
    assert desk.posts("list", "--status", "nonsense", expect=2).stdout == ""


def test_a_post_is_shown_by_slug_or_id(desk: Desk, root: Person) -> None:
    post = root.create(title="Shown", body="Line one.\n\nLine two.", tags=["A tag"], excerpt="Ex.")

    for name in (post["slug"], post["id"], post["id"].replace("-", "")):
        shown = desk.posts("show", name).stdout
        assert all(one in shown for one in ("Shown", "draft", "A tag", "Ex.", "Line two."))
    assert _json(desk, "show", post["slug"]) == post


def test_what_show_writes_publish_takes(desk: Desk, root: Person) -> None:
    post = root.create(title="T", body="Text.", status="published")
    file = desk.write("a.md", desk.posts("show", post["slug"], "--file").stdout)

    desk.publish_one(file)

    assert root.post(post["slug"]) == post


@pytest.mark.parametrize("name", ["nope", "No such", "../users", "01a2", "?q=x", "a" * 200, ""])
@pytest.mark.parametrize("command", ["show", "edit", "check", "revisions", "publish"])
def test_what_is_not_there_ends_with_4(desk: Desk, command: str, name: str) -> None:
    result = desk.posts(command, name, expect=4)

    assert "there is no post" in result.output
    assert "cms posts list" in result.output


def test_nothing_that_rules_a_terminal_gets_there(desk: Desk, root: Person) -> None:
    post = root.create(title=HOSTILE, body=f"a\n{HOSTILE}\tb", excerpt=HOSTILE)
    changed = root.change(post, title=f"{HOSTILE}!", body=f"c\n{HOSTILE}")

    said = [
        desk.posts("show", post["slug"]).output,
        desk.posts("list", "--limit", 100).output,
        desk.posts("diff", post["slug"], 1).output,
        desk.posts("check", post["slug"]).output,
        desk.posts("publish", f"\x1b[2J{changed['slug']}", expect=4).output,
    ]

    assert not [one for one in said if set(one) & set("\u202e\u200b\x1b\x07")]


def test_what_has_changed_is_shown_since_a_revision_or_since_publishing(
    desk: Desk, root: Person
) -> None:
    post = root.create(title="First", body="One.\n\nTwo.")
    root.change(post, title="Second")
    desk.posts("publish", post["slug"])
    assert "Nothing is different" in desk.posts("diff", post["slug"]).stderr
    root.change(post, body="One.\n\nThree.")

    since_publishing = desk.posts("diff", post["slug"]).stdout
    since_creation = desk.posts("diff", post["slug"], 1).stdout

    assert "-Two." in since_publishing
    assert "+Three." in since_publishing
    assert "First" not in since_publishing
    assert "- First" in since_creation
    assert "+ Second" in since_creation
    assert _json(desk, "diff", post["slug"], 1, "--to", 2)["body"] is None
    assert [one["number"] for one in _json(desk, "revisions", post["slug"])["data"]] == [3, 2, 1]
    assert "live" in desk.posts("revisions", post["slug"]).stdout


def test_a_draft_has_nothing_to_be_compared_with_by_itself(desk: Desk, root: Person) -> None:
    post = root.create()

    assert "cms posts revisions" in desk.posts("diff", post["slug"], expect=1).stderr
    assert "revision 9" in desk.posts("diff", post["slug"], 9, expect=4).stderr


def test_checks_are_shown_and_errors_fail_a_script(desk: Desk, root: Person) -> None:
    good = root.create(title=unique("Title"), body="Text.", excerpt="Words.")
    poor = root.create(title=unique("Title"), body="Text.\n\n![](/a.png)", excerpt="Words.")
    bad = root.create(title=unique("Title"), body="", excerpt="Words.")

    assert "Nothing is found" in desk.posts("check", good["slug"]).stderr
    assert "body line 3: The image" in desk.posts("check", poor["slug"]).stdout
    assert "no text" in desk.posts("check", bad["slug"], expect=1).stdout
    assert _json(desk, "check", good["slug"]) == {"data": []}
