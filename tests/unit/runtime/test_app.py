"""The worker's whole flow on fakes, from a request to sound."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lectern.app import format_bytes
from lectern.errors import (
    InferenceFailed,
    UnknownSpeaker,
)
from lectern.ports import Adapter
from lectern.speech import Spoken

from tests.fakes import (
    HOP,
    Gate,
    voice_json,
)
from tests.unit.runtime.world import BOOT, ONE, TROIS, TWO, World, run


def test_first_from_the_model_then_from_memory_then_from_disk() -> None:
    async def scenario() -> None:
        world = World()
        made = await world.piece()
        assert (made.source, made.sample_rate, made.samples.format) == ("model", 16_000, "f")
        assert len(made.samples) == sum(length for *_, length in made.words) + _pauses(made)
        await world.rest()
        again = await world.piece()
        assert (again.source, again.samples.format) == ("memory", "h")
        assert again.words == made.words
        assert (
            max(abs(a - b / 32767) for a, b in zip(made.samples, again.samples, strict=True)) < 1e-4
        )
        reborn = World()
        reborn.store.entries = world.store.entries
        assert (await reborn.piece()).source == "disk"
        assert reborn.ran() == 0
        assert reborn.stats["voices"] == []  # a hit needs no session

    run(scenario())


def _pauses(spoken: Spoken) -> int:
    return len(spoken.samples) - sum(length for *_, length in spoken.words)


def test_word_times_lie_in_order_within_the_sound() -> None:
    async def scenario() -> None:
        spoken = await World().piece("One two three.")
        assert [(start, end) for start, end, *_ in spoken.words] == [(0, 3), (4, 7), (8, 13)]
        position = 0
        for _, _, first, length in spoken.words:
            assert first >= position
            assert length > 0
            assert first % HOP == 0
            position = first + length
        assert position <= len(spoken.samples)

    run(scenario())


def test_the_same_sentence_asked_twice_at_once_is_made_once() -> None:
    async def scenario() -> None:
        world = World()
        world.inference.gate = Gate(open_=False)
        asked = [asyncio.ensure_future(world.piece()) for _ in range(20)]
        while not world.inference.gate.waiting:
            await asyncio.sleep(0)
        world.inference.gate.open()
        await asyncio.gather(*asked)
        assert (world.created(), world.ran()) == (1, 1)

    run(scenario())


def test_a_sentence_asked_again_before_it_was_encoded_is_not_made_again() -> None:
    async def scenario() -> None:
        world = World()
        await world.piece()
        again = await world.piece()  # nothing ran in between
        assert again.source == "memory"
        assert world.ran() == 1

    run(scenario())


def test_two_voices_never_share_state_and_load_once_each() -> None:
    async def scenario() -> None:
        world = World()
        for _ in range(3):
            for voice in (ONE, TWO, TROIS):
                await world.piece(f"Hello {world.ran()}", voice)
        assert world.created() == 3
        assert sorted(world.files.fetches) == sorted([ONE, TWO, TROIS])
        assert world.stats["voiceCount"] == 3
        first, second = await world.piece("Same."), await world.piece("Same.", TWO)
        assert first.source == second.source == "model"

    run(scenario())


def test_a_cached_sound_has_the_word_places_of_the_text_that_asks() -> None:
    async def scenario() -> None:
        world = World()
        await world.piece("Hello world.")
        await world.rest()
        spaced = await world.piece("Hello \r\n   world.")
        assert spaced.source == "memory"
        assert [(start, end) for start, end, *_ in spaced.words] == [(0, 5), (11, 16)]
        world.inference.gate = Gate(open_=False)
        one, other = (
            asyncio.ensure_future(world.piece(text)) for text in ("Good day.", "Good  day.")
        )
        while not world.inference.gate.waiting:
            await asyncio.sleep(0)
        world.inference.gate.open()
        assert (await one).words[1][0] == 5
        assert (await other).words[1][0] == 6

    run(scenario())


def test_options_are_part_of_the_key() -> None:
    async def scenario() -> None:
        world = World()
        normal = await world.piece()
        slow = await world.piece(lengthScale=2.0)
        assert slow.source == "model"
        assert len(slow.samples) == 2 * len(normal.samples)

    run(scenario())


def test_speakers_by_name_and_by_number() -> None:
    async def scenario() -> None:
        voice = voice_json(num_speakers=2, speaker_id_map={"anna": 0, "bob": 1})
        world = World(voices={ONE: (voice, b"model")})
        world.inference.inputs = ("input", "input_lengths", "scales", "sid")
        await world.piece(speaker="bob")
        assert list(world.inference.last_feeds["sid"].data) == [1]
        await world.piece("Other.", speaker=0)
        assert list(world.inference.last_feeds["sid"].data) == [0]
        with pytest.raises(UnknownSpeaker, match="anna"):
            await world.piece(speaker="carl")

    run(scenario())


def test_preload_tells_whether_it_was_there_and_the_stats_come_first() -> None:
    async def scenario() -> None:
        world = World()
        first = await world.app.preload({"voiceId": ONE})
        assert (first["voiceId"], first["alreadyLoaded"]) == (ONE, False)
        assert world.events[-1]["event"] == "sessions"
        assert world.events[-1]["stats"]["voices"] == [ONE]
        second = await world.app.preload({"voiceId": ONE})
        assert second["alreadyLoaded"] is True
        assert world.created() == 1
        phases = [event["phase"] for event in world.events if event["event"] == "progress"]
        assert phases[0] == "download"
        assert phases[-2:] == ["session", "ready"]

    run(scenario())


def test_clear_requests() -> None:
    async def scenario() -> None:
        world = World()
        await world.piece()
        await world.rest()
        stats = await world.app.cache_stats({})
        assert stats["count"] == 1
        assert stats["memory"] == {
            "count": 1,
            "size": stats["size"],
            "sizeFormatted": stats["sizeFormatted"],
        }
        assert (await world.app.clear_sessions({}))["voiceCount"] == 0
        assert not world.inference.sessions
        await world.app.clear_audio({})
        assert (await world.app.cache_stats({}))["count"] == 0
        await world.piece()
        await world.rest()
        assert (await world.app.clear_all({}))["voices"] == []
        assert world.snapshots == 1
        assert not world.store.entries

    run(scenario())


def test_what_was_just_made_is_not_cached_after_a_clear() -> None:
    async def scenario() -> None:
        world = World()
        await world.piece()  # is encoded and stored a moment later
        await world.app.clear_audio({})
        await world.rest()
        assert (await world.app.cache_stats({}))["count"] == 0
        assert not world.store.entries
        assert (await world.piece()).source == "model"

    run(scenario())


def test_settle_measures_threads_and_moves_the_sessions() -> None:
    async def scenario() -> None:
        world = World({**BOOT, "cores": 2})
        world.inference.cost = lambda realm: 0.1 / realm.threads
        await world.piece()
        told = len(world.events)
        settled: Any = await world.app.settle({})
        assert not [event for event in world.events[told:] if event["event"] == "progress"]
        assert settled["device"]["realm"] == {"backend": "wasm", "threads": 2}
        assert settled["numpy"] is False
        assert world.snapshots == 1
        assert world.stats["threads"] == 2
        assert world.stats["voices"] == [ONE]
        created = world.created()
        assert (await world.piece("Another.")).source == "model"
        assert world.created() == created  # its session was moved, not lost
        again = World({**BOOT, "cores": 2, "device": settled["device"]})
        await again.piece()
        await again.app.settle({})
        assert again.inference.calls.count("open") == 1  # nothing is measured a second time

    run(scenario())


def test_settle_probes_webgpu_with_the_voice_in_use() -> None:
    async def scenario() -> None:
        world = World({**BOOT, "isolated": False})
        world.inference.gpu = Adapter("Acme", fallback=False)
        world.inference.cost = lambda realm: 0.05 if realm.backend == "webgpu" else 0.1
        await world.piece()
        await world.app.settle({})
        assert world.stats["backend"] == "webgpu"
        assert "equals wasm" in world.stats["backendReason"]
        assert list(world.inference.last_feeds["scales"].data) == [0.0, 1.0, 0.0]
        await world.piece("Another.")
        realm = world.inference.realms[next(iter(world.inference.sessions.values()))]
        assert realm.backend == "webgpu"

    run(scenario())


def test_speech_goes_on_while_threads_are_measured() -> None:
    async def scenario() -> None:
        world = World({**BOOT, "cores": 2})
        world.inference.cost = lambda realm: 0.1 / realm.threads
        await world.piece()
        settling = asyncio.ensure_future(world.app.settle({}))
        number = 0
        while not settling.done():
            number += 1
            await world.piece(f"Number {number}.", (ONE, TWO, TROIS)[number % 3])
        await settling
        assert world.stats["threads"] == 2
        for voice in (ONE, TWO, TROIS):
            assert (await world.piece("Afterwards.", voice)).source == "model"
        realms = {world.inference.realms[r].threads for r in world.inference.sessions.values()}
        assert realms == {2}

    run(scenario())


def test_one_idle_job_that_fails_does_not_stop_the_others() -> None:
    async def scenario() -> None:
        world = World({**BOOT, "cores": 2})
        world.inference.cost = lambda realm: 0.1 / realm.threads
        world.numpy_fault = RuntimeError("micropip: the network went")
        await world.piece()
        settled: Any = await world.app.settle({})
        assert settled["numpy"] is False
        assert world.stats["threads"] == 2

    run(scenario())


def test_settle_without_a_voice_or_with_a_failing_probe_harms_nothing() -> None:
    async def scenario() -> None:
        world = World()
        await world.app.settle({})
        assert world.created() == 0
        await world.piece()
        world.inference.faults["create"] = [InferenceFailed("probe")]
        await world.app.settle({})
        assert (await world.piece("Another.")).source == "model"

    run(scenario())


def test_trace_and_metrics_tell_each_step() -> None:
    async def scenario() -> None:
        world = World()
        await world.piece()
        await world.rest()
        await world.piece()
        trace: Any = await world.app.handle("trace", {})
        made, cached = trace
        assert made["source"] == "model"
        assert made["infer"] == pytest.approx(100, abs=1)
        assert cached["source"] == "memory"
        assert cached["infer"] == 0
        metrics: Any = await world.app.handle("metrics", {})
        assert metrics["counters"]["synthesis"] == 1
        assert metrics["latency"]["sentence.memory"]["count"] == 1
        await world.app.handle("resetMetrics", {})
        assert await world.app.handle("trace", {}) == []

    run(scenario())


def test_voices_are_what_the_interface_promises() -> None:
    async def scenario() -> None:
        voices: Any = await World().app.handle("voices", {})
        assert [voice["id"] for voice in voices] == [ONE, TWO, TROIS]
        assert voices[2]["language"] == "fr-FR"
        assert set(voices[0]) == {
            "id",
            "name",
            "language",
            "quality",
            "sampleRate",
            "speakers",
            "bytes",
            "installed",
            "source",
        }

    run(scenario())


def test_split_gives_sentences_with_offsets() -> None:
    async def scenario() -> None:
        text = "Dr. Who 🙂 is here. Hello there, my good old friend; how"
        value: Any = await World().app.handle(
            "split", {"text": text, "final": False, "language": "en"}
        )
        assert [s["text"] for s in value["sentences"]] == ["Dr. Who 🙂 is here."]
        sentence = value["sentences"][0]
        assert (sentence["start"], sentence["end"]) == (0, 19)
        assert value["consumed"] in (19, 20)

    run(scenario())


def test_format_bytes() -> None:
    assert format_bytes(2_453_667) == "2.34 MB"
    assert format_bytes(0) == "0.00 MB"


def test_a_guests_voice_is_not_the_one_to_load_first_next_time() -> None:
    async def scenario() -> None:
        world = World()
        for voice, guest in [(ONE, False), (TWO, True), (ONE, False), (TWO, False), (TWO, True)]:
            await world.piece(f"{voice} {guest}.", voice, guest=guest)
        used = [event["voiceId"] for event in world.events if event["event"] == "used"]
        assert used == [ONE, TWO]
        assert world.stats["voices"] == [ONE, TWO]

    run(scenario())
