"""The written words of a sentence, and what of a text can be spoken."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from lectern.utf16 import Utf16Offsets

#: Raw phonemes between double brackets, on one line.
RAW_BLOCK = re.compile(r"\[\[([^\n\r]*?)\]\]")

#: Punctuation that espeak reads out.
_READ_OUT = "&%@#*/\\§"
_BLOCK = r"\[\[[^\n\r]*?\]\]"
_TOKEN = re.compile(rf"{_BLOCK}|(?:[^\s\[\u2014\u2015…]|(?!{_BLOCK})\[)+")
#: One of these ends a word and begins another, unless it stands between digits.
_DASHES = re.compile(r"(?<=\w)(?:[–‒]|--+)(?=\w)|\.{2,}(?=\w)")
#: Scripts without spaces: every character is looked at as a word of its own.
_IDEOGRAPHS = re.compile(
    "[\u3005\u3007\u3040-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff][\u30fc\u3099\u309a\ufe00-\ufe0f]*"
)
_SPACE = re.compile(r"\s+")
_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_KEPT_FORMATS = "\u200c\u200d"  # joiners shape Persian words and emoji


@dataclass(frozen=True, slots=True)
class WordSpan:
    """A written word without the punctuation around it; offsets in UTF-16 units."""

    text: str
    start: int
    end: int


def spoken(text: str) -> str:
    """``text`` as the phonemizer may have it.

    NFC, single spaces, no control, bidi or private characters, no lone surrogates, soft
    hyphens and Latin ligatures dissolved. May be empty.
    """
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_speakable, unicodedata.normalize("NFC", text)))
        text = unicodedata.normalize("NFC", text)
    return _SPACE.sub(" ", text).strip()


def has_speech(text: str) -> bool:
    """Whether there is anything in ``text`` that could be heard: letters, digits, symbols."""
    return any(map(_is_heard, text))


def words(text: str) -> list[WordSpan]:
    """The words of a sentence, in order; ``[[ phonemes ]]`` count as one."""
    offsets = Utf16Offsets(text)
    return [
        WordSpan(text[start:end], offsets.at(start), offsets.at(end))
        for start, end in word_ranges(text)
    ]


def word_ranges(text: str) -> list[tuple[int, int]]:
    """The words of a sentence as ranges of code points."""
    ranges: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(text):
        start, end = token.span()
        if RAW_BLOCK.fullmatch(text, start, end):
            ranges.append((start, end))
            continue
        for piece_start, piece_end in _pieces(text, start, end):
            trimmed = _trimmed(text, piece_start, piece_end)
            if trimmed is not None:
                ranges.append(trimmed)
    return ranges


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    cuts: list[tuple[int, int]] = []
    for dash in _DASHES.finditer(text, start, end):
        digits = text[dash.start() - 1].isdigit() and text[dash.end() : dash.end() + 1].isdigit()
        if not digits:
            cuts.append(dash.span())
    if not text[start:end].isascii():
        for char in _IDEOGRAPHS.finditer(text, start, end):
            cuts += [(char.start(), char.start()), (char.end(), char.end())]
        cuts.sort()
    for cut_start, cut_end in [*cuts, (end, end)]:
        if cut_start > start:
            pieces.append((start, cut_start))
        start = max(start, cut_end)
    return pieces


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Without punctuation at both ends; None when nothing is left that could be heard."""
    if text[start].isalpha() and text[end - 1].isalpha():
        return start, end
    while start < end and not _is_heard(text[start]):
        sign = text[start] in "-.−" and text[start + 1 : start + 2].isdigit()
        if sign and (start == 0 or text[start - 1].isspace()):
            break
        start += 1
    while end > start and not _is_heard(text[end - 1]) and not _is_mark(text[end - 1]):
        end -= 1
    return (start, end) if start < end else None


def _is_heard(char: str) -> bool:
    if char.isalnum():
        return True
    return unicodedata.category(char) in ("So", "Sc", "Sm", "Lm", "No") or char in _READ_OUT


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc", "Me") or char == "\u200d"


def _speakable(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    category = unicodedata.category(char)
    if category == "Cf":
        if char in _KEPT_FORMATS or "\U000e0020" <= char <= "\U000e007f":
            return char
        return " " if char == "\u200b" else ""
    if char == "\ufffd" or category in ("Cc", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"):
        return " "
    return _LIGATURES.get(ord(char), char)
