"""What was published before there was a search is found after the migration."""

import io

from alembic import command

from cms.foundation import migrations
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading
from tests.search.test_finding import search


def test_what_is_live_is_indexed_by_the_migration(
    app: Edge, client: ContractClient, editor: Caller
) -> None:
    factories.an_author(editor, name="Ann River", slug="ann")
    factories.a_published_post(editor, slug="one", title="Lantern", authors=["ann"], tags=["Stone"])
    gone = factories.a_published_post(editor, slug="gone", title="Lantern")
    factories.unpublished(editor, gone)
    configuration = migrations.configuration(app.database)
    configuration.stdout = io.StringIO()

    command.downgrade(configuration, "0007")
    command.upgrade(configuration, "head")
    app.extensions["cms.cache"].forget()

    for question in ("lantern", "river", "stone", "lant*"):
        assert [hit["slug"] for hit in search(client, question)["data"]] == ["one"], question
    assert search(client, "lanterm")["corrected"] == "lantern"


def test_what_had_ended_before_is_found_in_the_past(
    app: Edge, client: ContractClient, editor: Caller
) -> None:
    one, two = (
        factories.a_published_post(editor, slug=slug, title="Lantern") for slug in ("one", "two")
    )
    version = reading.fetch(client)["version"]
    factories.published(editor, factories.edited(editor, one, title="Stone"))
    factories.unpublished(editor, two)
    configuration = migrations.configuration(app.database)
    configuration.stdout = io.StringIO()

    command.downgrade(configuration, "0024")
    command.upgrade(configuration, "head")

    found = search(client, "lantern", as_of=version)["data"]
    assert {hit["slug"] for hit in found} == {"one", "two"}
