"""Whether a model and a JSON that somebody gave are of one voice, by what they are called.

Nearly all of Piper's voices have the same phonemes and one speaker: their files fit each other
in every number, and the wrong pair speaks, with another voice's speed and perhaps in another
language. What tells them apart are the names: the files' own, and those in the JSON. The
collection sees to it that its JSONs name the voice as its files do (``language.code``,
``dataset`` and ``audio.quality``); of others only what is written in the collection's manner
is taken at its word, since Piper's training writes folders' names there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from lectern.catalogue import looks_like_piper
from lectern.errors import VoiceReason, VoiceUnreadable

_COPY_NUMBER = re.compile(r"\s*\(\d+\)")
_ENDINGS = re.compile(r"(\.onnx)?(\.json)?\Z", re.IGNORECASE)
_CODE = re.compile(r"[a-z]{2,3}_[A-Z]{2}\Z")
_QUALITIES = ("x_low", "low", "medium", "high")


def check_names(voice_id: str, model: str, config: str, data: object) -> None:
    """Refuse two files that are called after different voices.

    Args:
        model, config: what the files are called.
        data: the parsed JSON, which may be anything.

    Raises:
        VoiceUnreadable: with both names.
    """
    called, described = _stem(model), _stem(config)
    if looks_like_piper(called) and looks_like_piper(described) and called != described:
        raise _different(f"the model is called {called}, the JSON {described}")
    name = called if looks_like_piper(called) else voice_id
    said = _said(data) if looks_like_piper(name) else {}
    code, dataset, quality = [*name.split("-"), "", ""][:3]
    own = {"language.code": code, "dataset": dataset, "audio.quality": quality}
    for key, value in said.items():
        if value not in (own[key], name):
            raise _different(
                f"the model is called {name}, the JSON says {key} {value}. If they do belong "
                "together, give both files the name that the JSON says"
            )


def _different(why: str) -> VoiceUnreadable:
    return VoiceUnreadable(
        f"The model and its JSON are of different voices: {why}. Take both files from the same "
        "place.",
        VoiceReason.OTHER_VOICE,
    )


def _said(data: object) -> dict[str, str]:
    """What the JSON calls its voice, where it does so as the collection would."""
    code = _text(data, "language", "code")
    quality = _text(data, "audio", "quality")
    dataset = unicodedata.normalize("NFC", _text(data, "dataset"))
    found: dict[str, str] = {}
    if _CODE.match(code):
        found["language.code"] = code
    if quality in _QUALITIES:
        found["audio.quality"] = quality
    if len(found) == 2 and dataset:
        found["dataset"] = dataset
    return found


def _text(data: object, *keys: str) -> str:
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data[:100] if isinstance(data, str) else ""


def _stem(name: str) -> str:
    """ "en_US-amy-medium" of both its files, whatever number the browser gave a second copy."""
    plain = _COPY_NUMBER.sub("", unicodedata.normalize("NFC", name))
    return _ENDINGS.sub("", plain, count=1)
