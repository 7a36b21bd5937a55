"""The things that the attacks are aimed at."""

from collections.abc import Iterator

import pytest

from cms.foundation.http.edge import Edge
from tests.conftest import empty
from tests.hostile.world import World


@pytest.fixture
def world(app: Edge) -> World:
    """One of each kind of thing, for a test that changes them."""
    return World(app)


@pytest.fixture(scope="module")
def module_world(shared_app: Edge) -> Iterator[World]:
    """The same for a module of refusals only: nothing is written, so all its tests can share it."""
    empty(shared_app)
    yield World(shared_app)
    empty(shared_app)


@pytest.fixture
def still_world(module_world: World) -> Iterator[World]:
    """The shared world; failed logins are forgotten."""
    yield module_world
    for name in ("cms.throttle", "cms.reset_throttle"):
        module_world.app.extensions[name].reset()
