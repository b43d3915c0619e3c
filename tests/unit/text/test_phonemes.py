from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence

import pytest
from lectern.alignment import align
from lectern.errors import LecternError, PhonemizerFailed
from lectern.phonemes import Phonemized, phonemize
from lectern.voice import VoiceConfig

from tests.unit.text.golden import VOICES, alignments, recorded, voice_json


def voice(language: str, **changes: object) -> VoiceConfig:
    name = VOICES[language]
    data = voice_json(name) | changes
    return VoiceConfig.from_json(name, data, model_sha256="0" * 64, config_sha256="0" * 64)


class Recorded:
    """espeak's recorded answers; a text that was not recorded fails the test."""

    def __init__(self, language: str) -> None:
        self.answers = recorded(language)

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        return [list(self.answers[text]) for text in texts]


class Letters:
    """Says every letter as itself, remembers what was asked."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        assert voice == "en-us"
        self.calls.append(list(texts))
        return [
            [char for char in text.lower() if char.isalnum() or char in " .,?!"] for text in texts
        ]


def heard(found: Phonemized) -> list[tuple[str, str]]:
    """Each word with its phonemes as they stand in the sentence."""
    pairs = []
    for number, word in enumerate(found.words):
        places = [place for place, owner in enumerate(found.word_of) if owner == number]
        between = found.phonemes[places[0] : places[-1] + 1] if places else []
        pairs.append((word.text, "".join(between)))
    return pairs


def say(text: str, language: str = "en", **changes: object) -> Phonemized:
    return asyncio.run(phonemize(text, voice(language, **changes), Letters()))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_phonemes_of_each_word_are_those_reviewed(language: str) -> None:
    items = alignments(language)
    assert len(items) >= 60
    phonemizer = Recorded(language)
    for sentence, expected in items:
        found = asyncio.run(phonemize(sentence, voice(language), phonemizer))
        assert heard(found) == expected
        owners = [owner for owner in found.word_of if owner >= 0]
        assert owners == sorted(owners)
        for phoneme, owner in zip(found.phonemes, found.word_of, strict=True):
            assert len(phoneme) == 1
            assert (owner < 0) == (phoneme in " .,;:!?")


def test_real_sentences_know_all_their_phonemes() -> None:
    for language in ("en", "fr"):
        known = voice(language).phoneme_id_map
        for sentence, _ in alignments(language):
            found = asyncio.run(phonemize(sentence, voice(language), Recorded(language)))
            assert set(found.phonemes) <= set(known)


def test_is_quick_for_a_sentence_and_bounded_for_a_long_one() -> None:
    items = [sentence for sentence, _ in alignments("en")]
    english, answers = voice("en"), Recorded("en")
    started = time.process_time()
    for sentence in items:
        asyncio.run(phonemize(sentence, english, answers))
    per_150 = (time.process_time() - started) / sum(map(len, items)) * 150
    assert per_150 < 0.012  # measured 0.0011; room for a busy machine

    # Nothing agrees with anything: the worst there is.
    random_ = random.Random(1)
    alone = [random_.choices("ptkbdɡmnaeiou", k=random_.randrange(1, 9)) for _ in range(160)]
    sentence_ = [p for word in alone for p in [*random_.choices("szfvlrɑɛɪ", k=len(word)), " "]]
    started = time.process_time()
    align(sentence_, alone)
    assert time.process_time() - started < 0.25


@pytest.mark.parametrize("seed", range(200))
def test_alignment_is_monotonic_and_leaves_no_sound_out(seed: int) -> None:
    random_ = random.Random(seed)
    sounds = "ptksmnaeiɑə"
    alone = [
        random_.choices(sounds + " ", k=random_.randrange(7)) for _ in range(random_.randrange(12))
    ]
    sentence = [p for word in alone for p in [*word, " "]]
    for _ in range(random_.randrange(12)):
        if sentence:
            sentence[random_.randrange(len(sentence))] = random_.choice(sounds + " ˈː.,")
    word_of = align(sentence, alone)
    assert len(word_of) == len(sentence)
    owners = [owner for owner in word_of if owner >= 0]
    assert owners == sorted(owners)
    silent = {n for n, word in enumerate(alone) if not set(word) & set(sounds)}
    assert not silent & set(owners)
    if len(silent) < len(alone):
        for phoneme, owner in zip(sentence, word_of, strict=True):
            assert owner >= 0 or phoneme not in sounds
            assert owner < 0 or phoneme not in " .,"


def test_linked_words_share_a_group() -> None:
    assert align(list("ɪnðə kˈæt"), [list("ɪn"), list("ðə"), list("kˈæt")]) == [
        0, 0, 1, 1, -1, 2, 2, 2, 2
    ]  # fmt: skip
    assert align(list("ætðɪ ˈɛnd"), [list("æt"), list("ðə"), list("ˈɛnd")]) == [
        0, 0, 1, 1, -1, 2, 2, 2, 2
    ]  # fmt: skip


def test_raw_phonemes_are_taken_as_they_are() -> None:
    found = say("Say [[ həlˈoʊ e\u0301. ]] now")
    assert "".join(found.phonemes) == "say həlˈoʊ e\u0301. now"
    assert heard(found) == [
        ("Say", "say"), ("[[ həlˈoʊ e\u0301. ]]", "həlˈoʊ e\u0301"), ("now", "now")
    ]  # fmt: skip
    composed = say("[[\u00e9]]")
    assert composed.phonemes == ["e", "\u0301"]
    assert "".join(say("a[[b]]c").phonemes) == "abc"
    assert "".join(say("One [[tɛst]]! Two").phonemes) == "one tɛst! two"
    assert "".join(say("An [[ open one").phonemes).split() == ["an", "open", "one"]


def test_the_text_inside_raw_phonemes_is_never_sent() -> None:
    phonemizer = Letters()
    asyncio.run(phonemize("Say [[ sikɹɪt ]] now", voice("en"), phonemizer))
    assert "sikɹɪt" not in json.dumps(phonemizer.calls, ensure_ascii=False)


def test_one_batch_for_the_sentence_and_its_words_alone() -> None:
    phonemizer = Letters()
    asyncio.run(phonemize("“Well,” the cat (and the hat) said.", voice("en"), phonemizer))
    assert phonemizer.calls == [
        ["“Well,” the cat (and the hat) said.", "Well", "the", "cat", "and", "hat", "said"]
    ]


def test_calls_stay_below_what_the_phonemizer_survives() -> None:
    phonemizer = Letters()
    text = " ".join(f"日本{number}" for number in range(3000)) + " " + "x" * 9000
    found = asyncio.run(phonemize(text, voice("en"), phonemizer))
    assert len(found.words) > 3000
    for call in phonemizer.calls:
        items = [{"text": text} for text in call]
        size = len(json.dumps(items, ensure_ascii=False, separators=(",", ":")).encode())
        assert size <= 16 * 1024


def test_a_stop_within_the_sentence_makes_no_pause() -> None:
    class Clauses:
        async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
            answers = {"Dr. Who? me.": "dɑ.hu?mi.", "Dr": "dɑ", "Who": "hu", "me": "mi"}
            return [list(answers[text]) for text in texts]

    found = asyncio.run(phonemize("Dr. Who? me.", voice("en"), Clauses()))
    assert "".join(found.phonemes) == "dɑ hu? mi."


def test_language_marks_are_no_phonemes() -> None:
    class Marked:
        async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
            return [list("(en)wiːk(fr)") for _ in texts]

    assert asyncio.run(phonemize("week", voice("en"), Marked())).phonemes == list("wiːk")


@pytest.mark.parametrize("text", ["", "   ", "...", "?!", "« »", "\u200b", "\x00\x01", "—"])
def test_nothing_to_say_asks_nobody(text: str) -> None:
    phonemizer = Letters()
    found = asyncio.run(phonemize(text, voice("en"), phonemizer))
    assert found.phonemes == []
    assert found.word_of == []
    assert phonemizer.calls == []


def test_what_espeak_is_silent_about_is_silence() -> None:
    assert say("😀").phonemes == []


def test_text_voices_say_their_characters() -> None:
    ids = {symbol: [n] for n, symbol in enumerate("_^$ abcdeé.,A")}
    ids["\u0301"] = [99]
    changes = {"phoneme_type": "text", "phoneme_id_map": ids, "espeak": None, "num_symbols": 100}
    phonemizer = Letters()
    found = asyncio.run(phonemize("Ab,  Bé.", voice("en", **changes), phonemizer))
    assert found.phonemes == list("Ab, be\u0301.")
    assert found.word_of == [0, 0, -1, -1, 1, 1, 1, -1]
    assert phonemizer.calls == []


def test_the_voice_may_exchange_phonemes() -> None:
    found = say("ab", phoneme_map={"a": ["x", "y"], "b": []})
    assert found.phonemes == ["x", "y"]
    assert found.word_of == [0, 0]


def test_too_few_answers_are_an_error() -> None:
    class Silent:
        async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
            return []

    with pytest.raises(PhonemizerFailed):
        asyncio.run(phonemize("hello", voice("en"), Silent()))


HOSTILE = [
    "\0",
    "\ud800",
    "\udfff",
    "\u202e",
    "\x1b",
    "x" * 900,
    "e" + "\u0301" * 300,
    "\uffff",
    "[[",
    "]]",
    "[[ ]]",
    "[[a]]",
    "\U0010ffff",
    "日本語",
    "🇫🇷",
    "👩\u200d👧",
    "a\u00adb",
    "\ufeff",
    " ",
    "\n",
    "'",
    "“",
    "-5",
    "3.14",
    "$",
    "مرحبا",
    "\u2028",
    ".",
    "—",
    "--",
    "…",
    "ﬁ",
    "\u200d",
]


@pytest.mark.parametrize("seed", range(200))
def test_hostile_texts_raise_nothing_but_own_errors(seed: int) -> None:
    random_ = random.Random(seed)
    text = "".join(random_.choice([*HOSTILE, "word ", " "]) for _ in range(random_.randrange(30)))
    phonemizer = Letters()
    try:
        found = asyncio.run(phonemize(text, voice("en"), phonemizer))
    except LecternError:
        return
    assert len(found.phonemes) == len(found.word_of)
    assert all(-1 <= owner < len(found.words) for owner in found.word_of)
    for sent in (text for call in phonemizer.calls for text in call):
        sent.encode("utf-8")
        assert "\0" not in sent and sent == sent.strip() != ""
