"""Lines that a machine wrapped -> the paragraphs that they were."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

#: Machines wrap between these columns; what is wider was wrapped by nobody.
NARROWEST = 45
WIDEST = 100
#: So many lines of a document say where it is wrapped.
_SAMPLE = 5000
_BREAK_HYPHEN = re.compile(r"(?<![^\W\d_])([^\W\d_]++)-\n[^\S\n]*([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ENDS_SENTENCE = tuple('.!?…"”»:;')


def wrap_column(lines: Iterable[str]) -> int:
    """Where the lines of a document are wrapped, 0 when they are not.

    The column that all but one in fifty lines stay within, since a word without a space may
    reach beyond.
    """
    widths: list[int] = []
    for line in lines:
        if line and not line.isspace():
            widths.append(len(line.rstrip()))
            if len(widths) == _SAMPLE:
                break
    if not widths:
        return 0
    widths.sort()
    column = widths[min(len(widths) - 1, len(widths) * 49 // 50)]
    return column if NARROWEST <= column <= WIDEST else 0


def is_wrapped(lines: Sequence[str], column: int) -> bool:
    """Whether the ends of ``lines`` (stripped, one block) are a machine's and mean nothing.

    ``column``: the document's, as ``wrap_column`` has it. A machine ends a line where the next word
    does not fit; verse, addresses and lists end it sooner.
    """
    if len(lines) < 2:
        return False
    inner = lines[:-1]
    widest = max(map(len, lines))
    if widest > WIDEST:
        return False
    needed = [
        len(line) + 1 + len(following.split(None, 1)[0])
        for line, following in zip(inner, lines[1:], strict=True)
    ]
    if column and _share(need > column - 2 for need in needed) >= 0.8:
        return True
    if widest < NARROWEST:
        return False
    if len(lines) >= 4 and _share(need > widest for need in needed) >= 0.9:
        return True
    if min(map(len, inner)) < NARROWEST:
        return False
    # Long lines, but not filled: one sentence a line, unless it is verse of long lines.
    capitals = _share(line[:1].isupper() or not line[:1].isalpha() for line in lines)
    stops = _share(line.endswith(_ENDS_SENTENCE) for line in inner)
    return len(lines) < 4 or capitals < 0.9 or stops >= 0.5


@dataclass(slots=True)
class Joiner:
    """Joins wrapped lines. Whether a hyphen at a line's end is one or was set by a machine
    is learnt from the words of the whole text."""

    _words: frozenset[str] = frozenset()
    _keeps_unknown: bool = False
    _has_hyphens: bool = field(default=False)

    @classmethod
    def of(cls, text: str) -> Joiner:
        """``text``: the whole document, line ends as "\\n"."""
        broken = [(a.lower(), b.lower()) for a, b in _BREAK_HYPHEN.findall(text)]
        if not broken:
            return cls()
        words = frozenset(word.lower() for word in _WORD.findall(text))
        whole = sum(a + b in words for a, b in broken)
        hyphened = sum(f"{a}-{b}" in words for a, b in broken)
        return cls(words, hyphened > whole, True)

    def join(self, lines: Sequence[str]) -> str:
        """The lines (stripped) as one."""
        text = "\n".join(lines)
        if self._has_hyphens:
            text = _BREAK_HYPHEN.sub(self._mended, text)
        text = text.replace("--\n", "--").replace("—\n", "—")
        return text.replace("\n", " ")

    def _mended(self, broken: re.Match[str]) -> str:
        before, behind = broken.groups()
        kept = f"{before}-{behind}"
        if not (before[-1].islower() and behind[0].islower()):
            return kept
        if (before + behind).lower() in self._words:
            return before + behind
        if self._keeps_unknown or kept.lower() in self._words:
            return kept
        return before + behind


def _share(truths: Iterable[bool]) -> float:
    found = list(truths)
    return sum(found) / len(found) if found else 0.0
