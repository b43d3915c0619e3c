"""Segments of a page -> columns in reading order.

A recursive XY-cut (Nagy and Seth, "Hierarchical representation of optically scanned
documents", ICPR 1984), except for where it cuts: not at the widest valley of the page's
projection, which a title across two columns closes, but at valleys that stay open over a band
of the page, as the tall white rectangles of Breuel, "Two geometric algorithms for layout
analysis" (DAS 2002), do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lectern.documents.pdf_lines import SEGMENT_GAP, Line

#: Rows on either side, before white between them is a valley.
_LEAST_BESIDE = 3
#: Rows of a column, unless the document is known to have it.
_LEAST_ROWS = 4
#: A column's width, in sizes of the body's font: cells of tables are narrower.
_LEAST_WIDTH = 9.0
#: The part of a column's area that its lines fill: cells of tables are ragged.
_LEAST_FILL = 0.55
#: A gap between baselines that ends a column's text, as a multiple of the usual.
_BREAK = 1.45
_MOST_DEPTH = 8
_MOST_COLUMNS = 8
#: Steps a segment of the page, so that no page takes quadratic time.
_MOST_STEPS = 40


@dataclass(slots=True)
class Column:
    """Segments that are read one below the other, ``x0`` to ``x1`` wide."""

    segments: list[Line]
    x0: float
    x1: float


@dataclass(slots=True)
class _Valley:
    """White from ``x0`` to ``x1``, so many rows to its left and right, their last baselines."""

    x0: float
    x1: float
    left: int = 0
    right: int = 0
    left_y: float = float("-inf")
    right_y: float = float("-inf")

    def beside(self, line: Line, x0: float, x1: float) -> _Valley:
        """What is left of it from ``x0`` to ``x1`` once the line stands beside that."""
        later = _Valley(x0, x1, self.left, self.right, self.left_y, self.right_y)
        if line.x1 <= x0:
            later.left += line.y - self.left_y > 0.5 * line.size
            later.left_y = line.y
        else:
            later.right += line.y - self.right_y > 0.5 * line.size
            later.right_y = line.y
        return later


@dataclass(slots=True)
class Layout:
    """Knows the document's columns from page to page. ``body``: the size of its font."""

    body: float
    _gutters: list[float] = field(default_factory=list)
    _steps: int = 0

    def columns(self, segments: Sequence[Line]) -> list[Column]:
        """The page's columns in reading order, from its segments."""
        ordered = sorted(segments, key=lambda line: (line.y, line.x0))
        self._steps = _MOST_STEPS * len(ordered) + 2_000
        return self._cut(ordered, 0)

    def _cut(self, lines: list[Line], depth: int) -> list[Column]:
        found: list[Column] = []
        if not lines:
            return found
        left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
        start = position = 0
        while position < len(lines) and depth < _MOST_DEPTH and self._steps > 0:
            end, valleys = self._band(lines, position, left, right)
            if valleys:
                end = _without_tail(lines, position, end, valleys[-1])
                # A row is in the band as a whole, whichever of its parts came first.
                while position > start and _in_row(lines[position - 1], lines[position]):
                    position -= 1
                while end < len(lines) and end > position and _in_row(lines[end - 1], lines[end]):
                    end -= 1
                if position > start:
                    found.append(Column(lines[start:position], left, right))
                for column in _split(lines[position:end], valleys):
                    found += self._cut(column, depth + 1)
                if depth == 0:
                    self._remember(valleys)
                start = position = end
            else:
                position += 1
        if start < len(lines):
            found.append(Column(lines[start:], left, right))
        return found

    def _remember(self, valleys: list[_Valley]) -> None:
        for valley in valleys:
            middle = (valley.x0 + valley.x1) / 2
            if len(self._gutters) < 8 and not any(
                valley.x0 < gutter < valley.x1 for gutter in self._gutters
            ):
                self._gutters.append(middle)

    def _band(
        self, lines: list[Line], start: int, x0: float, x1: float
    ) -> tuple[int, list[_Valley]]:
        """How far from ``start`` the same valleys stay open, and which; none when none do."""
        least = SEGMENT_GAP * self.body
        open_: list[_Valley] = [_Valley(x0, x1)]
        end = start
        while end < len(lines):
            self._steps -= len(open_)
            if self._steps < 0:
                return end, []
            line = lines[end]
            later: list[_Valley] = []
            for valley in open_:
                if line.x1 <= valley.x0 or line.x0 >= valley.x1:
                    later.append(valley.beside(line, valley.x0, valley.x1))
                    continue
                if line.x0 - valley.x0 >= least:
                    later.append(valley.beside(line, valley.x0, line.x0))
                if valley.x1 - line.x1 >= least:
                    later.append(valley.beside(line, line.x1, valley.x1))
            sure = any(self._sure(valley) for valley in open_)
            if len(later) > 60 or (sure and not any(self._sure(valley) for valley in later)):
                break
            if not later:
                break
            open_ = later
            end += 1
        valleys = [valley for valley in open_ if self._sure(valley)]
        return end, self._columned(lines[start:end], valleys)

    def _sure(self, valley: _Valley) -> bool:
        least = _LEAST_BESIDE
        if self._is_known(valley):
            least = 1
        return valley.left >= least and valley.right >= least

    def _columned(self, lines: list[Line], valleys: list[_Valley]) -> list[_Valley]:
        """Those of the valleys that lie between columns of running text."""
        widest = sorted(valleys, key=lambda valley: valley.x0 - valley.x1)[: _MOST_COLUMNS - 1]
        valleys = sorted(widest, key=lambda valley: valley.x0)
        while valleys:
            columns = _split(lines, valleys)
            bad = None
            for at, column in enumerate(columns):
                beside = valleys[max(0, at - 1) : at + 1]
                if not self._is_text(column, at > 0, all(map(self._is_known, beside))):
                    bad = min(beside, key=lambda valley: valley.x1 - valley.x0)
                    break
            if bad is None:
                break
            valleys.remove(bad)
        return valleys

    def _is_known(self, valley: _Valley) -> bool:
        return any(valley.x0 < gutter < valley.x1 for gutter in self._gutters)

    def _is_text(self, column: list[Line], begins: bool, known: bool) -> bool:
        """Whether it looks like running text, and not like cells of a table or words of lines
        with wide gaps. ``begins``: a valley is to its left; ``known``: those beside it are."""
        if not column:
            return False
        x0 = min(line.x0 for line in column)
        width = max(line.x1 for line in column) - x0
        rows, starts, last = 0, 0, float("-inf")
        for line in column:
            if line.y - last > 0.5 * line.size:
                rows, last = rows + 1, line.y
            starts += line.x0 - x0 < 0.5 * self.body
        filled = sum(line.x1 - line.x0 for line in column)
        if not known and (rows < _LEAST_ROWS or (begins and starts < 0.4 * rows)):
            return False
        return width >= _LEAST_WIDTH * self.body and filled >= _LEAST_FILL * rows * width


def _split(lines: Sequence[Line], valleys: list[_Valley]) -> list[list[Line]]:
    edges = [(valley.x0 + valley.x1) / 2 for valley in valleys]
    columns: list[list[Line]] = [[] for _ in range(len(edges) + 1)]
    for line in lines:
        columns[bisect_right(edges, line.x0)].append(line)
    return columns


def _without_tail(lines: list[Line], start: int, end: int, valley: _Valley) -> int:
    """Where the band ends when what lies below a gap, in one column only, is not in it.

    A short heading above a paragraph across the page would be read with the left column.
    """
    if end == len(lines):
        return end
    columns = _split(lines[start:end], [valley])
    bottom = min(column[-1].y for column in columns)
    steps = sorted(after.y - before.y for column in columns for before, after in pairwise(column))
    usual = steps[len(steps) // 2] if steps else 0.0
    for index in range(start + 1, end):
        line, before = lines[index], lines[index - 1]
        if (
            before.y >= bottom - 0.5 * before.size
            and line.y - before.y > _BREAK * usual
            and line.y > bottom
        ):
            return index
    return end


def _in_row(line: Line, below: Line) -> bool:
    return below.y - line.y < 0.35 * min(line.size, below.size)
