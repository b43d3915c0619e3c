"""What the page's panel of metrics is told, in one answer."""

from __future__ import annotations

from typing import Any

from lectern.errors import StoreError

from tests.unit.runtime.world import World, run


async def look(world: World, payload: dict[str, object]) -> Any:
    return await world.app.handle("overview", payload)


def test_it_tells_what_metrics_trace_and_caches_tell() -> None:
    async def scenario() -> None:
        world = World()
        await world.piece("One.")
        await world.piece("Two.")
        await world.rest()
        await world.piece("One.")
        found = await look(world, {"sentences": 20})
        assert found["metrics"] == await world.app.handle("metrics", {})
        assert found["trace"] == await world.app.handle("trace", {})
        assert found["traced"] == 3
        stats: Any = await world.app.handle("cacheStats", {})
        assert found["cache"]["disk"] == {"count": stats["count"], "size": stats["size"]}
        assert found["cache"]["memory"]["count"] == stats["memory"]["count"] == 2
        assert found["most"]["disk"] == world.app.settings.disk_cache_bytes

    run(scenario())


def test_of_the_sentences_the_last_ones() -> None:
    async def scenario() -> None:
        world = World()
        for text in ("One.", "Two.", "Three."):
            await world.piece(text)
        found = await look(world, {"sentences": 2})
        assert [trace["text"] for trace in found["trace"]] == ["Two.", "Three."]
        assert found["traced"] == 3
        refused: tuple[dict[str, object], ...] = (
            {},
            {"sentences": 0},
            {"sentences": -1},
            {"sentences": "all"},
        )
        for asked in refused:
            assert (await look(world, asked))["trace"] == []

    run(scenario())


def test_the_bound_that_acts_and_what_rests() -> None:
    async def scenario() -> None:
        world = World()
        world.store.space = 1_000_000
        found = await look(world, {})
        assert found["most"]["disk"] == 200_000, "a fifth of the quota"
        assert found["resting"] == []
        world.store.fault = StoreError("broken")
        await world.piece("One.")
        found = await look(world, {})
        assert found["resting"] == ["disk"]

    run(scenario())
