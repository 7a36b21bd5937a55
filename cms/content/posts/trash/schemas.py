"""What can be said when a post is deleted."""

from marshmallow import fields

from cms.foundation.http.input import Strict


class Deletion(Strict):
    """Into the trash, or for good."""

    purge = fields.Boolean(
        truthy={"true"},
        falsy={"false"},
        load_default=False,
        metadata={"description": "`true` deletes it for good at once, in the trash or not"},
    )
