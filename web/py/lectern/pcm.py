"""Samples: float32 to int16 and back, silence, and WAV. Mono, little endian throughout.

NumPy does the arithmetic once ``use_numpy()`` has found it; until then, and where it is
not, ``array`` gives the same bytes more slowly (five seconds of sound: 12 ms instead of 1.2).
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Iterable
from types import ModuleType

from lectern.errors import TooLarge

_numpy: ModuleType | None = None
_BIG_ENDIAN = sys.byteorder == "big"
#: Steps from 0 to full scale, as on the page: int16 -> float32 -> int16 gives the same bytes.
_STEPS = 32768.0
_LOWEST, _HIGHEST = -32768, 32767
#: Samples converted at a time by the standard library: bounds the memory for lists.
_BLOCK = 1 << 16
_HEADER_BYTES = 44
_MAX_WAV_BYTES = 0xFFFF_FFFF


def use_numpy(wanted: bool = True) -> bool:
    """Compute with NumPy from now on if it can be imported; whether it is used.

    NumPy may be installed long after this module was imported: call again then.
    """
    global _numpy  # noqa: PLW0603
    _numpy = None
    if wanted:
        try:
            import numpy
        except ImportError:
            return False
        _numpy = numpy
    return _numpy is not None


def to_int16(samples: memoryview) -> bytes:
    """float32 samples (format "f", 1 is full scale) as int16.

    What lies beyond full scale is clipped, halves round to even, NaN becomes silence.
    """
    return (_to_int16_numpy if _numpy else _to_int16_array)(samples)


def from_int16(data: bytes) -> memoryview:
    """int16 samples as float32 (format "f") from -1 up to but not including 1."""
    return (_from_int16_numpy if _numpy else _from_int16_array)(data)


def silence(seconds: float, rate: int) -> bytes:
    """int16 zeros for ``seconds`` at ``rate``, to the nearest sample; none for less than 0."""
    return bytes(2 * max(0, round(seconds * rate)))


def wav_header(data_bytes: int, rate: int) -> bytes:
    """The 44 bytes that stand before ``data_bytes`` of int16 mono samples.

    Raises:
        TooLarge: WAV counts bytes with 32 bits.
    """
    if data_bytes + _HEADER_BYTES - 8 > _MAX_WAV_BYTES:
        raise TooLarge(
            "The sound is longer than a WAV file can hold (4 GB). Make it in several parts."
        )
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", data_bytes + _HEADER_BYTES - 8, b"WAVE",
        b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16,
        b"data", data_bytes,
    )  # fmt: skip


def wav(parts: Iterable[bytes], rate: int) -> bytes:
    """One WAV file of int16 ``parts`` in order. Raises TooLarge over 4 GB."""
    kept: list[bytes] = []
    size = 0
    for part in parts:
        size += len(part)
        wav_header(size, rate)  # refuse before the memory is gone
        kept.append(part)
    return b"".join([wav_header(size, rate), *kept])


def _to_int16_array(samples: memoryview) -> bytes:
    out = array("h")
    for start in range(0, len(samples), _BLOCK):
        block: list[float] = samples[start : start + _BLOCK].tolist()  # type: ignore[assignment]
        out.fromlist(_block_to_int16(block))
    if _BIG_ENDIAN:
        out.byteswap()
    return out.tobytes()


def _block_to_int16(values: list[float]) -> list[int]:
    # A sum and the extremes tell at C speed whether any value needs care.
    total = sum(values)
    if total - total == 0.0 and min(values) >= -1.0 and max(values) < _HIGHEST / _STEPS:
        return [round(value * _STEPS) for value in values]
    return [_clipped(value) for value in values]


def _clipped(value: float) -> int:
    if math.isnan(value):
        return 0
    return min(_HIGHEST, round(min(1.0, max(-1.0, value)) * _STEPS))


def _to_int16_numpy(samples: memoryview) -> bytes:
    assert _numpy is not None
    # In double precision as Python's floats are, or halves would round differently.
    values = _numpy.asarray(samples, dtype=_numpy.float32).astype(_numpy.float64)
    values = _numpy.nan_to_num(values, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
    values = _numpy.clip(_numpy.rint(values * _STEPS), _LOWEST, _HIGHEST)
    return bytes(values.astype("<i2").tobytes())


def _from_int16_array(data: bytes) -> memoryview:
    samples = array("h")
    samples.frombytes(data[: len(data) & ~1])
    if _BIG_ENDIAN:
        samples.byteswap()
    return memoryview(array("f", [sample / _STEPS for sample in samples]))


def _from_int16_numpy(data: bytes) -> memoryview:
    assert _numpy is not None
    samples = _numpy.frombuffer(data[: len(data) & ~1], dtype="<i2")
    return memoryview(samples.astype(_numpy.float32) / _numpy.float32(_STEPS))
