"""The audio cache in this CPython: a hit, many entries, short room, and many who ask at once."""

from __future__ import annotations

import asyncio
import gc
import itertools
import random
import time
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from lectern.audiocache import AudioCache, make_entry
from lectern.cachekey import audio_key
from lectern.hosted import SystemClock
from lectern.memory_tier import MemoryTier
from lectern.metrics import Metrics
from lectern.ports import StoredAudio
from lectern.settings import Settings

from tests.bench.lab import Lab
from tests.bench.measure import Section
from tests.fakes import FakeClock, FakeStore, Gate
from tests.unit.runtime.world import World

T = TypeVar("T")

FEW, MANY = 100, 10_000
#: Calls that are timed together: the clock itself takes as long as one of them.
_CALLS = 1000
_TURNS = 8
_PUTS = 20_000
READERS, TEXTS, REQUESTS = 10, 5, 100
#: Too small for the bytes to be short, long enough to be a word.
_SOUND = StoredAudio(bytes(16_000), 22_050, (), 0)


@dataclass(frozen=True)
class Shared:
    """What REQUESTS of READERS over TEXTS came to."""

    syntheses: int
    hits: int


def measure(lab: Lab) -> Section:
    section = Section("cache-core", "The audio cache alone, in CPython")
    rounds = range(lab.rounds)
    section.add(
        "a hit in the memory tier",
        [hit_ms() for _ in rounds],
        target="under 1 ms",
        note=f"mean of {_CALLS:,}, counting and timing it included",
    )
    _at_sizes(section, lab.rounds)
    over = [most_over(seed) for seed in rounds]
    section.add(
        "most bytes over the budget after a put",
        [max(0, found) for found in over],
        unit="bytes",
        target="one entry at most",
        show="max",
        note=f"{_PUTS:,} puts of entries of different sizes a round",
    )
    shared = [_in_a_loop(share(seed)) for seed in rounds]
    asked = f"{REQUESTS} requests of {READERS} readers over {TEXTS} texts"
    section.add(
        f"{asked}: syntheses", [one.syntheses for one in shared], unit="", target=str(TEXTS)
    )
    section.add(
        f"{asked}: hits", [one.hits for one in shared], unit="", target=str(REQUESTS - TEXTS)
    )
    section.add(
        "a cached answer while the engine is busy",
        [_in_a_loop(behind_a_synthesis()) for _ in rounds],
        target="no synthesis waited for",
        note="Synthesizer and App included; the synthesis stands still meanwhile",
    )
    return section


def hit_ms() -> float:
    """Milliseconds that a hit takes in the cache of a long session: in the mean, of many."""
    cache = AudioCache(FakeStore(), settings=Settings(), clock=SystemClock(), metrics=Metrics())
    keys = [f"{number:064x}" for number in range(1000)]

    async def ask() -> float:
        for key in keys:
            cache.remember(key, _SOUND)
        started = time.perf_counter()
        for number in range(_CALLS):
            found = await cache.get(keys[number * 7 % len(keys)])
            assert found is not None
        return (time.perf_counter() - started) * 1000 / _CALLS

    return _in_a_loop(ask())


class Filled:
    """A cache with so many entries in its memory tier, all it may have; some heard often."""

    def __init__(self, entries: int, seed: int) -> None:
        settings = Settings.from_json({"memory_cache_entries": entries})
        self._cache = AudioCache(
            FakeStore(), settings=settings, clock=SystemClock(), metrics=Metrics()
        )
        self._chance = random.Random(seed)
        self._numbers = itertools.count()
        _in_a_loop(self._fill(2 * entries))
        everybody = range(2 * entries)
        self.held = [n for n in everybody if self._cache.recall(_key(n)) is not None]
        self._plain = {_key(n): [self._cache.recall(_key(n))] for n in self.held}

    async def _fill(self, entries: int) -> None:
        for _ in range(entries):
            number = next(self._numbers)
            self._cache.remember(_key(number), _SOUND)
            self._cache.recall(_key(self._chance.randrange(number + 1)))

    def plain(self) -> float:
        """What ``get`` is measured against: the same keys, in a dict and nothing else."""
        numbers = self._chance.choices(self.held, k=_CALLS)
        with _undisturbed():
            started = time.thread_time()
            for number in numbers:
                self._plain[_key(number)][0]
            return (time.thread_time() - started) * 1e6 / _CALLS

    def get(self) -> float:
        """Microseconds of CPU time that a look-up takes, its key included; a mean."""

        async def ask(numbers: Sequence[int]) -> float:
            with _undisturbed():
                started = time.thread_time()
                for number in numbers:
                    await self._cache.get(_key(number))
                return (time.thread_time() - started) * 1e6 / len(numbers)

        return _in_a_loop(ask(self._chance.choices(self.held, k=_CALLS)))

    def put(self) -> float:
        """The same of a put that makes another entry leave: key, checksum and all."""

        async def put(numbers: Sequence[int]) -> float:
            with _undisturbed():
                started = time.thread_time()
                for number in numbers:
                    self._cache.remember(_key(number), make_entry(_SOUND.pcm, 22_050, ()))
                return (time.thread_time() - started) * 1e6 / len(numbers)

        return _in_a_loop(put(list(itertools.islice(self._numbers, _CALLS))))


_PLAIN = "get from a plain dict"
#: In this order: a put changes what is held.
_CASES = {"get": Filled.get, _PLAIN: Filled.plain, "put": Filled.put}


def _key(number: int) -> str:
    return audio_key(
        text=f"Sentence number {number:06}.",  # of one length, as its hash takes longer for more
        voice_identity="0" * 64,
        speaker=None,
        noise=0.667,
        length=1.0,
        noise_w=0.8,
    )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without the garbage collector, like ``timeit``: its time is that of all other objects."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def most_over(seed: int, puts: int = _PUTS) -> int:
    """By how many bytes the tier was over its budget after a put, at worst; below 0: never."""
    settings = Settings.from_json({"memory_cache_bytes": 1_000_000})
    tier = MemoryTier(settings=settings, clock=FakeClock(), metrics=Metrics())
    chance = random.Random(seed)
    sounds = [
        StoredAudio(bytes(2 * int(chance.lognormvariate(8, 1.2))), 22_050, (), 0)
        for _ in range(200)
    ]
    worst = -settings.memory_cache_bytes
    for _ in range(puts):
        tier.put(f"{chance.randrange(2000)}", chance.choice(sounds))
        tier.get(f"{chance.randrange(2000)}")
        worst = max(worst, tier.bytes - settings.memory_cache_bytes)
    return worst


async def share(seed: int) -> Shared:
    """Readers who ask at the same time, each for all texts, in an order of their own."""
    world = World()
    texts = [f"Somebody reads sentence number {'abcde'[number]}." for number in range(TEXTS)]

    async def reader(chance: random.Random) -> None:
        asked = texts * (REQUESTS // READERS // TEXTS)
        chance.shuffle(asked)
        for text in asked:
            await world.piece(text)

    await asyncio.gather(*(reader(random.Random(seed * 100 + n)) for n in range(READERS)))
    await world.rest()
    counters = world.app.metrics.counters
    names = ("cache.memory.hit", "cache.disk.hit", "cache.joined")
    return Shared(counters["synthesis"], sum(counters.get(name, 0) for name in names))


async def behind_a_synthesis() -> float:
    """Milliseconds of a cached answer while syntheses wait for an engine that stands still."""
    world = World()
    await world.piece("Known before.")
    await world.rest()
    gate = world.inference.gate = Gate(open_=False)
    making = [asyncio.ensure_future(world.piece(f"New sentence {n}.")) for n in "abc"]
    while not gate.waiting:
        await asyncio.sleep(0)
    started = time.perf_counter()
    answer = await world.piece("Known before.")
    taken = (time.perf_counter() - started) * 1000
    assert answer.source == "memory"
    assert not any(task.done() for task in making)
    gate.open()
    await asyncio.gather(*making)
    return taken


def _at_sizes(section: Section, rounds: int) -> None:
    """Both sizes in turn, so that the ratio is of the same moments."""
    found: dict[tuple[str, int], list[float]] = {}
    for seed in range(rounds):
        for (name, entries), values in at_sizes(FEW, MANY, seed).items():
            found.setdefault((name, entries), []).append(min(values))
    for name in _CASES:
        few, many = (
            section.add(f"{name} with {entries:,} entries", found[name, entries], unit="µs")
            for entries in (FEW, MANY)
        )
        target = "" if name == _PLAIN else "no slower"
        section.ratio(f"{name}, {MANY:,} : {FEW}", many, few, target=target)
    section.notes.append(
        f"Put and get: CPU time of what a request does, the key's and the entry's checksum "
        f"included, the mean of {_CALLS:,} in the best of {_TURNS} turns. Every put makes an "
        "entry leave. The tier's own part is O(1). What many cost more they cost a plain dict too, "
        "asked for the same keys: less of it is in the CPU's caches."
    )


def at_sizes(few: int, many: int, seed: int) -> dict[tuple[str, int], list[float]]:
    """Microseconds of each of the cases with so many entries, of each turn."""
    found: dict[tuple[str, int], list[float]] = {}
    caches = {entries: Filled(entries, seed) for entries in (few, many)}
    for name, measured in _CASES.items():
        for _ in range(_TURNS):
            for entries, cache in caches.items():
                found.setdefault((name, entries), []).append(measured(cache))
    return found


def _in_a_loop(work: Coroutine[object, object, T]) -> T:
    """The result of ``work``, in a thread of its own: Playwright's event loop runs in ours."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
