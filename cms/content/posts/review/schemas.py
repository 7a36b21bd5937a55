"""The JSON of review: what is said with a step, and comments."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from cms.content.posts.review.models import StepTaken
from cms.content.posts.schemas import Person
from cms.foundation.http.fields import Moment, Prose
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import page_of

LONGEST = 5000
STEPS = ", ".join(f"`{step}`" for step in StepTaken)
SAID = "Good as it is; the second example needs a source."


class Remark(Prose):
    """What somebody says: plain text, shown as it is."""

    def __init__(self, **kwargs: Any) -> None:
        """Of the one length."""
        metadata = {"pattern": r"\S", "description": "Plain text"}
        super().__init__(longest=LONGEST, metadata=metadata, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not text.strip():
            message = "Must not be blank."
            raise ValidationError(message)
        return text


class StepIn(Strict):
    """What is to be said with a step."""

    example = {"comment": SAID}  # noqa: RUF012

    comment = Remark(load_default=lambda: None, allow_none=True)


class SendBackIn(Strict):
    """What is to be changed."""

    example = {"comment": "The second example needs a source."}  # noqa: RUF012

    comment = Remark(required=True)


class CommentIn(Strict):
    """A comment."""

    example = {"text": SAID}  # noqa: RUF012

    text = Remark(required=True)


class CommentOut(Shown):
    """What somebody said about a post."""

    example = {  # noqa: RUF012
        "id": "019ab3c4-0000-7000-8000-0000000000f1",
        "text": SAID,
        "step": "approved",
        "revision": 2,
        "by": {"id": "019ab3c4-0000-7000-8000-000000000001", "name": "Jane Doe"},
        "created_at": "2026-02-28T10:00:00.000Z",
    }

    id = fields.UUID(required=True)
    text = fields.String(required=True, metadata={"description": "Plain text"})
    step = fields.String(
        required=True,
        allow_none=True,
        # No enum: generators make two classes of one that may be null.
        metadata={"description": f"What it was said with: {STEPS}; null: nothing"},
    )
    revision = fields.Integer(
        required=True, metadata={"description": "The revision that the post was at"}
    )
    by = fields.Nested(
        Person,
        required=True,
        allow_none=True,
        metadata={"description": "null when that user was deleted"},
    )
    created_at = Moment(required=True)


CommentPage = page_of(CommentOut)
