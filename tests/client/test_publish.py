"""`cms publish` against a real server: create, update, leave alone, and conflicts."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.client.desk import Desk, Person, unique
from tests.servers import LiveServer


@pytest.fixture
def slug() -> str:
    return unique()


@pytest.fixture
def file(desk: Desk, slug: str) -> Path:
    return desk.write("post.md", _source(slug))


def _source(slug: str, *, title: str = "A Title", body: str = "The text.", more: str = "") -> str:
    return f"---\ntitle: {title}\nslug: {slug}\n{more}---\n{body}\n"


def _public(server: LiveServer, slug: str) -> dict[str, Any] | None:
    answer = httpx2.get(f"{server.url}/api/v1/posts/{slug}", trust_env=False)
    return answer.json() if answer.status_code == 200 else None


def test_a_file_is_published_and_its_address_printed(
    desk: Desk, file: Path, slug: str, live_server: LiveServer
) -> None:
    result = desk.run(file)
    assert result.exit_code == 0, result.output
    assert f"{live_server.url}/api/v1/posts/{slug}" in result.stdout
    assert "published" in result.stdout
    public = _public(live_server, slug)
    assert public is not None
    assert (public["title"], public["html"]) == ("A Title", "<p>The text.</p>\n")


def test_the_second_run_of_the_same_file_writes_nothing_and_says_so(
    desk: Desk, slug: str, root: Person, live_server: LiveServer
) -> None:
    more = (
        "authors: [Somebody New, {name: Somebody Else, slug: somebody-else}]\n"
        "tags: [One, 'two  words']\nexcerpt: >\n  folded\n  text\nfeatured: true\n"
        "published_at: 2026-02-03T04:05:06.789Z\nseo: {description: Words}\n"
        "cover: {url: 'https://example.org/a.jpg', caption: Said below}\n"
    )
    file = desk.write("full.md", _source(slug, title="Crème  brûle\u0301e", more=more))
    first = desk.publish_one(file)
    saved, version = root.post(slug), _site_version(live_server)
    second = desk.publish_one(file)
    assert (first["result"], second["result"]) == ("published", "unchanged")
    assert root.post(slug) == saved
    assert _site_version(live_server) == version
    assert saved["published_at"] == "2026-02-03T04:05:06.789Z"
    assert [author["name"] for author in saved["expanded"]["authors"]] == [
        "Somebody New",
        "Somebody Else",
    ]


def _site_version(server: LiveServer) -> int:
    answer = httpx2.get(f"{server.url}/api/v1/posts?limit=1", trust_env=False)
    return int(answer.json()["version"])


def test_only_what_changed_in_the_file_is_sent(
    desk: Desk, file: Path, slug: str, root: Person
) -> None:
    desk.publish_one(file)
    desk.write("post.md", _source(slug, title="Another", more="featured: true\n"))
    entry = desk.publish_one(file)
    assert entry["result"] == "published"
    assert entry["changed"] == ["title", "featured"]
    assert root.post(slug)["featured"] is True


def test_a_draft_is_saved_and_not_shown_to_readers(
    desk: Desk, file: Path, slug: str, live_server: LiveServer
) -> None:
    assert desk.publish_one(file, "--draft")["result"] == "created"
    assert _public(live_server, slug) is None
    assert desk.publish_one(file)["result"] == "published"
    desk.write("post.md", _source(slug, title="Quietly"))
    assert desk.publish_one(file, "--draft")["result"] == "updated"
    assert (_public(live_server, slug) or {})["title"] == "A Title"
    assert desk.publish_one(file, "--draft")["result"] == "unchanged"
    assert desk.publish_one(file)["result"] == "published"
    assert (_public(live_server, slug) or {})["title"] == "Quietly"


def test_an_edit_back_to_what_is_public_leaves_nothing_to_publish(
    desk: Desk, file: Path, slug: str, live_server: LiveServer
) -> None:
    desk.publish_one(file)
    desk.write("post.md", _source(slug, title="Quietly"))
    desk.publish_one(file, "--draft")
    version = _site_version(live_server)
    desk.write("post.md", _source(slug))
    entry = desk.publish_one(file)
    assert (entry["result"], entry["live"]) == ("updated", True)
    assert _site_version(live_server) == version


def test_the_status_of_the_file_is_heeded(desk: Desk, slug: str, root: Person) -> None:
    file = desk.write("post.md", _source(slug, more="status: draft\n"))
    assert desk.publish_one(file)["result"] == "created"
    assert root.post(slug)["status"] == "draft"
    desk.write("post.md", _source(slug, more="status: in_review\n"))
    assert desk.publish_one(file)["result"] == "updated"
    assert root.post(slug)["status"] == "in_review"
    assert desk.publish_one(file)["result"] == "unchanged"


def test_a_file_without_a_slug_is_found_again(desk: Desk, root: Person) -> None:
    title = unique("Ohne Kürzel")
    file = desk.write("post.txt", f"{title}\n\nFirst.\n\nSecond.\n")
    created = desk.publish_one(file)
    desk.write("post.txt", f"{title} 2\n\nFirst.\n\nSecond.\n")
    changed = desk.publish_one(file)
    assert created["id"] == changed["id"]
    assert root.post(created["slug"])["title"] == f"{title} 2"
    assert root.post(created["slug"])["body"] == "First.\n\nSecond."


def test_a_changed_slug_moves_the_post(desk: Desk, file: Path, slug: str) -> None:
    created = desk.publish_one(file)
    desk.write("post.md", _source(f"{slug}-new"))
    moved = desk.publish_one(file)
    assert (moved["id"], moved["slug"]) == (created["id"], f"{slug}-new")


def test_a_moved_file_is_still_the_same_post(desk: Desk, file: Path, slug: str) -> None:
    desk.publish_one(file)
    moved = file.rename(file.with_name("moved.md"))
    moved.write_text(_source(slug, title="Moved"))
    assert desk.publish_one(moved)["result"] == "published"


def test_options_override_the_file(desk: Desk, root: Person, slug: str) -> None:
    file = desk.write("page.txt", "top of page\n\nWords.\n")
    options = ["--title", "Chosen", "--slug", slug, "--author", "An Author", "--tag", unique("T")]
    desk.publish_one(file, *options, "--tag", "failure")
    post = root.post(slug)
    assert post["title"] == "Chosen"
    assert post["expanded"]["authors"][0]["name"] == "An Author"
    assert len(post["tag_ids"]) == 2


def test_authors_and_tags_that_exist_are_used_again(desk: Desk, slug: str, root: Person) -> None:
    name, tag = unique("Author"), unique("Tag")
    lines = f"author: {name}\ntags: [{tag}]\n"
    desk.publish_one(desk.write("one.md", _source(slug, more=lines)))
    other = f"author: {name.upper()}\ntags: [{tag.upper()}]\n"
    desk.publish_one(desk.write("two.md", _source(f"{slug}-2", more=other)))
    one, two = root.post(slug), root.post(f"{slug}-2")
    assert one["author_ids"] == two["author_ids"]
    assert one["tag_ids"] == two["tag_ids"]


def test_two_authors_of_one_name_need_a_slug(desk: Desk, slug: str, root: Person) -> None:
    name = unique("Twin")
    for _ in range(2):
        assert root.http.post("/manage/authors", json={"name": name}).status_code == 201
    file = desk.write("post.md", _source(slug, more=f"author: {name}\n"))
    entry = desk.publish_one(file, expect=1)
    assert entry["result"] == "failed"
    assert "state a slug" in entry["message"]
    stated = f"author: {{name: {name}, slug: {name.lower()}}}\n"
    desk.write("post.md", _source(slug, more=stated))
    assert desk.publish_one(file)["result"] == "published"


def test_a_dry_run_changes_nothing(desk: Desk, file: Path, slug: str, root: Person) -> None:
    name = unique("Nobody")
    desk.write("post.md", _source(slug, more=f"author: {name}\n"))
    assert desk.publish_one(file, "--dry-run")["result"] == "published"
    assert root.http.get("/manage/posts", params={"slug": slug}).json()["data"] == []
    desk.write("post.md", _source(slug))
    desk.publish_one(file)
    saved = root.post(slug)
    desk.write("post.md", _source(slug, title="Other"))
    entry = desk.publish_one(file, "--dry-run")
    assert (entry["result"], entry["changed"]) == ("published", ["title"])
    assert root.post(slug) == saved


def test_what_somebody_else_changed_is_shown_and_not_overwritten(
    desk: Desk, file: Path, slug: str, root: Person, jane: Person
) -> None:
    desk.publish_one(file)
    theirs = jane.change(root.post(slug), body="The text.\n\nJane's line.", featured=True)
    desk.write("post.md", _source(slug, title="Mine"))
    result = desk.run(file)
    assert result.exit_code == 1
    assert "conflict" in result.stdout
    assert "by Jane Doe at 20" in result.stdout
    assert "featured changed too" in result.stdout
    assert "-Jane's line." in result.stdout
    assert "title (changed in the file)" in result.stdout
    assert "body (changed on the server)" in result.stdout
    assert root.post(slug) == theirs


def test_force_overwrites_and_is_then_up_to_date(
    desk: Desk, file: Path, slug: str, root: Person, jane: Person
) -> None:
    desk.publish_one(file)
    jane.change(root.post(slug), title="Jane's", featured=True)
    desk.publish_one(file, expect=1)
    entry = desk.publish_one(file, "--force")
    assert (entry["result"], entry["changed"]) == ("published", ["title"])
    post = root.post(slug)
    assert post["title"] == "A Title"
    assert post["featured"] is True
    assert desk.publish_one(file)["result"] == "unchanged"


def test_a_quiet_edit_of_somebody_else_is_not_published_by_an_unchanged_file(
    desk: Desk, file: Path, slug: str, root: Person, jane: Person
) -> None:
    desk.publish_one(file)
    jane.change(root.post(slug), featured=True)
    entry = desk.publish_one(file, expect=1)
    assert entry["result"] == "conflict"
    assert "by Jane Doe" in entry["message"]
    assert root.post(slug)["has_unpublished_changes"] is True


def test_a_post_that_this_client_never_saw_is_a_conflict(
    desk: Desk, file: Path, slug: str, root: Person, jane: Person
) -> None:
    values = {"title": "Hers", "slug": slug, "body": "Other text."}
    assert jane.http.post("/manage/posts", json=values).status_code == 201
    entry = desk.publish_one(file, expect=1)
    assert entry["result"] == "conflict"
    assert "by Jane Doe" in entry["message"]
    assert "--force adopts" in entry["message"]
    assert [difference["field"] for difference in entry["differences"]] == ["title", "body"]
    assert root.post(slug)["title"] == "Hers"
    assert desk.publish_one(file, "--force")["result"] == "published"
    assert root.post(slug)["title"] == "A Title"


def test_an_identical_post_is_adopted(
    desk: Desk, file: Path, slug: str, root: Person, jane: Person
) -> None:
    values = {"title": "A Title", "slug": slug, "body": "The text.", "status": "published"}
    assert jane.http.post("/manage/posts", json=values).status_code == 201
    assert desk.publish_one(file)["result"] == "unchanged"
    desk.write("post.md", _source(slug, title="Next"))
    assert desk.publish_one(file)["result"] == "published"
    assert root.post(slug)["title"] == "Next"


def test_a_post_deleted_on_the_server_comes_back_only_by_force(
    desk: Desk, file: Path, slug: str, root: Person
) -> None:
    desk.publish_one(file)
    root.delete(root.post(slug))
    entry = desk.publish_one(file, expect=1)
    assert entry["result"] == "conflict"
    assert "was deleted on the server" in entry["message"]
    assert root.trash(slug)["status"] == "trashed"
    assert desk.publish_one(file, "--force")["result"] == "published"
    assert desk.publish_one(file)["result"] == "unchanged"
    assert root.post(slug)["id"] != root.trash(slug)["id"]


def test_a_post_that_came_out_of_the_trash_goes_on_once_it_was_adopted(
    desk: Desk, file: Path, slug: str, root: Person
) -> None:
    desk.publish_one(file)
    post = root.post(slug)
    root.delete(post)
    root.restore(post)
    assert desk.publish_one(file, "--force")["result"] == "published"
    assert root.post(slug)["id"] == post["id"]


def test_a_slug_in_the_trash_is_not_found(
    desk: Desk, file: Path, slug: str, root: Person, jane: Person
) -> None:
    values = {"title": "Hers", "slug": slug}
    assert jane.http.post("/manage/posts", json=values).status_code == 201
    root.delete(root.post(slug))
    assert desk.publish_one(file)["result"] == "published"
    assert root.post(slug)["title"] == "A Title"


def test_a_folder_is_searched_and_one_failure_does_not_stop_the_others(desk: Desk) -> None:
    good = [unique(), unique(), unique()]
    desk.write("a.md", _source(good[0]))
    desk.write("b.md", "---\ntitel: x\n---\nText")
    desk.write("deep/c.markdown", _source(good[1]))
    desk.write("deep/d.txt", _source(good[2]))
    desk.write("deep/e.html", "<p>no</p>")
    desk.write(".hidden/f.md", _source(unique()))
    entries = desk.publish(desk.folder, expect=1)
    found = {Path(entry["file"]).name: entry["result"] for entry in entries}
    assert found == {
        "a.md": "published",
        "b.md": "failed",
        "c.markdown": "published",
        "d.txt": "published",
    }
    (failed,) = [entry for entry in entries if entry["result"] == "failed"]
    assert '"titel"' in failed["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.md", "b.md", "--title", "x"],
        ["nothing-here.md"],
        ["empty"],
        ["a.md", "--unknown"],
        ["a.md", "--server", "http://cms.example.org"],
        ["a.md", "--server", "ftp://127.0.0.1"],
        ["a.md", "--server", "https://user:word@cms.example.org"],
        ["a.md", "--token", "two words"],
    ],
)
def test_a_wrong_call_ends_with_2_and_sends_nothing(desk: Desk, arguments: list[str]) -> None:
    desk.write("a.md", "# A\n")
    desk.write("b.md", "# B\n")
    (desk.folder / "empty").mkdir()
    names = [
        desk.folder / word if index == 0 or word.endswith(".md") else word
        for index, word in enumerate(arguments)
    ]
    result = desk.run(*names)
    assert result.exit_code == 2, result.output
    assert not desk.config.exists()
