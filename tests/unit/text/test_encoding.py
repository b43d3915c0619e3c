from __future__ import annotations

import math
import random
from array import array

import pytest
from lectern.encoding import Encoded, to_ids, word_times
from lectern.voice import VoiceConfig
from lectern.words import WordSpan

from tests.unit.text.golden import voice_json

WORDS = [WordSpan("ab", 0, 2), WordSpan("-", 3, 4), WordSpan("c", 5, 6)]


def voice(**changes: object) -> VoiceConfig:
    data = voice_json("en_US-rms-x_low") | changes
    return VoiceConfig.from_json("x", data, model_sha256="0" * 64, config_sha256="0" * 64)


def test_ids_in_pipers_order() -> None:
    found = to_ids(list("ab c"), [0, 0, -1, 2], voice())
    assert found.ids == [1, 0, 14, 0, 15, 0, 3, 0, 16, 0, 2]
    assert found.word_of_id == [-1, -1, 0, 0, 0, 0, -1, -1, 2, 2, -1]
    assert found.dropped == {}


def test_unknown_phonemes_are_dropped_and_counted() -> None:
    found = to_ids(list("a☃b☃☂"), [0] * 5, voice())
    assert found.ids == to_ids(list("ab"), [0, 0], voice()).ids
    assert found.dropped == {"☃": 2, "☂": 1}


def test_a_phoneme_may_have_several_ids() -> None:
    ids = {"_": [0], "^": [1, 9], "$": [2], "a": [5, 6]}
    found = to_ids(["a"], [0], voice(phoneme_id_map=ids))
    assert found.ids == [1, 9, 0, 5, 6, 0, 2]
    assert found.word_of_id == [-1, -1, -1, 0, 0, 0, -1]


def encoded() -> Encoded:
    return to_ids(list("ab c"), [0, 0, -1, 2], voice())


def test_times_of_words() -> None:
    frames = [1, 0, 2, 1, 3, 0, 5, 0, 4, 2, 1]
    times = word_times(encoded(), 3, frames, 100, 1900)
    assert times == [(0, 100, 600), (2, 1200, 600)]
    assert word_times(encoded(), 3, memoryview(array("f", frames)), 100, 1900) == times


def test_no_word_reaches_past_the_sound() -> None:
    frames = [0.0] * 8 + [10, 10, 0]
    assert word_times(encoded(), 3, frames, 100, 1950) == [(2, 0, 1950)]


@pytest.mark.parametrize(
    "frames",
    [[], [1.0] * 10, [1.0] * 12, [math.nan] + [1] * 10, [math.inf] + [1] * 10, [-1.0] + [1] * 10,
     [50.0] * 11, [0.0] * 11],
)  # fmt: skip
def test_durations_that_do_not_fit_give_no_times(frames: list[float]) -> None:
    assert word_times(encoded(), 3, frames, 100, 1100) == []


def test_times_rise_and_stay_within_the_sound() -> None:
    random_ = random.Random(3)
    for _ in range(200):
        count = random_.randrange(1, 30)
        owners = sorted(random_.randrange(-1, 6) for _ in range(count))
        found = to_ids(["a"] * count, owners, voice())
        frames = [random_.choice([0, 0.4, 1, 7]) for _ in found.ids]
        total = round(sum(frames) * 256)
        previous = 0
        for _, first, samples in word_times(found, 6, frames, 256, total):
            assert first >= previous and samples > 0
            previous = first + samples
        assert previous <= total
