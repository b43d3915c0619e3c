"""Looking at recorded tones: where they begin, how high they are, what else is there."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.e2e.server import StaticSite

PAGES = Path(__file__).resolve().parent / "pages"

Samples = npt.NDArray[np.float64]


def serve_player_page(site: StaticSite) -> str:
    """Put the player's test page on ``site`` under the app's own CSP, as a header; its URL."""
    for name in ("player.html", "player_page.js", "player_tap.js"):
        site.put(name, PAGES / name)
    index = site.read("index.html")
    assert index
    policy = re.search(r"Content-Security-Policy\"\s+content=\"([^\"]+)\"", index.decode())
    assert policy
    assert "unsafe-eval'" not in policy[1].replace("'wasm-unsafe-eval'", "")
    site.headers["Content-Security-Policy"] = policy[1]
    return site.url + "player.html"


@dataclass(frozen=True)
class Burst:
    """A tone between silences: seconds of the recording, and Hz."""

    start: float
    end: float
    hz: float

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


@dataclass(frozen=True)
class Sound:
    """Mono samples; ``start`` is the time of the first one.

    ``holes``: where the audio device skipped, and nothing was recorded: (first sample, first
    sample after).
    """

    samples: Samples
    rate: int
    start: float = 0.0
    holes: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, taken: dict[str, Any]) -> Sound:
        """What the test page hands over."""
        samples = np.frombuffer(base64.b64decode(taken["samples"]), dtype="<f4")
        holes = tuple((int(low), int(high)) for low, high in taken.get("holes", []))
        start = taken.get("start", 0.0)
        return cls(samples.astype(np.float64), int(taken["sampleRate"]), start, holes)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def between(self, start: float, end: float) -> Sound:
        """The part between two times."""
        low = max(0, round((start - self.start) * self.rate))
        high = max(low, round((end - self.start) * self.rate))
        holes = tuple((a - low, b - low) for a, b in self.holes if low < b and a < high)
        return Sound(self.samples[low:high], self.rate, self.start + low / self.rate, holes)

    def level(self) -> float:
        return float(np.sqrt(np.mean(self.samples**2))) if len(self.samples) else 0.0

    def hz(self) -> float:
        """The strongest frequency, by a padded FFT."""
        window = self.samples * np.hanning(len(self.samples))
        size = 1 << max(18, len(window).bit_length())
        return float(np.argmax(np.abs(np.fft.rfft(window, size))) * self.rate / size)

    def noise_db(self, hz: float) -> float:
        """How far a pure tone of ``hz`` (any phase and level) stands above all else, in dB.

        Where the device skipped, the tone is another after that: the worst stretch counts.
        """
        edges = [0, *sorted(edge for hole in self.holes for edge in hole), len(self.samples)]
        whole = [
            self.samples[max(0, low) : high]
            for low, high in zip(edges[::2], edges[1::2], strict=True)
        ]
        longest = max(whole, key=len)
        # A bit of some milliseconds tells nothing of a tone.
        worth = [part for part in whole if len(part) > 0.05 * self.rate] or [longest]
        return min(self._noise_db(part, hz) for part in worth)

    def _noise_db(self, samples: Samples, hz: float) -> float:
        angle = 2 * np.pi * hz * np.arange(len(samples)) / self.rate
        basis = np.stack([np.sin(angle), np.cos(angle)], axis=1)
        weights, *_ = np.linalg.lstsq(basis, samples, rcond=None)
        tone = basis @ weights
        rest = np.sum((samples - tone) ** 2)
        return float(10 * np.log10(np.sum(tone**2) / max(rest, 1e-30)))

    @property
    def skipped(self) -> float:
        """Seconds that the device left out."""
        return sum(high - low for low, high in self.holes) / self.rate

    def steepest(self) -> float:
        """The largest step from one sample to the next, where both were recorded."""
        steps = np.abs(np.diff(self.samples))
        for low, high in self.holes:
            steps[max(0, low - 1) : high] = 0
        return float(np.max(steps))

    def envelope(self, seconds: float = 0.008) -> Samples:
        """Level around each sample."""
        size = max(1, round(seconds * self.rate))
        return np.sqrt(np.convolve(self.samples**2, np.ones(size) / size, mode="same"))

    def first_sound(self, level: float = 0.02) -> float:
        """Time of the first sample that is louder."""
        return self.start + float(np.argmax(np.abs(self.samples) > level)) / self.rate

    def last_sound(self, level: float = 0.02) -> float:
        return self.start + float(np.flatnonzero(np.abs(self.samples) > level)[-1]) / self.rate

    def bursts(self, *, level: float = 0.12, shortest: float = 0.02) -> list[Burst]:
        """The tones, in order; gaps and blips shorter than ``shortest`` do not count."""
        loud = self.envelope() > level
        edges = np.flatnonzero(np.diff(loud.astype(np.int8))) + 1
        bounds = [0, *edges.tolist(), len(loud)]
        spans: list[list[int]] = []
        for low, high in pairwise(bounds):
            if not loud[low]:
                continue
            if spans and low - spans[-1][1] < shortest * self.rate / 2:
                spans[-1][1] = high
            else:
                spans.append([low, high])
        return list(self._measured(spans, shortest))

    def _measured(self, spans: list[list[int]], shortest: float) -> Iterator[Burst]:
        for low, high in spans:
            if high - low < shortest * self.rate:
                continue
            part = Sound(self.samples[low:high], self.rate)
            yield Burst(self.start + low / self.rate, self.start + high / self.rate, part.hz())
