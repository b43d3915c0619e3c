"""Pieces on one baseline -> their text in the order of reading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from lectern.documents.raised import subscript

# Parts of the font's size.
#: Smaller gaps than this are kerning; TeX's narrowest space is 0.22.
_WORD_GAP = 0.13
#: A script is smaller than its line by this factor.
SCRIPT_SIZE = 0.85

_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f]")


@dataclass(slots=True)
class Piece:
    """A run of text in one font. ``x0`` and ``x1``: its edges in reading direction."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool


def is_right_to_left(text: str) -> bool:
    right = len(_RIGHT_TO_LEFT.findall(text))
    return right > 0 and right > len(_LEFT_TO_RIGHT.findall(text))


def runs(pieces: list[Piece], y: float, size: float, mirrored: bool) -> list[tuple[str, bool]]:
    """Text of pieces of a line, spaces put in by the gaps, and whether it is raised.

    Digits that are lowered are so in the text already: nothing else is to be known of them.

    ``y`` and ``size``: the line's; ``mirrored``: it is read from right to left.
    """
    found: list[tuple[str, bool]] = []
    threshold = _gap_of_words(pieces, size)
    edge: float | None = None
    for piece, gap in _in_order(pieces, mirrored):
        small = piece.size < SCRIPT_SIZE * size
        raised = small and y - piece.y > 0.12 * size
        text = subscript(piece.text) if small and piece.y - y > 0.08 * size else piece.text
        if edge is not None and gap > threshold:
            text = " " + text
        if found and found[-1][1] == raised and not raised:
            found[-1] = (found[-1][0] + text, raised)
        else:
            found.append((text, raised))
        edge = piece.x1
    return found


def _in_order(pieces: list[Piece], mirrored: bool) -> list[tuple[Piece, float]]:
    """Pieces as they are read, each with the gap before it: runs of the other direction are
    read against the line's."""
    if len(pieces) == 1:
        return [(pieces[0], 0.0)]
    gaps = [0.0] + [after.x0 - before.x1 for before, after in pairwise(pieces)]
    against = [_against(piece.text, mirrored) for piece in pieces]
    if not any(against):
        return list(zip(pieces, gaps, strict=True))
    found: list[tuple[Piece, float]] = []
    index = 0
    while index < len(pieces):
        end = index
        if against[index]:
            # Numbers and marks between two pieces of the run belong to it.
            for later in range(index, len(pieces)):
                if against[later]:
                    end = later
                elif _has_letters(pieces[later].text):
                    break
        run = list(range(index, end + 1))[::-1]
        found += [(pieces[at], gaps[index] if at == run[0] else gaps[at + 1]) for at in run]
        index = end + 1
    return found


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))


def _against(text: str, mirrored: bool) -> bool:
    if not _has_letters(text):
        return mirrored and text[:1].isdigit()
    return is_right_to_left(text) is not mirrored


def _gap_of_words(pieces: list[Piece], size: float) -> float:
    """The narrowest gap between words: wider where the letters are spaced out."""
    letters = sum(len(piece.text) == 1 and piece.text.isalpha() for piece in pieces)
    if len(pieces) >= 4 and letters > 0.7 * len(pieces):
        gaps = sorted(after.x0 - before.x1 for before, after in pairwise(pieces))
        return max(_WORD_GAP * size, 1.8 * gaps[len(gaps) // 2])
    return _WORD_GAP * size
