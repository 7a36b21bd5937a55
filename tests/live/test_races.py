"""The same name at the same moment: everybody succeeds, and nothing exists twice."""

from typing import Any

import pytest

from tests.live.callers import MANAGED, PUBLIC, Answer, HttpCaller, at_once, statuses

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

THREADS = 16


@pytest.mark.parametrize("status", ["draft", "published"])
@pytest.mark.parametrize("title", ["The Same Title", "🎉🎉", "題名", "x" * 300])
def test_equal_titles_created_at_once_get_distinct_slugs(
    caller: HttpCaller, title: str, status: str
) -> None:
    for attempt in range(3):
        answers = at_once(
            caller,
            THREADS,
            lambda own, _number, title=f"{title[:-2]}{status[0]}{attempt}": own.create(  # type: ignore[misc]
                title=title, status=status
            ),
        )
        assert statuses(answers) == [201] * THREADS
        slugs = {answer.json()["slug"] for answer in answers}
        assert len(slugs) == THREADS
        for slug in slugs:
            found = caller.request("GET", f"{PUBLIC}/{slug}")
            assert found.status == (200 if status == "published" else 404)


def test_equal_slugs_asked_for_at_once_are_given_once(caller: HttpCaller) -> None:
    answers = at_once(
        caller, THREADS, lambda own, number: own.create(title=f"T{number}", slug="wanted-by-all")
    )
    assert statuses(answers) == [201] + [409] * (THREADS - 1)
    assert {answer.json()["code"] for answer in answers if answer.status == 409} == {"slug_taken"}


def test_equal_slugs_given_by_racing_edits_are_given_once(caller: HttpCaller) -> None:
    posts = [caller.create(title=f"Edit {number}") for number in range(THREADS)]

    def take(own: HttpCaller, number: int) -> Answer:
        post = posts[number]
        path = f"{MANAGED}/{post.json()['id']}"
        return own.request("PATCH", path, {"slug": "taken-by-edit"}, if_match=post.etag)

    answers = at_once(caller, THREADS, take)
    assert statuses(answers) == [200] + [409] * (THREADS - 1)


@pytest.mark.parametrize("status", ["draft", "published"])
def test_an_equal_tag_name_used_at_once_makes_one_tag(caller: HttpCaller, status: str) -> None:
    for attempt in range(5):
        name = f"Novelty {status} {attempt}"
        answers = at_once(
            caller,
            THREADS,
            lambda own, number, name=name: own.create(  # type: ignore[misc]
                title=f"{name} {number}",
                tags=[name.upper() if number % 2 else name],
                status=status,
            ),
        )
        assert statuses(answers) == [201] * THREADS
        assert len({answer.json()["tag_ids"][0] for answer in answers}) == 1


def test_an_equal_tag_created_at_once_is_created_once(caller: HttpCaller) -> None:
    answers = at_once(
        caller,
        THREADS,
        lambda own, _number: own.request("POST", "/api/v1/manage/tags", {"name": "Only One"}),
    )
    assert statuses(answers) == [201] + [409] * (THREADS - 1)
    codes = {answer.json()["code"] for answer in answers if answer.status == 409}
    assert codes == {"tag_name_taken"}


def test_new_tags_in_opposite_orders_never_fail(caller: HttpCaller) -> None:
    for attempt in range(8):
        names = [f"Order {attempt} {letter}" for letter in "abcdefgh"]

        def create(own: HttpCaller, number: int, names: list[str] = names) -> Answer:
            tags = list(reversed(names)) if number % 2 else names
            # Each also names one that only some others name, between the shared ones.
            tags = [*tags[:4], f"{names[0]} extra {number % 3}", *tags[4:]]
            return own.create(title=f"Order {number}", tags=tags, status="published")

        answers = at_once(caller, THREADS, create)
        assert statuses(answers) == [201] * THREADS


def test_requests_that_wait_for_each_other_are_repeated_invisibly(caller: HttpCaller) -> None:
    for attempt in range(4):
        # Sorted by name, but of the same slugs in opposite order: on PostgreSQL each holds what
        # the other needs next, and the database ends one of the two transactions.
        latin_first = [f"b q{attempt}", f"\u0430 q{attempt}"]
        cyrillic_last = [f"a q{attempt}", f"\u0431 q{attempt}"]

        def create(own: HttpCaller, number: int, pair: tuple[list[str], list[str]]) -> Answer:
            return own.create(title="Crossed", tags=pair[number % 2], status="published")

        pair = (latin_first, cyrillic_last)
        answers = at_once(caller, 8, lambda own, number, pair=pair: create(own, number, pair))  # type: ignore[misc]
        assert statuses(answers) == [201] * 8
        named = {tuple(answer.json()["tag_ids"]) for answer in answers}
        assert len(named) == 2


def test_existing_tags_renamed_while_posts_name_them_never_fail(caller: HttpCaller) -> None:
    tags = [
        caller.request("POST", "/api/v1/manage/tags", {"name": f"Renamed {number}"}).json()["id"]
        for number in range(4)
    ]

    def work(own: HttpCaller, number: int) -> list[Answer]:
        if number % 2:
            given = tags if number % 4 == 1 else tags[::-1]
            return [
                own.create(title=f"Naming {number}", tag_ids=given, status="published")
                for _ in range(6)
            ]
        path = f"/api/v1/manage/tags/{tags[number % 4]}"
        return [
            own.request("PATCH", path, {"name": f"Renamed {number} {turn}"}, if_match="*")
            for turn in range(6)
        ]

    answers = [answer for several in at_once(caller, THREADS, work) for answer in several]
    assert {answer.status for answer in answers} == {200, 201}


def test_publish_and_unpublish_at_once_end_in_one_of_both(caller: HttpCaller) -> None:
    post: dict[str, Any] = caller.create(title="Flicker", status="published").json()
    path = f"{MANAGED}/{post['id']}"

    def flick(own: HttpCaller, number: int) -> list[Answer]:
        verb = "unpublish" if number % 2 else "publish"
        return [own.request("POST", f"{path}/{verb}", if_match="*") for _ in range(10)]

    answers = [answer for several in at_once(caller, THREADS, flick) for answer in several]
    seen = {answer.status for answer in answers}
    assert 200 in seen
    assert seen <= {200, 409}
    after = caller.request("GET", path).json()
    public = caller.request("GET", f"{PUBLIC}/{post['slug']}")
    assert public.status == (200 if after["status"] == "published" else 410)


def test_publish_and_unpublish_from_one_version_succeed_once(caller: HttpCaller) -> None:
    post = caller.create(title="Decide", status="published")
    path = f"{MANAGED}/{post.json()['id']}"
    edited = caller.request("PATCH", path, {"title": "Decided"}, if_match=post.etag)
    answers = at_once(
        caller,
        THREADS,
        lambda own, number: own.request(
            "POST", f"{path}/{'unpublish' if number % 2 else 'publish'}", if_match=edited.etag
        ),
    )
    assert statuses(answers) == [200] + [412] * (THREADS - 1)


def test_deletes_and_edits_at_once_are_each_whole(caller: HttpCaller) -> None:
    for number in range(5):
        post = caller.create(title=f"Going {number}", status="published", tags=["Going"]).json()
        path = f"{MANAGED}/{post['id']}"

        def work(own: HttpCaller, turn: int, path: str = path) -> Answer:
            if turn == 5:
                return own.request("DELETE", path, if_match="*")
            return own.request("PATCH", path, {"body": str(turn)}, if_match="*")

        answers = at_once(caller, 10, work)
        assert {answer.status for answer in answers} <= {200, 204, 409, 412}
        assert caller.request("GET", path).json()["status"] == "trashed"
        assert caller.request("GET", f"{PUBLIC}/{post['slug']}").status == 410


def test_posts_of_one_slug_restored_at_once_get_distinct_slugs(caller: HttpCaller) -> None:
    for attempt in range(3):
        slug, paths = f"back-again-{attempt}", []
        for number in range(THREADS):
            post = caller.create(title=f"Back {number}", slug=slug, tags=["Back"]).expect(201)
            paths.append(f"{MANAGED}/{post.json()['id']}")
            caller.request("DELETE", paths[-1], if_match="*").expect(204)

        def restore(own: HttpCaller, number: int, paths: list[str] = paths) -> Answer:
            return own.request("POST", f"{paths[number]}/restore", if_match="*")

        answers = at_once(caller, THREADS, restore)
        assert statuses(answers) == [200] * THREADS
        assert {answer.json()["slug"] for answer in answers} == {
            slug,
            *(f"{slug}-{number}" for number in range(2, THREADS + 1)),
        }
        assert all(len(answer.json()["tag_ids"]) == 1 for answer in answers)


def test_a_post_restored_and_purged_at_once_is_one_or_the_other(caller: HttpCaller) -> None:
    for number in range(5):
        path = f"{MANAGED}/{caller.create(title=f'Fate {number}').json()['id']}"
        caller.request("DELETE", path, if_match="*").expect(204)

        def work(own: HttpCaller, turn: int, path: str = path) -> Answer:
            if turn == 1:
                return own.request("DELETE", f"{path}?purge=true", if_match="*")
            return own.request("POST", f"{path}/restore", if_match="*")

        answers = at_once(caller, 6, work)
        assert {answer.status for answer in answers} <= {200, 204, 404, 409}
        assert caller.request("GET", path).status == 404
