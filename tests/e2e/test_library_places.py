"""The library as a file, out and in; and places, which outlive whatever dies."""

from __future__ import annotations

import gzip
import re

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import Watch, open_app, until, within
from tests.e2e.bookshelf import (
    COVERED,
    ENTRIES,
    bring,
    entries,
    panel,
    read_to,
    row_of,
    rows_of,
    save,
    show,
)
from tests.e2e.server import StaticSite
from tests.e2e.test_documents import BOOK, drop, listen, offset_of, opened
from tests.e2e.test_page import PARAGRAPHS, button, play, reading
from tests.libraries import lines, pack, row, unpack

# -- as a file -----------------------------------------------------------------------------------


def test_the_library_goes_to_another_browser_as_a_file(
    app: Page, browser: Browser, site: StaticSite
) -> None:
    drop(app, "painted.epub", COVERED)
    opened(app, "Painted")
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    reading(app).locator(".skipped").filter(has_text="older book").click()
    until(app, f"async () => (await ({ENTRIES})()).some(({{aloud}}) => aloud.length)")
    button(app, "Pause").click()
    read_to(app, "The house stood open.")
    start = next(entry["start"] for entry in entries(app) if entry["title"] == "A Road Book")
    until(app, f"async () => (await ({ENTRIES})()).some((entry) => entry.cover)")
    data = save(app)
    expect(panel(app)).to_contain_text("The library is saved as a file.")
    head, *_rows, end = unpack(data)
    assert (head["documents"], end) == (2, {"end": 2})

    context = browser.new_context()
    watch = Watch(context)
    other = open_app(context.new_page(), site.url)
    expect(other.locator("#library")).to_be_hidden()
    expect(bring(other, data)).to_have_text("2 documents came.")
    expect(bring(other, data)).to_have_text("0 documents came. 2 were here already.")
    expect(row_of(other, "A Painted Book").locator(".cover img")).to_be_visible()
    row_of(other, "A Road Book").locator(".book-open").click()
    opened(other, "The house")
    expect(panel(other)).to_be_hidden()
    expect(reading(other)).to_have_attribute("data-sentence-start", str(start))
    expect(reading(other).locator(".skipped.aloud").first).to_be_visible()
    context.close()
    watch.check()


def test_a_dropped_library_is_taken_for_one(app: Page) -> None:
    drop(app, "books.lectern", pack([row("Dropped", "It came through the air.")]))
    expect(panel(app)).to_be_visible()
    expect(app.locator("#library-report")).to_have_text("1 document came.")
    expect(row_of(app, "Dropped")).to_be_visible()


def test_files_that_are_bad_say_what_is_wrong_with_them(app: Page) -> None:
    expect(bring(app, b"nothing")).to_have_text(
        "This is not a library that was saved with Lectern."
    )
    expect(bring(app, BOOK)).to_have_text("This is not a library that was saved with Lectern.")
    bad = {"document": {"title": "<img src=x onerror=alert(1)>", "text": 7}}
    report = bring(app, pack([row("Good", "A good one."), bad]))
    expect(report).to_contain_text("1 document came.")
    expect(report).to_contain_text("1 was refused: <img src=x onerror=alert(1)> (damaged)")
    assert report.locator("img").count() == 0
    whole = lines([row("Whole", "A whole one."), row("Half", "Half of one. " * 9000)])
    report = bring(app, cut_gzip(whole))
    expect(report).to_contain_text("The file breaks off or is damaged")
    expect(row_of(app, "Whole")).to_be_visible()
    expect(rows_of(app).locator("li")).to_have_count(2)


def cut_gzip(data: bytes) -> bytes:
    """Packed without compression, and cut in the middle of its second document."""
    return gzip.compress(data, compresslevel=0)[: len(data) // 2]


def test_an_import_can_be_stopped(app: Page) -> None:
    rows = [row(f"Book {n}", f"Text {n}. " * 4000) for n in range(600)]
    show(app)
    app.locator("#library-file").set_input_files(
        {"name": "b.lectern", "mimeType": "application/gzip", "buffer": pack(rows)}
    )
    expect(app.locator("#library-work-amount")).to_contain_text("of 600", timeout=20_000)
    button(app, "Cancel").click()
    expect(app.locator("#library-work")).to_be_hidden()
    expect(app.locator("#library-report")).to_contain_text("documents came.")
    assert 0 < len(entries(app)) < 600


# -- places ----------------------------------------------------------------------------------------


def test_the_place_outlives_a_tab_that_is_killed(context: BrowserContext, app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    read_to(app, "The house stood open.")
    start = reading(app).get_attribute("data-sentence-start")
    url = app.url
    app.close(run_before_unload=False)
    again = open_app(context.new_page(), url)
    opened(again, "The house")
    expect(reading(again)).to_have_attribute("data-sentence-start", str(start))


def test_a_place_that_the_library_could_not_write_is_not_lost(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    app.evaluate(
        """() => {
          const {put} = IDBObjectStore.prototype;
          IDBObjectStore.prototype.put = function (...given) {
            if (this.name === 'readings') throw new DOMException('', 'QuotaExceededError');
            return put.apply(this, given);
          };
        }"""
    )
    read_to(app, "The house stood open.")
    start = int(reading(app).get_attribute("data-sentence-start") or 0)
    assert entries(app)[0]["start"] == 0
    app.reload()
    opened(app, "The house")
    expect(reading(app)).to_have_attribute("data-sentence-start", str(start))
    until(app, f"async () => (await ({ENTRIES})())[0].start === {start}")


def test_without_a_database_text_and_place_stay_all_the_same(
    context: BrowserContext, page: Page, site: StaticSite
) -> None:
    context.add_init_script(
        "if (document.defaultView) IDBFactory.prototype.open = () => {"
        " throw new DOMException('no', 'SecurityError'); };"
    )
    app = open_app(page, site.url)
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    read_to(app, "The house stood open.")
    start = reading(app).get_attribute("data-sentence-start")
    button(app, "Library").click()
    expect(panel(app)).to_contain_text("The library cannot be read.")
    app.reload()
    expect(reading(app)).to_have_attribute("data-sentence-start", str(start))
    expect(reading(app)).to_contain_text("The house stood open.")


def test_two_tabs_with_one_document(context: BrowserContext, app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    other = open_app(context.new_page(), app.url)
    opened(other, "The house")
    app.bring_to_front()
    read_to(app, "The house stood open.")
    start = entries(app)[0]["start"]
    assert start >= offset_of(app, "The house stood open.")
    # The other tab only looks on, comes to the front, opens its panel and goes.
    other.bring_to_front()
    show(other)
    expect(row_of(other, "A Road Book").locator(".book-amount")).to_contain_text("% read")
    other.close()
    assert entries(app)[0]["start"] == start
    app.reload()
    opened(app, "The house")
    expect(reading(app)).to_have_attribute("data-sentence-start", str(start))


def test_a_document_in_another_tab_takes_no_text_from_this_one(
    context: BrowserContext, app: Page
) -> None:
    play(app, PARAGRAPHS)
    button(app, "Pause").click()
    button(app, "Next sentence").click()
    button(app, "Next sentence").click()
    expect(reading(app)).to_have_attribute("data-sentence", "2")
    start = reading(app).get_attribute("data-sentence-start")
    other = open_app(context.new_page(), app.url + "#text=Something%20else.&title=Other")
    expect(other).to_have_title("Other · Lectern")
    button(other, "Play").click()
    until(other, "() => document.querySelector('#reading').dataset.sentenceStart === '0'")
    app.reload()
    expect(app.locator("#text")).to_have_value(PARAGRAPHS)
    expect(reading(app)).to_have_attribute("data-sentence-start", str(start))
    other.reload()
    expect(other).to_have_title("Other · Lectern")
    # Both die: what was read last is there, and the text is when that is done with.
    url = app.url
    app.close(run_before_unload=False)
    other.close(run_before_unload=False)
    last = open_app(context.new_page(), url)
    expect(last).to_have_title("Other · Lectern")
    button(last, "Lectern: start page").click()
    again = open_app(context.new_page(), url)
    expect(again.locator("#text")).to_have_value(PARAGRAPHS)
    expect(reading(again)).to_have_attribute("data-sentence-start", str(start))


def test_the_same_document_from_another_file_is_where_it_was_left(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    read_to(app, "The house stood open.")
    start = reading(app).get_attribute("data-sentence-start")
    button(app, "Lectern: start page").click()
    expect(reading(app)).to_be_hidden()
    drop(app, "the same book.epub", BOOK)
    opened(app, "The house")
    expect(reading(app)).to_have_attribute("data-sentence-start", str(start))
    (entry,) = entries(app)
    assert entry["source"] == "the same book.epub"


def test_what_was_heard_to_its_end_begins_anew(app: Page) -> None:
    drop(app, "short.txt", b"One sentence is here. And this is the last one.")
    expect(app).to_have_title("short · Lectern")
    listen(app)
    button(app, "Play").click()
    until(app, f"async () => (await ({ENTRIES})())[0].finished")
    show(app)
    expect(row_of(app, "short")).to_contain_text("Read to the end")
    row_of(app, "short").locator(".book-open").click()
    expect(reading(app)).not_to_have_attribute("data-sentence-start", re.compile(r"\d"))


def test_clearing_the_caches_never_touches_the_library(app: Page) -> None:
    drop(app, "painted.epub", COVERED)
    opened(app, "Painted")
    until(app, f"async () => (await ({ENTRIES})()).some((entry) => entry.cover)")
    before = entries(app)
    within(app, "() => clearAllCaches()", seconds=60)
    within(app, "() => clearAudioCache()")
    assert entries(app) == before
    app.reload()
    opened(app, "Painted")


def test_the_browser_is_asked_to_keep_what_is_kept(
    context: BrowserContext, page: Page, site: StaticSite
) -> None:
    context.add_init_script(
        "StorageManager.prototype.persisted = async () => false; window.asked = 0;"
        "StorageManager.prototype.persist = async () => { window.asked += 1; return false; };"
    )
    app = open_app(page, site.url)
    assert app.evaluate("() => window.asked") == 0
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    until(app, "() => window.asked > 0")
