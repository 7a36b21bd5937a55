"""The docs page and its files, as a plain HTTP client gets them."""

import gzip
import re

import flask
import pytest
from flask.testing import FlaskClient

from cms.foundation.http.docs.page import ASSETS, register_docs
from cms.foundation.http.edge import Edge


@pytest.fixture
def reader() -> FlaskClient:
    """Somebody who visits an application that has nothing but the docs page."""
    app = flask.Flask("tests")
    register_docs(
        app,
        openapi_path="/openapi.json",
        api_prefix="/api/v1",
        title='A <b>"CMS"</b>',
        programs=("blog-index.js",),
    )
    return app.test_client()


def _addresses(page: str) -> list[str]:
    return re.findall(r'(?:src|href)="([^"]+)"', page)


def test_everything_that_the_page_names_is_served_by_us(reader: FlaskClient) -> None:
    addresses = _addresses(reader.get("/docs").text)

    files = [address for address in addresses if address.startswith("/docs/assets/")]
    assert set(addresses) - set(files) == {"#reference", "#frontend", "/openapi.json"}
    assert {file.rpartition("/")[2] for file in files} == set(ASSETS)
    for file in files:
        answer = reader.get(file)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_title_cannot_add_markup(reader: FlaskClient) -> None:
    assert "<h1>A &lt;b&gt;&quot;CMS&quot;&lt;/b&gt;</h1>" in reader.get("/docs").text


def test_the_page_runs_no_inline_script(reader: FlaskClient) -> None:
    answer = reader.get("/docs")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", answer.text) == []


def test_only_listed_files_are_served(reader: FlaskClient) -> None:
    folder = next(
        address.rpartition("/")[0]
        for address in _addresses(reader.get("/docs").text)
        if address.startswith("/docs/assets/")
    )
    for name in ("page.py", "page.html", "__init__.py", "index.css", "oauth2-redirect.html"):
        assert reader.get(f"{folder}/{name}").status_code == 404
    assert reader.get(f"{folder}/../page.py").status_code == 404
    assert reader.get("/docs/assets/0000000000000000/docs.js").status_code == 404


def test_files_are_compressed_for_those_who_ask(reader: FlaskClient) -> None:
    file = next(a for a in _addresses(reader.get("/docs").text) if a.endswith("/swagger-ui.js"))
    plain = reader.get(file)
    compressed = reader.get(file, headers={"Accept-Encoding": "br, gzip"})

    assert "Content-Encoding" not in plain.headers
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Vary"] == compressed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(compressed.data) == plain.data


def test_behind_a_path_prefix_the_page_names_prefixed_addresses(reader: FlaskClient) -> None:
    page = reader.get("/docs", environ_overrides={"SCRIPT_NAME": "/blog"}).text

    assert 'data-openapi-url="/blog/openapi.json"' in page
    assert 'data-auth-url="/blog/api/v1/auth"' in page


@pytest.mark.parametrize("path", ["/docs", "/docs/problems", "/password"])
def test_a_page_that_is_not_modified_keeps_its_policy(app: Edge, path: str) -> None:
    client = app.test_client()
    page = client.get(path)

    same = client.get(path, headers={"If-None-Match": page.headers["ETag"]})

    assert same.status_code == 304
    for name in ("Content-Security-Policy", "Referrer-Policy"):
        assert same.headers[name] == page.headers[name]
