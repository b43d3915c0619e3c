"""A PDF's bookmarks -> entries that lead to blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lectern.documents.model import Block, Entry, Kind, Skip, one_line
from lectern.documents.pdf_items import Outline
from lectern.documents.pdf_paragraphs import Paragraph

_Place = tuple[Block, Paragraph]


def contents(outline: Iterable[Outline], places: Sequence[_Place]) -> list[Entry]:
    """The bookmarks as entries, each at the block that begins where it leads.

    A heading of its title on the page wins over the place: with columns, y alone is unsure,
    and many programs give the page's top. What leads nowhere leads to the next page's text.
    """
    by_page: dict[int, list[_Place]] = defaultdict(list)
    for place in places:
        if place[0].skip is Skip.NO:
            by_page[place[1].page].append(place)
    known = sorted(by_page)
    found: list[Entry] = []
    for mark in outline:
        title = one_line(mark.title)
        page = next((one for one in known if one >= mark.page), None)
        if not title or page is None:
            continue
        y = mark.y if page == mark.page else 0.0
        found.append(Entry(title, _place(title, y, by_page[page])[0].start, mark.level))
    return found


def _place(title: str, y: float, places: list[_Place]) -> _Place:
    wanted = _bare(title)
    for block, one in places:
        if block.kind is Kind.HEADING:
            text = _bare(" ".join(line.text for line in one.lines))
            if wanted and (wanted in text or text in wanted):
                return block, one
    below = [(block, one) for block, one in places if one.lines[0].y >= y - 0.5 * one.lines[0].size]
    return min(below, key=lambda place: place[1].lines[0].y) if below else places[-1]


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
