"""The boundary: what an adapter sends is checked before anything is made of it."""

from __future__ import annotations

import json

import pytest
from lectern.documents import pdf_items
from lectern.documents.pdf import Outline, PdfItem, outline_from_json, pages_from_json
from lectern.errors import DocumentUnreadable

ROW = ["Once", 72, 90.5, 22.0, 10, "ABCDEF+Times", 10]


def sent(*rows: object, width: object = 612, height: object = 792) -> str:
    return json.dumps({"pages": [{"width": width, "height": height, "items": list(rows)}]})


def test_rows_become_items() -> None:
    (page,) = pages_from_json(sent(ROW, [*ROW[:6], 12, 0.5]))
    assert (page.width, page.height) == (612.0, 792.0)
    assert page.items[0] == PdfItem("Once", 72.0, 90.5, 22.0, 10.0, "ABCDEF+Times", 10.0)
    assert page.items[1].size == 12.0


@pytest.mark.parametrize(
    "row",
    [
        [*ROW, 90],
        [*ROW, -45.0],
        ["Once", 72, 90, 0, 10, "F", 10],
        ["Once", 72, 90, 22, 0, "F", 10],
        ["Once", 72, 90, 22, 10, "F", 0],
        ["Once", 72, 90, -22, 10, "F", 10],
        ["  \n", 72, 90, 22, 10, "F", 10],
        ["Huge", 72, 90, 22, 10, "F", 99_999],
    ],
    ids=["turned", "slanted", "no width", "no height", "no size", "mirrored", "blank", "huge"],
)
def test_what_is_no_level_text_is_dropped(row: list[object]) -> None:
    (page,) = pages_from_json(sent(row, ROW))
    assert [item.text for item in page.items] == ["Once"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"pages": []}',
        '{"pages": {}}',
        '{"pages": [3]}',
        '{"pages": [{"width": 612, "height": 792}]}',
        '{"pages": [{"width": 612, "height": 792, "items": {"0": 1}}]}',
        '{"pages": [{"width": NaN, "height": 792, "items": []}]}',
        '{"pages": [{"width": 0, "height": 792, "items": []}]}',
        '{"pages": [{"width": 1e308, "height": 792, "items": []}]}',
        sent(["Once"]),
        sent("Once"),
        sent([7, *ROW[1:]]),
        sent([*ROW[:5], None, 10]),
        sent(["Once", True, *ROW[2:]]),
        sent(["Once", "72", *ROW[2:]]),
        sent(["Once", float("inf"), *ROW[2:]]),
        sent(["Once", 72, float("nan"), *ROW[3:]]),
        sent([*ROW, 1, 2]),
        sent(["Once", 10**400, *ROW[2:]]),
        "[" * 100_000,
    ],
)
def test_anything_else_is_unreadable(text: str) -> None:
    with pytest.raises(DocumentUnreadable, match="can't be read"):
        pages_from_json(text)


def test_there_are_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_items, "MOST_ITEMS", 3)
    assert pages_from_json(sent(ROW, ROW, ROW))
    with pytest.raises(DocumentUnreadable, match="pieces of text"):
        pages_from_json(sent(ROW, ROW, ROW, ROW))
    monkeypatch.setattr(pdf_items, "MOST_CHARACTERS", 11)
    with pytest.raises(DocumentUnreadable, match="characters"):
        pages_from_json(sent(ROW, ROW, ROW))
    monkeypatch.setattr(pdf_items, "MOST_PAGES", 1)
    page = {"width": 612, "height": 792, "items": []}
    with pytest.raises(DocumentUnreadable, match="pages"):
        pages_from_json(json.dumps({"pages": [page, page]}))


def test_a_textbook_of_a_thousand_pages_is_not_too_much() -> None:
    most = pdf_items.limits()
    assert most["pages"] >= 1000
    assert most["items"] >= 1000 * 300


def test_half_a_surrogate_pair_can_be_stored_afterwards() -> None:
    (page,) = pages_from_json(sent(["a\ud800b", *ROW[1:]]))
    assert page.items[0].text.encode() == b"a?b"


def test_bookmarks() -> None:
    text = json.dumps({"outline": [["One", 0, 72.5, 1], ["Two", 3, -4, 2]]})
    assert outline_from_json(text) == [Outline("One", 0, 72.5, 1), Outline("Two", 3, -4.0, 2)]
    assert outline_from_json("{}") == []


@pytest.mark.parametrize(
    "outline", [7, [3], [["One", 0, 0]], [[1, 0, 0, 1]], [["One", -1, 0, 1]], [["One", 0, None, 1]]]
)
def test_other_bookmarks_are_unreadable(outline: object) -> None:
    with pytest.raises(DocumentUnreadable):
        outline_from_json(json.dumps({"outline": outline}))
