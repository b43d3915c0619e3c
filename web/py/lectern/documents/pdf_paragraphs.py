"""Lines of a column -> paragraphs, headings, list items, captions and rows of tables."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from lectern.documents.model import Kind, Skip
from lectern.documents.pdf_body import (
    INDENT,
    OPENERS,
    Body,
    ends_sentence,
    leading_of,
    starts_small,
)
from lectern.documents.pdf_headings import is_heading, is_styled, is_too_long, same_heading
from lectern.documents.pdf_lines import Line
from lectern.documents.pdf_notes import is_caption
from lectern.documents.pdf_tables import has_list_mark, rows

#: As parts of the line's size.
_EDGE = 0.5
#: A distance of baselines that ends a paragraph, as a multiple of the column's.
_APART = 1.3
_SIZE_CHANGE = 0.08
_LEADERS = re.compile(r"(?:\s?[.·…_]){4,}\s*")


@dataclass(slots=True)
class Paragraph:
    """Lines that are one block. ``x1``: where its column ends, in points."""

    lines: list[Line]
    kind: Kind
    x1: float
    skip: Skip = Skip.NO
    #: Its first line begins further in than its column.
    indented: bool = False

    @property
    def page(self) -> int:
        return self.lines[0].page

    @property
    def text(self) -> str:
        return self.lines[-1].text

    def goes_on(self, after: Paragraph, body: Body) -> bool:
        """Whether a paragraph of the next column or page is the rest of this one."""
        first, last = after.lines[0], self.lines[-1]
        if abs(first.size - last.size) > _SIZE_CHANGE * last.size or after.indented:
            return self._breaks_off() and starts_small(first.text)
        full = self.x1 - last.x1 < 3 * last.size
        if not ends_sentence(last.text):
            return starts_small(first.text) or full or last.text[-1:] in ",-–—"
        return body.indented and self.x1 - last.x1 < _EDGE * last.size

    def _breaks_off(self) -> bool:
        return not ends_sentence(self.lines[-1].text)


def paragraphs(lines: list[Line], x0: float, x1: float, body: Body) -> list[Paragraph]:
    """The blocks of a column, whose lines are given from top to bottom.

    ``x0`` and ``x1``: where the column begins and ends, for columns of a line or two.
    """
    return _Column(lines, x0, x1, body).paragraphs()


class _Column:
    def __init__(self, lines: list[Line], x0: float, x1: float, body: Body) -> None:
        self.lines, self.body = lines, body
        self.size = size = median(line.size for line in lines)
        starts = Counter(round(line.x0 / (0.4 * size)) for line in lines)
        if len(lines) >= 4:
            at = max(starts, key=lambda key: (starts[key - 1] + 2 * starts[key], -key))
            near = [line.x0 for line in lines if abs(line.x0 / (0.4 * size) - at) < 1.5]
            self.x0 = median(near)
            # One line may stick out.
            self.x1 = sorted(line.x1 for line in lines)[-2]
        else:
            self.x0, self.x1 = min(x0, *(line.x0 for line in lines)), x1
        self.leadings: dict[float, float] = {}
        full = sum(self.x1 - line.x1 < _EDGE * size for line in lines)
        self.justified = full >= 0.55 * len(lines)
        self.hangs = self._hangs()
        self.groups = self._groups()

    def _leading(self, size: float) -> float:
        """The distance of baselines within paragraphs of that size."""
        size = round(size, 1)
        known = self.leadings.get(size)
        if known is None:
            # Steps between paragraphs are among them, but the body's are known.
            known = self.body.leading * size / self.body.size
            steps = sorted(leading_of(self.lines, size))
            if len(steps) >= 4:
                known = min(1.15 * known, steps[len(steps) * 2 // 5])
            self.leadings[size] = known
        return known

    def _hangs(self) -> bool:
        """Whether paragraphs begin further out than they go on, as in bibliographies."""
        outer = min(line.x0 for line in self.lines)
        inner = sum(line.x0 - outer > INDENT * line.size for line in self.lines)
        after = [
            below.x0 - outer > INDENT * below.size
            for line, below in pairwise(self.lines)
            if ends_sentence(line.text) and self.x1 - line.x1 > 0.2 * (self.x1 - outer)
        ]
        self.outer = outer
        return inner > 0.4 * len(self.lines) and len(after) > 1 and sum(after) < 0.2 * len(after)

    def _groups(self) -> list[tuple[int, bool]]:
        """For each line, the first of the lines that it would be one heading with, and whether
        they are few enough for one."""
        found: list[tuple[int, bool]] = []
        start = 0
        for at, line in enumerate(self.lines):
            if at and not same_heading(self.lines[at - 1], line, self.body):
                found += [(start, not is_too_long(self.lines[start:at]))] * (at - start)
                start = at
        rest = self.lines[start:]
        return found + [(start, not is_too_long(rest))] * len(rest)

    def paragraphs(self) -> list[Paragraph]:
        found: list[Paragraph] = []
        tables = rows(self.lines, self.x0, self.x1)
        verse = self._verse() - tables
        for at, line in enumerate(self.lines):
            last = found[-1] if found else None
            kind = Kind.VERSE if at in verse else self._kind(at, last, tables)
            if (
                (kind is Kind.VERSE and at - 1 in verse)
                or (
                    last is not None
                    and kind is Kind.HEADING is last.kind
                    and same_heading(last.lines[-1], line, self.body)
                )
                or (
                    last is not None
                    and kind is Kind.PARAGRAPH
                    and last.kind in (Kind.PARAGRAPH, Kind.ITEM, Kind.CAPTION)
                    and not self._begins(last, line)
                )
            ):
                found[-1].lines.append(line)
                continue
            if kind is Kind.PARAGRAPH:
                kind = _first_kind(line)
            indented = line.x0 - self.x0 > INDENT * line.size
            found.append(Paragraph([line], kind, self.x1, Skip.NO, indented))
        return found

    def _kind(self, at: int, last: Paragraph | None, tables: set[int]) -> Kind:
        line = self.lines[at]
        if at in tables:
            return Kind.CELL
        if _LEADERS.search(line.text):
            return Kind.ITEM
        start, few = self.groups[at]
        styled = is_styled(line, self.body)
        if styled and (not few or (at > start and last is not None)):
            goes_on = few and last is not None and last.kind is Kind.HEADING
            return Kind.HEADING if goes_on else Kind.PARAGRAPH
        before = line.y - self.lines[at - 1].y if at else float("inf")
        after = self.lines[at + 1].y - line.y if at + 1 < len(self.lines) else float("inf")
        fits = last is None or last.kind is Kind.HEADING or self._is_short(last, line)
        heading = not is_caption(line.text) and is_heading(
            line, before, after, self.x1 - self.x0, fits, self.body
        )
        return Kind.HEADING if heading else Kind.PARAGRAPH

    def _is_short(self, last: Paragraph, line: Line) -> bool:
        """Whether the paragraph's last line ends where the next word would have fitted."""
        end = last.lines[-1]
        room = self.x1 - end.x1
        if ends_sentence(end.text) and room > _EDGE * end.size:
            return True
        word = len(line.text.split(None, 1)[0]) if line.text.split() else 0
        each = (line.x1 - line.x0) / max(1, len(line.text))
        return room > (word + 2) * each

    def _begins(self, last: Paragraph, line: Line) -> bool:
        """Whether the line begins a paragraph after the one that is being made."""
        end, first = last.lines[-1], last.lines[0]
        size = line.size
        if abs(size - end.size) > _SIZE_CHANGE * max(size, end.size):
            return True
        if line.bold not in (end.bold, self.body.bold) and not _hyphened(end.text):
            return self._is_short(last, line)
        leading = self._leading(size)
        if line.y - end.y > _APART * max(leading, 1.05 * size):
            return True
        if _hyphened(end.text) and starts_small(line.text):
            return False
        marked = has_list_mark(line.text)
        if marked and (
            ends_sentence(end.text)
            or abs(line.x0 - first.x0) < _EDGE * size < abs(line.x0 - end.x0)
            or self._is_short(last, line)
            or (last.kind is Kind.ITEM and abs(line.x0 - first.x0) < _EDGE * size)
        ):
            return True
        if is_caption(line.text) and self._is_short(last, line):
            return True
        if self.hangs:
            return line.x0 - self.outer < _EDGE * size and (
                end.x0 - self.outer > INDENT * size
                or ends_sentence(end.text)
                or self._is_short(last, line)
            )
        inner = min(one.x0 for one in last.lines[1:]) if len(last.lines) > 1 else None
        if inner is None:
            if line.x0 - first.x0 > INDENT * size:
                # A hanging indent, or a new paragraph's first line below a paragraph of one.
                hangs = last.kind is Kind.ITEM or not (
                    ends_sentence(end.text) or self._is_short(last, line)
                )
                return not hangs
            if abs(line.x0 - first.x0) < _EDGE * size and last.indented:
                # Two indented lines: a paragraph of one line, or a quotation.
                if self.body.indented and ends_sentence(end.text):
                    return True
                return self._is_short(last, line) and not starts_small(line.text)
        elif line.x0 - inner > INDENT * size:
            return True
        elif inner - line.x0 > INDENT * size:
            return first.x0 - line.x0 > -_EDGE * size
        if last.kind is Kind.ITEM and inner is None and first.x0 - line.x0 > INDENT * size:
            return ends_sentence(end.text)
        if self.body.indented and line.x0 - self.x0 < INDENT * size:
            # Its first lines begin further in: this one is none, unless half a line is left.
            return ends_sentence(end.text) and self.x1 - end.x1 > 0.5 * (self.x1 - self.x0)
        return self._is_short(last, line) and (
            (ends_sentence(end.text) or self.justified) and not starts_small(line.text)
        )

    def _verse(self) -> set[int]:
        """Lines of verse, addresses: short, of all lengths, and each begins with a capital."""
        found: set[int] = set()
        run: list[int] = []
        for at, line in enumerate([*self.lines, None]):
            step = line.y - self.lines[at - 1].y if line is not None and run else 1.0
            if line is not None and (
                self.x1 - line.x1 > 0.12 * (self.x1 - self.x0)
                and line.text.lstrip(OPENERS)[:1].isupper()
                and not is_styled(line, self.body)
                and not is_caption(line.text)
                and 0 < step < _APART * self._leading(line.size)
            ):
                run.append(at)
                continue
            lines = [self.lines[index] for index in run]
            ends = [one.x1 for one in lines]
            if (
                len(run) >= 3
                and max(ends) - min(ends) > 2 * self.size
                and max(one.x0 for one in lines) - min(one.x0 for one in lines) < 2 * self.size
                # Speeches end in full stops.
                and sum(ends_sentence(one.text) for one in lines) < 0.4 * len(run)
            ):
                found.update(run)
            run = []
        return found


def without_leaders(text: str) -> str:
    """A line of a table of contents without the dots that lead to its page."""
    return _LEADERS.sub(" ", text)


def _first_kind(line: Line) -> Kind:
    if is_caption(line.text):
        return Kind.CAPTION
    return Kind.ITEM if has_list_mark(line.text) else Kind.PARAGRAPH


def _hyphened(text: str) -> bool:
    return text[-1:] in "-\u2010\u00ad"
