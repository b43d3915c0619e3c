"""What most of a document is set in, and the ends of its sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from lectern.documents.pdf_lines import Line

#: As a part of the line's size.
INDENT = 0.7
_ENDS_SENTENCE = re.compile(r"[.!?…:。！？؟।][\"'”’»)\]\d*†]*$")
#: Before a sentence's first letter.
OPENERS = "\"'“‘«‹„(¿¡["


@dataclass(frozen=True, slots=True)
class Body:
    """What most of the document is set in.

    ``size``: of its font; ``leading``: distance of its baselines; points. ``bold``: whether most
    of it is. ``indented``: whether its paragraphs begin with an indent.
    """

    size: float
    leading: float
    bold: bool
    indented: bool = False


def ends_sentence(text: str) -> bool:
    return _ENDS_SENTENCE.search(text) is not None


def starts_small(text: str) -> bool:
    return text.lstrip(OPENERS)[:1].islower()


def leading_of(lines: Sequence[Line], size: float) -> list[float]:
    """Distances of the baselines of lines of that size, one below the other."""
    return [
        after.y - before.y
        for before, after in pairwise(lines)
        if abs(before.size - size) < 0.05 * size
        and abs(after.size - size) < 0.05 * size
        and 0 < after.y - before.y < 3 * size
    ]


def has_indents(columns: Sequence[Sequence[Line]], size: float) -> bool:
    """Whether paragraphs begin with an indent: most lines after one that ends short do."""
    indented = flush = 0
    for lines in columns:
        text = [line for line in lines if abs(line.size - size) < 0.05 * size]
        if len(text) < 4:
            continue
        x0 = median(line.x0 for line in text)
        x1 = sorted(line.x1 for line in text)[-2]
        for line, below in pairwise(text):
            # A fifth of the column: more than the word that would not fit leaves free.
            if ends_sentence(line.text) and x1 - line.x1 > 0.2 * (x1 - x0):
                further = below.x0 - x0
                indented += INDENT * size < further < 5 * size
                flush += abs(further) <= INDENT * size
    return indented > 2 * flush
