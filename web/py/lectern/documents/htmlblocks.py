"""Runs of text on their way into blocks; which blocks turn out to be notes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lectern.documents.model import Block, Builder, Kind, Skip
from lectern.documents.raised import subscript, superscript

#: What leads to a note is short, and so is a note; more is a chapter.
MAX_MARK = 24
MAX_NOTE = 4000
MAX_NOTE_BLOCKS = 8
_SPACE = re.compile(r"\s+")
#: Nothing is heard or seen of them; the joiners of Persian and Hindi are not among them.
_UNHEARD = re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]")
_ONE = r"(?:\d{1,4}|[a-zA-Z]|[ivxlc]{1,7}|[*†‡§¶‖#✝∗⁎]{1,4})"
_MARK = re.compile(
    rf"\s*[\[(]?\s*(?:(?:note|nb|fn|n)\.?\s*)?{_ONE}(?:\s*[,;–-]\s*{_ONE})*\s*[\])]?[.,:]?\s*",
    re.IGNORECASE,
)
_SYMBOL = re.compile(r"\s*[*†‡§¶‖∗⁎⁰¹²³⁴-⁹]{1,4}\s*")
#: What a mark without brackets stands behind; "p." and "Fig." are followed by other numbers.
_WORD_END = re.compile(r"[^\W\d_][\])’'”\"»]{0,2}[.,;:!?…]{0,3}[\])’'”\"»]{0,2}\Z")
_COUNTED = re.compile(
    r"(?:^|\W)(?:pp?|figs?|abb|tab|eqs?|secs?|chap|ch|nos?|nr|n|vol|art|bd|s|v)\.?\Z", re.IGNORECASE
)
_NUMBER = re.compile(r"\s*\d{1,4}\s*")
#: What leads back from a note, besides its mark.
_BACK = re.compile(r"\s*[\[(]?\s*(?:[↩↑↵⤴⏎▲^]\ufe0e?|back|return|retour|zurück)\s*[\])]?\s*")
_BRACKETED = re.compile(r"\s*\[\s*\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*\s*\]\s*")
_CITATION = re.compile(r"\s?\[\s?\d{1,4}(?:\s?[,;–-]\s?\d{1,4}){0,50}\s?\]")


class How:
    """How a run stands in its block: a sum of these (an IntFlag's sums are slow)."""

    PLAIN = 0
    LINKED = 1
    RAISED = 2
    LEADS = 4  # to a fragment
    BREAK = 8  # a line's end
    LOWERED = 16
    CODE = 64
    GLUED = 32  # a linked number right behind a word: a mark, if its note leads back


class Run(NamedTuple):
    text: str
    skip: Skip
    how: int


class _Mark(NamedTuple):
    """A link that may be the mark of a note. ``certain``: it says so itself; ``leads``: no word
    of its block stands before it, as in a note, whose own mark leads back."""

    href: str
    certain: bool
    leads: bool
    glued: bool


class _Marked(NamedTuple):
    """The same to within this file, once its block is known."""

    block: int
    identifier: str
    certain: bool
    leads: bool
    #: Which of the block's skipped spans it is, if it is read unless its note leads back.
    span: int


@dataclass(slots=True)
class Place:
    """Where an element with an id lies: its first and last block, and the offset of the first.

    -1: no block is known yet.
    """

    first: int = -1
    last: int = -1
    start: int = -1


@dataclass(slots=True)
class Blocks:
    """The block that is being made, and what has to be known of those that are done."""

    builder: Builder
    language: str
    #: Counts blocks that were ended, so that an element knows whether it began in this one.
    serial: int = 0
    runs: list[Run] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    #: Hrefs of marks that lead to another file's notes.
    far_marks: dict[str, None] = field(default_factory=dict)
    #: The same of marks that are such only if the note leads back.
    unsure_marks: dict[str, None] = field(default_factory=dict)
    _waiting: list[Place] = field(default_factory=list)
    _links: list[str] = field(default_factory=list)
    _marks: list[_Mark] = field(default_factory=list)
    _links_of: dict[int, list[str]] = field(default_factory=dict)
    #: Blocks with a link to a place in another file.
    _leave: set[int] = field(default_factory=set)
    _leaves: bool = False
    _marked: list[_Marked] = field(default_factory=list)
    #: Ids that links lead to which stand as those of notes do that lead back.
    _backs: list[str] = field(default_factory=list)
    _backs_of: dict[int, list[str]] = field(default_factory=dict)
    #: The first run of the block with a letter or digit in it, -1 before there is one.
    _first_word: int = -1

    def add(self, text: str, skip: Skip, how: int) -> None:
        text = _UNHEARD.sub("", text)
        if text:
            if self._first_word < 0 and any(map(str.isalnum, text)):
                self._first_word = len(self.runs)
            self.runs.append(Run(text, skip, how))

    def trim(self) -> bool:
        """Take the space away that the block ends with so far; whether anything is left."""
        runs = self.runs
        while runs and runs[-1].text.isspace():
            runs.pop()
        if runs:
            runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip())
        return bool(runs)

    def name(self, identifier: str) -> Place:
        """An element with this id begins; the first of two with one id counts."""
        place = Place()
        if identifier not in self.places:
            self.places[identifier] = place
            self._waiting.append(place)
        return place

    def close(self, place: Place) -> None:
        """The element ends, and with it the block if it is one."""
        if place.first >= 0:
            place.last = max(place.first, len(self.builder.blocks) - 1)

    def link(self, href: str) -> None:
        """A link to within this file, for notes that lead back."""
        if href.startswith("#") and len(href) > 1:
            self._links.append(href[1:])
        elif "#" in href:
            self._leaves = True

    def mark(self, first: int, href: str, *, noteref: bool) -> None:
        """A link ended whose runs are those from ``first``: it may be the mark of a note."""
        text = self._text_from(first)
        if text is None or "#" not in href:
            return
        bracketed = bool(_BRACKETED.fullmatch(text))
        if not bracketed and _NUMBER.fullmatch(text) and first:
            bracketed = self.runs[first - 1].text.rstrip().endswith("[")
        runs = [run for run in self.runs[first:] if not run.text.isspace()]
        raised = bool(runs) and all(run.how & How.RAISED for run in runs)
        is_mark = bool(_SYMBOL.fullmatch(text)) or (raised and bool(_MARK.fullmatch(text)))
        leads = not 0 <= self._first_word < first
        if href.startswith("#") and (_BACK.fullmatch(text) or (leads and _MARK.fullmatch(text))):
            self._backs.append(href[1:])
        glued = not (leads or bracketed or is_mark or noteref) and self._is_glued(first, text)
        if noteref or is_mark or bracketed or glued:
            self._marks.append(_Mark(href, noteref, leads, glued))
        if glued:
            self.runs[first] = self.runs[first]._replace(
                skip=Skip.NOTE, how=self.runs[first].how | How.GLUED
            )
        if is_mark and not bracketed:
            self._skip_from(first)

    def _is_glued(self, first: int, text: str) -> bool:
        """Whether the runs from ``first`` are a bare number right behind a word."""
        if len(self.runs) - first != 1 or self.runs[first].skip is not Skip.NO:
            return False
        before = "".join(run.text[-12:] for run in self.runs[max(0, first - 4) : first])[-12:]
        is_word = _WORD_END.search(before) and not _COUNTED.search(before)
        return bool(is_word) and text.isdecimal() and len(text) <= 3

    def raised(self, first: int) -> None:
        """A superscript ended whose runs are those from ``first``."""
        text = self._text_from(first)
        if text is None or not _MARK.fullmatch(text) or _BRACKETED.fullmatch(text):
            return
        if any(run.how & How.LEADS for run in self.runs[first:]):
            self._skip_from(first)

    def flush(self, kind: Kind, level: int, language: str, *, breaks: bool) -> Block | None:
        """End the block. ``breaks``: line ends in it make it verse."""
        runs, self.runs = self.runs, []
        links, self._links = self._links, []
        marks, self._marks = self._marks, []
        backs, self._backs = self._backs, []
        self.serial += 1
        self._first_word = -1
        leaves, self._leaves = self._leaves, False
        if not runs:
            return None
        if kind is not Kind.VERSE:
            runs, has_lines = _lines(runs)
            if has_lines and breaks:
                kind = Kind.VERSE
        spans: list[int] = []
        count = 0
        for text, skip, is_code, glued in _merged(_with_scripts(_without_citations(runs))):
            self.builder.add(text, skip, literal=is_code)
            spans += [count] * glued
            count += skip is not Skip.NO
        language = "" if language == self.language else language
        block = self.builder.end(kind, level=level, language=language)
        if block is None:
            return None
        index = len(self.builder.blocks) - 1
        for place in self._waiting:
            place.first, place.last, place.start = index, index, block.start
        self._waiting.clear()
        if links:
            self._links_of[index] = links
        if backs:
            self._backs_of[index] = backs
        if leaves:
            self._leave.add(index)
        known = iter(spans if count == len(block.skipped) else ())
        for href, certain, leads, glued in marks:
            span = next(known, -1) if glued else -1
            if href.startswith("#"):
                self._marked.append(_Marked(index, href[1:], certain, leads, span))
            elif glued:
                self.unsure_marks[href] = None
            elif certain or not leads:
                self.far_marks[href] = None
        return block

    def find_notes(self, more: Collection[str], perhaps: Collection[str]) -> None:
        """Skip the blocks of what marks lead to and what leads back to its mark, of the
        elements with the ids ``more``, and of those of ``perhaps`` that lead to another file."""
        for identifier in more:
            self._skip_note(self.places.get(identifier))
        for identifier in perhaps:
            place = self.places.get(identifier)
            if place is not None and not self._leave.isdisjoint(
                range(place.first, min(place.last, place.first + MAX_NOTE_BLOCKS) + 1)
            ):
                self._skip_note(place)
        led: dict[str, set[int]] = {}
        led_back: dict[str, set[int]] = {}
        # From a block to the one of its note, by a mark that has words before it.
        from_text = set()
        for mark in self._marked:
            place = self.places.get(mark.identifier)
            if place is not None and not mark.leads:
                from_text.add((mark.block, place.first))
        confirmed: set[tuple[int, int]] = set()
        for mark in self._marked:
            place = self.places.get(mark.identifier)
            if place is None or place.first in (-1, mark.block):
                continue
            is_behind = place.first > mark.block
            # The link back looks like a mark as well, and the paragraph that it leads to must
            # not be taken for a note.
            back = mark.leads and (not is_behind or (place.first, mark.block) in from_text)
            if back and not mark.certain:
                continue
            if mark.identifier not in led:
                led[mark.identifier] = self._targets(place, self._links_of)
                led_back[mark.identifier] = self._targets(place, self._backs_of)
            # A note stands behind its mark, or in the margin before it.
            found = led if is_behind else led_back
            if (mark.certain and is_behind) or mark.block in found[mark.identifier]:
                self._skip_note(place)
                confirmed.add((mark.block, mark.span))
        self._read_numbers(confirmed)

    def _read_numbers(self, confirmed: Collection[tuple[int, int]]) -> None:
        """Read the numbers behind words that turned out to be no marks."""
        wrong: dict[int, set[int]] = {}
        for mark in self._marked:
            if mark.span >= 0 and (mark.block, mark.span) not in confirmed:
                wrong.setdefault(mark.block, set()).add(mark.span)
        for index, spans in wrong.items():
            block = self.builder.blocks[index]
            kept = [one for at, one in enumerate(block.skipped) if at not in spans]
            self.builder.blocks[index] = replace(block, skipped=tuple(kept))

    def _targets(self, place: Place, links_of: Mapping[int, list[str]]) -> set[int]:
        """The blocks that such links in a short element lead to."""
        if place.last - place.first >= MAX_NOTE_BLOCKS:
            return set()
        found = set()
        for index in range(place.first, place.last + 1):
            for link in links_of.get(index, ()):
                target = self.places.get(link)
                if target is not None:
                    found.add(target.first)
        return found

    def _skip_note(self, place: Place | None) -> None:
        if place is None or place.first < 0 or place.last - place.first >= MAX_NOTE_BLOCKS:
            return
        blocks = self.builder.blocks
        part = blocks[place.first : place.last + 1]
        if part[-1].end - part[0].start > MAX_NOTE:
            return
        if any(block.kind is Kind.HEADING for block in part):
            return
        for index, block in enumerate(part, place.first):
            if block.skip is Skip.NO:
                blocks[index] = replace(block, skip=Skip.NOTE, skipped=())

    def _text_from(self, first: int) -> str | None:
        """The text of the runs, None when it is too long for a mark."""
        if not 0 < len(self.runs) - first <= MAX_MARK:
            return None
        text = "".join(run.text[: MAX_MARK + 1] for run in self.runs[first:])
        return text if len(text) <= MAX_MARK else None

    def _skip_from(self, first: int) -> None:
        for index in range(first, len(self.runs)):
            run = self.runs[index]
            if run.skip is Skip.NO:
                self.runs[index] = run._replace(skip=Skip.NOTE)


def _lines(runs: list[Run]) -> tuple[list[Run], bool]:
    """The runs with white space as HTML has it, and whether there are line ends within."""
    first = next((i for i, run in enumerate(runs) if not run.text.isspace()), len(runs))
    last = next((i for i in range(len(runs), 0, -1) if not runs[i - 1].text.isspace()), 0)
    found: list[Run] = []
    has_lines = False
    for index in range(first, last):
        run = runs[index]
        if run.how & How.BREAK:
            has_lines = True
            if found:
                found[-1] = found[-1]._replace(text=found[-1].text.rstrip())
            found.append(run)
            continue
        text = _SPACE.sub(" ", run.text)
        if found and found[-1].text.endswith("\n"):
            text = text.lstrip()
        if text:
            found.append(run._replace(text=text))
    return found, has_lines


def _without_citations(runs: list[Run]) -> list[Run]:
    """Skip "[12]" where a part of it is a link or raised, with the space before it."""
    text = "".join(run.text for run in runs)
    if "[" not in text or not any(run.how & (How.LINKED | How.RAISED) for run in runs):
        return runs
    cites = list(_CITATION.finditer(text))
    found: list[Run] = []
    position = which = 0
    # Which part of a citation is marked is known only when the whole of it was seen.
    special = _marked_citations(runs, [one.span() for one in cites])
    for run in runs:
        end = position + len(run.text)
        at = position
        while at < end:
            while which < len(special) and special[which][1] <= at:
                which += 1
            inside = which < len(special) and special[which][0] <= at
            if which == len(special):
                to = end
            else:
                to = min(end, special[which][1] if inside else special[which][0])
            part = run._replace(text=run.text[at - position : to - position])
            if inside and run.skip is Skip.NO:
                part = part._replace(skip=Skip.REFERENCE)
            found.append(part)
            at = to
        position = end
    return found


def _marked_citations(runs: list[Run], cites: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    position = which = 0
    for run in runs:
        end = position + len(run.text)
        while which < len(cites) and cites[which][1] <= position:
            which += 1
        if run.how & (How.LINKED | How.RAISED):
            at = which
            while at < len(cites) and cites[at][0] < end:
                if not found or found[-1] != cites[at]:
                    found.append(cites[at])
                at += 1
        position = end
    return found


def _with_scripts(runs: list[Run]) -> Iterable[Run]:
    """Digits that are raised or lowered as such; the marks of notes stay as they are."""
    before = ""
    for run in runs:
        text = run.text
        if run.how & (How.RAISED | How.LOWERED) and run.skip is Skip.NO:
            text = subscript(text) if run.how & How.LOWERED else superscript(text, before)
        yield run._replace(text=text) if text is not run.text else run
        before = text[-2:] if len(text) > 1 else (before + text)[-2:]


def _merged(runs: Iterable[Run]) -> Iterable[tuple[str, Skip, bool, int]]:
    """Text, why it is skipped, whether it is code, and how many marks in it are to be confirmed."""
    pieces: list[str] = []
    behind, was_code, glued = Skip.NO, False, 0
    for text, skip, how in runs:
        is_code = bool(how & How.CODE) and skip is Skip.NO
        if pieces and (skip is not behind or is_code is not was_code):
            yield "".join(pieces), behind, was_code, glued
            pieces, glued = [], 0
        behind, was_code = skip, is_code
        glued += bool(how & How.GLUED)
        pieces.append(text)
    if pieces:
        yield "".join(pieces), behind, was_code, glued
