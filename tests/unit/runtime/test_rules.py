"""Rules of pronunciation through the worker's whole flow: what is made anew, what is found."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from lectern.errors import BadOption
from lectern.speech import Spoken

from tests.fakes import voice_json
from tests.tiny_voice import tones
from tests.unit.runtime.world import ONE, TROIS, World, run
from tests.unit.voices.test_streaming import TONES, joined, pieces
from tests.unit.voices.test_streaming import world as tiny_world

CAT = json.dumps([{"written": "cat", "says": "dog"}])
COW = json.dumps([{"written": "cat", "says": "cow"}])


async def pronounce(world: World, text: str, voice: str = ONE, **more: object) -> dict[str, Any]:
    found = await world.app.handle("pronounce", {"text": text, "voiceId": voice, **more})
    assert isinstance(found, dict)
    return found


def test_only_sentences_that_a_rule_touches_are_made_anew() -> None:
    async def scenario() -> None:
        world = World()
        await world.piece("The cat sat.")
        await world.piece("Nobody came.")
        await world.rest()
        assert (await world.piece("Nobody came.", rules=CAT)).source == "memory"
        assert (await world.piece("The cat sat.", rules=CAT)).source == "model"
        assert world.ran() == 3

    run(scenario())


def test_a_rule_that_is_undone_finds_the_old_sound_again() -> None:
    async def scenario() -> None:
        world = World()
        for rules in (None, CAT, COW):
            assert (await world.piece("A cat.", rules=rules)).source == "model"
            await world.rest()
        for rules in (CAT, None, COW, json.dumps([{"written": "CAT", "says": " dog "}])):
            assert (await world.piece("A cat.", rules=rules)).source == "memory"
        assert world.ran() == 3
        assert len(world.store.entries) == 3

    run(scenario())


def test_a_sentence_is_gone_on_with_under_its_own_rules() -> None:
    """What is asked for from its middle is what was begun, not what other rules would say."""

    async def scenario() -> None:
        world = tiny_world()
        plain = joined(await pieces(world, "A long cat sat on a long mat for a long while.", TONES))
        other = joined(
            await pieces(world, "A long cat sat on a long mat for a long while.", TONES, rules=CAT)
        )
        assert len(plain) != len(other)

    run(scenario())


def test_word_times_are_of_the_written_word_and_the_said_one_sounds() -> None:
    async def scenario() -> None:
        world = tiny_world()
        rules = json.dumps([{"written": "cat", "says": "goose"}])
        text = "The cat sat."
        with_rule = await pieces(world, text, TONES, rules=rules)
        said = await pieces(world, "The goose sat.", TONES)
        times = {text[start:end]: (first, n) for start, end, first, n in with_rule[0].words}
        assert list(times) == ["The", "cat", "sat"]
        goose = said[0].words[1]
        assert times["cat"] == goose[2:]
        assert tuned(with_rule, *times["cat"]) == tuned(said, *goose[2:])
        plain = await pieces(world, text, TONES)
        assert tuned(plain, *plain[0].words[1][2:]) != tuned(with_rule, *times["cat"])

    run(scenario())


def tuned(found: list[Spoken], first: int, samples: int) -> list[int]:
    """The tones of a stretch, frame by frame, as multiples of a frame's frequency."""
    sound = joined(found)[first : first + samples]
    frames = sound[: len(sound) // tones.HOP * tones.HOP].reshape(-1, tones.HOP)
    strongest = np.abs(np.fft.rfft(frames, axis=1)).argmax(axis=1)
    return [int(one) for one in strongest if one]


def test_phonemes_of_a_rule_are_the_tones_of_their_ids() -> None:
    async def scenario() -> None:
        world = tiny_world()
        phonemes = "bəd"
        rules = json.dumps([{"written": "cat", "says": f"/{phonemes}/"}])
        found = await pieces(world, "The cat sat.", TONES, rules=rules)
        config = world.files.voices[TONES][0]
        ids = config["phoneme_id_map"]
        assert isinstance(ids, dict)
        wanted = [round(tones.hz(ids[one][0]) * tones.HOP / tones.SAMPLE_RATE) for one in phonemes]
        heard = tuned(found, *found[0].words[1][2:])
        assert list(dict.fromkeys(heard)) == wanted

    run(scenario())


def test_a_rule_of_another_language_touches_nothing() -> None:
    async def scenario() -> None:
        world = World()
        french = json.dumps([{"written": "chat", "says": "chien", "language": "fr"}])
        assert (await pronounce(world, "chat", rules=french))["touched"] == 0
        assert (await pronounce(world, "chat", TROIS, rules=french))["phonemes"] == "chien"

    run(scenario())


def test_pronounce_tells_phonemes_by_written_word() -> None:
    async def scenario() -> None:
        found = await pronounce(World(), "😀 A cat", rules=CAT)
        assert found["phonemes"].strip() == "a dog"
        assert found["words"][-1] == {"start": 5, "end": 8, "phonemes": "dog"}
        assert (found["touched"], found["unknown"]) == (1, [])

    run(scenario())


def test_pronounce_names_phonemes_that_the_voice_does_not_know() -> None:
    async def scenario() -> None:
        rules = json.dumps([{"written": "cat", "says": "/kɬʘt/"}])
        assert (await pronounce(World(), "A cat", rules=rules))["unknown"] == ["ɬ", "ʘ"]
        assert (await pronounce(World(), "A dog", rules=rules))["unknown"] == []

    run(scenario())


def test_a_voice_of_letters_knows_no_phonemes_and_says_what_is_written() -> None:
    async def scenario() -> None:
        config = voice_json(phoneme_type="text")
        world = World(voices={ONE: (config, b"model one")})
        rules = json.dumps([{"written": "cat", "says": "/kæt/"}])
        found = await pronounce(world, "A cat", rules=rules)
        assert found["unknown"] == ["æ"]
        assert found["phonemes"] == "a cat"

    run(scenario())


@pytest.mark.parametrize("kind", ["piece", "pronounce"])
def test_bad_rules_are_refused_and_nothing_is_made(kind: str) -> None:
    async def scenario() -> None:
        world = World()
        for rules in (
            "x",
            5,
            '[{"written": "["}]',
            json.dumps([{"written": "(", "says": "a", "kind": "pattern"}]),
        ):
            with pytest.raises(BadOption):
                await world.app.handle(kind, {"text": "A cat.", "voiceId": ONE, "rules": rules})
        assert world.ran() == 0

    asyncio.run(scenario())


def test_a_whole_book_is_not_pronounced() -> None:
    async def scenario() -> None:
        with pytest.raises(BadOption):
            await pronounce(World(), "a" * 4001)

    run(scenario())
