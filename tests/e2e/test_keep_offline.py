"""A text's sound made in the background: it goes on after a reload, and needs no model later."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import SHOWN, Watch, open_app, until, within
from tests.e2e.bookshelf import read_to
from tests.e2e.server import StaticSite
from tests.e2e.test_documents import drop, offset_of, opened
from tests.e2e.test_export import open_panel
from tests.epubs import Chapter, Line, make
from tests.public_api import ENGLISH, stream

pytestmark = pytest.mark.usefixtures("returning")

SHORT = "One is kept. Two is kept as well. And three is the last of them."
LONG = " ".join(f"Sentence number {n} is kept in the background for later." for n in range(400))
#: A chapter between two others, with a note that nobody hears.
BOOK = make(
    [
        Chapter("one.xhtml", "<h1>The road</h1><p>The road went up. It was long.</p>"),
        Chapter(
            "two.xhtml",
            "<h1>The house</h1><p>The house stood open."
            '<a epub:type="noteref" href="#n1">1</a></p>'
            '<aside epub:type="footnote" id="n1"><p>A note of the house.</p></aside>'
            + "".join(f"<p>Its window number {n} was lit.</p>" for n in range(40)),
        ),
        Chapter("three.xhtml", "<h1>The garden</h1><p>The garden was dark. Good night.</p>"),
    ],
    title="A Road Book",
    contents=[
        Line("The road", "one.xhtml"),
        Line("The house", "two.xhtml"),
        Line("The garden", "three.xhtml"),
    ],
)

_RECORD = "() => JSON.parse(localStorage.getItem('lectern.page.keeping') ?? 'null')"
#: More is kept than up to this offset.
_PAST = f"(offset) => ({_RECORD})()?.at > offset"


def fill(page: Page, text: str) -> None:
    page.get_by_label("Text", exact=True).fill(text)
    until(page, "() => document.querySelector('#voice').value !== ''")


def keep(page: Page, text: str) -> None:
    fill(page, text)
    open_panel(page, "#more-keep")
    page.locator("#keep-start").click()


def at(page: Page) -> int:
    record = page.evaluate(_RECORD)
    return int(record["at"]) if record else -1


def test_what_is_kept_is_spoken_without_its_model(
    page: Page, site: StaticSite, watch: Watch
) -> None:
    watch.allow("404")
    app = open_app(page, site.url)
    keep(app, SHORT)
    expect(app.locator("#keep-amount")).to_contain_text("Kept:", timeout=30_000)
    expect(app.locator("#keep-bar")).to_have_js_property("value", 1)
    app.evaluate("() => piperDebug.getCacheStats()")  # answers when all is written
    voice = app.evaluate(_RECORD)["options"]["voiceId"]
    app.reload()
    within(app, "() => window.lectern.ready", seconds=60)
    site.remove(f"models/piper/{voice}.onnx")
    app.evaluate(
        """async () => {
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const { url } of await cache.keys()) {
              if (url.endsWith('.onnx')) await cache.delete(url);
            }
          }
        }"""
    )
    sources = within(
        app,
        """async ([text, voiceId]) => {
          const found = [];
          for await (const piece of lectern.stream(text, { voiceId })) found.push(piece.source);
          return found;
        }""",
        [SHORT, voice],
    )
    assert sources == ["disk"] * 3
    # Whoever clears the audio clears that: it is not said to be kept any more.
    app.evaluate("() => clearAudioCache()")
    assert app.evaluate(_RECORD) is None


def test_it_goes_on_by_itself_after_a_reload(page: Page, site: StaticSite) -> None:
    app = open_app(page, site.url)
    keep(app, LONG)
    until(app, _PAST, 300)
    app.reload()
    until(app, SHOWN)
    left = at(app)
    until(app, _PAST, left, seconds=60)
    open_panel(app, "#more-keep")
    app.locator("#keep-pause").click()
    expect(app.locator("#keep-amount")).to_contain_text("paused")
    app.reload()
    within(app, "() => window.lectern.ready", seconds=60)
    open_panel(app, "#more-keep")
    expect(app.locator("#keep-pause")).to_have_text("Resume")
    paused = at(app)
    app.locator("#keep-pause").click()
    until(app, _PAST, paused, seconds=60)
    app.locator("#keep-forget").click()
    expect(app.locator("#keep-progress")).to_be_hidden()
    assert app.evaluate(_RECORD) is None


def test_a_chapter_of_a_book_is_kept_whatever_is_open_meanwhile(
    page: Page, site: StaticSite
) -> None:
    app = open_app(page, site.url)
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    start, end = offset_of(app, "The house"), offset_of(app, "The garden")
    read_to(app, "The house stood open.")
    open_panel(app, "#more-keep")
    app.locator("#away-what").select_option(label="This chapter: The house")
    app.locator("#keep-start").click()
    until(app, _PAST, offset_of(app, "Its window number 3 "))
    # Another text is open when the next visit goes on with it, from the library.
    app.goto("about:blank")
    open_app(app, f"{site.url}#text=Something%20else.&title=Other")
    expect(app).to_have_title("Other · Lectern")
    until(app, f"() => ({_RECORD})().status === 'done'", seconds=60)
    record = app.evaluate(_RECORD)
    assert (record["title"], record["from"], record["to"]) == ("A Road Book", start, end)
    app.evaluate("() => piperDebug.getCacheStats()")  # answers when all is written
    for text in ("The house", *(f"Its window number {n} was lit." for n in (0, 20, 39))):
        pieces = stream(app, text, voiceId=record["options"]["voiceId"])
        assert {piece.source for piece in pieces} <= {"memory", "disk"}, text
    # Neither the note in it nor what comes behind it.
    for text in ("A note of the house.", "Good night."):
        pieces = stream(app, text, voiceId=record["options"]["voiceId"])
        assert pieces[0].source == "model", text


def test_what_is_heard_comes_first(page: Page, site: StaticSite) -> None:
    app = open_app(page, site.url)
    keep(app, LONG)
    until(app, _PAST, 100)
    found = within(
        app,
        """async ([voiceId]) => {
          const kept = () => JSON.parse(localStorage.getItem('lectern.page.keeping')).at;
          const before = kept();
          const speech = lectern.speak('Somebody wants to hear this now.', { voiceId });
          await new Promise((done) => speech.addEventListener('firstsound', done));
          const during = kept() - before;
          const waits = [];
          speech.addEventListener('waiting', ({ detail }) => waits.push(detail.reason));
          await speech.finished;
          return { during, waits, before };
        }""",
        [ENGLISH],
    )
    assert found["waits"] == []
    # What was under way is finished; nothing else is begun before the first sound.
    assert found["during"] < 5 * len("Sentence number 100 is kept in the background for later.")
    until(app, _PAST, found["before"], seconds=60)


def test_two_tabs_do_not_do_it_twice(page: Page, site: StaticSite) -> None:
    app = open_app(page, site.url)
    keep(app, LONG)
    until(app, _PAST, 100)
    other = open_app(page.context.new_page(), site.url)
    open_panel(other, "#more-keep")
    expect(other.locator("#keep-amount")).to_contain_text("Another tab")
    app.close()
    expect(other.locator("#keep-amount")).to_contain_text("%", timeout=30_000)


def test_how_much_fits_is_said_beforehand(app: Page) -> None:
    app.evaluate("() => { delete window.AudioEncoder; }")  # with one, there is room for ten times
    fill(app, "A word and another. " * 20_000)
    open_panel(app, "#more-keep")
    expect(app.locator("#keep-estimate")).to_contain_text(
        re.compile(r"There is room for about \d+ h")
    )
