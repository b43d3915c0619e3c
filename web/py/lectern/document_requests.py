"""The requests about documents: a file the reader gave, as blocks of text."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from lectern import payloads
from lectern.documents import pdf_items, webpage
from lectern.documents.html import html
from lectern.documents.model import Document
from lectern.documents.reading import (
    MOST_BYTES,
    cover_of,
    is_page,
    is_pdf,
    named,
    read_book,
    read_pdf,
    read_text,
    text_in,
)
from lectern.errors import (
    DocumentUnreadable,
    EngineError,
    NetworkError,
    Reason,
    TooLarge,
    VoiceUnreadable,
)
from lectern.ports import ArticleFinder, PdfReader
from lectern.utf16 import Utf16Offsets
from lectern.voice_ports import Downloads

log = logging.getLogger("lectern")


@dataclass(frozen=True, slots=True)
class Opened:
    """``DocumentData`` of the boundary. ``cover``: (bytes, media type), which cross beside the
    JSON."""

    data: dict[str, object]
    cover: tuple[bytes, str] | None = None


class DocumentRequests:
    """Handlers of protocol.js' requests about documents.

    Args:
        downloads: reads the files that the reader gave.
    """

    def __init__(self, downloads: Downloads, pdf: PdfReader, articles: ArticleFinder) -> None:
        self._downloads = downloads
        self._pdf = pdf
        self._articles = articles

    @property
    def handlers(self) -> dict[str, Callable[[Mapping[str, object]], Awaitable[object]]]:
        return {"openDocument": self.open_document}

    async def open_document(self, payload: Mapping[str, object]) -> Opened:
        """Raises DocumentUnreadable, TooLarge."""
        file = payloads.given_file(payload, "file")
        try:
            if file.size > MOST_BYTES:
                raise TooLarge(
                    f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB. Open it in parts."
                )
            data = await self._downloads.data(file.id, MOST_BYTES)
        except VoiceUnreadable as error:  # what a file is that the browser can't read any more
            raise DocumentUnreadable(error.message, Reason.GONE) from error
        finally:
            await self._downloads.close(file.id)
        source = webpage.checked_source(payload.get("source"))
        if is_pdf(data):
            document = read_pdf(file.name, await self._pdf.items(data, pdf_items.limits()))
        elif (text := text_in(file.name, data)) is None:
            document = read_book(file.name, data)
        elif is_page(file.name, text):
            document = named(file.name, await self._page(text, source))
        else:
            document = read_text(file.name, text)
        return Opened(document_data(webpage.about(document, source)), cover_of(data))

    async def _page(self, markup: str, source: str) -> Document:
        """The article of a page, or the page. Raises TooLarge."""
        whole = html(markup)
        limits = webpage.limits(markup, whole, source)
        if limits is None:
            return whole
        try:
            found = await self._articles.find(markup, limits)
        except (NetworkError, EngineError) as error:
            log.warning("The whole page is read: %s", error.message)
            return whole
        return webpage.better(found, markup, whole)


def document_data(document: Document) -> dict[str, object]:
    """A document as it crosses the boundary: offsets in UTF-16 units (``DocumentData``)."""
    offsets = Utf16Offsets(document.text)
    blocks: list[dict[str, object]] = []
    for block in document.blocks:
        data: dict[str, object] = {"start": offsets.at(block.start), "kind": block.kind.value}
        spans = [
            {"start": offsets.at(span.start), "end": offsets.at(span.end), "skip": span.skip.value}
            for span in block.skipped
        ]
        data["end"] = offsets.at(block.end)
        # What is usual is left out: a novel has thousands of blocks.
        if spans:
            data["skipped"] = spans
        if block.level:
            data["level"] = block.level
        if block.language:
            data["language"] = block.language
        if block.skip:
            data["skip"] = block.skip.value
        blocks.append(data)
    entries = Utf16Offsets(document.text)
    contents = [
        {"title": entry.title, "start": entries.at(entry.start), "level": entry.level}
        for entry in sorted(document.contents, key=lambda entry: entry.start)
    ]
    return {
        "text": document.text,
        "blocks": blocks,
        "contents": contents,
        "title": document.title,
        "author": document.author,
        "language": document.language,
        **({"site": document.site} if document.site else {}),
        **({"source": document.source} if document.source else {}),
    }
