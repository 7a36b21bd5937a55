"""The page that links lead to, in a real browser, against a real server."""

import pytest

from tests.browser import chromium
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

EMAIL = "invited@example.org"


def _open(page: chromium.Page, server: LiveServer, fragment: str) -> None:
    page.open(f"{server.url}/password{fragment}")
    page.wait_for("document.querySelector('#password')")


def _choose(page: chromium.Page, password: str) -> None:
    """With the keyboard alone."""
    page.focus("#password")
    page.type(password)
    page.press("Enter", 13, "\r")


def test_who_is_invited_chooses_a_password_once(
    browser: chromium.Page, live_server: LiveServer
) -> None:
    printed = live_server.run("user", "invite", "--email", EMAIL, "--role", "author")
    fragment = "#" + printed.strip().partition("#")[2]

    _open(browser, live_server, fragment)
    _choose(browser, "staple of the nineties")
    browser.wait_for("document.querySelector('#said').textContent.includes('is set')")

    # Neither the address bar nor the history keeps what opens an account.
    assert browser.evaluate("location.hash") == ""
    browser.open(f"{live_server.url}/healthz")
    _open(browser, live_server, fragment)
    _choose(browser, "another password")
    browser.wait_for("document.querySelector('#said').textContent.includes('was used')")


def test_an_address_without_a_token_says_so(
    browser: chromium.Page, live_server: LiveServer
) -> None:
    _open(browser, live_server, "")

    browser.wait_for("document.querySelector('#said').textContent.includes('not complete')")
