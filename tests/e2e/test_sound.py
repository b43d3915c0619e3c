"""Sound is checked as sound: against native onnxruntime, in samples, level and spectrum."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Watch, open_app
from tests.e2e.server import StaticSite
from tests.oracle import Oracle, PagePhonemizer, likeness, snr
from tests.public_api import ENGLISH, FRENCH, Piece, level, open_blank, stream, synthesize
from tests.sound import record, recorded, speak

#: Of the wasm build against the native one, whose kernels add in another order.
LEAST_SNR = 60.0
SENTENCES = [
    (ENGLISH, "The quick brown fox jumps over the lazy dog."),
    (ENGLISH, "On 3 May 1999, Dr. Brown's 21 guests paid $3.50 each; why?"),
    (ENGLISH, "Yes!"),
    (ENGLISH, "It was the best of times, it was the worst of times, it was the age of wisdom, "
              "it was the age of foolishness, it was the epoch of belief."),
    (FRENCH, "Portez ce vieux whisky au juge blond qui fume."),
    (FRENCH, "Aujourd'hui, l'été s'achève : qu'en dis-tu, « cher ami » ?"),
    (FRENCH, "Non !"),
    (FRENCH, "Il y a 25 élèves dans la classe, dont 3,5 % absents, dit M. Dupont."),
]  # fmt: skip
#: A busy machine's recorder loses frames now and then: it is asked again.
RECORDINGS = 5
IDS = [f"{voice[:2]}-{text[:14]}" for voice, text in SENTENCES]


@pytest.fixture(scope="module")
def studio(browser: Browser, dist: Path) -> Iterator[tuple[Page, Oracle]]:
    """The app, and the oracle over its files."""
    with StaticSite(dist) as site:
        context = browser.new_context()
        watch = Watch(context)
        blank = open_blank(context.new_page(), site)
        oracle = Oracle(dist / "models" / "piper", PagePhonemizer(blank, site.url))
        page = context.new_page()
        record(page)
        yield open_app(page, site.url), oracle
        context.close()
        watch.check()


@pytest.mark.parametrize(("voice", "text"), SENTENCES, ids=IDS)
def test_equals_native_onnxruntime(studio: tuple[Page, Oracle], voice: str, text: str) -> None:
    page, oracle = studio
    wanted = oracle.say(voice, text)
    got = synthesize(page, text, voiceId=voice)
    assert got.sample_rate == wanted.sample_rate
    assert len(got.samples) == len(wanted.samples) == round(wanted.frames.sum()) * 100
    assert got.level == pytest.approx(level(wanted.samples), rel=0.01)
    assert likeness(wanted.samples, got.samples, got.sample_rate) > 0.999
    assert snr(wanted.samples, got.samples) > LEAST_SNR


def test_length_scale_is_the_models_own(studio: tuple[Page, Oracle]) -> None:
    page, oracle = studio
    voice, text = SENTENCES[0]
    for scale in (0.6, 1.7):
        wanted = oracle.say(voice, text, length_scale=scale)
        got = synthesize(page, text, voiceId=voice, lengthScale=scale)
        assert snr(wanted.samples, got.samples) > LEAST_SNR


def test_cached_sound_is_the_same_sound(studio: tuple[Page, Oracle]) -> None:
    page, oracle = studio
    voice, text = SENTENCES[4]
    stream(page, text, voiceId=voice)
    cached = stream(page, text, voiceId=voice)[0]
    assert cached.source == "memory"
    assert snr(oracle.say(voice, text).samples, cached.samples) > LEAST_SNR


def test_different_sentences_are_different_sounds(studio: tuple[Page, Oracle]) -> None:
    """The bounds above would be worth nothing if any speech passed them."""
    _, oracle = studio
    one, two = (oracle.say(*SENTENCES[n]).samples for n in (0, 3))
    assert likeness(one, two[: len(one)], 16_000) < 0.9


def test_what_is_heard_is_what_was_made(studio: tuple[Page, Oracle]) -> None:
    page, _ = studio
    text = "The door was open. Nobody came in, and it grew cold."
    for _ in range(RECORDINGS):
        page.evaluate("() => testRecording.clear()")
        assert speak(page, text, voiceId=ENGLISH).result == "end"
        heard = recorded(page)
        if not heard.lost:
            break
    made = synthesize(page, text, voiceId=ENGLISH)
    assert heard.level == pytest.approx(made.level, rel=0.2)
    assert not heard.lost, "the recorder itself lost frames each time: this machine is too busy"
    assert heard.seconds == pytest.approx(made.seconds, abs=0.1)
    rate = heard.sample_rate
    times = np.arange(len(heard.samples)) / rate
    own = np.arange(len(made.samples)) / made.sample_rate
    resampled = np.interp(own, times, np.asarray(heard.samples)).astype(np.float32)
    assert likeness(made.samples, resampled, made.sample_rate) > 0.9


# -- words -------------------------------------------------------------------------------


@pytest.mark.parametrize(("voice", "text"), SENTENCES, ids=IDS)
def test_words_have_their_times(studio: tuple[Page, Oracle], voice: str, text: str) -> None:
    page, _ = studio
    (piece,) = stream(page, text, voiceId=voice)
    assert piece.words, "the voice gives durations, so there are word times"
    before_end, before_time = piece.start, 0.0
    for word in piece.words:
        assert before_end <= word["start"] < word["end"] <= piece.end
        assert before_time - 1e-6 <= word["time"]
        assert word["duration"] > 0
        before_end, before_time = int(word["end"]), word["time"] + word["duration"]
    assert before_time <= piece.seconds + 1e-6
    spoken = sum(float(np.square(cut(piece, word)).sum()) for word in piece.words)
    assert spoken > 0.9 * float(np.square(piece.samples).sum()), "sound outside of all words"


def cut(piece: Piece, word: dict[str, float]) -> np.ndarray:
    first = round(word["time"] * piece.sampleRate)
    return piece.samples[first : first + round(word["duration"] * piece.sampleRate)]


def test_every_written_word_is_there(studio: tuple[Page, Oracle]) -> None:
    page, _ = studio
    text = "The quick brown fox can't jump 21 times."
    (piece,) = stream(page, text, voiceId=ENGLISH)
    assert [text[int(w["start"]) : int(w["end"])].rstrip(".") for w in piece.words] == (
        text.rstrip(".").split()
    )
    times = {text[int(w["start"]) : int(w["end"])]: w["duration"] for w in piece.words}
    assert times["quick"] > times["The"]


def test_words_count_from_the_texts_beginning(studio: tuple[Page, Oracle]) -> None:
    page, _ = studio
    text = "😀 Good day.  How are you?"
    units = text.encode("utf-16-le")
    pieces = stream(page, text, voiceId=ENGLISH)
    said = [
        units[2 * int(w["start"]) : 2 * int(w["end"])].decode("utf-16-le").strip(".?")
        for piece in pieces
        for w in piece.words
    ]
    assert [word for word in said if word.isalpha()] == ["Good", "day", "How", "are", "you"]
    assert all(piece.words[0]["time"] < 0.5 for piece in pieces)
