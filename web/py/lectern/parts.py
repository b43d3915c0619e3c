"""A sentence in stretches: text for the phonemizer, and phonemes as they are.

Pronunciation rules are put in their places here, and every stretch knows which written
words it says.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from lectern.pronunciation import Said
from lectern.words import RAW_BLOCK, has_speech, word_ranges

_APOSTROPHES = "'’ʼ"
#: French words that lose their vowel before another one, and what is left of them.
_ELIDED = {
    **{letter: letter for letter in "ldnstm"},
    "j": "ʒ",
    "c": "s",
    "qu": "k",
    "jusqu": "ʒysk",
    "lorsqu": "lɔʁsk",
    "puisqu": "pɥisk",
    "quoiqu": "kwask",
}
_HISSING, _VOICELESS = "szʃʒ", "ptkfθ"


@dataclass(slots=True)
class Part:
    """A stretch of a sentence.

    ``ranges``: where its words lie in ``text``, in order; one that is silent is empty.
    ``owners``: which words of the sentence they are.
    """

    text: str
    raw: bool
    space_before: bool
    ranges: list[tuple[int, int]]
    owners: list[int]


@dataclass(frozen=True, slots=True)
class _Word:
    number: int
    start: int
    end: int


def parts_of(sentence: str, said: Sequence[Said] = (), language: str = "") -> list[Part]:
    """The stretches of ``sentence`` with what rules say in place of what is written.

    Args:
        said: in order, none within ``[[ phonemes ]]``.
        language: of the voice, BCP 47.
    """
    words = [_Word(n, start, end) for n, (start, end) in enumerate(word_ranges(sentence))]
    parts: list[Part] = []
    position = 0

    def add(start: int, end: int, part: Part) -> None:
        if part.text.strip():
            beside = sentence[start].isspace() or sentence[start - 1].isspace()
            part.space_before = start > 0 and beside
            parts.append(part)

    for start, end, raw in [*_raw_stretches(sentence, said, words, language), (-1, -1, None)]:
        until = start if raw else len(sentence)
        if until > position:
            texts = [one for one in said if position <= one.start and one.end <= until]
            add(position, until, _text_part(sentence, position, until, texts, words))
        if raw:
            add(start, end, raw)
        position = end
    return parts


def _raw_stretches(
    sentence: str, said: Sequence[Said], words: Sequence[_Word], language: str
) -> list[tuple[int, int, Part]]:
    """``[[ phonemes ]]`` and what rules say in phonemes, each with what it stands for."""
    found: list[tuple[int, int, Part]] = []
    for block in RAW_BLOCK.finditer(sentence) if "[[" in sentence else ():
        phonemes = unicodedata.normalize("NFD", block.group(1).strip())
        owners = [word.number for word in words if word.start == block.start()]
        ranges = [(0, len(phonemes))] * len(owners)
        found.append((block.start(), block.end(), Part(phonemes, True, False, ranges, owners)))
    free = 0
    for one in said:
        if one.start < free:
            continue  # said with the word before it
        if one.is_ipa:
            start, end, phonemes = _whole(sentence, one, words, language, free)
            inside = _within(words, start, end)
            part = Part(phonemes, True, False, *_shared(phonemes, inside, phonemes.split()))
            found.append((start, end, part))
            free = end
        else:
            free = one.end
    return sorted(found, key=lambda stretch: stretch[0])


def _whole(
    sentence: str, said: Said, words: Sequence[_Word], language: str, free: int
) -> tuple[int, int, str]:
    """Phonemes with what clings to the word: the l of "l’Oise", the s of "Oise's"."""
    start, end, phonemes = said.start, said.end, said.text
    spoken_in = language.split("-", maxsplit=1)[0].lower()
    for word in words:
        if spoken_in == "fr" and free <= word.start < start < word.end:
            head = sentence[word.start : start]
            left = _ELIDED.get(head[:-1].casefold()) if head[-1] in _APOSTROPHES else None
            if left:
                start, phonemes = word.start, left + phonemes
        if spoken_in == "en" and word.start < end < word.end:
            tail = sentence[end : word.end]
            if len(tail) == 2 and tail[0] in _APOSTROPHES and tail[1] in "sS":
                end, phonemes = word.end, phonemes + _english_s(phonemes)
    return start, end, phonemes


def _english_s(phonemes: str) -> str:
    last = phonemes[-1:]
    return "ɪz" if last in _HISSING else "s" if last in _VOICELESS else "z"


def _text_part(
    sentence: str, start: int, end: int, said: Sequence[Said], words: Sequence[_Word]
) -> Part:
    inside = _within(words, start, end)
    clipped = [
        _Word(word.number, max(word.start, start), min(word.end, end))
        for word in inside
        if has_speech(sentence[max(word.start, start) : min(word.end, end)])
    ]
    pieces: list[str] = []
    ranges: list[tuple[int, int]] = []
    owners: list[int] = []
    length = 0
    position = start

    def put(text: str) -> None:
        nonlocal length
        pieces.append(text)
        length += len(text)

    for low, high, within in _regions(clipped, said, start, end):
        put(sentence[position:low])
        own = _within(clipped, low, high)
        text = _replaced(sentence, low, high, within)
        shared, shared_by = _shared(text, own, _words_in(text) if len(own) > 1 else None)
        ranges += [(length + first, length + last) for first, last in shared]
        owners += shared_by
        put(text)
        position = high
    put(sentence[position:end])
    return Part("".join(pieces), False, False, ranges, owners)


def _regions(
    words: Sequence[_Word], said: Sequence[Said], start: int, end: int
) -> list[tuple[int, int, list[Said]]]:
    """Words and replacements; those that touch each other are one region."""
    found: list[tuple[int, int, list[Said]]] = []
    items = [(word.start, word.end, None) for word in words]
    replaced = [(max(one.start, start), min(one.end, end), one) for one in said if not one.is_ipa]
    for low, high, one in sorted([*items, *replaced], key=lambda item: item[:2]):
        own = [one] if one else []
        if found and low < found[-1][1]:
            before, until, within = found.pop()
            found.append((before, max(until, high), within + own))
        else:
            found.append((low, high, own))
    return found


def _replaced(sentence: str, low: int, high: int, said: Sequence[Said]) -> str:
    pieces: list[str] = []
    position = low
    for one in said:
        pieces += [sentence[position : one.start], one.text]
        position = one.end
    pieces.append(sentence[position:high])
    if not said:
        return pieces[-1]
    text = ""
    before = sentence[low - 1 : low]
    for piece in [*pieces, sentence[high : high + 1]]:
        # Letters that were not one word with their neighbours do not become one.
        if piece and (text or before)[-1:].isalnum() and piece[0].isalnum():
            text += " "
        text += piece
    return text[: len(text) - len(sentence[high : high + 1])]


def _words_in(text: str) -> list[str]:
    return [text[start:end] for start, end in word_ranges(text)]


def _shared(
    text: str, words: Sequence[_Word], said: Sequence[str] | None
) -> tuple[list[tuple[int, int]], list[int]]:
    """Where each of ``words`` is in ``text``: one after the other if as many are said as are
    written, else the first is all of it and the others are silent."""
    owners = [word.number for word in words]
    if not words:
        return [], []
    if said is not None and len(said) == len(words):
        ranges: list[tuple[int, int]] = []
        position = 0
        for one in said:
            position = text.index(one, position)
            ranges.append((position, position + len(one)))
            position += len(one)
        return ranges, owners
    return [(0, len(text)), *[(len(text), len(text))] * (len(words) - 1)], owners


def _within(words: Sequence[_Word], start: int, end: int) -> list[_Word]:
    return [word for word in words if word.start < end and word.end > start]
