"""Rows of tables, and the marks of list items."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lectern.documents.pdf_lines import Line
from lectern.lines import LIST_MARK

_BULLETS = "•‣◦▪·●○■□*\uf0b7\uf0a7"


def rows(lines: Sequence[Line], x0: float, x1: float) -> set[int]:
    """Which of a column's lines are rows of tables: cells stand below one another.

    ``x0`` and ``x1``: where the column begins and ends.
    """
    found: set[int] = set()
    for at, (line, below) in enumerate(pairwise(lines)):
        if (
            len(line.cells) > 1
            and len(below.cells) > 1
            and not (len(line.cells) == 2 and has_list_mark(line.text))
            and below.y - line.y < 4 * line.size
            and _same_table(line, below)
            and not (_is_stretched(line, x0, x1) or _is_stretched(below, x0, x1))
        ):
            found |= {at, at + 1}
    return found


def has_list_mark(text: str) -> bool:
    """Whether a list item's mark, a bullet or a number, begins the text."""
    if text[:1] in _BULLETS:
        return True
    match = LIST_MARK.match(text)
    # Of dashes no more is known than that speeches begin with them.
    return match is not None and not match.group().startswith(("–", "—", "―"))


def _is_stretched(line: Line, x0: float, x1: float) -> bool:
    """Whether it is a line of a few words, spaced out to the column's width."""
    gaps = [after.x0 - before.x1 for before, after in pairwise(line.pieces)]
    return (
        line.x0 - x0 < 3 * line.size
        and x1 - line.x1 < line.size
        and max(gaps) - min(gaps) < 0.4 * line.size
        and not line.text[-1].isdigit()
    )


def _same_table(one: Line, other: Line) -> bool:
    edge = 0.6 * max(one.size, other.size)
    shared = 0
    for cell in one.cells:
        for below in other.cells:
            left = abs(cell[0].x0 - below[0].x0)
            right = abs(cell[-1].x1 - below[-1].x1)
            middle = abs(cell[0].x0 + cell[-1].x1 - below[0].x0 - below[-1].x1) / 2
            if min(left, right, middle) < edge:
                shared += 1
                break
    return shared >= 2
