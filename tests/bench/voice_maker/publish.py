"""Writing a voice as Piper publishes one: ``ID.onnx`` and ``ID.onnx.json``."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP, phonemes_to_ids
from piper.phonemize_espeak import EspeakPhonemizer
from piper.train.vits import models

from tests.bench.voice_maker.shapes import NUM_SYMBOLS
from tests.bench.voice_maker.weights import SCALES

_OPSET = 15
_DUMMY_IDS = 50
_ESPEAK = {"fr_FR": "fr", "en_US": "en-us", "en_GB": "en-gb-x-rp", "de_DE": "de"}
_SENTENCES = {
    "fr": "Le port était calme, et chaque bateau dormait au bout de sa corde. "
    "La boulangère a repeint la barrière du jardin avant la pluie.",
    "en": "The harbour was quiet, and every boat lay still at its rope. "
    "The old baker painted the garden gate before the rain began.",
}


def espeak_voice(voice_id: str) -> str:
    """espeak's name for the language in front of a voice's id."""
    code = voice_id.partition("-")[0]
    return _ESPEAK.get(code, code.partition("_")[0])


def sample_ids(voice_id: str) -> tuple[list[list[int]], int]:
    """Ids of two sentences in the voice's language, and how many of all are pads."""
    language = espeak_voice(voice_id)
    text = _SENTENCES["fr" if language == "fr" else "en"]
    sentences = EspeakPhonemizer().phonemize(language, text)
    spoken = [phonemes_to_ids(phonemes) for phonemes in sentences]
    pad = DEFAULT_PHONEME_ID_MAP["_"][0]
    return spoken, sum(ids.count(pad) for ids in spoken)


def write(
    voice: models.SynthesizerTrn,
    folder: Path,
    voice_id: str,
    *,
    sample_rate: int,
    quality: str,
    speakers: Sequence[str] = (),
    scales: Sequence[float] = SCALES,
    more: Mapping[str, object] | None = None,
) -> Path:
    """Export ``voice`` and describe it; the model's path. ``more`` goes into the JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / f"{voice_id}.onnx"
    export(voice, model)
    noise, length, noise_w = scales
    described = {
        "audio": {"sample_rate": sample_rate, "quality": quality},
        "espeak": {"voice": espeak_voice(voice_id)},
        "language": {"code": voice_id.partition("-")[0]},
        "inference": {"noise_scale": noise, "length_scale": length, "noise_w": noise_w},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": NUM_SYMBOLS,
        "num_speakers": voice.n_speakers,
        "speaker_id_map": {name: number for number, name in enumerate(speakers)},
        "piper_version": "1.0.0",
        **(more or {}),
    }
    text = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    (folder / f"{voice_id}.onnx.json").write_text(text, encoding="utf-8")
    return model


def export(voice: models.SynthesizerTrn, path: Path) -> None:
    """The graph that Piper's exporter makes: its names, inputs, opset and dynamic axes."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(0, NUM_SYMBOLS, (1, _DUMMY_IDS), generator=generator)
    arguments = [ids, torch.tensor([_DUMMY_IDS]), torch.tensor(SCALES)]
    names = ["input", "input_lengths", "scales"]
    if voice.n_speakers > 1:
        arguments.append(torch.tensor([0]))
        names.append("sid")

    def speak(
        text: torch.Tensor,
        lengths: torch.Tensor,
        scales: torch.Tensor,
        sid: torch.Tensor | None = None,
    ) -> torch.Tensor:
        noise, length, noise_w = scales[0], scales[1], scales[2]
        sound: torch.Tensor = voice.infer(text, lengths, sid, noise, length, noise_w)[0]
        return sound.unsqueeze(1)

    # As the network's own forward, so that nodes are named as in published voices.
    voice.forward = speak
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            voice,
            tuple(arguments),
            str(path),
            opset_version=_OPSET,
            input_names=names,
            output_names=["output"],
            dynamic_axes={
                "input": {0: "batch_size", 1: "phonemes"},
                "input_lengths": {0: "batch_size"},
                "output": {0: "batch_size", 2: "time"},
            },
            dynamo=False,
        )
