"""Every way in which a request can go wrong, and that the next one is served."""

from __future__ import annotations

import asyncio

import pytest
from lectern.errors import (
    BadOption,
    EngineLost,
    InferenceFailed,
    IntegrityError,
    LecternError,
    NetworkError,
    PhonemizerFailed,
    ProtocolError,
    StoreError,
    UnknownVoice,
    VoiceNotInstalled,
)
from lectern.ports import Adapter

from tests.fakes import (
    Gate,
)
from tests.unit.runtime.world import BOOT, ONE, TWO, World, run


@pytest.mark.parametrize("text", ["", "   ", "🙂🙂", "\x00\x07", "—", "\u200b"])
def test_nothing_to_say_is_silence_and_costs_no_session(text: str) -> None:
    async def scenario() -> None:
        world = World()
        spoken = await world.piece(text)
        assert len(spoken.samples) == 0
        assert world.created() == 0

    run(scenario())


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"text": "a", "voiceId": "nobody"}, UnknownVoice),
        ({"text": "a", "voiceId": "../etc/passwd"}, UnknownVoice),
        ({"text": "a", "voiceId": 3}, BadOption),
        ({"text": None, "voiceId": ONE}, BadOption),
        ({"text": "a", "voiceId": ONE, "lengthScale": 0}, BadOption),
        ({"text": "a", "voiceId": ONE, "lengthScale": "fast"}, BadOption),
        ({"text": "a", "voiceId": ONE, "lengthScale": float("nan")}, BadOption),
        ({"text": "a", "voiceId": ONE, "speaker": [1]}, BadOption),
        ({"text": "a", "voiceId": ONE, "speaker": True}, BadOption),
        ({"text": "a", "voiceId": ONE, "style": "furious"}, BadOption),
        ({"text": "a", "voiceId": ONE, "offset": -1}, BadOption),
        ({"text": "a", "voiceId": ONE, "offset": 0.5}, BadOption),
        ({"text": "a", "voiceId": ONE, "ahead": "soon"}, BadOption),
        ({"text": "a", "voiceId": ONE, "rate": 0}, BadOption),
        ({"text": "a" * 5000, "voiceId": ONE}, BadOption),
    ],
)
def test_wrong_requests_are_refused_and_the_next_is_served(
    payload: dict[str, object], error: type[LecternError]
) -> None:
    async def scenario() -> None:
        world = World()
        with pytest.raises(error):
            await world.app.handle("piece", payload)
        assert (await world.piece()).source == "model"

    run(scenario())


def test_an_unknown_request_is_a_protocol_error() -> None:
    async def scenario() -> None:
        with pytest.raises(ProtocolError, match="dance"):
            await World().app.handle("dance", {})

    run(scenario())


@pytest.mark.parametrize(
    "boot",
    [
        {"backend": "cuda"},
        {"threads": 0},
        {"threads": "2"},
        {"settings": {"sentence_silence": -1}},
    ],
)
def test_a_wrong_boot_is_refused(boot: dict[str, object]) -> None:
    with pytest.raises(BadOption):
        World({**BOOT, **boot})


def test_a_damaged_model_never_reaches_ort_and_is_fetched_again() -> None:
    async def scenario() -> None:
        world = World()
        world.files.served[ONE] = b"model onf"
        with pytest.raises(IntegrityError, match="damaged"):
            await world.piece()
        assert world.created() == 0
        assert not world.files.held
        assert not world.store.entries
        del world.files.served[ONE]
        assert (await world.piece()).source == "model"

    run(scenario())


def test_a_model_that_the_http_cache_holds_damaged_is_fetched_past_it() -> None:
    async def scenario() -> None:
        world = World()
        world.files.stale[ONE] = b"model on"
        assert (await world.piece()).source == "model"
        assert world.files.fetches == [ONE, ONE]
        assert not world.files.held

    run(scenario())


@pytest.mark.parametrize("fault", [NetworkError("down"), VoiceNotInstalled("not here")])
def test_a_voice_that_cannot_be_fetched_is_tried_again(fault: LecternError) -> None:
    async def scenario() -> None:
        world = World()
        world.files.fault = fault
        with pytest.raises(type(fault)):
            await world.piece()
        assert (await world.piece()).source == "model"

    run(scenario())


def test_a_voice_without_durations_speaks_without_word_times() -> None:
    async def scenario() -> None:
        world = World()
        world.inference.outputs = ("output",)
        spoken = await world.piece()
        assert len(spoken.samples) and spoken.words == ()

    run(scenario())


@pytest.mark.parametrize("name", ["run", "create"])
def test_one_rejection_poisons_nothing(name: str) -> None:
    async def scenario() -> None:
        world = World()
        world.inference.faults[name] = [InferenceFailed("once")]
        with pytest.raises(InferenceFailed):
            await world.piece()
        assert not world.store.entries
        assert (await world.piece()).source == "model"

    run(scenario())


def test_a_phonemizer_that_fails_once_is_asked_again() -> None:
    async def scenario() -> None:
        world = World()
        world.phonemizer.fault = PhonemizerFailed("once")
        with pytest.raises(PhonemizerFailed):
            await world.piece()
        assert (await world.piece()).source == "model"

    run(scenario())


def test_a_realm_that_dies_is_replaced_and_the_stats_say_so_at_once() -> None:
    async def scenario() -> None:
        world = World()
        await world.piece()
        realm = next(iter(world.inference.sessions.values()))
        world.inference.kill(realm)
        assert world.stats["voices"] == []
        assert world.events[-1]["stats"]["voiceCount"] == 0
        assert (await world.piece("Another.")).source == "model"

    run(scenario())


def test_a_realm_that_dies_while_a_voice_loads_is_replaced_once() -> None:
    async def scenario() -> None:
        world = World()
        world.inference.faults["create"] = [EngineLost("gone")]
        assert (await world.piece()).source == "model"
        world.inference.faults["create"] = [EngineLost("gone"), EngineLost("again")]
        with pytest.raises(EngineLost):
            await world.piece("Another.", TWO)

    run(scenario())


def test_a_voice_that_webgpu_has_no_kernels_for_runs_on_wasm_and_says_why() -> None:
    async def scenario() -> None:
        world = World({**BOOT, "backend": "webgpu"})
        world.inference.gpu = Adapter("Acme", fallback=True)
        world.inference.faults["create"] = [InferenceFailed("no kernel for Cast")]
        assert (await world.piece()).source == "model"
        assert world.stats["backend"] == "wasm"
        assert "no kernel for Cast" in world.stats["backendReason"]
        await world.piece("Another.", TWO)
        assert world.stats["backend"] == "webgpu"  # each voice by itself

    run(scenario())


def test_a_failing_store_never_stops_speech() -> None:
    async def scenario() -> None:
        world = World()
        world.store.fault = StoreError("broken")
        assert (await world.piece()).source == "model"
        await world.rest()
        assert (await world.piece()).source == "memory"

    run(scenario())


def test_clear_all_tries_everything_and_then_tells_what_failed() -> None:
    async def scenario() -> None:
        world = World()
        world.store.fault = StoreError("locked")
        with pytest.raises(StoreError):
            await world.app.clear_all({})
        assert world.snapshots == 1

    run(scenario())


def test_a_cancelled_request_leaves_the_others_alone() -> None:
    async def scenario() -> None:
        world = World()
        world.inference.gate = Gate(open_=False)
        first = asyncio.ensure_future(world.piece())
        second = asyncio.ensure_future(world.piece())
        while not world.inference.gate.waiting:
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        world.inference.gate.open()
        assert (await second).source == "model"

    run(scenario())
