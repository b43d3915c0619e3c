"""Raised and lowered runs -> Unicode's own digits, so that 10 to the 6 is not 106 in plain text."""

from __future__ import annotations

import re

_UP = str.maketrans("0123456789+-−–nix", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻ⁿⁱˣ")
_DOWN = str.maketrans("0123456789+-−–", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋")
#: Numbers of six digits at most: a longer one that is raised is no power and no mark.
_NUMBER = r"[+−–-]?\d{1,6}(?:[.,]\d{1,6})?[+−–-]?"
_NUMBERS = re.compile(rf"\s*(?:{_NUMBER}|[+−–-])\s*")
#: Several are marks or citations: what stands between them is no sign.
_LIST = re.compile(r"\s*\d{1,4}(?:\s?[,;–-]\s?\d{1,4}){1,30}\s*")
#: "xⁿ", "2ⁱ⁺¹"; other letters are ordinals and abbreviations: "1er", "5th", "Mme".
_VARIABLE = re.compile(r"\s*[+−–-]?\d{0,4}[nix](?:[+−–-](?:\d{1,4}|[nix]))?\s*")
#: A number, a bracket or a letter that stands alone.
_BASE = re.compile(r"[\d)\]]\Z|(?:^|[\W\d_])[^\W\d_]\Z")
_DIGIT = re.compile(r"\d+")


def superscript(text: str, before: str) -> str:
    """A raised run as plain text has it. ``before``: the end of what it is raised behind."""
    if _LIST.fullmatch(text):
        return _DIGIT.sub(lambda digits: digits[0].translate(_UP), text)
    if _NUMBERS.fullmatch(text) or (_VARIABLE.fullmatch(text) and _BASE.search(before[-2:])):
        return text.translate(_UP)
    return text


def subscript(text: str) -> str:
    """A lowered run as plain text has it."""
    return text.translate(_DOWN) if _NUMBERS.fullmatch(text) else text
