"""The disk tier: its bounds, what it keeps how, damage, and stores and codecs that fail."""

from __future__ import annotations

import asyncio
import random
import zlib
from dataclasses import replace

import pytest
from lectern import disk_tier
from lectern.audiocache import make_entry
from lectern.errors import StoreError
from lectern.packing import is_whole, seal
from lectern.ports import KeptAudio, StoredAudio

from tests.fakes import Gate
from tests.unit.runtime.disk import DAY, World, entry, kept, run

# -- bounds ----------------------------------------------------------------------------------


def test_the_least_recently_used_leaves_as_soon_as_there_is_too_much() -> None:
    async def scenario() -> None:
        world = World(disk_cache_bytes=250)
        for key in "ab":
            await world.disk.put(key, entry(100))
        assert await world.disk.get("a") is not None  # now b is the oldest
        await world.disk.put("c", entry(100))
        assert sorted(world.store.entries) == ["a", "c"]
        assert world.counted("evicted.bytes") == 1

    run(scenario())


def test_it_is_never_over_its_budget_and_never_leaves_more_than_it_has_to() -> None:
    async def scenario() -> None:
        world = World(disk_cache_bytes=1000)
        for number in range(60):
            size = 2 * (20 + 37 * number % 150)
            await world.disk.put(f"{number}", entry(size))
            _, kept = await world.store.totals()
            assert 1000 - 2 * 170 - size <= kept <= 1000 or number < 6

    run(scenario())


def test_a_share_of_the_quota_bounds_it_as_well() -> None:
    async def scenario() -> None:
        world = World(disk_cache_bytes=10_000, disk_cache_share=0.2)
        world.store.space = 1000
        for key in "abc":
            await world.disk.put(key, entry(100))
        assert sorted(world.store.entries) == ["b", "c"]
        # Something else takes the disk: the rest of it leaves when there is time.
        world.store.space = 500
        await world.disk.settle()
        assert sorted(world.store.entries) == ["c"]
        # And what is larger than all of the room is not even tried.
        await world.disk.put("d", entry(102))
        assert sorted(world.store.entries) == ["c"]

    run(scenario())


def test_who_gives_it_no_room_gets_all_of_it_back() -> None:
    async def scenario() -> None:
        world = World()
        for key in "abc":
            await world.disk.put(key, entry(100), hold=key == "c")
        world.settings.disk_cache_bytes = 0
        await world.disk.settle()
        assert world.store.entries == {}
        await world.disk.put("d", entry(100))
        assert world.store.entries == {}

    run(scenario())


def test_a_browser_that_tells_no_quota_takes_nothing_away() -> None:
    async def scenario() -> None:
        world = World()
        await world.disk.put("a", entry(100))
        world.store.space = 0
        await world.disk.settle()
        await world.disk.put("b", entry(100))
        assert sorted(world.store.entries) == ["a", "b"]

    run(scenario())


def test_bytes_count_as_they_are_kept() -> None:
    async def scenario() -> None:
        world = World("opus", disk_cache_bytes=4000)
        for number in range(4):
            await world.disk.put(f"{number}", entry(10_000))
        assert await world.disk.totals() == (4, 4000)
        assert (world.counted("bytes.before"), world.counted("bytes.after")) == (40_000, 4000)
        await world.disk.put("more", entry(10_000))
        assert await world.disk.totals() == (4, 4000)

    run(scenario())


def test_what_nobody_used_for_ninety_days_leaves_in_idle_time_some_at_once() -> None:
    async def scenario() -> None:
        world = World()
        for number in range(1100):
            await world.disk.put(f"old {number}", entry(20))
        await world.disk.put("used", entry(20))
        world.clock.advance(60 * DAY)
        await world.disk.put("new", entry(20))
        assert await world.disk.get("used") is not None
        world.clock.advance(29 * DAY)
        await world.disk.settle()
        assert len(world.store.entries) == 1102
        world.clock.advance(2 * DAY)
        await world.disk.settle()
        assert len(world.store.entries) == 102, "a bounded part of it"
        await world.disk.settle()
        assert sorted(world.store.entries) == ["new", "used"]
        assert world.counted("evicted.age") == 1100

    run(scenario())


def test_what_is_wanted_without_a_network_leaves_last() -> None:
    async def scenario() -> None:
        world = World(disk_cache_bytes=500)
        await world.disk.put("made for it", entry(100), hold=True)
        for key in ("found", "there", "other"):
            await world.disk.put(key, entry(100))
        assert await world.disk.get("found", hold=True) is not None
        assert await world.disk.hold("there")
        assert not await world.disk.hold("not there")
        # Neither hearing it nor making it again takes that away.
        assert await world.disk.get("found") is not None
        await world.disk.put("made for it", entry(100))
        for number in range(20):
            world.clock.advance(DAY)
            await world.disk.put(f"{number}", entry(100))
            assert ("other" in world.store.entries) is (number == 0)
        assert sorted(world.store.entries) == ["18", "19", "found", "made for it", "there"]
        # Held for months, not for ever.
        world.clock.advance(181 * DAY)
        await world.disk.settle()
        assert world.store.entries == {}

    run(scenario())


def test_a_clear_in_the_middle_of_packing_is_heeded() -> None:
    async def scenario() -> None:
        world = World("opus")
        world.codecs.gate = gate = Gate(open_=False)
        putting = asyncio.create_task(world.disk.put("k", entry(10_000)))
        while not gate.waiting:
            await asyncio.sleep(0)
        await world.disk.clear()
        gate.open()
        await putting
        assert not world.store.entries

    run(scenario())


def test_switched_off_it_neither_reads_nor_writes_and_keeps_what_it_has() -> None:
    async def scenario() -> None:
        world = World()
        await world.disk.put("k", entry())
        off = World(store=world.store, disk_cache=False, disk_cache_seconds=0.0)
        off.clock.advance(10)
        assert await off.disk.get("k") is None
        await off.disk.put("m", entry())
        await off.disk.settle()
        assert list(world.store.entries) == ["k"]
        assert off.metrics.counters == {"cache.disk.skipped": 1}

    run(scenario())


# -- last use --------------------------------------------------------------------------------


def test_marks_of_use_are_written_together() -> None:
    async def scenario() -> None:
        world = World()
        for number in range(100):
            await world.disk.put(f"{number}", entry())
        for number in range(63):
            await world.disk.get(f"{number}")
        assert world.store.touches == 0
        await world.disk.get("63")
        while world.store.touches < 1:
            await asyncio.sleep(0)
        await world.disk.get("64")
        await world.disk.settle()
        assert world.store.touches == 2
        assert [aged.key for aged in await world.store.oldest(1)] == ["65"]

    run(scenario())


def test_marks_are_not_left_for_the_end_of_a_tab(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who hears the same few sentences daily, and closes the tab, does not lose them."""
    monkeypatch.setattr(disk_tier, "_MARKS_WITHIN", 0.0)

    async def scenario() -> None:
        world = World()
        for number in range(10):
            await world.disk.put(f"{number}", entry())
        for _ in range(100):
            world.clock.advance(DAY)
            tab = world.reborn()
            await tab.settle()
            touches = world.store.touches
            for number in range(10):
                assert await tab.get(f"{number}") is not None, "it was heard yesterday"
            while world.store.touches == touches:
                await asyncio.sleep(0)

    run(scenario())


def test_a_tab_that_stays_open_lets_go_of_what_has_become_too_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(disk_tier, "_MARKS_WITHIN", 0.0)

    async def scenario() -> None:
        world = World()
        await world.disk.put("old", entry())
        await world.disk.settle()
        world.clock.advance(89 * DAY)
        await world.disk.put("heard", entry())
        world.clock.advance(2 * DAY)
        assert await world.disk.get("heard") is not None
        while "old" in world.store.entries:
            await asyncio.sleep(0)
        assert list(world.store.entries) == ["heard"]

    run(scenario())


# -- codecs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("compression", "known", "sound", "codec"),
    [
        ("auto", ["opus", "lossless"], entry(10_000), "opus"),
        ("auto", ["opus", "lossless"], entry(10_000, rate=22_050), "opus"),
        ("auto", ["lossless"], entry(10_000), "lossless"),
        ("auto", [], entry(10_000), "pcm"),
        ("lossless", ["opus", "lossless"], entry(10_000), "lossless"),
        ("none", ["opus", "lossless"], entry(10_000), "pcm"),
        # A rate whose way to 48 kHz is long; sound that is too short to gain anything.
        ("auto", ["opus", "lossless"], entry(10_000, rate=16_001), "lossless"),
        ("auto", ["opus", "lossless"], entry(4000), "pcm"),
    ],
)
def test_each_entry_is_kept_as_it_suits(
    compression: str, known: list[str], sound: StoredAudio, codec: str
) -> None:
    async def scenario() -> None:
        world = World(*known, compression=compression)
        await world.disk.put("k", sound, "en_US-one-x_low")
        kept = world.store.entries["k"]
        assert (kept.codec, kept.samples, kept.words) == (
            codec,
            len(sound.pcm) // 2,
            sound.words,
        )
        assert (kept.voice_id, kept.created) == ("en_US-one-x_low", 1_000_000)
        found = await world.reborn().get("k")
        assert found is not None
        assert (found.sample_rate, found.words) == (sound.sample_rate, sound.words)
        assert len(found.pcm) == len(sound.pcm)
        if codec != "opus":
            assert found == sound

    run(scenario())


def test_a_codec_that_gains_nothing_is_not_used() -> None:
    async def scenario() -> None:
        world = World("lossless")
        sound = make_entry(random.Random(5).randbytes(10_000), 16_000, ())
        await world.disk.put("k", sound)
        assert world.codecs.encoded == ["opus", "lossless"]
        assert world.store.entries["k"].codec == "pcm"

    run(scenario())


def test_a_codec_that_fails_costs_an_entry_its_size_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> None:
        world = World("opus", "lossless")
        world.codecs.faults["opus"] = StoreError("broken")
        for key in "abc":
            await world.disk.put(key, entry(10_000))
        assert {kept.codec for kept in world.store.entries.values()} == {"lossless"}
        assert await world.disk.get("a") == entry(10_000)
        del world.codecs.faults["opus"]
        await world.disk.put("d", entry(10_000))
        assert world.store.entries["d"].codec == "opus"

    run(scenario())
    assert len([record for record in caplog.records if "opus" in record.getMessage()]) == 1


def test_a_codec_that_does_not_answer_rests() -> None:
    async def scenario() -> None:
        world = World("opus", store_timeout=0.05, store_retry_after=30.0)
        world.codecs.gate = Gate(open_=False)
        await asyncio.wait_for(world.disk.put("a", entry(10_000)), 5)
        calls = len(world.codecs.encoded)
        world.codecs.gate = None
        await world.disk.put("b", entry(10_000))
        assert len(world.codecs.encoded) == calls
        world.clock.advance(31)
        await world.disk.put("c", entry(10_000))
        assert [kept.codec for kept in world.store.entries.values()] == ["pcm", "pcm", "opus"]

    run(scenario())


def test_a_slow_encoder_leaves_what_is_kept_readable() -> None:
    async def scenario() -> None:
        world = World("opus", store_timeout=0.05, store_retry_after=30.0)
        await world.disk.put("k", entry(10_000))
        world.codecs.gate = Gate(open_=False)
        await asyncio.wait_for(world.disk.put("a", entry(10_000)), 5)
        world.codecs.gate = None
        assert await world.disk.get("k") is not None

    run(scenario())


def test_what_can_not_be_decoded_here_is_a_miss_and_is_replaced() -> None:
    async def scenario() -> None:
        world = World("opus")
        await world.disk.put("k", entry(10_000))
        world.codecs.known = {"lossless"}
        assert await world.disk.get("k") is None
        assert "k" in world.store.entries, "another browser version may be able to"
        assert (world.counted("miss"), world.counted("corrupt")) == (1, 0)
        await world.disk.put("k", entry(10_000))
        assert await world.disk.get("k") == entry(10_000)

    run(scenario())


# -- a beginning first -----------------------------------------------------------------------


def test_who_waits_gets_a_beginning_and_then_all() -> None:
    async def scenario() -> None:
        world = World("opus")
        await world.disk.put("k", entry(2 * 16_000 * 4))
        first = await world.disk.get("k", waiting=True)
        assert first is not None
        assert (len(first.pcm) // 2, first.missing) == (4800, 3.7 * 16_000)
        whole = await world.disk.rest("k")
        assert whole is not None
        assert (len(whole.pcm) // 2, whole.missing) == (4 * 16_000, 0)
        assert await world.disk.rest("k") is None
        assert world.counted("hit") == 1
        # Short ones come whole, and so do those that are no work.
        await world.disk.put("short", entry(2 * 16_000))
        found = await world.disk.get("short", waiting=True)
        assert found is not None
        assert not found.missing

    run(scenario())


def test_the_longer_a_sentence_the_longer_its_beginning() -> None:
    async def scenario() -> None:
        world = World("opus")
        await world.disk.put("k", entry(2 * 16_000 * 60))
        first = await world.disk.get("k", waiting=True)
        assert first is not None
        assert len(first.pcm) == 2 * 16_000 * 3

    run(scenario())


# -- damage ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damaged",
    [
        kept(data=b"\x02" * 100),
        kept(data=b"\x01" * 99),
        kept(sample_rate=22_050),
        kept(samples=49),
        kept(words=((0, 0, 11),)),
        kept(codec="opus"),
        kept(check=""),
        kept(check=f"crc32:{zlib.crc32(b'else')}"),
        KeptAudio(b"", "", 0, 0, (), ""),
        replace(huge := kept(codec="opus", samples=10**12), check=seal(huge)),
        replace(unknown := kept(codec="mp3"), check=seal(unknown)),
    ],
)
def test_a_damaged_record_is_a_miss_and_is_removed(damaged: KeptAudio) -> None:
    async def scenario() -> None:
        world = World("opus", "lossless")
        world.store.entries["k"] = damaged
        assert await world.disk.get("k") is None
        assert "k" not in world.store.entries
        assert (world.counted("corrupt"), world.counted("miss")) == (1, 1)
        await world.disk.put("k", entry())
        assert await world.disk.get("k") == entry()

    assert is_whole(kept())
    run(scenario())


def test_what_version_one_kept_is_read() -> None:
    async def scenario() -> None:
        world = World()
        world.store.entries["k"] = kept(check=f"crc32:{entry().crc32}")
        assert await world.disk.get("k") == entry()

    run(scenario())
