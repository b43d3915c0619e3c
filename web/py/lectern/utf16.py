"""Lengths and offsets in UTF-16 units, which is how the page counts text."""

from __future__ import annotations


def utf16_len(text: str) -> int:
    """Length in UTF-16 units: characters beyond U+FFFF count twice."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def index_after_units(text: str, start: int, units: int) -> int:
    """The largest index whose distance from ``start`` is at most ``units`` UTF-16 units."""
    end = min(len(text), start + units)
    excess = utf16_len(text[start:end]) - units
    while excess > 0:
        # Taking back n code points takes back n to 2n units, so this ends quickly
        # and never before the place that is looked for.
        back = (excess + 1) // 2
        excess -= utf16_len(text[end - back : end])
        end -= back
    return end


class Utf16Offsets:
    """Offsets of one text, asked for in rising order; linear over all of them."""

    __slots__ = ("_index", "_plain", "_text", "_units")

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain = utf16_len(text) == len(text)
        self._index = 0
        self._units = 0

    def at(self, index: int) -> int:
        """UTF-16 offset of code point ``index``; never smaller than an index asked before."""
        if self._plain:
            return index
        self._units += utf16_len(self._text[self._index : index])
        self._index = index
        return self._units
