"""What a sentence must sound like: the same ids through native onnxruntime, in CPython.

Phonemes come from the very wasm that the app ships, asked on a page of its own; ids from
``lectern.phonemes``, in CPython. So what an oracle shows is that Pyodide, the worker
boundary, onnxruntime-web, caches and WAV changed nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnxruntime
from lectern.phonemes import phonemize, to_ids
from lectern.ports import Phonemizer
from lectern.voice import VoiceConfig
from numpy.typing import NDArray
from playwright.sync_api import Page

T = TypeVar("T")
Samples = NDArray[np.float32]


class PagePhonemizer:
    """``Phonemizer`` over ``host/espeak.js`` on a page; it answers without waiting."""

    def __init__(self, page: Page, base: str) -> None:
        self._page = page
        page.evaluate(
            """async (base) => {
              const { Espeak } = await import(`${base}js/host/espeak.js`);
              window.espeak = new Espeak(base);
              await espeak.ready();
            }""",
            base,
        )

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        found: list[list[str]] = self._page.evaluate(
            "([voice, texts]) => espeak.phonemize(voice, texts)", [voice, list(texts)]
        )
        return found


@dataclass(frozen=True)
class Native:
    """A sentence as native onnxruntime speaks it."""

    samples: Samples
    sample_rate: int
    ids: list[int]
    phonemes: list[str]
    frames: NDArray[np.float32]  # per id


class Oracle:
    """Speaks sentences with the voices of a folder."""

    def __init__(self, voices: Path, phonemizer: Phonemizer) -> None:
        self._folder = voices
        self._phonemizer = phonemizer
        self._sessions: dict[str, onnxruntime.InferenceSession] = {}

    def voice(self, voice_id: str) -> VoiceConfig:
        model = (self._folder / f"{voice_id}.onnx").read_bytes()
        config = (self._folder / f"{voice_id}.onnx.json").read_bytes()
        return VoiceConfig.from_json(
            voice_id,
            json.loads(config),
            model_sha256=hashlib.sha256(model).hexdigest(),
            config_sha256=hashlib.sha256(config).hexdigest(),
        )

    def say(self, voice_id: str, sentence: str, *, length_scale: float | None = None) -> Native:
        voice = self.voice(voice_id)
        phonemized = at_once(phonemize(sentence, voice, self._phonemizer))
        ids = to_ids(phonemized.phonemes, phonemized.word_of, voice).ids
        scales = voice.scales(length_scale=length_scale)
        feeds: dict[str, Any] = {
            "input": np.array([ids], dtype=np.int64),
            "input_lengths": np.array([len(ids)], dtype=np.int64),
            "scales": np.array([scales.noise, scales.length, scales.noise_w], dtype=np.float32),
        }
        samples, frames = self._session(voice_id).run(["output", "durations"], feeds)
        return Native(
            np.asarray(samples).ravel(),
            voice.sample_rate,
            ids,
            phonemized.phonemes,
            np.asarray(frames).ravel(),
        )

    def _session(self, voice_id: str) -> onnxruntime.InferenceSession:
        if voice_id not in self._sessions:
            self._sessions[voice_id] = onnxruntime.InferenceSession(
                self._folder / f"{voice_id}.onnx", providers=["CPUExecutionProvider"]
            )
        return self._sessions[voice_id]


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits (Playwright has this thread's loop)."""
    try:
        work.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    work.close()
    raise RuntimeError("It waited.")


# -- how alike two sounds are ------------------------------------------------------


def snr(wanted: Samples, got: Samples) -> float:
    """Signal to noise ratio in dB of sounds of one length."""
    assert len(wanted) == len(got), f"{len(got)} samples in place of {len(wanted)}"
    exact = wanted.astype(np.float64)
    noise = float(np.sum((exact - got) ** 2))
    return float("inf") if noise == 0 else 10 * float(np.log10(np.sum(exact**2) / noise))


def likeness(one: Samples, two: Samples, sample_rate: int) -> float:
    """Correlation of the log-mel spectra, 1 for the same sound; lengths may differ a little."""
    first, second = _log_mel(one, sample_rate), _log_mel(two, sample_rate)
    frames = min(len(first), len(second))
    return float(np.corrcoef(first[:frames].ravel(), second[:frames].ravel())[0, 1])


def _log_mel(samples: Samples, sample_rate: int, size: int = 512, bands: int = 40) -> Samples:
    """Log power in mel bands, one row a half-overlapping window."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, size)[:: size // 2]
    power = np.abs(np.fft.rfft(windows * np.hanning(size), axis=1)) ** 2
    edges = np.linspace(0, 2595 * np.log10(1 + sample_rate / 2 / 700), bands + 2)
    bins = (700 * (10 ** (edges / 2595) - 1)) / (sample_rate / 2) * (size // 2)
    grid = np.arange(size // 2 + 1)[:, None]
    rising = (grid - bins[:-2]) / (bins[1:-1] - bins[:-2])
    falling = (bins[2:] - grid) / (bins[2:] - bins[1:-1])
    filters = np.clip(np.minimum(rising, falling), 0, None)
    mel: Samples = np.log(power @ filters + 1e-6)
    return mel
