"""What a PDF's text is: headings, lists, captions, tables, contents; and its limits."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from lectern.documents.model import Document, Entry, Kind
from lectern.documents.pdf import Outline, PdfItem, PdfPage, pdf
from lectern.errors import DocumentUnreadable

from tests.typeset import BOLD, Setter, Text, heading, in_order, prose, sentences, spoken


def kinds(document: Document) -> list[tuple[Kind, int, str]]:
    return [
        (block.kind, block.level, document.text[block.start : block.end])
        for block in document.blocks
    ]


def test_levels_of_headings_by_size_weight_and_numbering() -> None:
    given = [
        (heading("The Whole Book", 24), 1),
        (heading("1 Rivers", 16), 2),
        (heading("1.1 The long river", 12), 3),
        (heading("1.2 A heading of the second depth that is so long that it goes on "
                 "over the end of its line and ends on the next one", 12), 3),
        (heading("2 Mountains", 16), 2),
        (heading("Set in the size of the text", 10), 4),
    ]  # fmt: skip
    texts: list[Text] = []
    for number, (one, _) in enumerate(given):
        texts += [one, *prose(4, number)]
    document = pdf(Setter(jitter=0.2).set(texts), title="Book", author="N. N.", language="en_GB")
    found = [(level, text) for kind, level, text in kinds(document) if kind is Kind.HEADING]
    assert found == [(level, one.text) for one, level in given]
    assert [entry.title for entry in document.contents] == [one.text for one, _ in given]
    assert (document.title, document.author, document.language) == ("Book", "N. N.", "en-GB")


def test_a_heading_in_capitals_and_one_by_name() -> None:
    texts = [*prose(3, 1), Text("THE RIVER", indent=0, apart=14), *prose(3, 2)]
    texts += [Text("Chapter 7", indent=0, apart=14), *prose(3, 3)]
    document = pdf(Setter().set(texts))
    found = [text for kind, _, text in kinds(document) if kind is Kind.HEADING]
    assert found == ["THE RIVER", "Chapter 7"]


def test_bold_words_and_large_quotations_are_no_headings() -> None:
    bold = prose(1, 5, least=8, most=8)[0].text
    large = prose(1, 6, least=8, most=8)[0].text
    texts = [*prose(3, 1), Text(bold, font=BOLD), *prose(3, 2), Text(large, 14), *prose(3, 3)]
    document = pdf(Setter().set(texts))
    assert spoken(document) == [text.text for text in texts]
    assert {kind for kind, _, _ in kinds(document)} == {Kind.PARAGRAPH}


def test_lists() -> None:
    chance = random.Random(3)
    items = [
        Text(f"{mark} {sentences(chance, 2)}", indent=10, hanging=22)
        for mark in ("•", "•", "1.", "2.", "(a)", "b)")
    ]
    texts = [*prose(3, 1), *items, *prose(3, 2)]
    document = pdf(Setter(jitter=0.2, hyphenate=0.5).set(texts))
    assert spoken(document) == [text.text for text in texts]
    found = [text for kind, _, text in kinds(document) if kind is Kind.ITEM]
    assert found == [text.text for text in items]


def test_hanging_entries_of_a_bibliography() -> None:
    entries = [Text(one.text, indent=0, hanging=18) for one in prose(20, 4, least=2, most=3)]
    found = spoken(pdf(Setter(jitter=0.1).set(entries)))
    assert found == [one.text for one in entries]


def test_a_caption_and_a_table_do_not_part_a_paragraph() -> None:
    setter = Setter()
    before = prose(4, 1)
    setter.set(before)
    line = "This is a sentence that begins above and, as long as it is, does not end and"
    setter._line(Text(""), line.split(" "), 84, 456, last=False)
    setter.put("Figure 3. What the river looks like.", 150, setter.y + 60, 9)
    for row, cells in enumerate((("River", "Length"), ("Long one", "812"), ("Short one", "7"))):
        for at, cell in enumerate(cells):
            setter.put(cell, 150 + 180 * at, setter.y + 100 + 14 * row)
    y = setter.y + 170
    setter.y = y
    setter._line(Text(""), ["goes", "on", "below,", "where", "it", "ends."], 72, 468, last=True)
    setter.y += 12
    after = prose(3, 2)
    document = pdf(setter.set(after))
    whole = f"{line} goes on below, where it ends."
    assert spoken(document) == [
        *(one.text for one in before),
        whole,
        "Figure 3. What the river looks like.",
        "River, Length",
        "Long one, 812",
        "Short one, 7",
        *(one.text for one in after),
    ]
    found = {text: kind for kind, _, text in kinds(document)}
    assert found["Figure 3. What the river looks like."] is Kind.CAPTION
    assert found["Long one, 812"] is Kind.CELL


def test_a_table_is_read_by_rows() -> None:
    setter = Setter()
    setter.set(prose(4, 1))
    rows = [(f"River {row}", str(row * 7), f"{row}.5", "none") for row in range(12)]
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            setter.put(cell, 90 + 110 * column, 500 + 14 * at)
    found = spoken(pdf(setter.set([])))
    assert found[-12:] == [", ".join(row) for row in rows]


def test_verse_keeps_its_lines() -> None:
    setter = Setter()
    setter.set(prose(4, 1))
    lines = ["Tyger Tyger, burning bright,", "In the forests of the night;",
             "What immortal hand or eye,", "Could frame thy fearful symmetry?"]  # fmt: skip
    for at, line in enumerate(lines):
        setter.put(line, 150, 500 + 12 * at)
    document = pdf(setter.set([]))
    assert kinds(document)[-1] == (Kind.VERSE, 0, "\n".join(lines))


def test_dots_of_a_table_of_contents_are_not_read() -> None:
    setter = Setter()
    setter.put("The River . . . . . . . . . . . . . . . . 12", 72, 90)
    setter.put("The Mountain........................ 127", 72, 104)
    assert spoken(pdf(setter.set([]))) == ["The River 12", "The Mountain 127"]


def test_bookmarks_lead_to_blocks() -> None:
    texts = []
    for number in range(1, 5):
        texts += [heading(f"{number} Of rivers"), *prose(20, number)]
    pages = Setter().set(texts)
    where = {
        item.text: (page, item.y)
        for page, one in enumerate(pages)
        for item in one.items
        if item.font == BOLD
    }
    outline = [
        Outline("1 Of rivers", *where["1"], 1),
        Outline("3  Of\nrivers", where["3"][0], 0.0, 2),  # its title is on that page
        Outline("Elsewhere", where["4"][0], where["4"][1] - 5, 1),
        Outline("Nowhere", 999, 0.0, 1),
        Outline(" ", 0, 0.0, 1),
    ]
    document = pdf(pages, outline=outline)
    starts = {text: document.text.index(text) for text in ("1 Of", "3 Of", "4 Of")}
    assert document.contents == (
        Entry("1 Of rivers", starts["1 Of"], 1),
        Entry("3 Of rivers", starts["3 Of"], 2),
        Entry("Elsewhere", starts["4 Of"], 1),
    )


@pytest.mark.parametrize("pages", [[], [PdfPage(612.0, 792.0, ())] * 3])
def test_pictures_of_pages(pages: list[PdfPage]) -> None:
    with pytest.raises(DocumentUnreadable, match="pictures of pages only"):
        pdf(pages)


def test_pages_without_a_word() -> None:
    page = PdfPage(612.0, 792.0, (PdfItem("* * *", 72.0, 90.0, 30.0, 10.0, "F", 10.0),))
    with pytest.raises(DocumentUnreadable, match="no words"):
        pdf([page])


def test_a_thick_book_takes_no_time() -> None:
    texts = prose(1250, 7)
    pages = Setter(hyphenate=0.5, height=400, head=lambda page: ("Book", "", str(page))).set(texts)
    items = sum(len(page.items) for page in pages)
    assert len(pages) > 200 and items > 60_000
    # Of this process: the machine may be busy.
    start = time.process_time()
    document = pdf(pages)
    assert time.process_time() - start < 3.0
    assert in_order(spoken(document), [text.text for text in texts]) == 1.0


@pytest.mark.parametrize("shape", ["point", "column", "row", "grid", "noise", "stairs"])
def test_hostile_pages_take_linear_time(shape: str) -> None:
    chance = random.Random(1)
    count = 20_000
    places: dict[str, Callable[[int], tuple[float, float]]] = {
        "point": lambda _: (100.0, 100.0),
        "column": lambda at: (100.0, at % 790 + chance.random()),
        "row": lambda at: (at % 600 + chance.random(), 100.0),
        "grid": lambda at: (at % 150 * 4.0, at // 150 * 5.0),
        "noise": lambda _: (chance.uniform(0, 600), chance.uniform(0, 790)),
        "stairs": lambda at: (at * 600 / count, at * 790 / count),
    }
    items = tuple(
        PdfItem("ab"[at % 2], *places[shape](at), 2.0, 3.0, "F", chance.choice((1.0, 3.0)))
        for at in range(count)
    )
    start = time.process_time()
    pdf([PdfPage(612.0, 792.0, items)])
    assert time.process_time() - start < 4.0
