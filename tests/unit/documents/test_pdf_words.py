"""Words are whole again: hyphens, ligatures, spaces between items, other scripts."""

from __future__ import annotations

import pytest
from lectern.documents.pdf import PdfItem, PdfPage, pdf

from tests.typeset import Setter, Text, measure, prose, spoken


def page(*lines: str, size: float = 10.0) -> list[PdfPage]:
    """Lines that fill their column, one below the other."""
    items = [
        PdfItem(line, 72.0, 80.0 + 1.2 * size * at, 400.0, size, "Times", size)
        for at, line in enumerate(lines)
    ]
    return [PdfPage(612.0, 792.0, tuple(items))]


def text_of(*lines: str) -> str:
    return " ".join(spoken(pdf(page(*lines))))


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (("the moun-", "tain was high"), "the mountain was high"),
        (("the moun\u00ad", "tain was high"), "the mountain was high"),
        (("the moun\u2010", "tain was high"), "the mountain was high"),
        (("the moun-", "tain, was high"), "the mountain, was high"),
        (("it was Anglo-", "Saxon"), "it was Anglo-Saxon"),
        (("in 1914-", "1918 and after"), "in 1914-1918 and after"),
        (("a well-known man, well-", "known here"), "a well-known man, well-known here"),
        (("a recreation and re-creation, the re-", "creation of recreation"),
         "a recreation and re-creation, the recreation of recreation"),
        (("out of the art state-of-the-", "art things"), "out of the art state-of-the-art things"),
        (("he thought -", "and left"), "he thought - and left"),
        (("he thought—", "and left"), "he thought—and left"),
        (("so\u00adft hy\u00adphens", "within"), "soft hyphens within"),
        (("the ﬁrst ﬂight of the oﬃce", "and the ﬅ"), "the first flight of the office and the st"),
        (("½ and ² and Ⅳ", "stay"), "½ and ² and Ⅳ stay"),
        (("漢字仮名", "交じり文"), "漢字仮名交じり文"),
        (("a\x00b\x07c", "d"), "abc d"),
    ],
)  # fmt: skip
def test_line_ends(lines: tuple[str, ...], wanted: str) -> None:
    assert text_of(*lines) == wanted


def test_spaces_come_of_gaps_and_of_spaces() -> None:
    items = [
        ("Kern", 72.0, 20.0), ("ing", 92.3, 12.0), ("is", 107.0, 7.0), (" no ", 114.0, 16.0),
        ("space", 130.0, 25.0),
    ]  # fmt: skip
    row = tuple(PdfItem(text, x, 80.0, width, 10.0, "F", 10.0) for text, x, width in items)
    assert spoken(pdf([PdfPage(612.0, 792.0, row)])) == ["Kerning is no space"]


def test_letters_that_are_spaced_out_are_one_word() -> None:
    x, items = 72.0, []
    for letter in "THE RIVER":
        if letter != " ":
            items.append(PdfItem(letter, x, 80.0, 6.0, 10.0, "F", 10.0))
        x += 8.5
    assert spoken(pdf([PdfPage(612.0, 792.0, tuple(items))])) == ["THE RIVER"]


def test_what_is_printed_twice_is_read_once() -> None:
    setter = Setter()
    for shift in (0.0, 0.4):
        setter.put("Made bold by printing", 72 + shift, 80)
    assert spoken(pdf(setter.set([]))) == ["Made bold by printing"]


def test_a_large_first_letter() -> None:
    setter = Setter()
    setter.put("T", 72, 104, 36)
    for at, line in enumerate(
        ("here was a table set out under a tree and", "in front of the house the Hare and they")
    ):
        setter.put(line, 95, 80 + 12 * at)
    setter.put("were having tea at it: a Dormouse was sitting between them.", 95, 104)
    setter.put("They were talking over its head, and it was asleep.", 72, 116)
    found = spoken(pdf(setter.set([])))
    assert found[0].startswith("There was a table set out under a tree and in front")
    assert len(found) == 1


def test_right_to_left_lines_and_columns() -> None:
    """Items come in logical order, from pdf.js; the right column is read first."""
    words = ["שלום", "עולם", "ספר", "נהר", "הר", "בית", "חלון", "בוקר"]
    items, wanted = [], []
    for column, right in enumerate((540.0, 290.0)):
        for row in range(12):
            x, y = right, 80.0 + 12 * row
            line = [f"{words[(row + at) % 8]}{chr(0x5D0 + column)}" for at in range(6)]
            if row == 3:
                line[2:4] = ["12", "Piper"]
                # Left to right within: "Piper" stands to the right of "one".
                line[3:4] = ["Piper", "one"]
            order = list(line)
            if row == 3:
                at = order.index("12")
                order[at : at + 3] = ["one", "Piper", "12"]
            widths = [measure(word, 10.0) for word in order]
            stretch = (220.0 - sum(widths)) / (len(order) - 1)
            for word, width in zip(order, widths, strict=True):
                items.append(PdfItem(word, x - width, y, width, 10.0, "F", 10.0))
                x -= width + stretch
            wanted += line
    found = spoken(pdf([PdfPage(612.0, 792.0, tuple(items))]))
    assert " ".join(found).split() == wanted


def test_words_of_the_other_direction_within_a_line() -> None:
    setter = Setter()
    texts = prose(6, 2)
    setter.set(texts)
    end = setter.put("The word", 72, 700)
    for word in ("עולם", "שלום"):  # as they stand on the page, from left to right
        end = setter.put(word, end + 2.5, 700)
    setter.put("means peace.", end + 2.5, 700)
    assert spoken(pdf(setter.set([])))[-1] == "The word שלום עולם means peace."


def test_raised_and_lowered_numbers_are_so_in_the_text() -> None:
    setter = Setter()
    setter.set(prose(3, 2))
    setter.put("About 10^{6} grains, 10^{-3} of x^{n} and the 5^{th} of H_{2}O", 72, 700)
    wanted = "About 10⁶ grains, 10⁻³ of xⁿ and the 5th of H₂O"
    assert spoken(pdf(setter.set([])))[-1] == wanted


def test_a_word_split_over_columns_and_pages() -> None:
    texts = [Text(one.text) for one in prose(60, 21)]
    setter = Setter(3, gutter=14, hyphenate=1.0)
    pages = setter.set(texts)
    ends = [item.text for one in pages for item in one.items if item.text.endswith("-")]
    assert len(ends) > 20
    assert spoken(pdf(pages)) == [text.text for text in texts]
