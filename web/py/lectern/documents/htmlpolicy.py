"""What the elements of HTML are to a listener."""

from __future__ import annotations

import re

from lectern.documents.markup import names
from lectern.documents.model import Kind, Skip

HEADINGS = {f"h{level}": level for level in range(1, 7)}
#: Never read, with all that is in them.
IGNORED = names(
    "script style template noscript svg math iframe object embed applet audio video canvas map"
    " button select option optgroup datalist textarea output progress meter"
    " head title noembed noframes rt rp rtc"
)
#: What may stand in a head; anything else ends one that was not closed.
HEAD_PARTS = names("title meta link base script style noscript template")
#: Text before and behind them belongs to blocks of their own.
BLOCKS = names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt"
    " fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html"
    " legend li listing main menu nav ol p pre plaintext search section summary table tbody td"
    " tfoot th thead tr ul xmp"
)
KINDS = {
    "li": Kind.ITEM,
    "dt": Kind.ITEM,
    "dd": Kind.ITEM,
    "blockquote": Kind.QUOTE,
    "pre": Kind.VERSE,
    "listing": Kind.VERSE,
    "xmp": Kind.VERSE,
    "plaintext": Kind.VERSE,
    "tr": Kind.CELL,
    "td": Kind.CELL,
    "th": Kind.CELL,
    "caption": Kind.CAPTION,
    "figcaption": Kind.CAPTION,
    "table": Kind.PARAGRAPH,
}
#: Brackets in them are no citations.
CODE = names("code kbd samp var tt")
ITEM_LIKE = frozenset({"li", "dt", "dd"})
CELL_LIKE = frozenset({"td", "th"})
TABLE_PARTS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"})
#: A header or footer in one of them is the part's, not the page's.
SECTIONS = frozenset({"article", "section", "aside", "main", "blockquote", "figure"})
#: In a cell they mean that the table lays out a page, and that its rows are no rows.
BREAKS_ROW = frozenset(
    {"table", "ul", "ol", "dl", "blockquote", "pre", "figure", "article", "section", "hr"}
) | set(HEADINGS)
ROW_GROUPS = frozenset({"tbody", "thead", "tfoot"})

_NOTE_TYPES = names(
    "footnote footnotes endnote endnotes rearnote rearnotes noteref"
    " doc-footnote doc-endnote doc-endnotes doc-noteref doc-backlink"
)
_FURNITURE_TYPES = frozenset({"pagebreak", "page-list", "toc", "landmarks"})
_FURNITURE_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "doc-toc", "doc-pagebreak", "doc-pagelist"}
)
#: Classes of page numbers, Project Gutenberg's and others'. article_worker.js keeps them.
PAGE_NUMBERS = names("pagenum pageno pagenumber page-num page-number x-ebookmaker-pageno")
#: Ids and classes of Project Gutenberg's header and licence.
_LICENCE = names(
    "pg-header pg-footer pg-machine-header pg-machine-footer pg-start-separator pg-end-separator"
    " pgheader pgfooter pg-boilerplate"
)
#: What is there to be clicked: Wikipedia's "[edit]" behind each heading.
_CLICKED = names("mw-editsection mw-editsection-like mw-jump-link")
_INVISIBLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


def is_hidden(attributes: dict[str, str]) -> bool:
    """Whether the page would not show it, or says that it is nothing to hear."""
    return (
        "hidden" in attributes
        or not _CLICKED.isdisjoint(_classes(attributes))
        or attributes.get("aria-hidden", "").strip().lower() == "true"
        or bool(_INVISIBLE.search(attributes.get("style", "")[:500]))
    )


def skip_of(name: str, attributes: dict[str, str], *, in_section: bool) -> Skip:
    """Why an element is skipped, by what it is and says. ``in_section``: is in ``SECTIONS``."""
    types = attributes.get("epub:type", "").lower().split()
    roles = attributes.get("role", "").lower().split()
    if not _NOTE_TYPES.isdisjoint(types) or not _NOTE_TYPES.isdisjoint(roles):
        return Skip.NOTE
    if not _FURNITURE_TYPES.isdisjoint(types) or not _FURNITURE_ROLES.isdisjoint(roles):
        return Skip.FURNITURE
    classes = _classes(attributes)
    if not PAGE_NUMBERS.isdisjoint(classes) or not _LICENCE.isdisjoint(classes):
        return Skip.FURNITURE
    if attributes.get("id", "").lower() in _LICENCE:
        return Skip.FURNITURE
    if name == "nav" or (name in ("header", "footer") and not in_section):
        return Skip.FURNITURE
    return Skip.NO


def _classes(attributes: dict[str, str]) -> list[str]:
    return attributes["class"][:1000].lower().split() if attributes.get("class") else []


def is_noteref(attributes: dict[str, str]) -> bool:
    return (
        "noteref" in attributes.get("epub:type", "").lower().split()
        or "doc-noteref" in attributes.get("role", "").lower().split()
    )
