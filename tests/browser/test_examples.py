"""The example blog in a real browser, on an origin of its own, against a real server."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser import chromium
from tests.live.callers import HttpCaller
from tests.live.site import TAGS, Site
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).parents[2] / "examples"
API = "http://127.0.0.1:8000"
TITLES = "[...document.querySelectorAll('.posts a')].map((link) => link.textContent)"
SUGGESTED = "[...document.querySelectorAll('.suggestions a')].map((link) => link.textContent)"
ATTACK = '<img src=x onerror="window.attacked = true"> & <b>bold</b>'
# The answer to the first question waits until the page calls `release`.
HOLD_THE_FIRST_SUGGESTIONS = """
const real = window.fetch;
let isFirst = true;
window.fetch = async (address, options) => {
  const holds = isFirst && String(address).includes("/suggest");
  if (holds) isFirst = false;
  const answer = await real(address, { ...options, signal: undefined });
  if (holds) await new Promise((resolve) => { window.release = resolve; });
  options?.signal?.throwIfAborted();
  return answer;
};
"""


class Quiet(SimpleHTTPRequestHandler):
    """Files, without a line in the log for each."""

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def blog(
    make_database_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Blog"]:
    """The examples as somebody sets them up: the address of their CMS written into blog.js."""
    folder = tmp_path_factory.mktemp("blog") / "examples"
    shutil.copytree(EXAMPLES, folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as web:
        origin = f"http://127.0.0.1:{web.server_port}"
        thread = threading.Thread(target=web.serve_forever)
        thread.start()
        try:
            with LiveServer.started(
                tmp_path_factory.mktemp("server"),
                make_database_url("blog"),
                CMS_CORS_ORIGINS=origin,
                CMS_POST_URL=f"{origin}/?post={{slug}}",
            ) as server:
                script = (folder / "blog.js").read_text("utf-8")
                assert script.count(API) == 1
                (folder / "blog.js").write_text(script.replace(API, server.url), "utf-8")
                server.run("seed")
                with HttpCaller.logged_in(server) as caller:
                    yield Blog(origin, server, Site(caller))
        finally:
            web.shutdown()
            thread.join()


@dataclass(frozen=True)
class Blog:
    """The origin of its pages, the CMS behind them, and what editors do there."""

    origin: str
    server: LiveServer
    site: Site


@pytest.fixture
def visit(browser: chromium.Page, blog: Blog) -> Callable[[str], chromium.Page]:
    """A function that opens a page of the blog, and waits until it is whole."""

    def open_page(query: str = "") -> chromium.Page:
        browser.open(f"{blog.origin}/{query}")
        # The link to the feed comes last.
        browser.wait_for(
            "document.querySelector('.notice').textContent"
            " || document.head.querySelector('[rel=alternate]')"
        )
        return browser

    return open_page


def _titles(blog: Blog, query: str = "") -> list[str]:
    return [post["title"] for post in blog.site.listed(f"/posts?fields=title{query}")]


Visit = Callable[[str], chromium.Page]


def test_the_index_shows_the_newest_posts_and_adds_the_older_ones(visit: Visit, blog: Blog) -> None:
    for number in range(15):
        blog.site.publish(title=f"Number {number}", body="One of many.")
    expected = _titles(blog)

    page = visit("")
    assert page.evaluate(TITLES) == expected[:10]
    blog.site.publish(title="Between two pages", body="It would push the others down.")
    while not page.evaluate("document.querySelector('.more').hidden"):
        shown = len(page.evaluate(TITLES))
        # The second click of an impatient reader.
        page.evaluate(
            "{ const more = document.querySelector('.more'); more.click(); more.click() }"
        )
        page.wait_for(f"{TITLES}.length > {shown}")

    assert page.evaluate(TITLES) == expected
    assert page.complaints == []
    assert page.hosts == {urlsplit(blog.origin).netloc, urlsplit(blog.server.url).netloc}


def test_a_post_page_shows_the_post_and_those_like_it(visit: Visit, blog: Blog) -> None:
    slug = "markdown-by-example"
    post = blog.site.get(f"/posts/{slug}?include=related")

    page = visit(f"?post={slug}")

    assert page.evaluate("document.title") == post["title"]
    assert page.text("h1") == post["title"]
    assert page.evaluate("document.querySelector('.text table th').textContent") == "Mark"
    assert page.text(".about") == "Mira Lindqvist · Markdown · Writing"
    assert page.evaluate(TITLES) == [one["title"] for one in post["related"]]
    assert page.complaints == []


def test_a_post_page_follows_a_slug_that_moved(visit: Visit, blog: Blog) -> None:
    post = blog.site.publish(title="Before", slug="before", body="*It* moved.")
    blog.site.edit(post, slug="after", title="After")

    page = visit("?post=before")

    assert page.text("h1") == "After"
    assert page.evaluate("location.search") == "?post=after"
    assert page.text(".text em") == "It"


def test_a_post_page_says_what_became_of_a_post(visit: Visit, blog: Blog) -> None:
    post = blog.site.publish(title="Withdrawn", slug="withdrawn", body="Gone soon.")
    blog.site.act(post, "unpublish")

    assert visit("?post=withdrawn").text(".notice") == "The post 'withdrawn' was withdrawn."
    assert visit("?post=never").text(".notice") == "There is no post 'never'."
    assert visit("?post=../tags").text(".notice")


def test_a_tag_page_shows_the_tag_and_its_posts_under_an_older_slug_too(
    visit: Visit, blog: Blog
) -> None:
    tag = blog.site.get("/tags/workflow")
    blog.site.edit(f"{TAGS}/{tag['id']}", slug="ways", name="Ways & <i>", description="How.")

    page = visit("?tag=workflow")

    assert page.text("h1") == f"Ways & <i> ({tag['post_count']})"
    assert page.text(".about") == "How."
    assert page.evaluate(TITLES) == _titles(blog, "&tag=ways") != []
    assert page.evaluate("location.search") == "?tag=ways"
    assert page.evaluate("document.querySelector('.feed').href").endswith("/tags/ways/feed.xml")


def test_the_search_box_asks_once_for_what_was_typed_in_one_go(visit: Visit, blog: Blog) -> None:
    page = visit("")
    page.focus("[name=q]")
    for letter in "what you do":
        page.type(letter)
    page.wait_for(f"{SUGGESTED}.length")

    (title,) = page.evaluate(SUGGESTED)
    assert title.startswith("What You Do in The Moments")
    asked = [address for address in page.addresses if "/suggest" in address]
    assert asked == [f"{blog.server.url}/api/v1/suggest?q=what+you+do"]


def test_the_search_box_finds(visit: Visit) -> None:
    page = visit("")
    page.focus("[name=q]")
    page.type("Leadershp")
    page.press("Enter", 13, "\r")
    page.wait_for("document.querySelector('.hits li')")

    assert page.text(".count").endswith("for leadership")
    assert page.text(".hits mark").casefold() == "leadership"
    assert page.evaluate(SUGGESTED) == []
    page.evaluate("document.querySelector('[name=q]').value = '  '")
    page.evaluate("document.forms[0].requestSubmit()")
    assert page.evaluate("document.querySelector('.results').hidden") is True
    assert page.complaints == []


def test_suggestions_for_what_was_typed_before_never_replace_newer_ones(
    browser: chromium.Page, visit: Visit
) -> None:
    browser.command("Page.addScriptToEvaluateOnNewDocument", source=HOLD_THE_FIRST_SUGGESTIONS)
    page = visit("")
    page.focus("[name=q]")
    page.type("tags")
    page.wait_for("window.release")
    page.evaluate("document.querySelector('[name=q]').value = ''")
    page.type("backing")
    page.wait_for(f"{SUGGESTED}.includes('Backing Up Your Blog')")

    page.evaluate("window.release(), new Promise((resolve) => setTimeout(resolve, 50))")

    assert page.evaluate(SUGGESTED) == ["Backing Up Your Blog"]
    assert page.text(".notice") == ""


def test_what_others_wrote_stays_text(visit: Visit, blog: Blog) -> None:
    blog.site.publish(
        title=ATTACK,
        slug="attack",
        excerpt=ATTACK,
        body=f"{ATTACK} <script>window.attacked = true</script>",
        tags=[ATTACK],
    )
    tag = blog.site.get("/posts/attack")["tags"][0]["slug"]

    for query in ("", "?post=attack", f"?tag={tag}"):
        page = visit(query)
        assert ATTACK in page.evaluate("document.body.textContent")
        for kind, shown in (("suggest", ".suggestions a"), ("search", ".hits mark")):
            page.evaluate("document.querySelector('[name=q]').value = ''")
            page.focus("[name=q]")
            page.type("onerror")
            if kind == "search":
                page.press("Enter", 13, "\r")
            page.text(shown)
        assert page.evaluate("window.attacked") is None
        assert page.evaluate("document.querySelectorAll('[onerror], body script').length") == 0


def test_a_page_links_to_its_feed_where_there_is_one(visit: Visit, blog: Blog) -> None:
    page = visit("")
    (link,) = page.evaluate(
        "[...document.head.querySelectorAll('link[rel=alternate]')].map((one) =>"
        " [one.type, one.title, one.href])"
    )

    assert link == ["application/rss+xml", "Blog", f"{blog.server.url}/feed.xml"]
    assert page.evaluate("document.querySelector('.feed').href") == link[2]
    feed = page.evaluate(f"fetch({json.dumps(link[2])}).then((answer) => answer.text())")
    assert "<rss" in feed
    nothing = page.evaluate(
        "import('./rss-link.js').then(async ({ linkFeed }) => {"
        f" const anchor = document.createElement('a'); anchor.hidden = true;"
        f" await linkFeed({json.dumps(blog.server.url)}, anchor, 'no-such-tag');"
        " return [anchor.hidden, document.head.querySelectorAll('[rel=alternate]').length]; })"
    )
    assert nothing == [True, 1]
