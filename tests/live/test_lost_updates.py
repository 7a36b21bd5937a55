"""Read, change, write back with If-Match: what was acknowledged is never overwritten."""

import pytest

from tests.live.callers import MANAGED, Answer, HttpCaller, at_once
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

THREADS = 20
INCREMENTS = 50


def increment(caller: HttpCaller, path: str, times: int) -> int:
    """Add one to the number in the body, ``times``; how often somebody else was first."""
    refused = 0
    known: Answer | None = None
    while times:
        # What the last write answered is as good as a read.
        known = known or caller.request("GET", path).expect(200)
        body = {"body": str(int(known.json()["body"]) + 1)}
        answer = caller.request("PATCH", path, body, if_match=known.etag)
        if answer.status == 412:
            problem = answer.json()
            assert problem["code"] == "stale_version"
            assert problem["current_version"] > known.json()["version"]
            refused += 1
            known = None
            continue
        known = answer.expect(200)
        assert known.json()["body"] == body["body"]
        times -= 1
    return refused


def test_a_thousand_racing_increments_lose_none(caller: HttpCaller) -> None:
    post = caller.create(title="Counter", body="0").expect(201).json()
    path = f"{MANAGED}/{post['id']}"

    def work(own: HttpCaller, _number: int) -> int:
        return increment(own, path, INCREMENTS)

    refused = sum(at_once(caller, THREADS, work))

    after = caller.request("GET", path).expect(200).json()
    assert int(after["body"]) == THREADS * INCREMENTS
    assert after["version"] == post["version"] + THREADS * INCREMENTS
    assert refused, "nobody raced: the test showed nothing"


def test_of_many_writes_from_one_version_exactly_one_succeeds(
    caller: HttpCaller, live_server: LiveServer
) -> None:
    created = caller.create(title="Once", body="0").expect(201)
    path = f"{MANAGED}/{created.json()['id']}"
    assert live_server.workers == 2
    tag = created.etag
    for _ in range(15):
        base = tag
        answers = at_once(
            caller,
            12,
            lambda own, number, base=base: own.request(  # type: ignore[misc]
                "PATCH", path, {"body": f"{base} {number}"}, if_match=base
            ),
        )
        winners = [answer for answer in answers if answer.status == 200]
        assert len(winners) == 1
        assert {answer.status for answer in answers} == {200, 412}
        tag = winners[0].etag
        now = caller.request("GET", path)
        assert (now.etag, now.json()["body"]) == (tag, winners[0].json()["body"])
