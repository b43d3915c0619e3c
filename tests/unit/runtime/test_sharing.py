"""Many readers of the same sentences: what is made once, and who waits for whom."""

from __future__ import annotations

import asyncio
import itertools
import random
from typing import Any

import pytest
from lectern.ports import KeptAudio

from tests.fakes import Gate
from tests.unit.runtime.world import BOOT, ONE, World, run

TEXTS = [f"This is sentence number {name}." for name in ("one", "two", "three", "four", "five")]


def hits(world: World) -> int:
    """What was asked for and not made for whoever asked."""
    counters = world.app.metrics.counters
    names = ("cache.memory.hit", "cache.disk.hit", "cache.published.hit", "cache.joined")
    return sum(counters.get(name, 0) for name in names)


def by_source(world: World) -> dict[str, int]:
    total = {"memory": 0, "disk": 0, "published": 0, "model": 0}
    for minute in world.app.metrics.hit_rate():
        for source in total:
            total[source] += minute[source]
    return total


async def until_waiting(gate: Gate, number: int = 1) -> None:
    while gate.waiting < number:
        await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_requests_of_ten_readers_over_five_texts_make_five(seed: int) -> None:
    async def reader(world: World, chance: random.Random) -> list[str]:
        asked = TEXTS * 2
        chance.shuffle(asked)
        sources = []
        for text in asked:
            for _ in range(chance.randrange(6)):
                await asyncio.sleep(0)
            sources.append((await world.piece(text)).source)
        return sources

    async def scenario() -> None:
        world = World()
        chances = [random.Random(seed * 100 + number) for number in range(10)]
        await asyncio.gather(*(reader(world, chance) for chance in chances))
        await world.rest()
        assert world.ran() == 5
        assert world.app.metrics.counters["synthesis"] == 5
        assert hits(world) == 95
        assert by_source(world) == {"memory": 95, "disk": 0, "published": 0, "model": 5}

    run(scenario())


@pytest.mark.parametrize("gated", ["store", "inference"])
def test_all_hundred_at_the_same_moment_make_five_as_well(gated: str) -> None:
    async def scenario() -> None:
        world = World()
        gate = Gate(open_=False)
        getattr(world, gated).gate = gate
        asked = [asyncio.ensure_future(world.piece(text)) for text in TEXTS * 20]
        await until_waiting(gate)
        gate.open()
        await asyncio.gather(*asked)
        await world.rest()
        assert world.app.metrics.counters["synthesis"] == world.ran() == 5
        assert hits(world) == 95

    run(scenario())


def test_who_joins_is_counted_once_and_has_all_of_the_sound() -> None:
    async def scenario() -> None:
        world = World()
        gate = world.inference.gate = Gate(open_=False)
        first = asyncio.ensure_future(world.piece())
        await until_waiting(gate)
        second = asyncio.ensure_future(world.piece())
        for _ in range(20):  # more turns than the second needs to get to where the first is
            await asyncio.sleep(0)
        gate.open()
        made, joined = await first, await second
        assert bytes(made.samples) == bytes(joined.samples)
        assert made.words == joined.words
        assert world.app.metrics.counters["cache.joined"] == 1
        # The one that waited for the other's work is no sentence of the model's.
        assert world.app.metrics.histograms["sentence.model"].count == 1
        assert by_source(world)["model"] == 1

    run(scenario())


def test_what_another_made_while_the_disk_was_asked_is_joined_as_well() -> None:
    async def scenario() -> None:
        world = World()
        gate, asked, read = Gate(open_=False), itertools.count(), world.store.get

        async def get(key: str) -> KeptAudio | None:
            found = await read(key)
            if next(asked):  # all but the first one hear late that it is not there
                await gate.passed()
            return found

        setattr(world.store, "get", get)  # noqa: B010
        first, late = (asyncio.ensure_future(world.piece()) for _ in range(2))
        await first
        await world.rest()
        gate.open()
        assert (await late).source == "memory"
        assert world.ran() == 1
        assert world.app.metrics.counters["cache.joined"] == hits(world) == 1

    run(scenario())


def test_going_on_in_a_sentence_under_way_is_not_joining() -> None:
    async def scenario() -> None:
        world = World()
        gate = world.inference.gate = Gate(open_=False)
        asked = [asyncio.ensure_future(world.piece(offset=offset)) for offset in (0, 1000)]
        await until_waiting(gate)
        gate.open()
        whole, rest = await asyncio.gather(*asked)
        assert len(rest.samples) == len(whole.samples) - 1000
        assert hits(world) == 0
        assert by_source(world)["memory"] == 0

    run(scenario())


def test_going_on_in_a_sentence_is_no_further_hit() -> None:
    async def scenario() -> None:
        world = World()
        made = await world.piece()
        for _ in range(2):  # while it waits to be encoded, and from the memory tier
            rest = await world.piece(offset=1000)
            assert (rest.source, len(rest.samples)) == ("memory", len(made.samples) - 1000)
            assert (rest.last, rest.words) == (True, ())
            await world.rest()
        assert hits(world) == 0
        assert by_source(world) == {"memory": 0, "disk": 0, "published": 0, "model": 1}

    run(scenario())


def test_who_left_before_the_first_sound_leaves_it_to_the_next_to_be_counted() -> None:
    async def scenario() -> None:
        world = World()
        gate = world.inference.gate = Gate(open_=False)
        left = asyncio.ensure_future(world.piece())
        await until_waiting(gate)
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        gate.open()
        await world.piece()
        assert by_source(world) == {"memory": 0, "disk": 0, "published": 0, "model": 1}
        assert hits(world) == 0
        (trace,) = world.app.metrics.trace_json()
        assert trace["source"] == "model"

    run(scenario())


@pytest.mark.parametrize("tier", ["memory", "disk"])
def test_a_cached_answer_never_queues_behind_a_synthesis(tier: str) -> None:
    async def scenario() -> None:
        world = World()
        await world.piece("Known before.")
        await world.rest()
        if tier == "disk":
            entries = world.store.entries
            world = World()
            world.store.entries = entries
        gate = world.inference.gate = Gate(open_=False)
        making = [asyncio.ensure_future(world.piece(text)) for text in TEXTS]
        await until_waiting(gate)
        # Nothing moves in the engine until the gate is opened; the cached ones come all the same.
        for expected in (tier, "memory", "memory"):
            answer = await asyncio.wait_for(world.piece("Known before."), 20)
            assert answer.source == expected
        assert not any(task.done() for task in making)
        gate.open()
        await asyncio.gather(*making)

    run(scenario())


@pytest.mark.parametrize(
    "settings", [{"memory_cache": False}, {"memory_cache_bytes": 0}, {"memory_cache_entries": 0}]
)
def test_without_a_memory_tier_it_is_the_disk_that_answers(settings: dict[str, Any]) -> None:
    async def scenario() -> None:
        world = World({**BOOT, "settings": settings})
        made = await world.piece()
        # It waits to be encoded and written: had at once, without being made again.
        again = await world.piece()
        assert len(again.samples) == len(made.samples)
        await world.rest()
        assert (await world.piece()).source == "disk"
        assert (await world.piece()).source == "disk"
        assert world.ran() == 1
        stats: Any = await world.app.cache_stats({})
        assert stats["memory"]["count"] == 0
        counters = world.app.metrics.counters
        assert "cache.memory.hit" not in counters
        if settings.get("memory_cache") is False:
            assert "cache.memory.miss" not in counters

    run(scenario())


def test_evictions_of_the_memory_tier_leave_the_disk_to_answer() -> None:
    async def scenario() -> None:
        world = World({**BOOT, "settings": {"memory_cache_entries": 2}})
        for text in TEXTS:
            await world.piece(text, ONE)
            await world.rest()
        assert world.app.metrics.counters["cache.memory.evicted.entries"] == 3
        assert (await world.piece(TEXTS[0])).source == "disk"
        assert (await world.piece(TEXTS[4])).source == "memory"
        assert world.ran() == 5

    run(scenario())
