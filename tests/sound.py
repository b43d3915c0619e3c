"""Hearing the app in tests: speak a text, and have what reached the loudspeaker."""

from __future__ import annotations

import array
import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser import within

_RECORD_JS = Path(__file__).resolve().parent / "js" / "record.js"

_SPEAK_JS = """async ([text, options]) => {
  const speech = window.lectern.speak(text, options);
  const sentences = [], words = [], errors = [];
  const fields = (d) => ({sentence: d.sentence, text: d.text, start: d.start, end: d.end,
                          time: d.time, duration: d.duration, source: d.source});
  speech.addEventListener('sentence', (e) => sentences.push(fields(e.detail)));
  speech.addEventListener('word', (e) => words.push(fields(e.detail)));
  speech.addEventListener('error', (e) => errors.push(e.detail?.error?.code ?? e.detail?.code));
  const began = performance.now();
  const result = await speech.finished;
  return {result, sentences, words, errors, seconds: (performance.now() - began) / 1000};
}"""


@dataclass(frozen=True)
class Spoken:
    """What ``speak`` reported, in the order in which it happened."""

    result: str  # "end" | "stopped"
    seconds: float
    sentences: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Recording:
    """Mono samples (-1..1) as they reached the output, without silence at both ends.

    ``lost`` frames were missed by the recorder itself: a test of gaps must not judge then.
    """

    samples: Sequence[float]
    sample_rate: int
    lost: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate if self.sample_rate else 0.0

    @property
    def level(self) -> float:
        """Root mean square."""
        return math.sqrt(sum(s * s for s in self.samples) / max(1, len(self.samples)))


def speak(page: Page, text: str, *, seconds: float = 60, **options: Any) -> Spoken:
    """``lectern.speak(text, options)`` to its end, which must come within ``seconds``."""
    return Spoken(**within(page, _SPEAK_JS, [text, options], seconds=seconds))


def record(page: Page) -> None:
    """Record this page's sound from its next navigation on."""
    page.add_init_script(path=_RECORD_JS)


def recorded(page: Page) -> Recording:
    """What ``record`` has heard so far."""
    taken = page.evaluate("() => window.testRecording.take()")
    samples = array.array("f")
    samples.frombytes(base64.b64decode(taken["base64"]))
    return Recording(samples, int(taken["sampleRate"]), int(taken["lost"]))
