"""Footnotes: what stands at a page's foot in smaller type, or below a gap, after a mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lectern.documents.pdf_lines import Line

#: As a part of the body's size.
_SMALL = 0.93
#: As a multiple of the usual distance of baselines.
_GAP = 1.35
#: The part of the page's height above which no footnote begins.
_TOP = 0.35
_SYMBOLS = "*∗†‡§¶"
_MARK = re.compile(rf"\s*(\d{{1,3}}|[{_SYMBOLS}]{{1,3}})")
#: The mark of a note in line with its text; "1.5 metres" and "1984 was" begin none.
_PLAIN_MARK = re.compile(rf"(\d{{1,3}}[.)]?(?=\s)|[{_SYMBOLS}]{{1,3}}(?=\s?\w))")
#: "Figure 3. The river", "Table IV", not "Figure 3 shows that".
_CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|tab(?:le|elle|leau|\.)?|abb(?:ildung|\.)?|plate|map|chart|figura|tabla)"
    r"\s*\.?\s*(?:\d+(?:\.\d+)*|(?-i:[IVX]+))(?-i:[a-z]?)(?-i:\s*[.:|–—]|\s*$|\s+[A-Z])",
    re.IGNORECASE,
)
#: What is raised behind them is a power although the page has a note of that number.
_BASES = frozenset({"m", "cm", "mm", "km", "s", "ft", "nm", "µm", "10"})


@dataclass(slots=True)
class Note:
    """A footnote, ``mark`` "" for the rest of the page's before."""

    mark: str
    lines: list[Line]


def is_caption(text: str) -> bool:
    return _CAPTION.match(text) is not None


def take_notes(
    columns: Sequence[list[Line]], body: float, height: float, leading: float, open_note: bool
) -> list[Note]:
    """Take the footnotes out of a page's columns.

    ``leading``: usual distance of baselines; ``open_note``: the page before ended within one.
    """
    found: list[Note] = []
    used = {mark for lines in columns for line in lines for mark in raised_marks(line)}
    for lines in columns:
        start = _start(columns, lines, body, height, leading, open_note and not found, used)
        if start is None:
            continue
        group = lines[start:]
        del lines[start:]
        for line in group:
            mark = start_mark(line)
            if mark and _follows(mark, found):
                found.append(Note(mark, [line]))
            elif found:
                found[-1].lines.append(line)
            else:
                found.append(Note("", [line]))
    return found


def start_mark(line: Line, *, raised: bool = False) -> str:
    """The mark that the line begins with, if it could begin a note; ``raised``: only then."""
    runs = line.runs()
    if runs[0][1]:
        match = _MARK.fullmatch(runs[0][0])
        return match.group(1) if match else ""
    match = None if raised else _PLAIN_MARK.match(line.text)
    return match.group(1).rstrip(".)") if match else ""


def raised_marks(line: Line) -> list[str]:
    """Raised numerals and symbols in the line, its first run apart."""
    found = [text.strip() for text, raised in line.runs()[1:] if raised]
    if any(symbol in line.text for symbol in _SYMBOLS):
        found += re.findall(rf"(?<=\S)[{_SYMBOLS}]{{1,3}}", line.text)
    return found


def split_marks(text: str, raised: bool, before: str, marks: frozenset[str]) -> list[str]:
    """The run cut into plain text and marks by turns; ``marks``: those of the page's notes."""
    if raised:
        mark = text.strip()
        base = re.search(r"\w+$", before)
        is_power = base is not None and (
            base.group() in _BASES or (len(base.group()) == 1 and base.group().isalpha())
        )
        listed = [one.strip() for one in mark.split(",")]
        if all(one in marks for one in listed) and not (is_power and mark.isdigit()):
            return ["", text]
        return [text]
    symbols = [mark for mark in marks if mark[0] in _SYMBOLS]
    if not symbols:
        return [text]
    pattern = "|".join(map(re.escape, sorted(symbols, key=len, reverse=True)))
    return re.split(rf"(?<=[^\s\d])({pattern})(?![\w{_SYMBOLS}])", text)


def _follows(mark: str, found: list[Note]) -> bool:
    """Whether a mark can be the next: numbers ascend, so "12 men" in a note begins none."""
    numbers = [int(note.mark) for note in found if note.mark.isdigit()]
    return not (mark.isdigit() and numbers) or 1 <= int(mark) - numbers[-1] <= 2


def _start(
    columns: Sequence[list[Line]],
    lines: list[Line],
    body: float,
    height: float,
    leading: float,
    open_note: bool,
    used: set[str],
) -> int | None:
    """Where the notes of a column begin, None when it has none."""
    start = len(lines)
    while start and lines[start - 1].size <= _SMALL * body:
        start -= 1
    if start < len(lines) and (start or _is_below_text(columns, lines, body)):
        above = lines[start - 1] if start else None
        if above is None or not (above.bold or above.size > 1.1 * body):
            gap = above is None or lines[start].y - above.y > _GAP * leading
            while start < len(lines) and lines[start].y < _TOP * height:
                start += 1
            while start < len(lines):
                if is_caption(lines[start].text):
                    return None
                if start_mark(lines[start]) or (open_note and gap):
                    return start
                start += 1
    for index in range(1, len(lines)):
        line = lines[index]
        if (
            line.y > 0.5 * height
            and line.y - lines[index - 1].y > _GAP * leading
            and line.size <= 1.05 * body
        ):
            mark = start_mark(line)
            raised = line.runs()[0][1] or (mark and mark[0] in _SYMBOLS)
            if mark and raised and mark in used:
                return index
    return None


def _is_below_text(columns: Sequence[list[Line]], lines: list[Line], body: float) -> bool:
    """Whether a column that is all in small type stands under one in the body's type."""
    top, x0, x1 = lines[0].y, min(one.x0 for one in lines), max(one.x1 for one in lines)
    return any(
        line.size > _SMALL * body and line.y < top and line.x0 < x1 and line.x1 > x0
        for other in columns
        if other is not lines
        for line in other
    )
