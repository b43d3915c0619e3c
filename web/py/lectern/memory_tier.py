"""The memory tier of the audio cache: what was spoken lately, at hand at once.

What leaves is decided by S3-FIFO (Juncheng Yang, Yazhuo Zhang, Ziyue Qiu, Yao Yue,
K. V. Rashmi: "FIFO queues are all you need for cache eviction", SOSP 2023). What is new
enters a small queue, a tenth of the room. Who was asked for more than once while in it goes
on to the main queue, everybody else leaves from there, and a ghost queue remembers their
keys: who comes back soon enters the main queue at once. In the main queue the oldest leaves,
unless it was asked for since: then it goes to the end of the queue, and that costs it one of
the at most three askings that are remembered. So a book that is read once, front to back,
does not push out what is heard daily, and a hit moves nothing.

Two things the paper leaves open: room is bytes and entries at once, whichever is short; and
entries leave by age as well.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from lectern.metrics import Metrics
from lectern.ports import Clock, StoredAudio
from lectern.settings import Settings

#: Of the room, for what was not asked for again yet.
_SMALL_SHARE = 0.1
_MOST_ASKINGS = 3
_PROMOTED_BY = 2


class _Queue:
    """Keys and their bytes, first in first; everything is O(1)."""

    def __init__(self) -> None:
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._sizes)

    def __contains__(self, key: str) -> bool:
        return key in self._sizes

    def push(self, key: str, size: int) -> None:
        """``key``, which is not in it, at the end."""
        self._sizes[key] = size
        self.bytes += size

    def pop(self) -> tuple[str, int]:
        """The first one.

        Raises:
            KeyError: there is none.
        """
        key, size = self._sizes.popitem(last=False)
        self.bytes -= size
        return key, size

    def discard(self, key: str) -> None:
        self.bytes -= self._sizes.pop(key, 0)

    def clear(self) -> None:
        self._sizes.clear()
        self.bytes = 0


@dataclass(slots=True)
class _Remembered:
    audio: StoredAudio
    stored_at: float
    askings: int = 0


class MemoryTier:
    """``key -> StoredAudio``, bounded by bytes of sound, entries and seconds since it was put.

    After every ``put`` all three hold; what was just put is there. Nothing here ever raises.
    Switched off (``settings.memory_cache``) it takes nothing and finds nothing.
    """

    def __init__(self, *, settings: Settings, clock: Clock, metrics: Metrics) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._entries: OrderedDict[str, _Remembered] = OrderedDict()  # put longest ago first
        self._small = _Queue()
        self._main = _Queue()
        self._ghost = _Queue()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        """Of all sound in it."""
        return self._small.bytes + self._main.bytes

    def ask(self, key: str) -> StoredAudio | None:
        """``get``, timed and counted as a hit or a miss; neither where it is switched off."""
        if not self._settings.memory_cache:
            return None
        started = self._clock.monotonic()
        found = self.get(key)
        self._metrics.observe("cache.memory.read", self._clock.monotonic() - started)
        self._metrics.count("cache.memory.miss" if found is None else "cache.memory.hit")
        return found

    def get(self, key: str) -> StoredAudio | None:
        """What was put, if it is still there. It remembers that it was asked for."""
        if not self._settings.memory_cache:
            return None
        found = self._entries.get(key)
        if found is None:
            return None
        if self._is_old(found):
            self._drop(key)
            self._metrics.count("cache.memory.expired")
            self._metrics.count("cache.memory.evicted.age")
            return None
        found.askings = min(found.askings + 1, _MOST_ASKINGS)
        return found.audio

    def put(self, key: str, entry: StoredAudio) -> None:
        """Take it in, in the place of what had its key; what is larger than all room is not."""
        if not self._settings.memory_cache:
            return
        self.expire()
        size = len(entry.pcm)
        askings = self._entries[key].askings if key in self._entries else 0
        known = key in self._main or key in self._ghost
        self._drop(key)
        if size > self._settings.memory_cache_bytes or not self._settings.memory_cache_entries:
            self._make_room(0, more=0)  # the bounds may be new
            return
        self._make_room(size)
        # Not before: what leaves now must not make the ghost queue forget it.
        self._ghost.discard(key)
        (self._main if known else self._small).push(key, size)
        self._entries[key] = _Remembered(entry, self._clock.monotonic(), askings)

    def expire(self) -> None:
        """Let go of everything whose time is over."""
        while self._entries:
            key = next(iter(self._entries))
            if not self._is_old(self._entries[key]):
                break
            self._drop(key)
            self._metrics.count("cache.memory.evicted.age")

    def adapt(self) -> None:
        """The settings are others: what they leave no room for goes at once."""
        if not self._settings.memory_cache:
            self.clear()
        self.expire()
        self._make_room(0, more=0)

    def expires_in(self) -> float | None:
        """Seconds until the oldest entry's time is over; None: there is none."""
        for entry in self._entries.values():
            age = self._clock.monotonic() - entry.stored_at
            return max(0.0, self._settings.memory_cache_seconds - age)
        return None

    def clear(self) -> None:
        self._entries.clear()
        for queue in (self._small, self._main, self._ghost):
            queue.clear()

    def _is_old(self, entry: _Remembered) -> bool:
        age = self._clock.monotonic() - entry.stored_at
        return age > self._settings.memory_cache_seconds

    def _drop(self, key: str) -> None:
        if self._entries.pop(key, None) is not None:
            self._small.discard(key)
            self._main.discard(key)

    def _make_room(self, size: int, more: int = 1) -> None:
        """Until ``more`` entries of ``size`` bytes, which is no more than all room, fit in."""
        while self._entries:
            if self.bytes + size > self._settings.memory_cache_bytes:
                cause = "bytes"
            elif len(self._entries) + more > self._settings.memory_cache_entries:
                cause = "entries"
            else:
                return
            if self._evict():
                self._metrics.count(f"cache.memory.evicted.{cause}")

    def _evict(self) -> bool:
        """One step: an entry leaves, or an entry that was asked for moves on (False)."""
        if self._is_full(self._small, _SMALL_SHARE) or not len(self._main):
            key, size = self._small.pop()
            entry = self._entries[key]
            if entry.askings >= _PROMOTED_BY:
                entry.askings = 0
                self._main.push(key, size)
                return False
            self._ghost.push(key, size)
            while self._is_full(self._ghost, 1 - _SMALL_SHARE) and len(self._ghost) > 1:
                self._ghost.pop()
        else:
            key, size = self._main.pop()
            entry = self._entries[key]
            if entry.askings:
                entry.askings -= 1
                self._main.push(key, size)
                return False
        del self._entries[key]
        return True

    def _is_full(self, queue: _Queue, share: float) -> bool:
        """Whether it has its share of the room."""
        return len(queue) > 0 and (
            queue.bytes >= share * self._settings.memory_cache_bytes
            or len(queue) >= share * self._settings.memory_cache_entries
        )
