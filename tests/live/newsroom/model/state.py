"""The state of the newsroom: posts, their revisions and schedules, and what keeps from a step."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tests.live.newsroom.model import staff
from tests.live.newsroom.model.site import Content, Site
from tests.live.newsroom.steps import ANY, Refused, Step


@dataclass
class Revision:
    """A saved state of a post."""

    content: Content
    by: str


@dataclass
class Schedule:
    """What is to become of a post by itself. ``pinned``: the revision that was approved for it."""

    by: str
    former: str
    publish_at: datetime | None
    unpublish_at: datetime | None
    pinned: int | None

    @property
    def due_at(self) -> datetime:
        """When its next part is due."""
        due_at = self.publish_at or self.unpublish_at
        assert due_at is not None
        return due_at


@dataclass
class Post:
    """A working copy: the last of its revisions. ``version`` counts its states, as ETags do."""

    created_by: str
    revisions: list[Revision]
    status: str = "draft"
    version: int = 1
    # The present revision is a run of autosaves that may go on.
    is_open: bool = False
    approval: tuple[str, int] | None = None
    first_published: datetime | None = None
    schedule: Schedule | None = None
    # With which step, by whom, on which revision.
    comments: list[tuple[str | None, str, int]] = field(default_factory=list)

    @property
    def content(self) -> Content:
        """What it says."""
        return self.revisions[-1].content

    @property
    def number(self) -> int:
        """Which revision it is at."""
        return len(self.revisions)

    def save(self, content: Content, by: str, *, autosave: bool = False) -> None:
        """Save a state. One that is no other than before makes no revision and no version."""
        if content == self.content:
            self.is_open = self.is_open and autosave
            return
        if autosave and self.is_open and self.revisions[-1].by == by:
            self.revisions[-1].content = content
        else:
            self.revisions.append(Revision(content, by))
            self.is_open = autosave
        self.version += 1

    def step_to(self, status: str) -> None:
        """Take a step: another version, and a revision that stays what it is.

        A draft and the trash begin without an approval.
        """
        self.status = status
        if status in {"draft", "trashed"}:
            self.approval = None
        self.version += 1
        self.is_open = False


@dataclass
class Link:
    """A preview of a post, by whoever made it; of one revision or of the draft."""

    post: str
    maker: str
    revision: int | None


@dataclass
class Newsroom:
    """All posts, and the site that readers see; by handles: ``p1`` is the first post made."""

    site: Site = field(default_factory=Site)
    posts: dict[str, Post] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    leases: dict[str, str] = field(default_factory=dict)
    made_posts: int = 0
    made_links: int = 0
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def sees(self, who: str, handle: str) -> bool:
        """Editors see all posts, others their own: those they created or are an author of."""
        post = self.posts.get(handle)
        if post is None:
            return False
        is_own = who == post.created_by or who in post.content.authors
        return is_own or staff.may(who, staff.ALL_POSTS)

    def found(self, who: str, handle: str) -> Post:
        """The post, if they see it: one that they do not see does not exist."""
        if not self.sees(who, handle):
            raise Refused(404, "not_found")
        return self.posts[handle]

    def allowed(self, step: Step, what: str) -> Post:
        """The post, if ``who`` may take the step ``what`` on the state that they know."""
        is_entitled = staff.may(step.who, staff.NEEDED.get(what, staff.EVERYBODY))
        if not is_entitled and not step.is_part:
            raise Refused(403, "not_allowed")
        post = self.found(step.who, step.subject)
        is_shut = post.status in staff.APPROVED and not staff.may(step.who, staff.PUBLISHERS)
        if not is_entitled or is_shut:
            raise Refused(403, "not_allowed")
        demand_known(step, post.version)
        self.demand_legal(step.subject, what)
        return post

    def can_take(self, handle: str, what: str) -> bool:
        """Whether there is a post that can take a step from where it stands."""
        if handle not in self.posts or what not in staff.STEPS:
            return handle in self.posts
        post = self.posts[handle]
        return what in staff.LEGAL[post.status] and (what != "unschedule" or bool(post.schedule))

    def demand_legal(self, handle: str, what: str) -> None:
        """Refuse what cannot follow on where a post stands."""
        if not self.can_take(handle, what):
            raise Refused(409, "illegal_step")

    def has_unpublished_changes(self, handle: str) -> bool:
        """Whether publishing again would show readers something else."""
        post = self.posts[handle]
        return post.status == "published" and post.content != self.site.posts[handle].content

    def taken_slugs(self, but_by: str = "") -> set[str]:
        """Those of all posts but the trashed, and those under which readers see them still."""
        others = {one: post for one, post in self.posts.items() if one != but_by}
        kept = {post.content.slug for post in others.values() if post.status != "trashed"}
        shown = {self.site.posts[one].content.slug for one in others if one in self.site.posts}
        return kept | shown

    def content_of(self, handle: str, number: int) -> Content:
        """What a revision can still say today: the present one all, an older one what is left."""
        post = self.posts[handle]
        if number == post.number:
            return post.content
        return self.revived(handle, post.revisions[number - 1].content)

    def revived(self, handle: str, content: Content) -> Content:
        """Without deleted tags; a slug that another post has by now gives way to the present."""
        is_taken = content.slug in self.taken_slugs(but_by=handle)
        slug = self.posts[handle].content.slug if is_taken else content.slug
        tags = tuple(one for one in content.tags if one in self.site.tags)
        return replace(content, slug=slug, tags=tags)

    def previewed(self, link: Link) -> Content | None:
        """What a preview shows; ``None``: it leads nowhere."""
        if not self.sees(link.maker, link.post) or self.posts[link.post].status == "trashed":
            return None
        return self.content_of(link.post, link.revision or self.posts[link.post].number)


def demand_known(step: Step, version: int) -> None:
    """Refuse a change that was made from another state, or says of none."""
    if step.known is None:
        raise Refused(428, "precondition_required")
    if step.known not in (ANY, version):
        raise Refused(412, "stale_version")
