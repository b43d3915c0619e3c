"""Numbers as they are measured: several values of one thing, and what to say of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.bench.comparison import Comparison


@dataclass(frozen=True)
class Measure:
    """One row: a thing measured once or several times.

    Args:
        unit: "ms", "s", "MB", "x" (a ratio) or another word.
        target: what the issue asks for, in words; nothing is judged by it.
        show: which value stands for all: "median", "max" or "p90".
    """

    name: str
    values: Sequence[float]
    unit: str = "ms"
    target: str = ""
    note: str = ""
    show: str = "median"
    #: Stands for all in place of one of the values.
    stated: float | None = None

    @property
    def value(self) -> float:
        if self.stated is not None:
            return self.stated
        if self.show == "max":
            return max(self.values)
        if self.show == "p90":
            return percentile(self.values, 0.9)
        return median(self.values)

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "unit": self.unit,
            "value": self.value,
            "show": "ratio of medians" if self.stated is not None else self.show,
            "values": [round(value, 4) for value in self.values],
            "target": self.target,
            "note": self.note,
        }


@dataclass
class Section:
    """What one measurement found. ``failure``: why it could not be taken."""

    name: str
    title: str
    measures: list[Measure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    comparison: Comparison | None = None
    failure: str = ""
    seconds: float = 0.0
    #: Share of the section's time in which something waited for a core; None: unknown.
    waiting: float | None = None

    def add(
        self,
        name: str,
        values: Iterable[float],
        *,
        stated: float | None = None,
        **more: str,
    ) -> Measure:
        """Add a row; a thing without any values is a note instead."""
        measure = Measure(name, list(values), stated=stated, **more)
        if measure.values:
            self.measures.append(measure)
        else:
            self.notes.append(f"Not measured: {name}.")
        return measure

    def ratio(self, name: str, over: Measure, under: Measure, **more: str) -> None:
        """A row of quotients: of the two values, and of each round as the spread."""
        if not over.values or not under.values or not under.value:
            return
        quotient = over.value / under.value
        rounds = [quotient]
        if len(over.values) == len(under.values) > 1:
            pairs = zip(over.values, under.values, strict=True)
            rounds = [a / b for a, b in pairs if b]
        self.add(name, rounds, unit="x", stated=quotient, **more)

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "title": self.title,
            "seconds": round(self.seconds, 1),
            "cpuWaiting": self.waiting,
            "failure": self.failure,
            "measures": [measure.to_json() for measure in self.measures],
            "comparison": self.comparison.to_json() if self.comparison else None,
            "notes": self.notes,
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The ``share`` (0..1) quantile by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]
