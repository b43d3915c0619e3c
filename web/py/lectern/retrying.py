"""How often the network is asked again, and how long after a failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from lectern.errors import NetworkError, VoiceNotInstalled
from lectern.voice_ports import Answer

#: Attempts in a row of which nothing came; seconds before the second, doubled for each further.
MOST_FAILURES = 4
_FIRST_PAUSE = 0.5

Sleep = Callable[[float], Awaitable[None]]


class Retry:
    """Counts the failures of one download. ``sleep`` takes seconds."""

    def __init__(self, sleep: Sleep) -> None:
        self._sleep = sleep
        self._failures = 0

    async def after(self, error: NetworkError, *, gained: bool = False) -> None:
        """Wait before the next attempt; raises ``error`` where there is to be none.

        ``gained``: something came this time, so the count begins anew.
        """
        self._failures = 1 if gained else self._failures + 1
        if self._failures >= MOST_FAILURES:
            raise error
        await self._sleep(_FIRST_PAUSE * 2 ** (self._failures - 1))


def refuse(answer: Answer) -> None:
    """Raises for an answer that is no file: VoiceNotInstalled where there is none, NetworkError."""
    if answer.status in (200, 206):
        return
    name = urlsplit(answer.url).path.rpartition("/")[2] or answer.url
    if answer.status in (404, 410):
        raise VoiceNotInstalled(f"The collection has no file {name}. Choose another voice.")
    raise NetworkError(
        f"{name} could not be fetched: the server answered {answer.status}. Try again later."
    )
