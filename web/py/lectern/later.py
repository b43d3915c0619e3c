"""Something that is done a little later, once for however many ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Later:
    """``work`` on the running loop. Who asks while it is waited for is served by the same run."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._handle: asyncio.TimerHandle | None = None

    @property
    def waits(self) -> bool:
        """Whether it is going to be done."""
        return self._handle is not None

    def within(self, seconds: float) -> None:
        """Do it then, or earlier where it is waited for already."""
        if self._handle is None:
            self._handle = asyncio.get_running_loop().call_later(seconds, self._run)

    def cancel(self) -> None:
        """It is of no use any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _run(self) -> None:
        self._handle = None
        self._work()
