"""A post as schema.org's BlogPosting, in JSON-LD."""

from typing import Any

import orjson

from cms.delivery.blog import Blog, absolute, cover_of

MEDIA_TYPE = "application/ld+json"
# What could end the script element that the text is put into; JSON has another spelling for them.
_ESCAPED = {b"<": b"\\u003c", b">": b"\\u003e", b"&": b"\\u0026"}


def of(document: dict[str, Any], blog: Blog) -> dict[str, Any]:
    """The object for a post's document, its authors and tags filled in.

    Whatever is not known is left out; without the addresses of pages, those are.
    """
    page = blog.post(document["slug"])
    seo = document["seo"]
    canonical = seo["canonical_url"]
    address = absolute(canonical, seen_from=page) if canonical and page else page
    members = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "@id": f"urn:uuid:{document['id']}",
        "url": address,
        "mainEntityOfPage": address,
        "headline": document["title"],
        "alternativeHeadline": seo["title"],
        "description": seo["description"] or document["excerpt"],
        "image": cover_of(document, seen_from=page),
        "datePublished": document["published_at"],
        "dateModified": document["updated_at"],
        "author": [_person(author, blog) for author in document["authors"]],
        "publisher": _known({"@type": "Organization", "name": blog.name, "url": blog.home}),
        "keywords": [tag["name"] for tag in document["tags"]],
        "wordCount": document["word_count"],
        "timeRequired": f"PT{document['reading_minutes']}M",
        "inLanguage": blog.language,
    }
    return _known(members)


def write(members: dict[str, Any]) -> bytes:
    """The text, safe inside of a script element."""
    text = orjson.dumps(members)
    for character, escape in _ESCAPED.items():
        text = text.replace(character, escape)
    return text


def _person(author: dict[str, Any], blog: Blog) -> dict[str, Any]:
    known = {"@type": "Person", "name": author["name"], "url": blog.author(author["slug"])}
    return _known(known)


def _known(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "", [])}
