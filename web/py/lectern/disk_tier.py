"""The disk tier of the audio cache: what was spoken once, over a durable store.

Bounded by bytes as they are kept, and by a share of the browser's quota; least recently used out
first. That something was used is noted here and written in batches, some seconds later: a mark
that is lost with the tab costs an entry some of its life.

A store that fails or does not answer in time is left alone for
``settings.store_retry_after`` seconds; speech goes on from memory and model.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Coroutine
from typing import TypeVar

from lectern.beginnings import Rests
from lectern.errors import LecternError, QuotaError
from lectern.later import Later
from lectern.metrics import Metrics
from lectern.packing import Packer, is_whole
from lectern.ports import AudioCodecs, AudioStore, Clock, KeptAudio, StoredAudio
from lectern.settings import Settings

log = logging.getLogger("lectern")

T = TypeVar("T")

#: How many entries are looked at at once when some have to go, and how often in one go of
#: idle time.
_BATCH, _BATCHES = 100, 10
#: So many marks of use are written together, or those of so many seconds.
_MARKS, _MARKS_WITHIN = 64, 5.0
#: Milliseconds by which what is wanted without a network counts as used later than it was: all else
#: leaves before it.
_HELD = 90 * 24 * 3600 * 1000
#: Seconds after which a tab that stays open looks again for what has become too old.
_AGAIN = 3600.0
_RESTS = "The audio store is left alone for a while"
_NO_ROOM = "No room to keep the sound; it is made anew when needed"


class DiskTier:
    """``key -> StoredAudio``, bounded by bytes. No method but ``clear`` ever raises.

    Args:
        codecs: how sound is made smaller; None: it is kept as it is.
    """

    def __init__(
        self,
        store: AudioStore,
        *,
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
        codecs: AudioCodecs | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._packer = Packer(codecs, settings=settings, clock=clock, metrics=metrics)
        self._retry_at = float("-inf")
        #: The browser has no room for us: writes rest until then, reads go on.
        self._write_retry_at = float("-inf")
        #: Whether making room by leaving old entries has been of use, as far as we know.
        self._eviction_helps = True
        #: The browser's, for this origin; None: not known yet.
        self._quota: int | None = None
        self._asked_quota = False
        self._writing = asyncio.Lock()
        self._cleared = 0
        #: Used since it was last written, with the time (milliseconds since 1970).
        self._marks: dict[str, int] = {}
        self._marking = Later(lambda: self._start(self._keep_up()))
        self._last_use = 0
        self._settled = clock.monotonic()
        self._said: set[str] = set()
        self._rests = Rests()
        self._tasks: set[asyncio.Task[None]] = set()

    async def get(
        self, key: str, *, waiting: bool = False, hold: bool = False
    ) -> StoredAudio | None:
        """The sound, or with ``waiting`` perhaps a beginning of it: then ``rest`` has all.

        ``hold``: as of ``put``.
        """
        if not self._settings.disk_cache:
            return None
        started = self._clock.monotonic()
        kept = await self._guard(self._store.get(key))
        if kept is not None and not is_whole(kept):
            self._metrics.count("cache.disk.corrupt")
            log.warning("A cached sentence was damaged and is made anew.")
            await self._guard(self._store.delete([key]))
            kept = None
        # What can't be decoded here is written anew as well, once it is made.
        entry = await self._packer.unpack(kept, waiting=waiting) if kept is not None else None
        if kept is None or entry is None:
            self._metrics.count("cache.disk.miss")
            return None
        self._metrics.count("cache.disk.hit")
        self._metrics.observe("cache.disk.read", self._clock.monotonic() - started)
        if entry.missing:
            self._rests.expect(key, lambda: self._packer.unpack(kept))
        self._mark(key, hold)
        return entry

    async def hold(self, key: str) -> bool:
        """It is wanted without a network, as of ``put``. Whether it is here, whole or not."""
        if not self._settings.disk_cache or await self._guard(self._store.get(key)) is None:
            return False
        self._mark(key, hold=True)
        return True

    async def rest(self, key: str) -> StoredAudio | None:
        """All of a sentence whose beginning ``get`` gave lately; None else."""
        return await self._rests.get(key)

    async def put(
        self, key: str, entry: StoredAudio, voice_id: str = "", *, hold: bool = False
    ) -> None:
        """A failure is counted and said. One at a time: there is no hurry.

        ``hold``: it is wanted without a network; what nobody asked to be held leaves before it.
        """
        if not self._settings.disk_cache:
            self._metrics.count("cache.disk.skipped")
            return
        cleared = self._cleared
        async with self._writing:
            rests = self._clock.monotonic() < max(self._write_retry_at, self._retry_at)
            budget = 0 if rests else await self.limit()
            if not budget:
                self._metrics.count("cache.disk.skipped")
                return
            kept = await self._packer.pack(entry, voice_id)
            size = len(kept.data)
            if size > budget:
                self._metrics.count("cache.disk.skipped")
                return
            started = self._clock.monotonic()
            await self._make_room(size, budget)
            if cleared != self._cleared:
                return
            if await self._guard(self._write(key, kept, hold)):
                self._metrics.count("cache.disk.bytes.before", len(entry.pcm))
                self._metrics.count("cache.disk.bytes.after", size)
                self._metrics.observe("cache.disk.write", self._clock.monotonic() - started)

    async def clear(self) -> None:
        """Empty it.

        Raises:
            StoreError: it could not be cleared.
        """
        self._cleared += 1
        self._marks.clear()
        self._marking.cancel()
        self._rests.clear()
        await self._store.clear()

    async def totals(self) -> tuple[int, int]:
        """Entries and their bytes as they are kept; a store that fails counts as empty."""
        return await self._guard(self._store.totals()) or (0, 0)

    @property
    def resting(self) -> bool:
        """Whether the store is left alone since it failed."""
        return self._clock.monotonic() < self._retry_at

    async def settle(self, batches: float = _BATCHES) -> None:
        """Idle-time work: what nobody has used for long leaves, ``batches`` of it at most."""
        if not self._settings.disk_cache:
            return
        self._settled = self._clock.monotonic()
        await self._guard(self._write_marks())
        await self._expire(batches)
        self._asked_quota = False  # it may be another by now
        await self._make_room(0, await self.limit(), batches=batches)

    async def limit(self) -> int:
        """Bytes that the store may hold."""
        if not self._asked_quota:
            quota = await self._guard(self._store.quota())
            if quota is not None:
                self._quota, self._asked_quota = quota, True
        budget = self._settings.disk_cache_bytes
        if not self._quota:  # some browsers say 0 for what they do not tell
            return budget
        return min(budget, int(self._settings.disk_cache_share * self._quota))

    async def _write(self, key: str, kept: KeptAudio, hold: bool) -> bool:
        try:
            await self._put(key, kept, hold)
        except QuotaError as error:
            self._metrics.count("cache.disk.quota")
            retry_after = self._settings.store_retry_after
            self._write_retry_at = self._clock.monotonic() + retry_after
            self._say(_NO_ROOM, error)
            return False
        self._said.discard(_NO_ROOM)
        self._metrics.count("cache.disk.written")
        return True

    async def _put(self, key: str, kept: KeptAudio, hold: bool) -> None:
        try:
            await self._store.put(key, kept, self._stamp(hold))
        except QuotaError:
            # The browser's limit may be below ours: then old entries make room. Where it is
            # somebody else who fills the disk, leaving ours would only lose them.
            if not self._eviction_helps:
                raise
            self._eviction_helps = False
            await self._evict(len(kept.data) * 4, "quota")
            await self._store.put(key, kept, self._stamp(hold))
        self._eviction_helps = True

    async def _make_room(self, size: int, budget: int, batches: float = math.inf) -> None:
        while batches > 0:
            batches -= 1
            # Asked each time: another tab writes as well.
            totals = await self._guard(self._store.totals())
            if totals is None or totals[1] + size <= budget:
                return
            if not await self._guard(self._evict(totals[1] + size - budget, "bytes")):
                return

    async def _evict(self, wanted: int, cause: str) -> int:
        """Up to a batch of entries leaves, until ``wanted`` bytes are free. How many these are."""
        await self._write_marks()
        leaving: list[str] = []
        freed = 0
        for entry in await self._store.oldest(_BATCH):
            if freed >= wanted:
                break
            leaving.append(entry.key)
            freed += entry.bytes
        if leaving:
            await self._leave(leaving, cause)
        return len(leaving)

    async def _expire(self, batches: float) -> None:
        before = self._clock.time() * 1000 - self._settings.disk_cache_seconds * 1000
        while batches > 0:
            batches -= 1
            oldest = await self._guard(self._store.oldest(_BATCH)) or []
            leaving = [entry.key for entry in oldest if entry.used < before]
            if leaving:
                await self._guard(self._leave(leaving, "age"))
            if len(leaving) < _BATCH:
                break

    async def _leave(self, keys: list[str], cause: str) -> None:
        await self._store.delete(keys)
        self._metrics.count(f"cache.disk.evicted.{cause}", len(keys))

    def _mark(self, key: str, hold: bool) -> None:
        self._marks[key] = max(self._stamp(hold), self._marks.get(key, 0))
        if len(self._marks) >= _MARKS:
            self._marking.cancel()
            self._start(self._guard(self._write_marks()))
        else:
            self._marking.within(_MARKS_WITHIN)

    async def _keep_up(self) -> None:
        """What a tab that is open for days has to do beside reading."""
        await self._guard(self._write_marks())
        if self._clock.monotonic() - self._settled > _AGAIN:
            await self.settle()

    async def _write_marks(self) -> None:
        marks, self._marks = self._marks, {}
        if marks:
            await self._store.touch(marks)

    def _stamp(self, hold: bool) -> int:
        """Milliseconds since 1970; of two uses the later one has more, and what is held."""
        self._last_use = max(round(self._clock.time() * 1000), self._last_use + 1)
        return self._last_use + (_HELD if hold else 0)

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guard(self, work: Awaitable[T]) -> T | None:
        """``work``'s result, or None when the store fails, is slow, or rests after a failure."""
        if self.resting:
            _abandon(work)
            return None
        try:
            found = await asyncio.wait_for(work, self._settings.store_timeout)
        except (LecternError, TimeoutError) as error:
            self._metrics.count("cache.disk.failed")
            self._retry_at = self._clock.monotonic() + self._settings.store_retry_after
            self._say(_RESTS, error)
            return None
        self._said.discard(_RESTS)
        return found

    def _say(self, what: str, error: Exception) -> None:
        """Once, until it works again."""
        if what not in self._said:
            log.warning("%s: %s", what, str(error) or "it did not answer in time")
        self._said.add(what)


def _abandon(work: Awaitable[object]) -> None:
    """Close a coroutine that is not going to be awaited."""
    close = getattr(work, "close", None)
    if close is not None:
        close()
