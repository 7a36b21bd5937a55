"""What the commands are told: a post, a revision, a moment."""

from datetime import datetime
from typing import Any

import rich_click as click


class _Moment(click.ParamType[datetime]):
    """A moment; without a zone it is in the time of this machine."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """From text."""
        try:
            return datetime.fromisoformat(str(value)).astimezone()
        except (ValueError, OverflowError):
            message = f"{value!r} is no moment such as '2026-12-24 18:00' or 2026-12-24T17:00:00Z"
            self.fail(message, param, ctx)


POST = click.argument("name", metavar="POST")
REVISION = click.argument("number", metavar="[REVISION]", type=click.IntRange(1), required=False)
MOMENT = _Moment()
