"""Text as it is compared: what looks alike is alike, and whole words are found.

A unit is a letter with its marks, or one run of white space. Unicode composition, soft
hyphens, ligatures and the shapes of apostrophes and hyphens make no difference; accents do.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SAME = {
    **dict.fromkeys("\u2019\u02bc\u2018\uff07", "'"),
    **dict.fromkeys("\u2010\u2011", "-"),
}
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_NOTHING = "\u00ad\u200b\u2060\ufeff"
#: Scripts without spaces: between any two of their characters a word may end.
_SPACELESS = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True, slots=True)
class Folded:
    """The units of a text: as written and without case, from which code point to which.

    ``word`` says which are of a word's inside, where no whole word begins or ends.
    """

    cased: list[str]
    folded: list[str]
    starts: list[int]
    ends: list[int]
    word: list[bool]

    def __len__(self) -> int:
        return len(self.cased)

    def is_boundary(self, unit: int) -> bool:
        """Whether a whole word may begin or end before ``unit``; not before the t of "can't"."""
        if unit <= 0 or unit >= len(self.word):
            return True
        if self.word[unit - 1] and self.word[unit]:
            return False
        contracted = self.folded[unit : unit + 2] == ["'", "t"] and self.folded[unit - 1] == "n"
        return not (contracted and (unit + 2 >= len(self.word) or not self.word[unit + 2]))


def fold(text: str) -> Folded:
    """The units of ``text``; its outer white space is left out."""
    raw: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(text):
        kind = _kind(char)
        if kind == "letter" or (kind == "space" and raw and raw[-1] != " "):
            raw.append(char if kind == "letter" else " ")
            starts.append(index)
            ends.append(index + 1)
        elif raw:
            if kind == "mark":
                raw[-1] += char
            ends[-1] = index + 1
    if raw and raw[-1] == " ":
        del raw[-1], starts[-1], ends[-1]
    found = Folded([], [], [], [], [])
    for unit, start, end in zip(raw, starts, ends, strict=True):
        for part in _shapes(unit):
            found.cased.append(part)
            found.folded.append(part.casefold())
            found.starts.append(start)
            found.ends.append(end)
            found.word.append(_is_inside(part))
    return found


@lru_cache(4096)
def _kind(char: str) -> str:
    if char in _NOTHING:
        return "nothing"
    if char.isspace():
        return "space"
    return "mark" if unicodedata.category(char)[0] == "M" else "letter"


@lru_cache(4096)
def _shapes(unit: str) -> str | tuple[str]:
    """The units that ``unit`` is: one, or the letters of a ligature."""
    composed = unicodedata.normalize("NFC", unit)
    return _LIGATURES.get(composed) or (_SAME.get(composed, composed),)


@lru_cache(4096)
def _is_inside(unit: str) -> bool:
    code = ord(unit[0])
    if code > 0xDFF and any(low <= code <= high for low, high in _SPACELESS):
        return False
    return unit[0].isalnum() or unit[0] == "_"
