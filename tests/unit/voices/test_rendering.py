"""Sound in windows against the unsplit sound, with real arithmetic."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from lectern.errors import InferenceFailed
from lectern.ports import Noise, SessionHandle
from lectern.rendering import begin, render
from lectern.running import Order, Split
from lectern.voice import Scales

from tests.native import NativeInference, load, snr
from tools.build.pack_native import normal_noise

QUIET = Scales(noise=0.0, length=1.0, noise_w=0.0)
LIVELY = Scales(noise=0.667, length=1.0, noise_w=0.8)
IDS = [1, 0, *(n for i in range(20, 80) for n in (i, 0)), 2]
CUTTABLE = [
    "en_US-tiny-medium",
    "fr_FR-trio-medium",
    "en_US-tiny-high",
    "en_US-plain-medium",
    "en_US-tones-medium",
]


def samples(view: memoryview) -> npt.NDArray[np.float32]:
    return np.frombuffer(view, np.float32)


async def in_windows(
    inference: NativeInference, model: Split, order: Order, sizes: list[int]
) -> npt.NDArray[np.float32]:
    rendering = await begin(inference, model, order)
    pieces: list[npt.NDArray[np.float32]] = []
    while rendering.made < rendering.frames:
        size = sizes[min(len(pieces), len(sizes) - 1)]
        pieces.append(samples(await rendering.window(model, size)))
    return np.concatenate(pieces)


@pytest.mark.parametrize("voice", CUTTABLE)
def test_windows_join_to_the_unsplit_sound(voice: str) -> None:
    """Over 100 dB with noise 0, against the whole graph as it was published."""

    async def check() -> None:
        inference, split, whole = await load(voice)
        order = Order(IDS, 1 if "trio" in voice else None, QUIET)
        wanted = samples(await render(inference, whole, order))
        for sizes in ([24, 48, 96, 128], [24], [37], [10_000]):
            got = await in_windows(inference, split, order, sizes)
            assert len(got) == len(wanted)
            assert snr(wanted, got) > 100, sizes

    asyncio.run(check())


@pytest.mark.parametrize("voice", CUTTABLE)
def test_windows_join_with_noise_too(voice: str) -> None:
    """Noise belongs to its place: however the sound is cut, it is the same."""

    async def check() -> None:
        inference, split, _ = await load(voice)
        order = Order(IDS, None, LIVELY, seed=7)
        wanted = samples(await render(inference, split, order))
        assert snr(wanted, await in_windows(inference, split, order, [24, 40, 128])) > 100
        again = samples(await render(inference, split, order))
        assert np.array_equal(wanted, again)

    asyncio.run(check())


def test_another_seed_sounds_different() -> None:
    async def check() -> None:
        inference, split, _ = await load("en_US-tiny-medium")
        one = samples(await render(inference, split, Order(IDS, None, LIVELY, seed=1)))
        two = samples(await render(inference, split, Order(IDS, None, LIVELY, seed=2)))
        shorter = min(len(one), len(two))
        assert len(one) != len(two) or snr(one[:shorter], two[:shorter]) < 20

    asyncio.run(check())


def test_less_context_would_be_heard() -> None:
    """The context is no luxury: without it the joins are far off."""

    async def check() -> None:
        from dataclasses import replace

        inference, split, whole = await load("en_US-tiny-medium")
        order = Order(IDS, None, QUIET)
        wanted = samples(await render(inference, whole, order))
        without = replace(split, decoder_context=0)
        assert snr(wanted, await in_windows(inference, without, order, [24])) < 60
        without = replace(split, flow_context=0)
        assert snr(wanted, await in_windows(inference, without, order, [24])) < 100

    asyncio.run(check())


@pytest.mark.parametrize("fixed", [(54, 150), (54,), (5000,)])
def test_decoders_of_fixed_sizes_make_the_same(fixed: tuple[int, ...]) -> None:
    async def check() -> None:
        inference, split, whole = await load("en_US-tiny-medium", fixed)
        order = Order(IDS, None, QUIET)
        wanted = samples(await render(inference, whole, order))
        got = await in_windows(inference, split, order, [24, 48, 96, 128])
        assert snr(wanted, got) > 100
        decoded = [size for outputs, size in inference.runs if outputs == ("output",)]
        if max(fixed) < 5000:
            assert set(decoded[1:]) <= set(fixed)

    asyncio.run(check())


def test_a_sentence_shorter_than_the_fixed_size() -> None:
    async def check() -> None:
        inference, split, whole = await load("en_US-tiny-medium", (150,))
        order = Order([1, 0, 30, 0, 2], None, QUIET)
        wanted = samples(await render(inference, whole, order))
        assert snr(wanted, await in_windows(inference, split, order, [24])) > 100

    asyncio.run(check())


def test_windows_cost_what_they_are() -> None:
    """The first window looks at a few frames, not at the sentence."""

    async def check() -> None:
        inference, split, _ = await load("en_US-tiny-medium")
        rendering = await begin(inference, split, Order(IDS, None, QUIET))
        inference.runs.clear()
        await rendering.window(split, 24)
        (_, flow), (_, decoder) = inference.runs
        assert rendering.frames > 300
        assert decoder == 24 + split.decoder_context
        assert flow <= 24 + split.decoder_context + split.flow_context

    asyncio.run(check())


def test_a_failed_window_is_made_again() -> None:
    async def check() -> None:
        inference, split, _ = await load("en_US-tiny-medium")
        order = Order(IDS, None, LIVELY, seed=3)
        wanted = samples(await render(inference, split, order))
        rendering = await begin(inference, split, order)
        pieces = [samples(await rendering.window(split, 24))]
        broken = Split(**{**_fields(split), "decoder": SessionHandle(999, ("z",), ("output",))})
        with pytest.raises(Exception, match="gone"):
            await rendering.window(broken, 48)
        while rendering.made < rendering.frames:
            pieces.append(samples(await rendering.window(split, 128)))
        assert snr(wanted, np.concatenate(pieces)) > 100

    asyncio.run(check())


def _fields(split: Split) -> dict[str, Any]:
    return {name: getattr(split, name) for name in Split.__dataclass_fields__}


def test_an_encoder_that_contradicts_itself_is_refused() -> None:
    class Lying(NativeInference):
        async def run(self, session: int, feeds: Any, outputs: Any, deadline: float) -> Any:
            found = await super().run(session, feeds, outputs, deadline)
            if len(outputs) > 1:
                found[outputs[1]] = found[outputs[1]][:-1]
            return found

    async def check() -> None:
        inference, split, _ = await load("en_US-tiny-medium")
        lying = Lying({})
        lying.__dict__.update(inference.__dict__)
        with pytest.raises(InferenceFailed, match="frames"):
            await begin(lying, split, Order(IDS, None, QUIET))

    asyncio.run(check())


def test_noise_is_standard_normal_and_belongs_to_its_place() -> None:
    whole = normal_noise(Noise(12345, 192, 400))
    assert abs(float(whole.mean())) < 0.02
    assert abs(float(whole.std()) - 1) < 0.02
    assert np.array_equal(whole[:, 100:150], normal_noise(Noise(12345, 192, 50, 100)))
    assert abs(np.corrcoef(whole[0], whole[1])[0, 1]) < 0.15
    assert abs(np.corrcoef(whole[0, :-1], whole[0, 1:])[0, 1]) < 0.15
    assert not np.array_equal(whole, normal_noise(Noise(12346, 192, 400)))
