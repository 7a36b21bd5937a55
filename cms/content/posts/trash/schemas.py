"""What can be said when a post is deleted."""

from cms.foundation.http.fields import QueryFlag
from cms.foundation.http.input import Strict


class Deletion(Strict):
    """Into the trash, or for good."""

    purge = QueryFlag(
        load_default=False,
        metadata={"description": "`true` deletes it for good at once, in the trash or not"},
    )
