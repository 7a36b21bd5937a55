"""Situations in which a request with a key is neither carried out nor answered from before."""

from cms.foundation.errors import Conflict, Unprocessable


class KeyReused(Unprocessable):
    """The key came before, with another request."""

    code = "idempotency_key_reused"
    title = "This key belongs to another request"


class StillRunning(Conflict):
    """The first request with this key is not answered yet."""

    code = "still_running"
    title = "The first request with this key still runs"
    retry_after = 1


class AnswerNotKept(Conflict):
    """It was done before, with this key; its answer was too long to keep, or can no longer be read.

    It cannot where ``CMS_SECRET_KEY`` was changed since.
    """

    code = "answer_not_kept"
    title = "It was done before, and its answer is not kept"
