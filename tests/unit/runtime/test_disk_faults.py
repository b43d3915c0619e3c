"""A disk tier whose store fails, does not answer or has no room."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import pytest
from lectern.errors import QuotaError, StoreError
from lectern.ports import KeptAudio

from tests.fakes import FakeStore, Gate
from tests.unit.runtime.disk import World, entry, kept, run


def test_a_failing_store_is_left_alone_for_a_while_and_tried_again() -> None:
    async def scenario() -> None:
        world = World(store_retry_after=30.0)
        world.store.fault = StoreError("broken")
        assert await world.disk.get("k") is None
        calls = world.store.calls
        assert await world.disk.get("k") is None
        await world.disk.put("k", entry())
        await world.disk.settle()
        assert world.store.calls == calls
        assert not world.codecs.encoded
        world.store.fault = None
        world.clock.advance(31)
        await world.disk.put("k", entry())
        assert await world.disk.get("k") == entry()

    run(scenario())


def test_a_failure_is_said_once_until_it_works_again(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        world = World(store_retry_after=30.0)
        for _ in range(2):
            world.store.fault = StoreError("broken")
            for _ in range(5):
                await asyncio.gather(*(world.disk.get(key) for key in "abc"))
                assert world.disk.resting
                world.clock.advance(31)
            world.store.fault = None
            assert not world.disk.resting
            await world.disk.put("k", entry())

    with caplog.at_level(logging.WARNING, logger="lectern"):
        run(scenario())
    assert caplog.messages == ["The audio store is left alone for a while: broken"] * 2


def test_no_room_is_said_once_until_there_is_some(caplog: pytest.LogCaptureFixture) -> None:
    class Full(FakeStore):
        full = True

        async def put(self, key: str, entry: KeptAudio, used: int) -> None:
            if self.full:
                raise QuotaError("no space")
            await super().put(key, entry, used)

    async def scenario() -> None:
        store = Full()
        world = World(store=store)
        for full in (True, True, True, False, True):
            store.full = full
            await world.disk.put("k", entry())
            world.clock.advance(31)

    with caplog.at_level(logging.WARNING, logger="lectern"):
        run(scenario())
    assert len(caplog.messages) == 2
    assert all("No room" in line for line in caplog.messages)


def test_a_store_that_does_not_answer_is_skipped() -> None:
    async def scenario() -> None:
        world = World(store_timeout=0.05)
        world.store.gate = Gate(open_=False)
        assert await asyncio.wait_for(world.disk.get("k"), 5) is None
        assert world.counted("failed") == 1

    run(scenario())


def test_quota_makes_room_once_and_then_gives_up_quietly() -> None:
    class Full(FakeStore):
        refusals = 1

        async def put(self, key: str, entry: KeptAudio, used: int) -> None:
            if self.refusals:
                self.refusals -= 1
                raise QuotaError("no space")
            await super().put(key, entry, used)

    async def scenario() -> None:
        store = Full()
        world = World(store=store)
        store.entries["old"] = kept()
        await world.disk.put("new", entry())
        assert list(store.entries) == ["new"]
        assert world.counted("evicted.quota") == 1
        # Somebody else fills the disk: one attempt to make room, and no more entries are lost.
        store.refusals = 99
        await world.disk.put("more", entry())
        for key in "abcdef":
            store.entries[key] = kept()
        for _ in range(5):
            world.clock.advance(31)
            await world.disk.put("more", entry())
        assert "more" not in store.entries
        assert len(store.entries) == 6
        # Writes rest, reads do not.
        assert await world.disk.get("a") == entry()

    run(scenario())


def test_an_eviction_that_fails_ends() -> None:
    class Stuck(FakeStore):
        async def delete(self, keys: Sequence[str]) -> None:
            raise StoreError("broken")

    async def scenario() -> None:
        world = World(store=Stuck(), disk_cache_bytes=150)
        await world.disk.put("a", entry())
        await asyncio.wait_for(world.disk.put("b", entry()), 5)
        assert list(world.store.entries) == ["a"]

    run(scenario())
