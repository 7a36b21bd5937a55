"""Where kept answers lie: bounded by bytes, the least recently used go first."""

import threading
from collections import OrderedDict

from cms.foundation.cache.addresses import Key
from cms.foundation.cache.entries import Entry

# Of one question, so many ways to spell it are known without taking them apart.
MOST_SPELLINGS = 8


class Store:
    """Entries by key, of one version. Looking takes no lock; changing does."""

    def __init__(self, capacity: int) -> None:
        """``capacity`` in bytes."""
        self._capacity = capacity
        self._size = 0
        self._version = -1
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._sizes: dict[Key, int] = {}
        self._spelled: dict[Key, Entry] = {}
        self._changing = threading.Lock()

    def spelled(self, spelling: Key) -> Entry | None:
        """An entry that was asked for in just these words, of whatever version."""
        return self._spelled.get(spelling)

    def find(self, key: Key, spelling: Key, version: int) -> Entry | None:
        """The entry under ``key``, if it is of ``version``; from now on also by this spelling."""
        entry = self._entries.get(key)
        if entry is None or entry.version != version:
            return None
        with self._changing:
            self._learn(entry, spelling)
        return entry

    def use(self, entry: Entry) -> None:
        """An entry is given out: it goes last."""
        try:  # noqa: SIM105 - ``suppress`` takes ten times as long
            self._entries.move_to_end(entry.key)
        except KeyError:
            # Another thread has dropped it since the look; as an answer it is as good as before.
            pass

    def put(self, entry: Entry, spelling: Key) -> bool:
        """Keep an entry, if it fits. The first one of another version drops all that are here."""
        with self._changing:
            if entry.version != self._version:
                self._clear()
                self._version = entry.version
            self._drop(entry.key)
            entry.learn(spelling)
            if entry.size > self._capacity:
                return False
            self._entries[entry.key] = entry
            self._sizes[entry.key] = 0
            self._spelled[spelling] = entry
            self._recount(entry)
            return True

    def recount(self, entry: Entry) -> None:
        """An entry has grown by another form."""
        with self._changing:
            if self._entries.get(entry.key) is entry:
                self._recount(entry)

    def clear(self) -> None:
        """Drop everything."""
        with self._changing:
            self._clear()

    def _clear(self) -> None:
        self._entries.clear()
        self._sizes.clear()
        self._spelled.clear()
        self._size = 0

    def _learn(self, entry: Entry, spelling: Key) -> None:
        if self._spelled.get(spelling) is entry or self._entries.get(entry.key) is not entry:
            return
        if len(entry.spellings) < MOST_SPELLINGS:
            entry.learn(spelling)
            self._spelled[spelling] = entry
            self._recount(entry)

    def _recount(self, entry: Entry) -> None:
        self._size += entry.size - self._sizes[entry.key]
        self._sizes[entry.key] = entry.size
        while self._size > self._capacity:
            # In one step: meanwhile others move entries to the end.
            self._forget(self._entries.popitem(last=False)[1])

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._forget(entry)

    def _forget(self, entry: Entry) -> None:
        self._size -= self._sizes.pop(entry.key)
        for spelling in entry.spellings:
            self._spelled.pop(spelling, None)
