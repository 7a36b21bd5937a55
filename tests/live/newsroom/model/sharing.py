"""What people show each other of a post: leases and previews."""

from tests.live.newsroom.model.state import Link, Newsroom
from tests.live.newsroom.steps import Refused, Step


def take_lease(newsroom: Newsroom, step: Step) -> int:
    """Say that one is editing; from somebody else only when that is said."""
    newsroom.found(step.who, step.subject)
    holder = newsroom.leases.get(step.subject, step.who)
    if holder != step.who and not step.values.get("take_over"):
        raise Refused(409, "lease_held")
    newsroom.leases[step.subject] = step.who
    return 200


def give_back_lease(newsroom: Newsroom, step: Step) -> int:
    """Say that one is done; what others hold stays."""
    newsroom.found(step.who, step.subject)
    if newsroom.leases.get(step.subject) == step.who:
        del newsroom.leases[step.subject]
    return 204


def make_link(newsroom: Newsroom, step: Step) -> int:
    """A preview of the draft, or of a revision, which then stays what it is."""
    post, number = newsroom.found(step.who, step.subject), step.values.get("revision")
    if number is not None and number > post.number:
        raise Refused(422, "invalid_input")
    if number == post.number:
        post.is_open = False
    newsroom.made_links += 1
    newsroom.links[f"l{newsroom.made_links}"] = Link(step.subject, step.who, number)
    return 201


def revoke_link(newsroom: Newsroom, step: Step) -> int:
    """Let a preview lead nowhere."""
    newsroom.found(step.who, step.subject)
    link = newsroom.links.get(step.values["link"])
    if link is None or link.post != step.subject:
        raise Refused(404, "not_found")
    del newsroom.links[step.values["link"]]
    return 204
