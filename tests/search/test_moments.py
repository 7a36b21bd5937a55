"""A search shows one moment, whatever is published while it looks."""

import itertools
import threading
from typing import Any

import pytest
from sqlalchemy import event

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.delivery.test_statements import cost

# The second is corrected, the last looks back.
ASKED = ["search?q=harbour", "search?q=harbuor&tag=piers", "suggest?q=ha", "suggest?q=ha&as_of=2"]
_numbers = itertools.count(1)


def publish(by: Caller) -> None:
    """What each of the questions finds, under a tag and by an author that were not there."""
    name = f"Harbour {next(_numbers)}"
    person = factories.an_author(by, name=name)
    factories.a_published_post(by, title=name, tags=["piers", name], author_ids=[person["id"]])


@pytest.mark.parametrize("path", ASKED)
def test_what_is_published_between_two_statements_is_seen_whole_or_not_at_all(
    app: Edge, editor: Caller, path: str
) -> None:
    address = f"/api/v1/{path}"
    for _ in range(2):
        publish(editor)

    for moment in range(cost(app, editor, address)):
        asked: list[str] = []

        def interrupt(
            _connection: Any,
            _cursor: Any,
            statement: str,
            *_rest: Any,
            moment: int = moment,
            asked: list[str] = asked,
        ) -> None:
            asked.append(statement)
            if len(asked) == moment + 1:
                # Not in this thread, whose connection is in use.
                other = threading.Thread(target=publish, args=(editor,))
                other.start()
                other.join()

        app.extensions["cms.cache"].forget()
        event.listen(app.database.lookup, "before_cursor_execute", interrupt)
        try:
            answer = editor.get(address)
        finally:
            event.remove(app.database.lookup, "before_cursor_execute", interrupt)

        assert answer.status_code == 200, (asked, answer.get_data(as_text=True))
        found = answer.get_json()
        now = address.partition("&as_of")[0]
        assert found == editor.get(f"{now}&as_of={found['version']}").get_json(), asked
