"""Counters and percentiles."""

from __future__ import annotations

import random

import pytest
from lectern.metrics import Histogram, Metrics, Trace


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
    metrics = Metrics()
    metrics.count("a", 2)
    metrics.observe("b", 0.1)
    for number in range(300):
        metrics.traces.append(Trace(str(number), "v"))
    trace = metrics.trace_json()
    assert len(trace) == 200
    assert trace[-1]["text"] == "299"
    assert metrics.to_json()["counters"] == {"a": 2}
    metrics.reset()
    assert metrics.to_json() == {"counters": {}, "latency": {}}
    assert metrics.trace_json() == []
