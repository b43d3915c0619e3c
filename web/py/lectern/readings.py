"""How abbreviations are read that espeak-ng spells out or gets wrong.

One table a language: what is written, as a pattern over the text, and the words that are
said. Where nothing stands here espeak knows better.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

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
    """The text with its abbreviations written out, and what each word concerned says alone.

    Args:
        ranges: where the words stand in the text.
        language: BCP 47.

    A reading of as many words as are written goes word by word; else the first of them
    says it all, and the others are silent.
    """
    pattern, readings = _compiled(language.split("-", maxsplit=1)[0].lower())
    if pattern is None:
        return text, {}
    pieces: list[str] = []
    alone: dict[int, str] = {}
    position = 0
    for match in pattern.finditer(text):
        said = readings[match.lastindex - 1] if match.lastindex else match.group()
        written = [n for n, (start, _) in enumerate(ranges) if match.start() <= start < match.end()]
        if not written:
            continue
        parts = said.split()
        if len(parts) != len(written):
            parts = [said] + [""] * (len(written) - 1)
        alone |= dict(zip(written, parts, strict=True))
        pieces += [text[position : match.start()], said]
        position = match.end()
    return "".join(pieces) + text[position:], alone


@cache
def _compiled(language: str) -> tuple[re.Pattern[str] | None, tuple[str, ...]]:
    table = _TABLES.get(language)
    if not table:
        return None, ()
    alternatives = "|".join(f"({written})" for written, _ in table)
    return re.compile(rf"(?<![\w.])(?:{alternatives})"), tuple(said for _, said in table)
