from __future__ import annotations

import copy
import json
import math
import random

import pytest
from lectern.catalogue import language_tag
from lectern.errors import BadOption, UnknownSpeaker, VoiceUnreadable
from lectern.voice import Scales, VoiceConfig, parse_catalogue

from tests.unit.text.golden import VOICES, voice_json

MODEL, CONFIG = "a" * 64, "b" * 64


def make(data: object, voice_id: str = "en_US-rms-x_low") -> VoiceConfig:
    return VoiceConfig.from_json(voice_id, data, model_sha256=MODEL, config_sha256=CONFIG)


def changed(**changes: object) -> dict[str, object]:
    return voice_json("en_US-rms-x_low") | changes


def test_built_in_voices() -> None:
    english, french = (make(voice_json(name), name) for name in VOICES.values())
    assert (english.language, french.language) == ("en-US", "fr-FR")
    assert (english.espeak_voice, french.espeak_voice) == ("en-us", "fr")
    assert (english.name, english.quality, english.sample_rate) == ("rms", "x_low", 16000)
    assert english.hop_length == 100
    assert english.phoneme_id_map["ˈ"] == (120,)
    assert english.scales() == Scales(0.667, 1.0, 0.8)
    assert english.speaker(None) is None
    assert len(english.identity) == 64 and english.identity == french.identity


def test_identity_is_of_both_files() -> None:
    data = changed()
    other = VoiceConfig.from_json("x", data, model_sha256=CONFIG, config_sha256=MODEL)
    assert other.identity != make(data).identity


def test_a_voice_of_pinyin_is_refused_in_words_of_its_own() -> None:
    """Two voices of the collection: nothing is wrong with them, and nothing can be done."""
    with pytest.raises(VoiceUnreadable, match="Chinese phonemizer") as refused:
        make(changed(phoneme_type="pinyin"))
    assert refused.value.reason == "chinese"
    with pytest.raises(VoiceUnreadable) as other:
        make(changed(phoneme_type="telepathy"))
    assert other.value.reason == ""


def test_what_older_voices_leave_out() -> None:
    data = voice_json("en_US-rms-x_low")
    for name in ("num_symbols", "num_speakers", "speaker_id_map", "hop_length", "phoneme_map",
                 "phoneme_type", "inference", "language"):  # fmt: skip
        del data[name]
    voice = make(data)
    assert (voice.hop_length, voice.num_speakers, voice.phoneme_type) == (256, 1, "espeak")
    assert voice.language == "en-US"
    assert voice.scales() == Scales(0.667, 1.0, 0.8)


@pytest.mark.parametrize(
    "data",
    [
        None, [], "x", 5, {}, {"audio": 5},
        changed(audio={"sample_rate": "16000"}),
        changed(audio={"sample_rate": 999}),
        changed(audio={"sample_rate": 192_001}),
        changed(audio={"sample_rate": True}),
        changed(audio={"sample_rate": 16000.5}),
        changed(phoneme_type="telepathy"),
        changed(phoneme_id_map={}),
        changed(phoneme_id_map={"_": [0], "^": [1], "a": [3], "b": [4]}),
        changed(phoneme_id_map={"_": [0], "^": [1], "$": [2], "a": [256]}),
        changed(phoneme_id_map={"_": [0], "^": [1], "$": [2], "a": [-1]}),
        changed(phoneme_id_map={"_": [0], "^": [1], "$": [2], "a": []}),
        changed(phoneme_id_map={"_": [0], "^": [1], "$": [2], "a": 5}),
        changed(phoneme_id_map={"_": [0], "^": [1], "$": [2], "a": [10**400]}),
        changed(num_speakers=0),
        changed(num_speakers=2, speaker_id_map={"a": 2}),
        changed(inference={"length_scale": math.nan}),
        changed(inference={"length_scale": 0}),
        changed(inference={"noise_scale": 10**400}),
        changed(inference={"noise_w": "0.8"}),
        changed(hop_length=0),
        changed(espeak={"voice": "../etc"}),
        changed(espeak={}),
        changed(phoneme_map={"a": 5}),
        changed(speaker_id_map=[]),
    ],
)  # fmt: skip
def test_unreadable_voices(data: object) -> None:
    with pytest.raises(VoiceUnreadable) as caught:
        make(data)
    assert caught.value.message.endswith("Use the voice's files as Piper publishes them.")
    assert "en_US-rms-x_low.onnx.json" in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("digest", ["", "A" * 64, "a" * 63, None, 5])
def test_a_voice_without_hashes_is_unreadable(digest: object) -> None:
    with pytest.raises(VoiceUnreadable):
        VoiceConfig.from_json("x", changed(), model_sha256=digest, config_sha256=CONFIG)  # type: ignore[arg-type]


JUNK: list[object] = [
    None,
    True,
    -1,
    0,
    1e308,
    math.nan,
    math.inf,
    10**400,
    "",
    "x" * 5000,
    "\ud800",
    [],
    {},
    [[]],
    {"": None},
    {5: 6},
    [None] * 3,
    "\0",
    2.5,
    (),
    b"x",
]


def mutate(random_: random.Random, data: object) -> object:
    """``data`` with one value somewhere in it replaced, removed or added."""
    if isinstance(data, dict) and data and random_.random() < 0.85:
        name = random_.choice(list(data))
        change = random_.random()
        if change < 0.1:
            del data[name]
        elif change < 0.2:
            data[random_.choice([5, "", "\ud800", None, "zz"])] = random_.choice(JUNK)
        else:
            data[name] = mutate(random_, data[name])
        return data
    if isinstance(data, list) and data and random_.random() < 0.5:
        data[random_.randrange(len(data))] = random_.choice(JUNK)
        return data
    return copy.deepcopy(random_.choice(JUNK))


@pytest.mark.parametrize("seed", range(20))
def test_only_voice_unreadable_escapes_from_hostile_json(seed: int) -> None:
    random_ = random.Random(seed)
    original = json.dumps(changed(num_speakers=3, speaker_id_map={"ann": 0, "bob": 2}))
    for _ in range(60):
        data: object = json.loads(original)
        for _ in range(random_.randrange(1, 6)):
            data = mutate(random_, data)
        try:
            voice = make(data)
        except VoiceUnreadable as error:
            assert error.message.encode("utf-8")
            continue
        assert isinstance(voice.sample_rate, int)
        voice.speaker(None)
        voice.scales()


def test_speakers_by_name_and_number() -> None:
    voice = make(changed(num_speakers=3, speaker_id_map={"bob": 2, "ann": 0, "1": 0}))
    assert voice.speaker(None) == 0
    assert voice.speaker("bob") == 2
    assert voice.speaker(1) == 1
    assert voice.speaker("1") == 0
    assert voice.speaker("2") == 2
    for unknown in ("eve", 3, -1, True, "²", "-1", 2.0):
        with pytest.raises(UnknownSpeaker, match="ann, 1, bob"):
            voice.speaker(unknown)  # type: ignore[arg-type]


def test_a_single_speaker_needs_no_number() -> None:
    voice = make(changed())
    assert voice.speaker(0) is None
    with pytest.raises(UnknownSpeaker, match="only one"):
        voice.speaker(1)


def test_scales() -> None:
    voice = make(changed())
    assert voice.scales(2, 0, 1.5) == Scales(0.0, 2.0, 1.5)
    for bad in (0.09, 10.1, math.nan, math.inf, -1, True, "1", 10**400):
        with pytest.raises(BadOption, match="lengthScale must be a number between"):
            voice.scales(length_scale=bad)  # type: ignore[arg-type]
    with pytest.raises(BadOption, match="noiseScale"):
        voice.scales(noise_scale=2.1)
    with pytest.raises(BadOption, match="noiseW"):
        voice.scales(noise_w=-0.1)


def entry(**changes: object) -> dict[str, object]:
    return {
        "key": "en_US-amy-low", "name": "amy", "language": {"code": "en_US"}, "quality": "low",
        "num_speakers": 1, "speaker_id_map": {},
        "files": {
            "en/en_US/amy/low/en_US-amy-low.onnx": {"size_bytes": 100, "md5_digest": "x",
                                                    "sha256": MODEL.upper()},
            "en/en_US/amy/low/en_US-amy-low.onnx.json": {"size_bytes": 5, "sha256": "short"},
            "en/en_US/amy/low/MODEL_CARD": {"size_bytes": 9999},
        },
    } | changes  # fmt: skip


def test_catalogue() -> None:
    (voice,) = parse_catalogue({"en_US-amy-low": entry()})
    assert (voice.id, voice.name, voice.language, voice.quality) == (
        "en_US-amy-low", "amy", "en-US", "low"
    )  # fmt: skip
    assert (voice.sample_rate, voice.bytes, voice.speakers) == (16000, 105, ())
    assert (voice.model_sha256, voice.config_sha256) == (MODEL, None)
    (voice,) = parse_catalogue(
        {"en_US-amy-low": entry(sample_rate=8000, num_speakers=2, speaker_id_map={"b": 1, "a": 0})}
    )
    assert (voice.sample_rate, voice.speakers) == (8000, (("a", 0), ("b", 1)))


def test_bad_entries_of_a_catalogue_are_left_out() -> None:
    bad: dict[str, object] = {
        "a": None, "b": [], "c": entry(), "../x": entry(), "d": entry(language={"code": "?"}),
        "e": entry(files={}), "f": entry(num_speakers="two"),
    }  # fmt: skip
    found = parse_catalogue({**bad, "en_US-amy-low": entry()})
    assert [voice.id for voice in found] == ["en_US-amy-low"]
    hostile: list[object] = [None, [], "x", 5]
    for data in hostile:
        with pytest.raises(VoiceUnreadable):
            parse_catalogue(data)


@pytest.mark.parametrize("seed", range(10))
def test_hostile_catalogues(seed: int) -> None:
    random_ = random.Random(seed)
    for _ in range(60):
        data: object = {"en_US-amy-low": entry(), "other": entry()}
        for _ in range(random_.randrange(1, 6)):
            data = mutate(random_, data)
        try:
            parse_catalogue(data)
        except VoiceUnreadable:
            continue


def test_language_tags() -> None:
    assert language_tag("en_US") == "en-US"
    assert language_tag("FR") == "fr"
    assert language_tag("zh_Hant_TW") == "zh-Hant-TW"
    assert language_tag("not a tag") == language_tag("") == ""
