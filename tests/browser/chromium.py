"""Drives a headless Chromium through the Chrome DevTools protocol, over a pipe."""

import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # The browser itself may not look up any other host either.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
ANSWER_SECONDS = 20.0
EXIT_SECONDS = 5.0
POLL_SECONDS = 0.05
FIRST_FREE_DESCRIPTOR = 10


class BrowserFault(Exception):
    """The browser refused a command, failed in a script, or did not answer in time."""


def find_chromium() -> str | None:
    """Return the path of an installed Chromium or Chrome."""
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


@contextmanager
def running(program: str, profile: Path) -> Iterator["Page"]:
    """Start the browser with an empty profile folder, give its one page, and end it."""
    to_browser, from_page = os.pipe()
    to_page, from_browser = os.pipe()
    # The browser reads from 3 and writes to 4; ends that lie there already would be overwritten.
    ends = [
        fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, FIRST_FREE_DESCRIPTOR)
        for end in (to_browser, from_browser)
    ]
    log = os.open(profile / "browser.log", os.O_WRONLY | os.O_CREAT, 0o600)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    process = os.posix_spawn(
        program,
        [program, *FLAGS, *sandbox, f"--user-data-dir={profile / 'data'}", "about:blank"],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, log, 1),
            (os.POSIX_SPAWN_DUP2, log, 2),
            (os.POSIX_SPAWN_DUP2, ends[0], 3),
            (os.POSIX_SPAWN_DUP2, ends[1], 4),
        ],
        setpgroup=0,
    )
    for descriptor in (to_browser, from_browser, log, *ends):
        os.close(descriptor)
    try:
        yield Page(Pipe(to_page, from_page))
    finally:
        # A closed pipe ends the browser.
        os.close(from_page)
        os.close(to_page)
        _wait_for_end(process)


def _wait_for_end(process: int) -> None:
    deadline = time.monotonic() + EXIT_SECONDS
    while os.waitpid(process, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return
        time.sleep(POLL_SECONDS)


class Pipe:
    """JSON messages, each ended by a NUL byte, to and from the browser."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        """Take the two descriptors of this side; both stay the caller's."""
        self._incoming = incoming
        self._outgoing = outgoing
        self._unread = b""

    def send(self, message: dict[str, Any]) -> None:
        """Write one message, all of it."""
        unsent = json.dumps(message).encode() + b"\0"
        while unsent:
            unsent = unsent[os.write(self._outgoing, unsent) :]

    def receive(self, deadline: float) -> dict[str, Any]:
        """Read the next message; `deadline` is a moment of `time.monotonic`."""
        while b"\0" not in self._unread:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._incoming], [], [], left)[0]:
                msg = "the browser did not answer in time"
                raise BrowserFault(msg)
            chunk = os.read(self._incoming, 1 << 16)
            if not chunk:
                msg = "the browser ended"
                raise BrowserFault(msg)
            self._unread += chunk
        message, _, self._unread = self._unread.partition(b"\0")
        parsed: dict[str, Any] = json.loads(message)
        return parsed


class Page:
    """One tab, and what it complained of and asked for since it was opened."""

    def __init__(self, pipe: Pipe) -> None:
        """Open the tab and listen to it."""
        self.complaints: list[str] = []
        self.addresses: list[str] = []
        self._pipe = pipe
        self._numbers = itertools.count(1)
        self._session: str | None = None
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        attached = self.command("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")

    def command(self, method: str, **params: object) -> dict[str, Any]:
        """Send one command of the protocol; return its result. Events on the way are kept."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._pipe.send(message)
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            answer = self._pipe.receive(deadline)
            if answer.get("id") != number:
                self._keep(answer.get("method", ""), answer.get("params", {}))
                continue
            if "error" in answer:
                raise BrowserFault(method, answer["error"])
            result: dict[str, Any] = answer["result"]
            return result

    def _keep(self, event: str, params: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.addresses.append(params["request"]["url"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))
        elif event == "Runtime.consoleAPICalled" and params["type"] in {"error", "assert"}:
            self.complaints.append(json.dumps(params["args"]))
        elif event == "Log.entryAdded" and params["entry"]["level"] == "error":
            entry = params["entry"]
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")

    @property
    def hosts(self) -> set[str]:
        """All hosts that the page asked for anything."""
        return {
            urlsplit(address).netloc
            for address in self.addresses
            if not address.startswith(("data:", "blob:", "about:"))
        }

    def open(self, url: str) -> Self:
        """Go to an address and wait until the document and its files are loaded."""
        self.command("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")
        return self

    def evaluate(self, script: str) -> Any:
        """Run a script in the page and return its value."""
        answer = self.command(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise BrowserFault(script, answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait_for(self, condition: str, *, seconds: float = 15.0) -> None:
        """Repeat a script until its value is truthy."""
        deadline = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({condition})"):
            if time.monotonic() > deadline:
                msg = f"not within {seconds} s: {condition}\n" + "\n".join(self.complaints)
                raise BrowserFault(msg)
            time.sleep(POLL_SECONDS)

    def text(self, selector: str) -> str:
        """Return the text of the first match as soon as there is one."""
        found: str = self.evaluate(f"{self._first(selector)}.textContent")
        return found

    def click(self, selector: str) -> None:
        """Click the first match as soon as there is one."""
        self.evaluate(f"{self._first(selector)}.click()")

    def focus(self, selector: str) -> None:
        """Put the keyboard on the first match as soon as there is one."""
        self.evaluate(f"{self._first(selector)}.focus()")

    def _first(self, selector: str) -> str:
        first = f"document.querySelector({json.dumps(selector)})"
        self.wait_for(first)
        return first

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.command("Input.insertText", text=text)

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press one key, given its name, its code and the text that it makes."""
        for event, typed in (("keyDown", text), ("keyUp", "")):
            self.command(
                "Input.dispatchKeyEvent",
                type=event,
                key=key,
                code=key,
                text=typed,
                windowsVirtualKeyCode=code,
            )
