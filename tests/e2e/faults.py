"""What a static host can do wrong with one file; given to ``StaticSite.fault``."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Status:
    """Answer with this HTTP status and a short text."""

    code: int


@dataclass(frozen=True)
class Cut:
    """Close the connection after ``after`` bytes of the body.

    With ``length`` the answer announced its true Content-Length, so the browser sees
    the cut; without, the short body looks complete.
    """

    after: int
    length: bool = True


@dataclass(frozen=True)
class Flip:
    """Turn over one bit of byte ``at`` (counted from the end when negative)."""

    at: int = -1


@dataclass(frozen=True)
class Replace:
    """Send these bytes in the place of the file's."""

    data: bytes


@dataclass(frozen=True)
class WrongLength:
    """Announce a Content-Length that is ``by`` bytes off; the body ends where it ends."""

    by: int = 1


@dataclass(frozen=True)
class NoLength:
    """Send the right body without a Content-Length and close the connection."""


@dataclass(frozen=True)
class Slow:
    """Send the body in ``parts`` pieces, ``pause`` seconds apart."""

    pause: float
    parts: int = 10


@dataclass(frozen=True)
class Hold:
    """Hold the answer back until ``release()``; ``arrived`` is set when it is asked for."""

    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        self.released.set()


Fault = Status | Cut | Flip | Replace | WrongLength | NoLength | Slow | Hold


def flip_bit(data: bytes, at: int = -1) -> bytes:
    """``data`` with the lowest bit of byte ``at`` turned over."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)
