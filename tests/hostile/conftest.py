"""The things that the attacks are aimed at."""

import pytest

from cms.foundation.http.edge import Edge
from tests.hostile.operations import World


@pytest.fixture
def world(app: Edge) -> World:
    """One of each kind of thing."""
    return World(app)
