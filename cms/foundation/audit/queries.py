"""How entries are found."""

from datetime import datetime

from sqlalchemy import Select, select

from cms.foundation.audit.models import AuditEntry
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.listed import Listed, fitting
from cms.foundation.filters.tree import Checked

# What `filter` reaches; nothing else can be named.
LISTED: Listed = {
    "at": (Kind.MOMENT, AuditEntry.at.expression),
    "action": (Kind.WORD, AuditEntry.action.expression),
    "actor_id": (Kind.IDENTIFIER, AuditEntry.actor_id.expression),
    "key_id": (Kind.IDENTIFIER, AuditEntry.key_id.expression),
    "address": (Kind.WORD, AuditEntry.address.expression),
    "subject_kind": (Kind.WORD, AuditEntry.subject_kind.expression),
    "subject_id": (Kind.IDENTIFIER, AuditEntry.subject_id.expression),
}


def matching(*, filter_: Checked | None = None, now: datetime) -> Select[AuditEntry]:
    """All entries that fit; the caller orders and cuts."""
    return fitting(select(AuditEntry), filter_, LISTED, now=now)
