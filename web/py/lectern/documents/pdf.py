"""PDF: positioned text of pages -> a document in reading order."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from lectern.documents.citations import skip_citations
from lectern.documents.model import Block, Builder, Document, Kind, Skip
from lectern.documents.pdf_body import Body, ends_sentence, has_indents, leading_of
from lectern.documents.pdf_contents import contents
from lectern.documents.pdf_furniture import furniture
from lectern.documents.pdf_headings import levels, style
from lectern.documents.pdf_items import (
    Outline,
    PdfItem,
    PdfPage,
    outline_from_json,
    pages_from_json,
)
from lectern.documents.pdf_layout import Column, Layout
from lectern.documents.pdf_lines import Line, lines_of, page_pieces, segments
from lectern.documents.pdf_notes import Note, raised_marks, start_mark, take_notes
from lectern.documents.pdf_paragraphs import (
    Paragraph,
    paragraphs,
    without_leaders,
)
from lectern.documents.pdf_runs import Piece
from lectern.documents.pdf_words import Words, clean
from lectern.errors import DocumentUnreadable, Reason

__all__ = ["Outline", "PdfItem", "PdfPage", "outline_from_json", "pages_from_json", "pdf"]


_NOTES = re.compile(
    r"\W*(?:end\s?notes?|notes?|anmerkungen|endnoten|notas?|note)\W*", re.IGNORECASE
)


@dataclass(slots=True)
class _Page:
    """A page on its way: furniture as lines, the text as columns of lines, notes."""

    heads: list[Line]
    feet: list[Line]
    columns: list[tuple[list[Line], Column]]
    notes: list[Note]


def pdf(
    pages: Sequence[PdfPage],
    *,
    title: str = "",
    author: str = "",
    language: str = "",
    outline: Sequence[Outline] = (),
) -> Document:
    """The document that the pages show.

    ``outline``: its bookmarks, which become the contents; without them its headings do.

    Raises DocumentUnreadable when no page has text in it.
    """
    pieces = [page_pieces(page) for page in pages]
    sizes: Counter[tuple[float, bool]] = Counter()
    for page_of_pieces, _ in pieces:
        for piece in page_of_pieces:
            sizes[round(piece.size * 4) / 4, piece.bold] += len(piece.text)
    if not sizes:
        raise DocumentUnreadable(
            "This PDF holds pictures of pages only, no text. "
            "Run text recognition (OCR) over it and open what comes of it.",
            Reason.PICTURES_ONLY,
        )
    size, bold = sizes.most_common(1)[0][0]
    heights = [page.height for page in pages]
    laid, body = _laid_out(pieces, heights, Body(size, 1.2 * size, bold))
    blocks, body = _blocks(laid, body)
    words = Words()
    for page in laid:
        words.learn(line for lines, _ in page.columns for line in lines)
    words.marks = _marks(laid, blocks)
    return _written(blocks, words, body, outline, title, author, language)


def _laid_out(
    pieces: list[tuple[list[Piece], bool]], heights: list[float], body: Body
) -> tuple[list[_Page], Body]:
    segmented = [segments(page, number, mirrored) for number, (page, mirrored) in enumerate(pieces)]
    edges = furniture(segmented, heights, body.size)
    layout = Layout(body.size)
    laid: list[_Page] = []
    steps: list[float] = []
    for lines, (heads, feet) in zip(segmented, edges, strict=True):
        taken = {id(line) for row in heads + feet for line in row}
        columns = layout.columns([line for line in lines if id(line) not in taken])
        found = [(lines_of(column.segments), column) for column in columns]
        for column_lines, _ in found:
            steps += leading_of(column_lines, body.size)
        laid.append(
            _Page(
                [line for row in heads for line in lines_of(row)],
                [line for row in feet for line in lines_of(row)],
                found,
                [],
            )
        )
    if steps:
        body = replace(body, leading=median(steps))
    open_note = False
    for page, height in zip(laid, heights, strict=True):
        page.notes = take_notes(
            [lines for lines, _ in page.columns], body.size, height, body.leading, open_note
        )
        open_note = bool(page.notes) and not ends_sentence(page.notes[-1].lines[-1].text)
    return laid, body


def _blocks(laid: list[_Page], body: Body) -> tuple[list[Paragraph], Body]:
    """The document's blocks in reading order, paragraphs joined over columns and pages."""
    indents = has_indents([lines for page in laid for lines, _ in page.columns], body.size)
    body = replace(body, indented=indents)
    by_page: list[list[list[Paragraph]]] = [
        [paragraphs(lines, column.x0, column.x1, body) for lines, column in page.columns if lines]
        for page in laid
    ]
    found: list[Paragraph] = []
    waiting: list[Paragraph] = []
    open_: Paragraph | None = None
    last_note: Paragraph | None = None
    for page, columns in zip(laid, by_page, strict=True):
        waiting += [_aside(line, Skip.FURNITURE) for line in page.heads]
        for column in columns:
            parted = True
            for one in column:
                if one.kind is Kind.CAPTION or one.kind is Kind.CELL:
                    # It may be all that parts two halves of a paragraph.
                    waiting.append(one)
                    parted = True
                    continue
                if (
                    open_ is not None
                    and one.kind is Kind.PARAGRAPH
                    and parted
                    and open_.goes_on(one, body)
                ):
                    open_.lines += one.lines
                    open_.x1 = one.x1
                    parted = False
                    continue
                parted = False
                found += waiting
                waiting = []
                found.append(one)
                open_ = one if one.kind in (Kind.PARAGRAPH, Kind.ITEM) else None
        for note in page.notes:
            if note.mark or last_note is None:
                last_note = Paragraph(note.lines, Kind.PARAGRAPH, 0.0, Skip.NOTE)
                waiting.append(last_note)
            else:  # the rest of a note that began on the page before
                last_note.lines += note.lines
        waiting += [_aside(line, Skip.FURNITURE) for line in page.feet]
    return _beside_marks(found + waiting), body


def _beside_marks(blocks: list[Paragraph]) -> list[Paragraph]:
    """The notes moved to behind the blocks that have their marks."""
    marked: dict[tuple[int, str], Paragraph] = {}
    for one in blocks:
        for line in one.lines if one.skip is Skip.NO else ():
            for mark in raised_marks(line):
                marked.setdefault((line.page, mark), one)
    after: dict[int, list[Paragraph]] = defaultdict(list)
    moved: set[int] = set()
    for one in blocks:
        if one.skip is Skip.NOTE:
            block = marked.get((one.page, start_mark(one.lines[0])))
            if block is not None:
                after[id(block)].append(one)
                moved.add(id(one))
    return [each for one in blocks if id(one) not in moved for each in (one, *after[id(one)])]


def _aside(line: Line, skip: Skip) -> Paragraph:
    return Paragraph([line], Kind.PARAGRAPH, line.x1, skip)


def _marks(laid: list[_Page], blocks: list[Paragraph]) -> dict[int, frozenset[str]]:
    """The marks that lead to notes, by page; endnotes are led to from everywhere."""
    endnotes: set[str] = set()
    within = False
    for one in blocks:
        if one.kind is Kind.HEADING:
            within = _NOTES.fullmatch(one.text) is not None
        elif within and one.skip is Skip.NO:
            endnotes.add(start_mark(one.lines[0]))
    endnotes.discard("")
    found = {
        number: frozenset(endnotes.union(note.mark for note in page.notes if note.mark))
        for number, page in enumerate(laid)
    }
    return {number: marks for number, marks in found.items() if marks}


def _written(
    blocks: list[Paragraph],
    words: Words,
    body: Body,
    outline: Sequence[Outline],
    title: str,
    author: str,
    language: str,
) -> Document:
    builder = Builder()
    level_of = levels(style(one.lines, body) for one in blocks if one.kind is Kind.HEADING)
    places: list[tuple[Block, Paragraph]] = []
    for one in blocks:
        level = 0
        if one.kind is Kind.CELL:
            builder.add(words.row(one.lines[0]))
        elif one.kind is Kind.VERSE:
            builder.add("\n".join(clean(line.text) for line in one.lines))
        elif one.kind is Kind.ITEM and one.skip is Skip.NO and len(one.lines) == 1:
            for text, skip in words.text_of(one.lines):
                builder.add(clean(without_leaders(text)), skip)
        else:
            for text, skip in words.text_of(one.lines, one.skip):
                builder.add(clean(text), skip)
        if one.kind is Kind.HEADING:
            level = level_of[style(one.lines, body)]
        block = builder.end(one.kind, level=level, skip=one.skip)
        if block is not None:
            places.append((block, one))
    if not places:
        raise DocumentUnreadable(
            "This PDF has no words in it. Run text recognition (OCR) over it.", Reason.PICTURES_ONLY
        )
    skip_citations(builder)
    return builder.document(
        title=title, author=author, language=language, contents=contents(outline, places)
    )
