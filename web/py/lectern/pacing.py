"""How much of a sentence to make before handing it over, so that the listener never runs dry.

Windows start small, for an early first sound, and grow as fast as what is buffered allows.
Where the machine is too slow for that, the first piece is made so long that the rest is
ready in time: one wait instead of many.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

#: Frames of a window. A smaller one wastes more on its context, and leaves the next one so
#: little time that it is small too; a larger one gains nothing and needs more memory.
SMALLEST, LARGEST = 24, 176
_STEP = 8
#: A run may take so much longer than the last ones did.
_MARGIN = 1.3
#: Seconds that a piece needs from here to the ear, on top of its making.
_TRANSPORT = 0.03
#: Who has less than this to hear is waiting, in seconds.
_WAITING = 0.5
#: Share of the newest measurement in the estimate; a slower one counts at once.
_NEWEST = 0.3


@dataclass(frozen=True, slots=True)
class Demand:
    """What the listener needs.

    Args:
        ahead: seconds until nothing is left to hear; 0: waiting now; None: nobody listens.
        rate: speed of playback.
    """

    ahead: float | None = None
    rate: float = 1.0

    @property
    def waiting(self) -> bool:
        """Whether a beginning is better than all of it a little later."""
        return self.ahead is not None and self.ahead < _WAITING

    def after(self, seconds: float) -> Demand:
        """What it is when so much time has passed: the listener goes on listening."""
        if self.ahead is None:
            return self
        return replace(self, ahead=max(0.0, self.ahead - seconds))


class Speed:
    """Seconds that a frame of a window costs, context included, as measured."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def took(self, seconds: float, frames: int) -> None:
        """A window of so many frames, context included, took this long."""
        if seconds <= 0 or frames <= 0:
            return
        each = seconds / frames
        if each >= self._seconds:
            self._seconds = each if not self._seconds else (self._seconds + each) / 2
        else:
            self._seconds += (each - self._seconds) * _NEWEST

    def cost(self, frames: int) -> float:
        """Seconds that a window of so many frames is expected to take."""
        return self._seconds * frames


@dataclass(frozen=True, slots=True)
class Pace:
    """Decides for one sentence.

    Args:
        speed: of this voice where it runs.
        frame: seconds of sound of a frame.
        context: frames that a window is computed with beside its own.
        reserve: seconds that should be left to hear at the sentence's end: the next one has
            to be begun.
    """

    speed: Speed
    frame: float
    context: int
    reserve: float = 0.0

    def size(self, demand: Demand, made: int, remaining: int) -> int:
        """Frames of the next window.

        Args:
            made: frames that are made and not handed over.
            remaining: frames that are not made.
        """
        if demand.ahead is None:
            size = _share(remaining)
        else:
            size = self._next(demand.ahead + self._seconds(made, demand.rate), remaining)
            # What is held back because it is not enough does not become so by small steps.
            size = max(size, min(2 * made, _share(remaining)))
        # No rest that costs more context than sound.
        return remaining if remaining - size < SMALLEST else size

    def enough(self, demand: Demand, made: int, remaining: int) -> bool:
        """Whether what is made can be handed over: the rest will be there in time."""
        if demand.ahead is None or not remaining:
            return True
        buffered = demand.ahead + self._seconds(made, demand.rate)
        while remaining > 0:
            size = min(remaining, self._next(buffered, remaining))
            buffered -= self._cost(size)
            if buffered < 0:
                return False
            buffered += self._seconds(size, demand.rate)
            remaining -= size
        return buffered >= self.reserve

    def _next(self, buffered: float, remaining: int) -> int:
        """The largest window that is ready before what is buffered has been heard."""
        size = _share(remaining)
        late = self._cost(size) - buffered
        if size <= SMALLEST or late <= 0:
            return size
        each = self._cost(1) - self._cost(0)
        steps = math.ceil(late / (_STEP * each)) if each else size
        return max(SMALLEST, size - _STEP * steps)

    def _cost(self, frames: int) -> float:
        return self.speed.cost(frames + self.context) * _MARGIN + _TRANSPORT

    def _seconds(self, frames: int, rate: float) -> float:
        return frames * self.frame / rate


def _share(remaining: int) -> int:
    """Frames of a window where as few as possible make the rest: all of one size, since the
    largest decides over the memory that is needed."""
    return math.ceil(remaining / math.ceil(remaining / LARGEST)) if remaining else 0
