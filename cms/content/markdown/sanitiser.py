"""Says which HTML a post may contain, and removes the rest."""

import re
from functools import cache
from typing import Final

import nh3
from pygments.token import STANDARD_TYPES

from cms.content.markdown import anchors
from cms.content.markdown.nesting import balance

_EVERYWHERE: Final = frozenset({"class", "dir", "id", "lang", "title"})
_OWN_ATTRIBUTES: Final = {
    "a": {"href"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"alt", "height", "loading", "src", "width"},
    "input": {"checked", "disabled", "type"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_PLAIN_TAGS: Final = frozenset(
    """
    abbr aside b bdi bdo br caption cite code dd dfn div dl dt em figcaption figure h1 h2 h3
    h4 h5 h6 hr i kbd mark p pre rp rt ruby s samp section small span strong sub summary sup
    table tbody tfoot thead tr u ul var wbr
    """.split()  # noqa: SIM905 - one word a line would hide the rest
)
ALLOWED: Final = {
    tag: _EVERYWHERE | _OWN_ATTRIBUTES.get(tag, set()) for tag in (*_PLAIN_TAGS, *_OWN_ATTRIBUTES)
}

URL_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
_URLS: Final = frozenset({"cite", "href", "src"})

CLASSES: Final = frozenset(
    """
    contains-task-list footnote-backref footnote-item footnote-ref footnotes task-list-item
    task-list-item-checkbox
    """.split()  # noqa: SIM905 - one word a line would hide the rest
) | frozenset(name for name in STANDARD_TYPES.values() if name)
_LANGUAGE_CLASS: Final = re.compile(r"language-[\w+#.-]{1,40}", re.ASCII)

_VALUES: Final = {
    "align": re.compile("left|center|right"),
    "checked": re.compile(""),
    "colspan": re.compile("[0-9]{1,3}"),
    "datetime": re.compile(r"[\w :+.-]{1,50}", re.ASCII),
    "dir": re.compile("ltr|rtl|auto"),
    "disabled": re.compile(""),
    "height": re.compile("[0-9]{1,5}%?"),
    "lang": re.compile("[A-Za-z0-9-]{1,50}"),
    "loading": re.compile("lazy|eager"),
    "open": re.compile(""),
    "reversed": re.compile(""),
    "rowspan": re.compile("[0-9]{1,3}"),
    "scope": re.compile("row|col|rowgroup|colgroup"),
    "span": re.compile("[0-9]{1,3}"),
    "start": re.compile("-?[0-9]{1,9}"),
    "type": re.compile("[1aAiI]|checkbox"),
    "value": re.compile("-?[0-9]{1,9}"),
    "width": re.compile("[0-9]{1,5}%?"),
}
_FLAGS: Final = frozenset({"checked", "disabled", "open", "reversed"})


def sanitise(html: str, *, is_orderly: bool = False) -> str:
    """Only what is allowed, with ids that are unique and links inside the document that work.

    Doing it twice changes nothing. ``is_orderly``: that nothing in ``html`` is for ``balance`` to
    repair.
    """
    if not html.isascii():
        # A lone surrogate is no character and cannot be stored or sent.
        html = re.sub("[\ud800-\udfff]", "\ufffd", html)
    if not is_orderly:
        html = balance(html, ALLOWED)
    return anchors.connect(_cleaner().clean(html))


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(ALLOWED),
        attributes=ALLOWED,
        attribute_filter=_value,
        # A checkbox shows what is done. As a form field it would let a page ask for a password.
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
        url_schemes=URL_SCHEMES,
        # No `target` is allowed, so a link opens in its own page and `noopener` protects nothing.
        # No `nofollow` either: an editor's link is a recommendation.
        link_rel=None,
    )


def _value(tag: str, attribute: str, value: str) -> str | None:
    """What is left of an attribute; ``None`` to drop it."""
    if attribute == "class":
        return _classes(value)
    if attribute == "id":
        return anchors.prefixed(value)
    if attribute in _URLS:
        return value if _is_safe(value, within=tag) else None
    if attribute in _FLAGS:
        return ""
    if attribute in _VALUES:
        return value if _VALUES[attribute].fullmatch(value) else None
    return re.sub(r"[\x00-\x1f\x7f]+", " ", value)


def _classes(value: str) -> str | None:
    # A class of the frontend's stylesheet could lay a post over the whole page.
    kept = [name for name in value.split() if name in CLASSES or _LANGUAGE_CLASS.fullmatch(name)]
    return " ".join(kept) or None


def _is_safe(url: str, *, within: str) -> bool:
    """The same question that nh3 asks of a URL, asked again in a stricter way."""
    if re.search(r"[\x00-\x1f\x7f]", url):
        return False
    scheme, colon, _ = url.partition(":")
    if not colon or re.search("[/?#]", scheme):
        return True
    return scheme.strip().lower() in ({"http", "https"} if within == "img" else URL_SCHEMES)
