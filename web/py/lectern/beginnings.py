"""Sound that takes its time to be decoded: a beginning of it first, and then all of it.

Who waits hears the beginning while the rest is decoded, and asks for that next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from lectern.ports import StoredAudio

#: Who waits for a sentence gets a beginning of it first where it is longer than this (seconds)…
_LONG = 1.5
#: …of so many seconds, or of this share: time enough to decode the rest.
_BEGINNING, _BEGINNING_SHARE = 0.3, 0.05
#: Sentences whose beginning was handed over, and that nobody asked for the rest of.
_MOST = 4


def beginning(samples: int, sample_rate: int) -> int:
    """Samples that somebody who waits gets first."""
    if samples <= _LONG * sample_rate:
        return samples
    return round(max(_BEGINNING * sample_rate, _BEGINNING_SHARE * samples))


class Rests:
    """All of the sentences whose beginning was handed over lately."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[StoredAudio | None]] = {}

    def expect(
        self, key: str, work: Callable[[], Coroutine[object, object, StoredAudio | None]]
    ) -> None:
        """Begin with ``work``, which gives all of a sentence and never raises; once, however
        many heard its beginning."""
        if key in self._tasks:
            return
        self._tasks[key] = asyncio.ensure_future(work())
        if len(self._tasks) > _MOST:
            del self._tasks[next(iter(self._tasks))]

    async def get(self, key: str) -> StoredAudio | None:
        """All of a sentence, once; None where nothing is expected, or it can't be had."""
        task = self._tasks.get(key)
        if task is None:
            return None
        entry = await asyncio.shield(task)
        if self._tasks.get(key) is task:
            del self._tasks[key]
        return entry

    def clear(self) -> None:
        self._tasks.clear()
