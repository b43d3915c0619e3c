"""Which encodings a text may declare, and which it is in when it declares none."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

#: Python's names of what texts are really encoded in: other codecs (idna, unicode_escape)
#: are no encodings of texts, and some take quadratic time.
_ENCODINGS = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp\d+|mac-\w+|koi8-\w+|big5(hkscs)?|gb2312|gbk|gb18030|shift_jis\w*"
    r"|euc[_-]\w+|iso2022_jp\w*|tis-620|ptcp154|johab|hz"
)


def text_encoding(declared: bytes, otherwise: str = "utf-8") -> str:
    """Python's name of an encoding as a document declares it, ``otherwise`` for what is none.

    Latin-1 means Windows-1252, as in every browser.
    """
    try:
        name = codecs.lookup(declared.decode("ascii")).name
    except (LookupError, ValueError):
        return otherwise
    if name in {"iso8859-1", "ascii"}:
        return "cp1252"
    return name if _ENCODINGS.fullmatch(name) else otherwise


#: Of a text: enough to see what it is written in.
_SAMPLE = 60_000
_FEWEST_LETTERS = 4
_HIGH = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class _Legacy:
    """An encoding that says nothing of itself.

    ``common``: letters that are frequent in what is written in it. ``share``: of them among its
    letters that are not ASCII, at least; in texts of other encodings they are far rarer.
    ``whole``: the least share of those letters among all.
    """

    name: str
    common: frozenset[str]
    share: float
    whole: float


_KANA = frozenset(map(chr, range(0x3041, 0x3094)))
_CYRILLIC = frozenset("оеаинтсрлвкі")
_LEGACY = (
    _Legacy("cp932", _KANA, 0.25, 0.3),
    _Legacy("euc_jp", _KANA, 0.25, 0.3),
    _Legacy(
        "gb18030",
        frozenset("的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年其所无"),
        *(0.12, 0.3),
    ),
    _Legacy(
        "big5",
        frozenset("的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年其所無"),
        *(0.12, 0.3),
    ),
    _Legacy(
        "cp949", frozenset("이다는에가고을의하지로한기도사은아나어리자그서인라를시"), *(0.25, 0.3)
    ),
    _Legacy("cp1251", _CYRILLIC, 0.45, 0.5),
    _Legacy("koi8-r", _CYRILLIC, 0.45, 0.5),
)  # fmt: skip


def guessed(data: bytes) -> str:
    """The old encoding of another script that a text is in which is no UTF-8, "" where it seems
    to be Western Europe's."""
    high = _HIGH.search(data)
    if high is None:
        return ""
    start = data.rfind(b"\n", max(0, high.start() - 200), high.start()) + 1 or high.start()
    sample = data[start : start + _SAMPLE]
    best, name = 1.0, ""
    for one in _LEGACY:
        try:
            # The sample may end within a character.
            text = codecs.getincrementaldecoder(one.name)("strict").decode(sample)
        except (UnicodeDecodeError, LookupError, ImportError):
            continue
        letters = Counter(filter(str.isalpha, text))
        others = sum(count for letter, count in letters.items() if not letter.isascii())
        if others < max(_FEWEST_LETTERS, one.whole * letters.total()):
            continue
        found = sum(letters[letter] for letter in one.common) / others / one.share
        if found > best:
            best, name = found, one.name
    return name
