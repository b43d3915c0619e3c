"""Where a sentence that is too long is cut: at a clause, else at a word, else anywhere."""

from __future__ import annotations

import re
import unicodedata

_STRONG = re.compile(r"(?:[;:!?.…。！？；：؛][\"'”’»)\]]*|\s[–—-])(?=\s)|[。！？；：](?!\s)")
_WEAK = re.compile(r"[,،)](?=\s)|[、，]|[—–]")
_SPACE = re.compile(r"\s")
#: Of the room there is, the first part stays uncut: pieces get neither tiny nor many.
_KEEP = 0.4
_ZWJ = "\u200d"
_MAX_GRAPHEME = 32


def cut(text: str, start: int, limit: int, blocks: list[tuple[int, int]]) -> int:
    """Where to cut ``text[start:limit]``; more than ``start``, at most ``limit``.

    ``blocks`` are ranges that stay whole; the last one may reach past ``limit``.
    """
    for begin, end in blocks:
        if begin < limit < end:
            if begin > start:
                limit = begin
            else:
                return min(end, len(text))
    earliest = start + max(1, int((limit - start) * _KEEP))
    for pattern in (_STRONG, _WEAK, _SPACE):
        best = 0
        for match in pattern.finditer(text, earliest, limit):
            if not any(begin < match.end() < end for begin, end in blocks):
                best = match.end()
        if best > start:
            return best
    return _grapheme_before(text, start, earliest, limit)


def _grapheme_before(text: str, start: int, earliest: int, limit: int) -> int:
    """The last place up to ``limit`` that is not within a grapheme, if there is one near."""
    index = limit
    while index > max(earliest, limit - _MAX_GRAPHEME):
        if index >= len(text) or not _within_grapheme(text, start, index):
            return index
        index -= 1
    return limit


def _within_grapheme(text: str, start: int, index: int) -> bool:
    """Whether the characters before and after ``index`` belong to one grapheme.

    Nothing before ``start`` is looked at.
    """
    before, char = text[index - 1], text[index]
    if _ZWJ in (before, char) or unicodedata.category(char) in ("Mn", "Mc", "Me"):
        return True
    if "\ud800" <= before <= "\udbff" and "\udc00" <= char <= "\udfff":
        return True
    if _is_flag_letter(before) and _is_flag_letter(char):
        first = index
        while first > start and _is_flag_letter(text[first - 1]):
            first -= 1
        return (index - first) % 2 == 1
    tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    return tone or "\U000e0020" <= char <= "\U000e007f" or before + char == "\r\n"


def _is_flag_letter(char: str) -> bool:
    """Two of these make one flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"
