"""A page of the web -> the article in it, where it has one.

Which part of a page is the article says Mozilla's Readability (``host/article.js``); whether that
is asked, how much it may take, and whether its answer is better than the whole page is decided
here. Its answer is markup again, and is read as any other (``html.py``).

The answer is JSON: ``{"title", "byline", "language", "site", "content"}``, all text, ``content``
HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from lectern.documents.citations import skip_citations
from lectern.documents.html import read_into
from lectern.documents.model import Builder, Document, Kind, Skip, language_tag, one_line
from lectern.jsonchecks import parse

#: Larger pages are read whole. Code points; the longest articles have a tenth of it.
MOST_MARKUP = 6_000_000
#: "<" in it, which bounds its elements: a tree of these takes some 100 MB.
MOST_TAGS = 200_000
#: After so long the whole page is read; what is usual takes a tenth of one.
SECONDS = 10.0
_MOST_ADDRESS = 2000
#: Links of which a page has many, and characters for each of them.
_MANY_LINKS, _LINK_SPACING = 12, 250
#: The article has at least this share of what the page would read.
_SHARE, _SHARE_WITH_FURNITURE = 1 / 4, 1 / 12

#: What only pages of sites have.
_FURNITURE = re.compile(r"<(?:script|nav|aside|form|footer|iframe|button)\b", re.IGNORECASE)
_LINK = re.compile(r"<a\s", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://([^/?#\s@]+)(?:[/?#]\S*)?", re.IGNORECASE)
#: Scripts whose words are written in one or two characters.
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
#: What stands before a name; "von" and "di" begin names as well.
_BYLINE = re.compile(r"\A(?:(?:by|par|por)\b[\s:]*|(?:von|di)\s*:\s*)", re.IGNORECASE)


def site_of(source: str) -> str:
    """The host of a page's address, "" where that is none."""
    found = _ADDRESS.fullmatch(source)
    return found[1].lower().removeprefix("www.")[:200] if found else ""


def checked_source(source: object) -> str:
    """An address as it may be kept and shown, "" for anything else."""
    if not isinstance(source, str) or len(source) > _MOST_ADDRESS:
        return ""
    return source if site_of(source) else ""


def limits(markup: str, whole: Document, source: str) -> dict[str, float] | None:
    """What to give ``ArticleFinder``, None where the whole page is to be read.

    Args:
        whole: the page as ``html`` reads it.
        source: its address, "" for a file.
    """
    tags = markup.count("<")
    if len(markup) > MOST_MARKUP or tags > MOST_TAGS:
        return None
    if not source and not has_furniture(markup, whole):
        return None
    beginning = whole.text[:4000]
    is_dense = 4 * len(_DENSE.findall(beginning)) > len(beginning)
    return {
        "elements": tags,
        "seconds": SECONDS,
        # Readability's own numbers, which are for languages with longer words.
        "paragraph": 40 if is_dense else 140,
        "score": 20,
    }


def has_furniture(markup: str, whole: Document) -> bool:
    """Whether it is a page of a site; else a document, of which nothing should be lost."""
    if _FURNITURE.search(markup):
        return True
    links = sum(1 for _ in _LINK.finditer(markup))
    return links >= _MANY_LINKS and links * _LINK_SPACING > heard(whole)


def better(found: str, markup: str, whole: Document) -> Document:
    """The article as a document, or ``whole`` where there is none, or too little of it.

    Args:
        found: ``ArticleFinder``'s answer, unchecked.
    """
    article = _article(found, whole)
    if article is None:
        return whole
    share = _SHARE_WITH_FURNITURE if _FURNITURE.search(markup) else _SHARE
    return whole if heard(article) < share * heard(whole) else article


def about(document: Document, source: str) -> Document:
    """With where it is from. ``source``: as ``checked_source`` gives it."""
    return replace(document, site=document.site or site_of(source), source=source)


def heard(document: Document) -> int:
    """Characters that are read aloud."""
    return sum(
        block.end - block.start - sum(span.end - span.start for span in block.skipped)
        for block in document.blocks
        if block.skip is Skip.NO
    )


def _article(found: str, whole: Document) -> Document | None:
    answer = parse(found)
    if not isinstance(answer, Mapping):
        return None

    def told(key: str) -> str:
        value = answer.get(key)
        return value if isinstance(value, str) else ""

    content = told("content")
    if not content or len(content) > MOST_MARKUP:
        return None
    title = one_line(told("title")) or whole.title
    language = whole.language or language_tag(told("language"))
    # Within an article headers and footers are its own.
    builder = _built(title, f"<article>{content}</article>", language)
    if not builder.blocks:
        return None
    skip_citations(builder)
    document = builder.document(
        title=title,
        author=_BYLINE.sub("", one_line(told("byline"), 200)) or whole.author,
        language=language,
    )
    return replace(document, site=one_line(told("site"), 200))


def _built(title: str, content: str, language: str) -> Builder:
    """The title as a heading, then the content; once where that begins with it itself."""
    builder = Builder()
    builder.add(title)
    builder.end(Kind.HEADING, level=1)
    before = len(builder.blocks)
    read_into(builder, content, language=language)
    blocks = [block for block in builder.blocks[before:] if block.skip is Skip.NO][:1]
    text = builder.document().text
    if before and any(
        block.kind is Kind.HEADING and _same(text[block.start : block.end], title)
        for block in blocks
    ):
        builder = Builder()
        read_into(builder, content, language=language)
    if language:
        builder.blocks[:] = [
            replace(block, language="") if block.language == language else block
            for block in builder.blocks
        ]
    return builder


def _same(one: str, other: str) -> bool:
    return (
        "".join(filter(str.isalnum, one)).casefold()
        == "".join(filter(str.isalnum, other)).casefold()
    )
