"""Speech as Opus: libopus by way of soundfile, resampled here, in pages of our own.

libsndfile numbers its streams at random; what is written here depends on the sound alone.
"""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from tools.build.pack_ogg import OPUS_RATE, OpusStream, packet_samples, read_opus, write_opus

#: Bits a second.
BITRATE = 24_000
#: What libopus takes (Hz).
_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
#: Samples of silence behind the sound, so that its end does not ring into its beginning.
_TAIL = 512


def encode(pcm: bytes, rate: int, bitrate: int = BITRATE) -> bytes:
    """An Ogg Opus file of int16 little endian mono sound.

    Args:
        rate: Hz.
        bitrate: bits a second that it takes on average, 24,000 or more.
    """
    samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
    taken = next((known for known in _RATES if known >= rate), _RATES[-1])
    length = math.ceil(len(samples) * OPUS_RATE / rate)
    # libsndfile's scale of 0 to 1 is 256 to 6 kb/s for a channel.
    level = 1 - (bitrate - 6_000) / 250_000
    buffer = io.BytesIO()
    soundfile.write(
        buffer,
        resampled(samples, rate, taken),
        taken,
        format="OGG",
        subtype="OPUS",
        compression_level=level,
    )
    stream = read_opus(buffer.getvalue())
    packets: list[bytes] = []
    made = 0
    for packet in stream.packets:
        if made >= stream.pre_skip + length:
            break
        packets.append(packet)
        made += packet_samples(packet)
    return write_opus(OpusStream(packets, stream.pre_skip), rate=rate, samples=length)


def decode(data: bytes, rate: int, samples: int) -> npt.NDArray[np.float64]:
    """What a player makes of it: exactly so many samples at ``rate`` (Hz), -1 to 1."""
    found: npt.NDArray[np.float64]
    found, own = soundfile.read(io.BytesIO(data), dtype="float64")
    whole = np.zeros(samples)
    given = resampled(found, own, rate)[:samples]
    whole[: len(given)] = given
    return whole


def resampled(samples: npt.NDArray[Any], rate: int, wanted: int) -> npt.NDArray[np.float64]:
    """Band-limited, by the spectrum of the whole: a sentence is short enough for that."""
    values = np.asarray(samples, np.float64)
    if rate == wanted or not len(values):
        return values
    divisor = math.gcd(rate, wanted)
    step, unit = rate // divisor, wanted // divisor
    blocks = -(-(len(values) + _TAIL) // step)
    padded = np.zeros(blocks * step)
    padded[: len(values)] = values
    spectrum = np.fft.rfft(padded)
    bins = np.zeros(blocks * unit // 2 + 1, complex)
    shared = min(len(bins), len(spectrum))
    bins[:shared] = spectrum[:shared]
    result = np.fft.irfft(bins, blocks * unit) * (unit / step)
    return result[: -(-len(values) * unit // step)]
