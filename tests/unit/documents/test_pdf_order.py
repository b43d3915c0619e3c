"""Reading order, on pages set from known text: every word in its place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from lectern.documents.model import Skip
from lectern.documents.pdf import pdf

from tests.typeset import Setter, Text, heading, in_order, plain, prose, skipped, spoken


def check(setter: Setter, texts: Sequence[Text]) -> None:
    found = spoken(pdf(setter.set(texts)))
    wanted = [plain(text.text) for text in texts]
    assert in_order(found, wanted) == 1.0
    assert found == wanted  # and parted into the same paragraphs


@pytest.mark.parametrize("whole_lines", [False, True], ids=["words", "lines"])
@pytest.mark.parametrize("jitter", [0.0, 0.5])
@pytest.mark.parametrize(("columns", "gutter"), [(1, 0.0), (2, 10.0), (2, 24.0), (3, 14.0)])
def test_columns(columns: int, gutter: float, jitter: float, whole_lines: bool) -> None:
    setter = Setter(
        columns, gutter, jitter=jitter, hyphenate=0.7, whole_lines=whole_lines, seed=columns
    )
    check(setter, prose(60, seed=columns))


@pytest.mark.parametrize("seed", range(6))
def test_a_title_across_columns_and_headings_within_them(seed: int) -> None:
    texts = [heading("A Study of Rivers and of Their Mountains", 20, wide=True, centred=True)]
    for number in range(1, 9):
        texts.append(heading(f"{number} On the subject", 12))
        texts += prose(5, seed * 100 + number)
    check(Setter(2, jitter=0.3, hyphenate=0.6, seed=seed), texts)


def test_a_short_title_at_the_left_below_two_columns_is_read_after_both() -> None:
    setter = Setter(2)
    first, second = prose(2, 3, least=8, most=8)
    texts = setter.set([])  # a page to put things on
    assert len(texts) == 1
    for column, text in enumerate((first, second)):
        setter.column, setter.y, setter.column_notes = column, 82.0, []
        setter._set(text)
    setter.put("What came afterwards", 72, 300, 14, "Times-Bold")
    for at, line in enumerate(
        (
            "Across the page goes a line that tells it all, from left " * 2,
            "and another that is as long as the first one, for a while " * 2,
        )
    ):
        setter.put(line.strip(), 72, 324 + 12 * at)
    found = spoken(pdf(setter.set([])))
    assert found[:3] == [first.text, second.text, "What came afterwards"]
    assert found[3].startswith("Across the page")


def test_paragraphs_set_apart_instead_of_indented() -> None:
    texts = [Text(text.text, indent=0.0, apart=6.0) for text in prose(60, 9)]
    check(Setter(jitter=0.2, hyphenate=0.5), texts)


def test_ragged_lines() -> None:
    texts = [Text(text.text, justified=False) for text in prose(50, 10)]
    check(Setter(jitter=0.2), texts)


def test_a_book_of_everything_at_once() -> None:
    """Heads that alternate, page numbers, notes at the foot of columns, split words."""
    texts, notes = [], {}
    for number, text in enumerate(prose(80, 4), 1):
        words = text.text.split(" ")
        words[2] = words[2] + f"ward^{{{number}}}"
        texts.append(Text(" ".join(words)))
        notes[str(number)] = prose(1, number, least=1, most=3)[0].text
    setter = Setter(
        2, jitter=0.2, hyphenate=0.6, notes=notes,
        head=lambda page: ("", "", "Of Rivers") if page % 2 else ("On Mountains", "", ""),
        foot=lambda page: ("", str(page + 7), ""),
    )  # fmt: skip
    pages = setter.set(texts)
    document = pdf(pages)
    found = spoken(document)
    wanted = [text.text.split("^")[0] + text.text.split("}", 1)[1] for text in texts]
    assert in_order(found, wanted) == 1.0
    assert found == wanted
    assert skipped(document, Skip.NOTE) == [f"{mark} {text}" for mark, text in notes.items()]
    assert sorted(skipped(document, Skip.FURNITURE)) == sorted(
        [str(page + 7) for page in range(len(pages))]
        + [("On Mountains", "Of Rivers")[page % 2] for page in range(len(pages))]
    )
    assert len(pages) > 4


def test_two_lines_in_two_columns_once_the_columns_are_known() -> None:
    setter = Setter(2)
    texts = prose(26, 6)
    setter.set(texts)
    setter._new_page()
    left, right = (
        ["The left one begins with a line of words", "and ends with one more of them,"],
        [
            "and then the right one follows with a line",
            "that ends what the left one began to say.",
        ],
    )
    for column, lines in ((72.0, left), (315.0, right)):
        for at, line in enumerate(lines):
            setter.put(line, column, 82 + 12 * at)
    found = spoken(pdf(setter.set([])))
    assert " ".join(found).endswith(" ".join(left + right))
