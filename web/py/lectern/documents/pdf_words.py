"""Lines of a paragraph -> its text: hyphens at line ends undone, marks told apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lectern.documents.model import Skip
from lectern.documents.pdf_lines import Line
from lectern.documents.pdf_notes import split_marks, start_mark
from lectern.documents.raised import superscript

_SOFT = "\u00ad"
_HYPHENS = "-\u2010" + _SOFT
_FIRST_HALF = re.compile(rf"[^\W\d_](?:['’\w]|[{_HYPHENS}](?=\w))*[{_HYPHENS}]$|\w[{_HYPHENS}]$")
_WORD = re.compile(r"\w+(?:[-\u2010’']\w+)*")
#: Scripts that are written without spaces between words.
_UNSPACED = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]"
)
_NO_SPACE_AFTER = "—/"
_CITATION = re.compile(r"\s?\[\d{1,4}(?:\s?[,;–-]\s?\d{1,4})*\]")
_ENTRY = re.compile(r"\[\d{1,4}\]\s")
_ENDS_CELL = ".,;:!?…"


@dataclass(slots=True)
class Words:
    """Knows the words of a document, so that halves of words are joined as it writes them.

    ``marks``: of the notes of each page, by its number.
    """

    marks: dict[int, frozenset[str]] = field(default_factory=dict)
    cited: bool = False
    _known: Counter[str] = field(default_factory=Counter)

    def learn(self, lines: Iterable[Line]) -> None:
        """Count the words that stand within lines."""
        for line in lines:
            text = line.text
            found = _WORD.findall(text.casefold())
            if text[-1:] in _HYPHENS and found:
                found.pop()
            self._known.update(found)
            self.cited = self.cited or _ENTRY.match(text) is not None

    def text_of(self, lines: Sequence[Line], skip: Skip = Skip.NO) -> list[tuple[str, Skip]]:
        """The lines' text as runs, and why each is skipped, within a block that is ``skip``."""
        found: list[tuple[str, Skip]] = []
        for line in lines:
            new = self._runs_of(line, skip)
            if found and new:
                self._join(found, new)
            found += new
        return self._without_citations(found) if self.cited and skip is Skip.NO else found

    def row(self, line: Line) -> str:
        """The text of a table's row, its cells set apart for the ear."""
        cells = [line.text_of(cell) for cell in line.cells]
        text = ""
        for cell in cells:
            text += ("" if not text else " " if text[-1] in _ENDS_CELL else ", ") + cell
        return text.replace(_SOFT, "")

    def _runs_of(self, line: Line, skip: Skip) -> list[tuple[str, Skip]]:
        marks = self.marks.get(line.page)
        if skip is Skip.NOTE and line.runs()[0][1] and start_mark(line):
            mark, *rest = line.runs()
            return [(mark[0] + " ", Skip.NO), *((text, Skip.NO) for text in _scripted(rest))]
        if skip is not Skip.NO or not marks:
            return [(line.text, Skip.NO)]
        found: list[tuple[str, Skip]] = []
        before = ""
        for text, raised in line.runs():
            for at, part in enumerate(split_marks(text, raised, before, marks)):
                if at % 2:
                    found.append((part, Skip.NOTE))
                elif part:
                    found.append((superscript(part, before) if raised else part, Skip.NO))
            before = text
        return found

    def _join(self, found: list[tuple[str, Skip]], new: list[tuple[str, Skip]]) -> None:
        """Change the end of the one so that the other can follow it."""
        (last, skip), following = found[-1], new[0][0]
        half = _FIRST_HALF.search(last.rstrip())
        if half and skip is Skip.NO and following[:1].isalnum():
            last = last.rstrip()
            if self._is_split(half.group(), following):
                last = last[:-1]
            elif last[-1] == _SOFT:
                last = last[:-1] + "-"
            found[-1] = (last, skip)
        elif not (
            last[-1:] in _NO_SPACE_AFTER
            or (_UNSPACED.match(last[-1:]) and _UNSPACED.match(following[:1]))
        ):
            found.append((" ", Skip.NO))

    def _is_split(self, half: str, following: str) -> bool:
        """Whether the hyphen after ``half`` is there only because the line ended."""
        if half[-1] == _SOFT:
            return True
        match = _WORD.match(following)
        rest = match.group().casefold() if match else ""
        if not following[:1].islower() and following[:1].upper() == following[:1].lower():
            return following[:1].isalpha()  # a script without capitals
        if not following[:1].islower():
            return False
        first = half[:-1].casefold().replace("\u2010", "-").replace(_SOFT, "")
        hyphened = self._known[f"{first}-{rest}"]
        together = self._known[first + rest]
        if hyphened or together:
            return together >= hyphened
        # As in "state-of-the-art": what has a hyphen already gets another.
        last = first.rsplit("-", 1)[-1]
        return not ("-" in first and self._known[last] and self._known[rest])

    def _without_citations(self, found: list[tuple[str, Skip]]) -> list[tuple[str, Skip]]:
        parts: list[tuple[str, Skip]] = []
        for text, skip in _merged(found):
            position = 0
            for match in _CITATION.finditer(text) if skip is Skip.NO else ():
                if match.start() == 0 and not parts:
                    continue  # the entry itself
                parts += [(text[position : match.start()], skip)]
                parts += [(match.group(), Skip.REFERENCE)]
                position = match.end()
            parts.append((text[position:], skip))
        return parts


def _scripted(runs: Iterable[tuple[str, bool]]) -> Iterable[str]:
    before = ""
    for text, raised in runs:
        before = superscript(text, before) if raised else text
        yield before


def clean(text: str) -> str:
    """Without soft hyphens, which are not spoken."""
    return text.replace(_SOFT, "")


def _merged(found: list[tuple[str, Skip]]) -> list[tuple[str, Skip]]:
    merged: list[tuple[str, Skip]] = []
    for text, skip in found:
        if merged and merged[-1][1] is skip:
            merged[-1] = (merged[-1][0] + text, skip)
        else:
            merged.append((text, skip))
    return merged
