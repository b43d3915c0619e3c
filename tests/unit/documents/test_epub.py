"""EPUBs as they should be: order, contents, notes, furniture, encodings, covers, speed."""

from __future__ import annotations

import random
import time

import pytest
from lectern.documents.epub import MOST_COVER, cover, epub
from lectern.documents.model import Document, Entry, Kind, Skip

from tests.epubs import FOLDER, PACKAGE, Chapter, Line, make, novel, page, png
from tests.unit.documents.checks import heard

ONE = Chapter("one.xhtml", "<h1>One</h1><p>It begins.</p>")
TWO = Chapter("two.xhtml", "<h1>Two</h1><p>It ends.</p>")


def skipped(document: Document, skip: Skip) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.skip is skip]


def block_at(document: Document, start: int) -> str:
    """The block that an entry leads to: it must begin there."""
    (found,) = [b for b in document.blocks if b.start == start]
    return document.text[found.start : found.end]


def led(document: Document) -> list[tuple[str, int, str]]:
    return [(one.title, one.level, block_at(document, one.start)) for one in document.contents]


@pytest.mark.parametrize("version", [2, 3])
def test_the_spine_in_order_with_what_the_package_says(version: int) -> None:
    document = epub(
        make(
            [TWO, ONE],
            version=version,
            title="A  <Book>\n& more",
            authors=["Ann Author", "Bo Other", "Ann Author"],
            language="en_GB",
            contents=[Line("The end", "two.xhtml"), Line("The start", "one.xhtml")],
        )
    )
    assert heard(document) == ["Two", "It ends.", "One", "It begins."]
    assert document.title == "A <Book> & more"
    assert document.author == "Ann Author, Bo Other"
    assert document.language == "en-GB"
    assert led(document) == [("The end", 1, "Two"), ("The start", 1, "One")]
    assert [block.kind for block in document.blocks][:2] == [Kind.HEADING, Kind.PARAGRAPH]


@pytest.mark.parametrize("version", [2, 3])
def test_nested_contents_lead_to_the_blocks_of_their_elements(version: int) -> None:
    body = (
        '<h1 id="top">Part</h1><p>Intro.</p><section id="a"><h2>A</h2><p>Of a.</p></section>'
        '<p>Before <a id="mid"/>and after.</p><div id="caf&#233;"><p>Coffee.</p></div>'
    )
    document = epub(
        make(
            [ONE, Chapter("text/part one.xhtml", body)],
            version=version,
            contents=[
                Line("Start", "one.xhtml"),
                Line(
                    "Part",
                    "text/part%20one.xhtml",
                    (
                        Line("A", "text/part%20one.xhtml#a", (
                            Line("Middle", "text/part one.xhtml#mid"),
                        )),
                        Line("Coffee", "text/part%20one.xhtml#caf%C3%A9"),
                        Line("Unknown id", "text/part%20one.xhtml#none"),
                    ),
                ),
                Line("Missing file", "three.xhtml"),
                Line("Elsewhere", "https://example.org/one.xhtml"),
            ],
        )
    )  # fmt: skip
    assert led(document) == [
        ("Start", 1, "One"),
        ("Part", 1, "Part"),
        ("A", 2, "A"),
        ("Middle", 3, "Before and after."),
        ("Coffee", 2, "Coffee."),
        ("Unknown id", 2, "Part"),
    ]


def test_a_mere_title_leads_where_the_first_line_below_it_does() -> None:
    lines = [
        Line("Front", ""),
        Line("Book I", "", (Line("Canto", "", (Line("Two", "two.xhtml"),)),)),
    ]
    document = epub(make([ONE, TWO], contents=lines))
    assert led(document) == [("Book I", 1, "Two"), ("Canto", 2, "Two"), ("Two", 3, "Two")]


def test_a_page_of_pictures_leads_to_the_text_behind_it() -> None:
    plate = Chapter("plate.xhtml", '<img src="x.png"/>')
    lines = [Line("Plate", "plate.xhtml"), Line("Last plate", "last.xhtml")]
    last = Chapter("last.xhtml", '<img src="x.png"/>')
    document = epub(make([ONE, plate, TWO, last], contents=lines))
    assert led(document) == [("Plate", 1, "Two")]


def test_without_contents_the_headings_are_the_contents() -> None:
    assert led(epub(make([ONE, TWO]))) == [("One", 1, "One"), ("Two", 1, "Two")]


def test_an_empty_navigation_falls_back_on_the_ncx() -> None:
    ncx = make([ONE], version=2, contents=[Line("From the NCX", "one.xhtml")])
    assert epub(ncx).contents == (Entry("From the NCX", 0, 1),)
    # The nav's folder is not the package's: its references are from where it lies.
    nav = page('<nav epub:type="toc"><ol><li><a href="../one.xhtml">Up</a></li></ol></nav>')
    package = (
        b'<package><manifest><item id="n" properties="nav" href="nav/nav.xhtml"'
        b' media-type="application/xhtml+xml"/><item id="o" href="one.xhtml"'
        b' media-type="application/xhtml+xml"/></manifest>'
        b'<spine><itemref idref="o"/></spine></package>'
    )
    files = {PACKAGE: package, f"{FOLDER}/nav/nav.xhtml": nav}
    assert epub(make([ONE], files=files)).contents == (Entry("Up", 0, 1),)


def test_notes_are_skipped_with_their_marks_also_from_another_file() -> None:
    text = Chapter(
        "text.xhtml",
        '<p>Told<a epub:type="noteref" href="#n1">1</a> and'
        '<a epub:type="noteref" href="notes.xhtml#n2">2</a> done.</p>'
        '<aside epub:type="footnote" id="n1"><p>A foot note.</p></aside>',
    )
    notes = Chapter("notes.xhtml", '<p id="n2">A plain end note.</p><p>Text goes on.</p>')
    for spine in ([text, notes], [notes, text]):
        document = epub(make(spine))
        assert sorted(skipped(document, Skip.NOTE)) == ["A foot note.", "A plain end note."]
        assert "Text goes on." in heard(document)
        (told,) = [b for b in document.blocks if b.skipped]
        assert [document.text[s.start : s.end] for s in told.skipped] == ["1", "2"]


def test_a_raised_mark_into_another_file_makes_a_note_of_its_target() -> None:
    text = Chapter("text.xhtml", '<p>Told<sup><a href="notes.xhtml#n2">2</a></sup>.</p>')
    notes = Chapter("notes.xhtml", '<p id="n2">2. A note.</p><p>Text goes on.</p>')
    assert skipped(epub(make([text, notes])), Skip.NOTE) == ["2. A note."]


def test_linear_no_is_there_but_skipped() -> None:
    aside = Chapter("aside.xhtml", "<p>Aside.</p>", linear=False)
    document = epub(make([ONE, aside, TWO]))
    assert heard(document) == ["One", "It begins.", "Two", "It ends."]
    assert skipped(document, Skip.FURNITURE) == ["Aside."]


def test_linear_no_is_read_where_there_is_nothing_else() -> None:
    aside = Chapter("aside.xhtml", "<p>Aside.</p>", linear=False)
    assert heard(epub(make([aside]))) == ["Aside."]
    # The cover does not count: it is no text.
    front = Chapter("front.xhtml", "<p>Front.</p>", 'epub:type="cover"')
    document = epub(make([front, aside]))
    assert heard(document) == ["Aside."]
    assert skipped(document, Skip.FURNITURE) == ["Front."]


@pytest.mark.parametrize("kind", ["cover", "titlepage", "toc", "copyright-page", "index"])
def test_furniture_by_the_bodys_type_by_its_only_elements_or_by_landmarks(kind: str) -> None:
    words = "<p>Nobody wants to hear this.</p>"
    made = [
        make([Chapter("x.xhtml", words, f'epub:type="frontmatter {kind}"'), ONE]),
        make([Chapter("x.xhtml", words, f'role="doc-{kind}"'), ONE]),
        make([Chapter("x.xhtml", f'<div epub:type="{kind}">{words}</div>'), ONE]),
        make([Chapter("x.xhtml", words), ONE], landmarks={kind: "x.xhtml"}),
        make([Chapter("x.xhtml", words), ONE], landmarks={kind: "./X.xhtml"}, version=2),
    ]
    for data in made:
        document = epub(data)
        assert skipped(document, Skip.FURNITURE) == ["Nobody wants to hear this."]
        assert heard(document) == ["One", "It begins."]


def test_furniture_ends_where_the_text_begins() -> None:
    body = (
        '<p id="title">Title.</p><p>By her.</p><h1 id="c1">One</h1><p>Text.</p>'
        '<section epub:type="titlepage"><p>Quoted.</p></section>'
    )
    chapter = Chapter("all.xhtml", body)
    for landmarks in (
        {"cover": "all.xhtml", "bodymatter": "all.xhtml#c1"},
        {"titlepage": "all.xhtml#title"},
    ):
        made = make([chapter], landmarks=landmarks, contents=[Line("One", "all.xhtml#c1")])
        document = epub(made)
        assert skipped(document, Skip.FURNITURE) == ["Title.", "By her."]
    document = epub(make([chapter], landmarks={"cover": "all.xhtml"}))
    assert skipped(document, Skip.FURNITURE) == []
    first = '<section epub:type="titlepage"><p>Title.</p></section><section><p>One.</p></section>'
    assert heard(epub(make([Chapter("all.xhtml", first), ONE])))[:2] == ["Title.", "One."]


def test_a_whole_file_is_furniture_however_many_lines_of_the_contents_lead_into_it() -> None:
    index = Chapter("index.xhtml", '<h1>Index</h1><p id="a">Apples, 3</p><p id="b">Boats, 5</p>')
    lines = [Line("Index", "index.xhtml", (Line("A", "index.xhtml#a"), Line("B", "index.xhtml#b")))]
    document = epub(make([ONE, index], contents=lines, landmarks={"index": "index.xhtml"}))
    assert skipped(document, Skip.FURNITURE) == ["Index", "Apples, 3", "Boats, 5"]


def test_a_guide_has_words_of_its_own() -> None:
    front = Chapter("front.xhtml", '<p>Title.</p><p id="text">Text.</p>')
    guide = {"title-page": "front.xhtml", "text": "front.xhtml#text"}
    document = epub(make([front, ONE], version=2, landmarks=guide))
    assert skipped(document, Skip.FURNITURE) == ["Title."]


def test_the_navigation_in_the_spine_is_skipped() -> None:
    body = '<nav epub:type="toc"><ol><li><a href="one.xhtml">1</a></li></ol></nav><p>Plates.</p>'
    document = epub(make([Chapter("nav.xhtml", body), ONE]))
    assert heard(document) == ["One", "It begins."]
    assert "Plates." in skipped(document, Skip.FURNITURE)
    assert [entry.title for entry in document.contents] == ["1"]


@pytest.mark.parametrize(
    "markup",
    [
        page("<p>Élan — “vif”</p>", encoding="utf-8"),
        b"\xef\xbb\xbf" + page("<p>Élan — “vif”</p>", encoding="utf-8"),
        page("<p>Élan — “vif”</p>", encoding="utf-16"),
        page("<p>Élan — “vif”</p>", encoding="utf-16").decode("utf-16").encode("utf-16-le"),
        page("<p>Élan — “vif”</p>", encoding="utf-16").decode("utf-16").encode("utf-16-be"),
        page("<p>Élan — “vif”</p>", encoding="windows-1252"),
        page("<p>Élan &#8212; &ldquo;vif&rdquo;</p>", encoding="latin-1"),
        # Declared as what it is not, and as what is none.
        page("<p>Élan — “vif”</p>", encoding="cp1252").replace(b"cp1252", b"utf-8"),
        page("<p>Élan — “vif”</p>").replace(b'"utf-8"', b'"unicode_escape"'),
        '<html><head><meta charset="windows-1252"/></head><p>Élan — “vif”</p></html>'.encode(
            "cp1252"
        ),
    ],
)
def test_encodings(markup: bytes) -> None:
    assert heard(epub(make([Chapter("one.xhtml", markup=markup)]))) == ["Élan — “vif”"]


def test_one_bad_byte_does_not_change_the_encoding() -> None:
    markup = page("<p>Élan — “vif”</p>").replace(b"vif", b"v\xffif")
    assert heard(epub(make([Chapter("one.xhtml", markup=markup)]))) == ["Élan — “v\ufffdif”"]


def test_languages() -> None:
    german = Chapter("two.xhtml", markup=page("<p>Guten Tag.</p>", language="de"))
    english = Chapter("one.xhtml", markup=page("<p>Hello.</p><p>You.</p>", language="en"))
    document = epub(make([english, german], language="en"))
    assert [block.language for block in document.blocks] == ["", "", "de"]
    # A package that says nothing, or nothing that is one: what most of the text says.
    for said in ("", "und", "no language at all"):
        document = epub(make([english, german], language=said))
        assert document.language == "en"
        assert [block.language for block in document.blocks] == ["", "", "de"]


@pytest.mark.parametrize("version", [2, 3])
def test_cover(version: int) -> None:
    assert cover(make([ONE], version=version, cover=png())) == (png(), "image/png")
    assert cover(make([ONE], version=version)) is None


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        (b"\xff\xd8\xff\xe0 a JPEG", "image/jpeg"),
        (b"GIF89a a GIF", "image/gif"),
        (b"RIFF\0\0\0\0WEBP a WebP", "image/webp"),
        (b"RIFF\0\0\0\0WAVE no WebP", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (png() + random.Random(1).randbytes(MOST_COVER), None),
    ],
)
def test_a_cover_is_what_its_first_bytes_say(image: bytes, wanted: str | None) -> None:
    found = cover(make([ONE], cover=image, cover_type="image/png"))
    assert found == (None if wanted is None else (image, wanted))


def test_a_cover_on_a_page() -> None:
    for markup in (
        '<img src="img/front.png"/>',
        '<svg xmlns:xlink="x"><image xlink:href="img/front.png"/></svg>',
    ):
        front = Chapter("front.xhtml", markup)
        files = {f"{FOLDER}/img/front.png": png()}
        for version in (2, 3):
            made = make([front, ONE], version=version, files=files, landmarks={"cover": front.name})
            assert cover(made) == (png(), "image/png")


def test_of_a_cover_page_the_beginning_is_looked_at() -> None:
    """Twenty of them with a million tags each took a quarter of a minute."""
    front = Chapter("front.xhtml", "<b/>" * 10_000 + '<img src="img/front.png"/>')
    files = {f"{FOLDER}/img/front.png": png()}
    made = make([front, ONE], version=2, files=files, landmarks={"cover": front.name})
    assert cover(made) is None


def test_no_cover_of_what_is_no_epub() -> None:
    assert cover(b"nothing") is None


def test_a_novel_of_300_chapters_is_read_quickly() -> None:
    data = novel(chapters=300, characters=1_000_000)
    taken = []
    for _ in range(2):
        begun = time.process_time()
        document = epub(data)
        taken.append(time.process_time() - begun)
    assert min(taken) < 1.5
    assert len(document.text) > 1_000_000
    assert len(document.contents) == 300
    assert led(document)[-1] == ("Chapter 300", 1, "Chapter 300")


def test_marks_that_are_raised_by_a_style_and_notes_at_the_book_s_end() -> None:
    book = make(
        [
            Chapter(
                "one.xhtml",
                '<p>A word<a id="r5" class="up" href="notes.xhtml#n5">5</a> and more.</p>',
            ),
            Chapter(
                "notes.xhtml", '<p id="n5"><a href="one.xhtml#r5">5</a> A note.</p><p>End.</p>'
            ),
        ],
        version=2,
    )
    document = epub(book)
    assert heard(document) == ["A word5 and more.", "End."]
    (mark,) = document.blocks[0].skipped
    assert document.text[mark.start : mark.end] == "5"
    assert skipped(document, Skip.NOTE) == ["5 A note."]
