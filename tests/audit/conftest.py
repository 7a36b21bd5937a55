"""What tests of the audit log need."""

import pytest

from cms.foundation.http.edge import Edge
from tests.audit.log import Log


@pytest.fixture
def log(app: Edge) -> Log:
    """The log; what came into it from when a test begins to do things."""
    return Log(app)
