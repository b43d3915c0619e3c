"""The open elements of a page, and what holds within them."""

from __future__ import annotations

from dataclasses import dataclass, field

from lectern.documents.htmlblocks import How, Place
from lectern.documents.htmlpolicy import CELL_LIKE, HEADINGS, ITEM_LIKE, KINDS
from lectern.documents.model import Kind, Skip


@dataclass(slots=True)
class Row:
    """A table's row. ``is_layout``: the table lays out a page, its cells hold blocks."""

    needs_comma: bool = False
    paragraphs: int = 0
    is_layout: bool = False


@dataclass(slots=True)
class Figure:
    alts: list[str] = field(default_factory=list)
    has_caption: bool = False


class Frame:
    """An open element: what holds for all that is in it, and what is of its own."""

    __slots__ = (
        "block_at",
        "figure",
        "how",
        "href",
        "ignored",
        "in_section",
        "is_noteref",
        "item_at",
        "kind",
        "language",
        "level",
        "nearest_cell",
        "nearest_row",
        "paragraph_at",
        "place",
        "row",
        "run",
        "serial",
        "skip",
        "tag",
    )

    def __init__(self, tag: str, parent: Frame | None) -> None:
        self.tag = tag
        self.place: Place | None = None
        self.href = ""
        self.is_noteref = False
        self.run = self.serial = 0
        if parent is None:
            self.kind, self.level, self.language = Kind.PARAGRAPH, 0, ""
            self.skip, self.how = Skip.NO, How.PLAIN
            self.ignored = self.in_section = False
            self.row: Row | None = None
            self.figure: Figure | None = None
            # Depths of the nearest elements that an opening tag may close; -1: none.
            self.block_at = self.paragraph_at = self.item_at = -1
            self.nearest_cell = self.nearest_row = -1
            return
        self.kind, self.level, self.language = parent.kind, parent.level, parent.language
        self.skip, self.how = parent.skip, parent.how
        self.ignored, self.in_section = parent.ignored, parent.in_section
        self.row, self.figure = parent.row, parent.figure
        self.block_at, self.paragraph_at = parent.block_at, parent.paragraph_at
        self.item_at = parent.item_at
        self.nearest_cell, self.nearest_row = parent.nearest_cell, parent.nearest_row

    def enter_block(self, depth: int) -> None:
        """Set what a block's tag changes for what is in it; it stands at ``depth``."""
        name = self.tag
        self.block_at = depth
        self.paragraph_at = depth if name == "p" else -1
        if name in HEADINGS:
            self.kind, self.level = Kind.HEADING, HEADINGS[name]
        elif name in KINDS and not (name in CELL_LIKE and self.row and self.row.is_layout):
            self.kind = KINDS[name]
        if name in ITEM_LIKE:
            self.item_at = depth
        elif name in ("ul", "ol", "dl", "menu", "dir", "table"):
            self.item_at = -1
        if name == "table":
            self.nearest_cell = self.nearest_row = -1
            self.row = None
        elif name == "tr":
            self.nearest_row, self.nearest_cell = depth, -1
            self.row = Row()
        elif name in CELL_LIKE:
            self.nearest_cell = depth
        elif name == "figure":
            self.figure = Figure()
        elif name == "figcaption" and self.figure is not None:
            self.figure.has_caption = True
