"""Makes EPUBs for tests: versions 2 and 3, notes, nested contents, covers, other encodings.

::

    one = Chapter("one.xhtml", "<h1>One</h1><p>It begins.</p>")
    make([one], contents=[Line("One", "one.xhtml")])
    novel(chapters=300, characters=1_000_000)
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

FOLDER = "OEBPS"
PACKAGE = f"{FOLDER}/content.opf"
CONTAINER = "META-INF/container.xml"
_DATE = (2020, 1, 1, 0, 0, 0)
_WORDS = tuple(
    word
    for line in (
        "the of and to in a was his that he had with her it as for at on she not be from by",
        "which morning window garden letter evening silence stranger carriage river answered",
    )
    for word in line.split()
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A document of the spine. ``name``: under `FOLDER`; ``body``: markup within its body.

    ``attributes``: of the body, ``epub:type="cover"``; ``markup``: instead of all that.
    """

    name: str
    body: str = ""
    attributes: str = ""
    linear: bool = True
    encoding: str = "utf-8"
    media_type: str = "application/xhtml+xml"
    markup: bytes | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the contents and those below it. ``href``: "" for a mere title."""

    title: str
    href: str
    below: tuple[Line, ...] = ()


def page(body: str, attributes: str = "", encoding: str = "utf-8", language: str = "") -> bytes:
    """A document of XHTML."""
    lang = f' xml:lang="{language}"' if language else ""
    markup = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"'
        f' xmlns:epub="http://www.idpf.org/2007/ops"{lang}>\n'
        f"<head><title>A page</title></head>\n<body {attributes}>\n{body}\n</body></html>\n"
    )
    return markup.encode(encoding)


def make(
    chapters: Sequence[Chapter],
    *,
    version: int = 3,
    title: str = "A Book",
    authors: Sequence[str] = ("Ann Author",),
    language: str = "en",
    contents: Sequence[Line] = (),
    landmarks: Mapping[str, str] | None = None,
    cover: bytes | None = None,
    cover_type: str = "image/png",
    files: Mapping[str, bytes] | None = None,
    without: Collection[str] = (),
    mimetype: bool = True,
) -> bytes:
    """The bytes of an EPUB.

    Args:
        version: 2 has an NCX and a guide, 3 a navigation document.
        landmarks: word of epub:type (or of the guide) -> href.
        files: further files, or others instead of those made, by their whole paths.
        without: whole paths of files that are listed, but missing.
    """
    listed = [
        (chapter.name, chapter.media_type, "") for chapter in chapters
    ] + [("nav.xhtml", "application/xhtml+xml", "nav")] * (version == 3)  # fmt: skip
    if version == 2:
        listed.append(("toc.ncx", "application/x-dtbncx+xml", ""))
    if cover is not None:
        listed.append(("cover.img", cover_type, "cover-image" if version == 3 else ""))
    parts = {
        CONTAINER: _container(),
        PACKAGE: _package(chapters, listed, version, title, authors, language, landmarks or {}),
    }
    for chapter in chapters:
        parts[f"{FOLDER}/{chapter.name}"] = (
            page(chapter.body, chapter.attributes, chapter.encoding)
            if chapter.markup is None
            else chapter.markup
        )
    if version == 3:
        parts.setdefault(f"{FOLDER}/nav.xhtml", _nav(contents, landmarks or {}))
    else:
        parts[f"{FOLDER}/toc.ncx"] = _ncx(contents)
    if cover is not None:
        parts[f"{FOLDER}/cover.img"] = cover
    parts |= dict(files or {})
    for path in without:
        parts.pop(path)
    return archive(parts, mimetype=mimetype)


def archive(parts: Mapping[str, bytes], *, mimetype: bool = True) -> bytes:
    """A ZIP archive as EPUB wants it: the media type first, not packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        if mimetype:
            made.writestr(zipfile.ZipInfo("mimetype", _DATE), "application/epub+zip")
        for path, data in parts.items():
            info = zipfile.ZipInfo(path, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, data)
    return out.getvalue()


def novel(chapters: int = 300, characters: int = 1_000_000, *, version: int = 3) -> bytes:
    """A long book of made-up prose, the same every time, with its contents."""
    draw = random.Random(4)
    made: list[Chapter] = []
    for number in range(1, chapters + 1):
        paragraphs: list[str] = []
        length = 0
        while length < characters / chapters:
            sentences = [
                " ".join(draw.choices(_WORDS, k=draw.randint(6, 25))).capitalize() + "."
                for _ in range(draw.randint(2, 6))
            ]
            paragraphs.append(f"<p>{' '.join(sentences)}</p>")
            length += len(paragraphs[-1])
        body = f'<h2 id="c{number}">Chapter {number}</h2>\n' + "\n".join(paragraphs)
        made.append(Chapter(f"c{number}.xhtml", body))
    lines = [Line(f"Chapter {n}", f"c{n}.xhtml#c{n}") for n in range(1, chapters + 1)]
    return make(made, version=version, title="A Long Novel", contents=lines)


def png(width: int = 2, height: int = 3) -> bytes:
    """A grey picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = (b"\0" + b"\x80" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _container() -> bytes:
    return (
        '<?xml version="1.0"?>\n<container version="1.0"'
        ' xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        f'<rootfile full-path="{PACKAGE}" media-type="application/oebps-package+xml"/>'
        "</rootfiles></container>"
    ).encode()


def _package(
    chapters: Sequence[Chapter],
    listed: Sequence[tuple[str, str, str]],
    version: int,
    title: str,
    authors: Sequence[str],
    language: str,
    landmarks: Mapping[str, str],
) -> bytes:
    items = "".join(
        f'<item id="i{number}" href={quoteattr(name)} media-type="{kind}"'
        + (f' properties="{properties}"/>\n' if properties else "/>\n")
        for number, (name, kind, properties) in enumerate(listed)
    )
    names = [name for name, _, _ in listed]
    spine = "".join(
        f'<itemref idref="i{number}"' + ("/>\n" if chapter.linear else ' linear="no"/>\n')
        for number, chapter in enumerate(chapters)
    )
    meta = ""
    if version == 2 and "cover.img" in names:
        meta = f'<meta name="cover" content="i{names.index("cover.img")}"/>'
    guide = "".join(
        f'<reference type="{kind}" title="-" href={quoteattr(href)}/>'
        for kind, href in landmarks.items()
    )
    toc = f' toc="i{names.index("toc.ncx")}"' if version == 2 else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<package version="{version}.0" unique-identifier="id"'
        ' xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        '<metadata><dc:identifier id="id">urn:test</dc:identifier>'
        f"<dc:title>{escape(title)}</dc:title>"
        + "".join(f"<dc:creator>{escape(author)}</dc:creator>" for author in authors)
        + (f"<dc:language>{escape(language)}</dc:language>" if language else "")
        + f"{meta}</metadata>\n<manifest>{items}</manifest>\n<spine{toc}>{spine}</spine>\n"
        + (f"<guide>{guide}</guide>" if guide and version == 2 else "")
        + "</package>"
    ).encode()


def _nav(contents: Sequence[Line], landmarks: Mapping[str, str]) -> bytes:
    def items(lines: Sequence[Line]) -> str:
        return "".join(
            "<li>"
            + (
                f"<a href={quoteattr(line.href)}>{escape(line.title)}</a>"
                if line.href
                else f"<span>{escape(line.title)}</span>"
            )
            + (f"<ol>{items(line.below)}</ol>" if line.below else "")
            + "</li>"
            for line in lines
        )

    marks = "".join(
        f'<li><a epub:type="{kind}" href={quoteattr(href)}>{kind}</a></li>'
        for kind, href in landmarks.items()
    )
    return page(
        f'<nav epub:type="toc"><h1>Contents</h1><ol>{items(contents)}</ol></nav>'
        + (f'<nav epub:type="landmarks"><ol>{marks}</ol></nav>' if marks else "")
    )


def _ncx(contents: Sequence[Line]) -> bytes:
    def points(lines: Sequence[Line]) -> str:
        return "".join(
            f"<navPoint><navLabel><text>{escape(line.title)}</text></navLabel>"
            f"<content src={quoteattr(line.href)}/>{points(line.below)}</navPoint>"
            for line in lines
        )

    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN"'
        ' "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd">\n'
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1">'
        f"<docTitle><text>A Book</text></docTitle><navMap>{points(contents)}</navMap></ncx>"
    ).encode()
