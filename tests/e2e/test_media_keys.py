"""Media keys and lock screens on the whole page: what they show, what they do, hidden too."""

from __future__ import annotations

import math
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import open_app, until
from tests.e2e.bookshelf import COVERED
from tests.e2e.server import StaticSite
from tests.e2e.test_documents import drop, offset_of, opened
from tests.e2e.test_page import button, reading
from tests.epubs import Chapter, Line, make
from tests.sound import record, recorded

pytestmark = pytest.mark.usefixtures("returning")

BOOK = make(
    [
        Chapter(
            "one.xhtml",
            "<h1>The road</h1><p>The road went up. It was long.</p><p>Nobody was on it.</p>",
        ),
        Chapter("two.xhtml", "<h1>The house</h1><p>The house stood open. It was warm.</p>"),
    ],
    title="A Road Book",
    authors=["Ann Author"],
    contents=[Line("The road", "one.xhtml"), Line("The house", "two.xhtml")],
)
#: What the page hands to the browser's session: the real one takes it, and refuses what is wrong.
SESSION = """
  window.handlers = {};
  window.places = [];
  const {setActionHandler, setPositionState} = MediaSession.prototype;
  MediaSession.prototype.setActionHandler = function (action, run) {
    handlers[action] = run;
    return setActionHandler.call(this, action, run);
  };
  MediaSession.prototype.setPositionState = function (place) {
    setPositionState.call(this, place);
    places.push(place ?? null);
  };
  window.press = (action, details = {}) => handlers[action]({action, ...details});
  window.shown = () => {
    const {metadata, playbackState} = navigator.mediaSession;
    return {playbackState, title: metadata?.title, artist: metadata?.artist,
            album: metadata?.album, artwork: metadata?.artwork.map(({src}) => src)};
  };
"""
#: Sentences as they are begun: their texts.
KEEP = """() => {
  window.heard = [];
  const page = document.querySelector('#reading');
  new MutationObserver(() => {
    const {sentence, sentenceStart} = page.dataset;
    if (sentence) heard.push(Number(sentenceStart));
  }).observe(page, {attributeFilter: ['data-sentence']});
}"""
#: A page that nobody sees: no frames, and timers once a second at best, as in Chromium.
UNSEEN = """
  const {setTimeout: real, requestAnimationFrame: frame} = window;
  window.unseen = false;
  const waiting = [];
  window.requestAnimationFrame = (run) => (unseen ? waiting.push(run) : frame.call(window, run));
  window.setTimeout = (run, ms = 0, ...args) =>
    real.call(window, run, unseen ? Math.ceil((ms + 1) / 1000) * 1000 : ms, ...args);
"""


@pytest.fixture
def book(page: Page, site: StaticSite) -> Page:
    """A book of two chapters, opened and begun."""
    page.add_init_script(SESSION)
    open_app(page, site.url)
    drop(page, "road.epub", BOOK)
    expect(reading(page).get_by_role("heading", name="The house")).to_be_visible(timeout=30_000)
    page.evaluate(KEEP)
    button(page, "Play").click()
    page.wait_for_function("() => heard.length > 0", timeout=60_000)
    return page


def heard_from(page: Page, text: str) -> None:
    page.wait_for_function("(start) => heard.at(-1) === start", arg=offset_of(page, text))


def test_the_lock_screen_shows_chapter_author_and_book(book: Page, site: StaticSite) -> None:
    assert book.evaluate("shown()") == {
        "playbackState": "playing",
        "title": "The road",
        "artist": "Ann Author",
        "album": "A Road Book",
        "artwork": [site.url + "icons/lectern-512.png"],
    }
    heard_from(book, "The house")
    assert book.evaluate("shown().title") == "The house"
    places: list[dict[str, float] | None] = book.evaluate("places")
    assert places
    for place in filter(None, places):
        assert all(math.isfinite(value) for value in place.values())
        assert 0 <= place["position"] <= place["duration"]
    until(book, "async () => shown().playbackState === 'none'")
    assert book.evaluate("navigator.mediaSession.metadata") is None


def test_the_lock_screen_shows_the_cover(page: Page, site: StaticSite) -> None:
    """At the first opening, when the library has just made it small, and at the next."""
    page.add_init_script(SESSION)
    open_app(page, site.url)
    drop(page, "painted.epub", COVERED)
    opened(page, "Painted")
    for _ in range(2):
        button(page, "Play").click()
        until(page, "async () => shown().artwork?.[0].startsWith('blob:') ?? false")
        size = page.evaluate(
            """async () => {
              const picture = new Image();
              picture.src = shown().artwork[0];
              await picture.decode();
              return [picture.naturalWidth, picture.naturalHeight];
            }"""
        )
        assert size == [200, 300]
        page.reload()
        opened(page, "Painted")


def test_keys_pause_and_go_on(book: Page) -> None:
    book.evaluate("press('pause')")
    expect(button(book, "Play")).to_be_visible()
    assert book.evaluate("shown().playbackState") == "paused"
    book.evaluate("press('pause')")
    book.evaluate("press('play')")
    expect(button(book, "Pause")).to_be_visible()
    assert book.evaluate("shown().playbackState") == "playing"
    book.evaluate("press('play')")
    expect(button(book, "Pause")).to_be_visible()
    book.evaluate("press('stop')")
    expect(button(book, "Play")).to_be_visible()
    assert book.evaluate("shown().playbackState") == "none"


def test_keys_move_by_sentence_and_paragraph(book: Page) -> None:
    book.evaluate("press('nexttrack')")
    heard_from(book, "The road went up")
    book.evaluate("press('seekforward')")
    heard_from(book, "It was long")
    book.evaluate("press('seekbackward')")
    heard_from(book, "The road went up")
    book.evaluate("press('nexttrack')")
    heard_from(book, "Nobody was on it")
    book.evaluate("press('previoustrack')")
    heard_from(book, "The road went up")


def test_the_scrubber_stays_in_its_chapter(book: Page) -> None:
    book.evaluate("press('pause')")
    book.evaluate("press('seekto', {seekTime: 1e6})")
    heard_from(book, "Nobody was on it")
    assert book.evaluate("shown().title") == "The road"
    book.evaluate("press('seekto', {seekTime: 0})")
    heard_from(book, "The road")
    assert book.evaluate("shown().playbackState") == "paused"


def test_speed_is_told(book: Page) -> None:
    button(book, "Faster").click()
    before, after = book.evaluate("places.slice(-2)")
    assert after["playbackRate"] > before["playbackRate"]
    assert after["duration"] == pytest.approx(before["duration"], rel=0.02)


def test_a_page_that_nobody_sees_reads_to_the_end(
    context: BrowserContext, page: Page, site: StaticSite
) -> None:
    """Far more than the look-ahead, so that every part of it has to go on."""
    record(page)
    page.add_init_script(UNSEEN)
    open_app(page, site.url)
    numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    text = " ".join(f"Here is the sentence {number}." for number in numbers * 2)
    value: dict[str, Any] = page.evaluate(
        """async (text) => {
          unseen = true;
          const speech = lectern.speak(text, {rate: 2});
          const sentences = [];
          let words = 0;
          let waits = 0;
          speech.addEventListener('sentence', ({detail}) => sentences.push(detail.sentence));
          speech.addEventListener('word', () => { words += 1; });
          speech.addEventListener('firstsound', () => {
            speech.addEventListener('waiting', () => { waits += 1; });
          });
          const outcome = await speech.finished;
          unseen = false;
          return {outcome, sentences, words, waits};
        }""",
        text,
    )
    assert value["outcome"] == "end"
    assert value["sentences"] == list(range(20))
    assert value["words"] == 20 * 5
    assert value["waits"] == 0
    assert recorded(page).seconds > 12


@pytest.mark.parametrize("way", ["element", "direct"])
def test_either_way_by_the_address(page: Page, site: StaticSite, way: str) -> None:
    page.add_init_script(
        """
        window.ends = [];
        const {connect} = AudioNode.prototype;
        AudioNode.prototype.connect = function (target, ...rest) {
          ends.push(target.constructor.name);
          return connect.call(this, target, ...rest);
        };
        """
    )
    open_app(page, f"{site.url}?output={way}")
    outcome = page.evaluate("() => lectern.speak('Hello there.').finished")
    assert outcome == "end"
    end = {"element": "MediaStreamAudioDestinationNode", "direct": "AudioDestinationNode"}[way]
    assert [name for name in page.evaluate("ends") if name.endswith("DestinationNode")] == [end]
