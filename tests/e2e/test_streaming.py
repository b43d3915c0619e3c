"""Voices in parts, in the real browser: sound in pieces, words in time, no gap on slow machines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from lectern.cachekey import audio_key
from lectern.phonemes import phonemize, to_ids
from lectern.rendering import render
from lectern.running import Order
from playwright.sync_api import Browser, Page

from tests.browser import within
from tests.e2e.server import StaticSite
from tests.e2e.shelf import TINY, Shelf
from tests.e2e.tones import Sound, serve_player_page
from tests.native import load, snr
from tests.oracle import Oracle, PagePhonemizer, at_once
from tests.public_api import failure, open_blank, stream

MEDIUM, TRIO, TONES = "en_US-tiny-medium", "fr_FR-trio-medium", "en_US-tones-medium"
TEXT = "The little cat sleeps on the red carpet, before the old fireplace of the house."
RATE, HOP = 22050, 256


@pytest.fixture
def tiny_site(dist: Path, make_site: Callable[..., StaticSite]) -> StaticSite:
    site = make_site(dist)
    shelf = Shelf(dist, site)
    for voice in (MEDIUM, TRIO, TONES):
        shelf.add_tiny(voice)
    return site


@pytest.fixture
def embedded(page: Page, tiny_site: StaticSite) -> Page:
    """Lectern in a page of somebody's own, where no service worker checks the voices."""
    open_blank(page, tiny_site)
    _create(page, tiny_site)
    return page


def _create(page: Page, site: StaticSite) -> None:
    page.evaluate(
        """async (base) => {
          const { createLectern } = await import(`${base}js/lectern.js`);
          window.lectern = createLectern({ base, styles: { slow: { length: 2 } } });
          await lectern.ready;
        }""",
        site.url,
    )


def unsplit(page: Page, base: str, voice_id: str, text: str) -> npt.NDArray[np.float32]:
    """The sentence by native onnxruntime, in one window, with the noise that is due to it."""
    oracle = Oracle(TINY, PagePhonemizer(page, base))
    voice = oracle.voice(voice_id)
    phonemized = at_once(phonemize(text, voice, PagePhonemizer(page, base)))
    ids = to_ids(phonemized.phonemes, phonemized.word_of, voice).ids
    scales = voice.scales()
    key = audio_key(
        text=text,
        voice_identity=voice.identity,
        speaker=None,
        noise=scales.noise,
        length=scales.length,
        noise_w=scales.noise_w,
    )

    async def scenario() -> npt.NDArray[np.float32]:
        inference, split, _ = await load(voice_id)
        order = Order(ids, None, scales, seed=int(key[:8], 16))
        return np.frombuffer(await render(inference, split, order), np.float32)

    # In a thread of its own: Playwright's sync API has a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, scenario()).result()


def test_pieces_join_to_what_native_onnxruntime_makes_in_one(
    embedded: Page, tiny_site: StaticSite
) -> None:
    pieces = stream(embedded, TEXT, voiceId=MEDIUM)
    assert len(pieces) > 2
    assert [piece.piece for piece in pieces] == list(range(len(pieces)))
    assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert len(pieces[0].samples) < 0.6 * RATE
    words = [TEXT[int(word["start"]) : int(word["end"])] for word in pieces[0].words]
    assert words[:3] == ["The", "little", "cat"]
    assert len(words) == len(TEXT.split())
    assert not any(piece.words for piece in pieces[1:])
    got = np.concatenate([piece.samples for piece in pieces])
    wanted = unsplit(embedded, tiny_site.url, MEDIUM, TEXT)
    assert len(got) == len(wanted)
    assert snr(wanted, got) > 60
    # The cache gives the same in one piece.
    again = stream(embedded, TEXT, voiceId=MEDIUM)
    assert [piece.source for piece in again] == ["memory"]
    assert snr(got, again[0].samples) > 30
    assert again[0].words == pieces[0].words


def test_the_same_sentence_sounds_the_same_in_another_browser(
    embedded: Page, tiny_site: StaticSite, browser: Browser
) -> None:
    """Noise and all: what was lost can be made again."""
    first = np.concatenate([piece.samples for piece in stream(embedded, TEXT, voiceId=MEDIUM)])
    context = browser.new_context()
    other = context.new_page()
    open_blank(other, tiny_site)
    _create(other, tiny_site)
    second = np.concatenate([piece.samples for piece in stream(other, TEXT, voiceId=MEDIUM)])
    context.close()
    assert snr(first, second) > 100


def test_speakers_and_styles(embedded: Page) -> None:
    voices = embedded.evaluate("() => lectern.voices()")
    trio = next(voice for voice in voices if voice["id"] == TRIO)
    assert [speaker["name"] for speaker in trio["speakers"]] == ["amelie", "bruno", "claire"]
    text = "Un chat dort sur le tapis rouge, devant la vieille cheminée de la maison de Marie."

    def sound(**options: Any) -> npt.NDArray[np.float32]:
        pieces = stream(embedded, text, voiceId=TRIO, **options)
        return np.concatenate([piece.samples for piece in pieces])

    # By number it comes from the cache: the same but for 16 bits.
    assert snr(sound(speaker="claire"), sound(speaker=2)) > 40
    first, third = sound(), sound(speaker="claire")
    assert len(first) != len(third) or snr(first, third) < 10
    names = [style["id"] for style in embedded.evaluate("() => lectern.styles()")]
    assert {"neutral", "calm", "lively", "encouragement", "empathy", "slow"} <= set(names)
    # Each of the short sounds is rounded up to whole frames.
    assert 1.4 < len(sound(style="slow")) / len(first) < 2.1
    refused = failure(
        embedded, "(voice) => lectern.synthesize('Non.', {voiceId: voice, speaker: 'zoe'})", TRIO
    )
    assert refused.code == "unknown_speaker"
    assert "amelie, bruno, claire" in refused.message


# -- words in time -------------------------------------------------------------------------

SPEAK = """async ([voiceId, rate, text, lengthScale]) => {
  const { assemble } = await import('./js/lectern.js');
  const { engine } = assemble();
  await engine.ready;
  await engine.ask('preload', {voiceId});
  const manner = {voiceId, speaker: null, style: null, lengthScale};
  const casting = {manner: () => manner, refuse: () => false};
  const it = bench.read(text, {engine, rate, casting});
  const outcome = await it.speech.finished;
  const recording = await it.bench.recording();
  engine.dispose();
  return {outcome, recording, events: it.events, log: it.bench.log};
}"""


def spoken(
    page: Page,
    site: StaticSite,
    voice: str,
    rate: float,
    text: str,
    *,
    length: float | None = None,
) -> dict[str, Any]:
    page.goto(serve_player_page(site))
    page.wait_for_function("() => window.bench")
    found: dict[str, Any] = within(page, SPEAK, [voice, rate, text, length], seconds=90)
    assert found["outcome"] == "end"
    return found


#: Of a written word, what is said in several: each is a burst of its own.
SAID_IN = {"3.50": 4}


@pytest.mark.parametrize(("rate", "length"), [(0.5, 1), (0.7, 1), (1, 1), (2, 1), (3, 4), (4, 4)])
def test_words_are_told_when_they_sound(
    page: Page, tiny_site: StaticSite, rate: float, length: float
) -> None:
    """Ground truth by construction: a voice whose phonemes are tones, and silence between words.

    At 4 words would be 17 ms apart, less than the stretcher's window: ``length`` parts them.
    """
    text = "Mia saw 12 big boats, didn't she?\nWell-known Dr. Smith paid 3.50 euros."
    found = spoken(page, tiny_site, TONES, rate, text, length=length)
    words = [event for event in found["events"] if event["type"] == "word"]
    assert [event["detail"]["text"] for event in words] == [
        "Mia", "saw", "12", "big", "boats", "didn't", "she",
        "Well-known", "Dr", "Smith", "paid", "3.50", "euros",
    ]  # fmt: skip
    for event in words:
        detail = event["detail"]
        assert text[detail["start"] : detail["end"]] == detail["text"]
    # Tones of one word are a frame apart (12 ms), words six (70 ms).
    bursts = Sound.of(found["recording"]).bursts(level=0.03, shortest=0.05 / rate)
    starts = np.array([burst.start for burst in bursts])
    heard = np.array([event["heard"] for event in words])
    said = [SAID_IN.get(event["detail"]["text"], 1) for event in words]
    blips = len(bursts) - sum(said)
    if rate <= 2:
        # Above 1 the stretcher may begin with a blip of its own.
        assert 0 <= blips <= (rate > 1), bursts
        late = heard - starts[blips + np.cumsum([0, *said[:-1]])]
    else:
        # It may also tear a tone in two, or join two of them.
        assert abs(blips) <= 2, bursts
        late = np.abs(starts[None, :] - heard[:, None]).min(axis=1)
    assert np.percentile(np.abs(late), 90) < 0.03, late


# -- slow machines -------------------------------------------------------------------------


def slowed(site: StaticSite, factor: float) -> None:
    """onnxruntime whose decoder needs ``factor`` times the sound's length."""
    source = site.read("app/ort_worker.js")
    assert source
    run = b"const value = await session.run(feeds, outputs);"
    assert source.count(run) == 1
    wait = f"""
    if (outputs[0] === 'output') {{
      const frames = Math.max(...Object.values(feeds).map((feed) => feed.dims?.at(-1) ?? 0));
      const seconds = {factor} * frames * {HOP} / {RATE} * 128 / 150;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }}
    """
    site.put("app/ort_worker.js", source.replace(run, wait.encode() + run))


@pytest.mark.parametrize("factor", [0.2, 0.6])
def test_no_gap_while_the_machine_is_quick_enough(
    page: Page, tiny_site: StaticSite, factor: float
) -> None:
    slowed(tiny_site, factor)
    found = spoken(page, tiny_site, MEDIUM, 1, TEXT)
    assert [entry for entry in found["log"] if entry["type"] == "starved"] == []
    # And it did not wait for the whole sentence.
    assert len([entry for entry in found["log"] if entry["type"] == "item"]) > 1


def test_a_machine_that_is_too_slow_waits_once(page: Page, tiny_site: StaticSite) -> None:
    slowed(tiny_site, 1.5)
    found = spoken(page, tiny_site, MEDIUM, 1, TEXT)
    assert [entry for entry in found["log"] if entry["type"] == "starved"] == []
    waits = [event for event in found["events"] if event["type"] == "waiting"]
    assert len(waits) == 1


def test_stop_takes_effect_within_a_window(page: Page, tiny_site: StaticSite) -> None:
    """After it nothing more is made of the sentence."""
    slowed(tiny_site, 0.5)
    page.goto(serve_player_page(tiny_site))
    page.wait_for_function("() => window.bench")
    found = within(
        page,
        """async ([voiceId, text]) => {
          const { assemble } = await import('./js/lectern.js');
          const { engine } = assemble();
          await engine.ready;
          await engine.ask('preload', {voiceId});
          const manner = {voiceId, speaker: null, style: null, lengthScale: null};
          const casting = {manner: () => manner, refuse: () => false};
          const it = bench.read(text, {engine, casting});
          await it.until('word');
          it.speech.stop();
          const windows = async () => (await engine.ask('trace', {})).at(-1).windows;
          const stopped = await windows();
          // Another voice is served at once: nothing of the first waits before it.
          await engine.ask('piece', {text: 'Hi.', voiceId: 'en_US-rms-x_low', offset: 0});
          const trace = await engine.ask('trace', {});
          engine.dispose();
          return {stopped, after: trace.at(-2).windows, state: it.speech.state};
        }""",
        [MEDIUM, TEXT * 3],
    )
    assert found["state"] == "stopped"
    assert found["after"] <= found["stopped"] + 1
