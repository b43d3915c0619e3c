"""Documents: opened, shown as they are, read with what is not for the ear left out, kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests import pdfs
from tests.browser import Watch, until
from tests.e2e.faults import Status
from tests.e2e.server import StaticSite
from tests.e2e.test_page import DROP, KEEP_SENTENCES, button, heard_at, reading
from tests.epubs import Chapter, Line, make, novel

BOOKS = Path(__file__).resolve().parents[1] / "golden" / "books"
NOTE = "The road is told of in an older book."
BOOK = make(
    [
        Chapter(
            "one.xhtml",
            "<h1>The road</h1><p>The road went up."
            '<a epub:type="noteref" href="#n1">1</a> Nobody was on it.</p>'
            f'<aside epub:type="footnote" id="n1"><p>{NOTE}</p></aside>'
            "<blockquote><p>Go on, said the wind.</p></blockquote>",
        ),
        Chapter("two.xhtml", "<h1>The house</h1><p>The house stood open. It was warm.</p>"),
    ],
    title="A Road Book",
    authors=["Ann Author"],
    contents=[Line("The road", "one.xhtml"), Line("The house", "two.xhtml")],
)
PAGE = b"""<!doctype html><html lang="fr"><title>Une page</title>
<nav><a href="/">Accueil</a></nav><article><h1>Le pont</h1>
<p>Le pont est vieux<sup>[3]</sup> et court.</p><script>document.title = 'hacked'</script>
<img src="https://example.org/x.png" onerror="document.title='hacked'"></article>"""


def drop(page: Page, name: str, data: bytes, kind: str = "") -> None:
    page.evaluate(DROP, [name, kind, list(data)])


def opened(page: Page, heading: str) -> Locator:
    found = reading(page).get_by_role("heading", name=heading)
    expect(found).to_be_visible(timeout=30_000)
    return found


def offset_of(page: Page, text: str) -> int:
    found: int = page.evaluate(
        "(text) => document.querySelector('#text').value.indexOf(text)", text
    )
    assert found >= 0
    return found


def listen(page: Page) -> None:
    page.evaluate(KEEP_SENTENCES)


def starts(page: Page) -> set[int]:
    return set(page.evaluate("() => window.heard.map(([, start]) => start)"))


def test_an_epub_is_read_and_its_notes_are_not(app: Page) -> None:
    drop(app, "road.epub", BOOK, "application/epub+zip")
    opened(app, "The road")
    opened(app, "The house")
    expect(app).to_have_title("A Road Book · Lectern")
    note = reading(app).locator(".skipped", has_text=NOTE)
    expect(note).to_be_visible()
    expect(reading(app).locator(".quote")).to_have_text("Go on, said the wind.")
    listen(app)
    button(app, "Play").click()
    heard_at(app, offset_of(app, "It was warm."))
    heard = starts(app)
    for sentence in ("The road went up.", "Nobody was on it.", "Go on, said the wind."):
        assert any(abs(start - offset_of(app, sentence)) <= 2 for start in heard), sentence
    silent = range(offset_of(app, NOTE), offset_of(app, NOTE) + len(NOTE))
    assert not heard.intersection(silent)


def test_a_click_reads_what_was_skipped_and_that_is_kept(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    note = reading(app).locator(".skipped", has_text=NOTE)
    listen(app)
    note.click()
    heard_at(app, offset_of(app, NOTE))
    expect(note).to_have_class(re.compile("aloud"))
    button(app, "Pause").click()
    until(app, "() => localStorage.getItem('lectern.page.document') !== null")
    app.reload()
    expect(reading(app).locator(".skipped.aloud", has_text=NOTE)).to_be_visible(timeout=30_000)


def test_a_reload_comes_back_to_the_document_and_the_place(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The house")
    listen(app)
    target = offset_of(app, "It was warm.")
    reading(app).get_by_text("It was warm.").click(position={"x": 300, "y": 10})
    until(app, "() => window.heard.length > 0")
    button(app, "Pause").click()
    app.reload()
    opened(app, "The road")
    expect(reading(app)).to_have_attribute("data-sentence-start", re.compile(r"\d+"))
    start = int(reading(app).get_attribute("data-sentence-start") or 0)
    assert offset_of(app, "The house stood open.") <= start <= target
    listen(app)
    button(app, "Play").click()
    heard_at(app, start)


def test_the_library_keeps_what_was_opened(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The road")
    drop(app, "pont.html", PAGE, "text/html")
    opened(app, "Le pont")
    button(app, "Lectern: start page").click()
    kept = app.locator("#library li")
    expect(kept).to_have_count(2)
    expect(kept.first).to_contain_text("Une page")
    expect(kept.last).to_contain_text("Ann Author")
    expect(reading(app)).to_be_hidden()
    app.reload()
    expect(kept).to_have_count(2)
    button(app, "A Road Book Ann Author").click()
    opened(app, "The house")
    button(app, "Lectern: start page").click()
    expect(kept.first).to_contain_text("A Road Book")


def test_a_page_of_the_web_is_text_and_nothing_else(app: Page, watch: Watch) -> None:
    drop(app, "pont.html", PAGE, "text/html")
    opened(app, "Le pont")
    expect(app).to_have_title("Une page · Lectern")
    expect(reading(app)).to_have_attribute("lang", "fr")
    # A French document finds a French voice.
    expect(app.locator("#voice")).to_have_value(re.compile("^fr"))
    assert reading(app).locator("img, script, a").count() == 0
    expect(reading(app).locator(".skipped", has_text="[3]")).to_be_visible()
    expect(reading(app).locator("p.skipped", has_text="Accueil")).to_be_visible()


HEBREW = "הדרך עלתה בגבעה. איש לא היה בה."
ARABIC = "صعد الطريق إلى التل. لم يكن عليه أحد."


@pytest.mark.parametrize(
    ("language", "title", "text"), [("he", "הדרך", HEBREW), ("ar", "الطريق", ARABIC)]
)
def test_a_book_from_right_to_left(app: Page, language: str, title: str, text: str) -> None:
    chapter = Chapter("one.xhtml", f"<h1>{title}</h1><p>{text}</p><p>Lectern 2026</p>")
    book = make([chapter], title=title, language=language, contents=[Line(title, "one.xhtml")])
    drop(app, "road.epub", book)
    heading = opened(app, title)
    expect(reading(app)).to_have_attribute("lang", language)
    paragraph = reading(app).get_by_text(text)
    expect(paragraph).to_have_text(text)
    for element in (heading, paragraph):
        expect(element).to_have_css("direction", "rtl")
    # It begins at the right edge, and English in it does at the left one.
    edges = paragraph.evaluate(
        """(element) => {
          const range = document.createRange();
          range.setStart(element.firstChild, 0);
          range.setEnd(element.firstChild, 1);
          const [first, whole] = [range, element].map((one) => one.getBoundingClientRect());
          return [whole.right - first.right, first.left - whole.left];
        }"""
    )
    assert edges[0] < 5 < edges[1]
    expect(reading(app).get_by_text("Lectern 2026")).to_have_css("direction", "ltr")
    listen(app)
    button(app, "Play").click()
    heard_at(app, offset_of(app, text))


@pytest.mark.parametrize(
    ("name", "title", "heading", "sentence", "language"),
    [
        (
            "alice.html",
            "Alice’s Adventures in Wonderland",
            "Chapter I. Down the Rabbit-Hole",
            "Alice was beginning",
            "en",
        ),
        ("cigale.txt", "La Cigale et la Fourmi", "", "La Cigale, ayant chanté", "fr"),
    ],
)
def test_books_in_the_public_domain(
    app: Page, name: str, title: str, heading: str, sentence: str, language: str
) -> None:
    drop(app, name, (BOOKS / name).read_bytes())
    expect(app).to_have_title(f"{title} · Lectern", timeout=30_000)
    if heading:
        opened(app, heading)
    expect(app.locator("#voice")).to_have_value(re.compile(f"^{language}"))
    listen(app)
    reading(app).get_by_text(sentence).first.click(position={"x": 5, "y": 8})
    heard_at(app, offset_of(app, sentence))


def column(x: float, lines: list[str]) -> list[pdfs.Run]:
    return [pdfs.Run(x, 120 + 14 * line, text) for line, text in enumerate(lines)]


def paper() -> bytes:
    """Two columns on two pages, with a running head and page numbers."""
    more = [f"line {number} of a column goes on as" for number in range(2, 14)]
    left = ["The left column comes first and", *more, "it goes to its end before any-"]
    right = ["thing else is read at all. Then", *more, "the right column has its end."]
    pages = []
    for number in (1, 2, 3):
        runs = [pdfs.Run(72, 50, "Proceedings of the Road Society", 9)]
        runs += [pdfs.Run(72, 90, f"Part {number} of the road", 18, bold=True)]
        runs += column(72, left) + column(320, right)
        pages.append([*runs, pdfs.Run(295, 800, str(number), 9)])
    return pdfs.make(pages, title="A Paper", bookmarks=[("First part", 0), ("Second part", 1)])


def test_a_pdf_in_columns(app: Page) -> None:
    drop(app, "paper.pdf", paper(), "application/pdf")
    opened(app, "Part 1 of the road")
    expect(app).to_have_title("A Paper · Lectern")
    text = app.get_by_label("Text").input_value()
    assert "it goes to its end before anything else is read at all. Then line 2" in text
    head = reading(app).locator(".skipped", has_text="Proceedings of the Road Society")
    expect(head.first).to_be_visible()


def test_a_paper_that_is_chosen_is_heard_in_its_order(app: Page) -> None:
    app.on("filechooser", lambda _: None)  # the dialog is Playwright's from here on
    button(app, "Open a file").focus()
    with app.expect_file_chooser() as choosing:
        app.keyboard.press("Enter")
    given = FilePayload(name="paper.pdf", mimeType="application/pdf", buffer=paper())
    choosing.value.set_files(given)
    opened(app, "Part 1 of the road")
    text = app.get_by_label("Text").input_value()
    order: list[int] = []
    for part in ("Part 1", "The left column", "Then line 2", "Part 2", "The left column", "Then"):
        order.append(text.index(part, order[-1] + 1 if order else 0))
    listen(app)
    button(app, "Play").click()
    for start in order[:-1]:
        heard_at(app, start)
        button(app, "Next sentence").click()
    # Neither the running head nor a page's number.
    assert starts(app) <= set(order)


def test_what_reads_a_file_is_fetched_again(app: Page, site: StaticSite, watch: Watch) -> None:
    watch.allow("Failed to load resource")
    site.fault("vendor/pdfjs/pdf.min.mjs", Status(503))
    drop(app, "paper.pdf", paper(), "application/pdf")
    problem = app.get_by_role("alert")
    expect(problem).to_contain_text("What reads such files could not be fetched.", timeout=30_000)
    site.heal()
    problem.get_by_role("button", name="Try again").click()
    opened(app, "Part 1 of the road")
    expect(problem).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cut.epub", BOOK[: len(BOOK) // 2]),
        ("paper.pdf", b"%PDF-1.7 nothing"),
        ("scan.pdf", pdfs.make([[], []])),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(50)),
        ("empty.txt", b""),
        ("noise.bin", bytes(range(256)) * 8),
    ],
)
def test_what_can_not_be_opened_says_so_and_changes_nothing(
    app: Page, name: str, data: bytes
) -> None:
    app.get_by_label("Text").fill("What was here before.")
    drop(app, name, data)
    problem = app.get_by_role("alert")
    expect(problem.get_by_role("button", name="Open a file")).to_be_visible(timeout=30_000)
    expect(app.get_by_label("Text")).to_have_value("What was here before.")


@pytest.mark.slow
def test_a_novel_of_three_hundred_chapters(app: Page, site: StaticSite) -> None:
    drop(app, "novel.epub", novel(chapters=300, characters=1_000_000))
    expect(reading(app)).to_have_attribute("data-whole", "", timeout=60_000)
    assert reading(app).get_by_role("heading").count() >= 300
    listen(app)
    button(app, "Play").click()
    until(app, "() => window.heard.length > 0")
