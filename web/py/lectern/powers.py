"""What raised and lowered digits say: "10⁻³", "H₂O", "5 km²", "1⁄2".

espeak-ng drops them ("2¹⁰" is "two") or runs them together with what they stand behind ("10⁶" is
"ten six").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_UP, _DOWN = "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿⁱˣ", "₀₁₂₃₄₅₆₇₈₉"
_SIGNS = "⁺⁻₊₋"
#: What makes a look into a text worth while.
SCRIPT = re.compile(f"[{_UP}{_DOWN}{_SIGNS}]")
_RUN = re.compile(
    rf"(?P<over>[{_UP}]+)[/⁄](?P<under>[{_DOWN}]+)"
    rf"|(?P<up>[⁺⁻]?[{_UP}]+(?:[⁺⁻.,–-][{_UP}]+)*[⁺⁻]?|[⁺⁻])"
    rf"|(?P<down>[₊₋]?[{_DOWN}]+|[₊₋])"
)
_PLAIN = str.maketrans(
    {
        **dict(zip(_UP, "0123456789nix", strict=True)),
        **dict(zip(_DOWN, "0123456789", strict=True)),
        **dict(zip(_SIGNS, "+-+-", strict=True)),
    }
)
_LETTERS = re.compile(r"[^\W\d_]{1,20}\Z")
#: Longer words are none that anybody wrote.
_LONGEST = 200
_COUNTED = re.compile(r"\d\s?\Z")
_FRACTIONS = {"1/2": "½", "1/4": "¼", "3/4": "¾"}
#: Longer words that are raised to powers; behind any other a digit is a mark.
_FUNCTIONS = frozenset(
    {"sin", "cos", "tan", "cot", "sinh", "cosh", "tanh", "log", "det", "mol", "rad", "kWh"}
)


@dataclass(frozen=True, slots=True)
class _Tongue:
    """How a language says them. ``small``: the powers with a name. ``units``: after a number,
    and what is said of their second and third power around them."""

    power: str
    minus: str
    plus: str
    over: str
    joined: str
    small: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)


_TONGUES = {
    "en": _Tongue(
        *("to the", "minus", "plus", "over", "and"),
        {"2": "squared", "3": "cubed"},
        {"mm": "millimetres", "cm": "centimetres", "m": "metres", "km": "kilometres",
         "ft": "feet", "mi": "miles"},
        {"2": "square {}", "3": "cubic {}"},
    ),
    "fr": _Tongue(
        *("puissance", "moins", "plus", "sur", "et"),
        {"2": "au carré", "3": "au cube"},
        {"mm": "millimètres", "cm": "centimètres", "m": "mètres", "km": "kilomètres"},
        {"2": "{} carrés", "3": "{} cubes"},
    ),
    "de": _Tongue("hoch", "minus", "plus", "durch", "und"),
    "es": _Tongue(
        *("elevado a", "menos", "más", "sobre", "y"), {"2": "al cuadrado", "3": "al cubo"}
    ),
    "it": _Tongue(
        *("elevato a", "meno", "più", "su", "e"), {"2": "al quadrato", "3": "al cubo"}
    ),
}  # fmt: skip
#: Numbers are at least heard, apart from what they stand behind.
_OTHER = _Tongue("", "-", "+", "/", "")


def said(word: str, before: str, language: str) -> str:
    """What a written word with raised or lowered digits in it says.

    Args:
        before: the text before the word, or its end.
        language: the primary subtag, in lower case.
    """
    if len(word) > _LONGEST:
        return word
    tongue = _TONGUES.get(language, _OTHER)
    text = ""
    position = 0
    for run in _RUN.finditer(word):
        text += word[position : run.start()]
        position = run.end()
        if run["over"]:
            fraction = f"{run['over']}/{run['under']}".translate(_PLAIN)
            joined = tongue.joined if _COUNTED.search(text or before[-2:]) else ""
            spelled = fraction.replace("/", f" {tongue.over} ")
            text += f" {joined} {_FRACTIONS.get(fraction, spelled)} "
        elif run["down"]:
            text += f" {_signs(run['down'], tongue)} "
        else:
            text = _raised(text, run["up"], before[-30:], tongue)
    return " ".join((text + word[position:]).split())


def _raised(base: str, script: str, before: str, tongue: _Tongue) -> str:
    """The base and what is raised behind it."""
    number = script.translate(_PLAIN)
    letters = _LETTERS.search(base)
    last = (base or before)[-1:]
    is_charge = script[-1] in "⁺⁻"
    is_base = last.isdigit() or last in ")]}" if last else False
    if letters:
        is_base = len(letters[0]) <= 2 or letters[0] in _FUNCTIONS
        stem = base[: letters.start()]
        unit = tongue.units.get(letters[0])
        if unit and number in tongue.areas and _COUNTED.search(stem or before):
            return f"{stem} {tongue.areas[number].format(unit)} "
    if not is_base or is_charge:
        return f"{base} {_signs(script, tongue)} "
    if letters and len(letters[0]) == 2 and letters[0].islower():
        base = base[:-1] + " " + base[-1]  # a product: "mc²"
    power = tongue.small.get(number) or f"{tongue.power} {_signs(script, tongue)}"
    return f"{base} {power} "


def _signs(script: str, tongue: _Tongue) -> str:
    spelled = script.translate(_PLAIN)
    return spelled.replace("+", f" {tongue.plus} ").replace("-", f" {tongue.minus} ")
