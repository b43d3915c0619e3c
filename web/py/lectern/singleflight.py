"""One piece of work for any number of callers who want the same thing at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(slots=True)
class _Flight(Generic[V]):
    task: asyncio.Future[V]
    waiting: int = 0


class SingleFlight(Generic[K, V]):
    """``key -> value`` work that is done once however many ask while it runs.

    A caller that is cancelled leaves the others alone; when the last one leaves, the
    work itself is cancelled, unless it is ``to_the_end``: then a newcomer joins it.
    Results and failures are not kept.
    """

    def __init__(self, *, to_the_end: bool = False) -> None:
        self._to_the_end = to_the_end
        self._flights: dict[K, _Flight[V]] = {}

    def __contains__(self, key: K) -> bool:
        return key in self._flights

    async def do(self, key: K, work: Callable[[], Coroutine[object, object, V]]) -> V:
        """The value of ``work()``, or of the same key's work that is already under way."""
        flight = self._flights.get(key)
        if flight is None:
            flight = _Flight(asyncio.ensure_future(work()))
            self._flights[key] = flight
            flight.task.add_done_callback(lambda _: self._landed(key, flight))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if flight.waiting == 0 and not flight.task.done() and not self._to_the_end:
                # A newcomer must start afresh, not join work that is being cancelled.
                self._landed(key, flight)
                flight.task.cancel()

    def _landed(self, key: K, flight: _Flight[V]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if flight.task.done() and not flight.task.cancelled():
            flight.task.exception()  # seen: every caller may have left
