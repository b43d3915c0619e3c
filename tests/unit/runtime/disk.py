"""A disk tier and everything around it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace

from lectern.audiocache import make_entry
from lectern.disk_tier import DiskTier
from lectern.metrics import Metrics
from lectern.packing import seal
from lectern.ports import KeptAudio, StoredAudio
from lectern.settings import Settings

from tests.fakes import FakeClock, FakeCodecs, FakeStore

DAY = 86_400


class World:
    def __init__(self, *codecs: str, store: FakeStore | None = None, **settings: object) -> None:
        self.store = store or FakeStore()
        self.clock = FakeClock()
        self.metrics = Metrics()
        self.codecs = FakeCodecs(*codecs)
        self.settings = Settings.from_json(settings)
        self.disk = self.reborn()

    def reborn(self) -> DiskTier:
        """The tier of another worker, over the same store."""
        return DiskTier(
            self.store,
            settings=self.settings,
            clock=self.clock,
            metrics=self.metrics,
            codecs=self.codecs,
        )

    def counted(self, name: str) -> int:
        return self.metrics.counters.get(f"cache.disk.{name}", 0)


def entry(size: int = 100, value: int = 1, rate: int = 16_000) -> StoredAudio:
    return make_entry(bytes([value]) * size, rate, ((0, 0, 10),))


def run(scenario: Coroutine[object, object, None]) -> None:
    asyncio.run(scenario)


def kept(**changes: object) -> KeptAudio:
    """A whole entry with ``changes`` that nobody sealed."""
    plain = KeptAudio(b"\x01" * 100, "pcm", 16_000, 50, ((0, 0, 10),), "")
    return replace(replace(plain, check=seal(plain)), **changes)  # type: ignore[arg-type]
