"""The address under which admins read the audit log."""

import uuid
from datetime import datetime
from typing import Any

from cms.accounts.access import requires
from cms.accounts.permissions import Permission
from cms.foundation import moments
from cms.foundation.audit import queries
from cms.foundation.audit.models import AuditEntry
from cms.foundation.errors import Malformed
from cms.foundation.http import Blueprint, pages, session
from cms.operation.audit.schemas import AuditFilter, AuditPage

blueprint = Blueprint(
    "audit",
    __name__,
    url_prefix="/api/v1/manage/audit",
    description="Who changed what, when and from where.",
)


@blueprint.get("")
@requires(Permission.AUDIT_READ)
@blueprint.fails(Malformed)
@blueprint.arguments(AuditFilter, location="query")
@blueprint.response(200, AuditPage)
def list_audit_entries(page: dict[str, Any]) -> Any:
    """List changes.

    Newest first: one entry for each thing that a request, a command or a job changed. Nothing
    changes or removes an entry. What failed has changed nothing, and has none.
    """

    def read(after: tuple[str, str] | None, limit: int) -> list[AuditEntry]:
        place = (datetime.fromisoformat(after[0]), uuid.UUID(after[1])) if after else None
        filter_ = page.get("filter_")
        return queries.newest(
            session(), limit=limit, after=place, filter_=filter_, now=moments.now()
        )

    return pages.walked(
        read,
        place=lambda entry: (moments.spell(entry.at), str(entry.id)),
        length=2,
        scope="audit",
        page=page,
    )
