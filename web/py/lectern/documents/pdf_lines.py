"""Items of a page -> segments of lines -> lines.

Lengths are points. A segment is what stands on one baseline without a gap that could be a
column's; lines are made of segments once it is known which of them share a column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from lectern.documents.pdf_items import PdfPage
from lectern.documents.pdf_runs import SCRIPT_SIZE, Piece, is_right_to_left, runs
from lectern.documents.raised import superscript

# All are parts of the font's size.
#: A wider gap may be a column's: LaTeX's narrowest is 1.0, a stretched space seldom over 0.6.
SEGMENT_GAP = 0.7
_OVERLAP = -0.5
_SAME_BASELINE = 0.22
#: A superscript's baseline lies above its line's by at most this, a subscript's below it.
_RAISED = 0.7
_LOWERED = 0.4
_SCRIPT_GAP = 0.35
#: A letter that begins a chapter is larger than its line by this factor.
_DROP_CAP = 1.8
#: Points: how coarsely open segments are sorted by baseline.
_BUCKET = 8.0
#: Segments of a bucket that are looked at: bounds the time for pages of overprinted text.
_LOOK = 12
#: A cell's distance from the next, in a line of a table.
CELL_GAP = 1.2

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_BOLD = re.compile(r"bold|black|heavy|demi|cmbx|\bbd", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_UNCOMMON = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufb00-\ufb06\ufeff\ufffe\uffff]")


@dataclass(slots=True, eq=False)
class Line:
    """Pieces on one baseline, ``y``; ``size``: the largest of them."""

    pieces: list[Piece]
    x0: float
    x1: float
    y: float
    size: float
    page: int = 0
    #: Cells of a table's row; one where the line is no such row.
    cells: list[list[Piece]] = field(default_factory=list)
    mirrored: bool = False
    _text: str | None = None

    @property
    def bold(self) -> bool:
        return all(piece.bold for piece in self.pieces)

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = self.text_of(self.pieces)
        return self._text

    def text_of(self, pieces: list[Piece]) -> str:
        """The text of some of its pieces, raised digits as such."""
        text = ""
        for run, raised in self.runs_of(pieces):
            text += superscript(run, text[-2:]) if raised else run
        return text

    def runs(self) -> list[tuple[str, bool]]:
        """The text as runs, and whether each is raised (a superscript)."""
        return self.runs_of(self.pieces)

    def runs_of(self, pieces: list[Piece]) -> list[tuple[str, bool]]:
        """The same for some of its pieces."""
        return runs(pieces, self.y, self.size, self.mirrored)


def page_pieces(page: PdfPage) -> tuple[list[Piece], bool]:
    """The page's pieces, and whether it is read from right to left.

    Then x is counted from the right edge: what follows need not know.
    """
    pieces = []
    for item in page.items:
        text = item.text
        if _UNCOMMON.search(text):
            text = _CONTROL.sub("", text.translate(_LIGATURES))
        bare = text.strip()
        x0, x1 = item.x, item.x + item.width
        if not bare or x1 < 0 or x0 > page.width or not 0 <= item.y <= page.height + item.size:
            continue
        if len(bare) < len(text):
            # The spaces' share of the width, so that a gap is as wide as it looks.
            space = min(0.25 * item.size, item.width / (len(text) + 1))
            x0 += space * (len(text) - len(text.lstrip()))
            x1 -= space * (len(text) - len(text.rstrip()))
        bold = _BOLD.search(item.font) is not None
        pieces.append(Piece(bare, x0, max(x0, x1), item.y, item.size, bold))
    mirrored = is_right_to_left("".join(piece.text for piece in pieces))
    if mirrored:
        for piece in pieces:
            piece.x0, piece.x1 = page.width - piece.x1, page.width - piece.x0
    return pieces, mirrored


def segments(pieces: Iterable[Piece], page: int, mirrored: bool) -> list[Line]:
    """Pieces joined along baselines, by ``y``. Superscripts and subscripts join their line."""
    open_by_baseline: dict[int, list[Line]] = {}
    found: list[Line] = []
    for piece in sorted(pieces, key=lambda one: (one.x0, one.y)):
        bucket = int(piece.y // _BUCKET)
        best: Line | None = None
        best_cost = float("inf")
        doubled = False
        for key in (bucket - 1, bucket, bucket + 1):
            for line in open_by_baseline.get(key, ())[-_LOOK:]:
                cost = _distance(line, piece)
                if cost < best_cost:
                    best, best_cost = line, cost
                last = line.pieces[-1]
                doubled = doubled or (
                    last.text == piece.text
                    and abs(last.x0 - piece.x0) + abs(last.y - piece.y) < 0.2 * piece.size
                )
        if doubled:  # printed twice, a little aside: a poor program's bold
            continue
        if best is None:
            best = Line([piece], piece.x0, piece.x1, piece.y, piece.size, page, [], mirrored)
            found.append(best)
            open_by_baseline.setdefault(bucket, []).append(best)
            continue
        best.pieces.append(piece)
        best.x1 = max(best.x1, piece.x1)
        if piece.size > best.size:
            old = int(best.y // _BUCKET)
            best.y, best.size = piece.y, piece.size
            if old != bucket:
                open_by_baseline[old].remove(best)
                open_by_baseline.setdefault(bucket, []).append(best)
    found.sort(key=lambda line: (line.y, line.x0))
    return _with_drop_caps(found)


def _distance(line: Line, piece: Piece) -> float:
    """How badly the piece continues the line; infinite when it does not."""
    gap = piece.x0 - line.x1
    size, smaller = (line.size, piece.size) if line.size > piece.size else (piece.size, line.size)
    if gap > SEGMENT_GAP * size or gap < _OVERLAP * size:
        return float("inf")
    below = piece.y - line.y
    if abs(below) <= _SAME_BASELINE * smaller:
        return abs(below) if size < _DROP_CAP * smaller else float("inf")
    if smaller > SCRIPT_SIZE * size or gap > _SCRIPT_GAP * size or size > 3 * smaller:
        return float("inf")
    if line.size < piece.size:  # the script came first
        below = -below
    return abs(below) if -_RAISED * size < below < _LOWERED * size else float("inf")


def _with_drop_caps(found: list[Line]) -> list[Line]:
    """Put a chapter's large first letter before the line that it belongs to."""
    caps = [
        line
        for line in found
        if len(line.pieces) == 1 and len(line.text) <= 2 and line.text.isalpha()
    ]
    for cap in caps[:_LOOK]:
        top = cap.y - 0.75 * cap.size
        near = [
            line
            for line in found
            if line is not cap
            and cap.size > _DROP_CAP * line.size
            and -0.3 * line.size < line.x0 - cap.x1 < 1.5 * line.size
            and abs(line.y - 0.75 * line.size - top) < 0.8 * line.size
            and line.y <= cap.y + 1
        ]
        if near:
            first = min(near, key=lambda line: line.y)
            letter = Piece(cap.text, first.x0, first.x0, first.y, first.size, False)
            first.pieces.insert(0, letter)
            first._text = None
            found.remove(cap)
            # The lines beside the letter begin where those below it do, as far as layout goes.
            x0 = first.x0
            for line in found:
                if first.y <= line.y <= cap.y + 1 and abs(line.x0 - x0) < line.size:
                    line.x0 = cap.x0
    return found


def lines_of(leaf: Iterable[Line]) -> list[Line]:
    """The segments of one column as lines, from top to bottom."""
    found: list[Line] = []
    for segment in sorted(leaf, key=lambda line: (line.y, line.x0)):
        line = found[-1] if found else None
        if line is not None and _shares_line(line, segment):
            line.pieces.extend(segment.pieces)
            if segment.size > line.size:
                line.size, line.y = segment.size, segment.y
            line.x0, line.x1 = min(line.x0, segment.x0), max(line.x1, segment.x1)
        else:
            found.append(
                Line(
                    list(segment.pieces),
                    segment.x0,
                    segment.x1,
                    segment.y,
                    segment.size,
                    segment.page,
                    [],
                    segment.mirrored,
                )
            )
    for line in found:
        line.pieces.sort(key=lambda piece: piece.x0)
        line.cells = [[line.pieces[0]]]
        for piece, following in pairwise(line.pieces):
            if following.x0 - piece.x1 > CELL_GAP * line.size:
                line.cells.append([])
            line.cells[-1].append(following)
    return found


def _shares_line(line: Line, segment: Line) -> bool:
    overlap = min(line.x1, segment.x1) - max(line.x0, segment.x0)
    if overlap > 0.5 * min(line.size, segment.size):
        # Between the pieces of the line is room too, as long as they do not collide.
        for piece in line.pieces:
            if min(piece.x1, segment.x1) - max(piece.x0, segment.x0) > 0.3 * segment.size:
                return False
    return abs(segment.y - line.y) < 0.35 * min(line.size, segment.size)
