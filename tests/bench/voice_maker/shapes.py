"""How large a voice is: Piper's qualities, and tiny ones of the same graph."""

from __future__ import annotations

from dataclasses import dataclass, replace

#: Ids that a voice has embeddings for; Piper's map uses 166 of them.
NUM_SYMBOLS = 256


@dataclass(frozen=True)
class Shape:
    """Sizes of a VITS voice.

    Args:
        quality: as Piper names it; what the JSON says.
        sample_rate: Hz.
        channels: of the encoder's and the flow's frames.
        filter_channels: of the encoder's feed-forward layers.
        layers: of the encoder.
        resblock: the decoder's kind of residual block, "1" (high) or "2".
        kernels, dilations: of the residual blocks.
        rates, rate_kernels: of the transposed convolutions; the rates' product is the hop.
        decoder_channels: where the decoder begins; each upsampling halves them.
        stochastic: durations by the stochastic predictor, as published voices have it, or
            by the plain one (``use_sdp`` false).
        speaker_channels: of a speaker's embedding, where there are several speakers.
    """

    quality: str
    sample_rate: int = 22050
    channels: int = 192
    filter_channels: int = 768
    layers: int = 6
    resblock: str = "2"
    kernels: tuple[int, ...] = (3, 5, 7)
    dilations: tuple[tuple[int, ...], ...] = ((1, 2), (2, 6), (3, 12))
    rates: tuple[int, ...] = (8, 8, 4)
    rate_kernels: tuple[int, ...] = (16, 16, 8)
    decoder_channels: int = 256
    stochastic: bool = True
    duration_channels: int = 256
    speaker_channels: int = 512


MEDIUM = Shape("medium")
X_LOW = Shape("x_low", sample_rate=16000, channels=96, filter_channels=384)
HIGH = Shape(
    "high",
    resblock="1",
    kernels=(3, 7, 11),
    dilations=((1, 3, 5),) * 3,
    rates=(8, 8, 2, 2),
    rate_kernels=(16, 16, 4, 4),
    decoder_channels=512,
)


def tiny(shape: Shape) -> Shape:
    """The same graph with a hundredth of the numbers in it, and a shorter encoder."""
    return replace(
        shape,
        channels=16,
        filter_channels=32,
        layers=2,
        decoder_channels=32,
        duration_channels=16,
        speaker_channels=8,
    )


SHAPES = {
    "x_low": X_LOW,
    "medium": MEDIUM,
    "high": HIGH,
    "tiny": tiny(MEDIUM),
    "tiny-x_low": tiny(X_LOW),
    "tiny-high": tiny(HIGH),
    "tiny-plain": replace(tiny(MEDIUM), stochastic=False),
}
