"""A desk that asks for jobs."""

import pytest

from cms.foundation.database import Database
from tests.jobs.desk import Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    """One whose jobs nobody does but its own worker."""
    return Desk(database)
