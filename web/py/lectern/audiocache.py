"""Each sentence's audio, in tiers: memory over a durable store."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from lectern.disk_tier import DiskTier
from lectern.memory_tier import MemoryTier
from lectern.metrics import Metrics
from lectern.ports import AudioStore, Clock, StoredAudio, WordRows
from lectern.settings import Settings


@dataclass(frozen=True, slots=True)
class Totals:
    """Entries and bytes of each tier."""

    memory_count: int
    memory_bytes: int
    disk_count: int
    disk_bytes: int


def make_entry(pcm: bytes, sample_rate: int, words: WordRows) -> StoredAudio:
    """A record with its checksum."""
    return StoredAudio(pcm, sample_rate, words, zlib.crc32(pcm))


class AudioCache:
    """``key -> StoredAudio`` over all tiers. No method but ``clear`` ever raises."""

    def __init__(
        self, store: AudioStore, *, settings: Settings, clock: Clock, metrics: Metrics
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._memory = MemoryTier(settings=settings, clock=clock, metrics=metrics)
        self._disk = DiskTier(store, settings=settings, clock=clock, metrics=metrics)
        #: How often it was cleared: what was made before is not put into it any more.
        self.cleared = 0

    async def get(self, key: str) -> tuple[StoredAudio, str] | None:
        """The audio and its tier ("memory" or "disk"), or None."""
        if self._settings.memory_cache:
            remembered = self._memory.get(key)
            if remembered is not None:
                self._metrics.count("cache.memory.hit")
                return remembered, "memory"
            self._metrics.count("cache.memory.miss")
        entry = await self._disk.get(key) if self._settings.disk_cache else None
        if entry is None:
            return None
        self.remember(key, entry)
        return entry, "disk"

    def recall(self, key: str) -> StoredAudio | None:
        """What the memory tier has, at once."""
        return self._memory.get(key) if self._settings.memory_cache else None

    def remember(self, key: str, entry: StoredAudio) -> None:
        """Put it into the memory tier, at once."""
        if self._settings.memory_cache:
            self._memory.put(key, entry)

    async def keep(self, key: str, entry: StoredAudio) -> None:
        """Put it into the durable tier; a failure is counted and said, never raised."""
        if self._settings.disk_cache:
            await self._disk.put(key, entry)

    async def clear(self) -> None:
        """Empty all tiers.

        Raises:
            StoreError: the memory tier is empty, the durable one could not be cleared.
        """
        self.cleared += 1
        self._memory.clear()
        await self._disk.clear()

    async def totals(self) -> Totals:
        """What the tiers hold now; a store that fails counts as empty."""
        return Totals(len(self._memory), self._memory.bytes, *await self._disk.totals())
