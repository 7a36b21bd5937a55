"""A desk."""

import pytest

from cms.foundation.http.edge import Edge
from tests.callers import Caller
from tests.scheduling.desk import Desk


@pytest.fixture
def desk(app: Edge, editor: Caller) -> Desk:
    """An editor's."""
    return Desk(app, editor)
