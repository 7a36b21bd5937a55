"""Who works in the newsroom, and the table of what each role may do and each status allows.

Written down from the README and the OpenAPI texts, and from nothing else: it is what the server is
held against.
"""

ROLES = {
    "ada": "admin",
    "eve": "editor",
    "ann": "author",
    "abe": "author",
    "con": "contributor",
}
# Who has a byline; Ada only runs the place.
WRITERS = ("eve", "ann", "abe", "con")

EVERYBODY = set(ROLES.values())
ALL_POSTS = {"admin", "editor"}
PUBLISHERS = {"admin", "editor", "author"}
REVIEWERS = ALL_POSTS
TAG_MAKERS = PUBLISHERS
TAG_KEEPERS = ALL_POSTS
PURGERS = {"admin"}

# What takes more than to see the post: refused before anybody looks whether there is one.
NEEDED = {
    "send-back": REVIEWERS,
    "approve": REVIEWERS,
    "publish": PUBLISHERS,
    "unpublish": PUBLISHERS,
    "schedule": PUBLISHERS,
    "unschedule": PUBLISHERS,
}
# Only those who may publish it change what is, or is about to be.
APPROVED = {"scheduled", "published"}
LEGAL = {
    "draft": {"edit", "submit", "publish", "schedule", "trash"},
    "in_review": {"edit", "send-back", "approve", "publish", "schedule", "trash"},
    "scheduled": {"edit", "publish", "schedule", "unschedule", "trash"},
    "published": {"edit", "publish", "unpublish", "schedule", "unschedule", "trash"},
    "trashed": {"restore"},
}
STEPS = set().union(*LEGAL.values())


def may(who: str, roles: set[str]) -> bool:
    """Whether somebody has one of these roles."""
    return ROLES[who] in roles
