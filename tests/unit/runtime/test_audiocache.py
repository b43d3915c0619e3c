"""Two tiers of audio: which is asked when, and what memory holds."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import pytest
from lectern import audiocache
from lectern.audiocache import AudioCache, make_entry
from lectern.metrics import Metrics
from lectern.ports import StoredAudio
from lectern.settings import Settings

from tests.fakes import FakeClock, FakeStore


class World:
    def __init__(self, **settings: float) -> None:
        self.store = FakeStore()
        self.clock = FakeClock()
        self.metrics = Metrics()
        self.settings = Settings.from_json(settings)
        self.cache = AudioCache(
            self.store,
            settings=self.settings,
            clock=self.clock,
            metrics=self.metrics,
        )


def entry(size: int = 100, value: int = 1) -> StoredAudio:
    return make_entry(bytes([value]) * size, 16_000, ((0, 0, 10),))


def run(scenario: Coroutine[object, object, None]) -> None:
    asyncio.run(scenario)


def test_memory_then_disk_then_nothing() -> None:
    async def scenario() -> None:
        world = World()
        assert await world.cache.get("k") is None
        world.cache.remember("k", entry())
        await world.cache.keep("k", entry())
        assert await world.cache.get("k") == (entry(), "memory")
        fresh = AudioCache(
            world.store, settings=Settings(), clock=world.clock, metrics=world.metrics
        )
        assert await fresh.get("k") == (entry(), "disk")
        assert await fresh.get("k") == (entry(), "memory")

    run(scenario())


def test_memory_is_bounded_by_bytes_and_by_entries() -> None:
    async def scenario() -> None:
        world = World(memory_cache_bytes=250)
        for key in "abc":
            world.cache.remember(key, entry(100))
        totals = await world.cache.totals()
        assert (totals.memory_count, totals.memory_bytes) == (2, 200)
        assert world.cache.recall("a") is None
        world = World(memory_cache_entries=2)
        for key in "ab":
            world.cache.remember(key, entry())
        for _ in range(2):  # more than once: it has earned its place
            world.cache.recall("a")
        world.cache.remember("c", entry())
        assert world.cache.recall("b") is None
        assert world.cache.recall("a") is not None

    run(scenario())


def test_replacing_an_entry_counts_its_bytes_once() -> None:
    async def scenario() -> None:
        world = World()
        world.cache.remember("k", entry(100))
        world.cache.remember("k", entry(60))
        assert (await world.cache.totals()).memory_bytes == 60

    run(scenario())


def test_memory_forgets_after_its_time() -> None:
    async def scenario() -> None:
        world = World(memory_cache_seconds=60.0)
        world.cache.remember("k", entry())
        world.clock.advance(59)
        assert world.cache.recall("k") is not None
        world.clock.advance(2)
        assert world.cache.recall("k") is None
        assert (await world.cache.totals()).memory_bytes == 0
        world.cache.remember("k", entry())
        world.clock.advance(61)  # nobody asks for it
        assert world.cache.in_memory() == (0, 0)

    run(scenario())


def test_clear_empties_both_tiers() -> None:
    async def scenario() -> None:
        world = World()
        world.cache.remember("k", entry())
        await world.cache.keep("k", entry())
        await world.cache.clear()
        assert await world.cache.get("k") is None
        assert not world.store.entries

    run(scenario())


def test_a_tab_that_nobody_uses_holds_nothing_for_longer_than_it_is_good_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audiocache, "_COARSE", 0.0)

    async def scenario() -> None:
        world = World(memory_cache_seconds=0.01)
        world.cache.remember("a", entry(100))
        world.clock.advance(0.006)
        world.cache.remember("b", entry(100))
        world.clock.advance(0.006)
        while world.metrics.counters.get("cache.memory.evicted.age") != 1:
            await asyncio.sleep(0)
        # The next one's turn comes as well.
        world.clock.advance(0.006)
        while world.metrics.counters.get("cache.memory.evicted.age") != 2:
            await asyncio.sleep(0)

    run(scenario())


def test_smaller_bounds_count_at_once_in_both_tiers() -> None:
    async def scenario() -> None:
        world = World()
        for number in range(100):
            world.cache.remember(f"{number}", entry(100))
            await world.cache.keep(f"{number}", entry(100))
        before = await world.cache.totals()
        assert (before.memory_bytes, before.disk_bytes) == (10_000, 10_000)
        smaller = {"memory_cache_bytes": 2000, "disk_cache_bytes": 3000}
        world.settings.become(Settings.from_json(smaller))
        await world.cache.adapt()
        totals = await world.cache.totals()
        assert (totals.memory_bytes, totals.disk_bytes) == (2000, 3000)
        world.settings.become(Settings.from_json({**smaller, "memory_cache_entries": 5}))
        await world.cache.adapt()
        assert (await world.cache.totals()).memory_count == 5
        # What is switched off needs no memory; the disk keeps what it holds.
        world.settings.become(Settings.from_json({**smaller, "audio_cache": False}).effective())
        await world.cache.adapt()
        totals = await world.cache.totals()
        assert (totals.memory_count, totals.disk_bytes) == (0, 3000)

    run(scenario())


def test_a_shorter_expiry_counts_at_once() -> None:
    async def scenario() -> None:
        world = World()
        world.cache.remember("k", entry())
        await world.cache.keep("k", entry())
        world.clock.advance(3600)
        world.settings.become(
            Settings.from_json({"memory_cache_seconds": 600.0, "disk_cache_seconds": 600.0})
        )
        await world.cache.adapt()
        totals = await world.cache.totals()
        assert (totals.memory_count, totals.disk_count) == (0, 0)

    run(scenario())


def test_what_is_kept_says_whose_it_is() -> None:
    async def scenario() -> None:
        world = World()
        world.cache.remember("k", entry())
        assert await world.cache.get("k", "en_US-one-x_low", keep=True) is not None
        assert world.store.entries["k"].voice_id == "en_US-one-x_low"

    run(scenario())
