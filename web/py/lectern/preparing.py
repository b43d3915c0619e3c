"""What is found out about a voice's model once: how it can be run, and what is wrong with it.

``prepare`` reads the graph; its result is kept as a small plan by the model's SHA-256, so
that the next load neither reads the graph nor copies anything but what onnxruntime needs.
A stored plan is checked like everything that comes from a store.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise

from lectern.constants import Constants, NotCuttable
from lectern.errors import VoiceReason, VoiceUnreadable
from lectern.onnxfile import Model, Part, open_model
from lectern.protobuf import Read
from lectern.surgery import Cut, cut, durations_output
from lectern.trimming import Level

#: Raise it when ``prepare`` begins to give other parts.
PLAN_VERSION = 4

_REQUIRED = ("input", "input_lengths", "scales")
#: Of what Piper's exporter has ever written: embeddings are rows of symbols.
_MOST_SYMBOLS = 100_000


@dataclass(frozen=True, slots=True)
class Preparation:
    """How a model is run.

    Args:
        reason: why it is not cut; "" when it is.
        cut: its three parts.
        timed: the whole model with the durations as an output, for one that can't be cut.
        durations: the name of that output; "" where the model tells no durations.
    """

    reason: str
    cut: Cut | None = None
    timed: Part | None = None
    durations: str = ""

    def to_json(self) -> str:
        """The plan to keep."""
        data = asdict(self)
        data["version"] = PLAN_VERSION
        return json.dumps(data, default=_literals)

    @classmethod
    def from_json(cls, text: str | None, size: int) -> Preparation | None:
        """A stored plan for a model of ``size`` bytes; None when it is not to be trusted."""
        try:
            data = json.loads(text or "null")
            if not isinstance(data, Mapping) or data.get("version") != PLAN_VERSION:
                return None
            return cls(
                reason=_text(data["reason"]),
                cut=_cut(data["cut"], size),
                timed=None if data["timed"] is None else _part(data["timed"], size),
                durations=_text(data["durations"]),
            )
        except (ValueError, KeyError, TypeError, binascii.Error):
            return None


def prepare(read: Read, size: int) -> Preparation:
    """Find out how the model in a file of ``size`` bytes is run.

    Raises:
        VoiceUnreadable: it is no ONNX model, or none of a Piper voice.
    """
    model = open_model(read, size)
    _check_interface(model)
    try:
        return Preparation("", cut=cut(model))
    except NotCuttable as reason:
        if "durations" in model.output_names:
            return Preparation(f"{reason}; it gives its durations itself")
        return _timed(model, str(reason))


def uncut(read: Read, size: int, reason: str) -> Preparation:
    """A model whose parts turned out not to work: it runs whole. Raises VoiceUnreadable."""
    return _timed(open_model(read, size), f"its parts do not run: {reason}")


def _timed(model: Model, reason: str) -> Preparation:
    """A model that runs whole, with its durations where it has them."""
    try:
        durations = durations_output(model)
    except NotCuttable:
        return Preparation(reason)
    return Preparation(reason, timed=model.with_output(durations, 3), durations=durations)


def check_model(read: Read, size: int, *, symbols: int = 1, speakers: int = 1) -> None:
    """Refuse a model that is no Piper voice's, or another voice's than its JSON.

    Args:
        symbols: how many phoneme ids the JSON counts. The model may know more of them: what
            a voice was trained from may have had some that it does not use.
        speakers: how many speakers it says the voice has.

    Raises:
        VoiceUnreadable: in words.
    """
    model = open_model(read, size)
    _check_interface(model)
    has_speakers = "sid" in model.input_names
    if has_speakers != (speakers > 1):
        said = "several speakers" if speakers > 1 else "one speaker"
        raise _different(f"the JSON says {said}, the model says otherwise")
    constants = Constants(model)
    voices = constants.rows("sid") if has_speakers else 0
    if voices and voices != speakers:
        raise _different(f"the JSON says {speakers} speakers, the model has {voices}")
    rows = constants.rows("input")
    if 0 < rows <= _MOST_SYMBOLS and rows < symbols:
        raise _different(f"the JSON has {symbols} phoneme ids, the model knows {rows}")


def _different(why: str) -> VoiceUnreadable:
    return VoiceUnreadable(
        f"The model and its JSON are of different voices: {why}. Take both files from the same "
        "place.",
        VoiceReason.OTHER_VOICE,
    )


def _check_interface(model: Model) -> None:
    missing = [name for name in _REQUIRED if name not in model.input_names]
    if missing:
        raise VoiceUnreadable(
            f"The model is no Piper voice: it lacks the input {', '.join(missing)}."
        )
    if "output" not in model.output_names:
        raise VoiceUnreadable("The model is no Piper voice: it has no output named output.")
    unknown = [name for name in model.input_names if name not in (*_REQUIRED, "sid")]
    if unknown:
        raise VoiceUnreadable(
            f"The model is no Piper voice: it wants {', '.join(unknown)[:100]} besides."
        )


def _literals(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value))


def _part(data: Mapping[str, object], size: int) -> Part:
    literals = base64.b64decode(_text(data["literals"]), validate=True)
    segments: list[tuple[int, int]] = []
    made = 0
    listed = data["segments"]
    if not isinstance(listed, list):
        raise ValueError("segments")
    for offset, length in listed:
        if not isinstance(offset, int) or not isinstance(length, int) or length < 0:
            raise ValueError("segment")
        if offset < 0:
            made += length
        elif offset + length > size:
            raise ValueError("segment")
        segments.append((offset, length))
    if made != len(literals):
        raise ValueError("literals")
    sizes = data["sizes"]
    if not isinstance(sizes, list) or not all(isinstance(one, int) and one > 0 for one in sizes):
        raise ValueError("sizes")
    part = Part(tuple(segments), literals, tuple(sizes))
    if sizes and sum(sizes) != part.size:
        raise ValueError("sizes")
    return part


def _cut(data: Mapping[str, object] | None, size: int) -> Cut | None:
    if data is None:
        return None
    parts: dict[str, Part] = {}
    for name in ("encoder", "flow", "decoder", "trimmed"):
        value = data[name]
        if not isinstance(value, Mapping):
            raise ValueError(name)
        parts[name] = _part(value, size)
    crossing, listed = data["crossing"], data["levels"]
    if not isinstance(crossing, list) or not isinstance(listed, list):
        raise ValueError("crossing, levels")
    levels = tuple(Level(_count(one["scale"], 1), _count(one["reach"], 0)) for one in listed)
    if any(after.scale % before.scale for before, after in pairwise(levels)):
        raise ValueError("levels")
    return Cut(
        **parts,
        levels=levels,
        durations=_text(data["durations"]),
        crossing=tuple(_text(name) for name in crossing),
        latent_noise=_text(data["latent_noise"]),
        duration_noise=_text(data["duration_noise"]),
        z=_text(data["z"]),
        channels=_count(data["channels"], 1),
        flow_context=_count(data["flow_context"], 0),
        decoder_context=_count(data["decoder_context"], 0),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("text")
    return value


def _count(value: object, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 1_000_000:
        raise ValueError("number")
    return value
