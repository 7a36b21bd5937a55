"""Takes Markdown apart: its events in order, each with its place in the source."""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

import pyromark
from pyromark import Options
from pyromark.event import Event, Range

Events: TypeAlias = Iterator[tuple[Event, Range]]

_OPTIONS: Final = (
    Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TABLES
    | Options.ENABLE_TASKLISTS
)
# A lone surrogate is no character, and NUL is to be replaced (CommonMark, 2.3).
_NO_CHARACTER: Final = re.compile("[\0\ud800-\udfff]")
# These end a block of HTML in any case (CommonMark, 4.6). The parser knows them in lower case.
_END_TAG: Final = re.compile("</(?:pre|script|style|textarea)>", re.IGNORECASE)


class Source:
    """A source as it is read: in UTF-8, in whose bytes the places of events are counted."""

    def __init__(self, text: str) -> None:
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _NO_CHARACTER.sub("\ufffd", text)
        self.encoded = text.encode()
        # What the parser gets. As many bytes, so that all places are the same.
        self.text = _END_TAG.sub(lambda tag: tag[0].lower(), text)
        self.is_changed = self.text != text
        self._place, self._line = 0, 1

    def line(self, place: int) -> int:
        """In which line a place is, counted from 1. Quick, if asked for near the last one."""
        if place >= self._place:
            self._line += self.encoded.count(b"\n", self._place, place)
        else:
            self._line -= self.encoded.count(b"\n", place, self._place)
        self._place = place
        return self._line


def events(source: Source) -> Events:
    """What stands in ``source``. Each event is read when it is asked for."""
    found = pyromark.events_with_range(source.text, options=_OPTIONS)
    return _as_written(found, source) if source.is_changed else found


def _as_written(events: Events, source: Source) -> Events:
    """The events with end tags that are text in the case in which they were written."""
    for event, place in events:
        written = source.encoded[place["start"] : place["end"]].decode()
        if "Text" in event and not isinstance(event, str):
            yield {"Text": _restored(event["Text"], written)}, place
        elif "Code" in event and not isinstance(event, str):
            yield {"Code": _restored(event["Code"], written)}, place
        else:
            yield event, place


def _restored(text: str, written: str) -> str:
    tags = iter(_END_TAG.findall(written))
    return _END_TAG.sub(lambda tag: next(tags, tag[0]), text)
