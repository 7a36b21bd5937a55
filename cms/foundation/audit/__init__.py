"""The audit log: who changed what, written in the transaction of the change.

A table says ``audited = Audited(...)``, and everything that a session does to it is in the log. No
action has to remember it.
"""

from cms.foundation.audit.audited import Audited
from cms.foundation.audit.origin import ORIGIN, Origin, sign, start
from cms.foundation.audit.watching import UNAUDITED, count_inserted, note

__all__ = ["ORIGIN", "UNAUDITED", "Audited", "Origin", "count_inserted", "note", "sign", "start"]
