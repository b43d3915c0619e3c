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
