from __future__ import annotations

import math
import random
import struct
from array import array
from collections.abc import Iterator

import pytest
from lectern import pcm


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
    samples = floats([value / 32768 for value in ints(data)])  # as the page does
    assert pcm.to_int16(samples) == data


def test_nothing_is_nothing(path: str) -> None:
    assert pcm.to_int16(floats([])) == b""


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
                results.append(pcm.to_int16(samples))
            pcm.use_numpy(False)
            assert results[0] == results[1]


def test_numpy_that_cannot_be_imported_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "numpy", None)
    assert not pcm.use_numpy()
    assert ints(pcm.to_int16(floats([0.5]))) == [16384]
