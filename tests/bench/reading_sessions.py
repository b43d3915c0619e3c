"""What people ask of the audio cache, made up: sessions of reading, as a trace of sentences.

A model, not a recording: nobody's reading is recorded anywhere. Same seed, same trace. What is
in it is what the page asks for: going on where one was, going back some sentences, hearing a
section again, looking for a place, other books in between, the phrases of the interface, and
exports that go through a whole part of a book faster than anybody hears.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ask:
    """One sentence is asked for.

    Args:
        at: seconds since the trace began, never less than the one before.
        key: which sentence, book or phrase included.
        size: bytes of its sound.
        why: "on" (in a book), "back", "again", "place", "phrase" or "export".
    """

    at: float
    key: str
    size: int
    why: str


@dataclass(frozen=True, slots=True)
class Habits:
    """How people read. Shares are of all sentences heard, unless they say otherwise."""

    books: int = 8
    sentences: int = 4000  # of a book
    phrases: int = 60
    #: Sentences of a session: an exponential distribution's mean.
    session: float = 180.0
    #: Seconds between sessions: the same.
    pause: float = 600.0
    #: Sessions that go on in the book of the session before.
    same_book: float = 0.6
    back: float = 0.04
    #: How many sentences back: a geometric distribution's mean.
    back_by: float = 4.0
    again: float = 0.002
    #: Sentences of a section.
    section: int = 60
    #: Somebody looks for a place: some first sentences, here and there.
    place: float = 0.002
    phrase: float = 0.08
    #: Of sessions, that end with an export of some sections, or with a book kept offline.
    export: float = 0.15
    #: Of exports.
    whole_book: float = 0.3
    #: How much faster than it is heard an export is made.
    export_speed: float = 12.0
    bytes_per_second: int = 44_100  # 22,050 Hz, 16 bit
    #: Playback rates, one a session.
    rates: tuple[float, ...] = (1.0, 1.0, 1.25, 1.5, 2.0)


@dataclass(slots=True)
class Reader:
    """One device's sessions, without end."""

    seed: int
    habits: Habits = field(default_factory=Habits)
    _random: random.Random = field(init=False)
    _seconds: list[list[float]] = field(init=False)
    _phrases: list[float] = field(init=False)
    _marks: list[int] = field(init=False)
    _now: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        habits = self.habits
        self._seconds = [
            [self._length(4.6, 0.55) for _ in range(habits.sentences)] for _ in range(habits.books)
        ]
        self._phrases = [self._length(1.2, 0.3) for _ in range(habits.phrases)]
        self._marks = [self._random.randrange(habits.sentences) for _ in range(habits.books)]

    def trace(self) -> Iterator[Ask]:
        book = 0
        while True:
            if self._random.random() > self.habits.same_book:
                book = self._random.randrange(self.habits.books)
            yield from self._session(book)
            if self._random.random() < self.habits.export:
                yield from self._export(self._random.randrange(self.habits.books))
            self._now += self._random.expovariate(1 / self.habits.pause)

    def _length(self, middle: float, spread: float) -> float:
        """Seconds of sound, 0.4 to 40."""
        seconds = middle * self._random.lognormvariate(0.0, spread)
        return min(40.0, max(0.4, seconds))

    def _session(self, book: int) -> Iterator[Ask]:
        habits, chance = self.habits, self._random.random
        rate = self._random.choice(habits.rates)
        # Who comes back hears the end of what was heard last.
        here, why = self._marks[book] - self._random.randrange(3), "back"
        for _ in range(1 + int(self._random.expovariate(1 / habits.session))):
            if chance() < habits.phrase:
                yield self._phrase(rate)
            yield self._hear(book, here, rate, why)
            here, why = here + 1, "on"
            if chance() < habits.back:
                here -= 1 + int(self._random.expovariate(1 / habits.back_by))
                why = "back"
            elif chance() < habits.again:
                yield from self._stretch(book, here - habits.section, rate, "again")
            elif chance() < habits.place:
                for _ in range(self._random.randrange(3, 12)):
                    place = self._random.randrange(habits.sentences)
                    yield self._hear(book, place, rate, "place")
        self._marks[book] = here

    def _export(self, book: int) -> Iterator[Ask]:
        habits = self.habits
        first, sections = self._random.randrange(habits.sentences), self._random.randrange(3, 25)
        if self._random.random() < habits.whole_book:
            first, sections = 0, habits.sentences // habits.section
        for number in range(sections):
            start = first + number * habits.section
            yield from self._stretch(book, start, habits.export_speed, "export")

    def _stretch(self, book: int, first: int, rate: float, why: str) -> Iterator[Ask]:
        for number in range(self.habits.section):
            yield self._hear(book, first + number, rate, why)

    def _hear(self, book: int, sentence: int, rate: float, why: str) -> Ask:
        sentence %= self.habits.sentences
        return self._ask(f"book {book}: {sentence}", self._seconds[book][sentence], rate, why)

    def _phrase(self, rate: float) -> Ask:
        # Zipf: the n-th phrase is heard 1/n as often as the first.
        weights = [1 / (number + 1) for number in range(self.habits.phrases)]
        number = self._random.choices(range(self.habits.phrases), weights)[0]
        return self._ask(f"phrase {number}", self._phrases[number], rate, "phrase")

    def _ask(self, key: str, seconds: float, rate: float, why: str) -> Ask:
        ask = Ask(self._now, key, 2 * (int(seconds * self.habits.bytes_per_second) // 2), why)
        self._now += seconds / rate
        return ask


def reading(seed: int, asks: int, habits: Habits | None = None) -> list[Ask]:
    """The first ``asks`` of a reader."""
    return list(itertools.islice(Reader(seed, habits or Habits()).trace(), asks))
