"""What the voice en_US-tones-medium says of every id: the ground truth of word times.

A phoneme is a pure tone of its own for a number of frames of its own; pads, spaces and
punctuation are silent. So a recording shows when each phoneme truly sounds, and a run's
durations are known beforehand. Noise scales change neither.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

VOICE_ID = "en_US-tones-medium"
SAMPLE_RATE, HOP = 22050, 256
#: The ids that sound: letters, IPA and marks such as stress; those below are punctuation.
FIRST_TONE, LAST_TONE = 14, 129
#: The tone's amplitude.
LEVEL = 0.2

_PAD, _START, _END, _SPACE = 0, 1, 2, 3
_SILENT_FRAMES = {_PAD: 1, _START: 2, _END: 4, _SPACE: 4}
_PUNCTUATION_FRAMES, _OTHER_FRAMES = 8, 3
#: An id's length before it is rounded up is this much below its frames.
_BELOW = 0.25


@dataclass(frozen=True)
class Tone:
    """An id as it sounds, in samples from the sound's beginning. ``hz`` is 0 for silence."""

    id: int
    start: int
    end: int
    hz: float


def hz(phoneme_id: int) -> float:
    """The tone's frequency, whole periods in a frame; 0 for an id that is silent."""
    sounds = FIRST_TONE <= phoneme_id <= LAST_TONE
    return (phoneme_id - 10) * SAMPLE_RATE / HOP if sounds else 0.0


def length(phoneme_id: int) -> float:
    """Frames at length scale 1, before they are rounded up."""
    if FIRST_TONE <= phoneme_id <= LAST_TONE:
        frames = 4 + phoneme_id % 4
    elif phoneme_id < FIRST_TONE:
        frames = _SILENT_FRAMES.get(phoneme_id, _PUNCTUATION_FRAMES)
    else:
        frames = _OTHER_FRAMES
    return frames - _BELOW


def frames(phoneme_id: int, length_scale: float = 1.0) -> int:
    """How many frames the voice gives an id.

    Certain where ``length * length_scale`` is not within 2 % of a whole number.
    """
    return math.ceil(length(phoneme_id) * length_scale)


def tones(ids: Iterable[int], length_scale: float = 1.0) -> Iterator[Tone]:
    """The whole sound of a run, id by id."""
    start = 0
    for phoneme_id in ids:
        end = start + frames(phoneme_id, length_scale) * HOP
        yield Tone(phoneme_id, start, end, hz(phoneme_id))
        start = end
