"""Markdown -> blocks: CommonMark as far as it is heard, with GFM's tables, footnotes and links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from lectern.documents.citations import skip_citations
from lectern.documents.html import read_into
from lectern.documents.mdblocks import Around, Leaf, Shape, cells, outline
from lectern.documents.mdinline import Labels, Piece, pieces_of
from lectern.documents.model import Builder, Document, Kind, Skip, one_line
from lectern.errors import TooLarge

#: Code points.
MAX_TEXT = 20_000_000
#: Front matter has fewer lines.
_MAX_MATTER = 200
_FIELD = re.compile(r"[\"']?([A-Za-z][\w-]{0,40})[\"']?\s*[:=]\s*(.*)")
_UNHEARD = re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]")
_KINDS = {Around.NOTHING: Kind.PARAGRAPH, Around.QUOTE: Kind.QUOTE, Around.ITEM: Kind.ITEM}


def markdown(text: str) -> Document:
    """A document from Markdown, line ends of any kind.

    Raises ``TooLarge`` above ``MAX_TEXT``.
    """
    if len(text) > MAX_TEXT:
        raise TooLarge(
            f"This text has {len(text):,} characters; {MAX_TEXT:,} can be read. "
            "Split it into several files."
        )
    text = _UNHEARD.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    fields, text = _front_matter(text)
    found = outline(text)
    labels = Labels(found.links, found.notes)
    builder = Builder()
    for leaf in found.leaves:
        _put(builder, leaf, labels)
    skip_citations(builder)
    document = builder.document(
        title=fields.get("title", ""),
        author=fields.get("author", "") or fields.get("authors", ""),
        language=fields.get("lang", "") or fields.get("language", ""),
    )
    if not document.title and document.contents:
        highest = min(document.contents, key=lambda entry: entry.level)
        return replace(document, title=one_line(highest.title))
    return document


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The fields of YAML or TOML at the text's head (lower case), and the text without it."""
    fence = text[:3]
    if fence not in ("---", "+++") or text[3:].partition("\n")[0].strip():
        return {}, text
    lines = text.split("\n", _MAX_MATTER)
    ends = ("---", "...") if fence == "---" else ("+++",)
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() in ends), 0)
    if end <= 1 or not any(_FIELD.match(line) for line in lines[1:end]):
        return {}, text
    fields: dict[str, str] = {}
    name = ""
    for line in lines[1:end]:
        matched = _FIELD.match(line)
        if matched:
            name = matched[1].lower()
            fields.setdefault(name, _value(matched[2]))
        elif name and line.lstrip().startswith("- "):
            fields[name] = ", ".join(filter(None, (fields[name], _value(line.lstrip()[2:]))))
    return fields, "\n".join(lines[end + 1 :])


def _value(text: str) -> str:
    text = text.strip()[:1000]
    if text.startswith("[") and text.endswith("]"):
        return ", ".join(_value(part) for part in text[1:-1].split(",") if part.strip("[] "))
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return "" if text in ("|", ">") else text


def _put(builder: Builder, leaf: Leaf, labels: Labels) -> None:
    """Add the blocks of a leaf."""
    skip = Skip.NOTE if leaf.is_note else Skip.NO
    if leaf.shape is Shape.HTML:
        first = len(builder.blocks)
        read_into(builder, leaf.text)
        if skip:
            builder.blocks[first:] = [
                replace(block, skip=skip, skipped=()) for block in builder.blocks[first:]
            ]
    elif leaf.shape is Shape.CODE:
        builder.add(leaf.text)
        builder.end(Kind.VERSE, skip=skip)
    elif leaf.shape is Shape.ROW:
        _put_row(builder, leaf, labels)
    elif leaf.shape is Shape.HEADING:
        pieces, _ = pieces_of(leaf.text, labels)
        _add(builder, pieces, is_note=leaf.is_note)
        builder.end(Kind.HEADING, level=leaf.level, skip=skip)
    else:
        _put_paragraph(builder, leaf, labels)


def _put_paragraph(builder: Builder, leaf: Leaf, labels: Labels) -> None:
    pieces, alts = pieces_of(leaf.text, labels)
    skip = Skip.NOTE if leaf.is_note else Skip.NO
    kind = _KINDS[leaf.around]
    if alts and not any(piece.text.strip() for piece in pieces):
        for alt in alts:
            builder.add(alt)
            builder.end(Kind.CAPTION, skip=skip)
        return
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    if kind is not Kind.ITEM and any(piece.is_break for piece in pieces):
        kind = Kind.VERSE
        _trim_lines(pieces)
    _add(builder, pieces, is_note=leaf.is_note)
    builder.end(kind, skip=skip)


def _put_row(builder: Builder, leaf: Leaf, labels: Labels) -> None:
    written = ""
    for cell in cells(leaf.text):
        pieces, _ = pieces_of(cell, labels)
        text = "".join(piece.text for piece in pieces).strip()
        if not text:
            continue
        if written:
            builder.add(" " if written[-1] in ".,;:!?…" else ", ")
        _add(builder, pieces, is_note=leaf.is_note)
        written = text
    builder.end(Kind.CELL, skip=Skip.NOTE if leaf.is_note else Skip.NO)


def _add(builder: Builder, pieces: Iterable[Piece], *, is_note: bool) -> None:
    """Add runs, those that are skipped alike as one; in a note nothing is apart."""
    texts: list[str] = []
    behind, was_code = Skip.NO, False
    for piece in pieces:
        skip = Skip.NO if is_note else piece.skip
        if skip is not behind or piece.is_code is not was_code:
            builder.add("".join(texts), behind, literal=was_code)
            texts, behind, was_code = [], skip, piece.is_code
        texts.append(piece.text)
    builder.add("".join(texts), behind, literal=was_code)


def _trim_lines(pieces: list[Piece]) -> None:
    """No white space around line ends that are meant."""
    before: Piece | None = None
    for piece in pieces:
        if piece.is_break and before is not None:
            before.text = before.text.rstrip() if not before.is_break else before.text
        elif before is not None and before.is_break:
            piece.text = piece.text.lstrip()
        before = piece
