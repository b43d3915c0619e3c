"""Plain text into blocks: what machines wrapped is joined, what people broke is kept."""

from __future__ import annotations

import textwrap

import pytest
from lectern.documents import plain as module
from lectern.documents.model import Kind, Skip
from lectern.documents.plain import plain
from lectern.documents.wrapping import is_wrapped, wrap_column

from tests.unit.documents.checks import (
    ODD,
    check,
    check_refused,
    check_soup,
    check_time,
    hostile,
    shapes,
    skipped,
    texts,
)

SIZE = 200_000
PROSE = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the "
    "age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the "
    "season of Light, it was the season of Darkness."
)
VERSE = """\
Tyger Tyger, burning bright,
In the forests of the night;
What immortal hand or eye,
Could frame thy fearful symmetry?"""


@pytest.mark.parametrize("width", [46, 60, 72, 80, 99])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_wrapped_lines_are_joined(width: int, newline: str) -> None:
    wrapped = textwrap.fill(PROSE, width)
    document = plain(f"{wrapped}\n\n{wrapped}\n".replace("\n", newline))
    check(document)
    assert shapes(document) == [("paragraph", PROSE)] * 2


def test_lines_of_verse_and_addresses_are_kept_among_wrapped_ones() -> None:
    wrapped = textwrap.fill(PROSE, 72)
    address = "John Smith\n12 Main Street\nSpringfield"
    document = plain(f"{wrapped}\n\n{textwrap.indent(VERSE, '    ')}\n\n{wrapped}\n\n{address}\n")
    assert shapes(document) == [
        ("paragraph", PROSE),
        ("verse", VERSE),
        ("paragraph", PROSE),
        ("verse", address),
    ]


def test_long_lines_are_paragraphs_each() -> None:
    document = plain(f"A heading\n{PROSE}\n“Short,” she said.\n{PROSE}")
    assert shapes(document) == [
        ("heading1", "A heading"),
        ("paragraph", PROSE),
        ("paragraph", "“Short,” she said."),
        ("paragraph", PROSE),
    ]


def test_verse_of_long_lines_is_no_prose() -> None:
    verse = [
        "This is the forest primeval. The murmuring pines and the hemlocks,",
        "Bearded with moss, and in garments green, indistinct in the twilight,",
        "Stand like Druids of eld, with voices sad and prophetic,",
        "Stand like harpers hoar, with beards that rest on their bosoms,",
        "Loud from its rocky caverns, the deep-voiced neighboring ocean",
    ]
    assert not is_wrapped(verse, 80)
    sentences = [f"Here is the sentence of a line that has number {n}." for n in "1234567"]
    assert is_wrapped([*sentences, "And one more."], 80)


def test_where_a_text_is_wrapped() -> None:
    assert wrap_column(textwrap.wrap(PROSE * 20, 72)) in (71, 72)
    assert wrap_column(["short"] * 20) == 0
    assert wrap_column([PROSE] * 20) == 0
    assert wrap_column([]) == 0


def test_paragraphs_that_only_an_indent_divides() -> None:
    one = textwrap.fill(PROSE, 70, initial_indent="   ")
    document = plain("\n".join([one] * 3))
    assert shapes(document) == [("paragraph", PROSE)] * 3


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("an exam-\nple", "an example"),  # lower case on both sides
        ("an Anglo-\nSaxon", "an Anglo-Saxon"),
        ("a well-\nknown thing, well-known", "a well-known thing, well-known"),
        ("an exam-\nple, an example", "an example, an example"),
        ("the end--\nor not", "the end--or not"),
        ("1914-\n18", "1914- 18"),
    ],
)
def test_hyphens_at_line_ends(text: str, wanted: str) -> None:
    start = "A line that is wide enough to be wrapped by a machine, "
    before, _, behind = text.partition("\n")
    wrapped = (
        f"{start}{before}\n{behind} and so on and on until there is no more room for it.\nEnd."
    )
    joined = f"{start}{wanted} and so on and on until there is no more room for it. End."
    assert texts(plain(wrapped)) == [joined]


def test_a_text_that_breaks_at_its_own_hyphens_keeps_unknown_ones() -> None:
    line = "A line that is wide enough to be wrapped by a machine, a well-"
    text = f"{line}\nknown and well-known one of them which is as long as far-\nreaching ones."
    assert "a well-known and well-known" in plain(text).text
    assert "as far-reaching ones" in plain(text).text


@pytest.mark.parametrize(
    ("heading", "level"),
    [
        ("Chapter 3", 1),
        ("CHAPTER XII. The Return", 1),
        ("Chapitre premier", 1),
        ("IV.", 1),
        ("12", 1),
        ("THE RETURN", 1),
        ("The return", 1),
        ("Prologue", 1),
        ("Chapter 3\nIn which he returns", 1),
    ],
)
def test_headings(heading: str, level: int) -> None:
    document = plain(f"{PROSE}\n\n{heading}\n\n{PROSE}")
    assert shapes(document)[1] == (f"heading{level}", heading.replace("\n", " "))


@pytest.mark.parametrize(
    "line",
    [
        "He went.",
        "“Where?”",
        "and so on",
        "He said:",
        "WHERE?",
        "A line that is too long to be a heading of anything, since it goes on and on and on",
        "Chapter 3 of this book was long, as he said, and so was chapter four of it, he said,\n"
        "and it went on.",
    ],
)
def test_no_headings(line: str) -> None:
    document = plain(f"{PROSE}\n\n{line}\n\n{PROSE}")
    assert document.blocks[1].kind is not Kind.HEADING


def test_the_last_line_is_no_heading() -> None:
    assert shapes(plain(f"{PROSE}\n\nJohn Smith")) == [
        ("paragraph", PROSE),
        ("paragraph", "John Smith"),
    ]


def test_levels_of_parts_chapters_and_others() -> None:
    parts = ["BOOK ONE", "Chapter 1", "A place", PROSE, "Chapter 2", PROSE]
    document = plain("\n\n".join(parts))
    assert [(entry.title, entry.level) for entry in document.contents] == [
        ("BOOK ONE", 1),
        ("Chapter 1", 2),
        ("A place", 3),
        ("Chapter 2", 2),
    ]
    assert document.title == "BOOK ONE"


def test_lone_numbers_are_pages_when_there_are_many() -> None:
    few = plain("\n\n".join(f"{PROSE}\n\n{n}" for n in range(1, 20)) + "\n\nEnd.")
    assert texts(few, Skip.FURNITURE) == []
    many = plain("\n\n".join(f"{PROSE}\n\n- {n} -" for n in range(1, 60)))
    assert len(texts(many, Skip.FURNITURE)) == 59
    assert not many.contents


def test_lists_and_quotes() -> None:
    document = plain("- one\n- two\n  more\n\n• three\n\n> quoted\n>\n> > " + PROSE)
    assert shapes(document) == [
        ("item", "one"),
        ("item", "two more"),
        ("item", "three"),
        ("quote", "quoted"),
        ("quote", PROSE),
    ]


def test_project_gutenberg() -> None:
    document = plain(
        "\ufeffThe Project Gutenberg eBook of Tales\n\nTitle: Tales of\n    two Cities\n\n"
        "Author: Jane Doe\n\nLanguage: French\n\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK TALES ***\n\n\nProduced by Somebody\n\n"
        "CHAPTER I\n\n[Illustration: A ship]\n\n[Illustration]\n\n"
        + textwrap.fill("He was _very_ late,[1] and my_file_name was not. " + PROSE, 72)
        + "\n\n[Footnote 1: A first part\n\nand a second.]\n\nThe end.\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK TALES ***\n\nA licence.\n"
    )
    check(document)
    assert (document.title, document.author) == ("Tales of two Cities", "Jane Doe")
    assert document.language == "fr"
    assert shapes(document)[6:] == [
        ("heading1", "CHAPTER I"),
        ("caption", "A ship"),
        ("paragraph", "He was very late,[1] and my_file_name was not. " + PROSE),
        ("paragraph", "[Footnote 1: A first part"),
        ("paragraph", "and a second.]"),
        ("paragraph", "The end."),
        ("paragraph", "*** END OF THE PROJECT GUTENBERG EBOOK TALES ***"),
        ("paragraph", "A licence."),
    ]
    assert len(texts(document, Skip.FURNITURE)) == 8
    assert texts(document, Skip.NOTE) == ["[Footnote 1: A first part", "and a second.]"]
    assert skipped(document) == [("[1]", Skip.NOTE)]


def test_texts_of_others_keep_their_underscores_and_brackets() -> None:
    text = "A _word_ and [1] and [Footnote 1: x]."
    assert texts(plain(text)) == [text]
    assert skipped(plain(text)) == []


@pytest.mark.parametrize("empty", ["", "\n\n", " \t\f\v", "* * *\n\n---"])
def test_nothing(empty: str) -> None:
    assert plain(empty).blocks == ()


def test_ornaments_divide() -> None:
    assert texts(plain(f"{PROSE}\n* * *\n{PROSE}\n=====\n")) == [PROSE, PROSE]


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_refused(plain, module, "MAX_TEXT", monkeypatch)


def test_a_megabyte_is_read_in_a_second() -> None:
    # Broken at hyphens, so that the words of all of it are looked at.
    text = (PROSE + " ").replace("foolishness", "fool-ishness") * 30
    paragraph = textwrap.fill(text, 72).replace("fool-ishness", "foolishness")
    assert "fool-\n" in paragraph
    novel = f"CHAPTER I\n\n{paragraph}\n\n" * (1_000_000 // len(paragraph))
    document = check_time(plain, novel, 2)
    assert len(document.contents) > 100
    assert "fool-" not in document.text


HOSTILE = {
    "emphasis": "*** START OF THE PROJECT GUTENBERG\n" + "_a " * SIZE,
    "hyphens": "ab-\n" * SIZE,
    "marks": "[Footnote]\n\n" + "[1]" * SIZE,
    "pictures": "*** START OF THE PROJECT GUTENBERG\n\n" + "[Illustration: " * 40_000,
    "quoted lines": ">>>> a\n" * 60_000,
    "starts": "*** START OF TH " * 40_000,
    "fields": "Title: x\n  y\n" * 40_000 + "*** START OF THE PROJECT GUTENBERG",
    "indents": "a\n  b\nc\n" * 60_000,
    "chapters": "Chapter " * 60_000,
    "blocks": "a b\n\n" * 60_000,
}


@hostile(HOSTILE)
def test_hostile_texts_take_linear_time(text: str) -> None:
    check_time(plain, text)


PARTS = [
    *("\n", "\n\n", "\r\n", " ", "  ", "\t", "\f", "a", "word ", "Word", "- ", "> ", "-", "--"),
    *("Chapter 1", "IV", "12", "[1]", "[Footnote 1: x", "]", "[Illustration: y]", "_", ".", "!"),
    *("*** START OF THE PROJECT GUTENBERG EBOOK ***", "*** END OF THE PROJECT GUTENBERG EBOOK"),
    *("Title: x", PROSE, "exam-\nple", "***"),
]


def test_random_soup_is_read() -> None:
    check_soup(plain, [*ODD, *PARTS], 1500)
