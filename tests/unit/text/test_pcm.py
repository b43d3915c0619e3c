from __future__ import annotations

import io
import math
import random
import struct
import wave
from array import array
from collections.abc import Iterator

import pytest
from lectern import pcm
from lectern.errors import TooLarge


@pytest.fixture(params=["array", "numpy"])
def path(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "numpy":
        assert pcm.use_numpy()
    else:
        assert not pcm.use_numpy(False)
    yield request.param
    pcm.use_numpy(False)


def floats(values: list[float]) -> memoryview:
    return memoryview(array("f", values))


def ints(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 2}h", data))


def test_rounds_halves_to_even_and_clips(path: str) -> None:
    step = 1 / 32768
    values = [
        0,
        step,
        -step,
        0.5 * step,
        1.5 * step,
        2.5 * step,
        -0.5 * step,
        1,
        -1,
        2,
        -2,
        0.99999,
    ]
    expected = [0, 1, -1, 0, 2, 2, 0, 32767, -32768, 32767, -32768, 32767]
    assert ints(pcm.to_int16(floats(values))) == expected


def test_what_is_no_number_is_silence_or_full_scale(path: str) -> None:
    values = [math.nan, math.inf, -math.inf, 1e30, -1e30, 0.5]
    assert ints(pcm.to_int16(floats(values))) == [0, 32767, -32768, 32767, -32768, 16384]


def test_there_and_back_is_the_same(path: str) -> None:
    data = struct.pack("<65536h", *range(-32768, 32768))
    samples = pcm.from_int16(data)
    assert samples.format == "f"
    assert (min(samples), max(samples)) == (-1.0, 32767 / 32768)
    assert pcm.to_int16(samples) == data


def test_empty_and_odd(path: str) -> None:
    assert pcm.to_int16(floats([])) == b""
    assert len(pcm.from_int16(b"")) == 0
    assert list(pcm.from_int16(b"\x00\x40\x01")) == [0.5]


def test_both_paths_give_the_same_bytes() -> None:
    random_ = random.Random(7)
    special = [math.nan, math.inf, -math.inf, 1.0, -1.0, 0.0, -0.0, 32767 / 32768, 1e-45]
    for size in (1, 7, 1000, (1 << 16) + 3):
        for wild in (False, True):
            values = [
                random_.choice(
                    [random_.uniform(-1.1, 1.1), random_.randrange(-65536, 65536) / 65536]
                )
                for _ in range(size)
            ]
            if wild:
                values[:: max(1, size // 10)] = random_.choices(
                    special, k=len(values[:: max(1, size // 10)])
                )
            samples = floats(values if wild else [value / 1.2 for value in values])
            results = []
            for wanted in (False, True):
                assert pcm.use_numpy(wanted) is wanted
                data = pcm.to_int16(samples)
                results.append((data, bytes(pcm.from_int16(data))))
            pcm.use_numpy(False)
            assert results[0] == results[1]


def test_numpy_that_cannot_be_imported_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "numpy", None)
    assert not pcm.use_numpy()
    assert ints(pcm.to_int16(floats([0.5]))) == [16384]


def test_silence() -> None:
    assert pcm.silence(0.5, 16000) == bytes(16000)
    assert pcm.silence(0, 16000) == pcm.silence(-1, 16000) == b""


def test_wav_is_read_by_others() -> None:
    parts = [struct.pack("<3h", 1, -2, 3), b"", pcm.silence(0.001, 22050)]
    with wave.open(io.BytesIO(pcm.wav(iter(parts), 22050))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
        assert file.readframes(file.getnframes()) == b"".join(parts)


def test_wav_counts_with_32_bits() -> None:
    most = 0xFFFF_FFFF - 36
    header = pcm.wav_header(most, 16000)
    assert len(header) == 44
    assert struct.unpack_from("<I", header, 4) == (0xFFFF_FFFF,)
    with pytest.raises(TooLarge, match="4 GB"):
        pcm.wav_header(most + 1, 16000)
