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

from collections import deque
from dataclasses import dataclass

from lectern.metrics import Metrics
from lectern.ports import Clock, StoredAudio
from lectern.settings import Settings

#: Of the room, for what was not asked for again yet.
_SMALL_SHARE = 0.1
_MOST_ASKINGS = 3
_PROMOTED_BY = 2


#: So many records that have left may lie in a line of few before it is closed up.
_SLACK = 64


@dataclass(slots=True, eq=False)
class _Remembered:
    """What is known of a key; ``audio`` is None once the sound has left."""

    key: str
    audio: StoredAudio | None
    size: int
    stored_at: float
    askings: int
    queue: _Queue | None = None


class _Queue:
    """Records, first in first. Who is taken out of the middle leaves its place in the line empty:
    nobody else is touched, and the line is closed up before it is twice as long as it need be."""

    def __init__(self) -> None:
        self._line: deque[_Remembered] = deque()
        self._count = 0
        self.bytes = 0

    def __len__(self) -> int:
        return self._count

    def push(self, entry: _Remembered) -> None:
        """``entry``, which is in no queue, at the end."""
        entry.queue = self
        self._line.append(entry)
        self._count += 1
        self.bytes += entry.size

    def pop(self) -> _Remembered:
        """The first one.

        Raises:
            IndexError: there is none.
        """
        while (entry := self._line.popleft()).queue is not self:
            pass
        self._left(entry)
        return entry

    def discard(self, entry: _Remembered) -> None:
        """``entry``, which is in it, for good: it comes back into no queue."""
        self._left(entry)
        if len(self._line) > 2 * self._count + _SLACK:
            self._line = deque(one for one in self._line if one.queue is self)

    def clear(self) -> None:
        self._line.clear()
        self._count = self.bytes = 0

    def _left(self, entry: _Remembered) -> None:
        entry.queue = None
        self._count -= 1
        self.bytes -= entry.size


class MemoryTier:
    """``key -> StoredAudio``, bounded by bytes of sound, entries and seconds since it was put.

    After every ``put`` all three hold; what was just put is there. Nothing here ever raises.
    Switched off (``settings.memory_cache``) it takes nothing and finds nothing.
    """

    def __init__(self, *, settings: Settings, clock: Clock, metrics: Metrics) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        #: Those that are here, and the ghosts: one look-up tells all.
        self._known: dict[str, _Remembered] = {}
        #: Put longest ago first; some have left.
        self._by_age: deque[_Remembered] = deque()
        #: Nobody who is here was put before.
        self._oldest = 0.0
        self._small = _Queue()
        self._main = _Queue()
        self._ghost = _Queue()

    def __len__(self) -> int:
        return len(self._small) + len(self._main)

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
        found = self._known.get(key)
        if found is None or found.audio is None:
            return None
        if self._may_be_old() and self._is_old(found):
            self._drop(found)
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
        old = self._known.get(key)
        known = old is not None and old.queue is not self._small
        askings = 0
        if old is not None and old.audio is not None:
            askings = old.askings
            self._drop(old)
        if size > self._settings.memory_cache_bytes or not self._settings.memory_cache_entries:
            self._make_room(0, more=0)  # the bounds may be new
            return
        self._make_room(size)
        # Not before: what leaves now must not make the ghost queue forget it.
        if old is not None and old.queue is self._ghost:
            self._ghost.discard(old)
        now = self._clock.monotonic()
        fresh = self._known[key] = _Remembered(key, entry, size, now, askings)
        (self._main if known else self._small).push(fresh)
        if not self._by_age:
            self._oldest = now
        self._by_age.append(fresh)

    def expire(self) -> None:
        """Let go of everything whose time is over."""
        if not self._may_be_old():
            return
        while self._by_age:
            entry = self._by_age[0]
            if entry.audio is not None:
                if not self._is_old(entry):
                    self._oldest = entry.stored_at
                    break
                self._drop(entry)
                self._metrics.count("cache.memory.evicted.age")
            else:
                self._by_age.popleft()

    def adapt(self) -> None:
        """The settings are others: what they leave no room for goes at once."""
        if not self._settings.memory_cache:
            self.clear()
        self.expire()
        self._make_room(0, more=0)

    def expires_in(self) -> float | None:
        """Seconds until the oldest entry's time is over; None: there is none."""
        while self._by_age and self._by_age[0].audio is None:
            self._by_age.popleft()
        if not self._by_age:
            return None
        age = self._clock.monotonic() - self._by_age[0].stored_at
        return max(0.0, self._settings.memory_cache_seconds - age)

    def clear(self) -> None:
        self._known.clear()
        self._by_age.clear()
        for queue in (self._small, self._main, self._ghost):
            queue.clear()

    def _may_be_old(self) -> bool:
        """Whether anybody may be; what each one's age is need not be looked at else."""
        return self._clock.monotonic() - self._oldest > self._settings.memory_cache_seconds

    def _is_old(self, entry: _Remembered) -> bool:
        age = self._clock.monotonic() - entry.stored_at
        return age > self._settings.memory_cache_seconds

    def _drop(self, entry: _Remembered) -> None:
        """``entry``, which is here, is forgotten."""
        if entry.queue is not None:
            entry.queue.discard(entry)
        del self._known[entry.key]
        self._gone(entry)

    def _gone(self, entry: _Remembered) -> None:
        """Its sound has left."""
        entry.audio = None
        if len(self._by_age) > 2 * len(self) + _SLACK:
            self._by_age = deque(one for one in self._by_age if one.audio is not None)

    def _make_room(self, size: int, more: int = 1) -> None:
        """Until ``more`` entries of ``size`` bytes, which is no more than all room, fit in."""
        while len(self):
            if self.bytes + size > self._settings.memory_cache_bytes:
                cause = "bytes"
            elif len(self) + more > self._settings.memory_cache_entries:
                cause = "entries"
            else:
                return
            if self._evict():
                self._metrics.count(f"cache.memory.evicted.{cause}")

    def _evict(self) -> bool:
        """One step: an entry leaves, or an entry that was asked for moves on (False)."""
        if self._is_full(self._small, _SMALL_SHARE) or not len(self._main):
            entry = self._small.pop()
            if entry.askings >= _PROMOTED_BY:
                entry.askings = 0
                self._main.push(entry)
                return False
            self._ghost.push(entry)
            while self._is_full(self._ghost, 1 - _SMALL_SHARE) and len(self._ghost) > 1:
                del self._known[self._ghost.pop().key]
        else:
            entry = self._main.pop()
            if entry.askings:
                entry.askings -= 1
                self._main.push(entry)
                return False
            del self._known[entry.key]
        self._gone(entry)
        return True

    def _is_full(self, queue: _Queue, share: float) -> bool:
        """Whether it has its share of the room."""
        return len(queue) > 0 and (
            queue.bytes >= share * self._settings.memory_cache_bytes
            or len(queue) >= share * self._settings.memory_cache_entries
        )
