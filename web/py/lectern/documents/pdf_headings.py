"""Which lines are headings, and of which level: by size, weight, numbering and place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lectern.documents.pdf_body import Body
from lectern.documents.pdf_lines import Line

#: A heading's size by the body's.
_LARGE = 1.13
#: Longer texts in large type are quotations or a magazine's first paragraph.
_MOST_CHARACTERS = 220
_MOST_LINES = 5
_NUMBERED = re.compile(r"((?:\d{1,2}|[A-Z])(?:\.\d{1,2})*\.?|[IVX]{1,5}\.)\s+(?=[^\W\d_])")
_CHAPTER = re.compile(
    r"(?:chapter|part|book|appendix|chapitre|partie|livre|annexe|kapitel|teil|anhang|capítulo|"
    r"capitolo)\s+(?:\d{1,3}|[IVXLC]{1,7}|[A-Z])\b[^.!?]{0,60}$",
    re.IGNORECASE,
)
_ENDS = ".,;:!?…"


def style(lines: Sequence[Line], body: Body) -> tuple[float, bool, int]:
    """Size, weight and depth of numbering: what headings of one level share."""
    numbered = _NUMBERED.match(lines[0].text)
    depth = numbered.group(1).rstrip(".").count(".") + 1 if numbered else 0
    size = max(line.size for line in lines)
    return round(size * 2) / 2, lines[0].bold and not body.bold, depth


def is_heading(
    line: Line, before: float, after: float, width: float, fits: bool, body: Body
) -> bool:
    """Whether the line looks like one of a heading.

    ``before`` and ``after``: distances of the baselines to the lines above and below in the
    column, infinite where there is none; ``width``: of the column; ``fits``: the line above
    ends a paragraph.
    """
    text = line.text
    if len(text) > _MOST_CHARACTERS or not any(map(str.isalpha, text)):
        return False
    if line.size >= _LARGE * body.size:
        return len(text) > 1
    if line.size < 0.9 * body.size:
        return False
    short = line.x1 - line.x0 < 0.9 * width
    apart = before > 1.2 * body.leading
    alone = apart and after > 1.15 * body.leading
    ends = text[-1] in _ENDS
    if line.bold and not body.bold:
        return (fits or apart) and not (ends and len(text) > 60) and text[0].upper() == text[0]
    if not short or not fits:
        return False
    if _CHAPTER.match(text):
        return apart
    letters = sum(map(str.isalpha, text))
    if text.isupper() and letters >= 4 and text.upper() != text.lower():
        return apart and not ends
    return bool(_NUMBERED.match(text)) and alone and not ends and len(text) < 80


def is_styled(line: Line, body: Body) -> bool:
    """Whether the line stands out by its size or weight."""
    return line.size >= _LARGE * body.size or (line.bold and not body.bold)


def same_heading(one: Line, other: Line, body: Body) -> bool:
    """Whether a heading goes on with its next line."""
    return (
        abs(one.size - other.size) < 0.05 * one.size
        and one.bold == other.bold
        and 0 < other.y - one.y < max(1.6 * one.size, 1.1 * body.leading)
        and not _NUMBERED.match(other.text)
    )


def is_too_long(lines: Sequence[Line]) -> bool:
    return len(lines) > _MOST_LINES or sum(len(line.text) for line in lines) > _MOST_CHARACTERS


def levels(styles: Iterable[tuple[float, bool, int]]) -> dict[tuple[float, bool, int], int]:
    """The level, 1 to 6, of each style: by size, then weight, then numbering."""
    ordered = sorted(set(styles), key=lambda one: (-one[0], not one[1], one[2]))
    found: dict[tuple[float, bool, int], int] = {}
    level = 0
    previous: tuple[float, bool, int] | None = None
    for one in ordered:
        # Without a number, and with one, at the same size: "Introduction", "1 Aims".
        same = previous is not None and one[:2] == previous[:2] and previous[2] == 0
        level += not (same and one[2] == 1)
        found[one] = min(level, 6)
        previous = one
    return found
