"""Work that no request waits for."""

import io
import threading

import pytest

from cms.foundation import background
from cms.foundation.background import Background


def test_what_is_asked_for_is_done_while_who_asked_goes_on() -> None:
    work, gate, done = Background(), threading.Event(), list[int]()

    def task(number: int) -> None:
        gate.wait(10)
        done.append(number)

    for number in range(5):
        work.do(lambda number=number: task(number))  # type: ignore[misc]
    assert done == []
    gate.set()
    work.finish()

    assert sorted(done) == [0, 1, 2, 3, 4]


def test_a_failure_is_logged_and_stops_nothing(log: io.StringIO) -> None:
    work, done = Background(), list[bool]()

    def broken() -> None:
        raise RuntimeError

    work.do(broken)
    work.do(lambda: done.append(True))
    work.finish()

    assert done == [True]
    assert "background_task_failed" in log.getvalue()


def test_more_than_can_be_done_is_dropped_and_logged(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "MOST_WAITING", 3)
    work, gate, done = Background(), threading.Event(), list[bool]()

    def task() -> None:
        gate.wait(10)
        done.append(True)

    for _ in range(5):
        work.do(task)
    gate.set()
    work.finish()

    assert len(done) == 3
    assert log.getvalue().count("background_task_dropped") == 2
