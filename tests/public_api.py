"""``window.lectern`` from Python: WAVs, pieces and errors as plain values.

Fields are named as on the page.
"""

from __future__ import annotations

import base64
import io
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from tests.e2e.server import StaticSite

ENGLISH, FRENCH = "en_US-rms-x_low", "fr_FR-pico-x_low"

_WORKERS_JS = Path(__file__).resolve().parent / "js" / "workers.js"

_HELPERS = """
const lectern = window.testLectern ?? window.lectern;
const base64 = (buffer) => {
  const bytes = new Uint8Array(buffer);
  let binary = '';
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
};
"""
_SYNTHESIZE = (
    "async ([text, options]) => {"
    + _HELPERS
    + """
  const blob = await lectern.synthesize(text, options);
  return {type: blob.type, data: base64(await blob.arrayBuffer())};
}"""
)
_STREAM = (
    "async ([text, options, most]) => {"
    + _HELPERS
    + """
  const pieces = [];
  for await (const piece of lectern.stream(text, options)) {
    const {samples, ...fields} = piece;
    if (!(samples instanceof Float32Array)) throw new Error('samples are no Float32Array');
    pieces.push({...fields, samples: base64(samples.slice().buffer)});
    if (pieces.length === most) break;
  }
  return pieces;
}"""
)
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Wav:
    """A 16-bit mono WAV file, read."""

    samples: Samples  # -1..1
    sample_rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate

    @property
    def level(self) -> float:
        """Root mean square."""
        return level(self.samples)


@dataclass(frozen=True)
class Piece:
    """One value of ``lectern.stream()``."""

    sentence: int
    piece: int
    last: bool
    text: str
    start: int
    end: int
    samples: Samples
    sampleRate: int
    voiceId: str
    silence: float
    words: list[dict[str, float]]
    source: str

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sampleRate


@dataclass(frozen=True)
class Failure:
    """An error as the page sees it."""

    name: str
    code: str | int | None
    message: str
    retryable: bool | None
    isError: bool


def level(samples: Samples) -> float:
    """Root mean square; 0 of nothing."""
    return float(np.sqrt(np.mean(np.square(samples.astype(np.float64))))) if len(samples) else 0.0


def read_wav(data: bytes) -> Wav:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        frames = file.readframes(file.getnframes())
        assert len(frames) == len(data) - 44, "the header counts other bytes than there are"
        samples = np.frombuffer(frames, "<i2").astype(np.float32) / np.float32(32768)
        return Wav(samples, file.getframerate())


def synthesize(page: Page, text: str, **options: Any) -> Wav:
    """``lectern.synthesize(text, options)``, its Blob read."""
    blob = page.evaluate(_SYNTHESIZE, [text, options])
    assert blob["type"] == "audio/wav"
    return read_wav(base64.b64decode(blob["data"]))


def stream(page: Page, text: str, *, most: int | None = None, **options: Any) -> list[Piece]:
    """The pieces of ``lectern.stream(text, options)``, the first ``most`` of them."""
    return [
        Piece(**{**found, "samples": np.frombuffer(base64.b64decode(found["samples"]), "<f4")})
        for found in page.evaluate(_STREAM, [text, options, most])
    ]


def failure(page: Page, script: str, argument: Any = None) -> Failure:
    """The error that ``script``, a function's source, must throw or reject with."""
    found = page.evaluate(
        f"""async (argument) => {{
          try {{
            await ({script})(argument);
          }} catch (error) {{
            return {{
              name: error?.name, code: error?.code, message: error?.message ?? String(error),
              retryable: error?.retryable ?? null, isError: error instanceof Error,
            }};
          }}
          return null;
        }}""",
        argument,
    )
    assert found, f"No error from {script}"
    return Failure(**found)


def open_blank(page: Page, site: StaticSite) -> Page:
    """A page of the app's origin with nothing in it, for parts that a test puts together."""
    site.put(
        "blank.html",
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Blank</title>'
        '<link rel="icon" href="data:,"></html>',
    )
    page.goto(site.url + "blank.html")
    return page


def hold_workers(page: Page) -> None:
    """From its next navigation on the page's workers can be killed: ``testWorkers``."""
    page.add_init_script(path=_WORKERS_JS)
