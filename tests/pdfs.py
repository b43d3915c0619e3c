"""Writes small PDFs for tests: text in Helvetica at given places, bookmarks, a title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 595, 842


@dataclass(frozen=True, slots=True)
class Run:
    """Text with its baseline ``y`` points below the page's top."""

    x: float
    y: float
    text: str
    size: float = 11
    bold: bool = False


def make(
    pages: Sequence[Sequence[Run]],
    *,
    title: str = "",
    author: str = "",
    bookmarks: Sequence[tuple[str, int]] = (),
) -> bytes:
    """A PDF 1.7. ``bookmarks``: titles and pages from 0."""
    objects: dict[int, bytes] = {}
    catalog, tree, plain, bold, info, outlines = range(1, 7)
    first = 7
    kids = [first + 2 * index for index in range(len(pages))]
    objects[catalog] = f"<</Type/Catalog/Pages {tree} 0 R/Outlines {outlines} 0 R>>".encode()
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[tree] = f"<</Type/Pages/Count {len(kids)}/Kids[{listed}]>>".encode()
    for number, name in ((plain, "Helvetica"), (bold, "Helvetica-Bold")):
        objects[number] = (
            f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode()
        )
    objects[info] = b"<</Title " + _string(title) + b"/Author " + _string(author) + b">>"
    for kid, runs in zip(kids, pages, strict=True):
        objects[kid] = (
            f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents {kid + 1} 0 R"
            f"/Resources<</Font<</F1 {plain} 0 R/F2 {bold} 0 R>>>>>>".encode()
        )
        content = b"".join(
            f"BT /F{2 if run.bold else 1} {run.size} Tf {run.x} {HEIGHT - run.y} Td ".encode()
            + _string(run.text)
            + b" Tj ET\n"
            for run in runs
        )
        objects[kid + 1] = b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream"
    last = first + 2 * len(pages)
    marks = range(last, last + len(bookmarks))
    ends = f"/First {marks[0]} 0 R/Last {marks[-1]} 0 R" if bookmarks else ""
    objects[outlines] = f"<</Type/Outlines/Count {len(marks)}{ends}>>".encode()
    for number, (name, page) in zip(marks, bookmarks, strict=True):
        beside = (f"/Prev {number - 1} 0 R" if number > marks[0] else "") + (
            f"/Next {number + 1} 0 R" if number < marks[-1] else ""
        )
        target = f"/Dest[{kids[page]} 0 R/XYZ 0 {HEIGHT} 0]/Parent {outlines} 0 R{beside}"
        objects[number] = b"<</Title " + _string(name) + target.encode() + b">>"
    return _file(objects, catalog, info)


def _string(text: str) -> bytes:
    data = text.encode("cp1252")
    for special in (b"\\", b"(", b")"):
        data = data.replace(special, b"\\" + special)
    return b"(" + data + b")"


def _file(objects: dict[int, bytes], root: int, info: int) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = [0] * (len(objects) + 1)
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj" % number + objects[number] + b"endobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % len(places)
    out += b"".join(b"%010d 00000 n \n" % place for place in places[1:])
    out += b"trailer<</Size %d/Root %d 0 R/Info %d 0 R>>\n" % (len(places), root, info)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)
