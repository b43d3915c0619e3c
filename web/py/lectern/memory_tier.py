"""The memory tier of the audio cache: what was spoken lately, at hand at once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from lectern.metrics import Metrics
from lectern.ports import Clock, StoredAudio
from lectern.settings import Settings


@dataclass(frozen=True, slots=True)
class _Remembered:
    audio: StoredAudio
    stored_at: float


class MemoryTier:
    """``key -> StoredAudio``, bounded by bytes, entries and age; least recently used out."""

    def __init__(self, *, settings: Settings, clock: Clock, metrics: Metrics) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._entries: OrderedDict[str, _Remembered] = OrderedDict()  # least recently used first
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> StoredAudio | None:
        found = self._entries.get(key)
        if found is None:
            return None
        if self._clock.monotonic() - found.stored_at > self._settings.memory_cache_seconds:
            self._drop(key)
            self._metrics.count("cache.memory.expired")
            return None
        self._entries.move_to_end(key)
        return found.audio

    def put(self, key: str, entry: StoredAudio) -> None:
        self._drop(key)
        size = len(entry.pcm)
        if size > self._settings.memory_cache_bytes or not self._settings.memory_cache_entries:
            return
        self._entries[key] = _Remembered(entry, self._clock.monotonic())
        self.bytes += size
        while (
            self.bytes > self._settings.memory_cache_bytes
            or len(self._entries) > self._settings.memory_cache_entries
        ):
            self._drop(next(iter(self._entries)))
            self._metrics.count("cache.memory.evicted")

    def clear(self) -> None:
        self._entries.clear()
        self.bytes = 0

    def _drop(self, key: str) -> None:
        found = self._entries.pop(key, None)
        if found is not None:
            self.bytes -= len(found.audio.pcm)
