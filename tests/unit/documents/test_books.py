"""Texts in the public domain, as they are found: Carroll in HTML, La Fontaine as plain text."""

from __future__ import annotations

from pathlib import Path

from lectern.documents.model import Document, Kind
from lectern.documents.reading import read
from lectern.sentences import split

from tests.unit.documents.checks import heard

BOOKS = Path(__file__).resolve().parents[2] / "golden" / "books"


def opened(name: str) -> Document:
    return read(name, (BOOKS / name).read_bytes())


def test_alice_has_chapters_prose_and_verse() -> None:
    book = opened("alice.html")
    assert (book.title, book.language) == ("Alice’s Adventures in Wonderland", "en")
    assert [entry.title for entry in book.contents] == [
        "Alice’s Adventures in Wonderland",
        "Chapter I. Down the Rabbit-Hole",
        "Chapter II. The Pool of Tears",
    ]
    prose = heard(book, Kind.PARAGRAPH)
    assert len(prose) == 4
    assert "nothing so very remarkable" in prose[2], "emphasis is no gap"
    (verse,) = heard(book, Kind.VERSE)
    assert verse.splitlines()[1].strip() == "Improve his shining tail,"
    assert not any("Chapter I Chapter II" in text for text in prose), "the links are furniture"


def test_alices_sentences_are_sentences() -> None:
    third = heard(opened("alice.html"), Kind.PARAGRAPH)[2]
    sentences, _ = split(third, "en")
    spoken = [third[one.start : one.end] for one in sentences]
    assert "".join(spoken).replace(" ", "") == third.replace(" ", "")
    assert spoken[0].startswith("There was nothing so very remarkable in that;")


def test_the_fable_keeps_its_lines() -> None:
    fable = opened("cigale.txt")
    assert fable.title == "La Cigale et la Fourmi"
    lines = fable.text.splitlines()
    assert "Tout l’été," in lines and "Se trouva fort dépourvue" in lines
    stanzas = heard(fable, Kind.VERSE)
    assert len(stanzas) == 2
    assert stanzas[1].startswith("« Je vous paierai, lui dit-elle,")
