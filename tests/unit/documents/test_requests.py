"""A file of the reader's as it crosses to the page."""

from __future__ import annotations

import asyncio
import io
import json
import random
import time
import zipfile
from typing import Any

import pytest
from lectern.document_requests import DocumentRequests, Opened, document_data
from lectern.documents import pdf_items, reading
from lectern.documents.epub import MOST_COVER
from lectern.documents.model import Builder, Kind, Skip
from lectern.documents.reading import MOST_BYTES, cover_of, decode, read
from lectern.errors import (
    BadOption,
    DocumentUnreadable,
    LecternError,
    Reason,
    TooLarge,
    VoiceUnreadable,
)

from tests.epubs import Chapter, make, png
from tests.fake_documents import FakeArticles, FakePdf
from tests.fake_voices import FakeDownloads, FakeVoiceStore
from tests.fakes import FakeVoiceFiles
from tests.unit.documents.checks import check_time

BOOK = make([Chapter("a.xhtml", "<p>Two.</p>")])


def zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def opened(
    name: str,
    data: bytes,
    size: int | None = None,
    pdf: FakePdf | None = None,
    articles: FakeArticles | None = None,
    **payload: object,
) -> dict[str, Any]:
    return whole(name, data, size, pdf, articles, **payload).data


def whole(
    name: str,
    data: bytes,
    size: int | None = None,
    pdf: FakePdf | None = None,
    articles: FakeArticles | None = None,
    **payload: object,
) -> Opened:
    downloads = FakeDownloads(FakeVoiceStore(FakeVoiceFiles()))
    source = downloads.give(data)
    file = {"source": source, "name": name, "size": len(data) if size is None else size}
    try:
        found: Any = asyncio.run(
            _call(handler_of(downloads, pdf, articles), {"file": file, **payload})
        )
        assert isinstance(found, Opened)
        return found
    finally:
        assert not downloads.open_sources  # given back whatever happened


def handler_of(
    downloads: FakeDownloads, pdf: FakePdf | None = None, articles: FakeArticles | None = None
) -> Any:
    requests = DocumentRequests(downloads, pdf or FakePdf(), articles or FakeArticles())
    return requests.handlers["openDocument"]


async def _call(handler: Any, payload: dict[str, object]) -> object:
    return await handler(payload)


def texts(document: dict[str, Any]) -> list[str]:
    """Each block, cut out as the page does it: by UTF-16 units."""
    units = document["text"].encode("utf-16-le")
    return [
        units[2 * one["start"] : 2 * one["end"]].decode("utf-16-le") for one in document["blocks"]
    ]


@pytest.mark.parametrize(
    ("name", "data", "wanted"),
    [
        ("a.html", b"<h1>One</h1><p>Two.</p>", ["One", "Two."]),
        ("page", b"<!DOCTYPE html>\n<html><body><p>Two.", ["Two."]),
        ("a.md", b"# One\n\nTwo *three*.", ["One", "Two three."]),
        ("a.txt", b"One two three.\n\nFour five six.", ["One two three.", "Four five six."]),
        ("a.epub", make([Chapter("a.xhtml", "<p>Two.</p>")]), ["Two."]),
        ("no-ending", make([Chapter("a.xhtml", "<p>Two.</p>")]), ["Two."]),
    ],
)
def test_the_kind_is_found(name: str, data: bytes, wanted: list[str]) -> None:
    assert texts(opened(name, data)) == wanted


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.epub"])
def test_a_file_is_decoded_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of a hundred megabytes is in memory once."""
    decoded: list[str] = []

    def counting(data: bytes, name: str) -> str:
        decoded.append(name)
        return decode(data, name)

    monkeypatch.setattr(reading, "decode", counting)
    opened(name, BOOK if name == "a.epub" else b"One two three. Four five six.")
    assert decoded == ([] if name == "a.epub" else [name])


def test_an_empty_page_is_empty() -> None:
    with pytest.raises(DocumentUnreadable, match="There is no text"):
        opened("a.html", b"")


def test_a_document_without_a_title_is_called_like_its_file() -> None:
    assert opened("Some notes.txt", b"One two three. Four five six.")["title"] == "Some notes"
    assert opened("x.html", b"<h1>The heading</h1><p>Text.</p>")["title"] == "The heading"
    assert opened("x.html", b"<title>The title</title><p>Text.</p>")["title"] == "The title"


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8-sig", b""), ("utf-16", b""), ("cp1252", b"")]
)
def test_text_of_any_encoding(encoding: str, mark: bytes) -> None:
    text = "« C’est l’été », dit-elle."
    assert decode(mark + text.encode(encoding), "a.txt") == text


def test_an_encoding_that_is_declared() -> None:
    markup = '<?xml version="1.0" encoding="iso-8859-2"?><html><p>Łódź żółta</p></html>'
    assert "Łódź żółta" in decode(markup.encode("iso-8859-2"), "a.html")
    markup = '<html><meta charset="windows-1251"><p>Мир</p></html>'
    assert "Мир" in decode(markup.encode("windows-1251"), "a.html")
    assert decode(b'<meta charset="no-such">caf\xe9', "a.html").endswith("café")


@pytest.mark.parametrize("codec", ["idna", "unicode_escape", "rot13", "punycode", "utf-7", "hex"])
def test_what_is_no_encoding_of_texts_is_not_believed(codec: str) -> None:
    data = f'<meta charset="{codec}">caf'.encode() + b"\xe9 \\u0041"
    assert decode(data, "a.html").endswith("café \\u0041")


def test_a_declared_encoding_takes_no_quadratic_time() -> None:
    data = b'<meta charset="punycode">' + b"a" * 200_000 + b"\xe9"
    start = time.process_time()
    decode(data, "a.html")
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("name", "data", "says", "reason"),
    [
        ("a.pdf", b"%PDF-1.4", "PDF", Reason.BROKEN),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\0", "picture", Reason.UNSUPPORTED),
        ("a.doc", b"\xd0\xcf\x11\xe0\0\0", "Word", Reason.UNSUPPORTED),
        ("a.zip", zipped("a.txt", b"text"), "no EPUB", Reason.UNSUPPORTED),
        ("a.bin", b"\0\1\2\3", "no text", Reason.NOT_TEXT),
        ("a.txt", b"", "no text in", Reason.EMPTY),
        ("a.html", b"<p><img src=x>", "no text in", Reason.EMPTY),
        ("a.txt", b" \n\n * * *\n", "no text in", Reason.EMPTY),
        ("a.epub", b"PK\x03\x04broken", "cut off", Reason.CUT),
        ("a.epub", BOOK[: len(BOOK) // 2], "cut off", Reason.CUT),
        ("a.epub", make([Chapter("a.xhtml", "<img/>")]), "pictures", Reason.PICTURES_ONLY),
        ("a.txt", b"a" * 80_000_001, "longer", Reason.TOO_MUCH),
    ],
)
def test_what_is_no_document_is_refused_in_words(
    name: str, data: bytes, says: str, reason: Reason
) -> None:
    with pytest.raises(DocumentUnreadable, match=says) as caught:
        opened(name, data)
    assert caught.value.reason is reason


def test_a_file_that_has_gone_says_so() -> None:
    downloads = FakeDownloads(FakeVoiceStore(FakeVoiceFiles()))
    file = {"source": downloads.give(b"text"), "name": "a.txt", "size": 4}

    async def gone(source: int, limit: int) -> bytes:
        raise VoiceUnreadable("The file a.txt can't be read: it has changed. Choose it again.")

    downloads.data = gone  # type: ignore[method-assign]
    with pytest.raises(DocumentUnreadable, match="Choose it again") as caught:
        asyncio.run(_call(handler_of(downloads), {"file": file}))
    assert caught.value.reason is Reason.GONE


def test_an_unknown_reason_is_broken() -> None:
    assert DocumentUnreadable("It is.", "no such reason").reason is Reason.BROKEN
    assert DocumentUnreadable("It is.", "encrypted").reason is Reason.ENCRYPTED


def test_a_pdf_is_read_from_what_its_pages_show() -> None:
    rows = [
        ["The road went", 72, 90, 80, 12, "Times", 12],
        ["up the hill.", 72, 104, 80, 12, "Times", 12],
    ]
    items = {
        "pages": [{"width": 595, "height": 842, "items": rows}],
        "outline": [["The road", 0, 80, 1]],
        "title": "A Road",
        "author": "Ann",
        "language": "en",
    }
    reader = FakePdf(json.dumps(items))
    found = opened("road.pdf", b"%PDF-1.7 ...", pdf=reader)
    assert reader.limits == {
        "pages": pdf_items.MOST_PAGES,
        "items": pdf_items.MOST_ITEMS,
        "characters": pdf_items.MOST_CHARACTERS,
    }
    assert texts(found) == ["The road went up the hill."]
    assert (found["title"], found["author"], found["language"]) == ("A Road", "Ann", "en")
    assert found["contents"] == [{"title": "The road", "start": 0, "level": 1}]
    assert reader.asked == [b"%PDF-1.7 ..."]


def test_too_large_is_told_before_it_is_read() -> None:
    with pytest.raises(TooLarge, match="100 MB"):
        opened("a.txt", b"x", size=MOST_BYTES + 1)


@pytest.mark.parametrize("payload", [{}, {"file": "a.txt"}, {"file": {"source": 1}}])
def test_what_is_no_file_is_refused(payload: dict[str, object]) -> None:
    handler = handler_of(FakeDownloads(FakeVoiceStore(FakeVoiceFiles())))
    with pytest.raises(BadOption, match="file"):
        asyncio.run(_call(handler, payload))


def test_offsets_are_utf_16_units() -> None:
    builder = Builder()
    builder.add("A 𝄞 clef")
    builder.end(Kind.HEADING, level=1)
    builder.add("See 😀")
    builder.add(" [1]", Skip.REFERENCE)
    builder.add(" now.")
    builder.end()
    data: Any = document_data(builder.document())
    assert texts(data) == ["A 𝄞 clef", "See 😀 [1] now."]
    units = data["text"].encode("utf-16-le")
    (span,) = data["blocks"][1]["skipped"]
    assert units[2 * span["start"] : 2 * span["end"]].decode("utf-16-le") == " [1]"
    assert "level" not in data["blocks"][1]
    assert data["contents"] == [{"title": "A 𝄞 clef", "start": 0, "level": 1}]


def test_no_error_but_ours() -> None:
    for length in range(0, 60, 7):
        for start in (b"PK\x03\x04", b"<html>", b"# ", b"\xff\xfe"):
            try:
                opened("x.md", start + bytes(range(length)))
            except LecternError:
                continue


ONE = Chapter("a.xhtml", "<p>Two.</p>")
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def test_the_cover_of_an_epub_comes_with_it() -> None:
    assert whole("a.epub", make([ONE], cover=png())).cover == (png(), "image/png")
    assert whole("a.epub", make([ONE])).cover is None
    assert whole("a.txt", b"One two three. Four five six.").cover is None
    assert "cover" not in whole("a.epub", make([ONE], cover=png())).data


@pytest.mark.parametrize(
    ("image", "declared"),
    [
        (SVG, "image/svg+xml"),
        (SVG, "image/png"),
        (b" " + png(), "image/png"),
        (b"", "image/png"),
        (b"<html><script>alert(1)</script>", "image/jpeg"),
        (b"BM" + bytes(60), "image/bmp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (png() + bytes(MOST_COVER), "image/png"),  # packed like a bomb, too
        (png() + random.Random(4).randbytes(MOST_COVER), "image/png"),
    ],
)
def test_what_is_no_picture_is_no_cover_and_costs_nothing(image: bytes, declared: str) -> None:
    found = whole("a.epub", make([ONE], cover=image, cover_type=declared))
    assert found.cover is None
    assert texts(found.data) == ["Two."]


def test_a_cover_is_what_it_is_and_not_what_it_is_called() -> None:
    gif = b"GIF89a" + bytes(20)
    found = whole("a.epub", make([ONE], cover=gif, cover_type="image/svg+xml"))
    assert found.cover == (gif, "image/gif")


def test_a_damaged_archive_gives_no_cover() -> None:
    data = make([ONE], cover=png(40, 40))
    for cut in range(0, len(data), 97):
        assert cover_of(data[:cut]) is None
    for at in range(0, len(data), 41):
        cover_of(data[:at] + b"\xff\xff\xff" + data[at + 3 :])  # whatever it gives, no error


def test_comments_without_end_before_a_text_cost_their_length() -> None:
    check_time(lambda text: read("a.md", text.encode()), "<!-- -->" * 600 + "word")
    check_time(lambda text: read("a.txt", text.encode()), "<!-- " * 600 + "word")


def test_a_comment_of_several_lines_before_a_page_is_passed_over() -> None:
    page = b"<!-- saved from\n somewhere -->\n<html><body><p>One line.</p></body></html>"
    assert "<p>" not in read("page", page).text
