"""The library as a person uses it, for its tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser import until, within
from tests.e2e.test_documents import offset_of
from tests.e2e.test_page import button, reading
from tests.epubs import Chapter, make, png

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


def expect_titles(page: Page, *titles: str) -> None:
    """These and no others, in this order; rows come in slices."""
    expect(rows_of(page).locator(".book-title")).to_have_text(list(titles))


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
