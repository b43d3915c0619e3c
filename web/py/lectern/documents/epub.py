"""EPUB 2 and 3 -> blocks, contents and cover.

::

    epub_archive.py   the ZIP archive, with limits; DRM is found here
    epub_package.py   container, package document, nav or NCX
    markup_tree.py    their XML
    html.py           a document of the spine -> blocks
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lectern.documents.citations import skip_citations
from lectern.documents.epub_archive import MIB, Archive
from lectern.documents.epub_package import Item, Package, Target, package, target
from lectern.documents.html import Page, read_into
from lectern.documents.markup import Tag, tokens
from lectern.documents.markup_tree import Node, parse, prepared
from lectern.documents.model import Block, Builder, Document, Entry, Skip
from lectern.errors import DocumentUnreadable, Reason

#: Characters of markup of the whole spine; the longest novels have 15 million.
MOST_MARKUP = 64_000_000
MOST_COVER = 5 * MIB

#: Parts of a book that nobody wants to hear, as epub:type names them.
#: A page that is a cover holds a picture and little else (characters that are looked at).
_COVER_PAGE = 20_000
_FURNITURE = frozenset({"cover", "titlepage", "toc", "copyright-page", "index"})
_NOTEREFS = frozenset({"noteref", "doc-noteref"})
_LINK = re.compile(r"<a\s[^<>]*+>", re.IGNORECASE)
_BODY = re.compile(r"<body(?:\s[^<>]*+)?+>", re.IGNORECASE)
#: A sign that the only element of a body may be furniture: worth a look at the whole.
_TYPED = re.compile(r"(?:epub:type|role)\s*+=\s*+[\"'][^\"'<>]*(?:cover|page|toc|index)")
_TYPED_WITHIN = 1500
_COVERS_TRIED = 20


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A document of the spine as it was read. ``first``, ``last``: its blocks' indices,
    ``last`` not among them; ``start``: offset of its beginning; ``is_furniture``: by its own
    account."""

    page: Page
    first: int
    last: int
    start: int
    is_furniture: bool


def epub(data: bytes) -> Document:
    """An EPUB as it is read: its spine in order, its contents as it lists them.

    What is no part of the text (``linear="no"``, cover, title page, contents, copyright,
    index) is there, but skipped as ``Skip.FURNITURE``, unless nothing else is there.

    Raises:
        DocumentUnreadable: no EPUB, a damaged one, one protected by DRM, one beyond the
            limits of `epub_archive`, or one with no text in it.
        TooLarge: a page of it is beyond the limit of `html`.
    """
    archive = Archive(data)
    book = package(archive)
    texts = _spine_texts(archive, book)
    notes = _note_ids(archive, texts)
    perhaps: dict[str, set[str]] = {}
    builder = Builder()
    chapters: dict[str, _Chapter] = {}
    for path in list(texts):
        # Taken out: of a long book the markup need not be kept beside the text.
        markup = texts.pop(path)
        first, start = len(builder.blocks), builder.length
        page = read_into(
            builder,
            markup,
            language=book.language,
            notes=notes.get(path, set()),
            perhaps=perhaps.get(path, set()),
        )
        skip = path == book.nav or _is_furniture(markup)
        chapters[path] = _Chapter(page, first, len(builder.blocks), start, skip)
        for mark in page.marks:
            _add_note(notes, target(archive, path, mark))
        for mark in page.unsure:
            _add_note(perhaps, target(archive, path, mark))
    if not builder.blocks:
        raise DocumentUnreadable(
            "There is no text in this EPUB: its pages are pictures, or empty.", Reason.PICTURES_ONLY
        )
    reading = _Reading(book, chapters, [block.end for block in builder.blocks])
    furniture = [reading.whole(path) for path, one in chapters.items() if one.is_furniture]
    _skip(builder.blocks, [*furniture, *reading.furniture()])
    _skip(builder.blocks, [reading.whole(part.path) for part in book.spine if not part.linear])
    skip_citations(builder)
    return builder.document(
        title=book.title,
        author=book.author,
        language=book.language or _common_language(builder.blocks),
        contents=reading.entries(builder.blocks),
    )


def cover(data: bytes) -> tuple[bytes, str] | None:
    """(bytes, media type) of the cover: JPEG, PNG, WebP or GIF by their first bytes, 5 MB at
    most. None where there is none, also of a file that is no EPUB."""
    try:
        archive = Archive(data)
        book = package(archive)
    except DocumentUnreadable:
        return None
    kinds: dict[str, Item] = {item.path: item for item in book.items.values()}
    for path in book.cover[:_COVERS_TRIED]:
        try:
            item = kinds.get(path)
            is_page = item is not None and item.is_markup
            image = archive.read(_picture_of(archive, path) if is_page else path, MOST_COVER)
        except DocumentUnreadable:
            continue  # this one is too large; another may do
        if image and (media_type := _media_type(image)):
            return image, media_type
    return None


def _spine_texts(archive: Archive, book: Package) -> dict[str, str]:
    """Markup of the spine's documents, in order; those that are missing are left out.

    Raises:
        DocumentUnreadable: none is left, or together they are too much.
    """
    texts: dict[str, str] = {}
    size = 0
    for part in book.spine:
        markup = archive.text(part.path)
        if markup is not None:
            size += len(markup)
            if size > MOST_MARKUP:
                raise DocumentUnreadable(
                    f"The text of this EPUB is longer than {MOST_MARKUP // 1_000_000} million"
                    " characters, which is too much to read.",
                    Reason.TOO_MUCH,
                )
            texts[part.path] = prepared(markup)
    if texts:
        return texts
    if book.spine:
        raise DocumentUnreadable(
            f"{book.spine[0].path}, where the text of this EPUB begins, is missing or damaged,"
            " and so is everything else. Download or copy it again."
        )
    raise DocumentUnreadable(f"{book.path}, the list of this EPUB's chapters, names none.")


def _note_ids(archive: Archive, texts: dict[str, str]) -> dict[str, set[str]]:
    """Of each document the ids that references to notes lead to, from wherever."""
    found: dict[str, set[str]] = {}
    for path, markup in texts.items():
        for link in _LINK.finditer(markup) if "noteref" in markup else ():
            tag = _tag(link.group()) if "noteref" in link.group() else None
            if tag and _NOTEREFS & _types(tag):
                _add_note(found, target(archive, path, tag.attributes.get("href", "")))
    return found


def _add_note(notes: dict[str, set[str]], place: Target | None) -> None:
    if place and place.fragment:
        notes.setdefault(place.path, set()).add(place.fragment)


def _tag(markup: str) -> Tag | None:
    first = next(tokens(markup), None)
    return first if isinstance(first, Tag) else None


def _types(tag: Tag) -> set[str]:
    return Node(tag.name, tag.attributes).types


def _is_furniture(markup: str) -> bool:
    """Whether its body, or the only element in that, says that it is."""
    found = _BODY.search(markup)
    tag = _tag(found.group()) if found else None
    if found is None or tag is None:
        return False
    if _FURNITURE & _types(tag):
        return True
    if not _TYPED.search(markup, found.end(), found.end() + _TYPED_WITHIN):
        return False
    try:
        body = parse(markup[found.start() :], "A page").first("body")
    except DocumentUnreadable:
        return False  # too much for a title page
    within = body.elements if body else []
    return len(within) == 1 and bool(_FURNITURE & within[0].types)


def _common_language(blocks: list[Block]) -> str:
    """What most blocks say, which they then need not say any more."""
    ((language, _),) = Counter(block.language for block in blocks).most_common(1)
    for index, block in enumerate(blocks):
        if language and block.language == language:
            blocks[index] = replace(block, language="")
    return language


class _Reading:
    """Where the places of a book lie in what was read of it."""

    def __init__(self, book: Package, chapters: dict[str, _Chapter], ends: list[int]) -> None:
        self._book = book
        self._chapters = chapters
        self._ends = ends

    def whole(self, path: str) -> range:
        """The blocks of a document of the spine."""
        chapter = self._chapters.get(path)
        return range(chapter.first, chapter.last) if chapter else range(0)

    def block(self, place: Target | None) -> int | None:
        """Index of the first block at or after a place, which may be behind the last."""
        chapter = self._chapters.get(place.path) if place else None
        if chapter is None or place is None:
            return None
        return bisect_right(self._ends, chapter.page.ids.get(place.fragment, chapter.start))

    def furniture(self) -> Iterator[range]:
        """Blocks that landmarks name as furniture.

        A landmark is good for its file up to the next landmark in it; one that leads to an
        element, up to the next line of the contents too: the file goes on behind the title.
        """
        marks = [one.target for one in self._book.landmarks]
        lines = [one.target for one in self._book.contents if one.target]
        stops: dict[str, set[int]] = {}
        lesser: dict[str, set[int]] = {}
        for places, where in ((marks, stops), (lines, lesser)):
            for place in places:
                if (index := self.block(place)) is not None:
                    where.setdefault(place.path, set()).add(index)
        for mark in self._book.landmarks:
            index = self.block(mark.target)
            if index is None or not _FURNITURE & mark.types:
                continue
            path = mark.target.path
            others = stops[path] | (lesser.get(path, set()) if mark.target.fragment else set())
            last = self._chapters[path].last
            yield range(index, min((one for one in others if one > index), default=last))

    def entries(self, blocks: list[Block]) -> list[Entry]:
        """The contents. A mere title leads where the first line below it does; a line that
        leads nowhere is left out."""
        entries: list[Entry] = []
        below: tuple[int, int] | None = None  # (level, start) of the line after this
        for line in reversed(self._book.contents):
            index = self.block(line.target)
            if index is not None and index < len(blocks):
                start = blocks[index].start
            elif line.target is None and below and below[0] > line.level:
                start = below[1]
            else:
                continue
            below = (line.level, start)
            entries.append(Entry(line.title, start, line.level))
        return entries[::-1]


def _skip(blocks: list[Block], ranges: Iterable[range]) -> None:
    """Skip the blocks as furniture, unless nothing would be left to read."""
    chosen = {index for one in ranges for index in one if blocks[index].skip is Skip.NO}
    if any(index not in chosen for index, one in enumerate(blocks) if one.skip is Skip.NO):
        for index in chosen:
            blocks[index] = replace(blocks[index], skip=Skip.FURNITURE, skipped=())


def _picture_of(archive: Archive, path: str) -> str:
    """The path of the first picture on a page; "" without one."""
    image = parse((archive.text(path) or "")[:_COVER_PAGE], path).first("img", "image")
    place = target(archive, path, image.get("src") or image.get("href")) if image else None
    return place.path if place else ""


def _media_type(image: bytes) -> str:
    if image.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if image.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if image.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if image[:4] == b"RIFF" and image[8:12] == b"WEBP":
        return "image/webp"
    return ""
