"""Voices: the catalogue, one load each, side by side, within a budget."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Watch, open_app
from tests.e2e.faults import Slow
from tests.e2e.server import StaticSite
from tests.public_api import ENGLISH, FRENCH, failure, open_blank, stream, synthesize

MODELS = {voice: f"models/piper/{voice}.onnx" for voice in (ENGLISH, FRENCH)}


def new_sessions(watch: Watch, voice: str) -> int:
    return len(watch.found(f"🔄 New session for {voice}"))


def test_the_catalogue(shared_app: Page) -> None:
    voices = shared_app.evaluate("() => lectern.voices()")
    assert [voice["id"] for voice in voices] == [ENGLISH, FRENCH]
    english = voices[0]
    assert english == {
        "id": ENGLISH,
        "name": "rms",
        "language": "en-US",
        "quality": "x_low",
        "sampleRate": 16_000,
        "speakers": [],
        "bytes": english["bytes"],
        "installed": True,
        "source": "folder",
    }
    assert english["bytes"] > 2_000_000


@pytest.fixture
def embedded(page: Page, site: StaticSite) -> Page:
    """Lectern in a page of somebody's own: no service worker fetches beside it."""
    open_blank(page, site)
    page.evaluate(
        """async (base) => {
          const { assemble } = await import(`${base}js/lectern.js`);
          const { installDebug } = await import(`${base}js/debug.js`);
          const { lectern, engine } = assemble({ base });
          installDebug({ engine, lectern });
          Object.assign(window, { lectern });
          await lectern.ready;
        }""",
        site.url,
    )
    return page


def test_two_voices_in_turn_are_loaded_once_each(
    embedded: Page, site: StaticSite, watch: Watch
) -> None:
    lengths = {ENGLISH: set(), FRENCH: set()}  # type: dict[str, set[int]]
    for turn in range(3):
        for voice in (ENGLISH, FRENCH):
            # The same words in two voices are two sounds, and new words are no cache hit.
            wav = synthesize(embedded, f"Table {turn}, salon.", voiceId=voice)
            lengths[voice].add(len(wav.samples))
    assert lengths[ENGLISH].isdisjoint(lengths[FRENCH])
    for voice, model in MODELS.items():
        assert new_sessions(watch, voice) == 1
        assert site.count(model) == 1
    assert len(watch.found("♻️ Reusing session for")) == 4
    stats = embedded.evaluate("piperDebug.getSessionCacheStats()")
    assert (stats["voiceCount"], stats["voices"]) == (2, [ENGLISH, FRENCH])


def test_twenty_callers_at_once_load_the_voice_once(
    embedded: Page, site: StaticSite, watch: Watch
) -> None:
    site.fault(MODELS[ENGLISH], Slow(0.05))
    lengths = embedded.evaluate(
        """async (voiceId) => {
          const texts = Array.from({length: 20}, (_, n) => `Caller number ${n % 10} is here.`);
          const blobs = await Promise.all(texts.map((t) => lectern.synthesize(t, {voiceId})));
          return blobs.map((blob) => blob.size);
        }""",
        ENGLISH,
    )
    assert site.count(MODELS[ENGLISH]) == 1
    assert new_sessions(watch, ENGLISH) == 1
    # The same sentence asked for twice at the same time was made once.
    assert lengths[:10] == lengths[10:]
    assert len(watch.found("🎤 Synthesis with")) == 10


def test_beyond_the_budget_the_least_recently_used_voice_goes(
    page: Page, watch: Watch, site: StaticSite
) -> None:
    open_blank(page, site)
    page.evaluate(
        """async (base) => {
          const { createLectern } = await import(`${base}js/lectern.js`);
          // One small voice is estimated at about 5 MB.
          window.testLectern = createLectern({ base, settings: { sessionBudget: 8 << 20 } });
        }""",
        site.url,
    )
    for turn in range(2):
        for voice in (ENGLISH, FRENCH):
            assert synthesize(page, f"Table {turn}.", voiceId=voice).level > 0.005
    assert new_sessions(watch, ENGLISH) == new_sessions(watch, FRENCH) == 2


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_by_the_address(page: Page, site: StaticSite, threads: int) -> None:
    open_app(page, f"{site.url}?threads={threads}&backend=wasm")
    assert synthesize(page, "Hello there.", voiceId=ENGLISH).level > 0.005
    stats = page.evaluate("piperDebug.getSessionCacheStats()")
    assert (stats["backend"], stats["threads"]) == ("wasm", threads)
    # Of Lectern's own voices it is also said that they are not cut into parts.
    assert stats["backendReason"].startswith(f"asked for: backend=wasm; {ENGLISH} runs whole: ")


def test_threads_are_measured_once_for_the_device(page: Page, site: StaticSite) -> None:
    open_app(page, site.url)
    synthesize(page, "Hello there.", voiceId=ENGLISH)
    page.wait_for_function("() => localStorage.getItem('lectern.device')", timeout=60_000)
    stats = page.evaluate("piperDebug.getSessionCacheStats()")
    assert "times as quick" in stats["backendReason"]
    assert stats["voices"] == [ENGLISH]
    open_app(page, site.url)
    assert synthesize(page, "Hello once more.", voiceId=ENGLISH).level > 0.005
    again = page.evaluate("piperDebug.getSessionCacheStats()")
    assert (again["backend"], again["threads"]) == (stats["backend"], stats["threads"])
    # What was found out in idle time about WebGPU comes before it.
    assert stats["backendReason"].endswith(again["backendReason"])


def test_a_load_that_failed_is_forgotten(app: Page, watch: Watch, site: StaticSite) -> None:
    watch.allow("404")
    site.remove(MODELS[FRENCH])
    missing = failure(app, "(voiceId) => lectern.synthesize('Bonjour.', {voiceId})", FRENCH)
    assert (missing.code, missing.isError) == ("voice_not_installed", True)
    assert app.evaluate("piperDebug.getSessionCacheStats().voices") == []
    site.restore(MODELS[FRENCH])
    assert synthesize(app, "Bonjour.", voiceId=FRENCH).level > 0.005


def test_the_page_shows_how_much_of_a_voice_has_come(
    page: Page, dist: Path, make_site: Callable[..., StaticSite]
) -> None:
    site = make_site(dist)
    site.fault(MODELS[ENGLISH], Slow(0.3, parts=8))
    page.goto(site.url)
    page.get_by_label("Text").fill("Hello.")
    page.get_by_role("button", name="Play", exact=True).click()
    amount = re.compile(r"^[01]\.[1-9]\D+2\.2 MB$")
    expect(page.locator("#voice-amount")).to_have_text(amount, timeout=60_000)
    expect(page.locator("#voice-progress")).to_be_hidden(timeout=30_000)


def test_the_voice_is_part_of_a_sentences_address(shared_app: Page) -> None:
    one = stream(shared_app, "Merci.", voiceId=ENGLISH)[0]
    two = stream(shared_app, "Merci.", voiceId=FRENCH)[0]
    assert (one.source, two.source) == ("model", "model")
    assert len(one.samples) != len(two.samples)
