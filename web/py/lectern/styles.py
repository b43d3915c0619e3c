"""Styles: named manners of speaking, as settings of a voice's scales and of its speaker."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lectern.errors import BadOption
from lectern.voice import Scales, VoiceConfig

NEUTRAL = "neutral"

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")
_FACTOR_RANGE = (0.25, 4.0)
_MOST_STYLES = 100
_LENGTH_RANGE = (0.1, 10.0)
_NOISE_RANGE = (0.0, 2.0)


@dataclass(frozen=True, slots=True)
class Style:
    """Factors on a voice's own scales; 1 leaves them.

    Args:
        length: of every sound: 1.1 speaks a tenth slower.
        noise: variation of the sound.
        noise_w: variation of the rhythm.
        speakers: the first of these that the voice has speaks, unless a speaker is asked
            for by name; voices with moods name them as speakers.
    """

    length: float = 1.0
    noise: float = 1.0
    noise_w: float = 1.0
    speakers: tuple[str, ...] = ()


#: The table. ``createLectern({styles})`` adds to it, or changes what is in it.
STYLES: Mapping[str, Style] = MappingProxyType(
    {
        NEUTRAL: Style(),
        "calm": Style(1.12, 0.85, 0.8, ("calm", "relaxed", "sleepy")),
        "lively": Style(0.92, 1.15, 1.2, ("lively", "happy", "amused")),
        "encouragement": Style(0.97, 1.1, 1.1, ("encouraging", "happy", "amused")),
        "empathy": Style(1.08, 0.9, 0.9, ("empathetic", "gentle", "sad")),
        "storytelling": Style(1.05, 1.1, 1.15, ("storytelling", "narrative")),
        "instruction": Style(1.06, 0.8, 0.7, ("instruction", "formal")),
    }
)


def styles_from_json(value: object) -> Mapping[str, Style]:
    """The table with a user's styles over it.

    ``value`` is ``{name: {length, noise, noiseW, speakers}}``, each optional, or None.

    Raises:
        BadOption: it is something else.
    """
    if value is None:
        return STYLES
    if not isinstance(value, Mapping) or len(value) > _MOST_STYLES:
        raise BadOption("styles must be an object of styles by name, a hundred at most.")
    found = dict(STYLES)
    for name, given in value.items():
        if not isinstance(name, str) or not _NAME.match(name):
            raise BadOption(
                f"{name!r} can't be the name of a style: use small letters, digits, - and _."
            )
        found[name] = _style(name, given)
    return MappingProxyType(found)


def styled(
    voice: VoiceConfig,
    style: Style,
    *,
    speaker: str | int | None = None,
    length_scale: float | None = None,
) -> tuple[int | None, Scales]:
    """The speaker and scales of a voice in a style; what is given by itself wins.

    Raises:
        UnknownSpeaker, BadOption.
    """
    if speaker is None:
        speaker = next((name for name in style.speakers if name in voice.speaker_id_map), None)
    if length_scale is None:
        length_scale = _within(voice.length_scale * style.length, _LENGTH_RANGE)
    scales = voice.scales(
        length_scale=length_scale,
        noise_scale=_within(voice.noise_scale * style.noise, _NOISE_RANGE),
        noise_w=_within(voice.noise_w * style.noise_w, _NOISE_RANGE),
    )
    return voice.speaker(speaker), scales


def _style(name: str, given: object) -> Style:
    if not isinstance(given, Mapping):
        raise BadOption(f"The style {name} must be an object, not {given!r}.")
    known = {"length": "length", "noise": "noise", "noiseW": "noise_w", "speakers": "speakers"}
    factors: dict[str, float] = {}
    speakers: tuple[str, ...] = ()
    for key, value in given.items():
        if key not in known:
            raise BadOption(
                f"The style {name} has no setting {key!r}; known are: {', '.join(known)}."
            )
        if key == "speakers":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise BadOption(f"The speakers of the style {name} must be a list of names.")
            speakers = tuple(value)
            continue
        low, high = _FACTOR_RANGE
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        if not fits or not low <= value <= high:
            raise BadOption(f"{key} of the style {name} must be a number from {low} to {high}.")
        factors[known[key]] = float(value)
    return Style(**factors, speakers=speakers)


def _within(value: float, allowed: tuple[float, float]) -> float:
    low, high = allowed
    return min(high, max(low, value))
