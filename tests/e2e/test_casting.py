"""The right voice for each passage, and pauses by what a passage is: heard and seen."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Page, expect

from tests.browser import SHOWN, Watch, open_app, until
from tests.e2e.installing import TRIO, give
from tests.e2e.server import StaticSite
from tests.e2e.test_documents import drop, opened
from tests.e2e.test_page import button, text_box
from tests.public_api import ENGLISH, FRENCH, failure, stream, synthesize
from tests.sound import record, recorded, speak

TINY = Path(__file__).resolve().parents[1] / "tiny_voice"
MODEL = f"models/piper/{FRENCH}.onnx"

ROAD = "The road went up to the house, and nobody was on it."
BACK = "They came back from the hill when it was dark."
PONT = "Le pont est vieux et il n’a pas de nom."
EAU = "L’eau passe dessous sans dire un mot à personne."
HOUSE = "הבית היה פתוח כל הלילה."
MIXED = f"{ROAD}\n\n{PONT} {EAU}\n\n{BACK}"

PAGE = f"""<!doctype html><html lang="en"><title>A road</title><article><h1>A road</h1>
<p>{ROAD}</p><blockquote lang="fr"><p>{PONT}</p><p>{EAU}</p></blockquote><p>{BACK}</p>
</article></html>"""

#: Who said what, oldest first.
TRACE = """async () =>
  (await piperDebug.trace()).map(({text, voiceId}) => [text, voiceId])"""
#: The voice's chip at the beginning of each sentence.
CHIP = """() => {
  window.chip = [];
  const speak = lectern.speak.bind(lectern);
  lectern.speak = (...given) => {
    const speech = speak(...given);
    speech.addEventListener('sentence', ({detail}) => queueMicrotask(() => window.chip.push(
      [detail.text, detail.voiceId, document.querySelector('#voice-name').textContent])));
    return speech;
  };
}"""


def trace(page: Page) -> dict[str, str]:
    found: list[list[str]] = page.evaluate(TRACE)
    return dict(tuple(pair) for pair in found)  # type: ignore[misc]


def play(page: Page) -> None:
    button(page, "Play").click()


def to_the_end(page: Page) -> None:
    expect(page.locator("#status")).to_have_text("Finished.", timeout=60_000)


def test_a_document_is_read_by_a_voice_for_each_language(app: Page) -> None:
    drop(app, "road.html", PAGE.encode(), "text/html")
    opened(app, "A road")
    app.evaluate(CHIP)
    app.get_by_label("Speed").select_option("2")
    play(app)
    to_the_end(app)
    english, french = (ENGLISH, "Rms"), (FRENCH, "Pico")
    wanted = {"A road": english, ROAD: english, PONT: french, EAU: french, BACK: english}
    said = trace(app)
    assert {text: said[text] for text in wanted} == {text: who[0] for text, who in wanted.items()}
    chip = {text: (voice, name) for text, voice, name in app.evaluate("window.chip")}
    assert chip == wanted
    # Both stay loaded; the choice is the text's own voice, then as before.
    assert set(app.evaluate("piperDebug.getSessionCacheStats().voices")) == {ENGLISH, FRENCH}
    expect(app.get_by_label("Voice", exact=True)).to_have_value(ENGLISH)
    expect(app.locator("#voice-name")).to_have_text("Rms")


def test_a_bare_text_is_judged_by_its_paragraphs(shared_app: Page) -> None:
    pieces = stream(shared_app, f"{MIXED}\n\n{HOUSE}")
    said = {piece.text: piece.voiceId for piece in pieces}
    # No voice speaks Hebrew: the text's own tries.
    assert said == {ROAD: ENGLISH, PONT: FRENCH, EAU: FRENCH, BACK: ENGLISH, HOUSE: ENGLISH}
    for piece in pieces:
        assert f"{MIXED}\n\n{HOUSE}"[piece.start : piece.end] == piece.text
    # The very sound that its voice makes of the sentence alone.
    for text in (ROAD, PONT, BACK):
        alone = np.concatenate([p.samples for p in stream(shared_app, text, voiceId=said[text])])
        here = np.concatenate([p.samples for p in pieces if p.text == text])
        assert len(here) == len(alone)
        assert np.abs(here - alone).max() < 1e-3


def test_who_names_a_voice_alone_gets_no_other(shared_app: Page) -> None:
    assert {piece.voiceId for piece in stream(shared_app, MIXED, voiceId=ENGLISH)} == {ENGLISH}


def test_passages_say_more_than_the_words_do(shared_app: Page) -> None:
    passages = [
        {"start": 0, "language": ""},
        {"start": MIXED.index(PONT), "language": "en"},
        {"start": MIXED.index(BACK), "language": "fr-CA"},
    ]
    found = stream(shared_app, MIXED, passages=passages)
    assert [piece.voiceId for piece in found if piece.last] == [ENGLISH] * 3 + [FRENCH]


@pytest.mark.parametrize(
    "options",
    [
        {"passages": "all"},
        {"passages": [{"start": 1.5, "language": ""}]},
        {"passages": [{"start": 4, "language": ""}, {"start": 4, "language": ""}]},
        {"passages": [{"start": 0, "language": 3}]},
        {"passages": [None]},
        {"voices": []},
        {"voices": {"fr": 3}},
        {"voices": {"fr": {"speaker": "x"}}},
        {"voices": {"fr": {"voiceId": FRENCH, "rate": 2}}},
    ],
)
def test_wrong_passages_and_voices_are_refused(shared_app: Page, options: dict[str, Any]) -> None:
    refused = failure(
        shared_app, "async (options) => lectern.synthesize('Hello.', options)", options
    )
    assert refused.code == "bad_option"
    assert next(iter(options)) in refused.message


def test_the_second_voice_does_not_delay_the_first_sound(app: Page) -> None:
    text = "\n\n".join(
        [f"{ROAD} {BACK} And this is sentence {n} of them." for n in range(8)] + [PONT]
    )
    first = app.evaluate(
        """async (text) => {
          const speech = lectern.speak(text, {rate: 4});
          const loaded = new Promise((resolve) => speech.addEventListener('firstsound', () =>
            resolve(piperDebug.getSessionCacheStats().voices)));
          const first = await loaded;
          await speech.finished;
          return [first, piperDebug.getSessionCacheStats().voices.toSorted()];
        }""",
        text,
    )
    assert first == [[ENGLISH], [ENGLISH, FRENCH]]


def test_a_jump_lands_in_the_right_voice(shared_app: Page) -> None:
    heard = shared_app.evaluate(
        """async ([text, at]) => {
          const speech = lectern.speak(text, {startAt: at, rate: 2});
          const heard = [];
          speech.addEventListener('sentence', ({detail}) => {
            heard.push([detail.text, detail.voiceId]);
            if (heard.length === 1) speech.seek(0);
            else if (heard.length === 3) speech.stop();
          });
          await speech.finished;
          return heard;
        }""",
        [MIXED, MIXED.index(EAU) + 4],
    )
    assert heard == [[EAU, FRENCH], [ROAD, ENGLISH], [PONT, FRENCH]]


def test_a_voice_that_is_not_to_be_had_is_stood_in_for(
    app: Page, site: StaticSite, watch: Watch
) -> None:
    watch.allow("404")
    site.remove(MODEL)
    spoken = speak(app, MIXED, rate=4)
    assert (spoken.result, spoken.errors) == ("end", [])
    assert len(spoken.sentences) == 4
    said = {piece.text: piece.voiceId for piece in stream(app, MIXED)}
    assert said[PONT] == said[EAU] == ENGLISH


# -- the reader's own voices -----------------------------------------------------------------


@pytest.fixture
def trio(app: Page, site: StaticSite) -> Page:
    """The app with a second French voice, whose sample rate is another one."""
    for suffix in (".onnx", ".onnx.json"):
        site.put(f"given{suffix}", TINY / f"{TRIO}{suffix}")
    assert give(app, TRIO, "given.onnx", "given.onnx.json") == TRIO
    return app


def test_the_readers_choice_is_kept_for_its_language(trio: Page) -> None:
    voice = trio.get_by_label("Voice", exact=True)
    text_box(trio).fill(f"{PONT} {EAU}")
    expect(voice).to_have_value(FRENCH)
    voice.select_option(TRIO)
    kept = json.loads(trio.evaluate("localStorage.getItem('lectern.page.voices')"))
    assert kept == {"fr": TRIO}
    # An English text has its own; the French in it is said by the one that was chosen.
    text_box(trio).fill(MIXED.replace("\n\n", f"\n\n{BACK} {ROAD}\n\n", 1))
    expect(voice).to_have_value(ENGLISH)
    trio.reload()
    trio.wait_for_function(SHOWN)
    expect(voice).to_have_value(ENGLISH, timeout=30_000)
    trio.get_by_label("Speed").select_option("4")
    play(trio)
    to_the_end(trio)
    said = trace(trio)
    assert (said[PONT], said[EAU], said[BACK]) == (TRIO, TRIO, ENGLISH)
    # One that is gone gives way to another of its language.
    trio.evaluate("(id) => lectern.remove(id)", TRIO)
    until(trio, "async () => (await lectern.voices()).length === 2")
    found = stream(trio, MIXED, voices={"fr": TRIO})
    assert {piece.voiceId for piece in found if piece.text == PONT} == {FRENCH}


def test_what_is_remembered_is_checked(page: Page, site: StaticSite) -> None:
    wrong = json.dumps({"fr": "no_such-voice", "x": 3, "constructor": "y", "en": FRENCH})
    page.add_init_script(f"localStorage.setItem('lectern.page.voices', {json.dumps(wrong)})")
    open_app(page, site.url)
    text_box(page).fill(MIXED)
    page.get_by_label("Speed").select_option("4")
    play(page)
    to_the_end(page)
    assert trace(page)[PONT] == FRENCH


def test_voices_of_two_sample_rates_are_one_file(trio: Page) -> None:
    choice: dict[str, Any] = {"voices": {"fr": TRIO}}
    pieces = stream(trio, MIXED, **choice)
    rates = {piece.voiceId: piece.sampleRate for piece in pieces}
    assert rates == {ENGLISH: 16_000, TRIO: 22_050}
    wav = synthesize(trio, MIXED, **choice)
    assert wav.sample_rate == 16_000
    seconds = sum(len(piece.samples) / piece.sampleRate for piece in pieces)
    seconds += sum(piece.silence for piece in pieces[:-1])
    assert len(wav.samples) / 16_000 == pytest.approx(seconds, abs=0.001)
    # The first sentence is not touched; the second one is as loud as it was.
    first = np.concatenate([p.samples for p in pieces if p.text == ROAD])
    assert np.abs(wav.samples[: len(first)] - np.clip(first, -1, 1)).max() < 1e-4
    at = len(first) + round(pieces_silence(pieces, ROAD) * 16_000)
    second = np.concatenate([p.samples for p in pieces if p.text == PONT])
    there = wav.samples[at : at + round(len(second) * 16_000 / 22_050)]
    assert rms(there) == pytest.approx(rms(below(second, 22_050, 7_500)), rel=0.03)


def pieces_silence(pieces: list[Any], text: str) -> float:
    return float(sum(piece.silence for piece in pieces if piece.text == text))


def rms(samples: npt.NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def below(samples: npt.NDArray[Any], rate: int, hz: float) -> npt.NDArray[Any]:
    """What lies below ``hz``."""
    spectrum = np.fft.rfft(samples)
    spectrum[round(hz * len(samples) / rate) :] = 0
    return np.fft.irfft(spectrum, len(samples))


# -- pauses --------------------------------------------------------------------------------

BLOCKS = [
    ("The old road", "heading"),
    ("It went up the hill. It came down again.", "paragraph"),
    ("The house", "heading"),
    ("Bread and milk.", "item"),
    ("Salt.", "item"),
    ("That was all.", "paragraph"),
]


def blocks() -> tuple[str, list[dict[str, Any]]]:
    text = "\n\n".join(block for block, _ in BLOCKS)
    starts = np.cumsum([0, *(len(block) + 2 for block, _ in BLOCKS[:-1])])
    kinds = [kind for _, kind in BLOCKS]
    return text, [
        {"start": int(start), "language": "", "kind": kind}
        for start, kind in zip(starts, kinds, strict=True)
    ]


def test_what_a_block_is_says_how_long_the_voice_rests(shared_app: Page) -> None:
    text, passages = blocks()
    found = stream(shared_app, text, voiceId=ENGLISH, passages=passages)
    silences = [piece.silence for piece in found if piece.last]
    assert silences == [0.7, 0.2, 1, 0.7, 0.35, 0.5, 0.5]
    wav = synthesize(shared_app, text, voiceId=ENGLISH, passages=passages)
    seconds = sum(len(piece.samples) for piece in found) / 16_000 + sum(silences[:-1])
    assert len(wav.samples) / 16_000 == pytest.approx(seconds, abs=0.001)


def pauses(samples: npt.ArrayLike, rate: int, *, least: float) -> list[float]:
    """Seconds of the quiet stretches that last ``least`` or longer."""
    size = max(1, round(0.01 * rate))
    power = np.convolve(
        np.square(np.asarray(samples, dtype=np.float64)), np.ones(size) / size, "same"
    )
    loud = np.flatnonzero(power > 0.004**2)
    gaps = np.array([after - before for before, after in pairwise(loud)]) / rate
    return [float(gap) for gap in gaps if gap >= least]


@pytest.mark.parametrize("rate", [1, 2])
def test_pauses_shrink_with_the_speed(page: Page, site: StaticSite, rate: float) -> None:
    record(page)
    open_app(page, site.url)
    text, passages = blocks()
    options: dict[str, Any] = {"voiceId": ENGLISH, "passages": passages}
    found = stream(page, text, **options)
    parts = [np.append(p.samples, np.zeros(round(p.silence * 16_000))) for p in found]
    wanted = pauses(np.concatenate(parts), 16_000, least=0.3)
    assert len(wanted) == 6
    for _ in range(4):
        page.evaluate("() => window.testRecording.clear?.()")
        assert speak(page, text, rate=rate, **options).result == "end"
        sound = recorded(page)
        if not sound.lost:
            break
    heard = pauses(sound.samples, sound.sample_rate, least=0.22 / rate)
    # What lies near the limit may fall on either side of it.
    long = [gap for gap in heard if gap >= 0.27 / rate]
    assert long == pytest.approx([gap / rate for gap in wanted], abs=0.05)
    assert wanted[0] > 0.7
