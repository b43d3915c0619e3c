"""Footnotes leave the text that they interrupt, and so do the marks that lead to them."""

from __future__ import annotations

import pytest
from lectern.documents.model import Skip
from lectern.documents.pdf import pdf

from tests.typeset import Setter, Text, heading, prose, skipped, spoken


def test_a_note_does_not_interrupt_a_paragraph_that_goes_on_over_the_page() -> None:
    before = prose(9, 8, least=6)
    long = prose(1, 11, least=30, most=30)[0].text.split(" ")
    long[3] += "^{1}"
    long[-3] = "unique"
    texts = [*before, Text(" ".join(long)), *prose(3, 12)]
    notes = {"1": "A note about the river."}
    pages = Setter(notes=notes).set(texts)
    document = pdf(pages)
    wanted = " ".join(long).replace("^{1}", "")
    first, second = ({item.text for item in page.items} for page in pages[:2])
    assert {"1", "river."} <= first
    assert "unique" in second
    assert wanted in spoken(document)
    assert skipped(document, Skip.NOTE) == ["1 A note about the river."]
    # It comes after the paragraph, and its mark is skipped in it.
    block = next(one for one in document.blocks if one.skipped)
    (span,) = block.skipped
    assert (document.text[span.start : span.end], span.skip) == ("1", Skip.NOTE)
    following = document.blocks[document.blocks.index(block) + 1]
    assert following.skip is Skip.NOTE


@pytest.mark.parametrize("mark", ["*", "†"])
def test_symbols(mark: str) -> None:
    setter = Setter()
    setter.set([Text(f"The mountain is high.{mark} The river{mark} is not."), *prose(5, 2)])
    setter.put(f"{mark} Some say that it is not.", 72, 700, 8)
    document = pdf(setter.set([]))
    assert spoken(document)[0] == "The mountain is high. The river is not."
    assert skipped(document, Skip.NOTE) == [f"{mark} Some say that it is not."]


def test_notes_in_the_body_type_below_a_gap() -> None:
    text = prose(3, 3)
    setter = Setter()
    setter.set([Text("The first^{1} and the second^{2} of them."), *text])
    setter.put("^{1}The note on the first.", 72, 660)
    setter.put("^{2}The note on the second.", 72, 672)
    document = pdf(setter.set([]))
    assert spoken(document) == [
        "The first and the second of them.",
        *(one.text for one in text),
    ]
    assert skipped(document, Skip.NOTE) == [
        "1 The note on the first.",
        "2 The note on the second.",
    ]


def test_a_note_goes_on_at_the_next_foot() -> None:
    setter = Setter()
    text = prose(2, 3)
    setter._set(Text("The first^{1} of them."))
    setter._set(text[0])
    setter.put("^{1}This note is long and goes on until the", 72, 700, 8)
    setter._new_page()
    setter._set(text[1])
    setter.put("next page has room for it.", 72, 700, 8)
    document = pdf(setter.set([]))
    assert spoken(document) == ["The first of them.", *(one.text for one in text)]
    assert skipped(document, Skip.NOTE) == [
        "1 This note is long and goes on until the next page has room for it."
    ]


def test_powers_stay_where_notes_are() -> None:
    setter = Setter(notes={"2": "A note."})
    document = pdf(
        setter.set([Text("Of x^{2} metres, 5 km^{2}, 10^{2} and the rest^{2} of it."), *prose(4)])
    )
    assert spoken(document)[0] == "Of x² metres, 5 km², 10² and the rest of it."


def test_raised_numbers_without_a_note_stay() -> None:
    document = pdf(
        Setter().set([Text("On the 1^{er} of May H_{2}O was word^{3} here."), *prose(4)])
    )
    assert spoken(document)[0] == "On the 1er of May H₂O was word³ here."
    assert not document.blocks[0].skipped


def test_small_type_that_is_no_note() -> None:
    small = [Text(one.text, 8.0) for one in prose(2, 4)]
    texts = [*prose(4, 5), heading("References", 12), *small]
    document = pdf(Setter().set(texts))
    assert spoken(document) == [text.text for text in texts]


def test_endnotes_have_marks_too() -> None:
    texts = [
        Text("The first^{1} and the second^{2} of them."),
        *prose(4, 3),
        heading("Notes", 13),
        Text("1. A note on the first.", indent=0),
        Text("2. A note on the second.", indent=0),
    ]
    found = spoken(pdf(Setter().set(texts)))
    assert found[0] == "The first and the second of them."
    assert found[-2:] == ["1. A note on the first.", "2. A note on the second."]


def test_citations_are_skipped_where_the_document_lists_them() -> None:
    listed = [
        heading("References", 13),
        Text("[1] A book.", indent=0),
        Text("[2] One more.", indent=0),
    ]
    cites = Text("As was shown [1], and again [1, 2], it holds.")
    document = pdf(Setter().set([cites, *prose(5, 1), *listed]))
    assert spoken(document)[0] == "As was shown, and again, it holds."
    assert {span.skip for span in document.blocks[0].skipped} == {Skip.REFERENCE}
    assert spoken(document)[-1] == "[2] One more."
    assert spoken(pdf(Setter().set([cites, *prose(5, 1)])))[0] == cites.text


def test_a_note_stands_behind_the_block_with_its_mark() -> None:
    texts = [Text("The first^{1} of them."), *prose(3, 3)]
    document = pdf(Setter(notes={"1": "A note on it."}).set(texts))
    assert [block.skip for block in document.blocks] == [Skip.NO, Skip.NOTE, *[Skip.NO] * 3]


def test_a_line_of_a_note_that_begins_with_a_number_begins_no_note() -> None:
    setter = Setter()
    setter.set([Text("The first^{1} of them."), *prose(3, 3)])
    setter.put("^{1}A note on the river, which was seen by", 72, 700, 8)
    setter.put("12 men and by", 72, 709.6, 8)
    setter.put("40 more.", 72, 719.2, 8)
    document = pdf(setter.set([]))
    assert skipped(document, Skip.NOTE) == [
        "1 A note on the river, which was seen by 12 men and by 40 more."
    ]
