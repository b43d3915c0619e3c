"""A text whose end may not be its end: looking past it asks for more."""

from __future__ import annotations

import re

#: Tokens longer than this are no words; what looks at words looks no further.
MAX_TOKEN = 64

_TOKEN = re.compile(rf"[^\s]{{1,{MAX_TOKEN}}}")
_GAP = re.compile(r"\s*")
_LINE_END = re.compile(r"[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")


class NeedMore(Exception):
    """The decision depends on text that has not come yet."""


class Source:
    """``text``, of which more comes unless it is ``final``.

    All looking ahead goes through here, so that a decision on a part of a text is either
    the one on the whole text or NeedMore.
    """

    __slots__ = ("final", "size", "text")

    def __init__(self, text: str, final: bool) -> None:
        self.text = text
        self.size = len(text)
        self.final = final

    def need(self, index: int) -> None:
        """The character at ``index`` must be known, or known not to be."""
        if index >= self.size and not self.final:
            raise NeedMore

    def char(self, index: int) -> str:
        """The character at ``index``; "" at the end of the text."""
        self.need(index)
        return self.text[index] if index < self.size else ""

    def token(self, index: int) -> str:
        """From ``index`` to white space, cut at MAX_TOKEN characters; may be empty."""
        match = _TOKEN.match(self.text, index)
        end = match.end() if match else index
        if end - index < MAX_TOKEN:
            self.need(end)
        return self.text[index:end]

    def after_gap(self, index: int) -> int:
        """Where the white space that begins at ``index`` ends."""
        match = _GAP.match(self.text, index)
        end = match.end() if match else index
        self.need(end)
        return end

    def text_ends(self, index: int) -> bool:
        """Whether nothing but white space stands from ``index`` on."""
        match = _GAP.match(self.text, index)
        end = match.end() if match else index
        if end >= self.size:
            self.need(end)
        return end >= self.size

    def line(self, index: int, limit: int) -> tuple[str, int]:
        """The line from ``index`` on, cut at ``limit`` characters, and where it ends."""
        match = _LINE_END.search(self.text, index, index + limit)
        end = match.start() if match else min(self.size, index + limit)
        if match is None and end < index + limit:
            self.need(end)
        return self.text[index:end], end

    def find(self, wanted: str, index: int, limit: int) -> int:
        """Where ``wanted`` begins within ``limit`` characters from ``index``, else -1."""
        found = self.text.find(wanted, index, index + limit)
        if found < 0 and index + limit > self.size:
            self.need(self.size)
        return found
