"""The pure parts in this CPython, without a browser."""

from __future__ import annotations

import itertools
import json
import math
import time
from array import array
from collections.abc import Callable, Coroutine
from typing import TypeVar, cast

from lectern import pcm
from lectern.phonemes import phonemize, to_ids, word_times
from lectern.sentences import split
from lectern.voice import VoiceConfig

from tests.bench.lab import Lab
from tests.bench.measure import Section
from tests.bench.texts import ENGLISH, long_text, sentences
from tests.fakes import FakePhonemizer

T = TypeVar("T")

_MEGABYTE = 1_000_000
_SLICE = 16_000  # what the page asks for at a time
_SENTENCES = 200
_SAMPLES = 110_250  # five seconds at 22,050 Hz


def measure(lab: Lab) -> Section:
    section = Section("python", "Python alone, in CPython")
    _split(lab, section)
    _align(lab, section)
    _convert(lab, section)
    return section


def _split(lab: Lab, section: Section) -> None:
    part = long_text(100_000)
    text = "\n\n".join(itertools.repeat(part, _MEGABYTE // len(part) + 1))[:_MEGABYTE]
    half = text[: _MEGABYTE // 2]
    whole = section.add("split 1 MB into sentences", _times(lab, lambda: split(text, "en-US")))
    halves = section.add("split 0.5 MB", _times(lab, lambda: split(half, "en-US")))
    section.ratio("1 MB : 0.5 MB (2 is linear)", whole, halves)
    first = text[:_SLICE]
    section.add("split one slice of 16,000", _times(lab, lambda: split(first, "en-US")))


def _align(lab: Lab, section: Section) -> None:
    config = json.loads(
        (lab.dist / f"models/piper/{ENGLISH}.onnx.json").read_text(encoding="utf-8")
    )
    hashes = {"model_sha256": "0" * 64, "config_sha256": "1" * 64}
    voice = VoiceConfig.from_json(ENGLISH, config, **hashes)
    texts = list(itertools.islice(sentences(), 0, _SENTENCES * 41, 41))
    phonemizer = FakePhonemizer()

    def align() -> None:
        for text in texts:
            spoken = _result(phonemize(text, voice, phonemizer))
            encoded = to_ids(spoken.phonemes, spoken.word_of, voice)
            frames = [2.0] * len(encoded.ids)
            word_times(encoded, len(spoken.words), frames, 256, 512 * len(frames))

    each = [value / _SENTENCES for value in _times(lab, align)]
    section.add(
        "phonemes to ids and word times, a sentence",
        each,
        note=f"of {_SENTENCES}; a phonemizer that costs nothing",
    )


def _convert(lab: Lab, section: Section) -> None:
    wave = array("f", (0.4 * math.sin(n / 20) for n in range(_SAMPLES)))
    samples = memoryview(wave)
    pcm.use_numpy(False)
    plain = section.add(
        "110,250 samples to int16, array", _times(lab, lambda: pcm.to_int16(samples))
    )
    if pcm.use_numpy():
        quick = section.add("the same, NumPy", _times(lab, lambda: pcm.to_int16(samples)))
        section.ratio("array : NumPy", plain, quick)
        pcm.use_numpy(False)


def _result(work: Coroutine[object, object, T]) -> T:
    """The result of a coroutine that waits for nothing: Playwright's event loop runs here."""
    try:
        work.send(None)
    except StopIteration as end:
        return cast(T, end.value)
    raise AssertionError("It waits for something.")


def _times(lab: Lab, work: Callable[[], object]) -> list[float]:
    """Milliseconds of each of ``lab.rounds`` calls, after one that does not count."""
    work()
    found = []
    for _ in range(lab.rounds):
        started = time.perf_counter()
        work()
        found.append((time.perf_counter() - started) * 1000)
    return found
