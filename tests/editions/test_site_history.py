"""Whatever editors do, readers see what the model says, now and at every earlier version."""

from typing import Any, cast

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cms.delivery import queries
from cms.delivery.looking import View
from cms.delivery.names import Names
from cms.editions import pruning
from cms.editions.models import (
    AuthorEdition,
    Change,
    Edition,
    NamedEdition,
    PostEdition,
    Site,
    TagEdition,
)
from cms.editions.present import Version
from cms.foundation import moments
from cms.foundation.database import Database
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import ContractClient
from tests.conftest import empty
from tests.editions.site_model import SiteModel, reduced
from tests.properties import OF_A_SITE

Lists = dict[str, list[dict[str, Any]]]
KINDS: dict[str, type[NamedEdition]] = {"tags": TagEdition, "authors": AuthorEdition}
# What readers never notice.
SILENT = {"create", "edit"}

numbers = st.integers(0, 99)
contents = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["One", "Two", "Три"]),
        "excerpt": st.sampled_from(["Short", "Long"]),
        "slug": st.sampled_from(["one", "two", "three"]),
        "featured": st.booleans(),
        "published_at": st.sampled_from(["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"]),
        "tags": st.lists(numbers, max_size=2),
        "authors": st.lists(numbers, max_size=2),
    },
)
operations = st.one_of(
    st.tuples(st.sampled_from(["create", "edit", "edit"]), numbers, contents),
    st.tuples(st.sampled_from(["publish", "publish", "unpublish", "delete"]), numbers, st.none()),
    st.tuples(st.sampled_from(["rename", "name", "forget", "merge"]), numbers, st.none()),
)


class Editors:
    """Carries out operations on the real site and on the model alike."""

    def __init__(self, app: Edge) -> None:
        """On an empty site with a tag and an author."""
        empty(app)
        self.editor = factories.a_caller(app, "editor")
        self.model = SiteModel()
        self.posts: list[dict[str, Any]] = []
        self.named: dict[str, list[dict[str, Any]]] = {"tags": [], "authors": []}
        self.names = 0
        for number in range(2):
            self.name(number)

    def carry_out(self, verb: str, number: int, content: dict[str, Any] | None) -> None:
        """One operation; ``number`` picks what it is done to."""
        if verb == "create":
            self.create(self.with_ids({"title": "New", **(content or {})}))
        elif verb in {"name", "rename", "forget", "merge"}:
            getattr(self, verb)(number)
        elif self.posts:
            position = number % len(self.posts)
            if verb == "edit":
                self.edit(position, self.with_ids(content or {}))
            else:
                getattr(self, verb)(position)

    def with_ids(self, content: dict[str, Any]) -> dict[str, Any]:
        """Numbers of tags and authors as ids of such as exist."""
        values = dict(content)
        for kind in self.named:
            if (wanted := values.pop(kind, None)) is not None and self.named[kind]:
                known = self.named[kind]
                ids = [known[number % len(known)]["id"] for number in wanted]
                values[f"{kind.removesuffix('s')}_ids"] = ids
        return values

    def create(self, values: dict[str, Any]) -> None:
        """A draft, unless its slug is taken."""
        answer = self.editor.post("/api/v1/manage/posts", json=values)
        if answer.status_code == 409:
            assert answer.get_json()["code"] == "slug_taken"
            assert values["slug"] in self.slugs_in_use(None)
        else:
            self.posts.append(answer.get_json())

    def edit(self, position: int, values: dict[str, Any]) -> None:
        """Change the working copy, unless the slug is taken."""
        post = self.posts[position]
        answer = self.editor.patch(f"/api/v1/manage/posts/{post['id']}", if_match="*", json=values)
        if answer.status_code == 409:
            assert answer.get_json()["code"] == "slug_taken"
            assert values["slug"] in self.slugs_in_use(post)
        else:
            self.posts[position] = answer.get_json()

    def slugs_in_use(self, but: dict[str, Any] | None) -> set[str]:
        """The slugs of all other posts: of their working copies and of what readers see."""
        others = [post for post in self.posts if post is not but]
        live = [self.model.posts[one["id"]] for one in others if one["id"] in self.model.posts]
        return {post["slug"] for post in [*others, *live]}

    def publish(self, position: int) -> None:
        """Show the working copy."""
        self.posts[position] = factories.published(self.editor, self.posts[position])
        self.model.publish(self.posts[position])

    def unpublish(self, position: int) -> None:
        """Hide it, if it is shown."""
        if self.posts[position]["status"] == "published":
            self.posts[position] = factories.unpublished(self.editor, self.posts[position])
            self.model.withdraw(self.posts[position]["id"])

    def delete(self, position: int) -> None:
        """Delete it, shown or not."""
        post = self.posts.pop(position)
        factories.deleted(self.editor, post)
        self.model.withdraw(post["id"])

    def name(self, number: int) -> None:
        """One more tag or author."""
        self.names += 1
        kind = ["tags", "authors"][number % 2]
        make = {"tags": factories.a_tag, "authors": factories.an_author}[kind]
        self._remember(kind, make(self.editor, name=f"name {self.names}"))

    def rename(self, number: int) -> None:
        """Another name and slug for a tag or author."""
        self.names += 1
        kind = ["tags", "authors"][number % 2]
        if self.named[kind]:
            subject = self.named[kind].pop(number // 2 % len(self.named[kind]))
            new = {"name": f"name {self.names}", "slug": f"name-{self.names}"}
            self._remember(kind, factories.edited(self.editor, subject, kind, **new))

    def forget(self, number: int) -> None:
        """Delete a tag or author, unless it is in use."""
        kind = ["tags", "authors"][number % 2]
        if not self.named[kind]:
            return
        subject = self.named[kind][number // 2 % len(self.named[kind])]
        link = f"{kind.removesuffix('s')}_ids"
        used = any(
            subject["id"] in post[link] for post in [*self.posts, *self.model.posts.values()]
        )
        answer = self.editor.delete(f"/api/v1/manage/{kind}/{subject['id']}", if_match="*")
        assert answer.status_code == (409 if used else 204)
        if not used:
            self.named[kind].remove(subject)
            del getattr(self.model, kind)[subject["id"]]

    def merge(self, number: int) -> None:
        """Let a tag or author take the place of another."""
        kind = ["tags", "authors"][number % 2]
        known = self.named[kind]
        position = number // 2 % (len(known) or 1)
        if len(known) > 1:
            old, into = known[position], known[position - 1]
            path = f"/api/v1/manage/{kind}/{old['id']}/merge"
            answer = self.editor.post(path, if_match="*", json={"into": into["id"]})
            assert answer.status_code == 200
            known.remove(old)
            self.model.merge(kind, old["id"], into["id"])
            self.posts = [
                self.editor.get(f"/api/v1/manage/posts/{post['id']}").get_json()
                for post in self.posts
            ]

    def _remember(self, kind: str, subject: dict[str, Any]) -> None:
        self.named[kind].append(subject)
        getattr(self.model, kind)[subject["id"]] = subject


def lists_now(client: ContractClient, query: str = "") -> tuple[Lists, int]:
    """What the three public lists show, and the version they name."""
    found = {
        kind: client.get(f"/api/v1/{kind}?limit=100{query}").get_json()
        for kind in ("posts", "tags", "authors")
    }
    (version,) = {page["version"] for page in found.values()}
    return {kind: page["data"] for kind, page in found.items()}, version


def lists_at(database: Database, version: int) -> Lists:
    """What the three lists showed at a version, by the statements for what is no longer live."""
    # With no version present, nothing is taken from what is live, and no name from memory.
    nothing = Version(-1, version + 1)
    with database.lookup.connect() as connection:
        view = View(connection, version, nothing)
        posts = [orjson.loads(row.document) for row in queries.posts(view, limit=100)]
        Names().fill_in(view, posts)
        named = {
            kind: [
                {**orjson.loads(row.document), "post_count": row.posts}
                for row in queries.named(view, edition, limit=100)
            ]
            for kind, edition in KINDS.items()
        }
    return {"posts": posts, **named}


def check_the_record(database: Database) -> None:
    """Versions are consecutive, each with a reason; spans of one subject never overlap."""
    with database.session(read_only=True) as session:
        version = session.scalars(select(Site.version)).one()
        taken = set(session.scalars(select(Change.version)))
        assert taken == set(range(1, version + 1))
        tables: tuple[type[Edition], ...] = (PostEdition, TagEdition, AuthorEdition)
        for table in tables:
            spans: dict[Any, list[tuple[int, int]]] = {}
            for edition in session.scalars(select(table).order_by(table.from_version)):
                end = edition.until_version or version + 1
                assert edition.from_version < end
                spans.setdefault(edition.subject_id, []).append((edition.from_version, end))
            for ordered in spans.values():
                ends = [end for _start, end in ordered[:-1]]
                starts = [start for start, _end in ordered[1:]]
                assert all(end <= start for end, start in zip(ends, starts, strict=True))


def slugs_lead(client: ContractClient, version: int) -> dict[str, tuple[int, str | None]]:
    """Where each slug that a post of this test may have leads to at a version."""
    found = {}
    for slug in ("one", "two", "three", "new"):
        answer = client.get(f"/api/v1/posts/{slug}?as_of={version}")
        found[slug] = (answer.status_code, answer.headers.get("Location"))
    return found


def check_pruning(
    app: Edge, client: ContractClient, remembered: dict[int, Lists], *, horizon: int
) -> None:
    """Versions from ``horizon`` on are shown as before, slugs lead where they led, others went."""
    kept = {version for version in remembered if version >= horizon}
    led = {version: slugs_lead(client, version) for version in kept}
    pruning.carry_out(
        app.database, horizon, now=moments.now(), advance=lambda _done: None, portion=3
    )
    oldest = cast(Version, app.present()).oldest
    for version, lists in remembered.items():
        if version in kept:
            assert lists_now(client, f"&as_of={version}") == (lists, version)
            assert slugs_lead(client, version) == led[version]
        elif oldest:
            assert client.get(f"/api/v1/posts?as_of={version}").status_code == 410
    check_the_record(app.database)


@settings(OF_A_SITE, max_examples=20)
@given(st.lists(operations, min_size=5, max_size=16))
def test_readers_see_what_was_published_now_and_at_every_version(
    app: Edge, client: ContractClient, plan: list[tuple[str, int, dict[str, Any] | None]]
) -> None:
    editors = Editors(app)
    shown, version = lists_now(client)
    remembered = {version: shown}

    for operation in plan:
        before, version_before = editors.model.seen(), version
        editors.carry_out(*operation)
        shown, version = lists_now(client)
        assert reduced(shown) == editors.model.seen()
        assert version in {version_before, version_before + 1}
        if editors.model.seen() != before:
            assert version == version_before + 1
        if operation[0] in SILENT:
            assert version == version_before, "saving a draft takes no version"
        remembered[version] = shown

    for post in editors.posts:
        slug = editors.model.posts.get(post["id"], {}).get("slug", post["slug"])
        answer = client.get(f"/api/v1/posts/{slug}")
        if post["id"] in editors.model.posts:
            one = answer.get_json()
            del one["html"]
            assert one == next(other for other in shown["posts"] if other["id"] == post["id"])
        else:
            # The slug is another post's, leads to one, or is nobody's.
            assert answer.status_code in {308, 404, 410} or answer.get_json()["id"] != post["id"]
    for version, lists in remembered.items():
        assert lists_at(app.database, version) == lists
        assert lists_now(client, f"&as_of={version}") == (lists, version)
    check_the_record(app.database)
    check_pruning(app, client, remembered, horizon=sorted(remembered)[len(remembered) // 2])
