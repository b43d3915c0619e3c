"""The metrics as Prometheus reads them: its text exposition format, version 0.0.4.

Source: "Exposition formats" of Prometheus' documentation, section "Text-based format": lines
of ``name{label="value",...} number`` that end in a line feed; ``# HELP`` and ``# TYPE`` once
before a family's samples, which stand together; a summary has a sample for each ``quantile``,
``_sum`` and ``_count``. Backslash, line feed and, in labels, the double quote are escaped by
a backslash. Units are seconds and bytes, as its naming conventions ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lectern.metrics import QUANTILES, Metrics

_PREFIX = "lectern"
_KINDS = ("sessions", "cache")
_Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gauge:
    """What can go up and down.

    Args:
        name: letters, digits and underscores, without our prefix.
    """

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Family:
    """Counters of one name: those whose dotted name matches, its groups being the labels."""

    pattern: re.Pattern[str]
    name: str
    help: str


_TIER = "(?P<tier>memory|disk|published)"
#: The first that matches has it; the last one takes what is left.
_FAMILIES = (
    _Family(
        re.compile(rf"cache\.{_TIER}\.hit"),
        "cache_hits_total",
        "Look-ups that a tier of the audio cache answered.",
    ),
    _Family(
        re.compile(rf"cache\.{_TIER}\.miss"),
        "cache_misses_total",
        "Look-ups that a tier of the audio cache could not answer.",
    ),
    _Family(
        re.compile(rf"cache\.{_TIER}\.evicted\.(?P<cause>.+)", re.DOTALL),
        "cache_evictions_total",
        "Entries that left a tier of the audio cache, by cause.",
    ),
    _Family(
        re.compile(rf"cache\.{_TIER}\.bytes\.(?P<stage>before|after)"),
        "cache_compression_bytes_total",
        "Bytes of sound before and after compression.",
    ),
    _Family(
        re.compile("(?P<event>.*)", re.DOTALL), "events_total", "Everything else that was counted."
    ),
)


def exposition(metrics: Metrics, gauges: Iterable[Gauge] = ()) -> str:
    """All of it as text."""
    lines: list[str] = []
    for family in _FAMILIES:
        lines += _counters(family, metrics)
    lines += _latencies(metrics)
    since = Gauge(
        "metrics_since_seconds", "When counting began, in seconds since 1970.", metrics.since
    )
    lines += _gauges([*gauges, since])
    return "".join(f"{line}\n" for line in lines)


def memory_gauges(memory: Mapping[str, int]) -> list[Gauge]:
    """Of what ``getMetrics().memory`` says."""
    text = "Bytes of memory: sessions of voices (an estimate), sound at hand."
    return [
        *(Gauge("memory_bytes", text, memory[kind], (("kind", kind),)) for kind in _KINDS),
        Gauge("cache_entries", "Sentences at hand.", memory["entries"], (("tier", "memory"),)),
    ]


def _counters(family: _Family, metrics: Metrics) -> list[str]:
    found = [
        (labels, amount)
        for name, amount in sorted(metrics.counters.items())
        if (labels := _labels_in(family, name)) is not None
    ]
    lines = _head(family.name, "counter", family.help) if found else []
    return lines + [_sample(family.name, labels, amount) for labels, amount in found]


def _labels_in(family: _Family, name: str) -> _Labels | None:
    """What ``name`` says in this family; None where it belongs to another one."""
    for candidate in _FAMILIES:
        match = candidate.pattern.fullmatch(name)
        if match is not None:
            return match.groupdict() if candidate is family else None
    return None


def _latencies(metrics: Metrics) -> list[str]:
    name = "latency_seconds"
    lines: list[str] = []
    for step, histogram in sorted(metrics.histograms.items()):
        labels = {"step": step}
        for share in QUANTILES:
            quantile = {**labels, "quantile": _number(share)}
            lines.append(_sample(name, quantile, histogram.percentile(share)))
        lines.append(_sample(f"{name}_sum", labels, histogram.total))
        lines.append(_sample(f"{name}_count", labels, histogram.count))
    head = _head(name, "summary", "What each step took; quantiles since counting began.")
    return head + lines if lines else []


def _gauges(gauges: Sequence[Gauge]) -> list[str]:
    lines: list[str] = []
    for name, text in dict.fromkeys((gauge.name, gauge.help) for gauge in gauges):
        lines += _head(name, "gauge", text)
        lines += [
            _sample(name, dict(gauge.labels), gauge.value) for gauge in gauges if gauge.name == name
        ]
    return lines


def _head(name: str, kind: str, text: str) -> list[str]:
    escaped = text.replace("\\", r"\\").replace("\n", r"\n")
    return [f"# HELP {_PREFIX}_{name} {escaped}", f"# TYPE {_PREFIX}_{name} {kind}"]


def _sample(name: str, labels: _Labels, value: float) -> str:
    inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    braces = f"{{{inside}}}" if inside else ""
    return f"{_PREFIX}_{name}{braces} {_number(value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return repr(value) if isinstance(value, int) else repr(float(value))
