"""The committed voices of Piper's graph are what the tests that use them rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from tests.tiny_voice import tones

FOLDER = Path(tones.__file__).resolve().parent
VOICES = sorted(model.stem for model in FOLDER.glob("*.onnx"))
_MOST_BYTES = 1.5e6
#: Noise, its durations' noise: those of the voices, and none.
_NOISES = [(0.667, 0.8), (0.0, 0.0)]


@pytest.fixture(params=VOICES)
def voice(request: pytest.FixtureRequest) -> str:
    voice_id: str = request.param
    return voice_id


def _config(voice_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{voice_id}.onnx.json").read_text("utf-8"))
    return found


def _session(voice_id: str) -> onnxruntime.InferenceSession:
    """The voice with its durations as a second output."""
    model = onnx.load(str(FOLDER / f"{voice_id}.onnx"))
    (ceil,) = [node for node in model.graph.node if node.op_type == "Ceil"]
    model.graph.output.append(
        onnx.helper.make_tensor_value_info(ceil.output[0], onnx.TensorProto.FLOAT, None)
    )
    return onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )


def _say(
    session: onnxruntime.InferenceSession,
    ids: list[int],
    *,
    speaker: int = 0,
    length: float = 1.0,
    noises: tuple[float, float] = _NOISES[0],
) -> tuple[NDArray[np.float32], list[int]]:
    """The samples, and the frames of every id."""
    feeds = {
        "input": np.array([ids]),
        "input_lengths": np.array([len(ids)]),
        "scales": np.array([noises[0], length, noises[1]], np.float32),
    }
    if "sid" in {given.name for given in session.get_inputs()}:
        feeds["sid"] = np.array([speaker])
    sound, frames = session.run(None, feeds)
    assert sound.ndim == 4
    return sound.ravel(), [int(count) for count in frames.ravel()]


def _sentence() -> list[int]:
    """Thirty phonemes as Piper gives them: a pad after each."""
    phonemes = [14, 25, 3, 120, 54, 94, 18, 32, 3, 61, 23, 120, 14, 24, 25] * 2
    return [1, 0, *(one for phoneme in phonemes for one in (phoneme, 0)), 2]


def test_there_is_every_kind() -> None:
    assert len(VOICES) == 5
    assert tones.VOICE_ID in VOICES


def test_it_is_small_and_described(voice: str) -> None:
    files = [FOLDER / f"{voice}.onnx", FOLDER / f"{voice}.onnx.json"]
    assert sum(file.stat().st_size for file in files) < _MOST_BYTES
    config = _config(voice)
    assert config["audio"]["sample_rate"] == 22050
    assert config["num_speakers"] == max(1, len(config["speaker_id_map"]))


def test_it_is_pipers_graph(voice: str) -> None:
    model = onnx.load(str(FOLDER / f"{voice}.onnx"))
    onnx.checker.check_model(model)
    kinds = [node.op_type for node in model.graph.node]
    plain = voice.startswith("en_US-plain")
    assert kinds.count("RandomNormalLike") == (1 if plain else 2)
    assert kinds.count("Ceil") == 1
    rates = [
        attribute.ints[0]
        for node in model.graph.node
        if node.op_type == "ConvTranspose"
        for attribute in node.attribute
        if attribute.name == "strides"
    ]
    assert np.prod(rates) == tones.HOP
    inputs = ["input", "input_lengths", "scales"]
    several = _config(voice)["num_speakers"] > 1
    assert [given.name for given in model.graph.input] == inputs + ["sid"] * several


def test_it_is_as_loud_and_as_slow_as_a_trained_voice(voice: str) -> None:
    session, ids = _session(voice), _sentence()
    for speaker in range(_config(voice)["num_speakers"]):
        sound, frames = _say(session, ids, speaker=speaker)
        assert len(frames) == len(ids)
        assert sum(frames) * tones.HOP == len(sound)
        phonemes = len(ids) - ids.count(0)
        assert 0.055 < len(sound) / 22050 / phonemes < 0.11
        assert 0.06 < float(np.sqrt(np.mean(sound**2))) < 0.25


def test_speakers_differ() -> None:
    session, ids = _session("fr_FR-trio-medium"), _sentence()
    names = _config("fr_FR-trio-medium")["speaker_id_map"]
    assert names == {"amelie": 0, "bruno": 1, "claire": 2}
    sounds = [_say(session, ids, speaker=number, noises=(0, 0))[0] for number in names.values()]
    short = min(map(len, sounds))
    for one, other in ((0, 1), (1, 2), (0, 2)):
        apart = np.abs(sounds[one][:short] - sounds[other][:short])
        assert len(sounds[one]) != len(sounds[other]) or apart.max() > 0.01


@pytest.mark.parametrize("noises", _NOISES)
@pytest.mark.parametrize("scale", [0.7, 1.0, 2.05])
def test_the_tones_are_those_that_are_told(scale: float, noises: tuple[float, float]) -> None:
    ids = [*range(166), *_sentence()]
    sound, frames = _say(_session(tones.VOICE_ID), ids, length=scale, noises=noises)
    assert frames == [tones.frames(one, scale) for one in ids]
    wanted = np.zeros(len(sound))
    for tone in tones.tones(ids, scale):
        if tone.hz:
            sample = np.arange(tone.end - tone.start)
            wave = np.sin(2 * np.pi * tone.hz * sample / tones.SAMPLE_RATE)
            wanted[tone.start : tone.end] = np.tanh(np.arctanh(tones.LEVEL) * wave)
    assert np.abs(sound - wanted).max() < 1e-4
