"""The request of protocol.js that says how a word or sentence would be pronounced."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from lectern import payloads
from lectern.errors import BadOption
from lectern.ipa import unknown_phonemes
from lectern.phonemes import phonemize
from lectern.ports import Phonemizer
from lectern.pronunciation import rules_from_json
from lectern.speech import said_in
from lectern.voices import Voices

Handler = Callable[[Mapping[str, object]], Awaitable[object]]


class PronounceRequests:
    """One method a request; ``handlers`` by the request's name."""

    def __init__(self, voices: Voices, phonemizer: Phonemizer, most_characters: int) -> None:
        self._voices = voices
        self._phonemizer = phonemizer
        self._most = most_characters
        self.handlers: dict[str, Handler] = {"pronounce": self.pronounce}

    async def pronounce(self, payload: Mapping[str, object]) -> dict[str, object]:
        """A sentence's phonemes with the rules, in all and by written word.

        ``touched`` counts the places that rules change; ``unknown`` has the phonemes there that the
        voice does not know. It leaves them out when it speaks.

        Raises:
            BadOption: the text is too long, or a rule is wrong.
        """
        text = payloads.string(payload, "text")
        if len(text) > self._most:
            raise BadOption(f"One sentence of at most {self._most} characters is pronounced.")
        rules = rules_from_json(payload.get("rules"))
        voice = await self._voices.voice(payloads.string(payload, "voiceId"))
        wanted = rules.apply(text, voice.language)
        phonemes = "".join(one.text for one in wanted if one.is_ipa)
        said = said_in(text, voice, rules)
        found = await phonemize(text, voice, self._phonemizer, said)
        of_word: dict[int, list[str]] = {}
        for phoneme, word in zip(found.phonemes, found.word_of, strict=True):
            of_word.setdefault(word, []).append(phoneme)
        return {
            "phonemes": "".join(found.phonemes),
            "words": [
                {"start": span.start, "end": span.end, "phonemes": "".join(of_word.get(word, []))}
                for word, span in enumerate(found.words)
            ],
            "touched": len(said),
            "unknown": unknown_phonemes(phonemes, voice),
        }
