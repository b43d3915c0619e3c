"""Voices of several rates become one stream of one rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.unit.export.shop import run

_THROUGH = """(() => {
  const rates = new it.Rates(given.to);
  const all = [];
  for (const [rate, samples] of given.parts) {
    all.push(...rates.take(Float32Array.from(samples), rate));
  }
  all.push(...rates.end());
  return all.flatMap((part) => Array.from(part));
})()"""


def tone(rate: int, hz: float, seconds: float) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate)


def through(folder: Path, to: int, parts: list[tuple[int, np.ndarray]]) -> np.ndarray:
    given = {"to": to, "parts": [[rate, list(samples)] for rate, samples in parts]}
    return np.asarray(run(folder, "rates.js", _THROUGH, given))


def hz(samples: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 18))
    return float(np.argmax(spectrum)) * rate / (1 << 18)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100])
def test_pitch_length_and_level_stay(tmp_path: Path, rate: int) -> None:
    sound = tone(rate, 440, 1.37)
    cuts = np.array_split(sound, 7)
    made = through(tmp_path, 48_000, [(rate, cut) for cut in cuts])
    assert len(made) == round(len(sound) * 48_000 / rate)
    middle = made[4800:-4800]
    assert abs(hz(middle, 48_000) - 440) < 0.5
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_equal_rates_pass_untouched(tmp_path: Path) -> None:
    sound = tone(16_000, 440, 0.1)
    made = through(tmp_path, 16_000, [(16_000, sound)])
    assert np.array_equal(made, sound.astype(np.float32))


def test_another_rate_in_the_middle(tmp_path: Path) -> None:
    low, high = tone(16_000, 300, 0.5), tone(22_050, 900, 0.5)
    made = through(tmp_path, 22_050, [(16_000, low), (22_050, high), (16_000, low)])
    assert len(made) == 3 * 11_025
    assert [round(hz(made[at + 2000 : at + 9000], 22_050), -1) for at in (0, 11_025, 22_050)] == [
        300, 900, 300
    ]  # fmt: skip
