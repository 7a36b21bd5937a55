"""Reading as a frontend does: whole lists, walks along cursors, every public address."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from cms.foundation.http.edge import Edge
from tests.callers import ContractClient, contract_of
from tests.foundation.addresses import Address, addresses

POSTS = "/api/v1/posts"
LISTS = (POSTS, "/api/v1/authors", "/api/v1/tags")


def everything(client: ContractClient, path: str = POSTS, **query: Any) -> list[dict[str, Any]]:
    """A list of at most 100 things, in one piece."""
    page = fetch(client, path, **{"limit": 100, **query})
    assert page["next_cursor"] is None
    data: list[dict[str, Any]] = page["data"]
    return data


def fetch(client: ContractClient, path: str = POSTS, **query: Any) -> dict[str, Any]:
    """One answer with status 200."""
    answer = client.get(f"{path}?{urlencode(query)}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    page: dict[str, Any] = answer.get_json()
    return page


def pages(client: ContractClient, path: str = POSTS, **query: Any) -> list[dict[str, Any]]:
    """All pages along ``next_cursor``; ``between=…`` is called before each further one."""
    between: Callable[[], object] | None = query.pop("between", None)
    found = [fetch(client, path, **query)]
    while found[-1]["next_cursor"] is not None:
        assert len(found) < 200, "the walk does not end"
        if between is not None:
            between()
        found.append(fetch(client, path, **query, cursor=found[-1]["next_cursor"]))
    return found


def slugs(items: list[dict[str, Any]]) -> list[str]:
    """Their slugs, in order."""
    return [item["slug"] for item in items]


def walked(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What all pages of a walk show, in order."""
    return [item for page in found for item in page["data"]]


def public_addresses(app: Edge, **known: str) -> list[Address]:
    """Every address that GET answers to without a login, from the URL map."""
    return [
        one for one in addresses(app, **known) if one.method == "GET" and one.access in OPEN_ACCESS
    ]


# Pages beside the API (docs, the OpenAPI document) declare nothing.
OPEN_ACCESS = {"public", None}


def declared_parameters(app: Edge, address: Address) -> list[str]:
    """The names of the query parameters that the OpenAPI document gives an address."""
    operation = contract_of(app).operation("GET", address.path)
    if operation is None:
        return []
    return [one["name"] for one in operation.get("parameters", []) if one.get("in") == "query"]


def answers(
    client: ContractClient, path: str, queries: list[dict[str, str]]
) -> Iterator[TestResponse]:
    """What ``path`` answers to each query, and to all pages behind it."""
    for query in queries:
        answer = client.get(f"{path}?{urlencode(query)}" if query else path)
        yield answer
        while answer.is_json and (answer.get_json() or {}).get("next_cursor"):
            further = {**query, "cursor": answer.get_json()["next_cursor"]}
            answer = client.get(f"{path}?{urlencode(further)}")
            yield answer
