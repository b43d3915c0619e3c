"""Phonemes that people write, as the voices know them: espeak-ng's International Phonetic Alphabet.

Dictionaries write more than espeak does (syllable dots, ties, brackets of what may be left
out) and some signs otherwise; a voice knows the single code points of its
``phoneme_id_map`` and no others.
"""

from __future__ import annotations

import unicodedata

from lectern.voice import VoiceConfig

_WRITTEN_OTHERWISE = {
    "g": "ɡ",
    ":": "ː",
    "'": "ˈ",
    "’": "ˈ",
    "ʼ": "ˈ",
    "ε": "ɛ",
    "ǝ": "ə",
    "ʦ": "ts",
}
#: What broad transcriptions of a language write as r.
_R = {"en": "ɹ", "fr": "ʁ", "de": "ʁ"}
#: Syllables, ties, what may be left out.
_LEFT_OUT = dict.fromkeys(map(ord, ".\u0361\u035c‿()|·"))
_SPACE = " "


def is_ipa(says: str) -> bool:
    """Whether ``says`` is phonemes: ``/həlˈoʊ/``."""
    return len(says) > 2 and says[0] == says[-1] == "/"


def as_phonemes(says: str, language: str) -> str:
    """The phonemes of ``/…/``, NFD, one space between words; "" when there are none.

    Args:
        language: BCP 47, of the voice.
    """
    said = unicodedata.normalize("NFD", says.strip("/")).translate(_LEFT_OUT)
    r = _R.get(language.split("-", maxsplit=1)[0].lower(), "r")
    changed = (r if char == "r" else _WRITTEN_OTHERWISE.get(char, char) for char in said)
    return _SPACE.join("".join(changed).split())


def unknown_phonemes(phonemes: str, voice: VoiceConfig) -> list[str]:
    """Those that the voice does not know, as they can be shown, once each."""
    unknown = [
        _shown(own)
        for phoneme in phonemes
        for own in voice.phoneme_map.get(phoneme, (phoneme,))
        if own not in voice.phoneme_id_map and own != _SPACE
    ]
    return list(dict.fromkeys(unknown))


def _shown(phoneme: str) -> str:
    """With a circle under a mark that could not stand alone."""
    if unicodedata.category(phoneme)[0] == "M":
        return f"◌{phoneme}"
    return phoneme if phoneme.isprintable() else f"U+{ord(phoneme):04X}"
