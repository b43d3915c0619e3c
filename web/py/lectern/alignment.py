"""Which phonemes of a sentence belong to which of its words.

espeak reads a sentence as one: words are linked ("in the" is one group without a space),
numbers become several groups, stress moves, French joins words by consonants that the
word alone does not have. So every word is phonemised alone as well, and both are
compared. Groups that sound alike are matched first; what lies between two matches is
aligned phoneme by phoneme. Vowels count as one sound and voiced consonants as unvoiced
ones, since those are what changes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

#: Phonemes that are heard as pauses or tunes and belong to no word.
SEPARATORS = frozenset(' .,;:!?…()"¡¿\n')
_STRESS = "ˈˌ"
_CLASSES = {
    **dict.fromkeys("iɪyʏeɛæaɑɐɒʌəɚɜɝɔoʊuøœᵻɨʉɯɤɘɵɞɶᵊ", "a"),
    **dict.fromkeys("tdɾɗʈɖʔ", "t"),
    **dict.fromkeys("θð", "θ"),
    **dict.fromkeys("pbɓ", "p"),
    **dict.fromkeys("kɡgqɢɠ", "k"),
    **dict.fromkeys("fvβɸʋ", "f"),
    **dict.fromkeys("szʃʒɕʑʂʐ", "s"),
    **dict.fromkeys("nŋɲɳmɱ", "n"),
    **dict.fromkeys("lɫɭʎɬ", "l"),
    **dict.fromkeys("rɹʁʀɻɽ", "r"),
    **dict.fromkeys("hħxχç", "h"),
    **dict.fromkeys("jwɥɰ", "j"),
}
#: How far apart two matches may be looked for, in words and in groups.
_REACH = 10
#: Larger stretches without a match are shared out by length instead of aligned.
_MAX_CELLS = 6000
_GAP = 0.7
_BOUNDARY_BONUS = 0.5
_BOUNDARY_PENALTY = 0.25


@dataclass(slots=True)
class _Group:
    """Phonemes between two separators: their range, their sounds, and those in classes."""

    start: int
    end: int
    exact: str
    sound: str


def align(phonemes: Sequence[str], alone: Sequence[Sequence[str]]) -> list[int]:
    """For each phoneme of a sentence the index of its word, or -1.

    Args:
        phonemes: of the whole sentence.
        alone: the phonemes of each of its words, phonemised alone; empty for a word
            that is not heard.

    The words' indices never fall. A word whose sound was not found gets nothing.
    """
    groups = _groups(phonemes)
    expected = [_groups(word) for word in alone]
    word_of = [-1] * len(phonemes)
    heard = [index for index, wanted in enumerate(expected) if wanted]
    if not heard or not groups:
        return word_of
    word = group = 0
    while word < len(heard) and group < len(groups):
        matched = _matches(expected[heard[word]], groups, group)
        if matched:
            _give(word_of, groups[group : group + matched], heard[word])
            word, group = word + 1, group + matched
            continue
        next_word, next_group = _next_match(expected, heard, word, groups, group)
        _share(word_of, phonemes, groups[group:next_group], heard[word:next_word], alone)
        word, group = next_word, next_group
    if group < len(groups):
        _give(word_of, groups[group:], heard[-1])
    return [
        -1 if phoneme in SEPARATORS else owner
        for phoneme, owner in zip(phonemes, word_of, strict=True)
    ]


def _groups(phonemes: Sequence[str]) -> list[_Group]:
    groups: list[_Group] = []
    start = 0
    for index in range(len(phonemes) + 1):
        if index < len(phonemes) and phonemes[index] not in SEPARATORS:
            continue
        if index > start:
            sound = _sound(phonemes[start:index])
            if sound:
                exact = "".join(p for p in phonemes[start:index] if _class(p))
                groups.append(_Group(start, index, exact, sound))
            elif groups:
                groups[-1].end = index
        start = index + 1
    return groups


def _sound(phonemes: Sequence[str]) -> str:
    """In classes, without stress, length and marks; vowels in a row are one."""
    sound = ""
    for phoneme in phonemes:
        kind = _class(phoneme)
        if kind and not (kind == "a" and sound[-1:] == "a"):
            sound += kind
    return sound


def _class(phoneme: str) -> str:
    """The class of a phoneme, "" for a mark that is no sound."""
    known = _CLASSES.get(phoneme)
    if known is not None:
        return known
    return phoneme if unicodedata.category(phoneme[:1] or " ") in ("Ll", "Lo", "Lu") else ""


def _matches(wanted: Sequence[_Group], groups: Sequence[_Group], at: int) -> int:
    """How many groups from ``at`` on sound like the word; 0 if they don't."""
    if at + len(wanted) > len(groups):
        return 0
    for offset, group in enumerate(wanted):
        if groups[at + offset].sound != group.sound:
            return 0
    return len(wanted)


def _next_match(
    expected: Sequence[Sequence[_Group]],
    heard: Sequence[int],
    word: int,
    groups: Sequence[_Group],
    group: int,
) -> tuple[int, int]:
    """The nearest word and group from which on both agree again; their ends if they don't."""
    candidates: list[tuple[int, int, int]] = []
    usual = 0
    for words in range(min(_REACH, len(heard) - word - 1) + 1):
        if words:
            usual += len(expected[heard[word + words - 1]])
        for skipped in range(min(_REACH, len(groups) - group - 1) + 1):
            if words or skipped:
                # Near first, with as many groups as the words have alone; to lose a word
                # or a group is the last thing.
                cost = words + skipped + 2 * abs(usual - skipped)
                cost += 4 * (skipped == 0) + 2 * (words == 0)
                candidates.append((cost, words, skipped))
    candidates.sort()
    for _, words, skipped in candidates:
        if _agrees(expected, heard, word + words, groups, group + skipped):
            return word + words, group + skipped
    return len(heard), len(groups)


def _agrees(
    expected: Sequence[Sequence[_Group]],
    heard: Sequence[int],
    word: int,
    groups: Sequence[_Group],
    group: int,
) -> bool:
    """Whether word and group match, and not by chance: a long word, or the next one too."""
    wanted = expected[heard[word]]
    matched = _matches(wanted, groups, group)
    if not matched:
        return False
    length = sum(len(part.sound) for part in wanted)
    exact = all(groups[group + i].exact == part.exact for i, part in enumerate(wanted))
    if length > (2 if exact else 3):
        return True
    if word + 1 == len(heard):
        return exact and group + matched == len(groups)
    return (exact or length > 2) and bool(
        _matches(expected[heard[word + 1]], groups, group + matched)
    )


def _give(word_of: list[int], groups: Sequence[_Group], word: int) -> None:
    for group in groups:
        word_of[group.start : group.end] = [word] * (group.end - group.start)


def _share(
    word_of: list[int],
    phonemes: Sequence[str],
    groups: Sequence[_Group],
    words: Sequence[int],
    alone: Sequence[Sequence[str]],
) -> None:
    """Give a stretch of groups to a stretch of words that they don't plainly match."""
    if not groups:
        return
    if not words:
        before = next((w for w in reversed(word_of[: groups[0].start]) if w >= 0), None)
        if before is not None:
            _give(word_of, groups, before)
        return
    if len(words) == 1:
        _give(word_of, groups, words[0])
        return
    places, sounds, begins = _flat(phonemes, groups)
    owners: list[int] = []
    wanted: list[str] = []
    for number, word in enumerate(words):
        for phoneme in alone[word]:
            if phoneme not in SEPARATORS and _class(phoneme):
                owners.append(number)
                wanted.append(phoneme)
    if len(sounds) < len(words):
        starts = list(range(len(sounds)))
    elif len(sounds) * len(wanted) > _MAX_CELLS:
        starts = _proportional(owners, len(words), len(sounds))
    else:
        starts = _best_starts(wanted, owners, sounds, begins, len(words))
    bounds = [places[start] for start in starts[1:]]
    for index in range(len(bounds)):
        while bounds[index] > groups[0].start and phonemes[bounds[index] - 1] in _STRESS:
            bounds[index] -= 1
    bounds = [groups[0].start, *bounds, groups[-1].end]
    for word, (start, end) in zip(words, pairwise(bounds), strict=False):
        word_of[start:end] = [word] * (end - start)


def _flat(
    phonemes: Sequence[str], groups: Sequence[_Group]
) -> tuple[list[int], list[str], list[bool]]:
    """Places and phonemes of the sounds in ``groups``, and whether each begins a group."""
    places: list[int] = []
    sounds: list[str] = []
    begins: list[bool] = []
    for group in groups:
        first = True
        for index in range(group.start, group.end):
            if _class(phonemes[index]):
                places.append(index)
                sounds.append(phonemes[index])
                begins.append(first)
                first = False
    return places, sounds, begins


def _proportional(owners: Sequence[int], words: int, sounds: int) -> list[int]:
    counts = [0] * words
    for owner in owners:
        counts[owner] += 1
    starts, passed = [], 0
    for count in counts:
        starts.append(passed * sounds // max(1, len(owners)))
        passed += count
    return _spread(starts, sounds)


def _best_starts(
    wanted: Sequence[str],
    owners: Sequence[int],
    sounds: Sequence[str],
    begins: Sequence[bool],
    words: int,
) -> list[int]:
    """The sound at which each word starts, by the cheapest edit of ``wanted`` into ``sounds``."""
    width = len(sounds) + 1
    previous = [_GAP * column for column in range(width)]
    steps: list[bytearray] = [bytearray([2] * width)]
    wanted_class = [_class(phoneme) for phoneme in wanted]
    sound_class = [_class(phoneme) for phoneme in sounds]
    for row, phoneme in enumerate(wanted):
        starts_word = row == 0 or owners[row] != owners[row - 1]
        current = [previous[0] + _GAP]
        step = bytearray(width)
        step[0] = 1
        kind = wanted_class[row]
        for column in range(1, width):
            sound = sounds[column - 1]
            if sound == phoneme:
                cost = 0.0
            elif sound_class[column - 1] == kind:
                cost = 0.3
            else:
                cost = 1.2
            if starts_word:
                cost += -_BOUNDARY_BONUS if begins[column - 1] else _BOUNDARY_PENALTY
            elif begins[column - 1]:
                cost += _BOUNDARY_PENALTY
            best, kind_of_step = previous[column - 1] + cost, 0
            deleted = previous[column] + _GAP
            if deleted < best:
                best, kind_of_step = deleted, 1
            inserted = current[column - 1] + _GAP
            if inserted < best:
                best, kind_of_step = inserted, 2
            current.append(best)
            step[column] = kind_of_step
        steps.append(step)
        previous = current
    first: list[int | None] = [None] * words
    row, column = len(wanted), len(sounds)
    while row > 0 and column > 0:
        taken = steps[row][column]
        if taken == 0:
            first[owners[row - 1]] = column - 1
        row -= taken != 2
        column -= taken != 1
    starts: list[int] = []
    for place in first:
        starts.append(place if place is not None else (starts[-1] + 1 if starts else 0))
    return _spread(starts, len(sounds))


def _spread(starts: list[int], sounds: int) -> list[int]:
    """Starts that rise, so that every word has a sound; the first word begins at the first."""
    starts[0] = 0
    for index in range(1, len(starts)):
        starts[index] = max(starts[index], starts[index - 1] + 1)
    highest = sounds
    for index in range(len(starts) - 1, 0, -1):
        highest -= 1
        starts[index] = min(starts[index], highest)
    return starts
