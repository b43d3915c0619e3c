"""What pdf.js finds on a PDF's pages: runs of text with positions, checked at the boundary."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lectern import jsonchecks
from lectern.errors import DocumentUnreadable, Reason

MOST_PAGES = 5_000
#: A textbook of 1,000 pages has 300,000. Twice as many as these take 27 s and 0.8 GB in CPython,
#: and some four times as long in a browser, whose worker may be silent for 90 s.
MOST_ITEMS = 500_000
MOST_CHARACTERS = 20_000_000
MOST_OUTLINE = 20_000
#: A row's numbers and brackets beside its text.
_MOST_JSON = MOST_CHARACTERS * 6 + MOST_ITEMS * 200
#: Points. PDF's own limit is 14,400 before UserUnit; nothing that is read is larger.
_MOST_POINTS = 200_000.0
_MOST_SIZE = 5_000.0
_MOST_FONT = 200
#: Degrees: what is turned further is no line of the text (stamps in the margin, watermarks).
_MOST_TURN = 2.0
_FIELDS = 7


@dataclass(frozen=True, slots=True)
class PdfItem:
    """A run of text in one font.

    ``x``: its left edge, ``y``: its baseline, counted from the page's top, ``width`` and
    ``height`` of its box, ``size`` of its font: points. ``font``: the name, as far as known.
    """

    text: str
    x: float
    y: float
    width: float
    height: float
    font: str
    size: float


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page, ``width`` and ``height`` in points as it is shown, items in the file's order."""

    width: float
    height: float
    items: tuple[PdfItem, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A bookmark. ``page``: from 0; ``y``: points from its top; ``level``: from 1."""

    title: str
    page: int
    y: float
    level: int


def limits() -> dict[str, float]:
    """What to give ``PdfReader``: beyond it nothing need be collected."""
    return {"pages": MOST_PAGES, "items": MOST_ITEMS, "characters": MOST_CHARACTERS}


def pages_from_json(text: str) -> list[PdfPage]:
    """Pages from ``{"pages": [{"width", "height", "items": [row, …]}, …]}``.

    A row is ``[text, x, y, width, height, font, size]``, and the angle in degrees if it is not
    level. Rows that are turned, or have no size, are left out.

    Raises DocumentUnreadable for anything else, and for more than can be read.
    """
    pages = _named(_parsed(text), "pages")
    if not isinstance(pages, list) or not pages:
        raise _unreadable("it has no pages")
    if len(pages) > MOST_PAGES:
        raise _too_much(f"more than {MOST_PAGES:,} pages")
    count = characters = 0
    found: list[PdfPage] = []
    for page in pages:
        rows = _named(page, "items")
        if not isinstance(rows, list):
            raise _unreadable("a page has no list of items")
        count += len(rows)
        if count > MOST_ITEMS:
            raise _too_much(f"more than {MOST_ITEMS:,} pieces of text")
        width, height = (
            _number(_named(page, name), 1.0, _MOST_POINTS) for name in ("width", "height")
        )
        items = []
        for row in rows:
            item = _item(row)
            if item is not None:
                characters += len(item.text)
                items.append(item)
        if characters > MOST_CHARACTERS:
            raise _too_much(f"more than {MOST_CHARACTERS:,} characters")
        found.append(PdfPage(width, height, tuple(items)))
    return found


def outline_from_json(text: str) -> list[Outline]:
    """Bookmarks from ``{"outline": [[title, page, y, level], …]}``; a missing list is empty.

    Raises DocumentUnreadable for anything else.
    """
    rows = _named(_parsed(text), "outline")
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise _unreadable("its bookmarks are no list")
    if len(rows) > MOST_OUTLINE:
        raise _too_much(f"more than {MOST_OUTLINE:,} bookmarks")
    found = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 4 or not isinstance(row[0], str):
            raise _unreadable("a bookmark is not [title, page, y, level]")
        page, level = (_number(value, 0, MOST_PAGES) for value in (row[1], row[3]))
        y = _number(row[2], -_MOST_POINTS, _MOST_POINTS)
        found.append(Outline(whole(row[0]), int(page), y, max(1, int(level))))
    return found


def whole(text: str) -> str:
    """The text with halves of surrogate pairs replaced: they can't be encoded."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _item(row: object) -> PdfItem | None:
    if not isinstance(row, list) or not _FIELDS <= len(row) <= _FIELDS + 1:
        raise _unreadable("a piece of text is not [text, x, y, width, height, font, size, angle]")
    text, font = row[0], row[5]
    if not isinstance(text, str) or not isinstance(font, str):
        raise _unreadable("a piece's text or font is not text")
    x, y = (_number(value, -_MOST_POINTS, _MOST_POINTS) for value in row[1:3])
    width, height = (_number(value, -_MOST_POINTS, _MOST_POINTS) for value in row[3:5])
    size = _number(row[6], -_MOST_POINTS, _MOST_POINTS)
    turn = _number(row[7], -360.0, 360.0) if len(row) > _FIELDS else 0.0
    if abs(turn) > _MOST_TURN and abs(abs(turn) - 360.0) > _MOST_TURN:
        return None
    if width <= 0 or height <= 0 or not 0 < size <= _MOST_SIZE or not text.strip():
        return None
    return PdfItem(whole(text), x, y, width, height, whole(font[:_MOST_FONT]), size)


def _number(value: object, low: float, high: float) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not low <= value <= high  # NaN is not in it either
        or not math.isfinite(value)
    ):
        raise _unreadable(f"a number is missing or outside {low:g} to {high:g}")
    return float(value)


def _parsed(text: str) -> object:
    if len(text) > _MOST_JSON:
        raise _too_much("too long a text")
    return jsonchecks.parse(text)


def _named(values: object, name: str) -> object:
    if not isinstance(values, dict):
        raise _unreadable("what came of it is no list of pages")
    return values.get(name)


def _unreadable(why: str) -> DocumentUnreadable:
    return DocumentUnreadable(
        f"The PDF can't be read: {why}. Try to save it anew with another program."
    )


def _too_much(what: str) -> DocumentUnreadable:
    return DocumentUnreadable(
        f"The PDF has {what}: too much to be read at once. Split it and open a part.",
        Reason.TOO_MUCH,
    )
