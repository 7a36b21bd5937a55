"""The public JSON of an edition: rendered once, when it is issued, in the public shapes."""

import uuid
from typing import Any

import orjson

from cms.editions.schemas import PublicAuthor, PublicTag
from cms.foundation import moments, texts

_AUTHOR = PublicAuthor(exclude=("post_count",))
_TAG = PublicTag(exclude=("post_count",))
# What stands before the id of whom a document is about, and in that of a post around the ids of its
# authors and tags. No text in it can look like this: its quotes are escaped.
BEGINNING, AUTHORS, REST = '{"id":"', ',"authors":[', ',"published_at":'
_ID_LENGTH = 36
_COVER, _SEO = ("url", "alt", "caption"), ("title", "description", "canonical_url")
_AS_THEY_ARE = ("published_at", "updated_at", "featured", "reading_minutes", "word_count")


def post(values: dict[str, Any], *, author_ids: list[uuid.UUID], tag_ids: list[uuid.UUID]) -> str:
    """The document of a post: a teaser, whose ``authors`` and ``tags`` hold ids, in order.

    Its text lies beside it, so that lists need not read it; authors and tags are filled in when it
    is read, because they change without it. Not by the schema, which takes ten times as long.
    """
    cover, seo = values["cover"], values["seo"]
    return _pack(
        {
            "id": values["id"],
            "slug": values["slug"],
            "title": values["title"],
            "excerpt": values["excerpt"],
            "cover": cover and {name: cover[name] for name in _COVER},
            "authors": author_ids,
            "tags": tag_ids,
            "published_at": moments.spell(values["published_at"]),
            "updated_at": moments.spell(values["updated_at"]),
            "reading_minutes": values["reading_minutes"],
            "word_count": values["word_count"],
            "featured": values["featured"],
            "seo": {name: seo[name] for name in _SEO},
        }
    )


def parts(document: str) -> tuple[str, str, str]:
    """The document of a post, taken apart around the ids of its authors and tags.

    Far cheaper than to read it as JSON. What is in the middle is, in braces, JSON by itself.
    """
    begin = document.index(AUTHORS) + 1
    end = document.index(REST, begin)
    return document[:begin], document[begin:end], document[end:]


def counted(document: str, posts: int) -> str:
    """The document of an author or a tag with the number of its posts, which changes without it."""
    return f'{document[:-1]},"post_count":{posts}}}'


def id_of(document: str) -> str:
    """Whose document it is."""
    begin = len(BEGINNING)
    return document[begin : begin + _ID_LENGTH]


def listed(values: dict[str, Any]) -> dict[str, Any]:
    """The columns of a post's edition that lists are filtered and sorted by."""
    return {
        "title_key": texts.folded(values["title"]),
        "title_sort": texts.sort_key(values["title"]),
        "excerpt_key": texts.folded(values["excerpt"]),
        **{name: values[name] for name in _AS_THEY_ARE},
    }


def named(name: str) -> dict[str, str]:
    """The columns of an author's or tag's edition that lists are filtered and sorted by."""
    return {"sort_key": texts.sort_key(name), "name_key": texts.folded(name)}


def author(subject: object) -> str:
    """The document of an author."""
    return _pack(_AUTHOR.dump(subject))


def tag(subject: object) -> str:
    """The document of a tag."""
    return _pack(_TAG.dump(subject))


def _pack(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode()
