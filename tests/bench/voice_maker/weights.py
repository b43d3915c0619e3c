"""Random weights that sound as loud and last as long as a trained voice's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from piper.train.vits import models
from torch import nn

from tests.bench.voice_maker.shapes import NUM_SYMBOLS, Shape

#: What Piper's trained voices have, about.
LEVEL = 0.12  # root mean square before the last tanh
SECONDS_PER_PHONEME = 0.080
SPREAD = 0.45  # standard deviation of the durations' logarithm

#: The scales that voices come with: noise, length, noise of the durations.
SCALES = (0.667, 1.0, 0.8)
_SAMPLES = 20
_FLOW_NOISE, _DURATION_NOISE = 0.05, 0.08

Ids = Sequence[int]


def random_voice(
    shape: Shape, speakers: int, seed: int, spoken: Sequence[Ids], pads: int
) -> models.SynthesizerTrn:
    """A voice ready to be exported.

    Args:
        spoken: ids of some sentences, to measure level and durations with.
        pads: how many of all these ids are no phonemes.
    """
    torch.manual_seed(seed)
    voice = build(shape, speakers)
    with torch.no_grad():
        _wake(voice)
        _even_gain(voice)
        _set_durations(voice, shape, spoken, pads)
        _set_level(voice, spoken)
    return voice


def build(shape: Shape, speakers: int) -> models.SynthesizerTrn:
    """Piper's network as ``shape`` says, for inference, its weights as they fall."""
    gin = shape.speaker_channels if speakers > 1 else 0
    voice = models.SynthesizerTrn(
        n_vocab=NUM_SYMBOLS,
        spec_channels=513,
        segment_size=32,
        inter_channels=shape.channels,
        hidden_channels=shape.channels,
        filter_channels=shape.filter_channels,
        n_heads=2,
        n_layers=shape.layers,
        kernel_size=3,
        p_dropout=0.1,
        resblock=shape.resblock,
        resblock_kernel_sizes=shape.kernels,
        resblock_dilation_sizes=shape.dilations,
        upsample_rates=shape.rates,
        upsample_initial_channel=shape.decoder_channels,
        upsample_kernel_sizes=shape.rate_kernels,
        n_speakers=speakers,
        gin_channels=gin,
        use_sdp=shape.stochastic,
    )
    if not shape.stochastic:
        # Piper's own size of it would be most of a tiny voice.
        voice.dp = models.DurationPredictor(
            shape.channels, shape.duration_channels, 3, 0.5, gin_channels=gin
        )
    voice.eval()
    voice.dec.remove_weight_norm()
    return voice


def _wake(voice: models.SynthesizerTrn) -> None:
    """Layers that training begins at zero would do nothing: give them something to say."""
    for flow in voice.flow.flows:
        if hasattr(flow, "post"):
            nn.init.normal_(flow.post.weight, 0.0, _FLOW_NOISE)
    if voice.use_sdp:
        for flow in voice.dp.flows:
            if hasattr(flow, "proj"):
                nn.init.normal_(flow.proj.weight, 0.0, _DURATION_NOISE)


def _even_gain(voice: models.SynthesizerTrn) -> None:
    """Keep the signal's size through the decoder, so that no layer drowns the others."""
    for module in voice.dec.modules():
        if isinstance(module, nn.ConvTranspose1d):
            fan = module.in_channels * module.kernel_size[0] / module.stride[0]
            nn.init.normal_(module.weight, 0.0, math.sqrt(1 / fan))
        elif isinstance(module, nn.Conv1d):
            fan = module.in_channels * module.kernel_size[0]
            nn.init.normal_(module.weight, 0.0, 0.6 * math.sqrt(1 / fan))


def _set_durations(
    voice: models.SynthesizerTrn, shape: Shape, spoken: Sequence[Ids], pads: int
) -> None:
    """Shift and stretch what the predictor says, the logarithm of an id's frames."""
    raw = torch.cat(list(_log_durations(voice, spoken)))
    ids = sum(map(len, spoken))
    hop = math.prod(shape.rates)
    wanted = SECONDS_PER_PHONEME * shape.sample_rate / hop * (ids - pads) / ids
    deviations = (raw - raw.mean()) * (SPREAD / raw.std())
    shift = _bisect(lambda mean: float(torch.ceil(torch.exp(deviations + mean)).mean()), wanted)
    if voice.use_sdp:
        # Run backwards, the first flow comes last: (x - m) / exp(logs).
        affine = voice.dp.flows[0]
        affine.logs[0] = torch.log(raw.std() / SPREAD)
        affine.m[0] = raw.mean() - shift * torch.exp(affine.logs[0])
    else:
        stretch = SPREAD / raw.std()
        voice.dp.proj.weight *= stretch
        voice.dp.proj.bias.copy_((voice.dp.proj.bias - raw.mean()) * stretch + shift)


def _log_durations(voice: models.SynthesizerTrn, spoken: Sequence[Ids]) -> Iterator[torch.Tensor]:
    for ids in spoken:
        text, length, sids = _inputs(voice, ids)
        x, _, _, mask = voice.enc_p(text, length)
        for number in range(_SAMPLES):
            g = None
            if sids is not None:
                g = voice.emb_g(sids[number % len(sids)].reshape(1)).unsqueeze(-1)
            if voice.use_sdp:
                found = voice.dp(x, mask, g=g, reverse=True, noise_scale=SCALES[2])
            else:
                found = voice.dp(x, mask, g=g)
            yield found.flatten()


def _bisect(grows: object, wanted: float, low: float = -10.0, high: float = 10.0) -> float:
    assert callable(grows)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if grows(middle) < wanted else (low, middle)
    return (low + high) / 2


def _set_level(voice: models.SynthesizerTrn, spoken: Sequence[Ids]) -> None:
    heard: list[torch.Tensor] = []
    watch = voice.dec.conv_post.register_forward_hook(lambda _m, _in, out: heard.append(out))
    noise, length, noise_w = SCALES
    for ids in spoken:
        text, lengths, sids = _inputs(voice, ids)
        sid = None if sids is None else sids[:1]
        voice.infer(text, lengths, sid, noise, length, noise_w)
    watch.remove()
    level = torch.cat([sound.flatten() for sound in heard]).square().mean().sqrt()
    voice.dec.conv_post.weight *= LEVEL / level


def _inputs(
    voice: models.SynthesizerTrn, ids: Ids
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """The ids as a batch of one, its length, and all speakers where there are several."""
    sids = torch.arange(voice.n_speakers) if voice.n_speakers > 1 else None
    return torch.tensor([ids]), torch.tensor([len(ids)]), sids
