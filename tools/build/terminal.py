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


def size(count: int) -> str:
    """Bytes for people: ``"2.34 MB"`` of 1,048,576 bytes."""
    return f"{count / 1048576:.2f} MB"
