"""A file of unknown kind -> a document. What it is says its beginning, then its name."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from lectern.documents.encodings import guessed, text_encoding
from lectern.documents.epub import cover, epub
from lectern.documents.html import html
from lectern.documents.markdown import markdown
from lectern.documents.model import Document, one_line
from lectern.documents.pdf import pdf
from lectern.documents.pdf_items import outline_from_json, pages_from_json
from lectern.documents.plain import plain
from lectern.errors import DocumentUnreadable, LecternError, Reason

#: Larger files are refused.
MOST_BYTES = 100_000_000
#: A text of more is refused: a novel has one.
_MOST_TEXT = 20_000_000

_ZIP = b"PK\x03\x04"
#: Nothing in it is tried twice: comments without end cost no more than their length.
_MARKUP = re.compile(
    r"\s*+(<\?xml[^>]*+>\s*+)?(?:<!--(?:(?!-->).)*+-->\s*+)*+"
    r"<(!doctype\s+html|html|head|body)\b",
    re.I | re.S,
)
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([\w.:-]{2,40})""", re.I)
_XML_ENCODING = re.compile(rb"""^<\?xml[^>]+encoding\s*=\s*["']([\w.:-]{2,40})""")
_KNOWN_BINARY = {
    b"\xd0\xcf\x11\xe0": "an old Word document",
    b"{\\rtf": "an RTF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"ID3": "sound",
    b"OggS": "sound",
}


def read(name: str, data: bytes) -> Document:
    """The document in a file.

    Args:
        name: the file's, for its ending and where the document has no title.

    Raises:
        DocumentUnreadable, TooLarge: in words.
    """
    text = text_in(name, data)
    return read_book(name, data) if text is None else read_text(name, text)


def text_in(name: str, data: bytes) -> str | None:
    """The text in a file, decoded once for whoever looks at it; None for an EPUB's archive.

    Raises:
        DocumentUnreadable: it is neither.
    """
    if data[:4] == _ZIP:
        return None
    for beginning, kind in _KNOWN_BINARY.items():
        if data.startswith(beginning):
            raise DocumentUnreadable(
                f"{name} is {kind}. Lectern opens EPUB, PDF, HTML, Markdown and plain text.",
                Reason.UNSUPPORTED,
            )
    return decode(data, name)


def read_book(name: str, data: bytes) -> Document:
    """The document in an EPUB. Raises DocumentUnreadable, TooLarge: in words."""
    return named(name, epub(data))


def read_text(name: str, text: str) -> Document:
    """The document that is written in ``text``. Raises DocumentUnreadable: there is nothing."""
    if is_page(name, text):
        return named(name, html(text))
    if _ending(name) in ("md", "markdown"):
        return named(name, markdown(text))
    return named(name, plain(text))


def is_page(name: str, text: str) -> bool:
    """Whether it is a page of HTML."""
    return _ending(name) in ("html", "htm", "xhtml") or bool(_MARKUP.match(text[:5000]))


def cover_of(data: bytes) -> tuple[bytes, str] | None:
    """(bytes, media type) of a file's cover: PNG, JPEG, GIF or WebP by its first bytes, never
    SVG. None where there is none: a cover that is broken never costs the document."""
    if data[:4] != _ZIP:
        return None
    try:
        return cover(data)
    except LecternError:
        return None


def is_pdf(data: bytes) -> bool:
    """A PDF may have something before its mark."""
    return b"%PDF-" in data[:1024]


def read_pdf(name: str, items: str) -> Document:
    """The document that a PDF's pages show.

    Args:
        items: JSON as ``pdf_items.py`` describes it, with title, author and language besides.

    Raises:
        DocumentUnreadable: in words.
    """
    told = _told(items)
    document = pdf(
        pages_from_json(items),
        title=told["title"],
        author=told["author"],
        language=told["language"],
        outline=outline_from_json(items),
    )
    return named(name, document)


def _told(items: str) -> dict[str, str]:
    """What a PDF says of itself; what else is in the JSON is not kept beside its pages."""
    about = json.loads(items)
    values = {key: about.get(key) for key in ("title", "author", "language")}
    return {key: value if isinstance(value, str) else "" for key, value in values.items()}


def named(name: str, document: Document) -> Document:
    """With a title, whatever it says itself.

    Raises:
        DocumentUnreadable: there is nothing in it.
    """
    if not document.blocks:
        raise DocumentUnreadable(f"There is no text in {name}.", Reason.EMPTY)
    if document.title:
        return document
    return replace(document, title=_first_heading(document) or one_line(_stem(name)))


def _ending(name: str) -> str:
    return name.lower().rpartition(".")[2]


def decode(data: bytes, name: str) -> str:
    """Text of unknown encoding: by its mark, as it says itself, UTF-8, an old encoding of
    another script by its frequent letters, or else the old Windows encoding of Western
    Europe. Line ends become \\n.

    Raises:
        DocumentUnreadable: it is no text, or too long for one.
    """
    text: str | None = None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    elif b"\0" in data[:4096]:
        raise DocumentUnreadable(
            f"{name} is no text. Lectern opens EPUB, PDF, HTML, Markdown and plain text.",
            Reason.NOT_TEXT,
        )
    if len(data) > 4 * _MOST_TEXT:
        raise DocumentUnreadable(
            f"{name} is longer than {_MOST_TEXT:,} characters.", Reason.TOO_MUCH
        )
    if text is None:
        text = _decoded(data)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = _XML_ENCODING.search(data[:200]) or _CHARSET.search(data[:4096])
    declared = text_encoding(found[1], "cp1252") if found else guessed(data) or "cp1252"
    for encoding in (declared, "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _first_heading(document: Document) -> str:
    for entry in document.contents[:1]:
        return entry.title
    return ""


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
