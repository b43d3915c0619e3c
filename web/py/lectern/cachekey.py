"""The content address of one sentence's audio."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence

from lectern.powers import SCRIPT

#: Raise it when the same request begins to sound different: old entries are then never found.
ENGINE_VERSION = 2


def audio_key(
    *,
    text: str,
    voice_identity: str,
    speaker: int | None,
    noise: float,
    length: float,
    noise_w: float,
    said: Sequence[Sequence[str]] = (),
) -> str:
    """SHA-256, as 64 hex digits, of everything that the sound depends on.

    Texts that differ only in Unicode composition or in white space share a key, and so do
    scales that agree to a millionth. The fields can't run into each other: the digest is
    taken of their JSON. ``said`` is what pronunciation rules change in this sentence; without
    it the key is the one that it has without rules.
    """
    fields: list[object] = [
        ENGINE_VERSION,
        " ".join(unicodedata.normalize("NFC", text).split()),
        voice_identity,
        speaker,
        *(_scale(value) for value in (noise, length, noise_w)),
    ]
    if SCRIPT.search(text):
        # They were dropped once; everything else that is kept sounds as it did.
        fields.append("powers")
    if said:
        fields.append([list(pair) for pair in said])
    # ASCII JSON writes a lone surrogate as an escape instead of failing on it.
    return hashlib.sha256(json.dumps(fields, ensure_ascii=True).encode("ascii")).hexdigest()


def _scale(value: float) -> str:
    # Adding zero turns -0.0 into 0.0.
    return repr(round(float(value), 6) + 0.0)
