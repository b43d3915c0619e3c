"""Values out of somebody's JSON, checked: type and range first, then trust."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from lectern.errors import VoiceUnreadable

#: Nothing of ours is deeper than 6. In Pyodide a parser that runs out of stack ends Python.
_MOST_DEPTH = 64
#: The closing quote is optional: a string without one is passed over once, not tried again
#: from each of its quotes (which is quadratic: two minutes for 200 KB).
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"?|[][{}]')


def parse(text: str) -> object:
    """Somebody's JSON; None for what is none or is nested beyond all reason.

    No check of a voice lets None through.
    """
    depth = 0
    for mark in _NESTING.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark.group(), 0)
        if depth > _MOST_DEPTH:
            return None
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed


class Checked:
    """One JSON object whose values are taken out by name.

    ``what`` names the file in messages; ``path`` leads to this object in it.

    Every method raises VoiceUnreadable for a value of a wrong type or range.
    """

    __slots__ = ("_path", "_values", "_what")

    def __init__(self, values: object, what: str, path: str = "") -> None:
        self._what = what
        self._path = path
        if not isinstance(values, Mapping):
            raise self.unreadable(path or "the whole", "a JSON object", values)
        self._values = values

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def part(self, name: str) -> Checked:
        """An object; one that is missing is empty."""
        value = self._values.get(name)
        return Checked({} if value is None else value, self._what, self._name(name))

    def items(self) -> list[tuple[str, object]]:
        """Name and value of everything in it."""
        for name in self._values:
            if not isinstance(name, str):
                raise self.unreadable(self._path, "an object with texts as names", name)
        return list(self._values.items())

    def text(self, name: str, default: str | None = None) -> str:
        value = self._values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self.unreadable(self._name(name), "text", value)
        return value

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        value = self._values.get(name)
        if value is None and default is not None:
            return default
        return self.check_whole(value, name, low, high)

    def check_whole(self, value: object, name: str, low: int, high: int) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.unreadable(
                self._name(name), f"a whole number between {low} and {high}", value
            )
        return value

    def number(self, name: str, low: float, high: float, default: float) -> float:
        value = self._values.get(name)
        if value is None:
            return default
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not low <= value <= high  # NaN is not in it either
        ):
            raise self.unreadable(self._name(name), f"a number between {low} and {high}", value)
        return float(value)

    def unreadable(self, where: str, wanted: str, value: object) -> VoiceUnreadable:
        """The error for a value that is not what it should be."""
        shown = type(value).__name__
        if isinstance(value, str | float) or (isinstance(value, int) and abs(value) < 2**63):
            shown = ascii(value)
        if len(shown) > 40:
            shown = shown[:40] + "…"
        return VoiceUnreadable(
            f"{self._what} can't be read: {where} must be {wanted}, not {shown}. "
            "Use the voice's files as Piper publishes them."
        )

    def _name(self, name: str) -> str:
        shown = ascii(name)[1:-1][:40]
        return f"{self._path}.{shown}" if self._path else shown
