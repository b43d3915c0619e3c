"""Sentences in pieces: what the page gets, with real arithmetic on tiny voices."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
import onnx.helper
import pytest
from lectern.errors import InferenceFailed
from lectern.ports import FileRef
from lectern.speech import Spoken

from tests.fakes import FakePhonemizer
from tests.native import TINY, NativeInference, snr
from tests.tiny_voice import tones
from tests.unit.runtime.world import World

TINY_ID, TONES, TRIO = "en_US-tiny-medium", "en_US-tones-medium", "fr_FR-trio-medium"
TEXT = "The quick brown fox jumps over the lazy dog, and then it sleeps for a very long while."


def world(cost: Callable[[Sequence[str], int], None] = lambda outputs, size: None) -> World:
    """An app with the tiny voices and native onnxruntime."""
    voices = {
        voice: (
            json.loads((TINY / f"{voice}.onnx.json").read_text("utf-8")),
            (TINY / f"{voice}.onnx").read_bytes(),
        )
        for voice in (TINY_ID, TONES, TRIO)
    }
    made = World(voices=voices, inference=lambda files: NativeInference(files.bytes, cost))
    made.phonemizer = FakePhonemizer()
    return made


def native(of: World) -> NativeInference:
    assert isinstance(of.inference, NativeInference)
    return of.inference


async def pieces(of: World, text: str = TEXT, voice: str = TINY_ID, **more: Any) -> list[Spoken]:
    found: list[Spoken] = []
    offset = 0
    while not found or not found[-1].last:
        found.append(await of.piece(text, voice, offset=offset, ahead=0.0, **more))
        offset += len(found[-1].samples)
    return found


def joined(found: list[Spoken]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """float32 as the model gives it; int16 of a cache is the same sound."""
    return np.concatenate(
        [
            np.frombuffer(one.samples, np.int16).astype(np.float32) / 32768
            if one.samples.format == "h"
            else np.frombuffer(one.samples, np.float32)
            for one in found
        ]
    )


def test_the_first_piece_is_short_and_the_sum_is_the_whole() -> None:
    async def scenario() -> None:
        here = world()
        found = await pieces(here)
        assert len(found) > 2
        assert len(found[0].samples) < 0.5 * 22050
        whole = await world().piece(TEXT, TINY_ID)  # nobody waits: larger windows
        rest = joined(found)
        first = np.frombuffer(whole.samples, np.float32)
        assert snr(first, rest[: len(first)]) > 100

    asyncio.run(scenario())


def uncuttable() -> bytes:
    """A tiny voice that draws its noise in another way than Piper's."""
    model = onnx.load(TINY / f"{TINY_ID}.onnx")
    for node in model.graph.node:
        if node.op_type == "RandomNormalLike":
            node.attribute.append(onnx.helper.make_attribute("mean", 0.5))
    data: bytes = model.SerializeToString()
    return data


def test_why_a_voice_runs_whole_is_told_at_every_load(caplog: pytest.LogCaptureFixture) -> None:
    """Also from the plan that is kept, which is what all later visits see."""

    async def scenario() -> None:
        here = world()
        config, _ = here.files.voices[TINY_ID]
        here.files.voices[TINY_ID] = (config, uncuttable())
        for _ in range(2):
            caplog.clear()
            with caplog.at_level(logging.INFO, "lectern"):
                await here.piece("Hello, world.", TINY_ID)
            (why,) = [line for line in caplog.messages if "runs whole" in line]
            assert "noise" in why
            assert f"{TINY_ID} runs whole: " in here.stats["backendReason"]
            assert "noise" in here.stats["backendReason"]
            await here.app.handle("clearSessions", {})
            await here.app.handle("clearAudio", {})
            assert "runs whole" not in here.stats["backendReason"]
        await pieces(here, voice=TRIO)
        assert "runs whole" not in here.stats["backendReason"]

    asyncio.run(scenario())


@pytest.mark.parametrize("known", [True, False], ids=["known", "untried"])
def test_parts_that_ran_before_are_not_given_up_for_good(known: bool) -> None:
    """Memory may have been short; parts that never ran are not tried at each visit."""

    async def scenario() -> None:
        here = world()
        inference = native(here)
        if known:
            await here.piece("Hello, world.", TINY_ID)
            await here.app.handle("clearSessions", {})
        before = dict(here.files.plans)
        create, faults = inference.create, [InferenceFailed("out of memory")]

        async def failing(*given: Any, **more: Any) -> Any:
            if faults:
                raise faults.pop()
            return await create(*given, **more)

        inference.create = failing  # type: ignore[method-assign]
        assert await here.piece("Out of memory now.", TINY_ID)
        assert "out of memory" in here.stats["backendReason"]
        assert (here.files.plans == before) is known
        await here.app.handle("clearSessions", {})
        assert await here.piece("And now there is some.", TINY_ID)
        assert (f"{TINY_ID} runs whole" in here.stats["backendReason"]) is not known

    asyncio.run(scenario())


def test_all_words_come_with_the_first_piece() -> None:
    async def scenario() -> None:
        found = await pieces(world())
        words = found[0].words
        assert [TEXT[start:end] for start, end, _, _ in words][:3] == ["The", "quick", "brown"]
        assert len(words) == len(TEXT.split())
        assert not any(piece.words for piece in found[1:])
        total = sum(len(piece.samples) for piece in found)
        assert words[-1][2] + words[-1][3] <= total
        assert words[-1][2] > len(found[0].samples)

    asyncio.run(scenario())


def test_what_was_spoken_is_kept_whole() -> None:
    async def scenario() -> None:
        here = world()
        made = joined(await pieces(here))
        await here.rest()
        runs = len(native(here).runs)
        again = await here.piece(TEXT, TINY_ID, offset=0, ahead=0.0)
        assert again.source == "memory"
        assert again.last
        assert len(native(here).runs) == runs
        kept = np.frombuffer(again.samples, np.int16) / 32768
        assert snr(made, kept) > 40
        # Whoever had the beginning already gets the rest.
        tail = await here.piece(TEXT, TINY_ID, offset=5000)
        assert np.array_equal(np.frombuffer(tail.samples, np.int16), (kept * 32768)[5000:])
        assert tail.words == ()

    asyncio.run(scenario())


@pytest.mark.parametrize("factor", [0.7, 1.3, 2.0])
def test_a_text_never_falls_silent_within_a_sentence(factor: float) -> None:
    """A machine that is too slow waits between sentences, once each at most.

    The page's part is played here: it asks for the next piece as soon as the last one came, and
    says how much is left to hear then.
    """
    frame = 256 / 22050
    here: World | None = None

    def cost(outputs: Sequence[str], size: int) -> None:
        assert here is not None
        here.clock.advance(factor * frame * size * (0.6 if "output" in outputs else 0.2))

    async def scenario() -> None:
        nonlocal here
        here = world(cost)
        until = here.clock.now  # when all that was delivered has been heard
        gaps: list[tuple[int, int, float]] = []
        for number in range(4):
            offset = 0
            last = False
            while not last:
                ahead = max(0.0, until - here.clock.now)
                text = f"{TEXT} {'And so on. ' * (number % 3)}"
                spoken = await here.piece(text + str(number), TINY_ID, offset=offset, ahead=ahead)
                if here.clock.now > until:
                    gaps.append((number, offset, here.clock.now - until))
                    until = here.clock.now
                until += len(spoken.samples) / spoken.sample_rate
                offset += len(spoken.samples)
                last = spoken.last
        inside = [gap for gap in gaps if gap[1] > 0]
        assert inside == [], "silence in the midst of a sentence"
        assert len(gaps) <= (4 if factor > 0.7 else 1)

    asyncio.run(scenario())


def test_who_stops_asking_stops_the_making() -> None:
    async def scenario() -> None:
        here = world()
        await here.piece(TEXT, TINY_ID, offset=0, ahead=0.0)
        runs = len(native(here).runs)
        await here.rest()
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(native(here).runs) == runs
        assert (await here.app.handle("cacheStats", {}))["count"] == 0  # type: ignore[index]

    asyncio.run(scenario())


def test_a_new_worker_goes_on_where_the_old_one_died() -> None:
    """The same sound, from the same sample, though nothing of the first worker is left."""

    async def scenario() -> None:
        wanted = joined(await pieces(world()))
        first = await world().piece(TEXT, TINY_ID, offset=0, ahead=0.0)
        here = world()
        offset = len(first.samples)
        found = [first]
        while not found[-1].last:
            found.append(await here.piece(TEXT, TINY_ID, offset=offset, ahead=0.0))
            offset += len(found[-1].samples)
        assert snr(wanted, joined(found)) > 100

    asyncio.run(scenario())


def test_two_who_want_the_same_share_it() -> None:
    async def scenario() -> None:
        here = world()
        alone = world()
        await pieces(alone)
        both = await asyncio.gather(pieces(here), pieces(here))
        assert snr(joined(both[0]), joined(both[1])) > 100
        assert len(native(here).runs) <= len(native(alone).runs) + 2

    asyncio.run(scenario())


def test_a_lost_worker_in_the_midst_costs_one_window() -> None:
    async def scenario() -> None:
        here = world()
        first = await here.piece(TEXT, TINY_ID, offset=0, ahead=0.0)
        encoders = sum(len(outputs) > 1 for outputs, _ in native(here).runs)
        await native(here).kill(1)
        # The voice is loaded anew, the sentence is not begun anew.
        again = await here.piece(TEXT, TINY_ID, offset=len(first.samples), ahead=0.0)
        assert len(again.samples) > 0
        assert sum(len(outputs) > 1 for outputs, _ in native(here).runs) == encoders + 0

    asyncio.run(scenario())


def test_a_voice_whose_parts_do_not_run_runs_whole() -> None:
    class Stubborn(NativeInference):
        """Loads everything, runs no encoder."""

        async def run(self, session: int, feeds: Any, outputs: Any, deadline: float) -> Any:
            if len(outputs) > 2:
                raise InferenceFailed("no such kernel")
            return await super().run(session, feeds, outputs, deadline)

    async def scenario() -> None:
        here = world()
        stubborn = Stubborn(here.files.bytes)
        here = World(voices=here.files.voices, inference=lambda files: _with(stubborn, files))
        spoken = await here.piece(TEXT, TINY_ID, offset=0, ahead=0.0)
        assert spoken.last
        assert len(spoken.samples) > 22050
        # The durations are an output of the whole graph all the same.
        assert len(spoken.words) == len(TEXT.split())
        plan = json.loads(next(iter(here.files.plans.values())))
        assert plan["cut"] is None
        assert "no such kernel" in plan["reason"]

    asyncio.run(scenario())


def _with(inference: Any, files: Any) -> Any:
    inference._models = files.bytes
    return inference


def test_a_plan_is_made_once() -> None:
    async def scenario() -> None:
        here = world()
        await pieces(here)
        (plan,) = here.files.plans.values()
        reads = 0
        read = here.files.read

        def counted(file: FileRef, offset: int, length: int) -> bytes:
            nonlocal reads
            reads += 1
            return read(file, offset, length)

        here.files.read = counted  # type: ignore[method-assign]
        await here.app.handle("clearSessions", {})
        await here.piece("Another sentence.", TINY_ID, offset=0, ahead=0.0)
        assert reads == 0
        assert list(here.files.plans.values()) == [plan]

    asyncio.run(scenario())


@pytest.mark.parametrize("damage", ["{", "null", '{"version": 1}', '{"version": 99}', "[]"])
def test_a_damaged_plan_is_made_anew(damage: str) -> None:
    async def scenario() -> None:
        here = world()
        await here.piece(TEXT, TINY_ID, offset=0, ahead=0.0)
        (key,) = here.files.plans
        good = here.files.plans[key]
        here.files.plans[key] = damage
        await here.app.handle("clearSessions", {})
        await here.piece("Another sentence.", TINY_ID, offset=0, ahead=0.0)
        assert here.files.plans[key] == good

    asyncio.run(scenario())


def test_words_are_where_their_tones_are() -> None:
    """Ground truth by construction: each phoneme of this voice is a tone of its own."""

    async def scenario() -> None:
        here = world()
        text = "Ab cd, ef hi!"
        found = await pieces(here, text, TONES)
        sound = joined(found)
        config = json.loads((TINY / f"{TONES}.onnx.json").read_text("utf-8"))
        table = config["phoneme_id_map"]
        words = found[0].words
        assert [text[start:end] for start, end, _, _ in words] == ["Ab", "cd", "ef", "hi"]
        for start, end, first, _ in words:
            letter = text[start:end][0].lower()
            hz = tones.hz(table[letter][0])
            window = sound[first : first + 512]
            heard = np.abs(np.fft.rfft(window * np.hanning(len(window)), 8192))
            assert abs(heard.argmax() * 22050 / 8192 - hz) < 25, letter
            # Just before it that tone is not there yet.
            before = sound[max(0, first - 640) : first - 128]
            quiet = np.abs(np.fft.rfft(before * np.hanning(len(before)), 8192))
            bin_ = round(hz * 8192 / 22050)
            assert quiet[bin_] < 0.2 * heard[bin_], letter

    asyncio.run(scenario())


def test_speakers_by_name() -> None:
    async def scenario() -> None:
        here = world()
        amelie = joined(await pieces(here, voice=TRIO, speaker="amelie"))
        claire = joined(await pieces(here, voice=TRIO, speaker="claire"))
        third = joined(await pieces(here, voice=TRIO, speaker=2))
        assert len(claire) == len(third)
        assert snr(claire, third) > 70  # one of them from the cache, in 16 bits
        assert len(amelie) != len(claire) or snr(amelie, claire) < 10

    asyncio.run(scenario())
