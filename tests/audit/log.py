"""The audit log, as tests read it: oldest first."""

from typing import Any

from sqlalchemy import select

from cms.foundation.audit.models import AuditEntry
from cms.foundation.http.edge import Edge


class Log:
    """What came into the log since it was last looked at."""

    def __init__(self, app: Edge) -> None:
        """From now on."""
        self._app = app
        self._known = {entry.id for entry in self._all()}

    def new(self) -> list[AuditEntry]:
        """Entries since the last look."""
        found = [entry for entry in self._all() if entry.id not in self._known]
        self._known |= {entry.id for entry in found}
        return found

    def only(self) -> AuditEntry:
        """The one entry since the last look."""
        (entry,) = self.new()
        return entry

    def of(self, kind: str) -> dict[str, Any]:
        """The changes of the one new entry about this kind of thing."""
        (entry,) = [entry for entry in self.new() if entry.subject_kind == kind]
        return entry.changes

    def text(self) -> str:
        """All that the table says."""
        with self._app.database.reader.connect() as connection:
            return repr(connection.execute(select(AuditEntry.__table__)).all())

    def _all(self) -> list[AuditEntry]:
        self._app.extensions["cms.background"].finish()
        with self._app.database.session(read_only=True) as session:
            return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
