"""The docs page in a real browser, against a real server."""

from urllib.parse import urlsplit

import pytest

from tests.browser import chromium
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

ME = "[id$=-get_me]"
EXECUTE_ME = f"{ME} button.execute"
CURL_OF_ME = f"{ME} .curl-command"
STATUS_OF_ME = f"{ME} .live-responses-table tbody .response-col_status"
ANSWER_OF_ME = f"{ME} .live-responses-table tbody .response-col_description"

# Renewal is due long after the test; only the first such timer comes at once.
HURRY_THE_FIRST_LONG_TIMER = """
const wait = window.setTimeout;
window.setTimeout = (action, delay, ...rest) => {
  if (delay < 30000) return wait(action, delay, ...rest);
  window.setTimeout = wait;
  return wait(action, 0, ...rest);
};
"""


@pytest.fixture
def page(browser: chromium.Page, live_server: LiveServer) -> chromium.Page:
    """The docs page, loaded."""
    return _load(browser, live_server)


def _load(page: chromium.Page, server: LiveServer) -> chromium.Page:
    page.open(f"{server.url}/docs")
    page.wait_for(f"document.querySelector('{ME}')")
    return page


def _log_in(page: chromium.Page, email: str, password: str) -> None:
    """Use the keyboard alone, as people with a password manager or a screen reader do."""
    page.focus("#login-email")
    page.type(email)
    page.press("Tab", 9)
    page.type(password)
    page.press("Enter", 13, "\r")


def _expand_me(page: chromium.Page) -> None:
    page.click(f"{ME} .opblock-summary-control")
    # Before the operation is resolved, a click on Execute asks for an unknown operation.
    page.wait_for(f"document.querySelector('{ME} .responses-table .response')")


def test_the_page_loads_without_a_complaint_or_another_host(
    page: chromium.Page, live_server: LiveServer
) -> None:
    assert page.text(f"{ME} .opblock-summary-path").endswith("/auth/me")
    assert page.complaints == []
    assert page.hosts == {urlsplit(live_server.url).netloc}


def test_one_logs_in_with_the_keyboard_and_tries_a_call(
    page: chromium.Page, live_server: LiveServer
) -> None:
    _log_in(page, live_server.admin_email, live_server.admin_password)
    page.wait_for("!document.querySelector('#session').hidden")
    assert page.text("#session-who") == live_server.admin_email
    assert page.text("#session-until")

    _expand_me(page)
    page.click(EXECUTE_ME)

    assert page.text(STATUS_OF_ME).strip() == "200"
    assert live_server.admin_email in page.text(ANSWER_OF_ME)
    assert "Authorization: Bearer" in page.text(CURL_OF_ME)
    assert page.complaints == []
    assert page.hosts == {urlsplit(live_server.url).netloc}
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("document.cookie") == ""


def test_a_wrong_password_is_answered_with_the_reason(
    page: chromium.Page, live_server: LiveServer
) -> None:
    _log_in(page, live_server.admin_email, "not this one")
    page.wait_for("document.querySelector('#notice').textContent")

    assert "password" in page.text("#notice")
    assert page.evaluate("document.querySelector('#session').hidden") is True
    assert page.evaluate("document.activeElement.id") == "login-password"


def test_after_logging_out_calls_are_refused(page: chromium.Page, live_server: LiveServer) -> None:
    _log_in(page, live_server.admin_email, live_server.admin_password)
    page.wait_for("!document.querySelector('#session').hidden")
    _expand_me(page)
    page.click("#logout")
    page.wait_for("!document.querySelector('#login').hidden")

    page.click(EXECUTE_ME)

    assert page.text(STATUS_OF_ME).strip() == "401"
    assert "Authorization" not in page.text(CURL_OF_ME)
    assert page.text("#notice") == ""


def test_the_login_is_renewed_and_calls_still_work(
    browser: chromium.Page, live_server: LiveServer
) -> None:
    browser.command("Page.addScriptToEvaluateOnNewDocument", source=HURRY_THE_FIRST_LONG_TIMER)
    page = _load(browser, live_server)
    _log_in(page, live_server.admin_email, live_server.admin_password)
    page.wait_for(
        "performance.getEntriesByType('resource')"
        ".some(entry => entry.name.endsWith('/auth/refresh') && entry.responseEnd)"
    )
    _expand_me(page)
    page.click(EXECUTE_ME)

    assert page.text(STATUS_OF_ME).strip() == "200"
    assert page.text("#notice") == ""
    assert page.complaints == []


def test_the_page_fits_on_a_phone(browser: chromium.Page, live_server: LiveServer) -> None:
    browser.command(
        "Emulation.setDeviceMetricsOverride",
        width=360,
        height=740,
        deviceScaleFactor=2,
        mobile=True,
    )
    page = _load(browser, live_server)

    assert page.evaluate("document.documentElement.scrollWidth") == 360
