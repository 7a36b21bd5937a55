"""Makes the addresses inside of a post's HTML whole, so that they work wherever it is shown."""

import re
from html import escape, unescape

from cms.delivery import blog

# Exact, because an edition's HTML was written by the sanitiser: there `<` begins a tag and nothing
# else, and every value stands in double quotes.
_TAG = re.compile('<[a-z][a-z0-9]*(?: [a-z]+="[^"]*")*>')
_ADDRESS = re.compile(' (href|src|cite)="([^"]*)"')


def whole(html: str, *, seen_from: str) -> str:
    """The same HTML with each address resolved against that of its page (RFC 3986, 5)."""

    def resolved(found: re.Match[str]) -> str:
        address = blog.absolute(unescape(found[2]), seen_from=seen_from)
        return f' {found[1]}="{escape(address)}"'

    return _TAG.sub(lambda tag: _ADDRESS.sub(resolved, tag[0]), html)
