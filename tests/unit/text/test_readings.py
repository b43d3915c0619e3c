"""Abbreviations that espeak spells out are read as people read them."""

from __future__ import annotations

import asyncio
import time

import pytest
from lectern.phonemes import phonemize
from lectern.readings import read_as
from lectern.voice import VoiceConfig
from lectern.words import word_ranges

from tests.fakes import FakePhonemizer, voice_json


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("fr-FR", "Oui, M. Dupont est là.", "Oui, monsieur Dupont est là."),
        ("fr-FR", "M. le maire et MM. Durand.", "monsieur le maire et messieurs Durand."),
        ("fr-FR", "L’homme d’aujourd’hui.", "L’homme d'aujourdhui."),
        ("fr-FR", "Voir p. ex. le n° 5, p. 12.", "Voir par exemple le numéro 5, page 12."),
        ("fr-FR", "En 52 av. J.-C. déjà.", "En 52 avant Jésus-Christ déjà."),
        ("en-US", "Tom vs. Jerry, vol. 2.", "Tom versus Jerry, volume 2."),
        ("en-GB", "No. 5 is Prof. Smith.", "number 5 is professor Smith."),
        ("en-US", "10⁶, 2¹⁰ or 10⁻³.", "10 to the 6, 2 to the 10 or 10 to the minus 3."),
        ("en-US", "mc², (a+b)³ and xⁿ⁺¹.", "m c squared, (a+b) cubed and x to the n plus 1."),
        ("en-US", "H₂O, x₁₂ and ¹⁴C", "H 2 O, x 12 and 14 C"),
        ("en-US", "Ca²⁺ and Na⁺", "Ca 2 plus and Na plus"),
        ("en-US", "5 km² and 2.5cm³", "5 square kilometres and 2.5 cubic centimetres"),
        ("en-US", "3¹⁄₂ or ²⁄₅", "3 and ½ or 2 over 5"),
        ("fr-FR", "10⁶, 10⁻³ ou x².", "10 puissance 6, 10 puissance moins 3 ou x au carré."),
        ("fr-FR", "5 m² de H₂O", "5 mètres carrés de H 2 O"),
        ("de-DE", "10⁶", "10 hoch 6"),
        ("pl-PL", "10⁶ H₂O", "10 6 H 2 O"),
        # Behind a word it is a note's mark.
        ("en-US", "The river⁴ rose.", "The river 4 rose."),
        # What only looks like one stays.
        ("fr-FR", "FILM. Fin, OTAN. Non.", "FILM. Fin, OTAN. Non."),
        ("en-US", "No. I do not. The evs. Ok.", "No. I do not. The evs. Ok."),
        ("de-DE", "M. Dupont", "M. Dupont"),
    ],
)
def test_readings(language: str, text: str, said: str) -> None:
    assert read_as(text, word_ranges(text), language)[0] == said


def test_each_written_word_keeps_its_share() -> None:
    text = "Voir p. ex. M. Dupont et c.-à-d. rien."
    ranges = word_ranges(text)
    _, alone = read_as(text, ranges, "fr-FR")
    by_word = {text[slice(*ranges[word])]: said for word, said in alone.items()}
    assert by_word["M"] == "monsieur"
    assert [by_word[word] for word in ("p", "ex")] == ["par", "exemple"]


def test_the_sound_of_a_reading_belongs_to_the_written_word() -> None:
    data = voice_json("fr_FR")
    voice = VoiceConfig.from_json("v", data, model_sha256="a" * 64, config_sha256="b" * 64)
    found = asyncio.run(phonemize("Bonjour M. Dupont.", voice, FakePhonemizer()))
    said = ["", "", ""]
    for phoneme, word in zip(found.phonemes, found.word_of, strict=True):
        if word >= 0:
            said[word] += phoneme
    assert said == ["bonjour", "monsieur", "dupont"]


def test_long_texts_cost_little() -> None:
    text = "M. p. c. av. J. " * 20_000
    started = time.process_time()
    read_as(text[:800], word_ranges(text[:800]), "fr-FR")
    read_as(text, [], "fr-FR")
    assert time.process_time() - started < 2


def test_a_power_is_its_word_s_sound_and_no_other_s() -> None:
    text = "About 10⁶ grains of p. 5²."
    ranges = word_ranges(text)
    said, alone = read_as(text, ranges, "en-US")
    assert said == "About 10 to the 6 grains of page 5 squared."
    assert [alone.get(word) for word in range(len(ranges))] == [
        *(None, "10 to the 6", None, None, "page", "5 squared")
    ]


def test_long_powers_cost_little() -> None:
    for word in ("x²" * 20_000, "²" * 40_000, "¹⁻" * 20_000, "a" * 40_000 + "²"):
        started = time.process_time()
        read_as(word, word_ranges(word), "en-US")
        assert time.process_time() - started < 1
