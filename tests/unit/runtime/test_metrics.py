"""Counters, percentiles, and sentences by the minute."""

from __future__ import annotations

import itertools
import random

import pytest
from lectern.metrics import Histogram, Metrics, Trace

from tests.fakes import FakeClock


def test_percentiles_are_right_to_a_fifth() -> None:
    histogram = Histogram()
    generator = random.Random(1)
    values = sorted(generator.lognormvariate(-3, 1.5) for _ in range(5000))
    for value in values:
        histogram.observe(value)
    for share in (0.5, 0.9, 0.99):
        truth = values[int(share * len(values))]
        assert histogram.percentile(share) == pytest.approx(truth, rel=0.22)
    assert histogram.to_json()["count"] == 5000
    assert histogram.to_json()["max"] == pytest.approx(values[-1] * 1000, abs=0.001)


def test_extremes_have_a_bucket() -> None:
    histogram = Histogram()
    for value in (-1.0, 0.0, 1e-9, 1e9):
        histogram.observe(value)
    assert histogram.percentile(1.0) > 1000
    assert histogram.percentile(0.0) >= 0


def test_reset_and_trace_order() -> None:
    clock = FakeClock()
    metrics = Metrics(clock.time)
    metrics.count("a", 2)
    metrics.observe("b", 0.1)
    metrics.sentence("disk")
    for number in range(300):
        metrics.traces.append(Trace(str(number), "v"))
    trace = metrics.trace_json()
    assert len(trace) == 200
    assert trace[-1]["text"] == "299"
    assert metrics.to_json()["counters"] == {"a": 2}
    assert metrics.to_json()["since"] == 1000 * 1000
    clock.advance(7)
    metrics.reset()
    assert metrics.to_json() == {
        "counters": {},
        "latency": {},
        "hitRate": [],
        "since": 1007 * 1000,
    }
    assert metrics.trace_json() == []


def test_sentences_are_counted_by_the_minute_and_source() -> None:
    clock = FakeClock()
    clock.now = 600.0
    metrics = Metrics(clock.time)
    for source in ("model", "memory", "memory"):
        metrics.sentence(source)
        clock.advance(29)
    clock.advance(20)  # 707
    metrics.sentence("disk")
    clock.advance(200)  # minutes without any sentence have no row
    metrics.sentence("published")
    none = {"memory": 0, "disk": 0, "published": 0, "model": 0}
    assert metrics.hit_rate() == [
        {**none, "at": 600_000, "model": 1, "memory": 2},
        {**none, "at": 660_000, "disk": 1},
        {**none, "at": 900_000, "published": 1},
    ]


def test_no_more_than_the_last_two_hours_of_minutes_are_kept() -> None:
    clock = FakeClock()
    metrics = Metrics(clock.time)
    for _ in range(500):
        metrics.sentence("model")
        clock.advance(60)
    rows = metrics.hit_rate()
    assert len(rows) == 120
    steps = [later["at"] - row["at"] for row, later in itertools.pairwise(rows)]
    assert steps == [60_000] * 119
    assert rows[-1]["at"] == (1000 + 499 * 60) // 60 * 60_000


def test_a_clock_that_is_set_back_leaves_the_minutes_in_order() -> None:
    clock = FakeClock()
    metrics = Metrics(clock.time)
    metrics.sentence("model")
    clock.advance(-600)
    metrics.sentence("memory")
    assert [(row["model"], row["memory"]) for row in metrics.hit_rate()] == [(1, 1)]
