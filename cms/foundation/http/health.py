"""Health: whether the process lives, and whether it can do its work."""

from typing import Any, cast

from flask import current_app
from marshmallow import fields

from cms.foundation import migrations
from cms.foundation.errors import Unavailable
from cms.foundation.http.access import public
from cms.foundation.http.blueprint import Blueprint
from cms.foundation.http.edge import Edge
from cms.foundation.http.output import Shown

blueprint = Blueprint("health", __name__, description="For load balancers and monitors.")


class Health(Shown):
    """Well, and at which migration."""

    example = {"status": "ok"}  # noqa: RUF012

    status = fields.String(required=True)


class NotMigrated(Unavailable):
    """The database is not at the migration that this code needs."""

    code = "not_migrated"
    title = "The database needs a migration"


@blueprint.get("/healthz")
@public
@blueprint.response(200, Health)
def get_liveness() -> dict[str, Any]:
    """Is the process alive.

    Looks at nothing but itself.
    """
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
@blueprint.fails(Unavailable, NotMigrated)
@blueprint.response(200, Health)
def get_readiness() -> dict[str, Any]:
    """Can it serve.

    The database answers and has all migrations of this version.
    """
    database = cast(Edge, current_app).database
    if migrations.current(database) != migrations.head():
        message = "Run `cms migrate` with this version of the code."
        raise NotMigrated(message)
    return {"status": "ok"}
