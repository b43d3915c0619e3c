"""Phonemes to a voice's ids, and durations of ids to times of words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lectern.voice import END, PAD, START, VoiceConfig

#: The durations' sum and the sound's length may differ by this share before neither is trusted.
_TOLERANCE = 0.05


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sentence as the model's input.

    ``word_of_id`` has the word of each id or -1; ``dropped`` counts the phonemes that the
    voice does not know.
    """

    ids: list[int]
    word_of_id: list[int]
    dropped: dict[str, int]


def to_ids(phonemes: Sequence[str], word_of: Sequence[int], voice: VoiceConfig) -> Encoded:
    """Ids in Piper's order, ``^ _ p _ p _ ... $``; a pad belongs to the word before it."""
    id_map = voice.phoneme_id_map
    pad = id_map[PAD]
    ids = [*id_map[START], *pad]
    word_of_id = [-1] * len(ids)
    dropped: dict[str, int] = {}
    for phoneme, word in zip(phonemes, word_of, strict=True):
        found = id_map.get(phoneme)
        if found is None:
            dropped[phoneme] = dropped.get(phoneme, 0) + 1
            continue
        ids += found
        ids += pad
        word_of_id += [word] * (len(found) + len(pad))
    ids += id_map[END]
    word_of_id += [-1] * len(id_map[END])
    return Encoded(ids, word_of_id, dropped)


def word_times(
    encoded: Encoded,
    words: int,
    durations: Sequence[float],
    hop: int,
    total_samples: int,
) -> list[tuple[int, int, int]]:
    """When each word is heard: which word it is, its first sample, its samples.

    Args:
        words: how many words the text has.
        durations: frames of each id.
        hop: samples of a frame.
        total_samples: what the sound has; no word reaches past it.

    Durations that are not those of these ids and this sound give no times.
    """
    frames = [float(value) for value in durations]
    if len(frames) != len(encoded.ids):
        return []
    if not all(0 <= value < math.inf for value in frames):
        return []
    if abs(sum(frames) * hop - total_samples) > _TOLERANCE * total_samples + hop:
        return []
    spans: dict[int, tuple[float, float]] = {}
    passed = 0.0
    for word, length in zip(encoded.word_of_id, frames, strict=True):
        if 0 <= word < words:
            first, _ = spans.get(word, (passed, passed))
            spans[word] = (first, passed + length)
        passed += length
    times: list[tuple[int, int, int]] = []
    for word, (first, last) in sorted(spans.items()):
        start = min(total_samples, round(first * hop))
        end = min(total_samples, round(last * hop))
        if end > start:
            times.append((word, start, end - start))
    return times
