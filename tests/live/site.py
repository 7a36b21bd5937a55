"""What editors do to the site of a real server, and what readers then get."""

from typing import Any

from tests.live.callers import MANAGED, HttpCaller

TAGS = "/api/v1/manage/tags"
AUTHORS = "/api/v1/manage/authors"


class Site:
    """The site, changed by somebody who may do everything and minds no version."""

    def __init__(self, caller: HttpCaller) -> None:
        """``caller`` is the admin."""
        self.caller = caller

    def get(self, path: str) -> Any:
        """What readers get."""
        return self.caller.request("GET", f"/api/v1{path}").expect(200).json()

    def listed(self, path: str) -> list[dict[str, Any]]:
        """A list of at most 100 things, as readers get it."""
        return self.caller.listed(f"/api/v1{path}")

    def publish(self, **values: Any) -> str:
        """Publish a new post; gives the address at which it is managed."""
        post = self.caller.create(status="published", **values).expect(201).json()
        return f"{MANAGED}/{post['id']}"

    def create_tag(self, name: str) -> str:
        """Create a tag; gives the address at which it is managed."""
        tag = self.caller.request("POST", TAGS, {"name": name}).expect(201).json()
        return f"{TAGS}/{tag['id']}"

    def delete(self, path: str) -> None:
        """Delete something."""
        self.caller.request("DELETE", path, if_match="*").expect(204)

    def edit(self, path: str, **values: Any) -> None:
        """Change something; a post goes live at once."""
        self.caller.request("PATCH", path, values, if_match="*").expect(200)
        if path.startswith(MANAGED):
            self.act(path, "publish")

    def act(self, path: str, verb: str) -> None:
        """Publish or withdraw a post."""
        self.caller.request("POST", f"{path}/{verb}", if_match="*").expect(200)
