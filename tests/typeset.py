"""A small typesetter: known text set into the items that pdf.js would find on its pages.

So the right reading order is known by construction. Widths are roughly those of Times. In texts
``^{…}`` is raised and ``_{…}`` lowered; a raised mark that ``notes`` has sets its note at the
foot of the column.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lectern.documents.model import Document, Skip
from lectern.documents.pdf_items import PdfItem, PdfPage

ROMAN, BOLD = "Times-Roman", "Times-Bold"
_NARROW, _WIDE = set("iljtfrI.,;:!'|()[]-"), set("mwMWCDGHKNOQUVXYAB&@")
_PARTS = re.compile(r"\^\{([^}]*)\}|_\{([^}]*)\}")
_WORDS = re.findall(
    r"\w+",
    "the a of and to in that it was his her with for as had on at by which this from they not "
    "river mountain evening window letter garden silence morning journey captain village winter "
    "remember consider wandering understand beautiful afterwards something carefully everything "
    "gentleman conversation impossible opportunity particular yesterday neighbour fortunate light "
    "house stone water bread horse field paper voice clock table slowly before under against "
    "remarkable countryside disappointed necessary different important expression government",
)


@dataclass(frozen=True)
class Text:
    """A paragraph. ``apart``: points above it."""

    text: str
    size: float = 10.0
    font: str = ROMAN
    indent: float = 12.0
    hanging: float = 0.0
    apart: float = 0.0
    justified: bool = True
    centred: bool = False
    #: Across all columns, what was set so far balanced above it.
    wide: bool = False


def heading(text: str, size: float = 14.0, *, wide: bool = False, centred: bool = False) -> Text:
    return Text(text, size, BOLD, 0.0, apart=14.0, justified=False, wide=wide, centred=centred)


@dataclass
class Setter:
    """Sets texts into pages. Lengths in points; ``jitter``: how far items stray."""

    columns: int = 1
    gutter: float = 18.0
    width: float = 612.0
    height: float = 792.0
    margin: float = 72.0
    leading: float = 1.2
    jitter: float = 0.0
    #: Part of the long words at line ends that are split.
    hyphenate: float = 0.0
    #: Whole lines as items, not words.
    whole_lines: bool = False
    seed: int = 1
    notes: Mapping[str, str] = field(default_factory=dict)
    note_size: float = 8.0
    #: (page from 0) -> what stands left, centred and right above or below the text.
    head: Callable[[int], tuple[str, str, str]] | None = None
    foot: Callable[[int], tuple[str, str, str]] | None = None

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.pages: list[list[PdfItem]] = []
        self._new_page()

    def set(self, texts: Sequence[Text]) -> list[PdfPage]:
        for text in texts:
            if text.wide and self.columns > 1:
                self._set_wide(text)
            else:
                self._set(text)
        self._put_notes()
        return [PdfPage(self.width, self.height, tuple(items)) for items in self.pages]

    def put(self, text: str, x: float, y: float, size: float = 10.0, font: str = ROMAN) -> float:
        """Items of a line of words from x on; where it ends."""
        words = [text] if self.whole_lines else text.split(" ")
        for word in words:
            for part, shift in _parts(word):
                small = size * 0.7 if shift else size
                wide = measure(part, small)
                self._item(part, x, y - shift * size, wide, small, font)
                x += wide
            x += measure(" ", size)
        return x - measure(" ", size)

    def _item(self, text: str, x: float, y: float, wide: float, size: float, font: str) -> None:
        dx, dy = (self.random.uniform(-self.jitter, self.jitter) for _ in range(2))
        self.pages[-1].append(PdfItem(text, x + dx, y + dy, wide, size, font, size))

    def _new_page(self) -> None:
        self.pages.append([])
        number = len(self.pages) - 1
        for which, y in ((self.head, 48.0), (self.foot, self.height - 40.0)):
            if which is not None:
                left, middle, right = which(number)
                for text, place in ((left, 0.0), (middle, 0.5), (right, 1.0)):
                    if text:
                        room = self.width - 2 * self.margin - measure(text, 9.0)
                        self.put(text, self.margin + place * room, y, 9.0)
        self.top = self.margin + 10.0
        self.column = 0
        self._new_column()

    def _new_column(self) -> None:
        self.y = self.top
        self.column_notes: list[tuple[str, str]] = []
        self.first = True

    @property
    def _column_width(self) -> float:
        whole = self.width - 2 * self.margin
        return (whole - (self.columns - 1) * self.gutter) / self.columns

    @property
    def _x(self) -> float:
        return self.margin + self.column * (self._column_width + self.gutter)

    def _set(self, text: Text) -> None:
        lines = self._broken(text, self._column_width)
        step = text.size * self.leading
        if not self.first:
            self.y += text.apart
        for at, (words, indent) in enumerate(lines):
            marks = [
                part
                for word in words
                for part, shift in _parts(word)
                if shift > 0 and part in self.notes
            ]
            new = [(mark, self.notes[mark]) for mark in marks]
            bottom = self.height - self.margin - self._notes_height(self.column_notes + new)
            # A heading stays with two lines of its text.
            keep = 3 * 12.0 if text.font == BOLD and at == 0 else 0.0
            if self.y + keep > bottom:
                self._put_notes()
                self.column += 1
                if self.column == self.columns:
                    self._new_page()
                else:
                    self._new_column()
            self.column_notes += new
            self._line(
                text,
                words,
                self._x + indent,
                self._column_width - indent,
                last=at == len(lines) - 1,
            )
            self.y += step
            self.first = False

    def _set_wide(self, text: Text) -> None:
        """Only at the top of a page, or below columns of which the last was begun."""
        whole = self.width - 2 * self.margin
        lowest = max((item.y for item in self.pages[-1] if item.y < self.height - 60), default=0)
        y = max(self.top, lowest + 20.0 if self.pages[-1] and lowest > 60 else 0.0)
        if self.y == self.top and self.column == 0:
            y = self.top
        lines = self._broken(text, whole)
        if y + 12 * (len(lines) + 4) > self.height - self.margin:
            self._new_page()
            y = self.top
        self.column, self.y = 0, y
        for at, (words, indent) in enumerate(lines):
            self._line(text, words, self.margin + indent, whole - indent, last=at == len(lines) - 1)
            self.y += text.size * self.leading
        self.top = self.y + 14.0
        self._new_column()

    def _broken(self, text: Text, width: float) -> list[tuple[list[str], float]]:
        """Lines as words and how far they begin from the left."""
        lines: list[tuple[list[str], float]] = []
        pending = text.text.split(" ")[::-1]
        words: list[str] = []
        indent = text.indent
        while pending:
            word = pending.pop()
            room = width - indent - measure(" ".join([*words, word]), text.size)
            if room < 0 and words:
                bare = word.isalpha() and len(word) >= 7
                half = len(word) // 2
                spare = width - indent - measure(" ".join([*words, word[:half] + "-"]), text.size)
                if bare and spare >= 0 and self.random.random() < self.hyphenate:
                    words.append(word[:half] + "-")
                    pending.append(word[half:])
                else:
                    pending.append(word)
                lines.append((words, indent))
                words, indent = [], text.hanging
            else:
                words.append(word)
        return [*lines, (words, indent)]

    def _line(self, text: Text, words: list[str], x: float, room: float, *, last: bool) -> None:
        spare = room - measure(" ".join(words), text.size)
        if text.centred:
            x += spare / 2
        stretch = 0.0
        if text.justified and not last and len(words) > 1:
            stretch = spare / (len(words) - 1)
        if self.whole_lines and not any("{" in word for word in words):
            wide = measure(" ".join(words), text.size) + stretch * (len(words) - 1)
            self._item(" ".join(words), x, self.y, wide, text.size, text.font)
            return
        for word in words:
            end = x
            for part, shift in _parts(word):
                small = text.size * 0.7 if shift else text.size
                wide = measure(part, small)
                self._item(part, end, self.y - shift * text.size, wide, small, text.font)
                end += wide
            x = end + measure(" ", text.size) + stretch

    def _notes_height(self, notes: Sequence[tuple[str, str]]) -> float:
        return sum(
            len(self._note_lines(mark, note)) * self.note_size * self.leading
            for mark, note in notes
        ) + (14.0 if notes else 0.0)

    def _note_lines(self, mark: str, note: str) -> list[tuple[list[str], float]]:
        state = self.random.getstate()
        whole = Text(f"^{{{mark}}}{note}", self.note_size, indent=8.0)
        lines = self._broken(whole, self._column_width)
        self.random.setstate(state)
        return lines

    def _put_notes(self) -> None:
        below = self.y
        self.y = self.height - self.margin - self._notes_height(self.column_notes) + 14.0
        for mark, note in self.column_notes:
            lines = self._note_lines(mark, note)
            text = Text("", self.note_size)
            for at, (words, indent) in enumerate(lines):
                self._line(
                    text,
                    words,
                    self._x + indent,
                    self._column_width - indent,
                    last=at == len(lines) - 1,
                )
                self.y += self.note_size * self.leading
        self.column_notes, self.y = [], below


def measure(text: str, size: float) -> float:
    """The width of a text, of what is raised in it as well."""
    wide = 0.0
    for part, shift in _parts(text):
        each = size * 0.7 if shift else size
        for letter in part:
            wide += each * (
                0.25 if letter == " " else 0.3 if letter in _NARROW else
                0.72 if letter in _WIDE else 0.47
            )  # fmt: skip
    return wide


def _parts(text: str) -> list[tuple[str, float]]:
    """Pieces of a word, and how far they are raised, in sizes of the font."""
    found: list[tuple[str, float]] = []
    position = 0
    for match in _PARTS.finditer(text):
        found.append((text[position : match.start()], 0.0))
        found.append((match.group(1) or match.group(2), 0.35 if match.group(1) else -0.15))
        position = match.end()
    found.append((text[position:], 0.0))
    return [part for part in found if part[0]]


def sentences(chance: random.Random, count: int) -> str:
    """Made-up sentences."""
    found = []
    for _ in range(count):
        words = [chance.choice(_WORDS) for _ in range(chance.randint(5, 18))]
        if len(words) > 9:
            words[6] += ","
        found.append(" ".join(words).capitalize() + chance.choice("...?!"))
    return " ".join(found)


def prose(paragraphs: int, seed: int = 1, *, least: int = 2, most: int = 7) -> list[Text]:
    chance = random.Random(seed)
    return [Text(sentences(chance, chance.randint(least, most))) for _ in range(paragraphs)]


def plain(text: str) -> str:
    return _PARTS.sub(lambda match: match.group(1) or match.group(2), text)


def spoken(document: Document) -> list[str]:
    """The text of each block that is read aloud, what is skipped in it left out."""
    found = []
    for block in document.blocks:
        if block.skip is Skip.NO:
            position, text = block.start, ""
            for span in block.skipped:
                text += document.text[position : span.start]
                position = span.end
            found.append(text + document.text[position : block.end])
    return found


def skipped(document: Document, skip: Skip) -> list[str]:
    """The text of each block that is skipped for that reason."""
    return [
        document.text[block.start : block.end] for block in document.blocks if block.skip is skip
    ]


def in_order(found: Sequence[str], wanted: Sequence[str]) -> float:
    """The share of the wanted words that the found ones have in the right order."""
    ours, theirs = " ".join(found).split(), " ".join(wanted).split()
    if ours == theirs:
        return 1.0
    # Patience: the longest run of words that occur in both, each one once more than before.
    from difflib import SequenceMatcher

    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    same = sum(block.size for block in blocks)
    return same / max(len(ours), len(theirs), 1)
