"""A post as a file that its author edits: what goes out comes back."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cms.commands.documents import differences, text_file
from cms.commands.documents.document import DocumentFault

POST: dict[str, Any] = {
    "title": "A: title",
    "slug": "a-title",
    "excerpt": None,
    "body": "# A: title\n\n    code\n\nText.\n",
    "expanded": {"authors": [{"name": "Ann: B", "slug": "ann"}], "tags": [{"name": "no"}]},
    "published_at": "2026-03-01T09:00:00.123Z",
    "featured": True,
    "cover": None,
    "seo": {"title": None, "description": "x\ny", "canonical_url": None},
}
# What the server lets into a text, control characters aside.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"))
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)


def test_the_file_states_every_field_and_nothing_is_hidden_in_one_line() -> None:
    assert text_file.written({**POST, "excerpt": "One.\nTwo."}) == (
        "---\n"
        "title: 'A: title'\n"
        "slug: a-title\n"
        "excerpt: |-\n"
        "  One.\n"
        "  Two.\n"
        "authors:\n"
        "- name: 'Ann: B'\n"
        "  slug: ann\n"
        "tags:\n"
        "- 'no'\n"
        "published_at: '2026-03-01T09:00:00.123Z'\n"
        "featured: true\n"
        "cover:\n"
        "seo:\n"
        "  title:\n"
        "  description: |-\n"
        "    x\n"
        "    y\n"
        "  canonical_url:\n"
        "---\n"
        "\n"
        "# A: title\n"
        "\n"
        "    code\n"
        "\n"
        "Text.\n"
    )


@given(title=LINES, excerpt=TEXTS | st.none(), body=TEXTS, tag=LINES, alt=TEXTS, words=TEXTS)
@example(title="---", excerpt="---\n+++", body="---\na: b\n---\n", tag="[x]", alt="&a", words="*a")
@example(title="\u2028", excerpt="\x85\n ", body="\n\n   x", tag="~", alt="", words=" \n x")
@settings(deadline=None)
def test_any_post_comes_back_as_it_went_out(
    title: str, excerpt: str | None, body: str, tag: str, alt: str, words: str
) -> None:
    post = {
        **POST,
        "title": " ".join(title.split()) or "x",
        "excerpt": excerpt,
        "body": body,
        "expanded": {"authors": [], "tags": [{"name": " ".join(tag.split()) or "x", "slug": "s"}]},
        "cover": {"url": "/a", "alt": alt, "caption": None},
        "seo": {**POST["seo"], "description": words},
    }

    document = text_file.read(text_file.written(post))

    assert differences.differing(document, post) == []
    assert document.body == body.strip("\n")


def test_what_is_not_touched_has_not_changed_whatever_editors_do_to_line_ends() -> None:
    text = text_file.written(POST)
    before = text_file.read(text)

    for after in (text, text + "\n\n", "\ufeff" + text.replace("\n", "\r\n"), text.rstrip("\n")):
        assert text_file.changed(before, text_file.read(after)) == []


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ("Text.", "Words.", ["body"]),
        ("# A: title\n\n", "", ["body"]),
        ("featured: true", "featured: false", ["featured"]),
        ("featured: true\n", "", []),
        ("tags:\n- 'no'\n", "tags:\n", ["tags"]),
        ("tags:\n- 'no'\n", "", []),
        ("cover:\n", "cover: {url: /x}\n", ["cover"]),
        ("excerpt:\n", "excerpt: x\n", ["excerpt"]),
        ("slug: a-title", "slug: b", ["slug"]),
    ],
)
def test_only_what_was_changed_counts(old: str, new: str, fields: list[str]) -> None:
    text = text_file.written(POST)
    assert text.count(old) == 1

    after = text_file.read(text.replace(old, new))

    assert text_file.changed(text_file.read(text), after) == fields


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no title"),
        ("Just words.", "no title"),
        ("---\ntitle: x\n", "no line"),
        ("---\ntitle: x\nstatus: published\n---\n", "cms posts publish"),
        ("---\ntitle: x\ncolour: red\n---\n", "colour"),
        ("---\ntitle: x\n---\n\0", "NUL"),
    ],
)
def test_what_cannot_be_a_post_is_said(text: str, said: str) -> None:
    with pytest.raises(DocumentFault, match=said):
        text_file.read(text)


def test_the_front_matter_is_yaml_as_everybody_reads_it() -> None:
    header = text_file.written(POST).split("---\n")[1]

    assert yaml.safe_load(header)["seo"]["description"] == "x\ny"
