"""What everybody is shown, at the server and in the model, and whether it is the same."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.delivery.sync import following
from tests.live.callers import MANAGED, Answer
from tests.live.newsroom.desk import ALL_POSTS, READER, Desk
from tests.live.newsroom.model.state import Newsroom
from tests.live.newsroom.wire import Ids, spelled
from tests.live.site import TAGS

PUBLIC = "/api/v1"


def same(what: str, found: Any, expected: Any) -> None:
    """Fail with what differs, and no more than that."""
    differences = list(_differences(what, found, expected))
    assert not differences, "\n".join(["the server and the model differ", *differences])


def _differences(what: str, found: Any, expected: Any) -> Iterator[str]:
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in {**expected, **found}:
            one, other = (them.get(name, "nothing") for them in (found, expected))
            yield from _differences(f"{what}, {name}", one, other)
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for number, (one, other) in enumerate(zip(found, expected, strict=True), 1):
            yield from _differences(f"{what}, {number}", one, other)
    elif found != expected:
        yield f"  {what}: the server says {found!r}, the model {expected!r}"


class Look:
    """Looks at both, as editors and as readers do."""

    def __init__(self, desk: Desk, ids: Ids) -> None:
        """``ids`` say what is what."""
        self.desk, self.ids = desk, ids
        self.authors = {author_id: name for name, author_id in desk.bylines.items()}
        # Of each post: the state in the model, and the version at the server.
        self.versions: dict[str, tuple[int, int]] = {}
        self.copy = following.nothing()
        self.site_version = self._follow(0)

    def at_all(self, newsroom: Newsroom, *, by: str, since: datetime) -> None:
        """Compare what ``by``, the admin and readers see, after a step that began at ``since``."""
        self._learn_tags(newsroom)
        posts = {self._handle(post["id"]): post for post in self.desk.listed(ALL_POSTS)}
        self._learn_moments(newsroom, posts, since)
        same("posts", {h: self._managed(p) for h, p in posts.items()}, _posts(newsroom))
        self._compare_versions(newsroom, posts)
        ours = [one for one in reversed(newsroom.posts) if newsroom.sees(by, one)]
        for is_trash, query in ((False, ""), (True, "?status=trashed")):
            seen = [self._handle(post["id"]) for post in self.desk.listed(f"{MANAGED}{query}", by)]
            theirs = [one for one in ours if is_trash == (newsroom.posts[one].status == "trashed")]
            same(f"list of {by}{query}", seen, theirs)
        self._compare_site(newsroom)
        self._compare_links(newsroom)

    def closely(self, newsroom: Newsroom, handle: str, answer: Answer | None) -> None:
        """Compare all about one post; an ``answer`` that shows it shows what there is."""
        if handle not in newsroom.posts:
            self.desk.ask(f"{MANAGED}/{self.ids.posts.get(handle, handle)}").expect(404)
            return
        post, path = newsroom.posts[handle], f"{MANAGED}/{self.ids.posts[handle]}"
        shown = self.desk.ask(path).expect(200)
        if answer is not None and "etag" in answer.headers:
            same(f"answer about {handle}", answer.json(), shown.json())
            same(f"ETag of the answer about {handle}", answer.etag, shown.etag)
        known = self.ids.etags.setdefault((handle, post.version), shown.etag)
        same(f"version in the ETag of {handle}", _version(shown.etag), _version(known))
        live = newsroom.site.posts.get(handle)
        same(
            f"revisions of {handle}",
            [
                (one["number"], self.desk.users[one["saved_by"]["id"]], one["is_published"])
                for one in self.desk.listed(f"{path}/revisions")
            ],
            [
                (
                    number,
                    post.revisions[number - 1].by,
                    live is not None and live.revision == number,
                )
                for number in range(post.number, 0, -1)
            ],
        )
        comments = self.desk.listed(f"{path}/comments")
        said = [
            (one["step"], self.desk.users[one["by"]["id"]], one["revision"]) for one in comments
        ]
        same(f"comments on {handle}", said[::-1], post.comments)
        holder = self.desk.get(f"{path}/lease")["holder"]
        same(f"lease of {handle}", holder and holder["name"], newsroom.leases.get(handle))

    def moved_versions(self) -> int:
        """By how much the site version is higher than at the last look; follows the changes."""
        before, self.site_version = self.site_version, self._follow(self.site_version)
        return self.site_version - before

    def _follow(self, since: int) -> int:
        """Bring the copy up to now; gives the version."""
        query, cursor = f"since={since}&limit=100", ""
        while True:
            page = self.desk.get(f"{PUBLIC}/changes?{query}{cursor}", READER)
            following.apply(self.copy, page["data"])
            if not page["next_cursor"]:
                return int(page["version"])
            cursor = f"&cursor={page['next_cursor']}"

    # What is learned from the server, and nowhere else.

    def _learn_tags(self, newsroom: Newsroom) -> None:
        found = {tag["name"]: tag for tag in self.desk.listed(TAGS)}
        tags = newsroom.site.tags
        same("names of tags", sorted(found), sorted(tag.name for tag in tags.values()))
        for handle, tag in tags.items():
            tag_id = self.ids.tags.setdefault(handle, found[tag.name]["id"])
            same(f"id of {handle}", found[tag.name]["id"], tag_id)
            if (handle, tag.version) not in self.ids.etags:
                etag = self.desk.ask(f"{TAGS}/{tag_id}").expect(200).etag
                self.ids.etags[handle, tag.version] = etag

    @staticmethod
    def _learn_moments(newsroom: Newsroom, posts: dict[str, Any], since: datetime) -> None:
        """When exactly what was published in this step was: between ``since`` and now."""
        for handle, post in newsroom.posts.items():
            if post.first_published != since or handle not in posts:
                continue
            moment = datetime.fromisoformat(posts[handle]["published_at"])
            assert since <= moment <= datetime.now(moment.tzinfo), f"{handle} at {moment}"
            post.first_published = moment
            if handle in newsroom.site.posts:
                newsroom.site.posts[handle].published_at = moment

    # What there is.

    def _compare_versions(self, newsroom: Newsroom, posts: dict[str, Any]) -> None:
        for handle, post in newsroom.posts.items():
            version = posts[handle]["version"]
            before = self.versions.get(handle, (0, 0))
            has_moved = post.version != before[0]
            same(f"whether {handle} has a new version", version > before[1], has_moved)
            self.versions[handle] = post.version, version
            if (handle, post.version) not in self.ids.etags:
                etag = self.desk.ask(f"{MANAGED}/{self.ids.posts[handle]}").expect(200).etag
                self.ids.etags[handle, post.version] = etag

    def _compare_site(self, newsroom: Newsroom) -> None:
        site, listed = newsroom.site, self._listed("posts?include=html")
        found = [{"post": self._handle(one["id"]), **self._shown(one)} for one in listed]
        same("list of posts", found, site.listed())
        same(
            "moments of publication",
            [one["published_at"] for one in listed],
            [spelled(site.posts[one["post"]].published_at) for one in site.listed()],
        )
        tags = self._listed("tags")
        same(
            "list of tags",
            sorted((one["name"], one["slug"], one["post_count"]) for one in tags),
            site.listed_tags(),
        )
        full = {"post": listed, "tag": tags, "author": self._listed("authors")}
        full_copy = {kind: {one["id"]: one for one in found} for kind, found in full.items()}
        same("copy of a follower", self.copy, full_copy)
        self._compare_addresses(newsroom)

    def _compare_addresses(self, newsroom: Newsroom) -> None:
        answers = newsroom.site.answers()
        for path, (status, slug) in answers.items():
            answer = self.desk.ask(f"{PUBLIC}/{path}", READER)
            place = f"{PUBLIC}/{path.split('/')[0]}/{slug}" if slug else None
            found = answer.status, answer.headers.get("location")
            same(f"address {path}", found, (status, place))
            if status == 200 and path.startswith("posts/"):
                edition = newsroom.site.posts[newsroom.site.post_slugs[path[6:]]]
                found_post = self._shown(answer.json())
                same(f"page {path}", found_post, newsroom.site.shown(edition.content))
        led = {
            f"{one['type']}s/{one['slug']}": one["new_slug"] for one in self._listed("redirects")
        }
        same("redirects", led, {path: slug for path, (_, slug) in answers.items() if slug})

    def _compare_links(self, newsroom: Newsroom) -> None:
        for handle, (_, token) in self.ids.links.items():
            link = newsroom.links.get(handle)
            content = link and newsroom.previewed(link)
            answer = self.desk.ask(f"{PUBLIC}/preview/{token}", READER)
            found = self._shown(answer.json()) if answer.status == 200 else answer.status
            same(f"preview {handle}", found, newsroom.site.shown(content) if content else 404)

    def _listed(self, path: str) -> list[dict[str, Any]]:
        return self.desk.listed(f"{PUBLIC}/{path}", READER)

    def _handle(self, one_id: str) -> str:
        return self.ids.handles.get(one_id, one_id)

    @staticmethod
    def _shown(post: dict[str, Any]) -> dict[str, Any]:
        return {
            **{name: post[name] for name in ("title", "slug", "html")},
            "tags": [(tag["name"], tag["slug"]) for tag in post["tags"]],
            "authors": [author["name"] for author in post["authors"]],
        }

    def _managed(self, post: dict[str, Any]) -> dict[str, Any]:
        plan, approval = post["scheduled"], post["approval"]
        return {
            **{name: post[name] for name in MANAGED_FIELDS},
            "tags": tuple(self._handle(one) for one in post["tag_ids"]),
            "authors": tuple(self.authors[one] for one in post["author_ids"]),
            "created_by": self.desk.users[post["created_by"]],
            "is trashed": post["trashed_at"] is not None,
            "approval": approval and (self.desk.users[approval["by"]["id"]], approval["revision"]),
            "schedule": plan and {**plan, "scheduled_by": self.desk.users[plan["scheduled_by"]]},
        }


MANAGED_FIELDS = (
    *("title", "slug", "body", "status", "revision", "has_unpublished_changes", "published_at"),
)


def _posts(newsroom: Newsroom) -> dict[str, Any]:
    """All posts, as the admin should see them."""
    return {handle: _managed(newsroom, handle) for handle in newsroom.posts}


def _managed(newsroom: Newsroom, handle: str) -> dict[str, Any]:
    post = newsroom.posts[handle]
    plan, is_good = post.schedule, post.approval is not None and post.approval[1] == post.number
    return {
        **vars(post.content),
        "status": post.status,
        "revision": post.number,
        "has_unpublished_changes": newsroom.has_unpublished_changes(handle),
        "published_at": spelled(post.first_published),
        "created_by": post.created_by,
        "is trashed": post.status == "trashed",
        "approval": post.approval if is_good else None,
        "schedule": plan
        and {
            "publish_at": spelled(plan.publish_at),
            "unpublish_at": spelled(plan.unpublish_at),
            "follow_draft": plan.publish_at is not None and plan.pinned is None,
            "revision": plan.pinned,
            "scheduled_by": plan.by,
            "error": None,
        },
    }


def _version(etag: str) -> str:
    return etag.partition("-")[0]
