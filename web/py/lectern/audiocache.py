"""Each sentence's audio, in tiers: memory, a durable store, and what the site has published."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

from lectern.disk_tier import DiskTier
from lectern.later import Later
from lectern.memory_tier import MemoryTier
from lectern.metrics import Metrics
from lectern.ports import AudioCodecs, AudioStore, Clock, StoredAudio, WordRows
from lectern.published import PublishedTier
from lectern.settings import Settings

#: Seconds that an entry may stay beyond its time.
_COARSE = 1.0


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
    """``key -> StoredAudio`` over all tiers. No method but ``clear`` ever raises.

    Args:
        codecs: how sound is made smaller for the store; None: it is kept as it is.
    """

    def __init__(
        self,
        store: AudioStore,
        *,
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
        published: PublishedTier | None = None,
        codecs: AudioCodecs | None = None,
    ) -> None:
        self._memory = MemoryTier(settings=settings, clock=clock, metrics=metrics)
        self._disk = DiskTier(store, settings=settings, clock=clock, metrics=metrics, codecs=codecs)
        self._published = published
        self._aging = Later(self._age)
        #: How often it was cleared: what was made before is not put into it any more.
        self.cleared = 0

    async def get(
        self, key: str, voice_id: str = "", *, waiting: bool = False, keep: bool = False
    ) -> tuple[StoredAudio, str] | None:
        """The audio and its tier ("memory", "disk" or "published"), or None.

        Args:
            voice_id: whose sound it is; noted where it is written to the disk.
            waiting: somebody hears nothing until it is here: a beginning may come first
                (``missing``), and is followed by all of it when it is asked for again.
            keep: it is wanted without a network, and leaves the disk last. Else what can be
                fetched is not written to the disk as well.
        """
        followed = None if waiting else await self._rest(key)
        if followed is not None:
            return await self._found(key, *followed, voice_id, keep=keep)
        remembered = self._memory.ask(key)
        if remembered is not None:
            if keep and not await self._disk.hold(key):
                await self.keep(key, remembered, voice_id, hold=True)
            return remembered, "memory"
        entry = await self._disk.get(key, waiting=waiting, hold=keep)
        if entry is not None:
            return await self._found(key, entry, "disk", voice_id, keep=keep)
        if self._published is None:
            return None
        # What is to be kept has to be whole.
        entry = await self._published.get(key, waiting=waiting and not keep)
        return await self._found(key, entry, "published", voice_id, keep=keep) if entry else None

    async def _rest(self, key: str) -> tuple[StoredAudio, str] | None:
        """All of a sentence whose beginning was handed over lately, and its tier."""
        entry = await self._disk.rest(key)
        if entry is not None:
            return entry, "disk"
        entry = await self._published.rest(key) if self._published is not None else None
        return (entry, "published") if entry is not None else None

    async def _found(
        self, key: str, entry: StoredAudio, tier: str, voice_id: str, *, keep: bool
    ) -> tuple[StoredAudio, str]:
        """What a slower tier gave, remembered where it is whole, and kept where that is asked."""
        if not entry.missing:
            self.remember(key, entry)
        if keep and tier == "published":
            await self.keep(key, entry, voice_id, hold=True)
        return entry, tier

    def recall(self, key: str) -> StoredAudio | None:
        """What the memory tier has, at once; not counted."""
        return self._memory.get(key)

    def remember(self, key: str, entry: StoredAudio) -> None:
        """Put it into the memory tier, at once."""
        self._memory.put(key, entry)
        self._watch_age()

    async def keep(
        self, key: str, entry: StoredAudio, voice_id: str = "", *, hold: bool = False
    ) -> None:
        """Put it into the durable tier; a failure is counted and said, never raised.

        ``hold``: it is wanted without a network, and leaves last.
        """
        await self._disk.put(key, entry, voice_id, hold=hold)

    async def settle(self) -> None:
        """Idle-time work: what nobody has used for long leaves."""
        await self._disk.settle()

    async def adapt(self) -> None:
        """The settings are others: what they leave no room for goes now."""
        self._memory.adapt()
        self._aging.cancel()
        self._watch_age()
        await self._disk.settle(math.inf)

    async def disk_limit(self) -> int:
        """Bytes that the durable store may hold: its setting, or less of a small quota."""
        return await self._disk.limit()

    def resting(self) -> list[str]:
        """The tiers that are left alone for a while since they failed."""
        tiers = {"disk": self._disk, "published": self._published}
        return [name for name, tier in tiers.items() if tier is not None and tier.resting]

    async def clear(self) -> None:
        """Empty all tiers.

        Raises:
            StoreError: the memory tier is empty, the durable one could not be cleared.
        """
        self.cleared += 1
        self._memory.clear()
        if self._published is not None:
            self._published.clear()
        await self._disk.clear()

    def in_memory(self) -> tuple[int, int]:
        """Entries of the memory tier, and the bytes of their sound."""
        self._memory.expire()
        return len(self._memory), self._memory.bytes

    async def totals(self) -> Totals:
        """What the tiers hold now; a store that fails counts as empty."""
        return Totals(*self.in_memory(), *await self._disk.totals())

    def _age(self) -> None:
        self._memory.expire()
        self._watch_age()

    def _watch_age(self) -> None:
        """A tab that nobody uses holds nothing for longer than it is good for."""
        left = None if self._aging.waits else self._memory.expires_in()
        if left is not None:
            self._aging.within(left + _COARSE)
