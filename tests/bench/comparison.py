"""Several programs at the same things: a row a thing, a column a program, and the ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Row:
    """What each program measured. Values of one round stand at the same place.

    Args:
        unit: "ms", "s", "MB" or "x".
        target: what the issue asks of the first ratio, in words; nothing is judged by it.
        show_max: the largest value stands for all, not the median.
    """

    name: str
    values: Mapping[str, Sequence[float]]
    unit: str = "ms"
    target: str = ""
    note: str = ""
    show_max: bool = False

    def value(self, program: str) -> float | None:
        found = self.values.get(program)
        if not found:
            return None
        return max(found) if self.show_max else median(found)


@dataclass
class Comparison:
    """``programs``: the one that is compared first; the others' ratios are to it."""

    programs: Sequence[str]
    rows: list[Row] = field(default_factory=list)

    def ratio(self, row: Row, other: str) -> float | None:
        """The first program's value over the other's."""
        own, theirs = row.value(self.programs[0]), row.value(other)
        return own / theirs if own is not None and theirs else None

    def to_json(self) -> dict[str, object]:
        return {
            "programs": list(self.programs),
            "rows": [
                {
                    "name": row.name,
                    "unit": row.unit,
                    "show": "max" if row.show_max else "median",
                    "values": {
                        program: [round(value, 4) for value in row.values.get(program, ())]
                        for program in self.programs
                    },
                    "value": {program: row.value(program) for program in self.programs},
                    "ratio": {other: self.ratio(row, other) for other in self.programs[1:]},
                    "target": row.target,
                    "note": row.note,
                }
                for row in self.rows
            ],
        }
