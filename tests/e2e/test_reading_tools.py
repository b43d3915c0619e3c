"""Contents, the progress line, the sleep timer, search and keys, with the real engine behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import Watch, open_app, until
from tests.e2e.server import StaticSite
from tests.e2e.test_documents import drop, listen, offset_of, opened
from tests.e2e.test_page import button, heard_at, play, reading, status
from tests.epubs import Chapter, Line, make, novel
from tests.returning import Snapshot


def chapter(number: int) -> Chapter:
    return Chapter(
        f"c{number}.xhtml",
        f"<h1>Chapter {number}</h1><p>Here begins number {number}. Nobody was there.</p>"
        f"<h2 id='s'>Section {number}</h2><p>The lamp of number {number} was lit. All slept.</p>",
    )


BOOK = make(
    [chapter(number) for number in range(1, 5)],
    title="Four",
    contents=[
        Line(
            f"Chapter {number}",
            f"c{number}.xhtml",
            (Line(f"Section {number}", f"c{number}.xhtml#s"),),
        )
        for number in range(1, 5)
    ],
)
FOUND = """() => ['found', 'found-now'].map(
  (kind) => [...(CSS.highlights.get(kind) ?? [])].map(String))"""
#: The clock by which the timer counts, put on by so many seconds.
LATER = """(seconds) => {
  const now = performance.now.bind(performance);
  performance.now = () => now() + seconds * 1000;
}"""
#: Nothing scrolls: a tap would only stop it.
STILL = """() => {
  const before = scrollY;
  return new Promise((done) => setTimeout(() => done(scrollY === before), 200));
}"""


@pytest.fixture
def book(app: Page) -> Page:
    drop(app, "four.epub", BOOK)
    opened(app, "Chapter 4")
    return app


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Reading position")


def contents(page: Page) -> Locator:
    return page.locator("#contents")


def place(page: Page) -> Locator:
    return page.locator("#reading")


# -- contents ------------------------------------------------------------------------


def test_the_contents_of_a_book(book: Page) -> None:
    button(book, "Contents").click()
    panel = contents(book)
    expect(panel.get_by_role("heading", name="Contents")).to_be_focused()
    entries = panel.get_by_role("list").first.locator("> li")
    expect(entries).to_have_count(4)
    nested = entries.nth(2).get_by_role("list").get_by_role("button")
    expect(nested).to_have_text([re.compile("^Section 3under a minute$")])
    expect(panel.get_by_role("searchbox")).to_be_hidden()  # nothing to filter in eight entries
    panel.get_by_role("button", name="Chapter 3").click()
    # Nothing was playing, so nothing plays; Play begins there.
    expect(button(book, "Play")).to_be_visible()
    listen(book)
    button(book, "Play").click()
    heard_at(book, offset_of(book, "Chapter 3"))
    expect(panel.locator("[aria-current]")).to_have_text(re.compile("Chapter 3"))
    # While it plays, an entry begins to be read; by keyboard alone.
    panel.get_by_role("button", name="Section 4").focus()
    book.keyboard.press("Enter")
    heard_at(book, offset_of(book, "Section 4"))
    expect(button(book, "Pause")).to_be_visible()
    book.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button(book, "Contents")).to_be_focused()


def test_the_current_entry_goes_with_the_voice(book: Page) -> None:
    button(book, "Contents").click()
    current = contents(book).locator("[aria-current]")
    expect(current).to_have_text(re.compile("^Chapter 1"))
    listen(book)
    button(book, "Play").click()
    heard_at(book, offset_of(book, "Chapter 2"))
    expect(current).to_have_text(re.compile("^(Chapter|Section) [2-4]"))
    expect(current).to_have_count(1)


def test_without_contents_there_is_no_button(book: Page) -> None:
    expect(button(book, "Contents")).to_be_visible()
    drop(book, "plain.txt", b"Only a few words.")
    expect(reading(book)).to_contain_text("Only a few words.")
    expect(button(book, "Contents")).to_be_hidden()
    book.keyboard.press("c")
    expect(contents(book)).to_be_hidden()
    expect(book.locator("#progress-marks i")).to_have_count(0)


def test_three_hundred_chapters(app: Page) -> None:
    drop(app, "novel.epub", novel(chapters=300, characters=300_000))
    expect(reading(app)).to_have_attribute("data-whole", "", timeout=60_000)
    button(app, "Contents").click()
    panel = contents(app)
    entries = panel.get_by_role("navigation").get_by_role("button")
    expect(entries).to_have_count(300)
    panel.get_by_role("button", name="Chapter 250").click()
    app.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    button(app, "Contents").click()
    current = panel.locator("[aria-current]")
    expect(current).to_have_text(re.compile("^Chapter 250"))
    expect(current).to_be_in_viewport()
    field = panel.get_by_role("searchbox")
    field.fill("chapter 29")
    expect(entries.filter(visible=True)).to_have_count(11)
    field.fill("nowhere")
    expect(panel.get_by_text("No entry is called that.")).to_be_visible()
    field.press("Escape")
    expect(entries.filter(visible=True)).to_have_count(300)
    field.press("Escape")
    expect(panel).to_be_hidden()


# -- progress ------------------------------------------------------------------------


def test_the_progress_line_by_keys(book: Page) -> None:
    line = slider(book)
    expect(book.locator("#progress-marks i")).to_have_count(3)
    expect(line).to_have_attribute("aria-valuenow", "0")
    expect(line).to_have_attribute("aria-valuetext", "Chapter 1, under a minute left")
    line.focus()
    book.keyboard.press("PageUp")
    expect(line).to_have_attribute("aria-valuetext", re.compile("^Chapter 2"))
    expect(place(book)).to_have_attribute("data-sentence-start", str(offset_of(book, "Chapter 2")))
    book.keyboard.press("PageUp")
    book.keyboard.press("PageDown")
    book.keyboard.press("PageUp")
    expect(line).to_have_attribute("aria-valuetext", re.compile("^Chapter 3"))
    book.keyboard.press("End")
    expect(line).to_have_attribute("aria-valuenow", "100")
    book.keyboard.press("Home")
    expect(line).to_have_attribute("aria-valuenow", "0")
    book.keyboard.down("ArrowRight")
    expect(book.locator("#progress-tip")).to_be_visible()
    book.keyboard.down("ArrowRight")
    # Held down it only shows where; it goes when the key is up.
    expect(place(book)).to_have_attribute("data-sentence-start", "0")
    book.keyboard.up("ArrowRight")
    expect(place(book)).not_to_have_attribute("data-sentence-start", "0")
    expect(book.locator("#progress-tip")).to_be_hidden()
    expect(button(book, "Play")).to_be_visible()


def test_the_progress_line_by_the_mouse(book: Page) -> None:
    listen(book)
    button(book, "Play").click()
    until(book, "() => window.heard.length > 0")
    box = slider(book).bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    tip = book.locator("#progress-tip")
    book.mouse.move(box["width"] * 0.6, y)
    expect(tip).to_contain_text("Chapter 3")
    book.mouse.down()
    book.mouse.move(box["width"] * 0.9, y, steps=4)
    expect(tip).to_contain_text("Chapter 4")
    assert book.evaluate("() => Math.max(...window.heard.map(([, start]) => start))") < offset_of(
        book, "Chapter 3"
    )
    book.mouse.up()
    # It was playing, so it reads on there.
    until(
        book, "(start) => window.heard.some(([, at]) => at >= start)", offset_of(book, "Chapter 4")
    )
    book.mouse.move(400, 300)
    expect(tip).to_be_hidden()


@pytest.fixture
def phone(browser: Browser, site: StaticSite, snapshot: Snapshot) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 760}, has_touch=True, is_mobile=True
    )
    watch = Watch(context)
    snapshot.lay(context, site)
    page = open_app(context.new_page(), site.url)
    drop(page, "novel.epub", novel(chapters=9, characters=40_000))
    opened(page, "Chapter 1")
    expect(reading(page)).to_have_attribute("data-whole", "")
    yield page
    context.close()
    watch.check()


def touch(page: Page, *points: tuple[float, float]) -> None:
    """A finger down, along the points, and up."""
    session = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate(points):
        kind = "touchMove" if number else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_has_to_mean_it(phone: Page) -> None:
    box = slider(phone).bounding_box()
    assert box
    assert box["height"] >= 44
    middle = box["y"] + box["height"] - 14
    now = slider(phone).get_attribute("aria-valuenow")
    # A tap on the line itself goes nowhere.
    touch(phone, (300, middle))
    expect(slider(phone)).to_have_attribute("aria-valuenow", str(now))
    assert place(phone).get_attribute("data-sentence-start") is None
    # Scrolling that begins on it scrolls.
    touch(phone, (300, middle), *[(300, middle - 20 * n) for n in range(1, 12)])
    until(phone, "() => scrollY > 50")
    assert place(phone).get_attribute("data-sentence-start") is None
    # Sideways it goes there.
    touch(phone, (60, middle), *[(60 + 20 * n, middle) for n in range(1, 8)])
    expect(place(phone)).to_have_attribute("data-sentence-start", re.compile(r"^\d{4,}$"))
    # The whole or the chapter: one at a time.
    left, of_chapter = phone.locator("#remaining"), phone.locator("#remaining-chapter")
    expect(left).to_be_visible()
    expect(of_chapter).to_be_hidden()
    until(phone, STILL)
    phone.get_by_role("button", name="Whole or chapter").tap()
    expect(of_chapter).to_have_text(re.compile("in chapter$"))
    expect(left).to_be_hidden()


def test_the_contents_give_way_on_a_phone(phone: Page) -> None:
    button(phone, "Contents").tap()
    contents(phone).get_by_role("button", name="Chapter 7").tap()
    expect(contents(phone)).to_be_hidden()
    expect(reading(phone).get_by_role("heading", name="Chapter 7")).to_be_in_viewport()


def test_a_tap_beside_the_line_is_for_the_text(phone: Page) -> None:
    listen(phone)
    box = slider(phone).bounding_box()
    assert box
    # The text in the middle of the page is brought under the upper rim of the target.
    phone.evaluate(
        """(y) => {
          const [line] = document.querySelectorAll('#reading p')[4].getClientRects();
          scrollBy({ top: line.top + 12 - y, behavior: 'instant' });
        }""",
        box["y"] + 4,
    )
    touch(phone, (120, box["y"] + 4))
    until(phone, "() => window.heard.length > 0")


def test_what_is_left_of_the_text_and_of_the_chapter(app: Page) -> None:
    drop(app, "novel.epub", novel(chapters=6, characters=60_000))
    opened(app, "Chapter 1")
    left, of_chapter = app.locator("#remaining"), app.locator("#remaining-chapter")
    expect(left).to_have_text(re.compile(r"^1 h( \d+ min)? left$"))
    expect(of_chapter).to_have_text(re.compile(r"^1\d min in chapter$"))
    app.get_by_label("Speed").select_option("4")
    expect(left).to_have_text(re.compile(r"^1\d min left$"))
    expect(of_chapter).to_have_text(re.compile(r"^\d min in chapter$"))


# -- the sleep timer -----------------------------------------------------------------


def test_the_timer_pauses_at_the_end_of_a_sentence(app: Page) -> None:
    timer = app.get_by_label("Sleep timer")
    play(app, "The lamp is lit, and it burns all night. " * 60)
    app.keyboard.press("Escape")  # no field, nothing playing
    timer.select_option("5")
    expect(status(app)).to_have_text("Sleep timer: 5 min.")
    expect(app.locator("#timer-value")).to_have_text("5 min")
    listen(app)
    button(app, "Play").click()
    until(app, "() => window.heard.length > 0")
    app.evaluate(LATER, 299)
    expect(app.locator("#timer-value")).to_have_text(re.compile("0:0"))
    expect(button(app, "Play")).to_be_visible()
    expect(status(app)).to_have_text("The sleep timer has paused the reading.")
    expect(timer).to_have_value("0")
    # The place is the sentence that was heard last, not the one that was to come.
    heard = app.evaluate("() => [...new Set(window.heard.map(([, start]) => start))]")
    expect(place(app)).to_have_attribute("data-sentence-start", str(heard[-2]))
    # Whoever plays again is offered the same.
    button(app, "Play").click()
    button(app, "Set").click()
    expect(timer).to_have_value("5")
    expect(button(app, "Pause")).to_be_visible()


def test_the_timer_ends_with_the_chapter(book: Page) -> None:
    listen(book)
    book.get_by_label("Sleep timer").select_option("End of chapter")
    button(book, "Play").click()
    heard_at(book, offset_of(book, "All slept."))
    expect(button(book, "Play")).to_be_visible()
    expect(place(book)).to_have_attribute("data-sentence-start", str(offset_of(book, "Chapter 2")))
    book.reload()
    opened(book, "Chapter 4")
    expect(book.get_by_label("Sleep timer")).to_have_value("0")


def test_a_text_without_chapters_has_no_end_of_one(app: Page) -> None:
    options = app.get_by_label("Sleep timer").locator("option:not([disabled])")
    expect(options).to_have_text(["Off", "5 min", "10 min", "15 min", "30 min", "45 min", "60 min"])


# -- search --------------------------------------------------------------------------

VERSES = "\n\n".join(
    [
        "Un été à la mer. The river was wide (x+)+$ and [^quiet.",
        *["Nobody was there on that day, and nobody came." for _ in range(60)],
        "L’ÉTÉ est fini. שָׁלוֹם לכם. An o\ufb03ce, an ete\u0301.",
    ]
)


@pytest.fixture
def verses(app: Page) -> Page:
    drop(app, "verses.txt", VERSES.encode())
    expect(reading(app)).to_contain_text("est fini")
    return app


def find(page: Page, query: str) -> Locator:
    """Type a query into the bar that is open; where it says how many there are."""
    page.get_by_role("searchbox", name="Find words").fill(query)
    return page.locator("#find-count")


def test_words_are_found_shown_and_read(verses: Page) -> None:
    edge = verses.locator("#play")
    edge.focus()
    verses.keyboard.press("/")
    field = verses.get_by_role("searchbox", name="Find words")
    expect(field).to_be_focused()
    expect(find(verses, "ete")).to_have_text("1 of 3")
    assert verses.evaluate(FOUND) == [["été", "ÉTÉ", "ete\u0301"], ["été"]]
    field.press("Enter")
    expect(verses.locator("#find-count")).to_have_text("2 of 3")
    expect(reading(verses).get_by_text("est fini")).to_be_in_viewport()
    field.press("Shift+Enter")
    field.press("Shift+Enter")
    expect(verses.locator("#find-count")).to_have_text("3 of 3")
    listen(verses)
    field.press("Alt+Enter")
    heard_at(verses, VERSES.index("An o\ufb03ce"))
    button(verses, "Pause").click()
    field.focus()
    field.press("Escape")
    expect(field).to_be_hidden()
    expect(edge).to_be_focused()
    assert verses.evaluate(FOUND) == [[], []]
    # Escape was for the bar: the voice keeps its place.
    expect(place(verses)).to_have_attribute("data-sentence-start", re.compile(r"\d"))


@pytest.mark.parametrize(
    ("query", "count", "lit"),
    [
        ("(x+)+$", "1 of 1", "(x+)+$"),
        ("[^", "1 of 1", "[^"),
        ("שלום", "1 of 1", "שָׁלוֹם"),
        ("OFFICE", "1 of 1", "o\ufb03ce"),
        ("l'ete", "1 of 1", "L’ÉTÉ"),
        ("nobody", "1 of 120", "Nobody"),
        (".*", "Not found", ""),
        ("\\", "Not found", ""),
    ],
)
def test_what_is_found(verses: Page, query: str, count: str, lit: str) -> None:
    button(verses, "More").click()
    button(verses, "Find words").click()
    expect(find(verses, query)).to_have_text(count)
    assert "".join(verses.evaluate(FOUND)[1]) == lit


def test_only_what_is_near_is_lit_and_more_on_the_way(app: Page) -> None:
    drop(app, "long.txt", ("The word stands here. " * 30 + "\n\n").encode() * 40)
    expect(reading(app)).to_have_attribute("data-whole", "")
    reading(app).click(position={"x": 4, "y": 4})
    app.keyboard.press("/")
    expect(find(app, "word")).to_have_text("1 of 1,200")
    last = "() => [...CSS.highlights.get('found')].at(-1).startContainer.parentElement"
    # What comes into view gets its true height, so the end may move away.
    until(
        app,
        f"""() => {{
          scrollTo({{top: document.body.scrollHeight, behavior: 'instant'}});
          return ({last})() === [...document.querySelectorAll('#reading .leaf > *')].at(-1);
        }}""",
    )
    lit = len(app.evaluate(FOUND)[0])
    assert 0 < lit <= 300


# -- keys ----------------------------------------------------------------------------


def test_single_keys_and_their_switch(book: Page) -> None:
    reading(book).click(position={"x": 4, "y": 4})
    book.keyboard.press("c")
    expect(contents(book)).to_be_visible()
    book.keyboard.press("Escape")
    expect(contents(book)).to_be_hidden()
    book.keyboard.press("t")
    expect(book.get_by_label("Sleep timer")).to_be_focused()
    book.keyboard.press("Escape")
    reading(book).click(position={"x": 4, "y": 4})
    book.keyboard.press("?")
    switch = book.get_by_role("switch", name="Single-key shortcuts")
    expect(switch).to_be_checked()
    switch.uncheck()
    book.keyboard.press("Escape")
    expect(book.locator("#help")).to_be_hidden()
    reading(book).click(position={"x": 4, "y": 4})
    for key in ("c", "t", "/", "?", "+", "l"):
        book.keyboard.press(key)
    expect(contents(book)).to_be_hidden()
    expect(book.locator("#help")).to_be_hidden()
    expect(book.locator("#find")).to_be_hidden()
    expect(book.get_by_label("Speed")).to_have_value("1")
    expect(reading(book)).to_be_visible()
    # What is no letter and no sign works on.
    book.keyboard.press("Space")
    expect(button(book, "Pause")).to_be_visible()
    book.reload()
    opened(book, "Chapter 4")
    button(book, "More").click()
    button(book, "Keyboard shortcuts").click()
    expect(switch).not_to_be_checked()
    switch.check()
    book.keyboard.press("Escape")
    book.keyboard.press("c")
    expect(contents(book)).to_be_visible()


def test_keys_are_letters_in_a_field(verses: Page) -> None:
    verses.keyboard.press("/")
    field = verses.get_by_role("searchbox", name="Find words")
    field.press_sequentially("c/t?")
    expect(field).to_have_value("c/t?")
    expect(verses.locator("#help")).to_be_hidden()
