"""What is spoken while measuring: the same words on every machine and in every run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

ENGLISH, FRENCH = "en_US-rms-x_low", "fr_FR-pico-x_low"

#: About 60 characters, the sentence length of FACTS.
FIRST = "The harbour was quiet, and every boat lay still at its rope."

_SUBJECTS = ("The baker", "A young clerk", "Our neighbour", "The old pilot", "My sister")
_VERBS = ("carried", "painted", "forgot", "repaired", "described", "borrowed", "found")
_OBJECTS = ("the blue ladder", "a box of letters", "the garden gate", "two silver spoons")
_ENDS = (
    "before the rain began",
    "while the kettle was singing",
    "on the last day of March",
    "because nobody else would",
    "and then went home, whistling",
    "as if it were the only one in the world",
    "after a long talk about the price of bread, the weather and the news from the coast",
)

FRENCH_SENTENCES = (
    "Le port était calme, et chaque bateau dormait au bout de sa corde.",
    "La boulangère a repeint la barrière du jardin avant la pluie.",
    "Un jeune employé a trouvé deux cuillères en argent sous le pont.",
    "Il faisait nuit quand le train est enfin arrivé, deux heures trop tard.",
    "Notre voisin répare l'échelle bleue parce que personne d'autre ne le ferait.",
    "On entendait au loin la cloche du village, le vent, et puis plus rien.",
    "Ma sœur décrit très bien les oiseaux de la côte.",
    "Ils sont rentrés en sifflant, après une longue conversation sur le prix du pain.",
)


#: Nearly as long as a sentence may be: 800 characters.
LONGEST = (
    "There was a box of letters on the stairs, and nobody in the house would say how long it had "
    "been there, "
) * 7 + "until the baker came."


def sentences() -> Iterator[str]:
    """Different sentences of 40 to 140 characters; no two alike in the first thousands."""
    choices = itertools.product(range(9), _ENDS, _OBJECTS, _VERBS, _SUBJECTS)
    for number, (year, end, thing, verb, who) in enumerate(choices):
        adverb = ("", "once ", "quietly ", "slowly ", "gladly ")[(number + year) % 5]
        years = "" if year == 0 else f", {year + 1} years ago"
        yield f"{who} {adverb}{verb} {thing} {end}{years}."


def long_text(characters: int, *, first: str = FIRST) -> str:
    """Paragraphs of four to six sentences, ``first`` in front, cut at a sentence's end."""
    paragraphs: list[list[str]] = [[first]]
    length = len(first)
    # Every 37th sentence: neighbours should not sound alike.
    for number, sentence in enumerate(itertools.islice(sentences(), 0, None, 37)):
        if length + len(sentence) > characters:
            break
        if len(paragraphs[-1]) == 4 + number % 3:
            paragraphs.append([])
        paragraphs[-1].append(sentence)
        length += len(sentence) + 1
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)
