"""A published sentence: who waits hears its beginning before all of it is decoded."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.fakes import RATE
from tests.unit.runtime.test_published import SENTENCES, Site, counters, split
from tests.unit.runtime.world import World, run

LONG = "This is a sentence that takes some time until all of it is there again, which one hears."
OTHER = "And another one, of which nobody could say that it is over as soon as it has been begun."
FIRST = round(0.3 * RATE)


async def opened() -> tuple[World, Site, bytes]:
    """A world in which a text with a long published sentence was opened, and its sound."""
    site = Site(LONG, OTHER)
    world = await site.publish()
    await split(world, LONG)
    *_, sound, other = site.sounds.values()
    assert min(len(sound), len(other)) > 2 * 2 * RATE
    return world, site, sound


def test_the_beginning_comes_first_and_the_rest_where_it_ends() -> None:
    async def scenario() -> None:
        world, _, sound = await opened()
        first = await world.piece(LONG, ahead=0)
        assert (first.source, first.last, len(first.samples)) == ("published", False, FIRST)
        assert first.words
        rest = await world.piece(LONG, offset=FIRST, ahead=0.3)
        assert (rest.source, rest.last, rest.words) == ("published", True, ())
        assert bytes(first.samples) + bytes(rest.samples) == sound
        assert world.published.decoded == [FIRST, len(sound) // 2]
        # From then on it is at hand; it was fetched once, and is one sentence to the metrics.
        assert (await world.piece(LONG)).source == "memory"
        assert sum(path.endswith(".opus") for path in world.published.asked) == 1
        traces = world.app.metrics.trace_json()
        assert [trace["source"] for trace in traces] == ["published", "memory"]
        assert traces[0]["audio"] == traces[1]["audio"]
        assert counters(world) == {"cache.published.hit": 1}
        assert world.ran() == 0

    run(scenario())


def test_who_does_not_wait_or_asks_for_little_gets_all_of_it() -> None:
    async def scenario() -> None:
        for ahead in (None, 5):
            world, _, sound = await opened()
            assert bytes((await world.piece(LONG, ahead=ahead)).samples) == sound
        world, _, sound = await opened()
        assert (await world.piece(SENTENCES[0], ahead=0)).last

    run(scenario())


def test_a_beginning_is_not_taken_for_the_whole() -> None:
    async def scenario() -> None:
        world, _, sound = await opened()
        await world.piece(LONG, ahead=0)  # and nobody wants the rest
        again = await world.piece(LONG, ahead=0)
        assert (again.source, again.last) == ("published", False)
        both = await asyncio.gather(world.piece(LONG, ahead=0), world.piece(LONG))
        assert [spoken.last for spoken in both] == [False, True]
        assert bytes(both[1].samples) == sound

    run(scenario())


def test_who_waits_and_who_does_not_ask_at_the_same_time() -> None:
    async def scenario() -> None:
        world, _, sound = await opened()
        hurried, patient = await asyncio.gather(world.piece(LONG, ahead=0), world.piece(LONG))
        assert (hurried.last, patient.last) == (False, True)
        assert bytes(patient.samples) == sound

    run(scenario())


def test_what_is_kept_offline_is_kept_whole() -> None:
    async def scenario() -> None:
        world, site, sound = await opened()
        assert (await world.piece(LONG, ahead=0, keep=True)).last
        await world.rest()
        assert world.store.entries[site.keys[LONG]].data == sound

        world, site, sound = await opened()
        await world.piece(LONG, ahead=0)  # somebody listens; then it is kept
        assert (await world.piece(LONG, keep=True)).last
        await world.rest()
        assert world.store.entries[site.keys[LONG]].data == sound

    run(scenario())


def test_clearing_forgets_what_is_on_its_way() -> None:
    async def scenario() -> None:
        world, _, sound = await opened()
        await world.piece(LONG, ahead=0)
        await world.app.handle("clearAudio", {})
        rest = await world.piece(LONG, offset=FIRST, ahead=0.3)
        assert (rest.source, len(rest.samples)) == ("published", len(sound) // 2 - FIRST)
        assert counters(world)["cache.published.hit"] == 2

    run(scenario())


def test_a_rest_that_is_broken_is_said_once_and_made(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        world, site, sound = await opened()
        world.published.broken_behind.update(site.sounds)
        first = await world.piece(LONG, ahead=0)
        assert not first.last
        made = FIRST
        rest = first
        while not rest.last:
            rest = await world.piece(LONG, offset=made, ahead=0)
            assert rest.source == "model"
            made += len(rest.samples)
        assert made == len(sound) // 2
        # The file is not asked for again.
        await world.rest()
        assert bytes((await world.piece(LONG)).samples) == sound
        assert sum(path.endswith(".opus") for path in world.published.asked) == 1
        assert counters(world)["cache.published.failed"] == 1
        # That the beginning of another one is fine is no reason to say it again.
        assert not (await world.piece(OTHER, ahead=0)).last
        assert (await world.piece(OTHER, offset=FIRST)).source == "model"
        assert counters(world)["cache.published.failed"] == 2

    with caplog.at_level(logging.WARNING, "lectern"):
        run(scenario())
    assert sum("Published sound" in line for line in caplog.messages) == 1
