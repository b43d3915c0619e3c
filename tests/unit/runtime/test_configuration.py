"""Four layers of settings: the last counts, and what is wrong is told and left out."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from lectern.audiocache import AudioCache, make_entry
from lectern.configuration import Configuration, layered, page_name
from lectern.errors import BadOption
from lectern.metrics import Metrics
from lectern.settings import MIB, Settings

from tests.fakes import FakeClock, FakeStore
from tests.unit.runtime.world import BOOT, World, run


def table(configuration: Configuration) -> dict[str, Any]:
    found = configuration.to_json()["settings"]
    assert isinstance(found, dict)
    return found


def test_the_last_layer_counts_and_each_value_knows_where_it_is_from() -> None:
    configuration = Configuration(
        {
            "site": {"diskCacheBytes": 100 * MIB, "sentenceSilence": 1, "start": "lazy"},
            "choices": {"diskCacheBytes": 200 * MIB, "start": "eager"},
            "settings": {"start": "hybrid"},
        }
    )
    assert configuration.settings.disk_cache_bytes == 200 * MIB
    assert configuration.settings.sentence_silence == 1.0
    assert configuration.settings.start == "hybrid"
    said = table(configuration)
    assert {name: said[name]["from"] for name in ("diskCacheBytes", "sentenceSilence")} == {
        "diskCacheBytes": "user",
        "sentenceSilence": "site",
    }
    assert (said["start"]["from"], said["prefix"]["from"]) == ("given", "default")
    assert said["diskCacheBytes"]["default"] == 512 * MIB
    assert said["start"]["choices"] == ["hybrid", "eager", "lazy"]
    assert configuration.problems == ()


def test_what_is_wrong_in_the_file_is_told_with_its_name_and_the_rest_counts() -> None:
    found = layered(
        {
            "diskCacheBytes": -1,
            "compression": "zip",
            "memoryCache": "yes",
            "noSuch": 1,
            "prefix": "../other",
            "paragraphSilence": float("nan"),
            "sentenceSilence": 0.4,
        },
        None,
        {},
    )
    assert found.settings == Settings.from_json({"sentence_silence": 0.4})
    assert dict(found.origins) == {"sentence_silence": "site"}
    assert len(found.problems) == 6
    for problem, name in zip(
        found.problems,
        ("diskCacheBytes", "compression", "memoryCache", "noSuch", "prefix", "paragraphSilence"),
        strict=True,
    ):
        assert problem.startswith("lectern.json: ")
        assert name in problem


@pytest.mark.parametrize("wrong", [[], "text", 7, True, {str(n): 1 for n in range(500)}])
def test_a_file_that_is_no_settings_is_one_problem(wrong: object) -> None:
    found = layered(wrong, {"start": "lazy"}, {})
    assert len(found.problems) == 1
    assert (found.settings.start, dict(found.origins)) == ("lazy", {"start": "user"})


def test_hostile_names_and_values_are_cut_short() -> None:
    found = layered({"x" * 10**6: 1, "start": ["y"] * 10**5, "__class__": {}}, None, {})
    assert found.settings == Settings()
    assert all(len(problem) < 200 for problem in found.problems)
    many = layered({f"name{n}": n for n in range(150)}, None, {})
    assert len(many.problems) == 20


def test_what_an_embedder_gives_is_refused_as_a_whole() -> None:
    with pytest.raises(BadOption, match="no_such"):
        Configuration({"settings": {"no_such": 1}})


def test_a_change_reaches_whoever_holds_the_settings() -> None:
    configuration = Configuration({"site": {"start": "lazy"}})
    held = configuration.settings
    assert configuration.change({"choices": {"memoryCacheBytes": 5 * MIB, "no": 1}}) == (
        "Your settings: there is no setting 'no'.",
    )
    assert (held.memory_cache_bytes, held.start) == (5 * MIB, "lazy")
    assert configuration.change({"choices": {"no": 1}}) == (), "told before"
    assert held.memory_cache_bytes == Settings().memory_cache_bytes
    configuration.change({"site": None, "choices": None})
    assert held == Settings()


def test_what_counts_from_the_next_start_says_so() -> None:
    configuration = Configuration({})
    configuration.change({"choices": {"start": "lazy", "diskCache": False}})
    said = table(configuration)
    assert (said["start"]["waits"], said["diskCache"]["waits"]) == (True, False)
    configuration.change({"choices": {}})
    assert table(configuration)["start"]["waits"] is False


def test_a_cache_that_is_switched_off_has_no_tier_that_is_on() -> None:
    configuration = Configuration({"choices": {"audioCache": False, "diskCache": True}})
    acting = configuration.settings
    assert (acting.memory_cache, acting.disk_cache, acting.published_cache) == (False,) * 3
    assert table(configuration)["diskCache"]["value"] is True, "as it was chosen"
    configuration.change({"choices": {"diskCache": False}})
    assert (acting.memory_cache, acting.disk_cache, acting.published_cache) == (True, False, True)


def test_names_of_the_page() -> None:
    assert page_name("disk_cache_bytes") == "diskCacheBytes"
    assert page_name("prefix") == "prefix"


def test_the_worker_takes_a_change_without_a_restart(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        world = World({**BOOT, "site": {"diskCacheBytes": "much"}})
        await world.piece()
        await world.rest()
        assert world.app.settings.disk_cache is True
        assert len(world.store.entries) == 1
        value = await world.app.handle("configure", {"choices": {"diskCache": False}})
        assert isinstance(value, dict)
        assert value["settings"]["diskCache"]["from"] == "user"
        await world.piece("Another sentence.")
        await world.rest()
        assert len(world.store.entries) == 1, "the disk is left alone"

    with caplog.at_level(logging.WARNING, logger="lectern"):
        run(scenario())
    assert [line for line in caplog.messages if "lectern.json" in line] == [
        "lectern.json: The setting diskCacheBytes must be a number, not 'much'."
    ]


def test_a_tier_that_is_switched_off_is_neither_asked_nor_written() -> None:
    async def scenario() -> None:
        settings = Settings()
        store = FakeStore()
        cache = AudioCache(store, settings=settings, clock=FakeClock(), metrics=Metrics())
        entry = make_entry(b"\1\0" * 50, 16_000, ())
        cache.remember("k", entry)
        await cache.keep("k", entry)
        settings.become(Settings.from_json({"memory_cache": False}))
        assert cache.recall("k") is None
        found = await cache.get("k")
        assert found is not None and found[1] == "disk"
        settings.become(Settings.from_json({"audio_cache": False}).effective())
        assert await cache.get("k") is None
        await cache.keep("l", entry)
        cache.remember("l", entry)
        settings.become(Settings())
        assert cache.recall("l") is None and "l" not in store.entries
        assert await cache.get("k") == (entry, "memory"), "what it held is there again"

    run(scenario())


def test_a_smaller_cache_is_one_at_once() -> None:
    async def scenario() -> None:
        world = World()
        for number in range(5):
            await world.piece(f"Sentence {number}.")
        await world.rest()
        assert len(world.store.entries) == 5
        memory = world.app.handle("cacheStats", {})
        assert (await memory)["memory"]["count"] == 5  # type: ignore[index]
        choices = {"diskCacheBytes": 1, "memoryCache": False}
        await world.app.handle("configure", {"choices": choices})
        await world.rest()
        stats = await world.app.handle("cacheStats", {})
        assert isinstance(stats, dict)
        assert (stats["count"], stats["memory"]["count"]) == (0, 0)

    run(scenario())


def test_nothing_takes_more_than_a_fifth_of_the_quota() -> None:
    found = layered({"diskCacheShare": 0.5}, {}, {})
    assert found.settings.disk_cache_share == 0.2
    assert len(found.problems) == 1


def test_predictions_are_counted() -> None:
    async def scenario() -> None:
        world = World()
        await world.app.handle("predictions", {"prepared": 3, "used": 2})
        await world.app.handle("predictions", {"prepared": 1, "used": 0})
        counters = world.app.metrics.counters
        assert (counters["predict.prepared"], counters["predict.used"]) == (4, 2)
        for wrong in (-1, True, "1", 10**9):
            with pytest.raises(BadOption, match="used"):
                await world.app.handle("predictions", {"used": wrong})

    run(scenario())


def test_a_site_has_styles_of_its_own() -> None:
    """In the table that the page offers; each counts by itself, and an embedder's count more."""
    boot = {
        "site": {
            "start": "lazy",
            "styles": {"slow": {"length": 2}, "calm": {"length": 3}, "fast": {"length": "much"}},
        },
        "styles": {"calm": {"length": 4}},
    }
    configuration = Configuration(boot)
    styles = configuration.styles
    assert {"neutral", "slow", "calm"} <= set(styles)
    assert "fast" not in styles
    assert (styles["slow"].length, styles["calm"].length) == (2, 4)
    assert configuration.settings.start == "lazy"
    (problem,) = configuration.problems
    assert problem.startswith("lectern.json: ")
    assert "fast" in problem
    # The file is read again at any time; who has the table sees it.
    told = configuration.change({"site": {"styles": 7}})
    assert told == ("lectern.json: styles must be an object of styles by name.",)
    assert "slow" not in styles
    assert styles["calm"].length == 4
    with pytest.raises(BadOption):
        Configuration({"styles": {"calm": {"length": "much"}}})
    # The reader's choices are settings alone.
    assert len(Configuration({"choices": {"styles": {}}}).problems) == 1


def test_a_style_of_the_site_is_spoken_in() -> None:
    async def scenario() -> None:
        world = World(BOOT)
        await world.app.handle("configure", {"site": {"styles": {"slow": {"length": 2}}}})
        assert "slow" in [style["id"] for style in await world.app.handle("styles", {})]  # type: ignore[attr-defined]
        assert (await world.piece(style="slow")).samples

    run(scenario())
