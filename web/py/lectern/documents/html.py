"""HTML and XHTML -> blocks: what is heard, what is skipped, in which language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from lectern.documents.citations import skip_citations
from lectern.documents.htmlblocks import Blocks, How
from lectern.documents.htmlframes import Frame
from lectern.documents.htmlpolicy import (
    BLOCKS,
    BREAKS_ROW,
    CELL_LIKE,
    CODE,
    HEAD_PARTS,
    IGNORED,
    ITEM_LIKE,
    ROW_GROUPS,
    SECTIONS,
    TABLE_PARTS,
    is_hidden,
    is_noteref,
    skip_of,
)
from lectern.documents.markup import VOID, Tag, tokens
from lectern.documents.model import Builder, Document, Kind, Skip, language_tag, one_line
from lectern.errors import TooLarge

#: Code points; the longest novels have a quarter of it.
MAX_MARKUP = 20_000_000
#: Elements nested deeper are read as if they were not there.
MAX_DEPTH = 500
_MAX_ALT = 1000
_QUOTES = {True: "“", False: "”"}


@dataclass(frozen=True, slots=True)
class Page:
    """What markup says of itself.

    ``ids``: element id -> offset in the builder's text of the block that holds it or follows it.
    ``title``: one line, "" where there is none. ``language``: BCP 47, of its root, or "".
    ``marks``: hrefs of note marks that lead to other files ("notes.xhtml#n1"), for ``notes`` of
    the call that reads that file. ``unsure``: the same for ``perhaps``.
    """

    ids: dict[str, int]
    title: str = ""
    language: str = ""
    author: str = ""
    marks: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def html(markup: str) -> Document:
    """A document of its own from a page of HTML or XHTML.

    Raises ``TooLarge`` above ``MAX_MARKUP``.
    """
    builder = Builder()
    page = read_into(builder, markup)
    if page.language:
        builder.blocks[:] = [
            replace(block, language="") if block.language == page.language else block
            for block in builder.blocks
        ]
    skip_citations(builder)
    document = builder.document(title=page.title, author=page.author, language=page.language)
    if document.title or not document.contents:
        return document
    return replace(document, title=one_line(document.contents[0].title))


def read_into(
    builder: Builder,
    markup: str,
    *,
    language: str = "",
    notes: Collection[str] = (),
    perhaps: Collection[str] = (),
) -> Page:
    """Add the blocks of a page to ``builder``.

    ``language``: the document's; blocks of another say so. ``notes``: ids of elements that are
    notes, because marks in other files lead there. ``perhaps``: of those that are if they
    lead back. Raises ``TooLarge`` above ``MAX_MARKUP``.
    """
    if len(markup) > MAX_MARKUP:
        raise TooLarge(
            f"This page has {len(markup):,} characters; {MAX_MARKUP:,} can be read. "
            "Split it into several files."
        )
    reader = _Reader(builder, language_tag(language))
    for token in tokens(markup):
        if isinstance(token, str):
            reader.text(token)
        elif token.opening:
            reader.open(token)
        else:
            reader.close(token.name)
    reader.finish(notes, perhaps)
    return reader.page()


class _Reader:
    """Follows the tags with a stack of open elements, as much of HTML's rules as are heard."""

    def __init__(self, builder: Builder, language: str) -> None:
        self._blocks = Blocks(builder, language)
        self._frames = [Frame("", None)]
        self._frames[0].language = language
        self._open_at: dict[str, list[int]] = {}
        self._too_deep = 0
        self._title: list[str] | None = None
        self._titles: list[str] = []
        self._language = ""
        self._author = ""
        #: Blocks that are level 1 headings in a skipped header of the page.
        self._banners: list[int] = []

    @property
    def _top(self) -> Frame:
        return self._frames[-1]

    def page(self) -> Page:
        end = self._blocks.builder.length
        return Page(
            {
                name: place.start if place.first >= 0 else end
                for name, place in self._blocks.places.items()
            },
            one_line(self._titles[0]) if self._titles else "",
            self._language,
            self._author,
            tuple(self._blocks.far_marks),
            tuple(self._blocks.unsure_marks),
        )

    def finish(self, notes: Collection[str], perhaps: Collection[str]) -> None:
        self._flush()
        while len(self._frames) > 1:
            self._pop()
        self._blocks.find_notes(notes, perhaps)
        self._read_only_title()

    def text(self, text: str) -> None:
        top = self._top
        if self._title is not None:
            self._title.append(text[:1000])
        if top.ignored or not text:
            return
        row = top.row
        if row is not None and row.needs_comma and not row.is_layout and not text.isspace():
            row.needs_comma = False
            self._blocks.add(self._comma(), top.skip, How.PLAIN)
        if self._blocks.runs or top.kind is Kind.VERSE or not text.isspace():
            self._blocks.add(text, top.skip, top.how)

    def open(self, tag: Tag) -> None:
        name = tag.name
        if name in ("meta", "title", "html", "body"):
            self._read_head(tag)
        if name == "body":
            # Whatever a head left open must not swallow the page.
            self._pop_to(2 if self._open_at.get("html") == [1] else 1)
        elif self._top.tag == "head" and name not in HEAD_PARTS:
            self._pop()
        if self._top.ignored and name in VOID:
            return
        if name == "br":
            self._line_end()
            return
        if name == "img" and self._top.figure is not None and not self._top.ignored:
            self._take_alt(tag)
        if name == "q":
            self.text(_QUOTES[True])
        if name in BLOCKS:
            self._close_implied(name)
            self._end_block(name, opening=True)
        if name in VOID or tag.closed:
            identifier = tag.attributes.get("id") or tag.attributes.get("name")
            if identifier and not self._top.ignored and name != "meta":
                self._blocks.name(identifier[:200])
            return
        if len(self._frames) > MAX_DEPTH and not (name in IGNORED and not self._top.ignored):
            self._too_deep += 1
            return
        self._push(tag)

    def close(self, name: str) -> None:
        if name == "br":
            self._line_end()
            return
        if name == "title":
            if self._title is not None and "".join(self._title).strip():
                self._titles.append("".join(self._title))
            self._title = None
        if name == "q" and not self._top.ignored:
            self.text(_QUOTES[False])
        if self._too_deep and not (self._top.tag == name and name in IGNORED):
            self._too_deep -= 1
            if name in BLOCKS and not self._top.ignored:
                self._end_block(name, opening=False)
            return
        opened = self._open_at.get(name)
        if not opened:
            if name == "p" and not self._top.ignored:
                self._end_block(name, opening=False)
            return
        at, top = opened[-1], self._top
        # Neither "</b>" ends the block that it stands in, nor "</div>" a table's cell.
        if name not in BLOCKS and at < top.block_at:
            return
        if name not in TABLE_PARTS and name not in ("body", "html") and at < top.nearest_cell:
            return
        self._pop_to(at)

    def _push(self, tag: Tag) -> None:
        name, attributes, parent = tag.name, tag.attributes, self._top
        frame, depth = Frame(name, parent), len(self._frames)
        frame.serial, frame.run = self._blocks.serial, len(self._blocks.runs)
        if parent.ignored or name in IGNORED or (name != "body" and is_hidden(attributes)):
            frame.ignored = True
        else:
            self._inherit(frame, tag, depth)
        self._frames.append(frame)
        self._open_at.setdefault(name, []).append(depth)

    def _inherit(self, frame: Frame, tag: Tag, depth: int) -> None:
        """Set what ``tag`` changes for what is in it."""
        name, attributes = tag.name, tag.attributes
        language = attributes.get("xml:lang") or attributes.get("lang")
        if language:
            frame.language = language_tag(language) or frame.language
        if frame.skip is Skip.NO:
            frame.skip = skip_of(name, attributes, in_section=frame.in_section)
        if name in SECTIONS:
            frame.in_section = True
        identifier = attributes.get("id") or (attributes.get("name") if name == "a" else "")
        if identifier:
            frame.place = self._blocks.name(identifier[:200])
        if name == "a" and attributes.get("href"):
            frame.href = attributes["href"].strip()[:1000]
            frame.how |= How.LINKED | (How.LEADS if "#" in frame.href else How.PLAIN)
            frame.is_noteref = is_noteref(attributes)
            self._blocks.link(frame.href)
        elif name == "sup":
            frame.how |= How.RAISED
        elif name == "sub":
            frame.how |= How.LOWERED
        elif name in CODE:
            frame.how |= How.CODE
        if name in BLOCKS:
            frame.enter_block(depth)

    def _close_implied(self, name: str) -> None:
        """Close what HTML lets stay open: <p>, <li>, <td>, <tr> before their like."""
        top = self._top
        if top.ignored:
            return
        if name in ITEM_LIKE and top.item_at >= 0:
            self._pop_to(top.item_at)
        elif name in CELL_LIKE and top.nearest_cell >= 0:
            self._pop_to(top.nearest_cell)
        elif (name == "tr" or name in ROW_GROUPS) and top.nearest_row >= 0:
            self._pop_to(top.nearest_row)
        elif top.paragraph_at >= 0:
            self._pop_to(top.paragraph_at)

    def _end_block(self, name: str, *, opening: bool) -> None:
        """A block's tag is met: what came before belongs to a block of its own, but for
        the cells of a row."""
        top = self._top
        if top.ignored:
            return
        row = top.row
        if row is not None and not row.is_layout and name != "tr":
            if name in CELL_LIKE:
                row.needs_comma = opening and self._blocks.trim()
                row.paragraphs = 0
                return
            row.paragraphs += opening and name == "p"
            if not (opening and (name in BREAKS_ROW or row.paragraphs > 1)):
                self._blocks.add("" if row.needs_comma else " ", top.skip, How.PLAIN)
                return
            row.is_layout = True
        self._flush()

    def _flush(self) -> None:
        top = self._top
        kind = top.kind
        if kind is Kind.CELL and top.row is not None and top.row.is_layout:
            kind = Kind.PARAGRAPH
        breaks = kind in (Kind.PARAGRAPH, Kind.QUOTE)
        block = self._blocks.flush(kind, top.level, top.language, breaks=breaks)
        if block is not None and kind is Kind.HEADING and top.level == 1:
            self._banners.append(len(self._blocks.builder.blocks) - 1)

    def _pop(self) -> None:
        frame = self._top
        if frame.tag in BLOCKS and not frame.ignored:
            self._end_block(frame.tag, opening=False)
        if frame.serial == self._blocks.serial and not frame.ignored:
            if frame.href:
                self._blocks.mark(frame.run, frame.href, noteref=frame.is_noteref)
            elif frame.tag == "sup" and not frame.how & How.LEADS:
                self._blocks.raised(frame.run)
        self._frames.pop()
        self._open_at[frame.tag].pop()
        if frame.place is not None:
            self._blocks.close(frame.place)
        if frame.tag == "figure" and not frame.ignored:
            self._describe(frame)

    def _pop_to(self, depth: int) -> None:
        while len(self._frames) > depth:
            self._pop()

    def _line_end(self) -> None:
        top, runs = self._top, self._blocks.runs
        if top.ignored:
            return
        if top.kind is not Kind.VERSE and top.row is None and top.kind is not Kind.HEADING:
            behind = runs[-1] if runs else None
            # Two line ends in a row are how old pages write paragraphs.
            if behind is not None and (
                behind.how & How.BREAK
                or (behind.text.isspace() and len(runs) > 1 and runs[-2].how & How.BREAK)
            ):
                self._flush()
                return
        how = top.how | How.BREAK if top.kind is not Kind.VERSE else top.how
        self._blocks.add("\n", top.skip, how)

    def _comma(self) -> str:
        written = "".join(run.text for run in self._blocks.runs[-3:]).rstrip()
        return " " if written[-1:] in ".,;:!?…" else ", "

    def _take_alt(self, tag: Tag) -> None:
        alt = one_line(tag.attributes.get("alt", ""), _MAX_ALT)
        if alt and self._top.figure is not None:
            self._top.figure.alts.append(alt)

    def _describe(self, frame: Frame) -> None:
        """The figure has ended: its pictures' own words are read where it has no caption."""
        figure = frame.figure
        if figure is None or figure.has_caption:
            return
        for alt in figure.alts[:20]:
            self._blocks.add(alt, frame.skip, How.PLAIN)
            self._blocks.flush(Kind.CAPTION, 0, frame.language, breaks=False)

    def _read_head(self, tag: Tag) -> None:
        attributes = tag.attributes
        if tag.name == "title" and not tag.closed and not self._in_picture():
            self._title = []
        elif tag.name == "meta":
            content = attributes.get("content", "")
            if attributes.get("name", "").strip().lower() == "author" and not self._author:
                self._author = one_line(content)
            if attributes.get("http-equiv", "").strip().lower() == "content-language":
                self._language = self._language or language_tag(content)
        elif tag.name in ("html", "body"):
            language = language_tag(attributes.get("xml:lang") or attributes.get("lang") or "")
            self._language = language or self._language

    def _in_picture(self) -> bool:
        return any(self._open_at.get(name) for name in ("svg", "math", "template"))

    def _read_only_title(self) -> None:
        """Read the page's one <h1> although it stands in the page's header."""
        if len(self._banners) != 1:
            return
        blocks = self._blocks.builder.blocks
        index = self._banners[0]
        if blocks[index].skip is Skip.FURNITURE:
            blocks[index] = replace(blocks[index], skip=Skip.NO)
