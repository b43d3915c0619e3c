"""Two tiers of audio: limits, expiry, damage, and stores that fail."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import pytest
from lectern.audiocache import AudioCache, make_entry
from lectern.errors import QuotaError, StoreError
from lectern.metrics import Metrics
from lectern.ports import StoredAudio
from lectern.settings import Settings

from tests.fakes import FakeClock, FakeStore, Gate


class World:
    def __init__(self, **settings: float) -> None:
        self.store = FakeStore()
        self.clock = FakeClock()
        self.metrics = Metrics()
        self.cache = AudioCache(
            self.store,
            settings=Settings.from_json(settings),
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


@pytest.mark.parametrize(
    "damaged",
    [
        StoredAudio(b"\x02" * 100, 16_000, (), entry().crc32),
        StoredAudio(b"\x01" * 99, 16_000, (), entry().crc32),
        StoredAudio(entry().pcm, 0, (), entry().crc32),
    ],
)
def test_a_damaged_record_is_a_miss_and_is_removed(damaged: StoredAudio) -> None:
    async def scenario() -> None:
        world = World()
        world.store.entries["k"] = damaged
        assert await world.cache.get("k") is None
        assert "k" not in world.store.entries
        assert world.metrics.counters["cache.disk.corrupt"] == 1

    run(scenario())


def test_disk_is_bounded_and_least_recently_used_leaves() -> None:
    async def scenario() -> None:
        world = World(disk_cache_bytes=250)
        for key in "ab":
            await world.cache.keep(key, entry(100))
        assert await world.store.get("a") is not None  # now b is the oldest
        await world.cache.keep("c", entry(100))
        assert sorted(world.store.entries) == ["a", "c"]

    run(scenario())


def test_a_failing_store_is_left_alone_for_a_while_and_tried_again() -> None:
    async def scenario() -> None:
        world = World(store_retry_after=30.0)
        world.store.fault = StoreError("broken")
        assert await world.cache.get("k") is None
        calls = world.store.calls
        world.cache.remember("m", entry())
        assert await world.cache.get("m") == (entry(), "memory")
        assert await world.cache.get("k") is None
        await world.cache.keep("k", entry())
        assert world.store.calls == calls
        world.store.fault = None
        world.clock.advance(31)
        await world.cache.keep("k", entry())
        assert await world.cache.get("k") == (entry(), "disk")

    run(scenario())


def test_a_store_that_does_not_answer_is_skipped() -> None:
    async def scenario() -> None:
        world = World(store_timeout=0.05)
        world.store.gate = Gate(open_=False)
        assert await asyncio.wait_for(world.cache.get("k"), 5) is None
        assert world.metrics.counters["cache.disk.failed"] == 1

    run(scenario())


def test_quota_makes_room_once_and_then_gives_up_quietly() -> None:
    class Full(FakeStore):
        refusals = 1

        async def put(self, key: str, entry: StoredAudio) -> None:
            if self.refusals:
                self.refusals -= 1
                raise QuotaError("no space")
            await super().put(key, entry)

    async def scenario() -> None:
        world = World()
        store = Full()
        cache = AudioCache(store, settings=Settings(), clock=world.clock, metrics=world.metrics)
        store.entries["old"] = entry()
        await cache.keep("new", entry())
        assert list(store.entries) == ["new"]
        # Somebody else fills the disk: one attempt to make room, and no more entries are lost.
        store.refusals = 99
        await cache.keep("more", entry())
        for key in "abcdef":
            store.entries[key] = entry()
        for _ in range(5):
            world.clock.advance(31)
            await cache.keep("more", entry())
        assert "more" not in store.entries
        assert len(store.entries) == 6
        # Writes rest, reads do not.
        assert await cache.get("a") == (entry(), "disk")

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
