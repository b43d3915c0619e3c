"""What was measured as a Markdown page and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.bench.comparison import Comparison, Row
from tests.bench.measure import Measure, Section

_HEAD = ("| What | Value | Spread | n | Asked for | Note |", "|---|---:|---:|---:|---|---|")
_BUSY = (
    "These are measurements, nothing is judged. On a busy machine every time is an upper bound: "
    "what others take is in it, two threads may be slower than one, and the largest values say "
    "more of the machine than of the app. Ratios hold better, because what is compared was "
    "measured in turn. Values are medians, ratios those of medians; spread is the smallest and "
    "the largest value, of ratios that of single rounds; ‘waiting’ is the share of "
    "the time in which something on the machine waited for a core, our own threads included."
)


def to_json(header: Mapping[str, object], sections: Sequence[Section]) -> dict[str, object]:
    return {"header": dict(header), "sections": [section.to_json() for section in sections]}


def to_markdown(header: Mapping[str, object], sections: Sequence[Section]) -> str:
    lines = ["# Lectern, measured", "", *_header(header), "", _BUSY, ""]
    for section in sections:
        lines += [f"## {section.title}", ""]
        if section.measures:
            lines += [*_HEAD, *(_row(measure) for measure in section.measures), ""]
        if section.comparison and section.comparison.rows:
            lines += [*_table(section.comparison), ""]
        if section.failure:
            lines += [f"**Not measured to the end:** {section.failure}", ""]
        for note in section.notes:
            lines += [f"{note}", ""]
        waiting = "" if section.waiting is None else f", waiting {section.waiting:.0%}"
        lines += [f"({section.seconds:.0f} s{waiting})", ""]
    return "\n".join(lines)


def _header(header: Mapping[str, object]) -> list[str]:
    return [f"- {name}: {value}" for name, value in header.items()]


def _row(measure: Measure) -> str:
    low, high = min(measure.values), max(measure.values)
    spread = "" if len(measure.values) == 1 else f"{number(low)}-{number(high)}"
    value = number(measure.value) + ("×" if measure.unit == "x" else f" {measure.unit}")
    cells = (measure.name, value, spread, str(len(measure.values)), measure.target, measure.note)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(comparison: Comparison) -> list[str]:
    """The programs' columns, then Lectern's ratio to each of the others."""
    own, *others = comparison.programs
    ratios = [f"{own} : {other}" for other in others]
    head = ["What", *comparison.programs, *ratios, "Asked for", "Note"]
    rule = ["---", *["---:"] * (len(head) - 3), "---", "---"]
    rows = [_compared(comparison, row) for row in comparison.rows]
    return ["| " + " | ".join(cells) + " |" for cells in [head, rule, *rows]]


def _compared(comparison: Comparison, row: Row) -> list[str]:
    cells = [row.name]
    for program in comparison.programs:
        value = row.value(program)
        unit = "" if row.unit == "x" else f" {row.unit}"
        cells.append("" if value is None else number(value) + unit)
    for other in comparison.programs[1:]:
        ratio = comparison.ratio(row, other)
        cells.append("" if ratio is None else f"{number(ratio)}×")
    return [cell.replace("|", "\\|") for cell in [*cells, row.target, row.note]]


def number(value: float) -> str:
    """Three digits that count, and no more than the eye needs."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    if size >= 0.1 or size == 0:
        return f"{value:.2f}"
    return f"{value:.4f}"
