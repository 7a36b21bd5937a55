"""No route is open by accident."""

import pytest

from cms.accounts.permissions import Permission
from cms.foundation.http.blueprint import Blueprint
from cms.foundation.http.edge import Edge
from tests.foundation.addresses import addresses

# Pages rather than API; anything else has to declare its access.
PUBLIC_PAGES = {
    "openapi_json",
    "show_docs",
    "get_docs_asset",
    "show_problems",
    "show_password_page",
}
PUBLIC_OPERATIONS = {
    "list_posts",
    "get_post",
    "get_archive",
    "list_redirects",
    "get_neighbours",
    "get_related_posts",
    "list_authors",
    "get_author",
    "list_tags",
    "get_tag",
    "get_rss",
    "get_atom",
    "get_json_feed",
    "get_tag_rss",
    "get_tag_atom",
    "get_tag_json_feed",
    "get_author_rss",
    "get_author_atom",
    "get_author_json_feed",
    "get_sitemap_index",
    "get_sitemap",
    "get_robots",
    "get_llms",
    "get_post_markdown",
    "get_post_json_ld",
    "search_posts",
    "suggest",
    "get_preview",
    "get_changes",
    "get_export",
    "log_in",
    "accept_invitation",
    "forgot_password",
    "reset_password",
    "get_liveness",
    "get_readiness",
}


def test_every_route_declares_its_access_or_is_one_of_the_public_pages(app: Edge) -> None:
    known = {str(permission) for permission in Permission} | {"public", "refresh token"}
    pages = set()
    for one in addresses(app):
        if one.access is None:
            assert getattr(one.view, "public_page", False), f"{one} declares nothing"
            pages.add(one.name)
        else:
            assert one.access in known, str(one)

    assert pages == PUBLIC_PAGES


def test_what_is_public_was_meant_to_be(app: Edge) -> None:
    public = {one.name for one in addresses(app) if one.access == "public"}

    assert public == PUBLIC_OPERATIONS


def test_everything_below_manage_needs_a_permission(app: Edge) -> None:
    managed = [one for one in addresses(app) if "/manage" in one.rule]

    assert len(managed) >= 20
    assert all(one.access and one.access != "public" for one in managed)
    assert not [one for one in addresses(app) if one.access == "public" and "/manage" in one.rule]


def test_every_permission_guards_a_route_or_a_rule(app: Edge) -> None:
    declared = {one.access for one in addresses(app)}

    # Asked by the action: whether a post is to be deleted for good.
    assert {str(one) for one in Permission} - declared == {"posts:purge"}


def test_a_route_that_declares_nothing_cannot_be_registered() -> None:
    blueprint = Blueprint("careless", __name__)

    with pytest.raises(TypeError, match="careless_view says neither"):

        @blueprint.get("/")
        def careless_view() -> str:
            """Read nothing."""
            return ""
