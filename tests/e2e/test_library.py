"""The library: covers, search, order, removal, the way out and in as a file, places kept."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser import Watch, open_app, until, within
from tests.e2e.server import StaticSite
from tests.e2e.test_documents import BOOK, drop, listen, offset_of, opened
from tests.e2e.test_page import button, reading
from tests.epubs import Chapter, make, png
from tests.libraries import lines, pack, row, unpack

COVERED = make(
    [Chapter("one.xhtml", "<h1>Painted</h1><p>It has a cover.</p>")],
    title="A Painted Book",
    authors=["Zoë Painter"],
    cover=png(600, 900),
)
BROKEN_COVER = make(
    [Chapter("one.xhtml", "<h1>Broken</h1><p>Its cover is none.</p>")],
    title="A Broken Cover",
    cover=png(600, 900)[:-200],
)
#: Puts documents into the library as the page itself does: [title, author][].
FILL = """async (books) => {
  const {Library} = await import('/js/library.js');
  const library = new Library();
  for (const [title, author] of books) {
    const text = `${title}. It is a book. It has three sentences.`;
    const blocks = [{start: 0, end: text.length, kind: 'paragraph'}];
    await library.put({title, author, text, blocks, contents: [], language: 'en'});
  }
}"""
ENTRIES = """async () => {
  const {Library} = await import('/js/library.js');
  return new Library().list();
}"""
WATCH_TASKS = """() => {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    window.longTasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)));
  }).observe({type: 'longtask'});
}"""


def fill(page: Page, books: list[tuple[str, str]]) -> None:
    within(page, FILL, books, seconds=120)


def entries(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = within(page, ENTRIES)
    return found


def panel(page: Page) -> Locator:
    return page.locator("#library-panel")


def show(page: Page) -> Locator:
    """The panel, open and whole."""
    if not panel(page).is_visible():
        button(page, "Library").click()
    expect(panel(page)).to_be_visible()
    expect(rows_of(page)).to_have_attribute("data-whole", re.compile(r"\d"))
    return panel(page)


def rows_of(page: Page) -> Locator:
    return page.locator("#library-list")


def titles(page: Page) -> list[str]:
    return rows_of(page).locator(".book-title").all_inner_texts()


def row_of(page: Page, title: str) -> Locator:
    return rows_of(page).locator("li", has_text=title)


def read_to(page: Page, text: str) -> None:
    """Hear the sentence that begins so, and pause in it."""
    start = offset_of(page, text)
    reading(page).get_by_text(text).click(position={"x": 3, "y": 10})
    until(
        page,
        "(at) => Number(document.querySelector('#reading').dataset.sentenceStart) >= at",
        start,
    )
    button(page, "Pause").click()


def save(page: Page) -> bytes:
    show(page)
    with page.expect_download() as waiting:
        button(page, "Save the library as a file").click()
    found = waiting.value
    assert re.fullmatch(r"lectern-library-\d{4}-\d\d-\d\d\.lectern", found.suggested_filename)
    return Path(found.path()).read_bytes()


def bring(page: Page, data: bytes) -> Locator:
    """Import a file through the panel; its report."""
    show(page)
    page.locator("#library-file").set_input_files(
        {"name": "books.lectern", "mimeType": "application/gzip", "buffer": data}
    )
    report = page.locator("#library-report")
    expect(report).to_be_visible(timeout=20_000)
    return report


# -- what is shown ---------------------------------------------------------------------------


def test_covers_are_shown_on_the_shelf_and_in_the_panel(app: Page) -> None:
    drop(app, "painted.epub", COVERED)
    opened(app, "Painted")
    drop(app, "broken.epub", BROKEN_COVER)
    opened(app, "Broken")
    drop(app, "notes.txt", b"Only a text. It has no cover at all, but words on paper.")
    expect(app).to_have_title("notes · Lectern")
    until(app, f"async () => (await ({ENTRIES})()).some((entry) => entry.cover)")
    show(app)
    picture = row_of(app, "A Painted Book").locator(".cover img")
    expect(picture).to_be_visible()
    until(app, "() => document.querySelector('#library-list img')?.naturalHeight > 0")
    assert picture.evaluate("(it) => [it.naturalWidth, it.naturalHeight]") == [200, 300]
    for title in ("A Broken Cover", "notes"):
        cover = row_of(app, title).locator(".cover")
        assert cover.locator("img").count() == 0
        assert cover.locator(".cover-title").inner_text() == title
    # The file's name stands where nobody is known to have written it.
    expect(row_of(app, "notes").locator(".book-detail")).to_have_text("notes.txt")
    button(app, "New text").click()
    shelf = app.locator("#library li")
    expect(shelf).to_have_count(3)
    expect(shelf.locator(".cover img")).to_have_count(1)
    assert app.evaluate("() => navigator.storage.persisted().then(() => true)")


def test_search_and_order_are_quick_to_use_and_the_order_is_remembered(app: Page) -> None:
    fill(app, [("Middlemarch", "George Eliot"), ("Émile", "Rousseau"), ("Dracula", "Bram Stoker")])
    show(app)
    assert titles(app) == ["Dracula", "Émile", "Middlemarch"]
    sort = app.get_by_label("Sort by")
    sort.select_option(label="Author")
    assert titles(app) == ["Dracula", "Middlemarch", "Émile"]
    sort.select_option(label="Title")
    assert titles(app) == ["Dracula", "Émile", "Middlemarch"]
    search = app.get_by_role("searchbox", name="Search by title or author")
    search.fill("emile")
    expect(rows_of(app).locator("li")).to_have_count(1)
    expect(app.locator("#status")).to_have_text("1 document")
    search.fill("eliot middle")
    expect(row_of(app, "Middlemarch")).to_be_visible()
    search.fill("nobody")
    expect(panel(app)).to_contain_text("No document is called that.")
    search.press("Escape")  # empties the field; the next one closes the panel
    expect(rows_of(app).locator("li")).to_have_count(3)
    search.press("Escape")
    expect(panel(app)).to_be_hidden()
    app.reload()
    show(app)
    expect(app.get_by_label("Sort by")).to_have_value("title")


def test_what_was_read_shows_how_far(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    read_to(app, "The house stood open.")
    show(app)
    book = row_of(app, "A Road Book")
    expect(book.locator(".book-amount")).to_contain_text(re.compile(r"\d+% read"))
    expect(book.get_by_role("button", name="A Road Book").first).to_have_attribute(
        "aria-current", "true"
    )
    expect(panel(app).locator("#library-storage")).to_contain_text("MB in this browser")


def test_a_text_that_was_typed_is_not_lost_by_new_text(app: Page) -> None:
    app.get_by_label("Text").fill("Typed, and nowhere else.")
    button(app, "Lectern: start page").click()
    expect(app.get_by_label("Text")).to_have_value("")
    button(app, "Undo").click()
    expect(app.get_by_label("Text")).to_have_value("Typed, and nowhere else.")


# -- removing ----------------------------------------------------------------------------------


def test_what_is_removed_comes_back_with_its_place_or_is_gone_for_good(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    read_to(app, "The house stood open.")
    fill(app, [("Another", "Somebody")])
    before = entries(app)
    show(app)
    button(app, "Remove A Road Book from the library").click()
    expect(rows_of(app).locator("li")).to_have_count(1)
    assert [entry["title"] for entry in entries(app)] == ["Another"]
    expect(panel(app)).to_contain_text("A Road Book is removed.")
    button(app, "Undo").click()
    expect(rows_of(app).locator("li")).to_have_count(2)
    assert entries(app) == before
    button(app, "Remove A Road Book from the library").click()
    button(app, "Remove Another from the library").click()
    expect(panel(app)).to_contain_text("2 documents are removed.")
    expect(panel(app)).to_contain_text("Every document that you open is kept here")
    # The voice goes on with what is open; nothing of it comes back by that.
    button(app, "Play").click()
    until(app, "() => document.querySelector('#bar').dataset.state === 'speaking'")
    app.reload()
    expect(app.locator("#library")).to_be_hidden()
    assert entries(app) == []


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


# -- many, small, by keys ------------------------------------------------------------


def test_a_thousand_documents_hold_up_nothing(app: Page) -> None:
    fill(app, [(f"Book number {n}", f"Author {n % 37}") for n in range(1000)])
    app.reload()
    expect(app.locator("#library li")).to_have_count(6)
    until(app, "() => lectern.ready.then(() => true)", seconds=60)
    app.evaluate(WATCH_TASKS)
    show(app)
    expect(rows_of(app)).to_have_attribute("data-whole", "1000")
    expect(rows_of(app).locator("li")).to_have_count(1000)
    app.get_by_label("Sort by").select_option(label="Title")
    expect(rows_of(app).locator(".book-title").nth(9)).to_have_text("Book number 9")
    search = app.get_by_role("searchbox", name="Search by title or author")
    search.press_sequentially("number 77")
    expect(rows_of(app)).to_have_attribute("data-whole", "11")
    search.fill("")
    expect(rows_of(app)).to_have_attribute("data-whole", "1000")
    rows_of(app).locator("li").last.scroll_into_view_if_needed()
    until(app, "() => new Promise((done) => requestIdleCallback(() => done(true)))")
    assert app.evaluate("() => window.longTasks") == []


def test_the_whole_library_by_keyboard(app: Page) -> None:
    fill(app, [("First", "Ann"), ("Second", "Ben"), ("Third", "Cleo")])
    app.get_by_label("Text").press("Shift+Tab")
    home = button(app, "Library")
    for _ in range(12):
        if home.evaluate("(it) => it === document.activeElement"):
            break
        app.keyboard.press("Shift+Tab")
    expect(home).to_be_focused()
    app.keyboard.press("Enter")
    expect(app.locator("#library-panel-title")).to_be_focused()
    expect(rows_of(app)).to_have_attribute("data-whole", "3")
    search = app.get_by_role("searchbox", name="Search by title or author")
    for _ in range(4):
        app.keyboard.press("Tab")
        if search.evaluate("(it) => it === document.activeElement"):
            break
    expect(search).to_be_focused()
    app.keyboard.type("ir")
    expect(rows_of(app)).to_have_attribute("data-whole", "2")
    app.keyboard.press("Escape")
    expect(rows_of(app)).to_have_attribute("data-whole", "3")
    app.keyboard.press("ArrowDown")
    expect(row_of(app, "Third").locator(".book-open")).to_be_focused()
    app.keyboard.press("ArrowDown")
    app.keyboard.press("Delete")
    expect(rows_of(app)).to_have_attribute("data-whole", "2")
    expect(row_of(app, "First").locator(".book-open")).to_be_focused()
    for _ in range(8):
        app.keyboard.press("Tab")
        if button(app, "Undo").evaluate("(it) => it === document.activeElement"):
            break
    expect(button(app, "Undo")).to_be_focused()
    app.keyboard.press("Enter")
    expect(rows_of(app)).to_have_attribute("data-whole", "3")
    for _ in range(30):
        if (
            row_of(app, "Second")
            .locator(".book-open")
            .evaluate("(it) => it === document.activeElement")
        ):
            break
        app.keyboard.press("Tab")
    app.keyboard.press("Enter")
    expect(panel(app)).to_be_hidden()
    expect(app).to_have_title("Second · Lectern")
    expect(home).to_be_focused()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_on_any_screen_nothing_overflows_and_targets_are_large(app: Page, width: int) -> None:
    app.set_viewport_size({"width": width, "height": 780})
    long = "A Title That Goes On and On Until Nobody Knows How It Began " * 3
    fill(app, [(long, "An Author of Many Names " * 4), ("Unbreakable" * 12, "")])
    app.reload()
    expect(app.locator("#library li")).to_have_count(2)
    assert app.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    show(app)
    for control in panel(app).locator("button:visible, input:visible, select:visible").all():
        box = control.bounding_box()
        assert box and box["height"] >= 44 and box["width"] >= 44, control
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
    body = panel(app).locator(".panel-body")
    assert body.evaluate("(it) => it.scrollWidth <= it.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_on_every_paper_can_be_read(app: Page, scheme: Any) -> None:
    """4.5:1 or better, measured on what is painted."""
    app.emulate_media(color_scheme=scheme)
    fill(app, [(f"Title {n}", "Ann") for n in range(30)])
    show(app)
    ratios = app.evaluate(
        """() => {
          const canvas = new OffscreenCanvas(1, 1).getContext('2d');
          const light = (color) => {
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => {
              const c = v / 255;
              return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const papers = new Map();
          for (const cover of document.querySelectorAll('#library-list .cover')) {
            const ink = light(getComputedStyle(cover.querySelector('.cover-title')).color);
            const paper = light(getComputedStyle(cover).backgroundColor);
            const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
            papers.set(cover.dataset.paper, ratio);
          }
          return Object.fromEntries(papers);
        }"""
    )
    assert len(ratios) == 6
    assert min(ratios.values()) >= 4.5, ratios


def test_in_french(browser: Browser, site: StaticSite) -> None:
    context = browser.new_context(locale="fr-FR")
    watch = Watch(context)
    app = open_app(context.new_page(), site.url)
    fill(app, [("Un livre", "Anne"), ("Un autre", "")])
    button(app, "Bibliothèque").click()
    expect(panel(app)).to_contain_text("Pas commencé")
    expect(panel(app)).to_contain_text("Mo dans ce navigateur")
    button(app, "Retirer Un autre de la bibliothèque").click()
    expect(panel(app)).to_contain_text("Un autre est retiré.")
    button(app, "Annuler").click()
    expect(row_of(app, "Un autre")).to_be_visible()
    context.close()
    watch.check()
