from __future__ import annotations

import random
import time

import pytest
from lectern.sentences import Sentence, split, utf16_len

from tests.unit.text.golden import sentences

#: Share of the golden texts that must be split exactly.
GOLDEN_RATE = 0.97
#: The first-try rate on texts written after the rules; it must not fall.
HELD_OUT_RATE = 0.92


def texts(found: list[Sentence]) -> list[str]:
    return [sentence.text for sentence in found]


def in_utf16(text: str, start: int, end: int) -> str:
    data = text.encode("utf-16-le", "surrogatepass")
    return data[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("sentences_en", GOLDEN_RATE),
        ("sentences_fr", GOLDEN_RATE),
        ("heldout_en", HELD_OUT_RATE),
        ("heldout_fr", HELD_OUT_RATE),
    ],
)
def test_golden_rate(name: str, wanted: float) -> None:
    items = sentences(name)
    wrong = [
        (text, got)
        for text, expected in items
        if (got := texts(split(text, name[-2:])[0])) != expected
    ]
    rate = 1 - len(wrong) / len(items)
    assert rate >= wanted, f"{rate:.1%} of {len(items)}: {wrong}"


def test_golden_sets_are_large_enough() -> None:
    for language in ("en", "fr"):
        assert len(sentences(f"sentences_{language}")) >= 120
        assert len(sentences(f"heldout_{language}")) >= 40


def test_offsets_are_utf16_units_of_the_source() -> None:
    text = "😀 One 🎉. Two 日本!  \n\n  𝔄bc def."
    found, consumed = split(text, "en")
    assert len(found) == 3
    assert consumed == utf16_len(text)
    for sentence in found:
        assert in_utf16(text, sentence.start, sentence.end) == sentence.text
        assert sentence.text == sentence.text.strip()


ALPHABET = [
    "a",
    "Word ",
    "Dr. ",
    "it",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\r\n",
    ". ",
    ".",
    "! ",
    "? ",
    "...",
    "…",
    "«",
    " »",
    '"',
    "(",
    ")",
    "[[",
    "]]",
    "😀",
    "e\u0301",
    "。",
    "日",
    "3.14 ",
    "- ",
    "1. ",
    "U.S. ",
    "\t",
    "مرحبا",
    "؟ ",
    ", ",
    "; ",
    "HEADING\n",
    "\u2029",
    "\x0c",
    "\ud800",
    "\x00",
    "said ",
    "J. ",
]


def random_text(random_: random.Random, parts: int) -> str:
    return "".join(random_.choice(ALPHABET) for _ in range(parts))


def golden_text(random_: random.Random) -> str:
    items = sentences(f"sentences_{random_.choice(['en', 'fr'])}")
    joints = [" ", "\n", "\n\n"]
    return "".join(random_.choice(items)[0] + random_.choice(joints) for _ in range(8))


@pytest.mark.parametrize("seed", range(300))
def test_slices_give_the_sentences_of_the_whole(seed: int) -> None:
    random_ = random.Random(seed)
    text = random_text(random_, random_.randrange(120)) if seed % 2 else golden_text(random_)
    max_chars = random_.choice([800, 60])
    language = random_.choice(["en", "fr", "de"])
    whole, _ = split(text, language, max_chars=max_chars)

    found: list[Sentence] = []
    buffer, base, position = "", 0, 0
    while position < len(text):
        step = random_.randrange(1, 40)
        buffer += text[position : position + step]
        position += step
        part, consumed = split(buffer, language, final=False, max_chars=max_chars)
        found += [Sentence(s.text, s.start + base, s.end + base, s.paragraph) for s in part]
        base += consumed
        buffer = in_utf16(buffer, consumed, utf16_len(buffer))
    part, consumed = split(buffer, language, max_chars=max_chars)
    found += [Sentence(s.text, s.start + base, s.end + base, s.paragraph) for s in part]

    assert found == whole
    assert base + consumed == utf16_len(text)


@pytest.mark.parametrize("seed", range(200))
def test_nothing_is_lost_and_offsets_fit(seed: int) -> None:
    random_ = random.Random(seed)
    text = random_text(random_, random_.randrange(200))
    found, consumed = split(text, "en", max_chars=50)
    assert consumed == utf16_len(text)
    end = 0
    for sentence in found:
        assert sentence.start >= end
        assert in_utf16(text, end, sentence.start).strip() == ""
        assert in_utf16(text, sentence.start, sentence.end) == sentence.text != ""
        assert utf16_len(sentence.text) <= 50
        end = sentence.end
    assert in_utf16(text, end, utf16_len(text)).strip() == ""


def test_holds_back_the_unfinished_sentence_only() -> None:
    found, consumed = split("Hello there. How are you? I am", "en", final=False)
    assert texts(found) == ["Hello there.", "How are you?"]
    assert consumed == len("Hello there. How are you?")
    assert texts(split("A heading\n\nAnd", "en", final=False)[0]) == ["A heading"]


def test_holds_back_nothing_that_alone_is_too_long() -> None:
    found, consumed = split("word " * 1000, "en", final=False)
    assert len(found) >= 5
    assert 5000 - consumed <= 800


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("One. Two.\n\nThree. Four.", [False, True, False, True]),
        ("Heading\n\nText goes here. And on.", [True, False, True]),
        ("- one\n- two. Three.\n- four", [True, False, True, True]),
        ("A wrapped line that ends here.\nAnd the text goes on there.", [False, True]),
    ],
)
def test_paragraph_marks_the_last_sentence_of_each(text: str, flags: list[bool]) -> None:
    assert [sentence.paragraph for sentence in split(text, "en")[0]] == flags


def test_cuts_at_clauses_then_words_then_anywhere() -> None:
    clause = "the word goes on and on; " * 60
    found = texts(split(clause, "en")[0])
    assert all(text.endswith(";") for text in found)
    assert all(len(text) <= 800 for text in found)

    words = "word " * 500
    assert set(" ".join(texts(split(words, "en")[0])).split()) == {"word"}

    assert [len(text) for text in texts(split("x" * 2000, "en")[0])] == [800, 800, 400]


def test_cuts_never_split_a_grapheme_or_a_surrogate_pair() -> None:
    family = "👩\u200d👩\u200d👧"
    for unit in ("e\u0301\u0323", "😀", "🇫🇷", family, "👍🏽"):
        found, _ = split("x" + unit * 900, "en")
        assert len(found) > 1
        for sentence in found:
            assert utf16_len(sentence.text) <= 800
            assert sentence.text.lstrip("x").replace(unit, "") == ""


def test_raw_phonemes_are_never_cut() -> None:
    block = "[[ " + "həlˈoʊ. wˈɜːld! " * 20 + "]]"
    text = "Some words here " * 40 + block + " and more words here." * 30
    found = texts(split(text, "en")[0])
    assert any(block in sentence for sentence in found)
    short = "word " * 8 + "[[ a; b, c d ]]" + "x" * 60
    assert texts(split(short, "en", max_chars=100)[0])[0].endswith("]]" + "x" * 45)
    assert texts(split("An [[ unclosed. Block here.", "en")[0]) == [
        "An [[ unclosed.",
        "Block here.",
    ]


def test_nothing_to_split() -> None:
    assert split("", "en") == ([], 0)
    assert split(" \n\t ", "en") == ([], 4)
    assert texts(split("...", "en")[0]) == ["..."]


@pytest.mark.parametrize(
    "unit",
    ["The quick brown fox jumps. ", "a", ".", "[[", "\n", '"', "“", "(", "word ", "? ", ". ", "😀",
     "\r\n", "。", "a\n", "e\u0301", "(. ", "[[ ", "「"],
)  # fmt: skip
@pytest.mark.parametrize("final", [True, False])
def test_long_texts_take_linear_time(unit: str, final: bool) -> None:
    def seconds(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        started = time.process_time()
        split(text, "en", final=final)
        return time.process_time() - started

    # A megabyte in three seconds; a quarter of it, to be quick, with room for a busy machine.
    assert seconds(250_000) < 2.5


def test_language_tags() -> None:
    for tag in ("fr", "fr-CA", "FR_fr"):
        assert len(split("Voici M. Dupont.", tag)[0]) == 1
    assert len(split("Er kam am 3. Oktober an. Sie nicht.", "de-DE")[0]) == 2
    assert len(split("X. 1", "tlh-x-odd")[0]) >= 1
