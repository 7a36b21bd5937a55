"""What people may wish to do, and how often they do."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.live.newsroom.model import staff
from tests.live.newsroom.steps import ANY

OWNER = "owner"
# The first is what a failing day is cut down to where it does not matter.
OFTEN = ("edit", "create", "publish", "schedule", "bulk", "autosave", "merge-tag")
SOMETIMES = (
    *("restore-revision", "submit", "send-back", "approve", "unpublish", "unschedule"),
    *("trash", "restore", "change-tag", "take-lease", "preview", "send again", "wait"),
)
SELDOM = (
    *("comment", "purge", "create-tag", "delete-tag", "give-back-lease", "revoke"),
    "use key again",
)
verbs = st.sampled_from([*OFTEN * 5, *SOMETIMES * 2, *SELDOM])
# Mostly somebody who may, who knows how it stands, and a post that can take it.
people = st.sampled_from([*[OWNER] * 4, *["eve"] * 3, "ada", "ann", "abe", "con"])
known = st.sampled_from([*["present"] * 6, "former", "none", ANY])
fitness = st.sampled_from([True, True, True, True, False])
posts = st.integers(1, 5).map("p{}".format)
links = st.integers(1, 3).map("l{}".format)
titles = st.sampled_from(["Alpha", "Bravo"])
slugs = st.sampled_from(["alpha", "bravo", "coda"])
names = st.sampled_from(["Art", "Food", "News"])
tags = st.lists(names, max_size=3, unique=True)
bodies = st.sampled_from(["One.", "Two.", "Three."])
authors = st.lists(st.sampled_from(staff.WRITERS), max_size=2, unique=True)
numbers = st.integers(1, 4)
nothing: st.SearchStrategy[dict[str, Any]] = st.just({})


def some(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these values, or none."""
    return st.fixed_dictionaries({}, optional=values)


def all_of(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """All of these values."""
    return st.fixed_dictionaries(values)


slugged_tags = all_of(slugs=st.lists(names, min_size=1, max_size=2))
statuses = st.sampled_from(["draft", "in_review"])
# What is done in bulk, and with what.
PARTS = {
    "publish": nothing,
    "unpublish": nothing,
    "trash": nothing,
    "patch": some(body=bodies, title=titles, slug=slugs),
    "tag": slugged_tags,
    "untag": slugged_tags,
    "assign_authors": all_of(authors=authors),
}
part = st.sampled_from([*PARTS]).flatmap(
    lambda verb: st.tuples(st.just(verb), posts, known, PARTS[verb])
)
VALUES = {
    "create": st.builds(
        dict.__or__,
        all_of(title=titles, status=st.sampled_from(["draft", "in_review", "published"])),
        some(slug=slugs) | all_of(tags=tags),
    ),
    "edit": some(
        title=titles, slug=slugs, body=bodies, tags=tags, authors=authors, status=statuses
    ),
    "autosave": all_of(body=bodies),
    "restore-revision": all_of(number=numbers),
    "schedule": all_of(
        start=st.sampled_from(["soon", "soon", "later", "never", "long ago"]),
        end=st.sampled_from(["never", "never", "later", "right after", "before"]),
        follow_draft=st.booleans(),
    ),
    "bulk": all_of(
        parts=st.lists(part, min_size=1, max_size=4),
        atomic=st.booleans(),
        dry_run=st.sampled_from([False, False, True]),
    ),
    "create-tag": all_of(name=names),
    "change-tag": all_of(tag=names, to=names, of=st.sampled_from(["name", "slug"])),
    "merge-tag": all_of(tag=names, into=names),
    "delete-tag": all_of(tag=names),
    "take-lease": all_of(take_over=st.booleans()),
    "preview": some(revision=numbers),
    "revoke": all_of(link=links),
    "send again": all_of(is_by_another=st.booleans()),
}


class Wish(NamedTuple):
    """What somebody wants, in words that still have to be looked up."""

    who: str
    verb: str
    post: str
    knows: str
    is_fit: bool
    values: dict[str, Any]

    @property
    def number(self) -> int:
        """Of the post, or whatever else it may count."""
        return int(self.post[1:])


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    """One of them."""
    verb = draw(verbs)
    values = draw(VALUES.get(verb, nothing))
    return Wish(draw(people), verb, draw(posts), draw(known), draw(fitness), values)
