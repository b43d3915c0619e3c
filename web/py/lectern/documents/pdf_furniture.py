"""Running heads, footers and page numbers: found by position and repetition over pages.

Only the outermost rows of pages are looked at, from the edge inwards: what repeats in a page's
middle is text. Left and right pages may differ, so repetition is counted over all pages and
need not be on each.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from lectern.documents.pdf_lines import Line
from lectern.documents.pdf_notes import start_mark

#: Rows at either edge that can be furniture.
_MOST_ROWS = 3
#: The part of the page's height, from either edge, that they lie in.
_MARGIN = 0.18
#: Points by which a row's place may differ from page to page.
_SAME_PLACE = 4.0
#: What is larger than the body's font by this is a heading, unless it repeats on many pages.
_LARGE = 1.2
_NUMBER = re.compile(r"\d{1,5}")
_FIRST, _LAST = re.compile(r"(\d{1,5})\s"), re.compile(r"\s(\d{1,5})$")
_ROMAN = re.compile(r"[ivxlc]{1,8}", re.IGNORECASE)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
#: Before a number, these begin a chapter of the text.
_CHAPTER = re.compile(
    r"(?:chapter|part|book|canto|sonnet|poem|act|scene|section|lesson|letter|chapitre|partie|"
    r"livre|acte|scène|leçon|lettre|kapitel|teil|abschnitt|capítulo|capitolo)\b",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"[\W_]*(?:\d{1,5}|[ivxlc]{1,8})[\W_]*", re.IGNORECASE)


@dataclass(slots=True)
class _Row:
    page: int
    lines: list[Line]
    y: float
    size: float
    #: From this row to the next further in, in points.
    gap: float
    text: str


def furniture(
    pages: Sequence[Sequence[Line]], heights: Sequence[float], body: float
) -> list[tuple[list[list[Line]], list[list[Line]]]]:
    """Rows of heads and rows of feet of each page, each row as its segments.

    ``pages``: the segments of each page, by baseline; ``body``: the size of its font.
    """
    found: list[tuple[list[list[Line]], list[list[Line]]]] = [([], []) for _ in pages]
    for edge in (0, 1):
        rows = [_edge_rows(lines, edge, heights[at], at) for at, lines in enumerate(pages)]
        for level in range(_MOST_ROWS):
            candidates = [
                page_rows[level]
                for at, page_rows in enumerate(rows)
                if len(page_rows) > level and len(found[at][edge]) == level
            ]
            for row in _repeated(candidates, len(pages), body, edge):
                found[row.page][edge].append(row.lines)
    for _, feet in found:
        feet.reverse()
    return found


def _edge_rows(lines: Sequence[Line], edge: int, height: float, page: int) -> list[_Row]:
    """The outermost rows at the top (edge 0) or the bottom (1), from the edge inwards."""
    rows: list[list[Line]] = []
    for line in reversed(lines) if edge else lines:
        if rows and abs(line.y - rows[-1][0].y) < 0.4 * min(line.size, rows[-1][0].size):
            rows[-1].append(line)
        elif len(rows) > _MOST_ROWS:
            break
        else:
            rows.append([line])
    found = []
    for at, row in enumerate(rows[:_MOST_ROWS]):
        y = row[0].y
        if (height - y if edge else y) > _MARGIN * height:
            break
        gap = abs(rows[at + 1][0].y - y) if at + 1 < len(rows) else height
        row.sort(key=lambda line: line.x0)
        text = " ".join(" ".join(line.text for line in row).casefold().split())
        found.append(_Row(page, row, y, max(line.size for line in row), gap, text))
    return found


def _repeated(rows: list[_Row], pages: int, body: float, edge: int) -> list[_Row]:
    """Those of the rows, one of a page, that are furniture."""
    chosen: dict[int, _Row] = {}
    same: dict[str, list[_Row]] = defaultdict(list)
    counted: dict[tuple[str, int, int], list[_Row]] = defaultdict(list)
    rows = [row for row in rows if not (edge and start_mark(row.lines[0], raised=True))]
    for row in rows:
        same[row.text].append(row)
        if row.size > _LARGE * body:
            continue
        pattern, values = _numbers(row.text)
        named = row.size >= 0.95 * body and _CHAPTER.match(row.text) is not None
        for position, value in enumerate(values):
            if not (named and position == 0):
                counted[pattern, position, value - row.page].append(row)
        # The number of the page at either end, whatever stands beside it.
        for side, match in enumerate((_FIRST.match(row.text), _LAST.search(row.text))):
            if match is not None and not (named and len(values) < 2):
                counted["", side, int(match.group(1)) - row.page].append(row)
    for group in same.values():
        large = any(row.size > _LARGE * body for row in group)
        _choose(group, max(3, 0.3 * pages) if large else 2, chosen)
    for (pattern, _, _), group in counted.items():
        if not pattern:
            _choose(group, 4, chosen)
            continue
        apart = all(row.size < 0.95 * body or row.gap > 1.6 * body for row in group)
        _choose(group, 2 if apart or _is_bare(pattern) else 3, chosen)
    if edge:
        for row in rows:  # without a neighbour that counts with it: the preface's only page
            if _BARE_NUMBER.fullmatch(row.text) and row.gap > 1.8 * body:
                chosen[row.page] = row
    _fill_places(rows, chosen, pages, body)
    return list(chosen.values())


def _choose(group: list[_Row], least: float, chosen: dict[int, _Row]) -> None:
    """Take those that share their place with enough others."""
    places = Counter(round(row.y / _SAME_PLACE) for row in group)
    for row in group:
        place = round(row.y / _SAME_PLACE)
        if places[place - 1] + places[place] + places[place + 1] >= least:
            chosen[row.page] = row


def _fill_places(rows: list[_Row], chosen: dict[int, _Row], pages: int, body: float) -> None:
    """Take rows that say something else where most pages have furniture: heads of short
    chapters. They are set off from the text by their size or a gap."""
    if len(chosen) < max(3, 0.4 * pages):
        return
    places = Counter(round(row.y / _SAME_PLACE) for row in chosen.values())
    size = median(row.size for row in chosen.values())
    gap = median(row.gap for row in chosen.values())
    for row in rows:
        place = round(row.y / _SAME_PLACE)
        known = places[place - 1] + places[place] + places[place + 1]
        if (
            row.page not in chosen
            and known >= max(3, 0.2 * pages)
            and abs(row.size - size) < 0.08 * size
            and (size < 0.95 * body or row.gap > 1.5 * body)
            and row.gap > 0.7 * gap
        ):
            chosen[row.page] = row


def _numbers(text: str) -> tuple[str, list[int]]:
    """The text with its numbers as #, and those. Roman ones count at its ends."""
    values: list[int] = []
    words = text.split(" ")
    for at in {0, len(words) - 1}:
        if _ROMAN.fullmatch(words[at]):
            values.append(_roman(words[at]))
            words[at] = "~"
    text = " ".join(words)
    values = [int(number) for number in _NUMBER.findall(text)] + values
    return _NUMBER.sub("#", text), values[:4]


def _is_bare(pattern: str) -> bool:
    return not any(map(str.isalpha, pattern)) or pattern.startswith(("page ", "seite ", "p. "))


def _roman(text: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in text.casefold()]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))
