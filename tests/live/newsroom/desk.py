"""The real newsroom: everybody logged in at the server, asking for what the model is asked for."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Self

from tests.factories import PASSWORD
from tests.live.callers import MANAGED, Answer, HttpCaller
from tests.live.newsroom.model import staff
from tests.live.newsroom.wire import Request
from tests.live.site import AUTHORS, TAGS
from tests.servers import LiveServer

USERS, LOGIN = "/api/v1/manage/users", "/api/v1/auth/login"
ALL_POSTS = f"{MANAGED}?filter=status:[draft,in_review,scheduled,published,trashed]"
ADMIN = "ada"
# Nobody who is logged in.
READER = ""


@dataclass
class Desk:
    """Who is logged in, their names by the ids of users, and the ids of bylines by their names."""

    server: LiveServer
    callers: dict[str, HttpCaller]
    users: dict[str, str]
    bylines: dict[str, str]

    @classmethod
    @contextmanager
    def staffed(cls, server: LiveServer) -> Iterator[Self]:
        """With everybody at work."""
        desk = cls(server, {}, {}, {})
        with ExitStack() as stack:
            root = stack.enter_context(HttpCaller.logged_in(server))
            for name, role in staff.ROLES.items():
                credentials = {"email": f"{name}@example.org", "password": PASSWORD}
                user = {**credentials, "name": name, "role": role}
                user_id = _made(root, USERS, user)
                desk.users[user_id] = name
                login = root.request("POST", LOGIN, credentials).expect(200).json()
                caller = HttpCaller(server, login["access_token"])
                desk.callers[name] = stack.enter_context(caller)
                if name in staff.WRITERS:
                    byline = {"name": name, "user_id": user_id}
                    desk.bylines[name] = _made(root, AUTHORS, byline)
            desk.callers[READER] = stack.enter_context(HttpCaller(server))
            yield desk

    def send(self, who: str, request: Request) -> Answer:
        """What somebody is answered."""
        headers = {} if request.key is None else {"Idempotency-Key": request.key}
        return self.callers[who].request(
            request.method, request.path, request.body, if_match=request.if_match, headers=headers
        )

    def ask(self, path: str, who: str = ADMIN) -> Answer:
        """What somebody is shown, be it a problem."""
        return self.callers[who].request("GET", path)

    def get(self, path: str, who: str = ADMIN) -> Any:
        """What somebody is shown."""
        return self.ask(path, who).expect(200).json()

    def listed(self, path: str, who: str = ADMIN) -> list[dict[str, Any]]:
        """A list that fits into a page."""
        return self.callers[who].listed(path)

    def clear(self) -> None:
        """Throw all posts and tags away."""
        for post in self.listed(ALL_POSTS):
            self._delete(f"{MANAGED}/{post['id']}?purge=true")
        for tag in self.listed(TAGS):
            self._delete(f"{TAGS}/{tag['id']}")

    def _delete(self, path: str) -> None:
        self.callers[ADMIN].request("DELETE", path, if_match="*").expect(204)

    @staticmethod
    def new_key() -> str:
        """For a request that is another than all before."""
        return str(uuid.uuid4())


def _made(root: HttpCaller, path: str, values: dict[str, Any]) -> str:
    made: str = root.request("POST", path, values).expect(201).json()["id"]
    return made
