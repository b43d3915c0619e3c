"""A voice whose sound is known beforehand: see ``tests/tiny_voice/tones.py``.

The network is Piper's, with weights that were thought out, not trained; the decoder alone
is one of our own, with Piper's kinds of layers. Text encoder: layer norm, attention and
feed-forward leave an id's code as it is. Durations: the last spline squeezes all noise into
one narrow bin, whose place the id's code sets. Prior: the code, next to no noise. Flow: its
couplings add nothing. Decoder: a code says which tone, and each transposed convolution
turns the tone's phasor by its share of the frame.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
from piper.train.vits import models
from torch import nn
from torch.nn import functional

from tests.bench.voice_maker import publish
from tests.bench.voice_maker.shapes import NUM_SYMBOLS, Shape
from tests.bench.voice_maker.weights import build
from tests.tiny_voice import tones

#: A tone is a row and a column of a square of so many: two ones in an id's code.
_SIDE = 11
_CODE = 2 * _SIDE
#: Then comes the place of its duration, and two numbers that make mean 0 and variance 1.
_PLACE, _FILL = _CODE, _CODE + 2
_WIDTH = _CODE + 4
_COUNT = tones.LAST_TONE - tones.FIRST_TONE + 1
_RATES = (8, 8, 4)

#: Of VITS' splines.
_BINS, _TAIL, _MIN_BIN = 10, 5.0, 1e-3
_MIDDLE = 5
_NEVER = -30.0
_QUIET = -20.0
_SLOPE, _LAST_SLOPE = 0.1, 0.01

_SHAPE = Shape(
    "medium",
    sample_rate=tones.SAMPLE_RATE,
    channels=_WIDTH,
    filter_channels=8,
    layers=2,
    rates=_RATES,
    rate_kernels=_RATES,
    decoder_channels=8,
)


def make(folder: Path) -> Path:
    """Write the voice; the model's path."""
    torch.manual_seed(0)
    voice = build(_SHAPE, 1)
    voice.inter_channels = voice.enc_p.out_channels = _CODE
    voice.enc_p.proj = nn.Conv1d(_WIDTH, 2 * _CODE, 1)
    voice.flow = models.ResidualCouplingBlock(_CODE, 8, 5, 1, 4)
    voice.dec = ToneDecoder()
    voice.eval()
    with torch.no_grad():
        _set_encoder(voice.enc_p)
        _set_durations(voice.dp)
    return publish.write(
        voice, folder, tones.VOICE_ID, sample_rate=tones.SAMPLE_RATE, quality=_SHAPE.quality
    )


def _codes() -> torch.Tensor:
    """What an id is to the network: [ids, _WIDTH], each row of mean 0 and variance 1."""
    codes = torch.zeros(NUM_SYMBOLS, _WIDTH, dtype=torch.float64)
    for phoneme_id, code in enumerate(codes):
        if tones.hz(phoneme_id):
            row, column = divmod(phoneme_id - tones.FIRST_TONE, _SIDE)
            code[row] = code[_SIDE + column] = 1
        code[_PLACE] = _place(tones.length(phoneme_id))
        half = -float(code.sum()) / 2
        apart = math.sqrt((_WIDTH - float(code.square().sum())) / 2 - half * half)
        code[_FILL], code[_FILL + 1] = half + apart, half - apart
    return codes.float()


def _place(length: float) -> float:
    """The number that moves the narrow bin to the logarithm of ``length``."""
    before = (math.log(length) + _TAIL) / (2 * _TAIL) - (_MIDDLE - 0.5 + 1) * _MIN_BIN
    share = before / (1 - _BINS * _MIN_BIN)
    return math.log(share / (1 - share)) / 2


def _set_encoder(encoder: models.TextEncoder) -> None:
    encoder.emb.weight.copy_(_codes() / math.sqrt(_WIDTH))
    for attention in encoder.encoder.attn_layers:
        _silence(attention.conv_o)
    for feed_forward in encoder.encoder.ffn_layers:
        _silence(feed_forward.conv_2)
    _silence(encoder.proj)
    for channel in range(_CODE):
        encoder.proj.weight[channel, channel] = 1
    encoder.proj.bias[_CODE:] = _QUIET


def _set_durations(predictor: models.StochasticDurationPredictor) -> None:
    _pass_on(predictor.convs)
    for layer in (predictor.pre, predictor.proj):
        _silence(layer)
        layer.weight[:, :, 0] = torch.eye(_WIDTH)
    # Run backwards, this is the last spline, and its result the logarithm of the length.
    spline = predictor.flows[3]
    _silence(spline.pre)
    _pass_on(spline.convs)
    _silence(spline.proj)
    scale = math.sqrt(_WIDTH)
    widths, heights = spline.proj.bias[:_BINS], spline.proj.bias[_BINS : 2 * _BINS]
    widths[1:-1] = _NEVER * scale
    spline.proj.weight[0, _PLACE] = scale
    spline.proj.weight[_BINS - 1, _PLACE] = -scale
    heights[:] = _NEVER * scale
    heights[_MIDDLE] = -_NEVER * scale


def _silence(layer: nn.Module) -> None:
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


def _pass_on(convolutions: nn.Module) -> None:
    """Make the residual branches zero, so that their input is their output."""
    for norm in convolutions.norms_2:
        _silence(norm)


class ToneDecoder(nn.Module):  # type: ignore[misc]
    """Frames of codes to sound, with the layers of Piper's decoder.

    A leaky ReLU passes pairs: of x and -x, their difference is x again, stretched.
    """

    def __init__(self) -> None:
        super().__init__()
        # For every tone: whether it is the one, and the opposite.
        self.conv_pre = nn.Conv1d(_CODE, 2 * _COUNT, 7, padding=3)
        # For every tone: cosine and sine and their opposites.
        self.ups = nn.ModuleList(
            [
                nn.ConvTranspose1d(2 * _COUNT, 4 * _COUNT, 8, 8, groups=_COUNT),
                nn.ConvTranspose1d(4 * _COUNT, 4 * _COUNT, 8, 8, groups=_COUNT),
                nn.ConvTranspose1d(4 * _COUNT, 2, 4, 4),
            ]
        )
        self.conv_post = nn.Conv1d(2, 1, 7, padding=3, bias=False)
        with torch.no_grad():
            _silence(self)
            self._choose()
            self._turn()
            unpaired = 1 / (1 + _LAST_SLOPE)
            self.conv_post.weight[0, :, 3] = torch.tensor([unpaired, -unpaired])

    def forward(self, x: torch.Tensor, g: None = None) -> torch.Tensor:
        x = self.conv_pre(x)
        for up in self.ups:
            x = functional.leaky_relu(x, _SLOPE)
            x = up(x)
        x = functional.leaky_relu(x, _LAST_SLOPE)
        return torch.tanh(self.conv_post(x))

    def _choose(self) -> None:
        """Row and column both set: 1; one of them: 0; none: -1."""
        for tone in range(_COUNT):
            row, column = divmod(tone, _SIDE)
            for output, sign in ((2 * tone, 1), (2 * tone + 1, -1)):
                self.conv_pre.weight[output, [row, _SIDE + column], 3] = sign
                self.conv_pre.bias[output] = -sign

    def _turn(self) -> None:
        first, second, last = (up.weight for up in self.ups)
        # max(x, 0) of a pair, which is 0 or 1 here.
        positive = 1 / (1 - _SLOPE * _SLOPE)
        unpaired = 1 / (1 + _SLOPE)
        level = math.atanh(tones.LEVEL)
        for tone in range(_COUNT):
            step = 2 * math.pi * tones.hz(tones.FIRST_TONE + tone) / tones.SAMPLE_RATE
            for sample in range(8):
                cosine, sine = _phasor(step * 32 * sample)
                phasor = torch.tensor([cosine, -cosine, sine, -sine])
                first[2 * tone, :, sample] = phasor * positive
                first[2 * tone + 1, :, sample] = phasor * positive * _SLOPE
                cosine, sine = _phasor(step * 4 * sample)
                turned = torch.tensor(
                    [[cosine, -cosine, sine, -sine], [-sine, sine, cosine, -cosine]]
                )
                rows = torch.stack([turned[0], -turned[0], turned[1], -turned[1]])
                second[4 * tone : 4 * tone + 4, :, sample] = rows * unpaired
            for sample in range(4):
                cosine, sine = _phasor(step * sample)
                wave = torch.tensor([sine, -sine, cosine, -cosine]) * (unpaired * level)
                last[4 * tone : 4 * tone + 4, 0, sample] = wave
                last[4 * tone : 4 * tone + 4, 1, sample] = -wave


def _phasor(angle: float) -> tuple[float, float]:
    return math.cos(angle), math.sin(angle)
