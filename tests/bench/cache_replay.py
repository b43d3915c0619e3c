"""Sessions of reading through the memory tier, and through a plain LRU of the same room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from lectern.memory_tier import MemoryTier
from lectern.metrics import Metrics
from lectern.ports import StoredAudio
from lectern.settings import MIB, Settings

from tests.bench.comparison import Comparison, Row
from tests.bench.lab import Lab
from tests.bench.measure import Section
from tests.bench.reading_sessions import Ask, reading
from tests.fakes import FakeClock

_ASKS = 30_000
_SEED = 5
#: Sounds of nearly the same size are one object: only their sizes count.
_GRAIN = 4096
TIER, LRU, ALL = "S3-FIFO", "LRU", "endless room"
_ENDLESS = {"memory_cache_bytes": 2048 * MIB, "memory_cache_entries": 100_000}
REASONS = {
    "on": "going on in a book",
    "back": "going back",
    "again": "a section again",
    "place": "looking for a place",
    "phrase": "phrases of the interface",
    "export": "exports",
}


@dataclass(frozen=True)
class Case:
    """Under which settings it is replayed.

    Args:
        room: MiB.
        hours: how long an entry stays at most.
        reasons: a row for each reason of asking as well.
    """

    room: int
    hours: float = 2.0
    reasons: bool = False

    @property
    def name(self) -> str:
        return f"{self.room} MiB, {self.hours:g} h"

    def settings(self, **more: int) -> Settings:
        limits = {"memory_cache_bytes": self.room * MIB, "memory_cache_seconds": self.hours * 3600}
        return Settings.from_json({**limits, **more})


#: The app's own is the one of 200 MiB and two hours.
CASES = (Case(25), Case(50, reasons=True), Case(100), Case(200), Case(200, 24, reasons=True))


class Tier(Protocol):
    """What is replayed through."""

    def get(self, key: str) -> StoredAudio | None: ...

    def put(self, key: str, entry: StoredAudio) -> None: ...


class PlainLru:
    """Least recently used out, under the same settings: what S3-FIFO is compared with."""

    def __init__(self, settings: Settings, clock: FakeClock) -> None:
        self._settings = settings
        self._clock = clock
        self._entries: OrderedDict[str, tuple[StoredAudio, float]] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> StoredAudio | None:
        found = self._entries.get(key)
        if found is None:
            return None
        if self._clock.monotonic() - found[1] > self._settings.memory_cache_seconds:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return found[0]

    def put(self, key: str, entry: StoredAudio) -> None:
        self._drop(key)
        self._entries[key] = (entry, self._clock.monotonic())
        self._bytes += len(entry.pcm)
        while (
            self._bytes > self._settings.memory_cache_bytes
            or len(self._entries) > self._settings.memory_cache_entries
        ):
            self._drop(next(iter(self._entries)))

    def _drop(self, key: str) -> None:
        found = self._entries.pop(key, None)
        if found is not None:
            self._bytes -= len(found[0].pcm)


def measure(lab: Lab) -> Section:
    """``lab.rounds`` readers, each with a trace of their own."""
    section = Section("cache-replay", "Sessions of reading, replayed: hit rate of the memory tier")
    section.comparison = compare([reading(_SEED + n, _ASKS) for n in range(lab.rounds)])
    section.notes.append(
        f"Hits of {_ASKS:,} sentences asked for, in per cent; the traces are made up by "
        "tests/bench/reading_sessions.py (a seed a round). Most of what is asked for in a book "
        "was never asked for before: the last column is what can be had at all under that age."
    )
    return section


def compare(traces: Sequence[Sequence[Ask]], cases: Iterable[Case] = CASES) -> Comparison:
    """Hit rates (per cent): of S3-FIFO, of plain LRU, and where only the age is a limit."""
    table = Comparison([TIER, LRU, ALL])
    endless: dict[float, list[dict[str, float]]] = {}
    for case in cases:
        if case.hours not in endless:
            most = case.settings(**_ENDLESS)
            endless[case.hours] = [hit_rates(trace, PlainLru, most) for trace in traces]
        found = {
            TIER: [hit_rates(trace, _memory_tier, case.settings()) for trace in traces],
            LRU: [hit_rates(trace, PlainLru, case.settings()) for trace in traces],
            ALL: endless[case.hours],
        }
        table.rows.append(_row(f"{case.name}: all", "", found))
        if case.reasons:
            table.rows += [_row(f"{case.name}: {REASONS[why]}", why, found) for why in REASONS]
    return table


def hit_rates(
    trace: Iterable[Ask], make: Callable[[Settings, FakeClock], Tier], settings: Settings
) -> dict[str, float]:
    """Hits in per cent of all that were asked for: by reason, and of all under ""."""
    clock, sounds = FakeClock(), _Sounds()
    tier, began = make(settings, clock), clock.now
    asked: dict[str, int] = {}
    hits: dict[str, int] = {}
    for ask in trace:
        clock.now = began + ask.at
        hit = tier.get(ask.key) is not None
        if not hit:
            tier.put(ask.key, sounds.of(ask.size))
        for why in ("", ask.why):
            asked[why] = asked.get(why, 0) + 1
            hits[why] = hits.get(why, 0) + hit
    return {why: 100 * hits[why] / number for why, number in asked.items()}


class _Sounds:
    """Entries by size, one object for all of about the same."""

    def __init__(self) -> None:
        self._known: dict[int, StoredAudio] = {}

    def of(self, size: int) -> StoredAudio:
        size = max(1, round(size / _GRAIN)) * _GRAIN
        if size not in self._known:
            self._known[size] = StoredAudio(bytes(size), 22_050, (), 0)
        return self._known[size]


def _memory_tier(settings: Settings, clock: FakeClock) -> MemoryTier:
    return MemoryTier(settings=settings, clock=clock, metrics=Metrics())


def _row(name: str, why: str, found: dict[str, list[dict[str, float]]]) -> Row:
    values = {
        program: [rates[why] for rates in rounds if why in rates]
        for program, rounds in found.items()
    }
    return Row(name, values, unit="%")
