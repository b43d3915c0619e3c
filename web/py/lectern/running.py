"""A loaded voice, whole or in three parts, and how its graphs are fed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lectern.errors import InferenceFailed
from lectern.ports import Feed, Inference, SessionHandle, Tensor
from lectern.surgery import Cut
from lectern.trimming import Level
from lectern.voice import Scales

#: A run may take this long, plus a share for each phoneme id (half of them are pads, so
#: twice what the slowest voice measured needs: "high", real-time factor 1.5, 80 ms a phoneme).
#: It stays below the page's own deadline: a hung run costs its realm, not the whole worker.
_DEADLINE = 15.0
_DEADLINE_PER_ID = 0.1
#: The same for a window of frames (12 ms each), on a machine ten times too slow.
_DEADLINE_PER_FRAME = 0.1


@dataclass(frozen=True, slots=True)
class Order:
    """What a voice shall say, and how.

    ``seed`` (32 bits) decides the noise of a voice that runs in parts: the same order gives
    the same sound. A whole graph draws its own.
    """

    ids: Sequence[int]
    speaker: int | None
    scales: Scales
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Whole:
    """A graph that makes a sentence at once.

    ``durations``: that output's name, or "". ``reason``: why it is not run in parts.
    """

    handle: SessionHandle
    durations: str = ""
    reason: str = ""

    @property
    def handles(self) -> tuple[SessionHandle, ...]:
        return (self.handle,)


@dataclass(frozen=True, slots=True)
class FixedDecoder:
    """The decoder on WebGPU, for windows of exactly ``frames`` frames."""

    handle: SessionHandle
    frames: int
    realm: int


@dataclass(frozen=True, slots=True)
class Split:
    """A graph in three parts; see ``surgery.Cut`` for the names.

    ``levels``: where ``decoder`` cuts its window down; () where it does not.
    ``fixed``: decoders for windows of one size each, smallest first; where a sentence is
    shorter than the smallest, ``decoder`` makes it.
    """

    encoder: SessionHandle
    flow: SessionHandle
    decoder: SessionHandle
    durations: str
    crossing: tuple[str, ...]
    latent_noise: str
    duration_noise: str
    z: str
    channels: int
    flow_context: int
    decoder_context: int
    levels: tuple[Level, ...] = ()
    fixed: tuple[FixedDecoder, ...] = ()

    @classmethod
    def of(
        cls, cut: Cut, encoder: SessionHandle, flow: SessionHandle, decoder: SessionHandle
    ) -> Split:
        """The parts of a cut as they were loaded; ``decoder``: the trimmed one."""
        return cls(
            encoder=encoder,
            flow=flow,
            decoder=decoder,
            durations=cut.durations,
            crossing=cut.crossing,
            latent_noise=cut.latent_noise,
            duration_noise=cut.duration_noise,
            z=cut.z,
            channels=cut.channels,
            flow_context=cut.flow_context,
            decoder_context=cut.decoder_context,
            levels=cut.levels,
        )

    @property
    def window_cost(self) -> int:
        """Frames of a window that cost as much as its context. (A decoder that lays the
        context aside spends on both sides together about what one would have cost.)"""
        return self.decoder_context * (1 if self.levels else 2)

    @property
    def handles(self) -> tuple[SessionHandle, ...]:
        return (self.encoder, self.flow, self.decoder, *(one.handle for one in self.fixed))


Loaded = Whole | Split


def text_feeds(order: Order, handle: SessionHandle) -> dict[str, Feed]:
    """The inputs of Piper's interface that a graph has."""
    ids = order.ids
    scales = order.scales
    feeds: dict[str, Feed] = {
        "input": Tensor("int64", ids, (1, len(ids))),
        "input_lengths": Tensor("int64", [len(ids)], (1,)),
        "scales": Tensor("float32", [scales.noise, scales.length, scales.noise_w], (3,)),
        "sid": Tensor("int64", [order.speaker or 0], (1,)),
    }
    return {name: feed for name, feed in feeds.items() if name in handle.inputs}


def text_deadline(order: Order) -> float:
    """Seconds that a run over the whole text may take."""
    return _DEADLINE + _DEADLINE_PER_ID * len(order.ids)


def window_deadline(frames: int) -> float:
    """Seconds that a run over so many frames may take."""
    return _DEADLINE + _DEADLINE_PER_FRAME * frames


async def run_whole(
    inference: Inference, model: Whole, order: Order, *, patience: float = 0.0
) -> tuple[memoryview, memoryview | None]:
    """Run a whole graph once.

    Args:
        patience: seconds more than a run of so many ids may take.

    Returns:
        The samples (float32, mono) and, where the voice gives them, the frames per id.

    Raises:
        InferenceFailed, EngineLost, EngineTimeout.
    """
    outputs = ["output", model.durations] if model.durations else ["output"]
    feeds = text_feeds(order, model.handle)
    deadline = text_deadline(order) + patience
    found = await inference.run(model.handle.id, feeds, outputs, deadline)
    samples = found["output"]
    if not len(samples):
        raise InferenceFailed(f"The voice made no sound of {len(order.ids)} ids.")
    return samples, found.get(model.durations) if model.durations else None
