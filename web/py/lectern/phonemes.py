"""A sentence to phonemes, each of which knows its written word.

``words`` finds the written words, ``parts`` puts in their place what pronunciation rules
say, ``alignment`` gives the phonemes to the words, ``encoding`` turns phonemes into a
voice's ids.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from lectern.alignment import SEPARATORS, align
from lectern.encoding import Encoded, to_ids, word_times
from lectern.errors import PhonemizerFailed
from lectern.parts import Part, parts_of
from lectern.ports import Phonemizer
from lectern.pronunciation import Said
from lectern.readings import read_as
from lectern.sentences import split
from lectern.voice import VoiceConfig
from lectern.words import WordSpan, has_speech, spoken, words

__all__ = [
    "Encoded",
    "Phonemized",
    "WordSpan",
    "has_speech",
    "phonemize",
    "spoken",
    "to_ids",
    "word_times",
    "words",
]

#: One call's JSON; somewhat over twice this kills the phonemizer (FACTS: 40,000 characters).
MAX_CALL_BYTES = 16_000
#: A text that would not fit beside its words is phonemised in pieces.
_MAX_TEXT_BYTES = 6_000
_ITEM_BYTES = len('{"text":""},')
#: espeak's mark for a change of language, in case a build of it leaves them in.
_LANGUAGE_MARK = re.compile(r"\([a-z]{2,3}(?:-[a-z0-9-]+)?\)")


@dataclass(frozen=True, slots=True)
class Phonemized:
    """Phonemes are single code points (NFD); ``word_of`` has an index into ``words`` for each,
    -1 for spaces and punctuation."""

    phonemes: list[str]
    word_of: list[int]
    words: list[WordSpan]


async def phonemize(
    sentence: str, voice: VoiceConfig, phonemizer: Phonemizer, said: Sequence[Said] = ()
) -> Phonemized:
    """The phonemes of one sentence; none when there is nothing to say.

    ``said`` is what pronunciation rules put in the place of written words; the words stay
    those that are written.

    ``[[ phonemes ]]`` are taken as they are. For a voice of type "text" the characters are
    the phonemes, and the phonemizer is not asked.

    Raises:
        PhonemizerFailed: espeak does not know the voice's language, or failed.
    """
    found = words(sentence)
    if not has_speech(sentence):
        return Phonemized([], [], found)
    parts = parts_of(sentence, said, voice.language)
    if voice.phoneme_type == "text":
        spoken_parts = [_characters(part, voice) for part in parts]
    else:
        spoken_parts = await _with_espeak(parts, voice, phonemizer)
    phonemes: list[str] = []
    word_of: list[int] = []
    for part, (heard, owners) in zip(parts, spoken_parts, strict=True):
        if (
            part.space_before
            and phonemes
            and phonemes[-1] != " "
            and heard
            and heard[0] not in SEPARATORS
        ):
            phonemes.append(" ")
            word_of.append(-1)
        phonemes += heard
        word_of += [part.owners[owner] if owner >= 0 else -1 for owner in owners]
    if not any(owner >= 0 for owner in word_of):
        return Phonemized([], [], found)
    return _mapped(Phonemized(phonemes, word_of, found), voice)


_Heard = tuple[list[str], list[int]]


def _raw(part: Part) -> _Heard:
    owners = [-1] * len(part.text)
    for number, (start, end) in enumerate(part.ranges):
        owners[start:end] = [number] * (end - start)
    for index, phoneme in enumerate(part.text):
        if phoneme in SEPARATORS:
            owners[index] = -1
    return list(part.text), owners


def _characters(part: Part, voice: VoiceConfig) -> _Heard:
    """The phonemes of a "text" voice: code points, in lower case where only that is known."""
    if part.raw:
        return _raw(part)
    phonemes: list[str] = []
    owners: list[int] = []
    position = 0
    bounds = [(start, end, number) for number, (start, end) in enumerate(part.ranges)]
    for start, end, owner in [*bounds, (len(part.text), len(part.text), -1)]:
        for piece, number in ((part.text[position:start], -1), (part.text[start:end], owner)):
            said = spoken(piece)
            if number < 0 and piece[-1:].isspace() and phonemes:
                said = said + " "
            if number < 0 and piece[:1].isspace() and phonemes and said.strip():
                said = " " + said
            for char in unicodedata.normalize("NFD", said):
                known = char in voice.phoneme_id_map
                for phoneme in char if known else char.casefold():
                    phonemes.append(phoneme)
                    owners.append(number)
        position = end
    while phonemes and phonemes[-1] == " ":
        phonemes.pop()
        owners.pop()
    return phonemes, owners


async def _with_espeak(
    parts: Sequence[Part], voice: VoiceConfig, phonemizer: Phonemizer
) -> list[_Heard]:
    """One batch for all parts and all their words alone."""
    pieces: list[list[str]] = []
    leads = ["" if part.raw else _lead(part, parts) for part in parts]
    alone: list[list[str]] = []
    for part, lead in zip(parts, leads, strict=True):
        if part.raw:
            pieces.append([])
            alone.append([])
            continue
        written_out, read = read_as(part.text, part.ranges, voice.language)
        pieces.append(_sayable(written_out.lstrip()[len(lead) :], voice.language))
        alone.append(
            [
                spoken(read.get(word, part.text[start:end]))
                for word, (start, end) in enumerate(part.ranges)
            ]
        )
    wanted = list(dict.fromkeys(text for texts in (*pieces, *alone) for text in texts if text))
    heard = dict(zip(wanted, await _batches(wanted, voice, phonemizer), strict=True))
    heard[""] = []
    found: list[_Heard] = []
    for part, lead, texts, single in zip(parts, leads, pieces, alone, strict=True):
        if part.raw:
            found.append(_raw(part))
            continue
        phonemes = list(lead[:1])
        for text in texts:
            if phonemes and heard[text]:
                phonemes.append(" ")
            phonemes += heard[text]
        phonemes = _with_pauses(phonemes)
        found.append((phonemes, align(phonemes, [heard[text] for text in single])))
    return found


def _lead(part: Part, parts: Sequence[Part]) -> str:
    """Punctuation right after raw phonemes; alone at its beginning espeak would read it out."""
    text = part.text.lstrip()
    return "" if part is parts[0] else text[: len(text) - len(text.lstrip(".,;:!?"))]


def _sayable(text: str, language: str) -> list[str]:
    """``text`` as espeak may have it, in pieces when it is too long for one call."""
    said = spoken(text)
    if len(said.encode()) <= _MAX_TEXT_BYTES:
        return [said]
    return [spoken(sentence.text) for sentence in split(said, language)[0]]


async def _batches(
    texts: Sequence[str], voice: VoiceConfig, phonemizer: Phonemizer
) -> list[list[str]]:
    """Phonemes of each text, asked for in calls that the phonemizer survives."""
    found: list[list[str]] = []
    batch: list[str] = []
    size = 0
    for text in [*texts, None]:
        cost = 0 if text is None else len(json.dumps(text).encode()) + _ITEM_BYTES
        if batch and (text is None or size + cost > MAX_CALL_BYTES):
            answers = await phonemizer.phonemize(voice.espeak_voice, batch)
            if len(answers) != len(batch):
                raise PhonemizerFailed(
                    f"The phonemizer answered {len(answers)} of {len(batch)} texts. Try again."
                )
            found += [_clean(answer) for answer in answers]
            batch, size = [], 0
        if text is not None:
            batch.append(text)
            size += cost
    return found


def _clean(answer: Sequence[str]) -> list[str]:
    joined = unicodedata.normalize("NFD", "".join(answer))
    if "(" in joined:
        joined = _LANGUAGE_MARK.sub("", joined)
    return list(joined)


def _with_pauses(phonemes: Sequence[str]) -> list[str]:
    """Spaces where espeak closed a clause within the sentence.

    It ends a clause at the stop of "Dr. Smith" or "J. R. R."; the rules of ``sentences``
    know better, and a full stop's pause would be heard. After ! and ? it leaves no space.
    """
    found: list[str] = []
    last = len(phonemes) - 1
    while last >= 0 and phonemes[last] in SEPARATORS:
        last -= 1
    for index, phoneme in enumerate(phonemes):
        if index < last and phoneme == ".":
            if found and found[-1] != " ":
                found.append(" ")
            continue
        found.append(phoneme)
        if index < last and phoneme in "!?" and phonemes[index + 1] not in SEPARATORS:
            found.append(" ")
    return found


def _mapped(phonemized: Phonemized, voice: VoiceConfig) -> Phonemized:
    """With the voice's own exchange of phonemes."""
    exchange = voice.phoneme_map
    if not exchange:
        return phonemized
    phonemes: list[str] = []
    word_of: list[int] = []
    for phoneme, word in zip(phonemized.phonemes, phonemized.word_of, strict=True):
        for other in exchange.get(phoneme, (phoneme,)):
            phonemes.append(other)
            word_of.append(word)
    return Phonemized(phonemes, word_of, phonemized.words)
