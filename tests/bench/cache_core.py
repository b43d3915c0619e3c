"""The audio cache in this CPython: a hit, many entries, short room, and many who ask at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from lectern.app import SystemClock
from lectern.audiocache import AudioCache
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
_CALLS = 2000
_TURNS = 5
_PUTS = 20_000
READERS, TEXTS, REQUESTS = 10, 5, 100


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
    for key in keys:
        cache.remember(key, _sound(100))

    async def ask() -> float:
        started = time.perf_counter()
        for number in range(_CALLS):
            found = await cache.get(keys[number * 7 % len(keys)])
            assert found is not None
        return (time.perf_counter() - started) * 1000 / _CALLS

    return _in_a_loop(ask())


def microseconds(entries: int, seed: int) -> tuple[float, float]:
    """Of one put that makes another entry leave, and of one get, with so many entries: the mean
    of _CALLS, in the least disturbed of _TURNS."""
    settings = Settings.from_json({"memory_cache_entries": entries})
    tier = MemoryTier(settings=settings, clock=SystemClock(), metrics=Metrics())
    chance = random.Random(seed)
    sound = _sound(100)
    for number in range(2 * entries):
        tier.put(f"old {number}", sound)
        tier.get(f"old {chance.randrange(number + 1)}")
    held = [n for n in range(2 * entries) if tier.get(f"old {n}") is not None]
    assert len(held) == entries
    puts: list[float] = []
    gets: list[float] = []
    for _ in range(_TURNS):
        # Every key is a new object, as in the app: none has its hash already.
        asked = [f"old {chance.choice(held)}" for _ in range(_CALLS)]
        gets.append(_microseconds(tier.get, asked))
    for turn in range(_TURNS):
        new = [f"new {turn} {number}" for number in range(_CALLS)]
        puts.append(_microseconds(lambda key: tier.put(key, sound), new))
    return min(puts), min(gets)


def most_over(seed: int, puts: int = _PUTS) -> int:
    """By how many bytes the tier was over its budget after a put, at worst; below 0: never."""
    settings = Settings.from_json({"memory_cache_bytes": 1_000_000})
    tier = MemoryTier(settings=settings, clock=FakeClock(), metrics=Metrics())
    chance = random.Random(seed)
    sounds = [_sound(2 * int(chance.lognormvariate(8, 1.2))) for _ in range(200)]
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
    """Each round measures both, one after the other: the ratio is of the same moment."""
    few, many = [], []
    for seed in range(rounds):
        few.append(microseconds(FEW, seed))
        many.append(microseconds(MANY, seed))
    for number, what in enumerate(("put, another leaves", "get")):
        small = section.add(f"{what}, {FEW} entries", [t[number] for t in few], unit="µs")
        large = section.add(f"{what}, {MANY:,} entries", [t[number] for t in many], unit="µs")
        section.ratio(f"{what}, {MANY:,} : {FEW}", large, small, target="no slower")


def _microseconds(work: Callable[[str], object], keys: Sequence[str]) -> float:
    started = time.perf_counter()
    for key in keys:
        work(key)
    return (time.perf_counter() - started) * 1e6 / len(keys)


def _sound(size: int) -> StoredAudio:
    return StoredAudio(bytes(size), 22_050, (), 0)


def _in_a_loop(work: Coroutine[object, object, T]) -> T:
    """The result of ``work``, in a thread of its own: Playwright's event loop runs in ours."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
