"""How abbreviations and powers are read that espeak-ng spells out or gets wrong.

One table of abbreviations a language: what is written, as a pattern over the text, and the words
that are said. Where nothing stands here espeak knows better. Powers are read in ``powers.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from lectern import powers

#: After a title: a name, or "le", "la" ("M. le maire").
_NAME = r"(?=\s+(?:[A-ZÀ-ÖØ-Ý]|l[ea]\s|l['’]))"
_NUMBER = r"(?=\s*\d)"
_CLOSED = r"(?!\w)"

_TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    "fr": (
        (r"M\." + _NAME, "monsieur"),
        (r"MM\." + _NAME, "messieurs"),
        (r"Mgr\.?" + _NAME, "monseigneur"),
        (r"[Dd]['’]aujourd['’]hui" + _CLOSED, "d'aujourdhui"),
        (r"[Pp]\.\s?ex\.", "par exemple"),
        (r"[Cc]\.-à-d\.", "c'est-à-dire"),
        (r"[Cc]f\.", "confer"),
        (r"[Nn][o°]\.?" + _NUMBER, "numéro"),
        (r"[Vv]ol\." + _NUMBER, "volume"),
        (r"[Cc]hap\." + _NUMBER, "chapitre"),
        (r"[Pp]p?\." + _NUMBER, "page"),
        (r"av\.\s?J\.-C\.", "avant Jésus-Christ"),
        (r"apr\.\s?J\.-C\.", "après Jésus-Christ"),
    ),
    "en": (
        (r"[Vv]s\.", "versus"),
        (r"Nos?\." + _NUMBER, "number"),
        (r"[Vv]ol\." + _NUMBER, "volume"),
        (r"[Cc]h\." + _NUMBER, "chapter"),
        (r"[Pp]p?\." + _NUMBER, "page"),
        (r"Prof\." + _NAME, "professor"),
        (r"Gen\." + _NAME, "general"),
        (r"Sgt\." + _NAME, "sergeant"),
        (r"Capt\." + _NAME, "captain"),
        (r"Lt\." + _NAME, "lieutenant"),
        (r"[Aa]pprox\.", "approximately"),
    ),
}


def read_as(
    text: str, ranges: Sequence[tuple[int, int]], language: str
) -> tuple[str, dict[int, str]]:
    """The text with its abbreviations and powers written out, and what each word concerned
    says alone.

    Args:
        ranges: where the words stand in the text.
        language: BCP 47.

    A reading of as many words as are written goes word by word; else the first of them
    says it all, and the others are silent.
    """
    spoken_in = language.split("-", maxsplit=1)[0].lower()
    found = [*_abbreviations(text, ranges, spoken_in), *_powers(text, ranges, spoken_in)]
    pieces: list[str] = []
    alone: dict[int, str] = {}
    position = 0
    for start, end, said, written in sorted(found):
        if start < position:
            continue
        parts = said.split()
        if len(parts) != len(written):
            parts = [said] + [""] * (len(written) - 1)
        alone |= dict(zip(written, parts, strict=True))
        pieces += [text[position:start], said]
        position = end
    return "".join(pieces) + text[position:], alone


#: Where it stands, what it says, and which words it is.
_Reading = tuple[int, int, str, list[int]]


def _abbreviations(
    text: str, ranges: Sequence[tuple[int, int]], language: str
) -> Iterator[_Reading]:
    pattern, readings = _compiled(language)
    for match in pattern.finditer(text) if pattern else ():
        said = readings[match.lastindex - 1] if match.lastindex else match.group()
        written = [n for n, (start, _) in enumerate(ranges) if match.start() <= start < match.end()]
        if written:
            yield (*match.span(), said, written)


def _powers(text: str, ranges: Sequence[tuple[int, int]], language: str) -> Iterator[_Reading]:
    if not powers.SCRIPT.search(text):
        return
    for number, (start, end) in enumerate(ranges):
        if powers.SCRIPT.search(text, start, end):
            said = powers.said(text[start:end], text[max(0, start - 30) : start], language)
            yield start, end, said, [number]


@cache
def _compiled(language: str) -> tuple[re.Pattern[str] | None, tuple[str, ...]]:
    table = _TABLES.get(language)
    if not table:
        return None, ()
    alternatives = "|".join(f"({written})" for written, _ in table)
    return re.compile(rf"(?<![\w.])(?:{alternatives})"), tuple(said for _, said in table)
