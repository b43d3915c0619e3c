"""Which encodings a text may declare."""

from __future__ import annotations

import codecs
import re

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
