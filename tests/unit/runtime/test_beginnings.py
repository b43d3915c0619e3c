"""A sentence that is kept packed: who waits hears its beginning before all of it is unpacked."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from tests.fakes import FakeCodecs
from tests.unit.runtime.world import World

LONG = "This is a sentence that takes some time until all of it is there again, which one hears."


def run(scenario: Coroutine[object, object, None]) -> None:
    asyncio.run(scenario)


async def kept() -> World:
    """The world of a page that is opened again: ``LONG`` is on the disk as Opus."""
    world = World(codecs=FakeCodecs("opus"))
    await world.piece(LONG)
    await world.rest()
    return World(store=world.store, codecs=world.codecs)


def test_the_beginning_comes_first_and_the_rest_where_it_ends() -> None:
    async def scenario() -> None:
        world = await kept()
        first = await world.piece(LONG, ahead=0)
        assert (first.source, first.last, len(first.samples)) == ("disk", False, 4800)
        assert first.words
        rest = await world.piece(LONG, offset=len(first.samples), ahead=0.4)
        assert (rest.source, rest.last, rest.words) == ("disk", True, ())
        whole = await world.piece(LONG)
        assert (whole.source, whole.last) == ("memory", True)
        assert len(first.samples) + len(rest.samples) == len(whole.samples)
        # One sentence, one line about it; the model was not needed.
        traces = world.app.metrics.trace_json()
        assert [trace["source"] for trace in traces] == ["disk", "memory"]
        assert traces[0]["audio"] == traces[1]["audio"]
        assert world.app.metrics.counters["cache.disk.hit"] == 1
        assert world.ran() == 0

    run(scenario())


def test_a_beginning_is_not_taken_for_the_whole() -> None:
    async def scenario() -> None:
        world = await kept()
        await world.piece(LONG, ahead=0)  # and nobody wants the rest
        again = await world.piece(LONG, ahead=0)
        assert (again.source, again.last) == ("disk", False)

    run(scenario())


def test_who_does_not_wait_gets_all_of_it() -> None:
    async def scenario() -> None:
        for ahead in (None, 5):
            world = await kept()
            assert (await world.piece(LONG, ahead=ahead)).last

    run(scenario())


def test_a_worker_that_dies_between_the_two_costs_nothing() -> None:
    async def scenario() -> None:
        world = await kept()
        first = await world.piece(LONG, ahead=0)
        world = World(store=world.store, codecs=world.codecs)
        rest = await world.piece(LONG, offset=len(first.samples), ahead=0.4)
        assert (rest.source, rest.last) == ("disk", True)

    run(scenario())


def test_a_rest_that_can_not_be_had_is_made() -> None:
    async def scenario() -> None:
        world = await kept()
        first = await world.piece(LONG, ahead=0)
        world = World(store=world.store, codecs=FakeCodecs())
        rest = await world.piece(LONG, offset=len(first.samples), ahead=0)
        made = len(rest.samples)
        while not rest.last:
            rest = await world.piece(LONG, offset=len(first.samples) + made)
            made += len(rest.samples)
        assert rest.source == "model"
        assert len(first.samples) + made == len((await world.piece(LONG)).samples)

    run(scenario())
