"""The remembered login of `cms publish`: kept private, exchanged once, never sent elsewhere."""

import contextlib
import dataclasses
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from cms.commands.client.faults import RemoteFault, Unauthorized
from cms.commands.client.posts import Post, Posts
from cms.commands.client.remote import Credentials, Remote
from cms.commands.client.server import BadAddress, server_at
from cms.commands.client.session import Session, Sessions
from cms.commands.client.transport import Transport
from tests.client.conftest import desk_at
from tests.client.desk import Desk, Person, new_user, unique
from tests.servers import LiveServer

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextlib.contextmanager
def _server(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """Run a server that answers everything in one way; also gives what it was sent."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sent = f"{self.command} {self.path} {self.headers.get('Authorization')} {body!r}"
            seen.append(sent)
            answer(self)

        do_GET = do_POST = do_PATCH = _handle  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _reply(
    handler: BaseHTTPRequestHandler, status: int, data: object = None, **headers: str
) -> None:
    content = json.dumps(data).encode()
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


@dataclasses.dataclass(slots=True)
class Home:
    """A config folder, and clients that use it."""

    folder: Path
    opened: contextlib.ExitStack

    def remote(self, url: str, session: Session | None = None) -> Remote:
        """Return a client of a server; with a session, as if it had logged in before."""
        sessions = Sessions(self.folder)
        if session is not None:
            sessions.keep(url, session)
        transport = Transport(server_at(url, insecure=False))
        self.opened.callback(transport.close)
        return Remote(transport, sessions, Credentials())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with contextlib.ExitStack() as opened:
        yield Home(tmp_path / "home", opened)


def _session(*, expired: bool = False) -> Session:
    return Session("me@example.org", "access-1", "refresh-1", 0 if expired else time.time() + 900)


@pytest.fixture
def file(desk: Desk) -> Path:
    return desk.write("post.md", f"---\nslug: {unique()}\n---\n# Title\n\nText.\n")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_login_is_remembered_privately_and_without_the_password(
    desk: Desk, file: Path, live_server: LiveServer
) -> None:
    desk.publish_one(file)
    assert _mode(desk.config) == 0o700
    names = sorted(path.name for path in desk.config.iterdir())
    assert names == ["published.json", "published.lock", "sessions.json", "sessions.lock"]
    for path in desk.config.iterdir():
        assert _mode(path) == 0o600
        assert live_server.admin_password not in path.read_text()
    assert list(desk.sessions) == [live_server.url]
    desk.environment["CMS_PASSWORD"] = None
    assert desk.publish_one(file)["result"] == "unchanged"


def test_the_password_can_come_from_standard_input(
    desk: Desk, file: Path, live_server: LiveServer
) -> None:
    desk.environment["CMS_PASSWORD"] = None
    result = desk.run(file, "--password-stdin", stdin=live_server.admin_password + "\n")
    assert result.exit_code == 0, result.output


def test_without_any_login_every_file_fails_with_what_to_do(desk: Desk, file: Path) -> None:
    desk.environment["CMS_PASSWORD"] = None
    entry = desk.publish_one(file, expect=1)
    assert "CMS_PASSWORD" in entry["message"]


def test_a_wrong_password_is_said_and_never_shown(desk: Desk, file: Path) -> None:
    desk.environment |= {"CMS_PASSWORD": "not-the-right-one"}
    result = desk.run(file)
    assert result.exit_code == 1
    assert "the e-mail or the password is wrong" in result.output
    assert "not-the-right-one" not in result.output


def test_an_ended_access_token_is_exchanged_for_a_new_one(desk: Desk, file: Path) -> None:
    desk.publish_one(file)
    desk.environment["CMS_PASSWORD"] = None
    (before,) = desk.sessions.values()
    desk.keep_session(expires_at=0)
    assert desk.publish_one(file)["result"] == "unchanged"
    (after,) = desk.sessions.values()
    assert after["refresh_token"] != before["refresh_token"]
    desk.keep_session(access_token="no-longer-good")
    assert desk.publish_one(file)["result"] == "unchanged"


def test_clients_that_run_at_once_exchange_the_token_once(home: Home) -> None:
    fresh = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 900}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.1)
        _reply(handler, 200, fresh if "/refresh" in handler.path else {"id": "me"})

    found: list[str] = []
    with _server(answer) as (url, seen):
        remotes = [home.remote(url, _session(expired=True)) for _ in range(4)]
        threads = [
            threading.Thread(target=lambda remote=remote: found.append(remote.sign_in()))
            for remote in remotes
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert found == ["me"] * 4
    assert len([sent for sent in seen if "/auth/refresh" in sent]) == 1
    assert len([sent for sent in seen if "access-2" in sent]) == 4


def test_a_session_that_has_ended_is_begun_anew(
    desk: Desk, file: Path, live_server: LiveServer
) -> None:
    desk.publish_one(file)
    (session,) = desk.sessions.values()
    logout = httpx2.post(
        f"{live_server.url}/api/v1/auth/logout",
        headers={"Authorization": f"Bearer {session['access_token']}"},
        trust_env=False,
    )
    assert logout.is_success
    assert desk.publish_one(file)["result"] == "unchanged"
    (anew,) = desk.sessions.values()
    assert anew["refresh_token"] != session["refresh_token"]


def test_a_token_in_place_of_a_login_leaves_nothing_behind(
    desk: Desk, file: Path, root: Person
) -> None:
    desk.environment |= {"CMS_PASSWORD": None, "CMS_EMAIL": None}
    token = root.http.headers["Authorization"].removeprefix("Bearer ")
    desk.environment["CMS_TOKEN"] = token
    assert desk.publish_one(file)["result"] == "published"
    assert not (desk.config / "sessions.json").exists()
    desk.environment["CMS_TOKEN"] = token[:-4] + "AAAA"
    result = desk.run(file)
    assert result.exit_code == 1
    assert "token is not accepted" in result.output
    assert token[:-4] not in result.output


def test_a_contributor_saves_a_draft_and_is_told_who_can_publish(
    root: Person, live_server: LiveServer, tmp_path: Path
) -> None:
    person = new_user(root, live_server, "contributor", "Con Tributor")
    person.http.close()
    desk = desk_at(live_server.url, tmp_path, person.email, person.password)
    slug = unique()
    file = desk.write("post.md", f"---\nslug: {slug}\n---\n# Title\n\nText.\n")
    entry = desk.publish_one(file, expect=1)
    assert entry["result"] == "failed"
    assert "saved as a draft, but not published" in entry["message"]
    assert "ask an editor" in entry["message"]
    assert root.post(slug)["status"] == "draft"
    desk.write("post.md", f"---\nslug: {slug}\nstatus: in_review\n---\n# Title\n\nText.\n")
    assert desk.publish_one(file)["result"] == "updated"
    assert root.post(slug)["status"] == "in_review"


def test_a_damaged_session_file_is_named_and_not_overwritten(desk: Desk, file: Path) -> None:
    desk.publish_one(file)
    path = desk.config / "sessions.json"
    path.write_text("{")
    entry = desk.publish_one(file, expect=1)
    assert "damaged" in entry["message"]
    assert path.read_text() == "{"


def test_no_redirect_is_followed_with_a_login(tmp_path: Path) -> None:
    with (
        _server(lambda handler: _reply(handler, 200, {"id": "x"})) as (thief, stolen),
        _server(lambda handler: _reply(handler, 307, Location=f"{thief}/api/v1/auth/login")) as (
            url,
            _,
        ),
    ):
        desk = desk_at(url, tmp_path, "me@example.org", "the-password")
        entry = desk.publish_one(desk.write("a.md", "# A\n"), expect=1)
        assert "not followed with a login" in entry["message"]
        assert stolen == []


def test_a_refresh_token_whose_answer_was_lost_is_never_sent_again(home: Home) -> None:
    with _server(lambda _handler: None) as (url, seen):
        for _ in range(2):
            with pytest.raises(RemoteFault):
                home.remote(url, None if seen else _session(expired=True)).sign_in()
        assert len([sent for sent in seen if "/auth/refresh" in sent]) == 1


def test_a_new_refresh_token_is_kept_before_it_is_needed(home: Home) -> None:
    fresh = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 900}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _reply(handler, *((200, fresh) if "/refresh" in handler.path else (500, {})))

    with _server(answer) as (url, _), pytest.raises(RemoteFault):
        home.remote(url, _session(expired=True)).sign_in()
    kept = Sessions(home.folder).find(url)
    assert kept is not None
    assert (kept.access_token, kept.refresh_token) == ("access-2", "refresh-2")


def test_a_server_that_cannot_be_reached_costs_no_session(home: Home) -> None:
    with _server(lambda handler: _reply(handler, 200)) as (url, _):
        pass
    with pytest.raises(RemoteFault, match="cannot be reached"):
        home.remote(url, _session(expired=True)).sign_in()
    assert Sessions(home.folder).find(url) == _session(expired=True)


def test_what_may_be_repeated_is_and_a_change_without_a_key_is_not(home: Home) -> None:
    keys = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        keys.append(handler.headers.get("Idempotency-Key"))
        _reply(handler, 503)

    with _server(answer) as (url, seen):
        posts = Posts(home.remote(url, _session()))
        asked: list[Callable[[], object]] = [
            lambda: posts.get("x"),
            lambda: posts.create({}),
            lambda: posts.step(Post("x", "x", 1, "*", {}), "publish"),
            lambda: posts.change("x", {}, if_match="*"),
        ]
        for ask in asked:
            with pytest.raises(RemoteFault):
                ask()
    assert [sent.split()[0] for sent in seen] == ["GET"] * 3 + ["POST"] * 6 + ["PATCH"]
    # One for each of the two, however often it is sent.
    assert keys[:3] == [None] * 3
    assert len(set(keys[3:6])) == len(set(keys[6:9])) == 1
    assert keys[3] != keys[6]
    assert keys[9] is None


def test_a_creation_whose_answer_was_lost_is_asked_for_again(home: Home) -> None:
    created = {"id": "1", "slug": "a", "version": 1}
    replies: list[tuple[int, object, dict[str, str]]] = [
        (409, {"code": "still_running"}, {"Retry_After": "1"}),
        (201, created, {"ETag": '"1-x"'}),
    ]
    lost: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if not lost:
            lost.append(handler.path)
            handler.close_connection = True
            return
        status, data, headers = replies.pop(0)
        _reply(handler, status, data, **headers)

    with _server(answer) as (url, seen):
        assert Posts(home.remote(url, _session())).create({}).id == "1"
    assert len(seen) == 3


def test_any_other_conflict_is_an_answer(home: Home) -> None:
    with _server(lambda handler: _reply(handler, 409)) as (url, seen):
        with pytest.raises(RemoteFault):
            Posts(home.remote(url, _session())).create({})
        assert len(seen) == 1


def test_too_many_requests_are_waited_out_but_not_for_long(home: Home) -> None:
    answers = [(429, "1"), (200, "0"), (429, "3600")]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        status, after = answers.pop(0)
        _reply(handler, status, {"id": "me"}, Retry_After=after)

    with _server(answer) as (url, _):
        remote = home.remote(url, _session())
        assert remote.sign_in() == "me"
        with pytest.raises(RemoteFault, match="try again in 3600 seconds"):
            remote.sign_in()


def test_a_server_that_repeats_a_secret_does_not_get_it_printed(home: Home, tmp_path: Path) -> None:
    problem = {"detail": "Your token access-1 and \x1b[2J refresh-1 are wrong."}
    with _server(lambda handler: _reply(handler, 422, problem)) as (url, _):
        with pytest.raises(RemoteFault) as fault:
            home.remote(url, _session()).sign_in()
        assert "access-1" not in str(fault.value)
        assert "refresh-1" not in str(fault.value)
        desk = desk_at(url, tmp_path, "me@example.org", "pw")
        assert "\x1b" not in desk.run(desk.write("a.md", "# A\n")).output


@pytest.mark.parametrize("body", ["<html>", None, [], {"id": 1}])
def test_something_that_is_no_cms_is_a_clear_fault(tmp_path: Path, body: object) -> None:
    with _server(lambda handler: _reply(handler, 200, body)) as (url, _):
        desk = desk_at(url, tmp_path, "me@example.org", "pw")
        entry = desk.publish_one(desk.write("a.md", "# A\n"), expect=1)
        assert entry["result"] == "failed"
        assert "cms server" in entry["message"] or "this client knows" in entry["message"]


def test_a_second_refusal_is_not_repeated_for_ever(home: Home) -> None:
    fresh = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 900}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _reply(handler, *((200, fresh) if "/refresh" in handler.path else (401, {})))

    with _server(answer) as (url, seen), pytest.raises(Unauthorized):
        home.remote(url, _session()).sign_in()
    assert len(seen) == 3


@pytest.mark.parametrize(
    "address",
    [
        *("http://cms.example.org", "http://192.168.0.7:8000", "http://localhost.example.org"),
        *("x", "", "https://", "http://[::1", "https://a@b.example", "https://b.example/?a=1"),
    ],
)
def test_an_address_that_is_unsafe_or_none_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        server_at(address, insecure=False)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://cms.example.org/", "https://cms.example.org"),
        ("HTTPS://CMS.example.org/blog/api/v1/", "https://cms.example.org/blog"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.3.2.1:80/", "http://127.3.2.1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_kept_in_one_form(address: str, expected: str) -> None:
    assert server_at(address, insecure=False).address == expected


def test_insecure_allows_plain_http_elsewhere() -> None:
    assert server_at("http://cms.example.org", insecure=True).address == "http://cms.example.org"


def test_ctrl_c_leaves_a_clean_message(tmp_path: Path) -> None:
    arrived, done = threading.Event(), threading.Event()

    def answer(_handler: BaseHTTPRequestHandler) -> None:
        arrived.set()
        done.wait(20)

    with _server(answer) as (url, _):
        desk = desk_at(url, tmp_path, "me@example.org", "pw")
        file = desk.write("a.md", "# A\n")
        set_ones = {name: value for name, value in desk.environment.items() if value is not None}
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "cms", "publish", str(file)],
            env=os.environ | set_ones,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert arrived.wait(20)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        done.set()
    assert process.returncode == 130
    assert errors.startswith("Stopped. 0 files are done, 1 are not")
    assert "Traceback" not in errors
