"""Progress lines. Everything goes to standard error but what a command is asked for."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_COLOUR = sys.stderr.isatty() and "NO_COLOR" not in os.environ


def _paint(code: str, text: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if _COLOUR else text


def _say(mark: str, text: str) -> None:
    print(f"{mark} {text}", file=sys.stderr, flush=True)


def note(text: str) -> None:
    """Something to know that is no error."""
    _say(_paint("33", "note:"), text)


def done(text: str) -> None:
    _say(_paint("32", "done:"), text)


def error(what: str, hint: str = "") -> None:
    _say(_paint("31", "error:"), what)
    if hint:
        for line in hint.splitlines():
            print(f"       {line}", file=sys.stderr, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step; say how long it took when that was noticeable."""
    _say(_paint("36", "  -->"), text)
    started = time.monotonic()
    yield
    seconds = time.monotonic() - started
    if seconds >= 1:
        _say(_paint("36", "     "), f"{seconds:.1f} s")


class Progress:
    """How far a download is: one line that changes on a terminal, few lines elsewhere.

    ``total`` is in bytes; call it with the bytes that are here.
    """

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = max(total, 1)
        self._live = sys.stderr.isatty()
        self._next = 0.0
        self._shown = False
        self._first: tuple[float, int] | None = None

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = (now, done)
            self._next = now + (0.1 if self._live else 5)
        elif now >= self._next:
            self._next = now + (0.1 if self._live else 10)
            self._show(done, now, self._first)

    def end(self) -> None:
        """Leave the line."""
        if self._live and self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _show(self, done: int, now: float, first: tuple[float, int]) -> None:
        speed = (done - first[1]) / max(now - first[0], 1e-3)
        share = 100 * done // self._total
        line = f"{self._what}  {share} %, {size(done)} of {size(self._total)}, {size(int(speed))}/s"
        mark = _paint("36", "     ")
        if self._live:
            print(f"\r\x1b[K{mark} {line}", end="", file=sys.stderr, flush=True)
        else:
            _say(mark, line)
        self._shown = True


def size(count: int) -> str:
    """Bytes for people: ``"2.34 MB"`` of 1,048,576 bytes."""
    return f"{count / 1048576:.2f} MB"
