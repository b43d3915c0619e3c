"""What the audio cache is measured with: made-up readers, plain LRU, and the counting of hits."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter

import pytest
from lectern.ports import StoredAudio
from lectern.settings import Settings

from tests.bench import cache_core, cache_replay, run
from tests.bench.cache_replay import ALL, CASES, LRU, REASONS, TIER, Case, PlainLru
from tests.bench.reading_sessions import Ask, Habits, reading
from tests.fakes import FakeClock


@pytest.fixture(scope="module")
def trace() -> list[Ask]:
    return reading(7, 8000)


def test_a_reader_is_the_same_in_every_run_and_no_two_are(trace: list[Ask]) -> None:
    assert reading(7, 500) == trace[:500]
    assert reading(8, 500) != trace[:500]


def test_readers_ask_for_all_that_the_page_asks_for(trace: list[Ask]) -> None:
    whys = Counter(ask.why for ask in trace)
    assert set(whys) == set(REASONS)
    assert whys["on"] > whys["back"] > 0
    # Time goes on, a sentence always sounds the same, and a sample has two bytes.
    assert all(one.at <= other.at for one, other in itertools.pairwise(trace))
    sizes: dict[str, int] = {}
    for ask in trace:
        assert sizes.setdefault(ask.key, ask.size) == ask.size
        assert ask.size % 2 == 0
        assert 0.4 * 44_000 < ask.size <= 40 * 44_100
    assert len({key.split(":")[0] for key in sizes if key.startswith("book")}) > 1


def test_what_is_exported_goes_by_faster_than_it_is_heard() -> None:
    heard = reading(3, 2000, Habits(export=0.0, pause=1.0))
    exported = reading(3, 2000, Habits(export=1.0, session=1.0, pause=1.0))
    assert exported[-1].at < heard[-1].at / 4


def test_plain_lru_lets_the_least_recently_used_go_and_the_old() -> None:
    clock = FakeClock()
    lru = PlainLru(
        Settings.from_json({"memory_cache_bytes": 250, "memory_cache_seconds": 60.0}), clock
    )
    sound = StoredAudio(bytes(100), 16_000, (), 0)
    lru.put("a", sound)
    lru.put("b", sound)
    assert lru.get("a") is sound
    lru.put("c", sound)
    assert [lru.get(key) is not None for key in "abc"] == [True, False, True]
    clock.advance(61)
    assert lru.get("a") is None


def test_hits_are_counted_by_reason() -> None:
    asks = [
        Ask(0.0, "a", 100, "on"),
        Ask(1.0, "b", 100, "on"),
        Ask(2.0, "a", 100, "back"),
        Ask(3.0, "a", 100, "on"),
        Ask(9000.0, "a", 100, "back"),  # more than two hours
    ]
    rates = cache_replay.hit_rates(asks, PlainLru, Settings())
    assert rates == {"": 40.0, "on": pytest.approx(100 / 3), "back": 50.0}


def test_the_table_has_a_row_for_each_case_and_reason(trace: list[Ask]) -> None:
    table = cache_replay.compare([trace], [Case(10, reasons=True), Case(2000, 24)])
    assert list(table.programs) == [TIER, LRU, ALL]
    names = [row.name for row in table.rows]
    assert names[0] == "10 MiB, 2 h: all"
    assert names[-1] == "2000 MiB, 24 h: all"
    assert len(names) == 2 + len(REASONS)
    for row in table.rows:
        rates = [row.value(program) for program in table.programs]
        assert all(rate is not None and 0 <= rate <= 100 for rate in rates), row.name
    everything = [table.rows[0].value(program) or 0.0 for program in (TIER, LRU, ALL)]
    assert everything[2] > 1.1 * max(everything[:2])
    # Where all fits in, nothing is decided.
    (row,) = cache_replay.compare([trace[:1500]], [Case(2000, 24)]).rows
    assert row.value(TIER) == row.value(LRU) == row.value(ALL)


def test_the_apps_own_settings_are_among_the_cases() -> None:
    limits = ("memory_cache_bytes", "memory_cache_entries", "memory_cache_seconds")
    own = [getattr(Settings(), name) for name in limits]
    assert own in [[getattr(case.settings(), name) for name in limits] for case in CASES]


def test_what_is_heard_often_survives_what_is_exported_better_than_in_lru() -> None:
    """The reason for the algorithm, on readers that the bench does not use."""
    traces = [reading(seed, 12_000) for seed in (31, 32)]
    table = cache_replay.compare(traces, [Case(50, 24, reasons=True)])
    (row,) = [row for row in table.rows if row.name.endswith(REASONS["phrase"])]
    ratio = table.ratio(row, LRU)
    assert ratio is not None
    assert ratio > 1.05


def test_the_cores_numbers_are_of_what_they_say() -> None:
    assert asyncio.run(cache_core.share(0)) == cache_core.Shared(syntheses=5, hits=95)
    assert cache_core.most_over(0, 2000) <= 0
    found = cache_core.at_sizes(10, 40, 0)
    cases = ("get", "get from a plain dict", "put")
    assert set(found) == {(case, entries) for case in cases for entries in (10, 40)}
    assert all(value > 0 for values in found.values() for value in values)
    assert len(cache_core.Filled(40, 0).held) == 40
    assert cache_core.hit_ms() > 0
    assert asyncio.run(cache_core.behind_a_synthesis()) > 0


def test_both_can_be_asked_for() -> None:
    assert run.SECTIONS["cache-core"] == "cache_core"
    assert run.SECTIONS["cache-replay"] == "cache_replay"
