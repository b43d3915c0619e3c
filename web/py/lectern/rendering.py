"""One sentence's sound as it is made: at once by a whole graph, window by window by one in parts.

A rendering holds what was computed so far and no session: between two windows a voice may
be released, moved to another realm or loaded anew, and the rendering goes on with it. With
noise given by position (``ports.Noise``) a window does not depend on those before.

Each window is computed with as much context on both sides as its frames can depend on
(the decoder) or nearly so (the flow), so that joined windows equal the unsplit sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from lectern.errors import InferenceFailed
from lectern.ports import Columns, Excerpt, Inference, Noise, Tensor
from lectern.running import (
    Loaded,
    Order,
    Split,
    Whole,
    run_whole,
    text_deadline,
    text_feeds,
    window_deadline,
)
from lectern.trimming import bounds

#: Of the flow's context this share is computed: the far ends of its field weigh next to
#: nothing (measured on bench-medium: z within 144 dB with 12 or 16 of 32 frames, 114 with 8).
_FLOW_SHARE = 0.375
#: Frames, context included: more are only asked for when there is time.
_LARGE = 128
#: Told apart from the latent's noise by its seed.
_DURATION_SEED = 0x9E3779B9


class Rendering(Protocol):
    """A sentence under way."""

    #: Frames (of the model) in all, and how many of them are made.
    frames: int
    made: int
    #: Samples of a frame; 0 before the first window, and for a whole graph, which has no frames.
    hop: int
    #: Frames of each id, None for a voice that does not tell.
    durations: memoryview | None

    async def window(self, model: Loaded, frames: int) -> memoryview:
        """The next samples (float32): up to ``frames`` frames of them, or somewhat more.

        Raises:
            InferenceFailed, EngineLost, EngineTimeout. Nothing is lost: ask again.
        """
        ...


async def begin(inference: Inference, model: Loaded, order: Order) -> Rendering:
    """Start a sentence: run what has to see the whole text.

    Raises:
        InferenceFailed, EngineLost, EngineTimeout.
    """
    if isinstance(model, Whole):
        samples, durations = await run_whole(inference, model, order)
        return _WholeRendering(samples, durations)
    return await _SplitRendering.begin(inference, model, order)


class _WholeRendering:
    """A sentence that is made already: one window."""

    def __init__(self, samples: memoryview, durations: memoryview | None) -> None:
        self._samples = samples
        self.durations = durations
        self.frames = 1
        self.made = 0
        self.hop = 0

    async def window(self, model: Loaded, frames: int) -> memoryview:
        self.made = self.frames
        return self._samples


class _SplitRendering:
    """A sentence whose encoder has run."""

    def __init__(
        self,
        inference: Inference,
        order: Order,
        durations: memoryview,
        crossing: dict[str, tuple[int, memoryview]],
        frames: int,
    ) -> None:
        self._inference = inference
        self._order = order
        self._crossing = crossing  # name -> rows, float32
        self.durations: memoryview | None = durations
        self.frames = frames
        self.made = 0
        self.hop = 0
        #: z of the frames that are still needed, one behind the other.
        self._z: list[_Latent] = []

    @classmethod
    async def begin(cls, inference: Inference, model: Split, order: Order) -> _SplitRendering:
        feeds = text_feeds(order, model.encoder)
        if model.duration_noise:
            seed = order.seed ^ _DURATION_SEED
            feeds[model.duration_noise] = Noise(seed, 2, len(order.ids))
        outputs = [model.durations, *model.crossing]
        found = await inference.run(model.encoder.id, feeds, outputs, text_deadline(order))
        durations = found[model.durations]
        total = math.fsum(durations)
        # A sentence of which nothing is heard has one frame all the same.
        frames = max(1, round(total)) if math.isfinite(total) else 0
        crossing: dict[str, tuple[int, memoryview]] = {}
        for name in model.crossing:
            rows, rest = divmod(len(found[name]), frames) if frames else (0, 1)
            if rest or not rows or len(durations) != len(order.ids):
                raise InferenceFailed(
                    "The voice's encoder gives other frames than its durations count."
                )
            crossing[name] = (rows, found[name])
        return cls(inference, order, durations, crossing, frames)

    async def window(self, model: Loaded, frames: int) -> memoryview:
        if not isinstance(model, Split):
            raise InferenceFailed("The voice was loaded in another shape meanwhile.")
        first, last, decoder = self._reach(model, frames)
        context = model.decoder_context
        begin = max(0, first - context)
        end = min(self.frames, last + context)
        handle = model.decoder
        if decoder is not None:
            # A window of a fixed size lies within the sentence, wherever that is.
            begin = max(0, min(begin, self.frames - decoder))
            end = begin + decoder
            last = self.frames if end == self.frames else end - context
            handle = next(one.handle for one in model.fixed if one.frames == decoder)
        await self._flow(model, begin, end)
        feeds = text_feeds(self._order, handle)
        parts = (latent.excerpt(begin, end) for latent in self._z)
        feeds[model.z] = Columns(model.channels, tuple(part for part in parts if part))
        levels = model.levels if decoder is None else ()
        trim = bounds(levels, first, last, begin, end)
        feeds.update({name: Tensor("int64", at, (3,)) for name, at in trim.feeds.items()})
        found = await self._inference.run(
            handle.id, feeds, ["output"], window_deadline(end - begin)
        )
        samples = found["output"]
        each, rest = divmod(len(samples), trim.high - trim.low)
        hop = each * trim.scale
        if rest or not hop or (self.hop and hop != self.hop):
            raise InferenceFailed("The voice's decoder gives no whole number of samples a frame.")
        self.hop = hop
        self.made = last
        origin = trim.low * each
        return samples[first * hop - origin : last * hop - origin]

    def _reach(self, model: Split, frames: int) -> tuple[int, int, int | None]:
        """First frame, frame after the last, and the fixed decoder's window if one fits."""
        first = self.made
        last = min(self.frames, first + max(1, frames))
        sizes = [one.frames for one in model.fixed if one.frames <= self.frames]
        if not sizes:
            return first, last, None
        wanted = last - first + 2 * model.decoder_context
        return first, last, next((size for size in sizes if size >= wanted), sizes[-1])

    async def _flow(self, model: Split, begin: int, end: int) -> None:
        """Make z of the frames from ``begin`` up to ``end`` available, drop what lies before."""
        first = self._z[0].first if self._z else 0
        known = self._z[-1].end if self._z else 0
        if begin < first:
            # A fixed window at the sentence's end reaches back behind what was kept.
            known = begin
            self._z = []
        if end <= known:
            return
        context = math.ceil(model.flow_context * _FLOW_SHARE)
        if end - begin > _LARGE:
            # Nobody waits for so large a window, nor for as much again: one context less.
            end = min(self.frames, 2 * end - begin)
        low = max(0, known - context)
        high = min(self.frames, end + context)
        feeds = text_feeds(self._order, model.flow)
        for name, (rows, matrix) in self._crossing.items():
            feeds[name] = Columns(rows, (Excerpt(matrix, self.frames, low, high),))
        feeds[model.latent_noise] = Noise(self._order.seed, model.channels, high - low, low)
        found = await self._inference.run(
            model.flow.id, feeds, [model.z], window_deadline(high - low)
        )
        z = found[model.z]
        if len(z) != model.channels * (high - low):
            raise InferenceFailed("The voice's flow gives another latent than it was asked for.")
        kept = [latent for latent in self._z if latent.end > begin]
        self._z = [*kept, _Latent(z, low, high, known, end)]


@dataclass(frozen=True, slots=True)
class _Latent:
    """z of the frames from ``low`` up to ``high``, good from ``first`` up to ``end``."""

    z: memoryview
    low: int
    high: int
    first: int
    end: int

    def excerpt(self, begin: int, end: int) -> Excerpt | None:
        """What it has of the frames from ``begin`` up to ``end``."""
        first, last = max(begin, self.first), min(end, self.end)
        if first >= last:
            return None
        return Excerpt(self.z, self.high - self.low, first - self.low, last - self.low)


async def render(inference: Inference, model: Loaded, order: Order) -> memoryview:
    """The whole sentence at once, for measuring. Raises as ``window``."""
    return await rest(await begin(inference, model, order), model)


async def rest(rendering: Rendering, model: Loaded) -> memoryview:
    """What is not made yet of a sentence. Raises as ``window``."""
    windows: list[memoryview] = []
    while rendering.made < rendering.frames:
        windows.append(await rendering.window(model, rendering.frames))
    if len(windows) == 1:
        return windows[0]
    return as_floats(b"".join(window.cast("B") for window in windows))


def as_floats(data: bytes | memoryview) -> memoryview:
    """Bytes as float32 (format "f")."""
    floats: Any = memoryview(data).cast("f")
    samples: memoryview = floats
    return samples
