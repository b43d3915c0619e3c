"""What every kind of document becomes: plain text, and blocks that lie in it by offset."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

#: Between two blocks: what sentences are split by, and what a reader of the bare text sees.
GAP = "\n\n"
#: Longer languages are no BCP 47.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_SPACE = re.compile(r"[^\S\n]+")


class Kind(StrEnum):
    """What a block is to a reader."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"  # of a list
    QUOTE = "quote"
    VERSE = "verse"  # line ends are kept: verse, code, addresses
    CELL = "cell"  # of a table's row, one block a row
    CAPTION = "caption"


class Skip(StrEnum):
    """Why something is not read aloud unless asked for."""

    NO = ""
    NOTE = "note"  # a footnote or endnote, and the mark that leads to it
    FURNITURE = "furniture"  # running heads, page numbers, navigation
    REFERENCE = "reference"  # the mark of a citation: [12]


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the text that is skipped within a block that is not. Offsets in code points."""

    start: int
    end: int
    skip: Skip


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the text. ``start`` and ``end``: offsets in code points.

    ``level``: of a heading, 1 to 6; 0 otherwise. ``language``: BCP 47, "" for the document's.
    """

    start: int
    end: int
    kind: Kind
    level: int = 0
    language: str = ""
    skip: Skip = Skip.NO
    skipped: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents. ``start``: offset of the block that it leads to."""

    title: str
    start: int
    level: int  # from 1


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is read. ``language``: BCP 47, "" where it does not say.

    ``site``: the name of the site that a page is from; ``source``: its address, which is shown
    and never asked for. Both "" for other documents.
    """

    text: str
    blocks: tuple[Block, ...]
    contents: tuple[Entry, ...] = ()
    title: str = ""
    author: str = ""
    language: str = ""
    site: str = ""
    source: str = ""


@dataclass(slots=True)
class Builder:
    """Collects blocks in reading order.

    A block is begun, filled run by run and ended; white space is collapsed to single spaces
    except in ``Kind.VERSE``, where line ends stay; a block without a letter in it is dropped.
    """

    blocks: list[Block] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0
    _runs: list[tuple[str, Skip, bool]] = field(default_factory=list)
    #: Where the text is code: offsets, in order.
    _literals: list[tuple[int, int]] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Code points so far: where the next block will begin, if it is not the first, after
        a gap."""
        return self._length

    @property
    def text(self) -> str:
        """The blocks so far."""
        return "".join(self._pieces)

    def is_literal(self, place: int) -> bool:
        """Whether the character there is code: no mark is looked for in it."""
        at = bisect_right(self._literals, place, key=lambda one: one[0])
        return at > 0 and place < self._literals[at - 1][1]

    def add(self, text: str, skip: Skip = Skip.NO, *, literal: bool = False) -> None:
        """A run of the block that is being made. ``literal``: it is code."""
        if text:
            self._runs.append((text, skip, literal))

    def end(
        self,
        kind: Kind = Kind.PARAGRAPH,
        *,
        level: int = 0,
        language: str = "",
        skip: Skip = Skip.NO,
    ) -> Block | None:
        """End the block; None when there is nothing in it."""
        runs, self._runs = self._runs, []
        text, spans, literals = _joined(runs, keep_lines=kind is Kind.VERSE)
        if not any(character.isalnum() for character in text):
            return None
        start = self._length
        if self.blocks:
            self._pieces.append(GAP)
            start += len(GAP)
        self._pieces.append(text)
        self._literals += [(start + first, start + last) for first, last in literals]
        self._length = start + len(text)
        if skip is Skip.NO and _covers(spans, text):
            skip, spans = spans[0].skip, []
        block = Block(
            start,
            self._length,
            kind,
            level if kind is Kind.HEADING else 0,
            language_tag(language),
            skip,
            tuple(Span(start + one.start, start + one.end, one.skip) for one in spans),
        )
        self.blocks.append(block)
        return block

    def document(
        self,
        *,
        title: str = "",
        author: str = "",
        language: str = "",
        contents: Iterable[Entry] = (),
    ) -> Document:
        """What was collected. Without ``contents`` the headings are the contents."""
        text = self.text
        entries = tuple(contents) or tuple(
            Entry(_heard(text, block), block.start, block.level)
            for block in self.blocks
            if block.kind is Kind.HEADING and block.skip is Skip.NO
        )
        return Document(
            text,
            tuple(self.blocks),
            entries,
            one_line(title),
            one_line(author),
            language_tag(language),
        )


def _heard(text: str, block: Block) -> str:
    """The block's text without what is skipped in it: a heading without its note's mark."""
    pieces: list[str] = []
    done = block.start
    for span in block.skipped:
        pieces.append(text[done : span.start])
        done = span.end
    pieces.append(text[done : block.end])
    return one_line("".join(pieces))


def one_line(text: str, most: int = 300) -> str:
    """Text for a title: white space collapsed, cut at ``most`` code points."""
    return " ".join(text.split())[:most]


def language_tag(text: str) -> str:
    """A BCP 47 tag as a document gives it, or "" when it is none."""
    tag = text.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def _joined(
    runs: list[tuple[str, Skip, bool]], *, keep_lines: bool
) -> tuple[str, list[Span], list[tuple[int, int]]]:
    """The runs as one text with collapsed white space, where it is skipped, and where it is
    code (not of verse, which is all alike)."""
    pieces: list[str] = []
    literals: list[tuple[int, int]] = []
    spans: list[Span] = []
    length = 0
    behind_space = True
    for run, skip, literal in runs:
        text = _SPACE.sub(" ", run) if keep_lines else " ".join(run.split())
        if not keep_lines:
            if run[:1].isspace() and not behind_space:
                text = " " + text
            if text and run[-1:].isspace() and not text.endswith(" "):
                text += " "
        if behind_space and not keep_lines:
            text = text.lstrip(" ")
        if not text:
            continue
        if skip is not Skip.NO:
            spans.append(Span(length, length + len(text), skip))
        if literal and not keep_lines:
            literals.append((length, length + len(text)))
        pieces.append(text)
        length += len(text)
        behind_space = text[-1].isspace()
    whole = "".join(pieces)
    kept = whole.rstrip()
    if keep_lines:
        cut = len(kept) - len(kept.lstrip("\n"))
        kept = kept[cut:]
        spans = [Span(max(0, s.start - cut), s.end - cut, s.skip) for s in spans if s.end > cut]
    spans = [Span(s.start, min(s.end, len(kept)), s.skip) for s in spans if s.start < len(kept)]
    return kept, spans, literals


def _covers(spans: list[Span], text: str) -> bool:
    """Whether nothing that could be read is left."""
    position = 0
    for span in spans:
        if any(character.isalnum() for character in text[position : span.start]):
            return False
        position = span.end
    return bool(spans) and not any(character.isalnum() for character in text[position:])
