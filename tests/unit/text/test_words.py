from __future__ import annotations

import pytest
from lectern.words import has_speech, spoken, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Hello,” she said.", ["Hello", "she", "said"]),
        ("a well-known l'homme aujourd’hui", ["a", "well-known", "l'homme", "aujourd’hui"]),
        ("It cost $3.14 (or 50 %).", ["It", "cost", "$3.14", "or", "50", "%"]),
        ("word—word ten–twelve 10–20", ["word", "word", "ten", "twelve", "10–20"]),
        ("wait...what… no", ["wait", "what", "no"]),
        ("-5 and .5 - no", ["-5", "and", ".5", "no"]),
        ("« Oui » !", ["Oui"]),
        ("日本語です。", ["日", "本", "語", "で", "す"]),
        ("مرحبا، كيف؟", ["مرحبا", "كيف"]),
        ("say [[ həlˈoʊ w ]] [[x", ["say", "[[ həlˈoʊ w ]]", "x"]),
        ("x[[y]]z", ["x", "[[y]]", "z"]),
        ("C++ & C# 😀", ["C++", "&", "C#", "😀"]),
        ("me@example.org, www.example.com.", ["me@example.org", "www.example.com"]),
        ("cafe\u0301, ok", ["cafe\u0301", "ok"]),
        ("... — « »", []),
        ("", []),
    ],
)
def test_written_words(text: str, expected: list[str]) -> None:
    found = words(text)
    assert [word.text for word in found] == expected
    data = text.encode("utf-16-le")
    for word in found:
        assert data[2 * word.start : 2 * word.end].decode("utf-16-le") == word.text


def test_offsets_count_astral_characters_twice() -> None:
    assert [(w.start, w.end) for w in words("😀 𝔄b c")] == [(0, 2), (3, 6), (7, 8)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\0b\ud800c\ufffdd", "a b c d"),
        ("soft\u00adhy\u2060phen\ufeff", "softhyphen"),
        ("\u202eabc\u202c \u200fdef", "abc def"),
        ("one\u200btwo", "one two"),
        ("a\u00a0\u202f\u3000b\r\n c\u2028d ", "a b c d"),
        ("e\u0301te\u0301", "\u00e9t\u00e9"),
        ("of\ufb01ce \ufb03", "of\x66ice ffi"),
        ("\ue000x\U000f0000", "x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("plain text", "plain text"),
        ("\x00", ""),
    ],
)
def test_spoken(text: str, expected: str) -> None:
    assert spoken(text) == expected


def test_has_speech() -> None:
    for text in ("a", "5", "é", "日", "😀", "$", "...x", "50 %"):
        assert has_speech(text)
    for text in ("", " ", "...", "?!", "—", "«»", "\0", "\ud800", "\u202e"):
        assert not has_speech(text)
