"""Opus files: the same bytes every time, the exact length, read alike here and on the page."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.unit.tools import node
from tools.build import pack_ogg, pack_opus
from tools.build.paths import LAYOUT

READ = """
import { readFileSync } from 'node:fs';
const [module, path] = process.argv.slice(2);
const { opusPackets } = await import(module);
const bytes = new Uint8Array(readFileSync(path));
const { packets, preSkip } = opusPackets(bytes);
const refused = [];
for (let length = 0; length < bytes.length; length += 97) {
  try {
    const { packets: fewer } = opusPackets(bytes.subarray(0, length));
    if (fewer.length >= packets.length) refused.push('all of them');
  } catch (error) {
    refused.push(error.constructor.name);
  }
}
console.log(JSON.stringify({
  preSkip,
  packets: packets.map((packet) => Buffer.from(packet).toString('hex')),
  refused: [...new Set(refused)],
}));
"""


def speech(rate: int, seconds: float) -> bytes:
    """Something between a vowel and a whisper."""
    random = np.random.default_rng(1)
    time = np.arange(round(rate * seconds)) / rate
    tone = sum(np.sin(2 * np.pi * 120 * n * time) / n for n in range(1, 12))
    sound = 0.15 * tone * (0.6 + 0.4 * np.sin(7 * time)) + 0.01 * random.standard_normal(len(time))
    return np.clip(sound * 32767, -32768, 32767).astype("<i2").tobytes()


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100])
@pytest.mark.parametrize("seconds", [0.021, 1.0, 8.3])
def test_comes_back_sample_for_sample(rate: int, seconds: float) -> None:
    pcm = speech(rate, seconds)
    data = pack_opus.encode(pcm, rate)
    assert data == pack_opus.encode(pcm, rate)
    samples = len(pcm) // 2
    decoded, own = soundfile.read(io.BytesIO(data))
    # The file itself says how long it is: players that know nothing of us end there.
    assert math.ceil(samples * 48_000 / rate) == pytest.approx(len(decoded) * 48_000 / own, abs=3)
    got = pack_opus.decode(data, rate, samples)
    true = np.frombuffer(pcm, "<i2") / 32768
    if seconds > 0.1:
        spectra = np.fft.rfft(true, 4 * samples) * np.conj(np.fft.rfft(got, 4 * samples))
        assert np.argmax(np.roll(np.fft.irfft(spectra), 1)) <= 2  # a sample beside it at most
        assert np.corrcoef(true, got)[0, 1] > 0.9


def test_a_long_one_is_a_tenth() -> None:
    for rate, least in ((16_000, 9), (22_050, 10)):
        pcm = speech(rate, 5.0)
        assert len(pcm) > least * len(pack_opus.encode(pcm, rate))


def test_the_page_reads_the_same_packets(tmp_path: Path) -> None:
    data = pack_opus.encode(speech(22_050, 8.0), 22_050, 96_000)
    stream = pack_ogg.read_opus(data)
    assert max(map(len, stream.packets)) > 255  # one of them takes two segments
    path = tmp_path / "sound.opus"
    path.write_bytes(data)
    module = LAYOUT.web / "js" / "host" / "ogg_packets.js"
    found = node.run(tmp_path, READ, module.as_uri(), str(path))
    assert found["preSkip"] == stream.pre_skip
    assert found["packets"] == [packet.hex() for packet in stream.packets]
    assert found["refused"] == ["RangeError"]
