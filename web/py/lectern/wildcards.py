"""Patterns of plain people, matched in linear time.

``*`` is any number of letters and digits, ``?`` one of them, ``#`` a number, ``[a-z]`` and
``[!a-z]`` one of a class or none of it, ``(one|other)`` either; a backslash before a sign
means the sign itself. No pattern can take long: it is a nondeterministic automaton whose
states are all followed at once (K. Thompson, Regular Expression Search Algorithm, CACM 11:6,
1968; with what each wildcard stands for after R. Pike's sam), so a match costs at most its
length times the pattern's. Python's ``re`` backtracks, and patterns come from anybody's file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lectern.errors import BadOption
from lectern.folding import Folded, fold

#: Groups within groups: nobody needs more, and the parser calls itself for each.
_MOST_DEPTH = 8
#: What ``$1`` to ``$9`` can name.
MOST_CAPTURED = 9

_ANY, _DIGIT, _LITERAL, _CLASS, _SPLIT, _JUMP, _SAVE, _MATCH = range(8)


class Meter:
    """Steps that matching may take; the same text and patterns always take the same."""

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self) -> bool:
        """Take one; False when there are none left."""
        self.left -= 1
        return self.left >= 0


@dataclass(slots=True)
class _Step:
    """An instruction of the automaton; ``one`` and ``other`` lead on."""

    kind: int
    one: int = 0
    other: int = 0
    literal: str = ""
    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False


#: Where each capture begins and ends, in units; -1 while it is open.
_Saved = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Pattern:
    """One pattern, ready to be matched.

    Most of hundreds of patterns need not be tried on a sentence: it has to have ``needs`` in it,
    units put together, and a match begins with one of the units ``first`` (None: nobody knows).
    """

    cased: bool
    captures: int = 0
    needs: str = ""
    first: frozenset[str] | None = None
    _steps: list[_Step] = field(default_factory=list)

    @classmethod
    def parse(cls, written: str) -> Pattern:
        """Compile; letter case counts where ``written`` has a capital.

        Raises:
            BadOption: a bracket is not closed, a class is empty, groups are too deep.
        """
        cased = any(char.isupper() for char in written)
        pattern = cls(cased)
        units = fold(written)
        end = _Parser(pattern, units.cased if cased else units.folded).run()
        if end == 0:
            raise BadOption("A pattern needs at least one sign.")
        pattern.first = pattern._beginnings()
        return pattern

    def _beginnings(self) -> frozenset[str] | None:
        threads: list[tuple[int, _Saved]] = []
        self._follow(0, (), 0, threads, set(), Meter(len(self._steps)))
        steps = [self._steps[number] for number, _ in threads]
        if any(step.kind not in (_LITERAL, _MATCH) for step in steps):
            return None
        return frozenset(step.literal for step in steps if step.kind == _LITERAL)

    def match(self, text: Folded, start: int, meter: Meter) -> tuple[int, _Saved] | None:
        """The longest match that begins at unit ``start`` and ends a word, and its captures.

        None also when ``meter`` runs out.
        """
        units = text.cased if self.cased else text.folded
        best: tuple[int, _Saved] | None = None
        threads: list[tuple[int, _Saved]] = []
        seen: set[int] = set()
        self._follow(0, (), start, threads, seen, meter)
        at = start
        while threads and meter.left > 0:
            matched = next((saved for step, saved in threads if self._is_match(step)), None)
            if matched is not None and at > start and text.is_boundary(at):
                best = (at, matched)
            if at >= len(units):
                break
            unit = units[at]
            waiting, threads, seen = threads, [], set()
            for number, saved in waiting:
                if not meter.step():
                    return None
                step = self._steps[number]
                if _takes(step, unit):
                    self._follow(number + 1, saved, at + 1, threads, seen, meter)
            at += 1
        return best if meter.left > 0 else None

    def _is_match(self, step: int) -> bool:
        return self._steps[step].kind == _MATCH

    def _follow(
        self,
        number: int,
        saved: _Saved,
        at: int,
        threads: list[tuple[int, _Saved]],
        seen: set[int],
        meter: Meter,
    ) -> None:
        """Add all steps that are reached without taking a unit, the preferred ones first."""
        waiting = [(number, saved)]
        while waiting:
            number, saved = waiting.pop()
            if number in seen or not meter.step():
                continue
            seen.add(number)
            step = self._steps[number]
            if step.kind == _SPLIT:
                waiting += [(step.other, saved), (step.one, saved)]
            elif step.kind == _JUMP:
                waiting.append((step.one, saved))
            elif step.kind == _SAVE:
                waiting.append((number + 1, _marked(saved, step.one, at)))
            else:
                threads.append((number, saved))


def _marked(saved: _Saved, capture: int, at: int) -> _Saved:
    """``capture`` begins at unit ``at``, or ends there if it has begun."""
    if capture >= len(saved):
        return (*saved, *((-1, -1),) * (capture - len(saved)), (at, -1))
    begun = saved[capture][0]
    return (*saved[:capture], (at if begun < 0 else begun, at), *saved[capture + 1 :])


@lru_cache(1024)
def _literal(unit: str) -> _Step:
    """Steps of literals lead nowhere else and are never changed: patterns share them."""
    return _Step(_LITERAL, literal=unit)


def _takes(step: _Step, unit: str) -> bool:
    if step.kind == _LITERAL:
        return unit == step.literal
    if step.kind == _ANY:
        return unit[0].isalnum()
    if step.kind == _DIGIT:
        return unit.isdecimal()
    if step.kind == _CLASS:
        return any(low <= unit <= high for low, high in step.ranges) != step.negated
    return False


class _Parser:
    """Units of a pattern to steps."""

    def __init__(self, pattern: Pattern, units: Sequence[str]) -> None:
        self._pattern = pattern
        self._units = units
        self._at = 0
        self._steps = pattern._steps
        self._run: list[str] = []

    def run(self) -> int:
        """Compile everything; how many steps consume something or lead somewhere."""
        self._sequence(0)
        if self._at < len(self._units):
            raise BadOption("A pattern's ) has no ( before it; write \\) for the sign itself.")
        size = len(self._steps)
        self._steps.append(_Step(_MATCH))
        return size

    def _peek(self) -> str:
        return self._units[self._at] if self._at < len(self._units) else ""

    def _take(self) -> str:
        self._at += 1
        return self._units[self._at - 1]

    def _add(self, step: _Step) -> int:
        self._steps.append(step)
        return len(self._steps) - 1

    def _sequence(self, depth: int) -> None:
        while self._peek() not in ("", "|", ")") or (self._peek() == "|" and depth == 0):
            unit = self._take()
            if unit in ("*", "?", "#", "[", "("):
                self._run.clear()
                self._captured(unit, depth)
                self._run.clear()
            else:
                self._literal(unit, depth)

    def _literal(self, unit: str, depth: int) -> None:
        if unit == "\\":
            if not self._peek():
                raise BadOption("A pattern can't end with a backslash; write \\\\ for the sign.")
            unit = self._take()
        self._add(_literal(unit))
        if depth == 0:
            self._run.append(unit)
            run = "".join(self._run)
            if len(run) > len(self._pattern.needs):
                self._pattern.needs = run

    def _captured(self, unit: str, depth: int) -> None:
        """A wildcard, class or group; those that stand in no other have a number."""
        capture = self._pattern.captures if depth == 0 else MOST_CAPTURED
        if capture < MOST_CAPTURED:
            self._pattern.captures += 1
            self._add(_Step(_SAVE, one=capture))
        if unit == "*":
            split = self._add(_Step(_SPLIT))
            self._add(_Step(_ANY))
            self._add(_Step(_JUMP, one=split))
            self._steps[split].one, self._steps[split].other = split + 1, len(self._steps)
        elif unit == "?":
            self._add(_Step(_ANY))
        elif unit == "#":
            digit = self._add(_Step(_DIGIT))
            self._add(_Step(_SPLIT, one=digit, other=digit + 2))
        elif unit == "[":
            self._class()
        else:
            self._group(depth + 1)
        if capture < MOST_CAPTURED:
            self._add(_Step(_SAVE, one=capture))

    def _class(self) -> None:
        negated = self._peek() == "!"
        if negated:
            self._take()
        ranges: list[tuple[str, str]] = []
        while self._peek() != "]":
            low = self._member()
            high = low
            if self._peek() == "-" and self._units[self._at + 1 : self._at + 2] not in ([], ["]"]):
                self._take()
                high = self._member()
            ranges.append((low, high))
        self._take()
        if not ranges:
            raise BadOption("A pattern's [] is empty; write \\[ for the sign itself.")
        self._add(_Step(_CLASS, ranges=tuple(ranges), negated=negated))

    def _member(self) -> str:
        unit = self._take() if self._peek() else ""
        if unit == "\\" and self._peek():
            unit = self._take()
        if not unit or not self._peek():
            raise BadOption("A pattern's [ is not closed; write \\[ for the sign itself.")
        return unit

    def _group(self, depth: int) -> None:
        if depth > _MOST_DEPTH:
            raise BadOption(f"A pattern's groups can be {_MOST_DEPTH} deep at most.")
        jumps: list[int] = []
        while True:
            split = self._add(_Step(_SPLIT))
            self._steps[split].one = split + 1
            self._sequence(depth)
            jumps.append(self._add(_Step(_JUMP)))
            self._steps[split].other = len(self._steps)
            closing = self._take() if self._peek() else ""
            if closing == ")":
                # The last alternative has no other: its split leads to itself, seen already.
                self._steps[split].other = split + 1
                break
            if closing != "|":
                raise BadOption("A pattern's ( is not closed; write \\( for the sign itself.")
        for jump in jumps:
            self._steps[jump].one = len(self._steps)
