"""Plain text -> blocks: paragraphs, verse, headings, and what Project Gutenberg puts around."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lectern.documents.citations import skip_citations
from lectern.documents.model import Builder, Document, Kind, Skip, one_line
from lectern.documents.wrapping import WIDEST, Joiner, is_wrapped, wrap_column
from lectern.errors import TooLarge

#: Code points; twenty long novels.
MAX_TEXT = 20_000_000
_MAX_HEADING = 80
#: More lone numbers than this are those of pages, not of chapters.
_MAX_NUMBERED = 40
#: So many lines of a block say what kind it is.
_SAMPLE_LINES = 400

_START = re.compile(r"^[^\S\n]*\*\*\* ?START OF TH[^\n]*GUTENBERG[^\n]*$", re.MULTILINE)
_END = re.compile(
    r"^[^\S\n]*(?:\*\*\* ?END OF TH[^\n]*GUTENBERG|End of (?:the |this )?Project Gutenberg)[^\n]*$",
    re.MULTILINE,
)
#: The licence before the text is shorter.
_HEADER_LENGTH = 60_000
_FIELD = re.compile(
    r"^(Title|Author|Language):[^\S\n]*([^\n]+(?:\n[^\S\n]{2,}[^\n]+)*)", re.MULTILINE
)
_LANGUAGES = {
    "english": "en", "french": "fr", "german": "de", "spanish": "es", "italian": "it",
    "portuguese": "pt", "dutch": "nl", "finnish": "fi", "swedish": "sv", "danish": "da",
    "norwegian": "no", "polish": "pl", "hungarian": "hu", "greek": "el", "latin": "la",
    "russian": "ru", "catalan": "ca", "esperanto": "eo", "chinese": "zh", "japanese": "ja",
    "czech": "cs", "welsh": "cy", "romanian": "ro", "icelandic": "is",
}  # fmt: skip

_NUMBER = r"(?:\d{1,4}|[IVXLCDM]{1,8}|[ivxlcdm]{1,8}|[^\W\d_]{2,14}(?:[- ][^\W\d_]{2,10})?)"
#: "Chapter 3", "LIVRE PREMIER", with a title behind or without.
_PART = re.compile(
    r"(?P<part>book|part|volume|vol\.|act|livre|partie|tome|acte|teil|buch|band|libro|parte)"
    rf"\s+(?:the\s+)?{_NUMBER}(?:[.:—–-].*|)",
    re.IGNORECASE,
)
_CHAPTER = re.compile(
    r"(?:chapter|chap\.|section|scene|letter|stave|canto|chapitre|scène|lettre|chant|kapitel"
    rf"|szene|brief|capítulo|capitolo|canto)\s+(?:the\s+)?{_NUMBER}(?:[.:—–-].*|\s+[A-Z].*|)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:preface|foreword|introduction|prologue|epilogue|contents|appendix|conclusion|préface"
    r"|avant-propos|épilogue|table des matières|vorwort|nachwort|inhalt)\.?",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"(?=[IVXLC])(?:X[CL]|L?X{0,4})(?:IX|IV|V?I{0,4})\.?")
_DIGITS = re.compile(r"\W{0,3}\d{1,4}\W{0,3}")
_ENDS = tuple('.!?…,;:»”"’)]')
_BULLET = re.compile(r"[*•·▪◦‣-]\s+(?=\S)")
_QUOTED = re.compile(r"(?:>\s?)+")
_EMPHASIS = re.compile(r"(?<![^\W_])_([^\s_](?:[^_]*[^\s_])?)_(?![^\W_])")
_NOTE = re.compile(r"\[(?:Footnote|Note)\b", re.IGNORECASE)
_NOTE_MARK = re.compile(r"\s?\[\d{1,4}\]")
_CREDITS = re.compile(
    r"(?:Produced|E-?text prepared|Transcribed|Scanned) (?:by|from)\b", re.IGNORECASE
)
_PICTURE = re.compile(r"\[Illustration(?::\s*(?P<caption>.*))?\]?", re.DOTALL)
_UNHEARD = re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]")


@dataclass(slots=True)
class _Piece:
    """A block to be. ``level``: 1 a book's parts, 2 chapters, 3 other headings."""

    text: str
    kind: Kind
    level: int = 0
    skip: Skip = Skip.NO


def plain(text: str) -> Document:
    """A document from plain text, line ends of any kind.

    Raises ``TooLarge`` above ``MAX_TEXT``.
    """
    if len(text) > MAX_TEXT:
        raise TooLarge(
            f"This text has {len(text):,} characters; {MAX_TEXT:,} can be read. "
            "Split it into several files."
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").replace("\v", "\n")
    text = _UNHEARD.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n\n").expandtabs(4))
    start, end = _body(text)
    reader = _Reader(text[start:end], is_gutenberg=start > 0)
    pieces = [
        *_furniture(text[:start]),
        *reader.pieces(),
        *_furniture(text[end:]),
    ]
    named = {name: " ".join(value.split()) for name, value in _FIELD.findall(text[:start])}
    title = named.get("Title", "") or _title(pieces)
    builder = Builder()
    _put(builder, pieces)
    skip_citations(builder)
    language = _LANGUAGES.get(named.get("Language", "").lower(), "")
    return builder.document(title=title, author=named.get("Author", ""), language=language)


def _body(text: str) -> tuple[int, int]:
    """Where the text itself lies, between Project Gutenberg's header and licence."""
    header = _START.search(text, 0, _HEADER_LENGTH)
    if header is None:
        return 0, len(text)
    footer = _END.search(text, header.end())
    return header.end(), footer.start() if footer else len(text)


def _furniture(text: str) -> Iterator[_Piece]:
    for lines in _blocks(text):
        yield _Piece(" ".join(lines), Kind.PARAGRAPH, 0, Skip.FURNITURE)


def _title(pieces: list[_Piece]) -> str:
    first = pieces[0] if pieces else None
    return one_line(first.text) if first and first.kind is Kind.HEADING else ""


def _put(builder: Builder, pieces: list[_Piece]) -> None:
    """The levels that occur become 1, 2, 3 without a gap."""
    used = sorted({piece.level for piece in pieces if piece.kind is Kind.HEADING})
    has_notes = any(piece.skip is Skip.NOTE for piece in pieces)
    for piece in pieces:
        position = 0
        if has_notes and piece.skip is Skip.NO:
            for mark in _NOTE_MARK.finditer(piece.text):
                builder.add(piece.text[position : mark.start()])
                builder.add(mark[0], Skip.NOTE)
                position = mark.end()
        builder.add(piece.text[position:])
        level = used.index(piece.level) + 1 if piece.kind is Kind.HEADING else 0
        builder.end(piece.kind, level=level, skip=piece.skip)


def _blocks(text: str) -> Iterator[list[str]]:
    """The lines between blank ones, without space at their ends; a line of ornaments is blank."""
    lines: list[str] = []
    for line in text.split("\n"):
        if any(map(str.isalnum, line)):
            lines.append(line.rstrip())
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


class _Reader:
    def __init__(self, text: str, *, is_gutenberg: bool) -> None:
        self._blocks = list(_blocks(text))
        self._column = wrap_column(line for lines in self._blocks for line in lines)
        self._joiner = Joiner.of(text)
        self._is_gutenberg = is_gutenberg
        lone = sum(len(b) == 1 and bool(_DIGITS.fullmatch(b[0].strip())) for b in self._blocks)
        self._has_pages = lone > _MAX_NUMBERED

    def pieces(self) -> Iterator[_Piece]:
        last = len(self._blocks) - 1
        is_in_note = False
        for index, lines in enumerate(self._blocks):
            for piece in self._pieces(lines, is_last=index == last):
                if self._is_gutenberg:
                    piece.text = _EMPHASIS.sub(r"\1", piece.text)
                    is_in_note = is_in_note or bool(_NOTE.match(piece.text))
                    if is_in_note:
                        piece.skip = Skip.NOTE
                        is_in_note = "]" not in piece.text[-2:] and len(piece.text) < 2000
                    elif index < 3 and _CREDITS.match(piece.text):
                        piece.kind, piece.skip = Kind.PARAGRAPH, Skip.FURNITURE
                    elif picture := _PICTURE.fullmatch(piece.text):
                        piece.text = (picture["caption"] or "").rstrip("]")
                        piece.kind, piece.level = Kind.CAPTION, 0
                yield piece

    def _pieces(self, lines: list[str], *, is_last: bool) -> Iterator[_Piece]:
        stripped = [line.strip() for line in lines]
        if len(stripped) == 1 and self._has_pages and _DIGITS.fullmatch(stripped[0]):
            yield _Piece(stripped[0], Kind.PARAGRAPH, 0, Skip.FURNITURE)
        elif not is_last and (level := _heading_level(stripped)):
            yield _Piece(" ".join(stripped), Kind.HEADING, level)
        elif all(line.startswith(">") for line in stripped):
            inner = [_QUOTED.sub("", line, count=1) for line in stripped]
            inner = [line for line in inner if line]
            for piece in self._paragraphs(inner, inner):
                kind = Kind.QUOTE if piece.kind is Kind.PARAGRAPH else piece.kind
                yield _Piece(piece.text, kind)
        elif _BULLET.match(stripped[0]):
            yield from self._items(stripped)
        else:
            yield from self._paragraphs(lines, stripped)

    def _items(self, stripped: list[str]) -> Iterator[_Piece]:
        item: list[str] = []
        for line in stripped:
            bullet = _BULLET.match(line)
            if bullet and item:
                yield _Piece(self._joiner.join(item), Kind.ITEM)
                item = []
            item.append(line[bullet.end() :] if bullet else line)
        yield _Piece(self._joiner.join(item), Kind.ITEM)

    def _paragraphs(self, lines: list[str], stripped: list[str]) -> Iterator[_Piece]:
        """``lines`` with, ``stripped`` without their indents."""
        parts = _by_indent(lines, stripped)
        sample = [part[:_SAMPLE_LINES] for part in parts[:_SAMPLE_LINES] if len(part) > 1]
        wrapped = [part for part in sample if is_wrapped(part, self._column)]
        if len(stripped) == 1 or (wrapped and len(wrapped) * 10 >= len(sample) * 8):
            for part in parts:
                yield _Piece(self._joiner.join(part), Kind.PARAGRAPH)
        elif max(map(len, stripped)) > WIDEST:
            for index, line in enumerate(stripped):
                level = _heading_level([line]) if index + 1 < len(stripped) else 0
                yield _Piece(line, Kind.HEADING if level else Kind.PARAGRAPH, level)
        elif is_wrapped(stripped[:_SAMPLE_LINES], self._column):
            yield _Piece(self._joiner.join(stripped), Kind.PARAGRAPH)
        else:
            yield _Piece("\n".join(stripped), Kind.VERSE)


def _by_indent(lines: list[str], stripped: list[str]) -> list[list[str]]:
    """Paragraphs that begin with an indent and have no blank line between."""
    indents = [len(line) - len(line.lstrip()) for line in lines]
    least = min(indents)
    starts = [i for i, indent in enumerate(indents) if i and least + 2 <= indent <= least + 10]
    if not starts or len(starts) * 2 > len(lines):
        return [stripped]
    bounds = [0, *starts, len(lines)]
    return [stripped[a:b] for a, b in pairwise(bounds)]


def _heading_level(stripped: list[str]) -> int:
    """1 to 3 when the lines of a block look like a heading, else 0."""
    if len(stripped) > 3 or sum(map(len, stripped)) > _MAX_HEADING * 2:
        return 0
    first = stripped[0]
    if len(first) > _MAX_HEADING:
        return 0
    whole = " ".join(stripped)
    if _PART.fullmatch(first) and _is_title(stripped):
        return 1
    if _CHAPTER.fullmatch(first) and _is_title(stripped):
        return 2
    if _NAMED.fullmatch(whole) or _ROMAN.fullmatch(whole) or _DIGITS.fullmatch(whole):
        return 2
    letters = sum(map(str.isalpha, whole))
    if letters >= 3 and whole.upper() == whole and whole.lower() != whole:
        return 0 if whole.endswith(("!", "?", ",", ";", ":")) else 3
    if len(stripped) > 1 or len(first) > _MAX_HEADING or first.endswith(_ENDS):
        return 0
    return 3 if letters and not first[0].islower() and first[0].isalnum() else 0


def _is_title(stripped: list[str]) -> bool:
    """Whether what says "Chapter 3" is not the first line of a paragraph."""
    return len(stripped) == 1 or not stripped[-1].endswith((",", ";", ".", ":"))
