"""The main job, end to end: publish with a login, read without."""

from tests import factories
from tests.callers import Caller, ContractClient


def test_what_an_author_publishes_a_frontend_reads(editor: Caller, client: ContractClient) -> None:
    """Write with a JWT, read without one."""
    colleen = factories.an_author(editor, name="Colleen Nelson")
    factories.a_published_post(
        editor, title="After You Fail", body="*hello*", authors=[colleen["slug"]], tags=["News"]
    )

    answer = client.get("/api/v1/posts/after-you-fail")

    assert answer.status_code == 200
    post = answer.get_json()
    assert post["title"] == "After You Fail"
    assert [author["name"] for author in post["authors"]] == ["Colleen Nelson"]
    assert [tag["slug"] for tag in post["tags"]] == ["news"]
