"""Moments that are said relative to now: ``now``, ``now-30d``."""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from cms.foundation import moments

SPELLED = re.compile("now(?:([-+ ])([0-9]{1,6})([smhdwMy]))?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_MONTHS = {"M": 1, "y": 12}


@dataclass(frozen=True, slots=True)
class Relative:
    """So many of a unit after now; before it, if negative."""

    amount: int = 0
    unit: str = "s"

    def at(self, now: datetime) -> datetime:
        """The moment that is meant. What no calendar holds is its first or its last moment."""
        try:
            if self.unit in _SECONDS:
                found = now + timedelta(seconds=self.amount * _SECONDS[self.unit])
            else:
                found = _months_later(now, self.amount * _MONTHS[self.unit])
        except (OverflowError, ValueError):
            return moments.EARLIEST if self.amount < 0 else moments.LATEST
        return min(max(found, moments.EARLIEST), moments.LATEST)


def read(text: str) -> Relative | None:
    """What ``text`` says, if it speaks of now. A space is the ``+`` that an address made of it."""
    found = SPELLED.fullmatch(text)
    if found is None:
        return None
    sign, amount, unit = found.groups()
    if sign is None:
        return Relative()
    return Relative(-int(amount) if sign == "-" else int(amount), unit)


def minute(now: datetime) -> datetime:
    """The minute that has begun: what filters take for now, so that answers agree for a while."""
    return now.replace(second=0, microsecond=0)


def _months_later(now: datetime, months: int) -> datetime:
    """The same day of another month, or its last one where it is shorter."""
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last))
