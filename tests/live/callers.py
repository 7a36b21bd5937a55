"""Clients of a real server: plain HTTP connections, and many of them at once."""

import http.client
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from tests.servers import LiveServer

PATIENCE_SECONDS = 60
# Servers close idle connections, as they may; well before that we take a new one.
IDLE_SECONDS = 5
MANAGED = "/api/v1/manage/posts"
PUBLIC = "/api/v1/posts"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def etag(self) -> str:
        """The entity tag."""
        return self.headers["etag"]

    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    def expect(self, status: int) -> Self:
        """Itself, if it has this status."""
        assert self.status == status, f"{self.status} {self.body[:2000].decode()}"
        return self


class HttpCaller:
    """One keep-alive connection; for one thread at a time."""

    def __init__(self, server: LiveServer, token: str | None = None) -> None:
        """``token`` goes along as Bearer."""
        self.server = server
        self.token = token
        self.connection: http.client.HTTPConnection | None = None
        self.last_used = 0.0

    @classmethod
    def logged_in(cls, server: LiveServer) -> Self:
        """As the server's admin."""
        caller = cls(server)
        credentials = {"email": server.admin_email, "password": server.admin_password}
        answer = caller.request("POST", "/api/v1/auth/login", credentials).expect(200)
        caller.token = answer.json()["access_token"]
        return caller

    def again(self) -> Self:
        """The same caller on a connection of its own."""
        return type(self)(self.server, self.token)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Drop the connection; the next request makes another."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        if_match: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request. A broken connection is an error, never silently repeated."""
        sent = {**(headers or {})}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        if if_match is not None:
            sent["If-Match"] = if_match
        if time.monotonic() - self.last_used > IDLE_SECONDS:
            self.close()
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", self.server.port, timeout=PATIENCE_SECONDS
            )
        try:
            self.connection.request(
                method, path, None if body is None else json.dumps(body).encode(), sent
            )
            response = self.connection.getresponse()
            content = response.read()
        except BaseException:
            self.close()
            raise
        self.last_used = time.monotonic()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, received, content)

    def fresh(self, method: str, path: str, **options: Any) -> Answer:
        """The same through a new connection, so through any worker."""
        with self.again() as caller:
            return caller.request(method, path, **options)

    def listed(self, path: str) -> list[dict[str, Any]]:
        """A list of at most 100 things."""
        whole = f"{path}{'&' if '?' in path else '?'}limit=100"
        page = self.request("GET", whole).expect(200).json()
        assert page["next_cursor"] is None, path
        data: list[dict[str, Any]] = page["data"]
        return data

    def create(self, **values: Any) -> Answer:
        """Create a post; any status."""
        return self.request("POST", MANAGED, values)


def wait_until(condition: Callable[[], bool], patience: float = PATIENCE_SECONDS) -> None:
    """Fail if it does not become true."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "nothing happens"
        time.sleep(0.05)


def at_once(caller: HttpCaller, count: int, work: Callable[[HttpCaller, int], T]) -> list[T]:
    """Run ``work`` in ``count`` threads, each with a connection of its own."""

    def one(number: int) -> T:
        with caller.again() as own:
            return work(own, number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def statuses(answers: Iterable[Answer]) -> list[int]:
    """The statuses, sorted, to compare at a glance."""
    return sorted(answer.status for answer in answers)
