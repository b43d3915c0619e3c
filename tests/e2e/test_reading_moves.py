"""Going about in a text by sentence and paragraph, over what is skipped; the place stays."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import until
from tests.e2e.bookshelf import ENTRIES, read_to
from tests.e2e.test_documents import BOOK, NOTE, drop, listen, offset_of, opened
from tests.e2e.test_page import PARAGRAPHS, button, heard_at, play, reading, status, text_box
from tests.epubs import Chapter, make

#: A note between two paragraphs, a printed page's number in one, and nothing but a note at the end.
NOTES = make(
    [
        Chapter(
            "one.xhtml",
            "<h1>One</h1><p>First here.</p>"
            '<p><span epub:type="pagebreak">12</span>Second here. More of it.</p>'
            '<p>Third here.<a epub:type="noteref" href="#n1">1</a></p>'
            '<aside epub:type="footnote" id="n1"><p>A note between.</p></aside>'
            "<p>Fourth here. And on.</p>"
            '<p>Fifth here.<a epub:type="noteref" href="#n2">2</a></p>'
            '<aside epub:type="footnote" id="n2"><p>A note at the end. It is long.</p></aside>',
        )
    ],
    title="Notes",
)
#: What a notice that goes by itself waits for; the page's other timers are left alone.
PASSING = """() => {
  const [later, never] = [window.setTimeout, window.clearTimeout];
  window.passing = new Map();
  let next = -1;
  window.setTimeout = (run, ms, ...rest) => {
    if (ms !== 8000) return later(run, ms, ...rest);
    passing.set(next, run);
    return next--;
  };
  window.clearTimeout = (id) => (passing.delete(id) ? undefined : never(id));
}"""


@pytest.fixture
def notes(app: Page) -> Page:
    drop(app, "notes.epub", NOTES)
    opened(app, "One")
    return app


def expect_at(page: Page, offset: int) -> None:
    expect(reading(page)).to_have_attribute("data-sentence-start", str(offset))


# -- what is skipped -------------------------------------------------------------------


def test_going_behind_the_last_words_only_looks_there(notes: Page) -> None:
    read_to(notes, "Fourth here.")
    at = offset_of(notes, "Fourth here.")
    expect_at(notes, at)
    slider = notes.get_by_role("slider", name="Reading position")
    slider.press("End")
    expect(notes.get_by_text("Nothing is read aloud from there on.")).to_be_visible()
    expect_at(notes, at)
    assert int(slider.get_attribute("aria-valuenow") or 100) < 90
    # The same where nothing is spoken, and a paragraph on from the last one.
    notes.reload()
    opened(notes, "One")
    slider.press("End")
    expect(notes.get_by_text("Nothing is read aloud from there on.")).to_be_visible()
    expect_at(notes, at)
    read_to(notes, "Fifth here.")
    notes.keyboard.press("Shift+ArrowRight")
    expect_at(notes, offset_of(notes, "Fifth here."))
    assert not notes.evaluate(f"async () => (await ({ENTRIES})())[0].finished")


def test_a_paragraph_back_passes_over_what_is_skipped(notes: Page) -> None:
    read_to(notes, "Fourth here.")
    for text in ("Third here.", "Second here.", "First here.", "One"):
        notes.keyboard.press("Shift+ArrowLeft")
        expect_at(notes, offset_of(notes, text))


def test_what_is_read_although_it_is_skipped_can_be_skipped_again(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    note = reading(app).locator(".skipped", has_text=NOTE)
    listen(app)
    note.click()
    heard_at(app, offset_of(app, NOTE))
    notice = app.locator("#notices .aloud")
    expect(notice).to_contain_text("This is read aloud from now on.")
    until(app, f"async () => (await ({ENTRIES})())[0].aloud.length === 1")
    notice.get_by_role("button", name="Undo").click()
    expect(reading(app).locator(".skipped.aloud")).to_have_count(0)
    expect(notice).to_have_count(0)
    # It goes on with what comes behind it.
    heard_at(app, offset_of(app, "Go on, said the wind."))
    button(app, "Pause").click()
    until(app, f"async () => (await ({ENTRIES})())[0].aloud.length === 0")
    app.reload()
    expect(note).to_be_visible(timeout=30_000)
    expect(reading(app).locator(".skipped.aloud")).to_have_count(0)


# -- sentences and paragraphs ------------------------------------------------------------


def test_after_a_reload_buttons_and_keys_move_the_place(app: Page) -> None:
    play(app, PARAGRAPHS)
    button(app, "Pause").click()
    button(app, "Next sentence").click()
    second = PARAGRAPHS.index("The rain")
    expect_at(app, second)
    app.reload()
    expect_at(app, second)
    button(app, "Next sentence").click()
    button(app, "Next sentence").click()
    expect_at(app, PARAGRAPHS.index("Chapter 2."))
    expect(button(app, "Play")).to_be_visible()
    button(app, "Previous sentence").click()
    expect_at(app, PARAGRAPHS.index("Somebody"))
    app.reload()
    expect_at(app, PARAGRAPHS.index("Somebody"))
    app.locator("body").press("Shift+ArrowRight")
    expect_at(app, PARAGRAPHS.index("Chapter 2."))
    listen(app)
    button(app, "Play").click()
    heard_at(app, PARAGRAPHS.index("The rain", PARAGRAPHS.index("Chapter 2.")))


def test_there_is_nowhere_to_go_without_a_text(app: Page) -> None:
    for name in ("Next sentence", "Previous sentence"):
        expect(button(app, name)).to_be_disabled()
    text_box(app).fill("One here. Two here.")
    button(app, "Next sentence").click()
    expect_at(app, 10)
    expect(button(app, "Play")).to_be_visible()


def test_a_button_that_is_held_goes_by_a_paragraph(app: Page) -> None:
    play(app, PARAGRAPHS)
    button(app, "Pause").click()
    box = button(app, "Next sentence").bounding_box()
    assert box
    app.mouse.move(box["x"] + 20, box["y"] + 20)
    app.mouse.down()
    chapter = PARAGRAPHS.index("Chapter 2.")
    expect_at(app, chapter)
    app.mouse.up()
    # The release was no press; the next one is.
    app.mouse.click(box["x"] + 20, box["y"] + 20)
    expect_at(app, PARAGRAPHS.index("The rain", chapter))
    opened_menu = app.evaluate(
        """() => document.querySelector('#next').dispatchEvent(
          new MouseEvent('contextmenu', {bubbles: true, cancelable: true}))"""
    )
    assert not opened_menu
    button(app, "Next sentence").press("Enter")
    expect_at(app, PARAGRAPHS.index("Somebody", chapter))


def test_the_menu_goes_by_a_paragraph(app: Page) -> None:
    play(app, PARAGRAPHS)
    button(app, "Pause").click()
    for name, text in (("Next", "Chapter 2."), ("Next", "Chapter 3."), ("Previous", "Chapter 2.")):
        button(app, "More").press("Enter")
        button(app, f"{name} paragraph").press("Enter")
        expect_at(app, PARAGRAPHS.index(text))


# -- the place stays ---------------------------------------------------------------------


def test_stop_keeps_the_place(app: Page) -> None:
    play(app, PARAGRAPHS)
    button(app, "Pause").click()
    button(app, "Next sentence").click()
    at = PARAGRAPHS.index("The rain")
    expect_at(app, at)
    button(app, "Stop").click()
    expect(status(app)).to_have_text("Stopped.")
    listen(app)
    button(app, "Play").click()
    until(app, "() => window.heard.length > 0")
    assert app.evaluate("window.heard[0][1]") == at


def test_a_letter_that_is_typed_moves_the_place_along(app: Page) -> None:
    play(app, PARAGRAPHS)
    button(app, "Pause").click()
    app.keyboard.press("Shift+ArrowRight")
    expect_at(app, PARAGRAPHS.index("Chapter 2."))
    button(app, "Edit").click()
    text_box(app).evaluate("(box) => box.setSelectionRange(0, 0)")
    app.keyboard.type("So: ")
    listen(app)
    button(app, "Play").click()
    until(app, "() => window.heard.length > 0")
    assert app.evaluate("window.heard[0][1]") == PARAGRAPHS.index("Chapter 2.") + 4


# -- notices -----------------------------------------------------------------------------


def test_a_notice_stays_while_somebody_is_at_it(app: Page) -> None:
    expect(app.locator("#notices .offline")).to_be_visible(timeout=30_000)  # the other that passes
    app.evaluate(PASSING)
    button(app, "Play").click()
    notice = app.locator("#notices .hint")
    expect(notice).to_be_visible()
    waiting = app.evaluate("passing.size")  # with what the page does when nothing is spoken
    notice.get_by_role("button", name="Close").focus()
    assert app.evaluate("passing.size") == waiting - 1
    notice.hover()
    text_box(app).focus()
    assert app.evaluate("passing.size") == waiting - 1
    app.mouse.move(2, 2)
    assert app.evaluate("passing.size") == waiting
    app.evaluate("[...passing.values()].at(-1)()")
    expect(notice).to_have_count(0)
