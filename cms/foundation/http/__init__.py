"""The HTTP edge: everything between a WSGI request and a call of one action or query."""

from cms.foundation.http.access import cacheable, public
from cms.foundation.http.blueprint import Blueprint
from cms.foundation.http.conditional import expected
from cms.foundation.http.edge import Edge, session

__all__ = ["Blueprint", "Edge", "cacheable", "expected", "public", "session"]
