"""The library: covers, search, order, removal, many documents, by keys, on any screen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Watch, open_app, until
from tests.e2e.bookshelf import (
    BROKEN_COVER,
    COVERED,
    ENTRIES,
    entries,
    expect_titles,
    fill,
    panel,
    read_to,
    row_of,
    rows_of,
    show,
)
from tests.e2e.server import StaticSite
from tests.e2e.test_documents import BOOK, drop, opened
from tests.e2e.test_page import button

#: How many rows come into the list at a time.
WATCH_ROWS = """() => {
  window.batches = [];
  new MutationObserver((changes) => {
    batches.push(changes.reduce((sum, { addedNodes }) => sum + addedNodes.length, 0));
  }).observe(document.querySelector('#library-list'), { childList: true });
}"""

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
    expect_titles(app, "Dracula", "Émile", "Middlemarch")
    sort = app.get_by_label("Sort by")
    sort.select_option(label="Author")
    expect_titles(app, "Dracula", "Middlemarch", "Émile")
    sort.select_option(label="Title")
    expect_titles(app, "Dracula", "Émile", "Middlemarch")
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


# -- many, small, by keys ------------------------------------------------------------


def test_a_thousand_documents_hold_up_nothing(app: Page) -> None:
    fill(app, [(f"Book number {n}", f"Author {n % 37}") for n in range(1000)])
    app.reload()
    expect(app.locator("#library li")).to_have_count(6)
    until(app, "() => lectern.ready.then(() => true)", seconds=60)
    app.evaluate(WATCH_ROWS)
    show(app)
    expect(rows_of(app)).to_have_attribute("data-whole", "1000")
    expect(rows_of(app).locator("li")).to_have_count(1000)
    # The page answers between them; what it all costs is `build.py bench -- --only documents`.
    assert app.evaluate("() => batches.length") > 1
    app.get_by_label("Sort by").select_option(label="Title")
    expect(rows_of(app).locator(".book-title").nth(9)).to_have_text("Book number 9")
    search = app.get_by_role("searchbox", name="Search by title or author")
    search.press_sequentially("number 77")
    expect(rows_of(app)).to_have_attribute("data-whole", "19")
    search.fill("")
    expect(rows_of(app)).to_have_attribute("data-whole", "1000")
    rows_of(app).locator("li").last.scroll_into_view_if_needed()


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
