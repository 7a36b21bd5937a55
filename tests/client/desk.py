"""An author's desk for tests: a folder of files, a config folder and the author's commands."""

import dataclasses
import json
import uuid
from pathlib import Path
from typing import Any

import httpx2
from click.testing import CliRunner, Result

from cms.commands.posts.command import posts
from cms.commands.publish.command import publish
from tests.servers import LiveServer


def unique(word: str = "post") -> str:
    """Return a word that no other test uses: they share a server."""
    return f"{word}-{uuid.uuid4().hex[:12]}"


@dataclasses.dataclass(slots=True)
class Person:
    """Somebody who is logged in and calls the API directly."""

    http: httpx2.Client
    id: str
    email: str
    password: str

    def create(self, **values: Any) -> dict[str, Any]:
        """Create a post, under a slug that no other test uses."""
        answer = self.http.post(
            "/manage/posts", json={"title": "A title", "slug": unique(), **values}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def post(self, slug: str) -> dict[str, Any]:
        """Return the managed post with this slug."""
        (found,) = self.http.get("/manage/posts", params={"slug": slug}).json()["data"]
        return dict(found)

    def trash(self, slug: str) -> dict[str, Any]:
        """Return the post in the trash that has this slug."""
        asked = {"slug": slug, "status": "trashed"}
        (found,) = self.http.get("/manage/posts", params=asked).json()["data"]
        return dict(found)

    def restore(self, post: dict[str, Any]) -> None:
        """Bring a post back from the trash."""
        path = f"/manage/posts/{post['id']}/restore"
        assert self.http.post(path, headers={"If-Match": "*"}).status_code == 200

    def change(self, post: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Save fields of a post as it is now."""
        path = f"/manage/posts/{post['id']}"
        etag = self.http.get(path).headers["ETag"]
        answer = self.http.patch(path, json=fields, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def delete(self, post: dict[str, Any]) -> None:
        """Delete a post."""
        path = f"/manage/posts/{post['id']}"
        etag = self.http.get(path).headers["ETag"]
        assert self.http.delete(path, headers={"If-Match": etag}).status_code == 204


def log_in(server: LiveServer, email: str, password: str) -> Person:
    """Return a user with a client that sends the access token."""
    http = httpx2.Client(base_url=f"{server.url}/api/v1", trust_env=False, timeout=20)
    answer = http.post("/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return Person(http, http.get("/auth/me").json()["id"], email, password)


def new_user(admin: Person, server: LiveServer, role: str, name: str) -> Person:
    """Return a new user, logged in."""
    values = {"email": f"{unique()}@example.org", "name": name, "role": role}
    values["password"] = "a long enough passphrase"  # noqa: S105 - for tests
    answer = admin.http.post("/manage/users", json=values)
    assert answer.status_code == 201, answer.text
    return log_in(server, values["email"], values["password"])


@dataclasses.dataclass(slots=True)
class Desk:
    """Where an author writes and from where they publish."""

    folder: Path
    environment: dict[str, str | None]

    @property
    def config(self) -> Path:
        """The client's config folder."""
        return Path(str(self.environment["CMS_CONFIG_DIR"]))

    @property
    def sessions(self) -> dict[str, Any]:
        """The remembered logins by server."""
        content = json.loads((self.config / "sessions.json").read_text())
        return dict(content["entries"])

    def keep_session(self, **changes: object) -> None:
        """Change the one remembered login."""
        path = self.config / "sessions.json"
        content = json.loads(path.read_text())
        for entry in content["entries"].values():
            entry.update(changes)
        path.write_text(json.dumps(content))

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments: object, stdin: str = "") -> Result:
        """Run `cms publish`; a traceback is a failed test."""
        result = CliRunner().invoke(
            publish, [str(argument) for argument in arguments], input=stdin, env=self.environment
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def posts(self, *arguments: object, expect: int = 0, stdin: str = "") -> Result:
        """Run `cms posts`; a traceback is a failed test."""
        result = CliRunner().invoke(
            posts, [str(argument) for argument in arguments], input=stdin, env=self.environment
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == expect, result.output
        return result

    def publish(self, *arguments: object, expect: int = 0) -> list[dict[str, Any]]:
        """Run `cms publish --json` and return the results."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == expect, result.output
        return list(json.loads(result.stdout)["results"])

    def publish_one(self, *arguments: object, expect: int = 0) -> dict[str, Any]:
        """Publish a single file."""
        (entry,) = self.publish(*arguments, expect=expect)
        return entry
