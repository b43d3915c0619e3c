"""The memory tier: bounds whatever is done with it, and what stays when room is short."""

from __future__ import annotations

import random

import pytest
from lectern.audiocache import make_entry
from lectern.memory_tier import MemoryTier
from lectern.metrics import Metrics
from lectern.ports import StoredAudio
from lectern.settings import MIB, Settings

from tests.fakes import FakeClock


class World:
    def __init__(self, **settings: float) -> None:
        self.clock = FakeClock()
        self.metrics = Metrics()
        self.settings = Settings.from_json(settings)
        self.tier = MemoryTier(settings=self.settings, clock=self.clock, metrics=self.metrics)

    def put(self, key: str, size: int = 100) -> StoredAudio:
        entry = StoredAudio(bytes(size), 16_000, (), 0)
        self.tier.put(key, entry)
        return entry

    def has(self, *keys: str) -> list[bool]:
        return [self.tier.get(key) is not None for key in keys]

    def evicted(self, cause: str) -> int:
        return self.metrics.counters.get(f"cache.memory.evicted.{cause}", 0)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_done_it_keeps_to_its_bounds(seed: int) -> None:
    chance = random.Random(seed)
    room, entries, age = chance.choice([(5000, 40, 50.0), (900, 500, 6e5), (10**6, 7, 20.0)])
    world = World(memory_cache_bytes=room, memory_cache_entries=entries, memory_cache_seconds=age)
    put: dict[str, tuple[StoredAudio, float]] = {}  # the last of each key, and when
    puts = 0
    for _ in range(4000):
        key = f"k{int(chance.paretovariate(0.6)) % 300}"
        world.clock.advance(chance.choice([0, 0, 0.1, 3]))
        if chance.random() < 0.55:
            before = len(world.tier)
            entry = world.put(key, chance.choice([0, 2, 100, 100, 400, 950]))
            puts += len(entry.pcm) <= room
            put[key] = (entry, world.clock.now)
            assert world.tier.bytes <= room
            assert len(world.tier) <= min(entries, before + 1)
            # What was just remembered is there, unless it never fits.
            assert (world.tier.get(key) is entry) == (len(entry.pcm) <= room)
        else:
            found = world.tier.get(key)
            if found is not None:
                assert found is put[key][0]
                assert world.clock.now - put[key][1] <= age
        if chance.random() < 0.001:
            world.tier.clear()
            put.clear()
            assert (len(world.tier), world.tier.bytes) == (0, 0)
    world.tier.expire()
    held = {key: found for key in put if (found := world.tier.get(key)) is not None}
    assert len(held) == len(world.tier)
    assert sum(len(found.pcm) for found in held.values()) == world.tier.bytes
    assert puts > len(held)


def test_bytes_that_are_short_put_one_out_at_a_time_and_say_so() -> None:
    world = World(memory_cache_bytes=250)
    for key in "abc":
        world.put(key)
    assert world.has("a", "b", "c") == [False, True, True]
    assert (world.evicted("bytes"), world.evicted("entries"), world.evicted("age")) == (1, 0, 0)


def test_entries_that_are_short_put_one_out_at_a_time_and_say_so() -> None:
    world = World(memory_cache_entries=3)
    for key in "abcde":
        world.put(key)
    assert world.has(*"abcde") == [False, False, True, True, True]
    assert (world.evicted("bytes"), world.evicted("entries"), world.evicted("age")) == (0, 2, 0)


def test_it_ends_after_its_time_and_gives_the_room_back_without_being_asked_for() -> None:
    world = World(memory_cache_seconds=60.0)
    world.put("a")
    world.clock.advance(30)
    world.put("b")
    world.clock.advance(31)
    assert world.tier.get("a") is None
    assert world.metrics.counters["cache.memory.expired"] == 1
    world.clock.advance(31)
    world.put("c")
    assert (len(world.tier), world.tier.bytes) == (1, 100)
    # One was asked for when its time was over, the other was not: both left by age.
    assert world.metrics.counters["cache.memory.expired"] == 1
    assert world.evicted("age") == 2


def test_asking_does_not_make_it_younger() -> None:
    world = World(memory_cache_seconds=60.0)
    world.put("a")
    for _ in range(6):
        world.clock.advance(10)
        assert world.has("a") == [True]
    world.clock.advance(1)
    assert world.has("a") == [False]


def test_putting_it_again_does() -> None:
    world = World(memory_cache_seconds=60.0)
    world.put("a")
    world.put("b")
    world.clock.advance(50)
    again = world.put("a", 60)
    world.clock.advance(50)
    assert world.tier.get("a") is again
    assert world.has("b") == [False]
    assert world.tier.bytes == 60


def test_one_that_is_larger_than_all_room_leaves_the_others_alone() -> None:
    world = World(memory_cache_bytes=1000)
    for key in "abc":
        world.put(key)
    world.put("huge", 1001)
    assert world.has("a", "b", "c", "huge") == [True, True, True, False]
    # One that just fits is taken, and leaves when room is short: it was never asked for again.
    huge = world.put("huge", 1000)
    assert len(world.tier) == 1
    world = World(memory_cache_bytes=1000)
    huge = world.put("huge", 900)
    assert world.tier.get("huge") is huge
    world.put("a", 200)
    assert world.has("huge", "a") == [False, True]


def test_one_that_grew_too_large_is_not_found_in_its_old_shape() -> None:
    world = World(memory_cache_bytes=1000)
    world.put("a")
    world.put("a", 1001)
    assert world.has("a") == [False]
    assert world.tier.bytes == 0


def test_switched_off_it_takes_and_finds_nothing() -> None:
    world = World(memory_cache=False)
    world.put("a")
    assert world.has("a") == [False]
    assert (len(world.tier), world.tier.bytes) == (0, 0)
    assert world.metrics.counters == {}


@pytest.mark.parametrize("setting", ["memory_cache_bytes", "memory_cache_entries"])
def test_no_room_is_like_switched_off(setting: str) -> None:
    world = World(**{setting: 0})
    world.put("a")
    assert world.has("a") == [False]


def test_what_is_heard_often_outlives_a_book_that_is_read_once() -> None:
    world = World(memory_cache_bytes=100_000)
    phrases = [f"phrase {number}" for number in range(100)]
    for phrase in phrases:
        world.put(phrase)
        assert world.has(phrase, phrase) == [True, True]
    for number in range(20_000):
        world.put(f"sentence {number}")
    assert all(world.has(*phrases))
    # And of the book the last ones are at hand, who goes back some sentences.
    assert all(world.has(*(f"sentence {number}" for number in range(19_950, 20_000))))


def test_what_was_heard_often_once_goes_in_the_end() -> None:
    """By frequency and age: each time it is passed over, it loses one asking."""
    world = World(memory_cache_bytes=1000)
    world.put("old")
    assert world.has(*["old"] * 50) == [True] * 50
    for number in range(200):
        world.put(f"new {number}")
        world.has(*[f"new {number}"] * 3)
    assert world.has("old") == [False]


def test_who_comes_back_soon_after_leaving_stays() -> None:
    world = World(memory_cache_bytes=1000)
    world.put("a")
    for number in range(10):
        world.put(f"b{number}")
    assert world.has("a") == [False]
    world.put("a")  # its key is still known
    for number in range(200):
        world.put(f"c{number}")
    assert world.has("a") == [True]


def test_who_left_long_ago_is_a_stranger() -> None:
    world = World(memory_cache_bytes=1000)
    world.put("a")
    for number in range(200):
        world.put(f"b{number}")
    world.put("a")
    for number in range(200):
        world.put(f"c{number}")
    assert world.has("a") == [False]


def test_who_came_back_is_not_known_for_it_a_second_time() -> None:
    world = World(memory_cache_bytes=1000, memory_cache_seconds=60.0)
    world.put("a")
    for number in range(10):
        world.put(f"b{number}")
    world.put("a")
    world.clock.advance(61)
    world.put("a")  # it ended by age, and was never asked for
    for number in range(10):
        world.put(f"c{number}")
    assert world.has("a") == [False]


@pytest.mark.parametrize("before", [0, 50])
def test_who_is_put_again_keeps_the_place_that_was_earned(before: int) -> None:
    """In the small queue, where it was asked for, and in the main one, to which it went."""
    world = World(memory_cache_bytes=1000)
    world.put("a")
    world.has("a", "a")
    for number in range(before):
        world.put(f"b{number}")
    world.put("a", 120)
    for number in range(200):
        world.put(f"c{number}")
    assert world.has("a") == [True]


def records(tier: MemoryTier) -> int:
    """How many entries it holds on to, those that have left included."""
    lines = [tier._by_age, *(queue._line for queue in (tier._small, tier._main, tier._ghost))]
    return len({id(one) for line in lines for one in line} | set(map(id, tier._known.values())))


def test_what_has_left_is_not_held_on_to() -> None:
    world = World(memory_cache_entries=50)
    for _ in range(2000):
        world.put("again and again")
    assert records(world.tier) < 200
    world.has("again and again", "again and again")
    for number in range(2000):  # while it stays, put longest ago
        world.put(f"once {number}")
        assert world.has("again and again") == [True]
    assert records(world.tier) < 300
    for number in range(2000):  # they come back from the ghost queue, and go again
        world.put(f"in turn {number % 70}")
    assert records(world.tier) < 400


def test_a_cleared_tier_remembers_no_keys() -> None:
    world = World(memory_cache_bytes=1000)
    for number in range(11):
        world.put(f"b{number}")
    world.tier.clear()
    world.put("b0")
    for number in range(200):
        world.put(f"c{number}")
    assert world.has("b0") == [False]


def test_the_room_is_what_the_issue_asks_for() -> None:
    settings = World().settings
    assert settings.memory_cache is True
    assert settings.memory_cache_bytes == 200 * MIB
    assert settings.memory_cache_entries == 2000
    assert settings.memory_cache_seconds == 2 * 3600


def test_an_entry_is_given_back_as_it_is() -> None:
    world = World()
    entry = make_entry(b"\x01\x02" * 50, 22_050, ((0, 1, 2),))
    world.tier.put("k", entry)
    assert world.tier.get("k") is entry
