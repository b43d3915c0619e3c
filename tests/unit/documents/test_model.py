"""Blocks lie in the text where they say."""

from __future__ import annotations

import pytest
from lectern.documents.model import Builder, Document, Entry, Kind, Skip, language_tag


def texts(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks]


def test_blocks_lie_in_the_text_with_gaps_between() -> None:
    builder = Builder()
    builder.add("Chapter one")
    builder.end(Kind.HEADING, level=1)
    builder.add("It was a bright ")
    builder.add("cold day.")
    builder.end()
    document = builder.document(title=" A \n title ", language="en_GB")
    assert document.text == "Chapter one\n\nIt was a bright cold day."
    assert texts(document) == ["Chapter one", "It was a bright cold day."]
    assert (document.title, document.language) == ("A title", "en-GB")
    assert [(one.title, one.start, one.level) for one in document.contents] == [
        ("Chapter one", 0, 1)
    ]


def test_white_space_is_one_space_across_runs() -> None:
    builder = Builder()
    for run in ("  Two\n ", " words,", " and", "more ", "", " \t", "of it.  "):
        builder.add(run)
    builder.end()
    assert builder.document().text == "Two words, andmore of it."


def test_verse_keeps_its_lines() -> None:
    builder = Builder()
    builder.add("\n  Tyger   Tyger,\n  burning bright\n")
    builder.end(Kind.VERSE)
    assert builder.document().text == " Tyger Tyger,\n burning bright"


@pytest.mark.parametrize("empty", ["", "  \n", "* * *", "—"])
def test_what_has_nothing_to_say_is_no_block(empty: str) -> None:
    builder = Builder()
    builder.add(empty)
    assert builder.end() is None
    builder.add("Text.")
    builder.end()
    assert builder.document().text == "Text."


def test_a_mark_within_a_block_is_skipped_where_it_stands() -> None:
    builder = Builder()
    builder.add("First.")
    builder.end()
    builder.add("As was shown")
    builder.add(" [12]", Skip.REFERENCE)
    builder.add(", it holds.")
    block = builder.end()
    assert block is not None
    (span,) = block.skipped
    document = builder.document()
    assert document.text[span.start : span.end] == " [12]"
    assert span.skip is Skip.REFERENCE
    assert block.skip is Skip.NO


def test_the_contents_have_no_note_marks() -> None:
    builder = Builder()
    builder.add("The road")
    builder.add(" 1", Skip.NOTE)
    builder.end(Kind.HEADING, level=2)
    assert builder.document().contents == (Entry("The road", 0, 2),)


def test_a_block_of_skipped_runs_alone_is_skipped_itself() -> None:
    builder = Builder()
    builder.add("* ", Skip.NOTE)
    builder.add("See page 9.", Skip.NOTE)
    block = builder.end()
    assert block is not None
    assert (block.skip, block.skipped) == (Skip.NOTE, ())


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("en", "en"),
        ("fr_FR", "fr-FR"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("", ""),
        ("x" * 40, ""),
        ("<b>", ""),
    ],
)
def test_languages_are_checked(given: str, wanted: str) -> None:
    assert language_tag(given) == wanted
