"""The disk tier of the audio cache: what was spoken once, over a durable store.

A store that fails or does not answer in time is left alone for
``settings.store_retry_after`` seconds; speech goes on from memory and model.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Awaitable
from typing import TypeVar

from lectern.errors import LecternError, QuotaError
from lectern.metrics import Metrics
from lectern.ports import AudioStore, Clock, StoredAudio
from lectern.settings import Settings

log = logging.getLogger("lectern")

T = TypeVar("T")

#: How much of the store is freed at once when it is over its budget.
_EVICTION_BATCH = 32


def is_whole(entry: StoredAudio) -> bool:
    """Whether a record that was read back is what was written."""
    return (
        len(entry.pcm) % 2 == 0
        and 1000 <= entry.sample_rate <= 192_000
        and zlib.crc32(entry.pcm) == entry.crc32
    )


class DiskTier:
    """``key -> StoredAudio``, bounded by bytes. No method but ``clear`` ever raises."""

    def __init__(
        self, store: AudioStore, *, settings: Settings, clock: Clock, metrics: Metrics
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._bytes: int | None = None  # unknown until first asked
        self._retry_at = float("-inf")
        #: The browser has no room for us: writes rest until then, reads go on.
        self._write_retry_at = float("-inf")
        #: Whether making room by leaving old entries has been of use, as far as we know.
        self._eviction_helps = True

    async def get(self, key: str) -> StoredAudio | None:
        entry = await self._guard(self._store.get(key))
        if entry is None:
            self._metrics.count("cache.disk.miss")
            return None
        if not is_whole(entry):
            self._metrics.count("cache.disk.corrupt")
            log.warning("A cached sentence was damaged and is made anew.")
            await self._guard(self._store.delete([key]))
            return None
        self._metrics.count("cache.disk.hit")
        return entry

    async def put(self, key: str, entry: StoredAudio) -> None:
        """A failure is counted and said."""
        size = len(entry.pcm)
        if size > self._settings.disk_cache_bytes:
            return
        if self._clock.monotonic() < self._write_retry_at:
            return
        await self._make_room(size)
        await self._guard(self._write(key, entry))

    async def clear(self) -> None:
        """Empty it.

        Raises:
            StoreError: it could not be cleared.
        """
        await self._store.clear()
        self._bytes = 0

    async def totals(self) -> tuple[int, int]:
        """Entries and their bytes; a store that fails counts as empty."""
        return await self._guard(self._store.totals()) or (0, 0)

    async def _write(self, key: str, entry: StoredAudio) -> None:
        try:
            await self._put(key, entry)
        except QuotaError as error:
            self._metrics.count("cache.disk.quota")
            retry_after = self._settings.store_retry_after
            self._write_retry_at = self._clock.monotonic() + retry_after
            log.warning("No room to keep the sound; it is made anew when needed: %s", error)
            return
        if self._bytes is not None:
            self._bytes += len(entry.pcm)
        self._metrics.count("cache.disk.written")

    async def _put(self, key: str, entry: StoredAudio) -> None:
        try:
            await self._store.put(key, entry)
        except QuotaError:
            # The browser's limit may be below ours: then old entries make room. Where it is
            # somebody else who fills the disk, leaving ours would only lose them.
            if not self._eviction_helps:
                raise
            self._eviction_helps = False
            await self._evict(len(entry.pcm) * 4)
            await self._store.put(key, entry)
        self._eviction_helps = True

    async def _make_room(self, size: int) -> None:
        if self._bytes is None:
            disk = await self._guard(self._store.totals())
            if disk is None:
                return
            self._bytes = disk[1]
        over = self._bytes + size - self._settings.disk_cache_bytes
        if over > 0:
            await self._guard(self._evict(over))

    async def _evict(self, wanted: int) -> None:
        freed = 0
        while freed < wanted:
            oldest = await self._store.oldest(_EVICTION_BATCH)
            if not oldest:
                break
            leaving: list[str] = []
            for key, size in oldest:
                leaving.append(key)
                freed += size
                if freed >= wanted:
                    break
            await self._store.delete(leaving)
            self._metrics.count("cache.disk.evicted", len(leaving))
        if self._bytes is not None:
            self._bytes = max(0, self._bytes - freed)

    async def _guard(self, work: Awaitable[T]) -> T | None:
        """``work``'s result, or None when the store fails, is slow, or rests after a failure."""
        if self._clock.monotonic() < self._retry_at:
            _abandon(work)
            return None
        try:
            return await asyncio.wait_for(work, self._settings.store_timeout)
        except (LecternError, TimeoutError) as error:
            self._metrics.count("cache.disk.failed")
            self._retry_at = self._clock.monotonic() + self._settings.store_retry_after
            reason = str(error) or "it did not answer in time"
            log.warning("The audio store is left alone for a while: %s", reason)
            return None


def _abandon(work: Awaitable[object]) -> None:
    """Close a coroutine that is not going to be awaited."""
    close = getattr(work, "close", None)
    if close is not None:
        close()
