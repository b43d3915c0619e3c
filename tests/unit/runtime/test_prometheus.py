"""The metrics as Prometheus' text, read back by the rules of its format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from lectern.errors import BadOption
from lectern.metrics import Metrics
from lectern.prometheus import Gauge, exposition, memory_gauges

from tests.fakes import FakeClock
from tests.unit.runtime.world import World, run

_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
_ESCAPED = {r"\\": "\\", r"\"": '"', r"\n": "\n"}

Labels = tuple[tuple[str, str], ...]


@dataclass
class Family:
    kind: str
    help: str
    samples: dict[tuple[str, Labels], float] = field(default_factory=dict)


def parse(text: str) -> dict[str, Family]:
    """What a scraper reads; wrong where the format is."""
    assert text.endswith("\n")
    families: dict[str, Family] = {}
    helps: dict[str, str] = {}
    current = ""
    for line in text.split("\n")[:-1]:
        if line.startswith("# HELP "):
            name, _, text = line[7:].partition(" ")
            assert name not in helps, "said twice"
            helps[name] = text
            current = name
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert name == current and name not in families
            assert kind in ("counter", "gauge", "summary")
            families[name] = Family(kind, helps[name])
        else:
            match = _SAMPLE.fullmatch(line)
            assert match, line
            name, labels, value = match.groups()
            family = families[current]
            suffixes = ("", "_sum", "_count") if family.kind == "summary" else ("",)
            assert name in [current + suffix for suffix in suffixes], "samples stand together"
            key = (name, _labels(labels or ""))
            assert key not in family.samples, "the same series twice"
            family.samples[key] = float(value)
    return families


def _labels(text: str) -> Labels:
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _LABEL.match(text, position)
        assert match, text
        value = re.sub(r"\\.", lambda escape: _ESCAPED[escape[0]], match[2])
        found.append((match[1], value))
        position = match.end()
    return tuple(found)


def values(family: Family) -> dict[Labels, float]:
    return {labels: value for (_, labels), value in family.samples.items()}


def test_counters_of_the_tiers_have_labels_and_all_others_their_name() -> None:
    metrics = Metrics()
    for number, name in enumerate(
        [
            "cache.memory.hit",
            "cache.disk.hit",
            "cache.published.miss",
            "cache.memory.evicted.bytes",
            "cache.disk.evicted.quota",
            "cache.disk.bytes.before",
            "cache.disk.bytes.after",
            "cache.joined",
            "cache.memory.expired",
            "synthesis",
        ]
    ):
        metrics.count(name, number + 1)
    found = parse(exposition(metrics))
    assert {name: family.kind for name, family in found.items()} == {
        "lectern_cache_hits_total": "counter",
        "lectern_cache_misses_total": "counter",
        "lectern_cache_evictions_total": "counter",
        "lectern_cache_compression_bytes_total": "counter",
        "lectern_events_total": "counter",
        "lectern_metrics_since_seconds": "gauge",
    }
    assert all(family.help for family in found.values())
    assert values(found["lectern_cache_hits_total"]) == {
        (("tier", "memory"),): 1,
        (("tier", "disk"),): 2,
    }
    assert values(found["lectern_cache_misses_total"]) == {(("tier", "published"),): 3}
    assert values(found["lectern_cache_evictions_total"]) == {
        (("tier", "memory"), ("cause", "bytes")): 4,
        (("tier", "disk"), ("cause", "quota")): 5,
    }
    assert values(found["lectern_cache_compression_bytes_total"]) == {
        (("tier", "disk"), ("stage", "before")): 6,
        (("tier", "disk"), ("stage", "after")): 7,
    }
    assert values(found["lectern_events_total"]) == {
        (("event", "cache.joined"),): 8,
        (("event", "cache.memory.expired"),): 9,
        (("event", "synthesis"),): 10,
    }


@pytest.mark.parametrize("odd", ['"', "\\", "\n", '\\"\n\\n', "é🙂 {},=", ""])
def test_whatever_a_counter_is_called_it_is_read_back(odd: str) -> None:
    metrics = Metrics()
    metrics.count(f"phonemes.unknown.{odd}", 3)
    found = parse(exposition(metrics))["lectern_events_total"]
    assert values(found) == {(("event", f"phonemes.unknown.{odd}"),): 3}


def test_latencies_are_summaries_in_seconds() -> None:
    metrics = Metrics()
    for milliseconds in range(1, 101):
        metrics.observe("sentence.memory", milliseconds / 1000)
    metrics.observe("cache.memory.read", 1e-6)
    family = parse(exposition(metrics))["lectern_latency_seconds"]
    assert family.kind == "summary"
    step = ("step", "sentence.memory")
    name = "lectern_latency_seconds"
    assert family.samples[f"{name}_count", (step,)] == 100
    assert family.samples[f"{name}_sum", (step,)] == pytest.approx(5.05)
    for quantile, truth in (("0.5", 0.05), ("0.9", 0.09), ("0.99", 0.099)):
        value = family.samples[name, (step, ("quantile", quantile))]
        assert value == pytest.approx(truth, rel=0.2)
    assert len(family.samples) == 10
    tiny = family.samples[name, (("step", "cache.memory.read"), ("quantile", "0.5"))]
    assert 0 < tiny <= 1e-5


def test_gauges_of_one_name_stand_together() -> None:
    clock = FakeClock()
    gauges = [
        Gauge("a", "What a is.", 1, (("x", "1"),)),
        Gauge("b", "b\\\nb", 0.25),
        Gauge("a", "What a is.", 2, (("x", "2"),)),
    ]
    found = parse(exposition(Metrics(clock.time), gauges))
    assert values(found["lectern_a"]) == {(("x", "1"),): 1, (("x", "2"),): 2}
    assert values(found["lectern_b"]) == {(): 0.25}
    assert found["lectern_b"].help == r"b\\\nb"
    assert values(found["lectern_metrics_since_seconds"]) == {(): 1000}


def test_memory_in_use() -> None:
    memory = {"sessions": 5, "cache": 7, "entries": 3}
    found = parse(exposition(Metrics(), memory_gauges(memory)))
    assert values(found["lectern_memory_bytes"]) == {
        (("kind", "sessions"),): 5,
        (("kind", "cache"),): 7,
    }
    assert values(found["lectern_cache_entries"]) == {(("tier", "memory"),): 3}


def test_the_request_gives_both_formats_of_the_same_and_refuses_others_in_words() -> None:
    async def scenario() -> None:
        world = World()
        await world.piece()
        await world.rest()
        await world.piece()
        told: Any = await world.app.handle("metrics", {})
        assert set(told) == {"counters", "latency", "hitRate", "since", "memory", "sessions"}
        assert told["since"] == 1000 * 1000
        (minute,) = told["hitRate"]
        assert (minute["model"], minute["memory"], minute["disk"]) == (1, 1, 0)
        stats: Any = await world.app.handle("cacheStats", {})
        assert told["memory"] == {
            "sessions": world.stats["bytes"],
            "cache": stats["memory"]["size"],
            "entries": 1,
        }
        assert await world.app.handle("metrics", {"format": "json"}) == told
        text = await world.app.handle("metrics", {"format": "prometheus"})
        assert isinstance(text, str)
        found = parse(text)
        assert values(found["lectern_cache_hits_total"]) == {(("tier", "memory"),): 1}
        events = values(found["lectern_events_total"])
        assert events[("event", "synthesis"),] == told["counters"]["synthesis"] == 1
        for kind in ("sessions", "cache"):
            value = values(found["lectern_memory_bytes"])[("kind", kind),]
            assert value == told["memory"][kind] > 0
        for wrong in ("xml", "", "Prometheus", 7, True, ["json"]):
            with pytest.raises(BadOption, match="json, prometheus"):
                await world.app.handle("metrics", {"format": wrong})
        await world.app.handle("resetMetrics", {})
        again: Any = await world.app.handle("metrics", {})
        assert (again["counters"], again["latency"], again["hitRate"]) == ({}, {}, [])
        assert again["since"] == round(world.inference.clock.now * 1000)
        assert again["memory"] == told["memory"]

    run(scenario())
