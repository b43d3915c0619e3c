"""A decoder that lays its context aside: the same sound, less work, bounds that hold."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import onnx
import pytest
from lectern.onnxfile import open_model
from lectern.rendering import begin, render
from lectern.running import Order
from lectern.surgery import cut
from lectern.trimming import Level, bounds
from lectern.voice import Scales

from tests.native import TINY, load, snr
from tests.parts import assembled, read_of
from tests.unit.voices.test_rendering import CUTTABLE, IDS, in_windows, samples

QUIET = Scales(noise=0.0, length=1.0, noise_w=0.0)
LEVELS = (Level(1, 8), Level(8, 9), Level(64, 13))


@pytest.mark.parametrize("voice", CUTTABLE)
def test_every_upsampling_is_a_level(voice: str) -> None:
    data = (TINY / f"{voice}.onnx").read_bytes()
    found = cut(open_model(read_of(data), len(data)))
    graph = onnx.load_from_string(assembled(found.trimmed, data)).graph
    upward = [node for node in graph.node if node.op_type == "ConvTranspose"]
    assert len(found.levels) == len(upward) >= 3
    slices = [node for node in graph.node if node.op_type == "Slice"]
    assert [node.output[0] for node in slices] == [node.input[0] for node in upward]
    assert found.levels[0].scale == 1
    # Each is cut down to less than what would be there.
    reached = [level.reach / level.scale for level in found.levels]
    assert reached == sorted(reached, reverse=True)
    assert reached[0] < found.decoder_context


@pytest.mark.parametrize("number", range(3))
def test_no_level_keeps_more_than_it_needs(number: int) -> None:
    """Half of its reach, and the joins are heard: none of it is there for nothing."""

    async def check() -> None:
        inference, split, whole = await load("en_US-tiny-medium")
        order = Order(IDS, None, QUIET)
        wanted = samples(await render(inference, whole, order))
        assert snr(wanted, await in_windows(inference, split, order, [24])) > 100
        level = split.levels[number]
        levels = list(split.levels)
        levels[number] = replace(level, reach=level.reach // 2)
        cheap = replace(split, levels=tuple(levels))
        assert snr(wanted, await in_windows(inference, cheap, order, [24])) < 100

    asyncio.run(check())


def test_the_bounds_of_a_window_in_the_middle() -> None:
    found = bounds(LEVELS, first=100, last=116, begin=89, end=127)
    assert found.feeds == {
        "lectern.trim.0.from": (0, 0, 3),
        "lectern.trim.0.to": (2**31 - 1, 2**31 - 1, 35),
        "lectern.trim.1.from": (0, 0, 55),
        "lectern.trim.1.to": (2**31 - 1, 2**31 - 1, 201),
        "lectern.trim.2.from": (0, 0, 59),
        "lectern.trim.2.to": (2**31 - 1, 2**31 - 1, 59 + 1024 + 26),
    }
    assert (found.low, found.high, found.scale) == (100 * 64 - 13, 116 * 64 + 13, 64)


def test_nothing_is_cut_at_the_ends_of_a_sentence() -> None:
    """There the layers see the silence that they see in the whole sentence."""
    whole = bounds(LEVELS, first=0, last=40, begin=0, end=40)
    assert (whole.low, whole.high) == (0, 40 * 64)
    assert all(at[2] == 0 for name, at in whole.feeds.items() if name.endswith("from"))
    left = bounds(LEVELS, first=4, last=20, begin=0, end=31)
    assert left.feeds["lectern.trim.0.from"] == (0, 0, 0)
    assert left.low == 4 * 64 - 13


def test_without_levels_all_of_it_comes_out() -> None:
    found = bounds((), first=100, last=116, begin=89, end=127)
    assert (found.feeds, found.low, found.high, found.scale) == ({}, 89, 127, 1)


def test_a_window_at_every_place_gives_its_own_samples() -> None:
    async def check() -> None:
        inference, split, whole = await load("en_US-tiny-high")
        order = Order(IDS[:21], None, QUIET)
        wanted = samples(await render(inference, whole, order))
        for size in (1, 2, 3, 5, 7, 16):
            rendering = await begin(inference, split, order)
            pieces = []
            while rendering.made < rendering.frames:
                pieces.append(samples(await rendering.window(split, size)))
                assert len(pieces[-1]) == rendering.hop * min(
                    size, rendering.frames - (len(pieces) - 1) * size
                )
            assert snr(wanted, np.concatenate(pieces)) > 100

    asyncio.run(check())
