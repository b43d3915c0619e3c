"""Voices in parts with decoders on WebGPU: what runs where, and what happens when it can't."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from lectern.errors import EngineLost, EngineTimeout, InferenceFailed, LecternError, VoiceUnreadable
from lectern.ports import Adapter

from tests.native import TINY, NativeInference, snr
from tests.unit.runtime.world import BOOT, World

VOICE, TRIO = "en_US-tiny-medium", "fr_FR-trio-medium"
TEXT = "The quick brown fox jumps over the lazy dog, and then it sleeps for a very long while."
SHORT = "Oh."
#: Frames of the two windows, with the tiny voice's context of 11 on both sides.
WINDOWS = [54, 150]
GPU = Adapter("Acme GPU", fallback=False)
ASKED: dict[str, object] = {**BOOT, "backend": "webgpu"}
#: Of a device where the threads are measured already.
MEASURED: dict[str, object] = {
    "cores": 4,
    "isolated": True,
    "build": "",
    "threads": 1,
    "reason": "measured",
}


class Native(World):
    """An app with tiny voices, native onnxruntime and a GPU of the same arithmetic."""

    def __init__(self, boot: dict[str, object]) -> None:
        voices = {
            voice: (
                json.loads((TINY / f"{voice}.onnx.json").read_text("utf-8")),
                (TINY / f"{voice}.onnx").read_bytes(),
            )
            for voice in (VOICE, TRIO)
        }
        self.native: Any = None

        def inference(files: Any) -> NativeInference:
            made = self.native = NativeInference(files.bytes)
            made.gpu = GPU
            return made

        super().__init__(boot, inference, voices=voices)

    async def say(self, text: str = TEXT, voice: str = VOICE) -> np.ndarray[Any, Any]:
        """A sentence that was not said before, whole; asked again where a realm was lost."""
        found: list[memoryview] = []
        offset = 0
        while True:
            try:
                spoken = await self.piece(text, voice, offset=offset, ahead=0.0)
            except EngineLost:
                continue
            found.append(spoken.samples)
            offset += len(spoken.samples)
            if spoken.last:
                return np.concatenate([np.frombuffer(one, np.float32) for one in found])

    async def settle(self) -> dict[str, Any]:
        return await self.app.handle("settle", {})  # type: ignore[return-value]

    @property
    def sessions(self) -> list[str]:
        """The backend of each session that is loaded."""
        return sorted(self.native.backend_of(session) for session in self.native.homes)

    @property
    def gpu_realm(self) -> int:
        return self._realm("webgpu")

    @property
    def wasm_realm(self) -> int:
        return self._realm("wasm")

    def _realm(self, backend: str) -> int:
        """The one realm of this backend that is in use."""
        used = set(self.native.homes.values())
        found = [realm for realm in used if self.native.realms[realm].backend == backend]
        assert len(found) == 1
        return int(found[0])

    def gpu_windows(self) -> list[int]:
        """Frames of each run on the GPU so far."""
        ran = zip(self.native.runs, self.native.places, strict=True)
        return [size for (_, size), place in ran if place == "webgpu"]


ALL = ["wasm", "wasm", "wasm", "webgpu", "webgpu"]
REST = ["wasm", "wasm", "wasm"]


def run(scenario: Callable[[], Any]) -> None:
    asyncio.run(scenario())


async def verdict_of(world: Native, ok: bool = True) -> dict[str, object]:
    """A boot payload in which the GPU was found to be good for the voice before."""
    device = (await world.settle())["device"]
    assert [one["ok"] for one in device["gpu"].values()] == [ok]
    return {**BOOT, "device": device}


async def known_good() -> dict[str, object]:
    world = Native({**BOOT, "device": MEASURED})
    await world.say()
    return await verdict_of(world)


def test_asked_for_the_decoder_runs_on_the_gpu_and_all_else_on_wasm() -> None:
    async def scenario() -> None:
        world = Native(ASKED)
        sound = await world.say()
        created = [("wasm", None)] * 3 + [("webgpu", {"frames": frames}) for frames in WINDOWS]
        assert world.native.created == created
        ran = list(zip(world.native.runs, world.native.places, strict=True))
        assert {size for (_, size), place in ran if place == "webgpu"} <= set(WINDOWS)
        # All of the sound after the trial runs is the GPU's.
        spoken = [place for (outputs, _), place in ran if outputs == ("output",)]
        assert "wasm" not in spoken[1:]
        assert world.stats["backend"] == "webgpu"
        assert snr(await Native(BOOT).say(), sound) > 100

    run(scenario)


def test_several_speakers_have_their_decoders_on_the_gpu_too() -> None:
    async def scenario() -> None:
        world = Native(ASKED)
        sound = await world.say(voice=TRIO)
        assert world.sessions == ALL
        assert len(world.gpu_windows()) > len(WINDOWS)
        assert snr(await Native(BOOT).say(voice=TRIO), sound) > 100

    run(scenario)


def test_a_sentence_shorter_than_the_smallest_window_is_made_by_wasm() -> None:
    async def scenario() -> None:
        world = Native(ASKED)
        sound = await world.say(SHORT)
        assert 0 < len(sound) < WINDOWS[0] * 256
        assert world.gpu_windows() == WINDOWS  # tried while they were loaded, and no more
        assert world.native.runs[-1][0] == ("output",)
        assert world.native.places[-1] == "wasm"

    run(scenario)


def test_the_first_sound_does_not_wait_for_a_gpu_that_was_found_good() -> None:
    async def scenario() -> None:
        world = Native(await known_good())
        assert world.native.created == []
        await world.piece(TEXT, VOICE, ahead=0.0)
        assert world.sessions == REST
        await world.rest()
        assert world.sessions == ALL
        before = len(world.gpu_windows())
        await world.say("And now something else, of which nobody has heard a word so far.")
        assert len(world.gpu_windows()) > before
        assert world.stats["backend"] == "webgpu"

    run(scenario)


def test_the_probe_adds_decoders_to_the_session_and_loads_nothing_twice() -> None:
    async def scenario() -> None:
        world = Native({**BOOT, "device": MEASURED})
        await world.say()
        created = len(world.native.created)
        await verdict_of(world)
        assert world.native.created[created:] == [("webgpu", {"frames": n}) for n in WINDOWS]
        assert world.sessions == ALL
        # The probe's sound was made by the large windows, not by wasm.
        assert world.gpu_windows().count(WINDOWS[1]) > 5
        assert world.stats["backend"] == "webgpu"
        assert "equals wasm" in world.stats["backendReason"]

    run(scenario)


def test_a_gpu_that_has_no_kernel_leaves_the_voice_on_wasm_and_says_why() -> None:
    async def scenario() -> None:
        for fault in (InferenceFailed("no kernel"), VoiceUnreadable("no kernel")):
            world = Native(ASKED)
            world.native.faults["create"] = [fault]
            assert len(await world.say()) > 0
            assert world.sessions == REST
            assert world.stats["backend"] == "wasm"
            assert "no kernel" in world.stats["backendReason"]
            # Tried once, not before each sentence.
            assert len(await world.say("Once more, please, and with feeling.")) > 0
            assert world.native.created == [("wasm", None)] * 3

    run(scenario)


def test_a_decoder_that_fails_its_trial_is_released() -> None:
    async def scenario() -> None:
        world = Native(ASKED)
        world.native.faults["run"] = [InferenceFailed("the pipeline does not compile")]
        assert len(await world.say()) > 0
        assert world.sessions == REST
        assert "does not compile" in world.stats["backendReason"]

    run(scenario)


def test_a_gpu_that_does_not_open_leaves_everything_on_wasm_and_says_why() -> None:
    async def scenario() -> None:
        world = Native(ASKED)
        world.native.faults["open"] = [InferenceFailed("This browser gives no WebGPU adapter.")]
        assert len(await world.say()) > 0
        assert world.stats["backend"] == "wasm"
        assert "no WebGPU adapter" in world.stats["backendReason"]

    run(scenario)


def test_a_lost_gpu_costs_a_window_and_the_rest_of_the_voice_stays() -> None:
    async def scenario() -> None:
        world = Native(ASKED)
        first = await world.piece(TEXT, VOICE, ahead=0.0)
        await world.native.kill(world.gpu_realm)
        assert world.stats["voices"] == [VOICE]
        assert world.sessions == REST
        created = len(world.native.created)
        sound = await world.say()
        await world.rest()
        assert snr(await Native(BOOT).say(), sound) > 100
        assert len(first.samples) < len(sound)
        # The GPU is started once more; what was on wasm was not loaded again.
        assert world.native.created[created:] == [("webgpu", {"frames": n}) for n in WINDOWS]
        assert world.sessions == ALL

    run(scenario)


def test_a_gpu_that_is_lost_in_a_run_is_recovered_from() -> None:
    async def scenario() -> None:
        world = Native(ASKED)
        await world.say(SHORT)
        realm = world.gpu_realm
        original = world.native.run

        async def dying(*given: Any) -> Any:
            world.native.run = original
            await world.native.kill(realm)
            raise EngineLost("The GPU is gone.")

        world.native.run = dying
        with pytest.raises(EngineLost):
            await world.piece(TEXT, VOICE)
        assert world.stats["voices"] == [VOICE], "what is on wasm is still there"
        assert len(await world.say()) > 0

    run(scenario)


def test_a_gpu_that_is_lost_again_and_again_is_left_alone() -> None:
    async def scenario() -> None:
        world = Native(ASKED)
        for number in ("one", "two"):
            await world.say(f"Here is sentence number {number} of this test, long enough.")
            await world.rest()
            await world.native.kill(world.gpu_realm)
        assert len(await world.say("And now the third one.")) > 0
        await world.rest()
        assert world.sessions == REST
        assert world.stats["backend"] == "wasm"
        assert "lost 2 times" in world.stats["backendReason"]

    run(scenario)


def test_a_lost_wasm_realm_takes_the_decoders_along() -> None:
    """The encoder is gone: nothing is left that speaks, and nothing stays on the GPU."""

    async def scenario() -> None:
        world = Native(ASKED)
        await world.say()
        await world.native.kill(world.wasm_realm)
        await world.rest()
        assert world.stats["voices"] == []
        assert world.sessions == []
        assert len(await world.say("Once more, please, and with feeling.")) > 0
        assert world.sessions == ALL

    run(scenario)


@pytest.mark.parametrize("fault", [EngineTimeout("it hung"), EngineLost("it broke down")])
def test_a_gpu_that_breaks_down_in_the_probe_is_not_probed_again(fault: LecternError) -> None:
    """Every visit would begin with a screen that goes blank."""

    async def scenario() -> None:
        world = Native({**BOOT, "device": MEASURED})
        await world.say()
        original = world.native.run

        async def dying(*given: Any) -> Any:
            if world.native.backend_of(given[0]) != "webgpu":
                return await original(*given)
            await world.native.kill(world.gpu_realm)
            raise fault

        world.native.run = dying
        boot = await verdict_of(world, ok=False)
        assert world.sessions == REST
        assert "broke down" in world.stats["backendReason"]
        again = Native(boot)
        await again.say()
        await again.settle()
        assert again.sessions == REST

    run(scenario)


def test_what_dies_beside_the_gpu_says_nothing_of_it() -> None:
    async def scenario() -> None:
        world = Native({**BOOT, "device": MEASURED})
        await world.say()
        original = world.native.run

        async def dying(*given: Any) -> Any:
            world.native.run = original
            await world.native.kill(world.wasm_realm)
            raise EngineLost("wasm is out of memory")

        world.native.run = dying
        assert (await world.settle())["device"]["gpu"] == {}
        assert world.sessions == []
        await world.say("Once more, please, and with feeling.")
        await verdict_of(world)
        assert world.sessions == ALL

    run(scenario)


@pytest.mark.parametrize("number", [0, 1], ids=["small", "large"])
def test_each_decoder_of_the_gpu_is_compared_with_wasm(number: int) -> None:
    """The small one makes the first piece of every sentence, the large one the rest."""

    async def scenario() -> None:
        world = Native({**BOOT, "device": MEASURED})
        await world.say()
        original = world.native.run
        decoded = 0

        async def off(session: int, feeds: Any, outputs: Any, deadline: float) -> Any:
            nonlocal decoded
            found = await original(session, feeds, outputs, deadline)
            decoded = decoded + 1 if "output" in outputs else decoded * ("input" not in feeds)
            # Another driver's error, that the end of a sentence does not show.
            sizes = (world.native.runs[-1][1], decoded if number == 0 else 1)
            if world.native.places[-1] == "webgpu" and sizes == (WINDOWS[number], 1):
                louder = np.frombuffer(found["output"], np.float32) * np.float32(1.5)
                found["output"] = memoryview(louder.tobytes()).cast("f")
            return found

        world.native.run = off
        await verdict_of(world, ok=False)
        assert "is off" in world.stats["backendReason"]
        assert world.sessions == REST

    run(scenario)


def test_a_probe_too_short_for_the_windows_is_no_proof() -> None:
    async def scenario() -> None:
        world = Native({**BOOT, "device": MEASURED})
        await world.say()
        world.phonemizer.phonemize = _mute  # type: ignore[method-assign]
        await verdict_of(world, ok=False)
        assert "too short" in world.stats["backendReason"]
        assert world.sessions == REST

    run(scenario)


async def _mute(voice: str, texts: Any) -> list[list[str]]:
    """What espeak says of a script that the voice has no ids for."""
    return [["\u4e16"] for _ in texts]


def test_a_second_voice_leaves_the_decoders_of_the_first_where_they_are() -> None:
    async def scenario() -> None:
        world = Native(await known_good())
        await world.say()
        await world.rest()
        gpu = world.gpu_realm
        await world.say(voice=TRIO)
        await world.settle()
        assert world.gpu_realm == gpu
        assert world.sessions == sorted(ALL * 2)
        before = len(world.gpu_windows())
        await world.say("And now something else, of which nobody has heard a word so far.")
        assert len(world.gpu_windows()) > before

    run(scenario)


def test_better_threads_keep_the_decoders() -> None:
    """Measured after WebGPU was found good, in a visit that ended before its idle time."""

    async def scenario() -> None:
        boot = await known_good()
        device: Any = boot["device"]
        world = Native({**boot, "device": {**device, "threads": None, "reason": ""}})
        await world.say()
        await world.rest()
        assert world.sessions == ALL
        clock: Any = world.app._ports.clock
        original = world.native.run

        async def timed(session: int, *given: Any) -> Any:
            clock.advance(1 / world.native.realms[world.native.homes[session]].threads)
            return await original(session, *given)

        world.native.run = timed
        await world.settle()
        threads = {realm.backend: realm.threads for realm in world.native.realms.values()}
        assert threads == {"wasm": 4, "webgpu": 1}
        await world.say("Once more, please, and with feeling.")
        await world.rest()
        assert world.sessions == ALL
        assert world.stats["backend"] == "webgpu"

    run(scenario)
