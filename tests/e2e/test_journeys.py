"""What people do first: open the page and listen; and what a developer does: embed it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Watch, open_app, until
from tests.e2e.server import StaticSite
from tests.public_api import ENGLISH, FRENCH, failure, level, open_blank, stream, synthesize
from tests.sound import record, recorded, speak

TEXT = "The door was open. Nobody came in, and it grew cold."
MODEL = f"models/piper/{ENGLISH}.onnx"
SILENCE = 0.2  # settings.py's sentence_silence


# -- the page ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("voice", "text"),
    [(ENGLISH, TEXT), (FRENCH, "La porte est ouverte. Personne n’entra, et il fit froid.")],
    ids=["english", "french"],
)
def test_first_visit_to_sound(
    page: Page, watch: Watch, site: StaticSite, voice: str, text: str
) -> None:
    record(page)
    page.goto(site.url)
    page.get_by_label("Text").fill(text)
    select = page.get_by_label("Voice", exact=True)
    expect(select.locator("option")).to_have_count(2, timeout=60_000)
    select.select_option(voice)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(page.locator("#status")).to_have_text("Finished.", timeout=60_000)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    heard = recorded(page)
    wanted = synthesize(page, text, voiceId=voice)
    assert heard.level == pytest.approx(wanted.level, rel=0.25)
    if not heard.lost:
        assert heard.seconds == pytest.approx(wanted.seconds, abs=0.35)
    stats = page.evaluate("piperDebug.getSessionCacheStats()")
    assert stats["voices"] == [voice]
    assert len(watch.found(f"🔄 New session for {voice}")) == 1


def test_play_pause_and_stop_by_the_page(page: Page, site: StaticSite) -> None:
    page.goto(site.url)
    page.get_by_label("Text").fill(" ".join([TEXT] * 5))
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("#status")).to_have_text("Reading.", timeout=60_000)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator("#status")).to_have_text("Paused.")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("#status")).to_have_text("Reading.")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("#status")).to_have_text("Stopped.")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_disabled()


def test_nothing_to_read_is_said_in_words(page: Page, site: StaticSite) -> None:
    page.goto(site.url)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_text("There is nothing to read yet.")).to_be_visible()
    page.get_by_label("Text").fill("… — …")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("no words here", timeout=60_000)


# -- the public API ------------------------------------------------------------------------


def test_stream_gives_the_pieces_in_order(shared_app: Page) -> None:
    text = f"  {TEXT}\n\nMr. Smith paid $3.14 😀 for “it”. Why not?"
    pieces = stream(shared_app, text, voiceId=ENGLISH)
    assert [piece.sentence for piece in pieces] == list(range(len(pieces)))
    assert [piece.text for piece in pieces][:2] == [
        "The door was open.",
        "Nobody came in, and it grew cold.",
    ]
    units = text.encode("utf-16-le")
    for piece in pieces:
        assert units[2 * piece.start : 2 * piece.end].decode("utf-16-le") == piece.text
        assert (piece.piece, piece.last, piece.sampleRate) == (0, True, 16_000)
        assert level(piece.samples) > 0.005
        assert 0.02 < piece.seconds / len(piece.text) < 0.2
        assert piece.source in ("model", "memory")
    assert [p.start for p in pieces] == sorted(p.start for p in pieces)


def test_synthesize_is_the_stream_with_silence_between(shared_app: Page) -> None:
    wav = synthesize(shared_app, TEXT, voiceId=ENGLISH)
    one, two = stream(shared_app, TEXT, voiceId=ENGLISH)
    assert wav.sample_rate == 16_000
    gap = round(SILENCE * wav.sample_rate)
    assert len(wav.samples) == len(one.samples) + gap + len(two.samples)
    assert level(wav.samples[len(one.samples) : len(one.samples) + gap]) == 0
    assert abs(wav.samples[: len(one.samples)] - one.samples).max() < 1 / 32767
    assert abs(wav.samples[len(one.samples) + gap :] - two.samples).max() < 1 / 32767


def test_speak_tells_sentences_and_words_as_they_are_heard(shared_app: Page) -> None:
    spoken = speak(shared_app, TEXT, voiceId=ENGLISH)
    wav = synthesize(shared_app, TEXT, voiceId=ENGLISH)
    assert (spoken.result, spoken.errors) == ("end", [])
    assert [s["text"] for s in spoken.sentences] == [
        "The door was open.",
        "Nobody came in, and it grew cold.",
    ]
    heard = [TEXT[word["start"] : word["end"]].strip(".,") for word in spoken.words]
    assert heard == [word.strip(".,") for word in TEXT.split()]
    assert wav.seconds - 0.3 < spoken.seconds < wav.seconds + 10


def test_a_signal_stops_at_once_and_spoils_nothing(shared_app: Page) -> None:
    stopped = failure(
        shared_app,
        """async (voiceId) => {
          const control = new AbortController();
          const text = 'One two three four five. '.repeat(40);
          const work = lectern.synthesize(text, {voiceId, signal: control.signal});
          await lectern.voices();
          control.abort();
          await work;
        }""",
        ENGLISH,
    )
    assert (stopped.name, stopped.isError) == ("AbortError", True)
    before = failure(
        shared_app, "() => lectern.synthesize('Hello.', {signal: AbortSignal.abort()})"
    )
    assert before.name == "AbortError"
    assert synthesize(shared_app, "Still here.", voiceId=ENGLISH).level > 0.005


def test_leaving_a_stream_early_asks_for_no_more(shared_app: Page) -> None:
    text = " ".join(f"Sentence number {n} of many is this." for n in range(30))
    shared_app.evaluate("() => piperDebug.resetMetrics()")
    assert len(stream(shared_app, text, most=2, voiceId=ENGLISH)) == 2
    shared_app.evaluate("() => lectern.synthesize('And then this.')")
    made = shared_app.evaluate("async () => (await piperDebug.getMetrics()).counters.synthesis")
    assert made <= 5, "the rest of the text was made for nobody"


def test_a_stop_ends_a_speech(shared_app: Page) -> None:
    result = shared_app.evaluate(
        """async (text) => {
          const speech = lectern.speak(text);
          await new Promise((heard) => speech.addEventListener('sentence', heard, {once: true}));
          speech.stop();
          return speech.finished;
        }""",
        TEXT,
    )
    assert result == "stopped"


# -- the caches ------------------------------------------------------------------------------


def test_the_second_time_comes_from_memory_and_after_a_reload_from_disk(app: Page) -> None:
    first = stream(app, TEXT, voiceId=ENGLISH)
    assert {piece.source for piece in first} == {"model"}
    app.evaluate("() => piperDebug.resetMetrics()")
    second = stream(app, TEXT, voiceId=ENGLISH)
    assert {piece.source for piece in second} == {"memory"}
    counters = app.evaluate("async () => (await piperDebug.getMetrics()).counters")
    assert "synthesis" not in counters
    until(app, "async () => (await piperDebug.getCacheStats()).count === 2")

    app.reload()
    open_app(app, app.url)
    third = stream(app, TEXT, voiceId=ENGLISH)
    assert {piece.source for piece in third} == {"disk"}
    assert app.evaluate("piperDebug.getSessionCacheStats().voices") == []
    for one, two, three in zip(first, second, third, strict=True):
        assert len(one.samples) == len(two.samples)
        assert abs(one.samples - two.samples).max() < 1 / 32767
        # What was on the disk is Opus by now: the same length, nearly the same sound.
        assert len(two.samples) == len(three.samples)
        assert np.corrcoef(two.samples, three.samples)[0, 1] > 0.8
        assert one.words == two.words == three.words
    # What is said otherwise is another sound.
    slower = stream(app, TEXT, voiceId=ENGLISH, lengthScale=1.5)
    assert {piece.source for piece in slower} == {"model"}
    assert slower[0].seconds > 1.3 * first[0].seconds


# -- hosts -----------------------------------------------------------------------------------


def test_speaks_under_a_sub_path(
    page: Page, dist: Path, make_site: Callable[..., StaticSite]
) -> None:
    site = make_site(dist, mount="/some/deep/path/")
    open_app(page, site.url)
    assert synthesize(page, TEXT, voiceId=ENGLISH).level > 0.005
    assert speak(page, "Hello.").result == "end"
    strays = {hit.path for hit in site.hits() if hit.status >= 400}
    assert strays <= {"lectern.json"}, "the site's settings alone may be missing"


def test_a_host_without_isolation_headers(
    page: Page, dist: Path, make_site: Callable[..., StaticSite]
) -> None:
    site = make_site(dist, isolation=False)
    open_app(page, site.url)
    assert not page.evaluate("crossOriginIsolated")
    assert synthesize(page, TEXT, voiceId=ENGLISH).level > 0.005
    stats = page.evaluate("piperDebug.getSessionCacheStats()")
    assert (stats["backend"], stats["threads"]) == ("wasm", 1)
    assert "not cross-origin isolated" in stats["backendReason"]
    # The service worker isolates the next navigation, and until then reloads nothing.
    until(page, "async () => (await navigator.serviceWorker.getRegistration())?.active")
    assert not page.evaluate("crossOriginIsolated")
    open_app(page, site.url + "?threads=2")
    assert page.evaluate("crossOriginIsolated")
    assert synthesize(page, "Another sentence, now with threads.", voiceId=ENGLISH).level > 0.005
    assert page.evaluate("piperDebug.getSessionCacheStats().threads") == 2


@pytest.fixture
def embedding(browser: Browser, dist: Path) -> Iterator[tuple[Page, StaticSite, Watch]]:
    """A page of the same origin that has made its own lectern; no service worker."""
    with StaticSite(dist, mount="/lectern/") as site:
        context = browser.new_context()
        watch = Watch(context)
        page = open_blank(context.new_page(), site)
        page.evaluate(
            """async (base) => {
              document.documentElement.lang = 'fr';
              const { createLectern } = await import(`${base}js/lectern.js`);
              window.testLectern = createLectern({ base: '/lectern/' });
              await testLectern.ready;
            }""",
            site.url,
        )
        yield page, site, watch
        context.close()
        watch.check()


def test_a_page_of_ones_own(embedding: tuple[Page, StaticSite, Watch]) -> None:
    page, site, _ = embedding
    # The page is French: so is the voice that nobody chose.
    assert synthesize(page, "Bonjour tout le monde.").level > 0.005
    assert site.count(f"models/piper/{FRENCH}.onnx") == 1
    assert synthesize(page, "Hello, everybody.", language="en-GB").level > 0.005
    assert site.count(MODEL) == 1
    assert (
        page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    )
    assert not page.evaluate("'piperDebug' in window")
