"""Voices from the reader's own files, and what is no voice at all."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from lectern.errors import (
    BadOption,
    LecternError,
    NetworkError,
    QuotaError,
    TooLarge,
    VoiceUnreadable,
)
from lectern.settings import MIB
from onnx import TensorProto, helper

from tests.e2e.faults import Cut, flip_bit
from tests.unit.installing.shop import CARD, CONFIG, MODEL, PLAIN, TRIO, Shop, fixture_voice, run
from tests.unit.runtime.world import ONE

MINE, OURS = "en_US-mine-medium", "fr_FR-ours-medium"


def model_with(inputs: str, outputs: str) -> bytes:
    """A whole ONNX model with these inputs and outputs, and no sense."""
    given = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in inputs.split()]
    made = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in outputs.split()]
    nodes = [helper.make_node("Identity", [given[0].name], [value.name]) for value in made]
    graph = helper.make_graph(nodes, "g", given, made)
    data: bytes = helper.make_model(graph).SerializeToString()
    return data


def test_two_files_become_a_voice() -> None:
    async def scenario() -> None:
        shop = Shop()
        voice = fixture_voice(TRIO)
        found = await shop.give(OURS, voice.model, voice.config)
        assert (found["id"], found["source"]) == (OURS, "browser")
        assert (await shop.piece("Hello.", OURS)).source == "model"
        shop.untouched()
        assert not shop.downloads.asked
        assert shop.told(OURS)[-1] == (len(voice.model), len(voice.model))

    run(scenario())


def test_the_same_name_again_takes_the_earlier_ones_place() -> None:
    async def scenario() -> None:
        shop = Shop()
        one, other = fixture_voice(PLAIN), fixture_voice(TRIO)
        await shop.give("ours", one.model, one.config)
        before = await shop.piece("Hello.", "ours")
        await shop.rest()
        await shop.give("ours", other.model, other.config)
        assert shop.stats["voices"] == []
        assert shop.disk.voices["ours"] == {MODEL: other.model, CONFIG: other.config}
        after = await shop.piece("Hello.", "ours")
        assert (before.source, after.source) == ("model", "model")

    run(scenario())


def test_a_voice_of_the_folder_may_be_replaced_and_comes_back() -> None:
    async def scenario() -> None:
        shop = Shop()
        voice = fixture_voice(PLAIN)
        config = json.dumps({**PLAIN_CONFIG, "audio": {"sample_rate": 16000, "quality": "x_low"}})
        await shop.give(ONE, voice.model, config.encode())
        info = {v["id"]: v for v in await shop.ask("voices")}
        assert (info[ONE]["source"], len(info)) == ("browser", 3)
        await shop.ask("remove", voiceId=ONE)
        info = {v["id"]: v for v in await shop.ask("voices")}
        assert info[ONE]["source"] == "folder"
        with pytest.raises(BadOption, match="part of this site"):
            await shop.ask("remove", voiceId=ONE)

    run(scenario())


PLAIN_CONFIG: dict[str, Any] = json.loads(fixture_voice(PLAIN).config)
BAD: dict[str, tuple[bytes, bytes]] = {
    "no onnx": (b"no model at all" * 1000, fixture_voice(PLAIN).config),
    "nothing": (b"", fixture_voice(PLAIN).config),
    "a page": (b"<!doctype html><title>Log in</title>", fixture_voice(PLAIN).config),
    "no piper": (model_with("x", "y"), fixture_voice(PLAIN).config),
    "no lengths": (model_with("input scales", "output"), fixture_voice(PLAIN).config),
    "no output": (model_with("input input_lengths scales", "y"), fixture_voice(PLAIN).config),
    "cut": (fixture_voice(PLAIN).model[:-5000], fixture_voice(PLAIN).config),
    "another's json": (fixture_voice(PLAIN).model, fixture_voice(TRIO).config),
    "another's model": (fixture_voice(TRIO).model, fixture_voice(PLAIN).config),
    "more speakers": (
        fixture_voice(TRIO).model,
        json.dumps({**json.loads(fixture_voice(TRIO).config), "num_speakers": 904}).encode(),
    ),
    "more symbols": (
        fixture_voice(PLAIN).model,
        json.dumps({**PLAIN_CONFIG, "num_symbols": 300}).encode(),
    ),
    "ids beyond": (
        fixture_voice(PLAIN).model,
        json.dumps(
            {
                **PLAIN_CONFIG,
                "num_symbols": 900,
                "phoneme_id_map": {**PLAIN_CONFIG["phoneme_id_map"], "ꙮ": [800]},
            }
        ).encode(),
    ),
    "rate 0": (
        fixture_voice(PLAIN).model,
        json.dumps({**PLAIN_CONFIG, "audio": {"sample_rate": 0}}).encode(),
    ),
    "no json": (fixture_voice(PLAIN).model, b"a voice, honestly"),
    "list": (fixture_voice(PLAIN).model, b"[1, 2, 3]"),
    "empty": (fixture_voice(PLAIN).model, b"{}"),
    "deep": (fixture_voice(PLAIN).model, b"[" * 100_000),
    "binary": (fixture_voice(PLAIN).model, bytes(range(256)) * 9),
}


def said(**changes: Any) -> bytes:
    """A JSON that names its voice as the collection's do."""
    config = {**PLAIN_CONFIG, "dataset": "amy", **changes}
    return json.dumps(config).encode()


AMY = "en_US-amy-medium"
OTHERS: dict[str, tuple[str, str, bytes]] = {
    "two names": (f"{AMY}.onnx", "en_US-ryan-medium.onnx.json", said()),
    "two qualities": (f"{AMY}.onnx", "en_US-amy-low.onnx.json", said()),
    "dataset": (f"{AMY}.onnx", f"{AMY}.onnx.json", said(dataset="ryan")),
    "dataset of a file of no name": (f"{AMY} (1).onnx", "config.json", said(dataset="ryan")),
    "language": (f"{AMY}.onnx", f"{AMY}.onnx.json", said(language={"code": "en_GB"})),
    "quality": (
        f"{AMY}.onnx",
        f"{AMY}.onnx.json",
        said(audio={"sample_rate": 16000, "quality": "low"}),
    ),
    "the voice's id": ("model.onnx", "config.json", said(dataset="ryan")),
}


@pytest.mark.parametrize("what", OTHERS)
def test_files_that_are_called_after_two_voices_are_refused(what: str) -> None:
    """In every number such a pair fits: nearly all voices have one speaker and 256 phonemes."""

    async def scenario() -> None:
        shop = Shop()
        *names, config = OTHERS[what]
        with pytest.raises(VoiceUnreadable, match="different voices") as told:
            await shop.give(AMY, fixture_voice(PLAIN).model, config, names)
        assert told.value.reason == "other_voice"
        shop.untouched()
        assert AMY not in shop.disk.voices

    run(scenario())


BELONG: dict[str, tuple[str, str, bytes]] = {
    "as the collection": (f"{AMY}.onnx", f"{AMY}.onnx.json", said()),
    "copies": (f"{AMY} (1).onnx", f"{AMY}.onnx (2).json", said()),
    "no names": ("model.onnx", "config.json", said()),
    "older, without a name": (f"{AMY}.onnx", f"{AMY}.onnx.json", json.dumps(PLAIN_CONFIG).encode()),
    "the whole name": (f"{AMY}.onnx", f"{AMY}.onnx.json", said(dataset=AMY)),
    # Piper's training writes the espeak language, and names of folders.
    "as trained": (
        f"{AMY}.onnx",
        f"{AMY}.onnx.json",
        said(
            dataset="cache",
            language={"code": "en-us"},
            audio={"sample_rate": 22050, "quality": "output"},
        ),
    ),
    "nonsense": (f"{AMY}.onnx", f"{AMY}.onnx.json", said(dataset=7)),
}


@pytest.mark.parametrize("what", BELONG)
def test_files_that_may_belong_together_are_taken(what: str) -> None:
    async def scenario() -> None:
        shop = Shop()
        *names, config = BELONG[what]
        await shop.give(AMY, fixture_voice(PLAIN).model, config, names)
        assert AMY in shop.disk.voices

    run(scenario())


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_voice_is_refused_and_leaves_nothing(what: str) -> None:
    async def scenario() -> None:
        shop = Shop()
        good = fixture_voice(PLAIN)
        await shop.give(MINE, good.model, good.config)
        kept = dict(shop.disk.voices[MINE])
        for voice_id in (MINE, "en_US-other-medium"):
            with pytest.raises(VoiceUnreadable) as told:
                await shop.give(voice_id, *BAD[what])
            assert told.value.message.endswith(".")
            shop.untouched()
        assert shop.disk.voices == {MINE: kept}
        assert (await shop.piece("Hello.", MINE)).source == "model"

    run(scenario())


def test_forty_bit_flips_break_nothing_but_themselves() -> None:
    async def scenario() -> None:
        shop = Shop()
        good = fixture_voice(PLAIN)
        await shop.give(MINE, good.model, good.config)
        rng = random.Random(3)
        for number in range(40):
            model = flip_bit(good.model, rng.randrange(len(good.model)))
            name = f"en_US-flip{number}-medium"
            try:
                await shop.give(name, model, good.config)
            except LecternError as error:
                assert error.code == "voice_unreadable"
                assert name not in shop.disk.voices
            else:  # nobody can know: it is a whole model of another voice
                assert shop.disk.voices[name][MODEL] == model
            shop.untouched()
        assert (await shop.piece("Hello.", MINE)).source == "model"

    run(scenario())


@pytest.mark.parametrize("name", ["", "../secret", ".hidden", "a b", "a/b", "x" * 200])
def test_no_name_leads_out_of_the_store(name: str) -> None:
    async def scenario() -> None:
        shop = Shop()
        voice = fixture_voice(PLAIN)
        with pytest.raises(BadOption):
            await shop.give(name, voice.model, voice.config)
        shop.untouched()

    run(scenario())


@pytest.mark.parametrize("payload", [{}, {"model": 3}, {"model": {"source": "x"}, "config": None}])
def test_what_is_no_file_is_refused(payload: dict[str, object]) -> None:
    async def scenario() -> None:
        with pytest.raises(BadOption, match="must be a file"):
            await Shop().ask("installFiles", voiceId=MINE, **payload)

    run(scenario())


def test_a_file_of_300_mb_is_refused_before_it_is_read() -> None:
    async def scenario() -> None:
        shop = Shop()
        given = {
            "model": {"source": shop.downloads.give(b""), "name": "a", "size": 300 * MIB},
            "config": {"source": shop.downloads.give(b""), "name": "b", "size": 10},
        }
        with pytest.raises(TooLarge, match="300 MB"):
            await shop.ask("installFiles", voiceId=MINE, **given)
        given["model"] = {"source": shop.downloads.give(b""), "name": "a", "size": MIB}
        given["config"] = {"source": shop.downloads.give(b""), "name": "b", "size": 300 * MIB}
        with pytest.raises(VoiceUnreadable, match="too large"):
            await shop.ask("installFiles", voiceId=MINE, **given)
        shop.untouched()

    run(scenario())


def test_no_room_is_told_and_nothing_is_kept() -> None:
    async def scenario() -> None:
        shop = Shop()
        voice = fixture_voice(PLAIN)
        shop.disk.capacity = 100_000
        for tells in (True, False):
            shop.voice_store.tells_room = tells
            with pytest.raises(QuotaError):
                await shop.give(MINE, voice.model, voice.config)
            shop.untouched()

    run(scenario())


def test_the_card_of_a_cut_download_is_not_that_of_the_files() -> None:
    """Its licence would be shown for a voice of which nobody knows the licence."""

    async def scenario() -> None:
        shop = Shop()
        shop.downloads.fault(shop.url(PLAIN, MODEL), *[Cut(1000)] * 9)
        with pytest.raises(NetworkError):
            await shop.install()
        assert shop.part(PLAIN, CARD)
        voice = fixture_voice(PLAIN)
        await shop.give(PLAIN, voice.model, voice.config)
        assert set(shop.disk.voices[PLAIN]) == {MODEL, CONFIG}
        assert await shop.ask("voiceCard", voiceId=PLAIN) == {"license": "", "card": ""}

    run(scenario())


def test_cancelled_it_leaves_nothing() -> None:
    async def scenario() -> None:
        shop = Shop()
        voice = fixture_voice(PLAIN)
        work = asyncio.ensure_future(shop.give(MINE, voice.model, voice.config))
        while shop.part(MINE) < 10_000:
            await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        shop.untouched()

    run(scenario())
