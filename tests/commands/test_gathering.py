"""Readers who wait for the site version at the same time share a question, and nothing else."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from cms.commands.gathering import Readers
from cms.editions.present import Version
from cms.foundation.errors import Unavailable
from tests.cache.desk import TEXT, Desk, question

PATIENCE_SECONDS = 20


@dataclass
class Protocol:
    """The server's way to answer one request."""

    status: int = 0
    body: bytes = b""
    times: int = 0
    answered: threading.Event = field(default_factory=threading.Event)

    def response_bytes(self, status: int, _headers: list[tuple[str, str]], body: bytes) -> None:
        """The whole answer."""
        self.status, self.body = status, body
        self.times += 1
        self.answered.set()

    @property
    def version(self) -> int:
        """The site version that the answer shows."""
        assert self.answered.wait(PATIENCE_SECONDS), "was never answered"
        return int(self.body.removesuffix(TEXT.encode()).split()[-1])


class Hall:
    """A server in front of the desk; tests decide how long a question takes."""

    def __init__(self) -> None:
        """Questions are answered at once."""
        self.desk = Desk()
        self.questions = 0
        self.meanwhile: Callable[[], object] = lambda: None
        self.readers = Readers(self._call, self.desk.layer, self._present)

    def come(self, path: str = "/things", method: str = "GET") -> Protocol:
        """A request, in this thread."""
        protocol = Protocol()
        self.readers(protocol, question(path, method))
        return protocol

    def come_beside(self, path: str = "/things") -> tuple[Protocol, threading.Thread]:
        """A request, in a thread of its own."""
        protocol = Protocol()
        thread = threading.Thread(target=self.readers, args=(protocol, question(path)))
        thread.start()
        return protocol, thread

    def _present(self) -> Version:
        self.questions += 1
        version = Version(self.desk.version, 0)
        self.meanwhile()
        return version

    def _call(self, protocol: Protocol, request: dict[str, Any]) -> None:
        said: list[Any] = []

        def start_response(status: str, headers: Any, _error: Any = None) -> Any:
            said.extend((status, headers))

        body = b"".join(self.desk.layer(request, start_response))
        protocol.response_bytes(int(said[0][:3]), said[1], body)


@pytest.fixture
def hall() -> Hall:
    """One whose answer to ``/things`` is kept."""
    hall = Hall()
    hall.desk.ask("/things")
    return hall


def during_the_first_question(hall: Hall, happen: Callable[[], object]) -> None:
    """Between the moment that it tells of and its answer."""

    def once() -> None:
        hall.meanwhile = lambda: None
        happen()

    hall.meanwhile = once


def test_who_comes_during_a_question_shares_the_next_one(hall: Hall) -> None:
    late: list[Protocol] = []
    during_the_first_question(hall, lambda: late.extend(hall.come() for _ in range(5)))

    first = hall.come()

    assert [reader.version for reader in (first, *late)] == [1] * 6
    assert [reader.times for reader in (first, *late)] == [1] * 6
    assert hall.questions == 2
    assert len(hall.desk.asked) == 1


def test_a_question_is_for_those_who_came_before_it(hall: Hall) -> None:
    late: list[Protocol] = []

    def publish() -> None:
        hall.desk.version = 2
        late.append(hall.come())
        assert not late[0].answered.is_set()

    during_the_first_question(hall, publish)

    assert hall.come().version == 1
    assert late[0].version == 2


def test_what_was_never_answered_does_not_wait(hall: Hall) -> None:
    others: list[Protocol] = []

    def come() -> None:
        others.extend((hall.come("/things/new"), hall.come("/private"), hall.come("/none")))
        others.append(hall.come(method="POST"))
        assert all(other.answered.is_set() for other in others)

    during_the_first_question(hall, come)
    hall.come()

    assert [other.status for other in others] == [200, 200, 404, 405]


def test_while_one_is_rendered_another_thread_asks(hall: Hall) -> None:
    hall.desk.ask("/things/slow")
    hall.desk.version = 2
    rendering, may_end = threading.Event(), threading.Event()

    def render() -> None:
        if "slow" in hall.desk.asked[-1]:
            rendering.set()
            assert may_end.wait(PATIENCE_SECONDS)

    hall.desk.meanwhile = render
    slow, thread = hall.come_beside("/things/slow")
    assert rendering.wait(PATIENCE_SECONDS)

    assert hall.come("/things").version == 2
    assert hall.come("/things").version == 2
    assert not slow.answered.is_set()
    may_end.set()
    thread.join()
    assert slow.version == 2


def test_between_two_renderings_it_is_asked_for_others(hall: Hall) -> None:
    for name in "abc":
        hall.desk.ask(f"/things/{name}")
    hall.desk.version = 2
    order: list[str] = []
    hall.desk.meanwhile = lambda: order.append(hall.desk.asked[-1].removeprefix("GET /things/"))
    coming = [["/things/b", "/things/c"], ["/things/a"]]

    def ask() -> None:
        order.append("question")
        for path in coming.pop(0) if coming else ():
            hall.come(path)

    hall.meanwhile = ask
    hall.come("/things/a")

    assert order == ["question", "a", "question", "b", "question", "c"]


def test_nobody_is_left_when_the_version_cannot_be_known(hall: Hall) -> None:
    late: list[Protocol] = []

    def fail() -> None:
        late.append(hall.come())
        message = "Try again in a moment."
        raise Unavailable(message)

    during_the_first_question(hall, fail)

    # The layer asks again, and finds the database there.
    assert hall.come().version == 1
    assert late[0].version == 1
    assert hall.come().version == 1


def test_an_unforeseen_failure_stops_no_later_reader(hall: Hall) -> None:
    def fail() -> None:
        message = "unforeseen"
        raise RuntimeError(message)

    during_the_first_question(hall, fail)
    with pytest.raises(RuntimeError, match="unforeseen"):
        hall.come()

    assert hall.come().version == 1


def test_an_answer_that_fails_is_a_500_for_its_reader_alone(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.desk.ask("/things/bad")
    call = hall.readers._call  # noqa: SLF001 - in place of what the server would hand over

    def fail(protocol: Protocol, request: dict[str, Any]) -> None:
        if "bad" in request["PATH_INFO"]:
            raise ZeroDivisionError
        call(protocol, request)

    monkeypatch.setattr(hall.readers, "_call", fail)
    late: list[Protocol] = []
    during_the_first_question(
        hall, lambda: late.extend((hall.come("/things/bad"), hall.come("/things")))
    )

    assert hall.come().version == 1
    assert (late[0].status, late[0].times) == (500, 1)
    assert late[1].version == 1


def test_under_many_threads_each_is_answered_once_and_never_late(hall: Hall) -> None:
    paths = ["/things", *(f"/things/{number}" for number in range(3))]
    for path in paths:
        hall.desk.ask(path)
    found: list[tuple[int, Protocol]] = []

    def read(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - a test's dice
        for _ in range(100):
            if dice.random() < 0.1:
                with publishing:
                    hall.desk.version += 1
            acknowledged = hall.desk.version
            found.append((acknowledged, hall.come(dice.choice(paths))))

    publishing = threading.Lock()
    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 400
    assert all(protocol.version >= acknowledged for acknowledged, protocol in found)
    assert all((protocol.status, protocol.times) == (200, 1) for _, protocol in found)
