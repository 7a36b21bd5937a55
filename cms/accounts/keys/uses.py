"""When keys were last used: noted about once a minute, and no request waits for it."""

import uuid
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import or_, update

from cms.accounts.keys.models import AccessKey
from cms.foundation.audit import UNAUDITED
from cms.foundation.background import Background
from cms.foundation.database import Database

PERIOD = timedelta(minutes=1)


class Uses:
    """Remembers what this process has noted, so that a busy database gets no queue of notes."""

    def __init__(self, database: Database, background: Background) -> None:
        """Note in ``database``."""
        self._database, self._background = database, background
        self._noted: dict[uuid.UUID, datetime] = {}

    def note(self, key_id: uuid.UUID, last_used_at: datetime | None, *, now: datetime) -> None:
        """The key is used now; ``last_used_at`` is what the database said of it."""
        before = [known for known in (last_used_at, self._noted.get(key_id)) if known]
        if before and now - max(before) < PERIOD:
            return
        self._noted[key_id] = now
        self._background.do(partial(self._write, key_id, now))

    def _write(self, key_id: uuid.UUID, now: datetime) -> None:
        is_due = or_(AccessKey.last_used_at.is_(None), AccessKey.last_used_at <= now - PERIOD)
        with self._database.transaction() as session:
            used = update(AccessKey).where(AccessKey.id == key_id, is_due)
            session.execute(used.values(last_used_at=now), execution_options=UNAUDITED)
