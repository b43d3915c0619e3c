"""The same voice in native onnxruntime: what the machine can do without a browser."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

import numpy as np
import onnxruntime
from lectern.phonemes import phonemize, to_ids
from lectern.voice import VoiceConfig
from playwright.sync_api import Page

from tests.bench.copies import Copies
from tests.bench.peers.programs import Said
from tests.oracle import PagePhonemizer, at_once


class Native:
    """Whole sentences at once, phonemes given; a voice like the others'.

    Args:
        page: one of Lectern's origin, for its phonemizer; ``base``: Lectern's folder there.
    """

    name = "native"

    def __init__(self, copies: Copies, threads: int, page: Page, base: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        started = time.perf_counter()
        self._session = onnxruntime.InferenceSession(
            copies.bytes(0), options, providers=["CPUExecutionProvider"]
        )
        self.load = (time.perf_counter() - started) * 1000
        entry = copies.entry(0)["files"]
        model, config = (entry[f"{copies.id(0)}.{end}"]["sha256"] for end in ("onnx", "onnx.json"))
        self._voice = VoiceConfig.from_json(
            copies.id(0), json.loads(copies.config), model_sha256=model, config_sha256=config
        )
        self._phonemizer = PagePhonemizer(page, base)

    def ids(self, sentences: Sequence[str]) -> list[list[int]]:
        found = []
        for sentence in sentences:
            spoken = at_once(phonemize(sentence, self._voice, self._phonemizer))
            found.append(to_ids(spoken.phonemes, spoken.word_of, self._voice).ids)
        return found

    def say(self, sentences: Sequence[list[int]]) -> Said:
        """Ids of one sentence after the other; the first samples come with a whole one."""
        scales = self._voice.scales()
        started = time.perf_counter()
        first, samples = 0.0, 0
        for ids in sentences:
            feeds = {
                "input": np.array([ids], dtype=np.int64),
                "input_lengths": np.array([len(ids)], dtype=np.int64),
                "scales": np.array([scales.noise, scales.length, scales.noise_w], np.float32),
            }
            if self._voice.num_speakers > 1:
                feeds["sid"] = np.array([0], dtype=np.int64)
            samples += self._session.run(["output"], feeds)[0].size
            first = first or (time.perf_counter() - started) * 1000
        done = (time.perf_counter() - started) * 1000
        return Said(first, done, samples / self._voice.sample_rate)
