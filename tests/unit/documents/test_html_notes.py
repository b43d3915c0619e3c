"""Marks, notes, citations and what else is raised in HTML."""

from __future__ import annotations

import pytest
from lectern.documents.html import html, read_into
from lectern.documents.model import Builder, Skip

from tests.unit.documents.checks import skipped, texts


@pytest.mark.parametrize(
    "mark",
    [
        "<sup><a href='#n'>1</a></sup>",
        "<a href='#n'><sup>1</sup></a>",
        "<sup>(<a href='notes.xhtml#n'>12</a>)</sup>",
        "<sup><a href='#n'>1</a>, <a href='#m'>2</a></sup>",
        "<sup><a href='#n'>b</a></sup>",
        "<sup><a href='#n'>iv</a></sup>",
        "<a href='#n'><sup>[note 3]</sup></a>",
        "<a href='#n'>*</a>",
        "<a href='#n'>††</a>",
        "<a href='#n'>²</a>",
        "<a epub:type='noteref' href='#n'>1</a>",
        "<a role='doc-noteref' href='#n'>see note</a>",
    ],
)
def test_the_marks_of_notes_are_skipped(mark: str) -> None:
    document = html(f"<p>A word{mark} and more.")
    assert len(skipped(document)) == 1
    text, skip = skipped(document)[0]
    assert skip is Skip.NOTE
    assert document.text.replace(text, "") == "A word and more."


@pytest.mark.parametrize(
    "kept",
    [
        "x<sup>2</sup>",
        "H<sub>2</sub>O",
        "1<sup>er</sup>",
        "2<sup>nd</sup>",
        "<a href='#c4'>4<sup>th</sup> chapter</a>",
        "<a href='#x'>12</a>",
        "<a href='#x'>x<sup>i</sup></a>",
        "<a href='#x'>i<sup>v</sup></a>",
        "<a href='#x'>A</a>",
        "<sup><a href='//x.example/'>2</a></sup>",
        "<sup><a href='#x'>TM</a></sup>",
        "[sic]",
        "[12]",
        "a[<i>i</i>]",
        "<a href='#x'>[see there]</a>",
    ],
)
def test_other_superscripts_links_and_brackets_are_read(kept: str) -> None:
    assert skipped(html(f"<p>A word {kept} and more.")) == []


@pytest.mark.parametrize(
    ("markup", "wanted"),
    [
        ("10<sup>6</sup> and 2<sup>10</sup>", "10⁶ and 2¹⁰"),
        ("10<sup>-3</sup>, 10<sup>−<i>3</i></sup>, 10<sup>1.5</sup>", "10⁻³, 10⁻³, 10¹.⁵"),
        ("x<sup>n</sup> + 2<sup>n+1</sup> + (a)<sup>i</sup>", "xⁿ + 2ⁿ⁺¹ + (a)ⁱ"),
        ("H<sub>2</sub>O, Ca<sup>2+</sup>, x<sub>12</sub>", "H₂O, Ca²⁺, x₁₂"),
        ("1<sup>er</sup> XX<sup>e</sup> 5<sup>th</sup> n<sup>o</sup> M<sup>me</sup>",
         "1er XXe 5th no Mme"),
        ("Tin<sup>n</sup> x<sub>i</sub> here<sup>12,13</sup> or<sup>3–5</sup>",
         "Tinn xi here¹²,¹³ or³–⁵"),
        # The mark of a note is no power.
        ("10<sup><a href='#n'>6</a></sup>", "106"),
    ],
)  # fmt: skip
def test_raised_and_lowered_numbers_are_so_in_the_text(markup: str, wanted: str) -> None:
    assert texts(html(f"<p>{markup}")) == [wanted]


@pytest.mark.parametrize(
    "cite",
    [
        "<a href='#b12'>[12]</a>",
        "<sup>[3, 4]</sup>",
        "<cite>[<a href='#b5'>5</a>–<a href='#b7'>7</a>]</cite>",
        "<sup><a href='#c1'>[1]</a></sup>",
        "[<a href='https://doi.example/1'>1</a>]",
    ],
)
def test_citations_are_references(cite: str) -> None:
    document = html(f"<p>As [some] said {cite}, it [8] holds.")
    ((text, skip),) = skipped(document)
    assert skip is Skip.REFERENCE
    assert document.text.replace(text, "") == "As [some] said, it [8] holds."


def test_notes_by_what_they_say_they_are() -> None:
    document = html(
        "<p>Text.</p><aside epub:type='footnote'><p>A</p><p>B</p></aside><p>Go on.</p>"
        "<section role='doc-endnotes'><h2>Notes</h2><ol><li>C</ol></section>"
        "<div epub:type='x rearnotes'>D</div><aside>Aside</aside>"
    )
    assert texts(document, Skip.NOTE) == ["A", "B", "Notes", "C", "D"]
    assert texts(document, Skip.NO) == ["Text.", "Go on.", "Aside"]
    assert document.contents == ()


@pytest.mark.parametrize(
    "note",
    [
        "<ol><li id=n1>The note. <a href='#r1'>back</a><li>No note</ol>",
        "<p id=n1><sup><a href='#r1'>1</a></sup> The note.<p>No note",
        "<p><a name=n1></a><a href='#r1'>[1]</a> The note.<p>No note",
        "<div id=n1><p>The note.</p><p><a href='#r1'>back</a></p></div><p>No note",
    ],
)
def test_what_a_mark_leads_to_and_leads_back_is_a_note(note: str) -> None:
    document = html(f"<p>Text<sup><a id=r1 href='#n1'>1</a></sup>.</p><p>More.</p>{note}")
    assert texts(document, Skip.NO) == ["Text1.", "More.", "No note"]
    assert "The note" in texts(document, Skip.NOTE)[0]


@pytest.mark.parametrize(
    "other",
    [
        "<p id=n1>Leads nowhere.",
        "<h2 id=n1><a href='#r1'>A heading</a></h2>",
        "<p id=n1>" + "Too long for a note. " * 300 + "<a href='#r1'>back</a>",
        "<div id=n1>" + "<p>A chapter.</p>" * 20 + "<a href='#r1'>back</a></div>",
        "<p id=n1>Leads <a href='#top'>elsewhere</a>.",
    ],
)
def test_what_is_no_note(other: str) -> None:
    markup = f"<p id=top>Top</p><p>Text<sup><a id=r1 href='#n1'>1</a></sup>.</p>{other}"
    assert texts(html(markup), Skip.NOTE) == []


@pytest.mark.parametrize(
    "note",
    [
        "<aside id=n1><a href='#r1'><sup>1</sup></a> The note.</aside>",
        "<aside id=n1><a href='#r1'>[1]</a> The note.</aside>",
        "<aside id=n1>* The note. <a href='#r1'>↩</a></aside>",
        "<aside><p><sup><a id=n1 href='#r1'>1</a></sup> The note.</p></aside>",
    ],
)
def test_a_note_in_the_margin_stands_before_its_mark(note: str) -> None:
    document = html(f"<p>Before.</p>{note}<p>Text<sup><a id=r1 href='#n1'>1</a></sup> goes on.</p>")
    assert texts(document, Skip.NO) == ["Before.", "Text1 goes on."]
    assert "The note." in texts(document, Skip.NOTE)[0]


@pytest.mark.parametrize(
    "text",
    [
        "Some word<a id=r1 href='#n1'>1</a> goes on.",
        "Some word.”<a id=r1 href='#n1'>1</a>",
        "An <i>end</i>.<span><a id=r1 href='#n1'><span>1</span></a></span> More.",
    ],
)
def test_a_number_behind_a_word_is_a_mark_if_its_note_leads_back(text: str) -> None:
    note = "<p id=n1><a href='#r1'>1</a> The note.</p>"
    document = html(f"<p>{text}</p><p>More.</p>{note}")
    assert skipped(document) == [("1", Skip.NOTE)]
    assert texts(document, Skip.NOTE) == ["1 The note."]
    document = html(f"<p>{text}</p><p>More.</p><p id=n1>Leads nowhere.</p>")
    assert skipped(document) == []
    assert texts(document, Skip.NOTE) == []


def test_only_the_numbers_whose_notes_lead_back_are_marks() -> None:
    document = html(
        "<p>One<a id=r1 href='#n1'>1</a>, two<a href='#n9'>2</a>, see<sup><a href='#x'>*</a></sup>,"
        " three<a id=r3 href='#n3'>3</a>, p.<a id=r4 href='#n4'>12</a>.</p>"
        "<p id=n1><a href='#r1'>1</a> A.</p><p id=n3><a href='#r3'>3</a> B.</p>"
        "<p id=n4><a href='#r4'>12</a> C.</p>"
    )
    assert [text for text, _ in skipped(document)] == ["1", "*", "3"]


def test_numbers_that_lead_to_notes_in_another_file() -> None:
    builder = Builder()
    page = read_into(builder, "<p>A word<a id=r5 href='notes.xhtml#n5'>5</a> and more.")
    assert page.unsure == ("notes.xhtml#n5",)
    assert page.marks == ()
    assert [span.skip for span in builder.blocks[0].skipped] == [Skip.NOTE]
    notes = "<p id=n5><a href='one.xhtml#r5'>5</a> A note.</p><p id=n6>No note.</p>"
    read_into(builder, notes, perhaps={"n5", "n6", "n7"})
    assert [block.skip for block in builder.blocks] == [Skip.NO, Skip.NOTE, Skip.NO]


def test_a_verse_that_begins_with_its_mark_has_a_note() -> None:
    document = html(
        "<p><sup><a id=r1 href='#n1'>1</a></sup> In the beginning.</p><p>More.</p>"
        "<p><sup><a id=n1 href='#r1'>1</a></sup> Of time.</p>"
    )
    assert texts(document, Skip.NO) == ["1 In the beginning.", "More."]


def test_a_link_back_to_another_file_makes_no_note_of_what_it_leads_to() -> None:
    page = read_into(Builder(), "<p id=n1><sup><a href='text.xhtml#r1'>1</a></sup> A note.")
    assert page.marks == ()


def test_notes_in_another_file() -> None:
    builder = Builder()
    page = read_into(builder, "<p>Text<sup><a href='notes.xhtml#n1'>1</a></sup>")
    assert page.marks == ("notes.xhtml#n1",)
    page = read_into(builder, "<p id=n1>Note</p><p id=n2>Other</p>", notes={"n1", "n9"})
    assert [block.skip for block in builder.blocks] == [Skip.NO, Skip.NOTE, Skip.NO]
    assert page.marks == ()
