"""`cms load`: good lines are published, bad ones named by number, nothing is loaded twice."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from cms.accounts.models import User
from cms.accounts.permissions import Caller
from cms.app import create_app
from cms.commands.load import reading, writing
from cms.commands.load.preparing import Job, prepare
from cms.content import naming
from cms.content.loading import actions as loading
from cms.content.loading.assembling import Names
from cms.content.loading.models import Load
from cms.content.posts import queries
from cms.content.posts.models import Post
from cms.content.posts.trash import actions as trash
from cms.content.tags import actions as tag_actions
from cms.content.tags.actions import TagNameTaken
from cms.content.tags.models import Tag
from cms.editions.models import Change, Site
from cms.editions.search.models import SearchTerm
from cms.foundation import moments
from cms.foundation.audit.models import AuditEntry
from cms.foundation.database import Database
from cms.foundation.errors import Unprocessable
from cms.foundation.settings import load as load_settings
from cms.foundation.versions import ANY
from tests.commands.conftest import Cms
from tests.live import record
from tests.search.test_index import check_the_index

Write = Callable[..., Path]


@pytest.fixture
def admin(migrated: Cms) -> Cms:
    """`cms` with somebody to whom posts can belong."""
    assert migrated.create_user("root@example.org").code == 0
    return migrated


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes lines: objects, or text as it is."""

    def write_lines(*lines: Any, name: str = "posts.ndjson") -> Path:
        path = tmp_path / name
        texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
        path.write_text("".join(f"{text}\n" for text in texts))
        return path

    return write_lines


BetweenBatches = Callable[[Callable[[], None]], None]


@pytest.fixture
def between_batches(monkeypatch: pytest.MonkeyPatch) -> BetweenBatches:
    """Has something done once, between the first line of a file and the others."""

    def arrange(do: Callable[[], None]) -> None:
        left = [do]
        batches = writing.batches

        def interrupted(*args: Any) -> Any:
            for number, batch in enumerate(batches(*args)):
                if number == 1 and left:
                    left.pop()()
                yield batch

        monkeypatch.setattr(reading, "CHUNK", 1)
        monkeypatch.setattr(writing, "BATCH", 1)
        monkeypatch.setattr(writing, "batches", interrupted)

    return arrange


def read(path: str) -> Any:
    """What readers get."""
    app = create_app(load_settings())
    try:
        answer = app.test_client().get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()
    finally:
        app.database.dispose()


def count(stored: Database) -> int:
    """How many posts there are."""
    with stored.session(read_only=True) as session:
        return session.scalar(select(func.count()).select_from(Post)) or 0


WHOLE = {
    "title": "What You Do",
    "slug": "what-you-do",
    "excerpt": "In short",
    "html": '<h2 id="a">A</h2><p>Text<script>alert(1)</script></p>',
    "published_at": "2020-02-03T04:05:06.789123+01:00",
    "authors": [{"name": "Ann", "slug": "ann"}, {"name": "Bob"}],
    "tags": [{"name": "News", "slug": "news"}, {"name": "Été"}],
    "cover_url": "https://images.example.org/a.jpg",
}


def test_a_whole_line_is_what_readers_get(admin: Cms, write: Write) -> None:
    outcome = admin("load", str(write(WHOLE)))

    assert (outcome.code, "Loaded 1 post in" in outcome.out) == (0, True)
    post = read("/api/v1/posts/what-you-do")
    assert post["title"] == "What You Do"
    assert post["excerpt"] == "In short"
    assert post["html"].startswith("<h2 id=")
    assert "script" not in post["html"]
    assert post["published_at"] == "2020-02-03T03:05:06.789Z"
    assert [author["slug"] for author in post["authors"]] == ["ann", "bob"]
    assert [tag["slug"] for tag in post["tags"]] == ["news", "ete"]
    assert post["cover"] == {"url": WHOLE["cover_url"], "alt": "", "caption": None}
    assert read("/api/v1/tags/news")["post_count"] == 1
    assert read("/api/v1/posts?tag=ete&author=bob&total=true")["total"] == 1


def test_a_load_is_in_the_audit_log_with_how_many(
    admin: Cms, write: Write, stored: Database
) -> None:
    assert admin("load", str(write(WHOLE, {"title": "Another"}))).code == 0

    loaded = select(AuditEntry).where(AuditEntry.subject_kind == "post")
    with stored.session(read_only=True) as session:
        (entry,) = session.scalars(loaded)
    assert (entry.action, entry.actor_name, entry.subject_id) == ("cms load", "root", None)
    assert entry.changes["posts.inserted"] == [None, 2]


def test_the_record_is_whole_and_the_working_copy_is_that_of_the_edition(
    admin: Cms, write: Write, stored: Database
) -> None:
    lines = [{**WHOLE, "slug": f"post-{number}"} for number in range(3)]
    lines.append({"title": "Markdown", "body": "It *works*.\n\n- a\n- b"})
    admin("load", str(write(*lines)))

    record.is_whole(admin.database_url)
    with stored.session(read_only=True) as session:
        posts = session.scalars(select(Post)).all()
        assert {post.status for post in posts} == {"published"}
        assert not any(post.has_unpublished_changes for post in posts)
        # One version for what was named, and the posts with it.
        assert session.scalars(select(Site.version)).one() == 1
    assert "<em>works</em>" in read("/api/v1/posts/markdown")["html"]


BAD: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "not valid JSON"),
    "not an object": ("[1]", "Must be an object"),
    "no title": ({"body": "x"}, "title"),
    "unknown field": ({"title": "A", "draft": True}, "Unknown. Allowed here: title"),
    "both texts": ({"title": "A", "body": "x", "html": "x"}, "not both"),
    "slug that is none": ({"title": "A", "slug": "A b"}, "slug"),
    "slug that is taken": ({"title": "A", "slug": "first"}, "first is taken"),
    "future": ({"title": "A", "published_at": "2999-01-01T00:00:00Z"}, "future"),
    "no zone": ({"title": "A", "published_at": "2020-01-01T00:00:00"}, "published_at"),
    "author without name": ({"title": "A", "authors": [{"slug": "a"}]}, "authors"),
    "cover that is a script": ({"title": "A", "cover_url": "javascript:x"}, "cover_url"),
    "control character": ({"title": "A", "body": "\u0001"}, "U+0001"),
    "longer as Markdown": ({"title": "A", "html": "&" * 300_000}, "1,000,000 characters"),
    "terminal sequence": ({"title": "A", "\x1b]0;x\x07[red]": 1}, "Unknown"),
    "member twice": ('{"title": "A", "title": "B"}', "twice"),
}


def test_bad_lines_are_named_by_number_and_the_others_loaded(
    admin: Cms, write: Write, stored: Database
) -> None:
    bad = [line for line, _ in BAD.values()]
    path = write({"title": "First", "slug": "first"}, *bad, "", {"title": "Last"})

    outcome = admin("load", "--json", str(path))

    report = json.loads(outcome.out)
    assert (outcome.code, report["loaded"], count(stored)) == (1, 2, 2)
    faults = {one["line"]: one["fault"] for one in report["refused"]}
    assert set(faults) == set(range(2, len(bad) + 2))
    for number, (_, said) in enumerate(BAD.values(), 2):
        assert said in faults[number], faults[number]
    shown = admin("load", "--check", str(path))
    assert (shown.code, count(stored)) == (1, 2)
    assert "Not loaded" in shown.err
    assert "future" in shown.err
    assert "]0;x\N{REPLACEMENT CHARACTER}[red]" in shown.err
    assert "\x1b" not in shown.err


def test_without_slugs_posts_of_one_title_get_numbers(admin: Cms, write: Write) -> None:
    lines = [{"title": "Same"}, {"title": "Same"}, {"title": "Same", "slug": "same-2"}]
    assert admin("load", str(write(*lines))).code == 0
    assert admin("load", str(write({"title": "Same"}, name="more.ndjson"))).code == 0

    slugs = {post["slug"] for post in read("/api/v1/posts")["data"]}
    assert slugs == {"same", "same-2", "same-3", "same-4"}


def test_many_posts_of_one_title_do_not_ask_for_each_number(
    admin: Cms, write: Write, stored: Database
) -> None:
    statements = Counter[int]()

    def load(number: int) -> None:
        def asked(*_: Any) -> None:
            statements[number] += 1

        # Of one moment, two could want the same number in the index, by chance: one more question.
        moments_of = (f"2020-01-01T00:{number}:{one:02}Z" for one in range(number))
        # With a word that is new each time.
        same = {"title": "Same", "body": f"Word{number}"}
        lines = [{**same, "published_at": moment} for moment in moments_of]
        event.listen(Engine, "before_cursor_execute", asked)
        try:
            assert admin("load", str(write(*lines, name=f"{number}.ndjson"))).code == 0
        finally:
            event.remove(Engine, "before_cursor_execute", asked)

    load(20)
    load(40)

    assert statements[40] == statements[20]
    assert count(stored) == 60


def test_a_slug_that_a_line_cannot_have_is_found_without_loading(
    admin: Cms, write: Write, stored: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 1)
    monkeypatch.setattr(writing, "BATCH", 1)
    admin("load", str(write({"title": "First", "slug": "taken"}, name="first.ndjson")))
    path = write(
        *({"title": "A", "slug": slug} for slug in ("taken", "once", "twice", "twice")),
        {"title": "Twice"},
    )

    checked = json.loads(admin("load", "--check", "--json", str(path)).out)
    assert count(stored) == 1
    loaded = json.loads(admin("load", "--json", str(path)).out)

    assert [one["line"] for one in checked["refused"]] == [1, 4]
    assert loaded["refused"] == checked["refused"]


def test_a_slug_in_the_trash_is_free(admin: Cms, write: Write, stored: Database) -> None:
    admin("load", str(write(WHOLE)))
    with stored.transaction() as session:
        post = session.scalars(select(Post)).one()
        by = Caller.of(session.scalars(select(User)).one())
        post = queries.get(session, post.id, by=by)
        trash.trash(session, post, by=by, expected=ANY, now=moments.now())

    outcome = admin("load", str(write({**WHOLE, "title": "Again"}, name="again.ndjson")))

    assert outcome.code == 0
    assert count(stored) == 2
    assert read("/api/v1/posts/what-you-do")["title"] == "Again"


def test_a_file_that_is_done_is_not_loaded_again(
    admin: Cms, write: Write, stored: Database
) -> None:
    path = write({"title": "A"}, {"title": "B"})
    admin("load", str(path))

    again = admin("load", str(path))

    assert (again.code, count(stored)) == (0, 2)
    assert "Done before: 2 lines of this file." in again.out


def test_a_file_that_has_grown_goes_on_behind_what_is_done(
    admin: Cms, write: Write, stored: Database
) -> None:
    path = write({"title": "A"}, {"title": "B"})
    admin("load", str(path))
    for added in ({"title": "C"}, {"title": "D"}):
        with path.open("a") as file:
            file.write(json.dumps(added) + "\n")
        assert "Loaded 1 post in" in admin("load", str(path)).out
    # Not a beginning of it: the last line of the other is another one.
    assert admin("load", str(write({"title": "A"}, "{", name="cut.ndjson"))).code == 1
    assert count(stored) == 5


def test_what_is_added_to_a_file_that_is_being_loaded_is_left_for_the_next_run(
    admin: Cms, write: Write, stored: Database, between_batches: BetweenBatches
) -> None:
    path = write(*({"title": str(number)} for number in range(5)))

    def grow() -> None:
        with path.open("a") as file:
            file.write('{"title": "New"}\n' * 3)

    between_batches(grow)
    assert json.loads(admin("load", "--json", str(path)).out)["loaded"] == 5
    report = json.loads(admin("load", "--json", str(path)).out)
    assert (report["loaded"], report["done_before"]) == (3, 5)
    assert count(stored) == 8


def test_two_loads_of_a_file_do_not_load_a_line_twice(
    admin: Cms, write: Write, stored: Database, between_batches: BetweenBatches
) -> None:
    path = write(*({"title": str(number)} for number in range(5)))

    def go_on_elsewhere() -> None:
        with stored.transaction() as session:
            session.execute(update(Load).values(lines=3))

    between_batches(go_on_elsewhere)
    outcome = admin("load", str(path))
    assert outcome.is_one_clear_line()
    assert "Another cms load is at this file" in outcome.err
    assert count(stored) == 1


def test_a_tag_that_is_merged_meanwhile_is_made_again(
    admin: Cms, write: Write, stored: Database, between_batches: BetweenBatches
) -> None:
    tags = [{"name": "Mid"}]
    path = write(*({"title": str(number), "tags": tags} for number in range(5)))

    def merge() -> None:
        with stored.transaction() as session:
            by = Caller.of(session.scalars(select(User)).one())
            now = moments.now()
            tag = tag_actions.create(session, {"name": "Other"}, by=by, now=now)
            mid = session.scalars(select(Tag)).first()
            assert mid is not None
            tag_actions.merge(session, mid, tag.id, by=by, expected=ANY, now=now)

    between_batches(merge)
    assert json.loads(admin("load", "--json", str(path)).out)["loaded"] == 5
    record.is_whole(admin.database_url)
    check_the_index(stored)
    found = read("/api/v1/tags")["data"]
    assert {one["name"]: one["post_count"] for one in found} == {"Mid": 4, "Other": 1}


def failure(sqlstate: str) -> DBAPIError:
    """What PostgreSQL says of a transaction that it gives up."""
    error = Exception("no luck")
    error.sqlstate = sqlstate  # type: ignore[attr-defined]
    return DBAPIError("COMMIT", None, error)


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (naming.taken("a"), 3),
        (TagNameTaken("a"), 3),
        (IntegrityError("INSERT", None, Exception("a")), 3),
        (failure("40001"), 3),
        (failure("40P01"), 3),
        (failure("57014"), 1),
        (Unprocessable("a"), 1),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_what_others_do_at_the_same_time_is_no_reason_to_end(
    admin: Cms,
    write: Write,
    stored: Database,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    tries: int,
) -> None:
    calls = []
    add = loading.add

    def failing(*args: Any, **kwargs: Any) -> dict[int, str]:
        refused = add(*args, **kwargs)
        calls.append(kwargs["known"])
        if len(calls) < 3:
            raise error
        return refused

    monkeypatch.setattr(writing, "LONGEST_PAUSE", 0)
    monkeypatch.setattr(loading, "add", failing)
    outcome = admin("load", str(write(WHOLE, {"title": "Another"})))

    assert len(calls) == tries
    assert (outcome.code == 0) == (tries > 1)
    assert count(stored) == (2 if tries > 1 else 0)
    record.is_whole(admin.database_url)


def test_a_pipe_is_refused(admin: Cms, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    outcome = admin("load", str(pipe))

    assert outcome.code == 2
    assert "no regular file" in outcome.err


def test_a_byte_order_mark_is_no_part_of_a_line(admin: Cms, write: Write) -> None:
    outcome = admin("load", str(write("\ufeff" + json.dumps(WHOLE))))

    assert outcome.code == 0
    assert read("/api/v1/posts/what-you-do")["title"] == "What You Do"


def test_who_is_deactivated_brings_nothing(admin: Cms, write: Write, stored: Database) -> None:
    admin.create_user("gone@example.org")
    with stored.transaction() as session:
        session.execute(
            update(User).where(User.email == "gone@example.org").values(is_active=False)
        )

    outcome = admin("load", "--by", "gone@example.org", str(write(WHOLE)))

    assert outcome.is_one_clear_line()
    assert "deactivated" in outcome.err
    assert count(stored) == 0


def test_names_that_exist_are_used(admin: Cms, write: Write) -> None:
    admin("load", str(write({"title": "A", "tags": [{"name": "Straße", "slug": "s"}]})))
    tags = [{"name": "STRASSE"}, {"name": "Another", "slug": "s"}]
    admin("load", str(write({"title": "B", "tags": tags}, name="more.ndjson")))

    (tag,) = read("/api/v1/tags")["data"]
    assert (tag["slug"], tag["name"], tag["post_count"]) == ("s", "Straße", 2)


@pytest.mark.parametrize("chunk", [1, 100])
def test_names_are_not_one_because_their_slugs_would_be(
    admin: Cms, write: Write, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(reading, "CHUNK", chunk)
    monkeypatch.setattr(writing, "BATCH", 1)

    def tagged(*names: str) -> dict[str, Any]:
        return {"title": names[0], "tags": [{"name": name} for name in names]}

    def written(*names: str) -> dict[str, Any]:
        return {"title": names[0], "authors": [{"name": name} for name in names]}

    lines = [
        {"title": "A", "tags": [{"name": "Bar", "slug": "foo"}, {"name": "Foo", "slug": "foo-2"}]},
        tagged("C", "C++", "C#"),
        tagged("c#", "!!!", "???", "Foo"),
        written("José Núñez", "Jose Nunez"),
        written("Jose Nunez"),
        {"title": "B", "authors": [{"name": "Jose Nunez", "slug": "jose"}]},
        # Who has the slug is meant, whatever the name.
        {"title": "D", "tags": [{"name": "Anything", "slug": "foo"}]},
    ]
    assert admin("load", str(write(*lines))).code == 0

    tags = {tag["name"]: tag for tag in read("/api/v1/tags?limit=100")["data"]}
    counts = {name: tag["post_count"] for name, tag in tags.items()}
    assert counts == {"Bar": 2, "Foo": 2, "C": 1, "C++": 1, "C#": 2, "!!!": 1, "???": 1}
    assert (tags["Bar"]["slug"], tags["Foo"]["slug"]) == ("foo", "foo-2")
    authors = read("/api/v1/authors")["data"]
    assert sorted((one["name"], one["post_count"]) for one in authors) == [
        ("Jose Nunez", 1),
        ("Jose Nunez", 2),
        ("José Núñez", 1),
    ]


def test_more_new_names_than_fit_in_a_transaction_go_into_several(
    admin: Cms, write: Write, stored: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_NEW_NAMES", 5)
    lines: list[Any] = [
        {"title": f"Post {number}", "tags": [{"name": f"Tag {number * 2 + one}"} for one in (0, 1)]}
        for number in range(20)
    ]
    lines[3:3] = ["", "{"]

    report = json.loads(admin("load", "--json", str(write(*lines))).out)

    assert (report["loaded"], [one["line"] for one in report["refused"]]) == (20, [5])
    with stored.session(read_only=True) as session:
        named = Counter(session.scalars(select(Change.version).where(Change.kind == "tag.saved")))
    assert len(named) == 10
    assert max(named.values()) <= 5
    assert len(read("/api/v1/tags?limit=100")["data"]) == 40


def test_a_name_that_is_wrong_is_refused_each_time(admin: Cms, write: Write) -> None:
    good, wrong = {"name": "News", "slug": "news"}, {"name": "News", "slug": "N E W S"}
    lines = [{"title": "A", "tags": [one, good]} for one in (good, wrong, good, wrong, {"name": 1})]

    outcome = admin("load", "--json", str(write(*lines)))

    report = json.loads(outcome.out)
    assert report["loaded"] == 2
    assert [one["line"] for one in report["refused"]] == [2, 4, 5]
    assert read("/api/v1/tags/news")["post_count"] == 2


def test_a_post_that_is_refused_leaves_no_word_behind(
    admin: Cms, write: Write, stored: Database
) -> None:
    lines = [
        {"title": "First", "slug": "taken", "body": "Kept shared"},
        {"title": "Second", "slug": "taken", "body": "Shared lost"},
    ]
    assert admin("load", str(write(*lines))).code == 1

    with stored.session(read_only=True) as session:
        assert set(session.scalars(select(SearchTerm.term))) == {"first", "kept", "shared"}


def test_posts_are_the_same_however_much_of_them_was_known_beforehand(
    admin: Cms, write: Write, stored: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line whose names were met before is made into rows where it is rendered, others later."""

    def lines(name: str) -> Path:
        posts: list[dict[str, Any]] = [
            {
                **WHOLE,
                "slug": f"{name}-{number}",
                # Met in the middle: what stands around it is known, it is not.
                "tags": [{"name": "News", "slug": "news"}, {"name": f"Tag {number // 7}"}],
                "authors": WHOLE["authors"] if number % 3 else [],
                "excerpt": None if number % 2 else "In short",
            }
            for number in range(30)
        ]
        posts[13] = {**posts[13], "slug": f"{name}-2", "title": "Refusedword"}
        # Gets a number, since a line before it has its slug.
        posts[22] = {"title": f"{name} 3", "body": "Some *text*"}
        return write(*posts, name=f"{name}.ndjson")

    monkeypatch.setattr(writing, "BATCH", 1)
    monkeypatch.setattr(reading, "CHUNK", 3)
    in_parts = admin("load", "--json", str(lines("old")))
    monkeypatch.setattr(reading, "CHUNK", 100)
    at_once = admin("load", "--json", str(lines("new")))

    for outcome in (in_parts, at_once):
        report = json.loads(outcome.out)
        assert (report["loaded"], [one["line"] for one in report["refused"]]) == (29, [14])
    seen = {}
    for post in read("/api/v1/posts?limit=100")["data"]:
        name, rest = post.pop("slug").split("-", 1)
        if rest == "3-2":
            del post["published_at"], post["title"]
        del post["id"], post["updated_at"]
        seen[name, rest] = post
    assert {rest for name, rest in seen if name == "old"} == {
        *(str(number) for number in range(30) if number not in (13, 22)),
        "3-2",
    }
    for (name, rest), found in seen.items():
        assert found == seen["new" if name == "old" else "old", rest]
    record.is_whole(admin.database_url)
    check_the_index(stored)
    with stored.session(read_only=True) as session:
        assert "refusedword" not in set(session.scalars(select(SearchTerm.term)))


def test_a_line_becomes_rows_as_soon_as_its_names_are_known() -> None:
    by_id, ann = uuid.uuid4(), uuid.uuid4()
    lines = [
        {"title": "Known", "authors": [{"name": "Ann"}]},
        {"title": "Unknown", "tags": [{"name": "New"}]},
        {"title": "Without"},
    ]
    numbered = [(number, json.dumps(line).encode()) for number, line in enumerate(lines, 1)]

    job = Job("sqlite", by_id, Names({("", "Ann"): ann}, {}).packed())
    prepared = prepare(numbered, job)

    assert [line.has_post for line in prepared.lines] == [True] * 3
    assert [ready.in_rows for ready in prepared.portion.posts] == [True, False, True]
    assert prepared.portion.assembled is not None
    rows = {rows.table: rows for rows in prepared.portion.assembled.rows}
    assert rows.keys() == {"posts", "post_authors"}
    assert len(rows["posts"].values) == 2
    (byline,) = rows["post_authors"].values
    assert ann.hex in byline


def test_without_an_admin_it_says_what_to_do_first(migrated: Cms, write: Write) -> None:
    outcome = migrated("load", str(write({"title": "A"})))

    assert outcome.is_one_clear_line()
    assert "cms user create" in outcome.said


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_that_is_killed_goes_on_where_it_was(
    admin: Cms, write: Write, stored: Database
) -> None:
    total = 4000
    path = write(
        *({"title": f"Post {number}", "html": "<p>x</p>" * 100} for number in range(total))
    )
    kills = 0
    while _lines(stored) < total:
        process = subprocess.Popen(_loading(path), env=os.environ, start_new_session=True)  # noqa: S603
        before, deadline = _lines(stored), time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline and kills < 4:
            if _lines(stored) > before:
                os.killpg(process.pid, signal.SIGKILL)
                kills += 1
                break
        process.wait(120)

    assert kills == 4
    assert count(stored) == total
    record.is_whole(admin.database_url)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.usefixtures("admin")
def test_a_run_that_is_killed_takes_its_processes_with_it(write: Write, stored: Database) -> None:
    path = write(*({"title": f"Post {one}", "html": "<p>x</p>" * 100} for one in range(4000)))
    process = subprocess.Popen(_loading(path), env=os.environ, start_new_session=True)  # noqa: S603
    try:
        while not _lines(stored):
            time.sleep(0.05)
        assert len(_alive(process.pid)) > 2
    finally:
        process.kill()
        process.wait(60)

    deadline = time.monotonic() + 30
    while _alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _alive(process.pid) == []


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.usefixtures("admin")
def test_when_one_of_its_processes_is_killed_it_says_so_and_can_go_on(
    write: Write, stored: Database
) -> None:
    total = 6000
    path = write(*({"title": f"Post {one}", "html": "<p>x</p>" * 100} for one in range(total)))
    process = subprocess.Popen(  # noqa: S603
        _loading(path), env=os.environ, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not _lines(stored):
        time.sleep(0.01)
    # The last to begin is one that renders.
    os.kill(max(_alive(process.pid)), signal.SIGKILL)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "Run it again" in said
    assert 0 < count(stored) < total
    assert subprocess.run(_loading(path), env=os.environ, check=False).returncode == 0  # noqa: S603
    assert count(stored) == total


def _loading(path: Path) -> list[str]:
    return [sys.executable, "-m", "cms", "load", "--processes", "2", str(path)]


def _alive(group: int) -> list[int]:
    """The processes of a group that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                state, _, its_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                found += [int(entry.name)] if int(its_group) == group and state != "Z" else []
    return found


def _lines(stored: Database) -> int:
    with stored.session(read_only=True) as session:
        return session.scalar(select(Load.lines)) or 0
