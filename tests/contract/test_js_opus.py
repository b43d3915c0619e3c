"""host/codecs.js over Chromium's WebCodecs: what comes back is the same speech, in its place."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

_THROUGH = """async ([text, rate, bitrate, limit]) => {
  const pcm = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const packed = await host.codecs.encode('opus', pcm, rate, bitrate);
  const found = await host.codecs.decode('opus', packed, rate, pcm.length / 2, limit);
  const told = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''));
  return {found: told(found), bytes: packed.length};
}"""


def speech(rate: int, seconds: float) -> np.ndarray:
    """Voice-like: a gliding pitch through three formants, hisses between, pauses; as int16."""
    rng = np.random.default_rng(7)
    count = round(rate * seconds)
    at = np.arange(count) / rate
    phase = 2 * np.pi * np.cumsum(120 + 35 * np.sin(2 * np.pi * 0.7 * at)) / rate
    voiced = np.zeros(count)
    for k in range(1, int(0.45 * rate / 160)):
        formants = sum(
            np.exp(-(((k * 120 - centre) / width) ** 2))
            for centre, width in ((500, 150), (1500, 300), (2600, 400))
        )
        voiced += (formants + 0.01) * np.sin(k * phase)
    syllable = np.clip(np.sin(2 * np.pi * 3.1 * at), 0, None)
    hiss = 0.15 * rng.standard_normal(count) * np.clip(-np.sin(2 * np.pi * 3.1 * at) - 0.6, 0, None)
    sound = (voiced * syllable + hiss) * (at % 2.3 < 1.9)
    found: np.ndarray = np.round(sound / np.abs(sound).max() * 20_000).astype("<i2")
    return found


def through(
    page: Page, sound: np.ndarray, rate: int, *, bitrate: int = 24_000, limit: int | None = None
) -> tuple[np.ndarray, int]:
    """What comes back, and the bytes that were kept."""
    text = base64.b64encode(sound.tobytes()).decode()
    asked: list[Any] = [text, rate, bitrate, len(sound) if limit is None else limit]
    found = page.evaluate(_THROUGH, asked)
    return np.frombuffer(base64.b64decode(found["found"]), "<i2"), found["bytes"]


def likeness(sound: np.ndarray, found: np.ndarray, rate: int) -> tuple[float, float]:
    """How like they are at best (0 to 1), and by how many seconds ``found`` is late then: the
    cross-correlation's peak, to a quarter of a sample."""
    size = 1 << (2 * len(sound)).bit_length()
    spectrum = np.fft.rfft(found.astype(float), size) * np.conj(np.fft.rfft(sound, size))
    likeness = 4 * np.fft.irfft(spectrum, 4 * size)
    best = int(np.argmax(likeness))
    late = best if best < 2 * size else best - 4 * size
    whole = level(found) * level(sound) * len(sound)
    return float(likeness[best]) / whole, late / (4 * rate)


def level(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(sound.astype(float) ** 2)))


@pytest.mark.parametrize(
    ("rate", "bitrate", "ratio"), [(22_050, 28_000, 10), (16_000, 24_000, 9), (44_100, 28_000, 20)]
)
def test_speech_comes_back_in_its_place_and_much_smaller(
    host_page: Page, rate: int, bitrate: int, ratio: float
) -> None:
    sound = speech(rate, 6.2)
    found, kept = through(host_page, sound, rate, bitrate=bitrate)
    assert len(found) == len(sound)
    assert 2 * len(sound) / kept >= ratio
    # Over all of it, and at its beginning and end: the clocks are the same.
    for part in (slice(None), slice(0, rate), slice(len(sound) - 2 * rate, None)):
        like, late = likeness(sound[part], found[part], rate)
        assert abs(late) < 0.001
        assert like > 0.9
        assert 0.9 < level(found[part]) / level(sound[part]) < 1.1


@pytest.mark.parametrize("samples", [1, 300, 959, 2568, 2569, 22_050, 66_151])
def test_the_count_of_samples_is_exact(host_page: Page, samples: int) -> None:
    for rate in (16_000, 22_050):
        sound = speech(rate, 5)[:samples]
        found, _ = through(host_page, sound, rate)
        assert len(found) == samples


def test_a_beginning_is_the_beginning_of_the_whole(host_page: Page) -> None:
    sound = speech(22_050, 4)
    whole, _ = through(host_page, sound, 22_050)
    first, _ = through(host_page, sound, 22_050, limit=11_025)
    assert len(first) == 11_025
    # The decoder is the same, what it knows of the past is the same.
    assert np.array_equal(first, whole[:11_025])


def test_damaged_bytes_are_refused(host_page: Page) -> None:
    text = base64.b64encode(speech(16_000, 2).tobytes()).decode()
    found = host_page.evaluate(
        """async (text) => {
          const pcm = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const packed = await host.codecs.encode('opus', pcm, 16000, 24000);
          const spoilt = (change) => { const it = packed.slice(); change(it); return it; };
          const cases = [
            new Uint8Array(0), new Uint8Array([1, 0, 0]), packed.slice(0, -7), packed.slice(0, 100),
            spoilt((it) => { it[0] = 9; }), spoilt((it) => { it[2] = 255; }),
            spoilt((it) => { it[3] ^= 85; }),
          ];
          const told = [];
          for (const bytes of cases) {
            const got = host.codecs.decode('opus', bytes, 16000, 32000, 32000);
            told.push((await host.failure(got))?.code);
          }
          const more = await host.failure(host.codecs.decode('opus', packed, 16000, 64000, 64000));
          const fine = await host.codecs.decode('opus', packed, 16000, 32000, 32000);
          return [told, more?.code, fine.length];
        }""",
        text,
    )
    assert found == [["store"] * 7, "store", 64_000]


def test_without_webcodecs_there_is_none(host_page: Page) -> None:
    found = host_page.evaluate(
        """async () => {
          delete window.AudioEncoder;
          const pcm = new Uint8Array(32000);
          const none = await host.codecs.encode('opus', pcm, 16000, 24000);
          const other = await host.codecs.encode('lossless', pcm, 16000, 24000);
          return [none, other.length > 0];
        }"""
    )
    assert found == [None, True]
