"""EPUBs that are broken, or made to break their reader."""

from __future__ import annotations

import contextlib
import io
import time
import zipfile

import pytest
from lectern.documents import epub_archive, markup_tree
from lectern.documents.epub import epub
from lectern.documents.epub_archive import Archive, followed, joined
from lectern.documents.markup_tree import decoded, parse, prepared
from lectern.errors import DocumentUnreadable, LecternError

from tests.epubs import CONTAINER, FOLDER, PACKAGE, Chapter, Line, archive, make, page
from tests.unit.documents.checks import heard

ONE = Chapter("one.xhtml", "<h1>One</h1><p>It begins.</p>")
TWO = Chapter("two.xhtml", "<h1>Two</h1><p>It ends.</p>")
ENCRYPTION = "META-INF/encryption.xml"


def package(manifest: str, spine: str) -> bytes:
    return f"<package><manifest>{manifest}</manifest><spine>{spine}</spine></package>".encode()


def item(identifier: str, href: str, more: str = "") -> str:
    return f'<item id="{identifier}" href="{href}" media-type="application/xhtml+xml" {more}/>'


def refused(data: bytes, words: str) -> None:
    with pytest.raises(DocumentUnreadable, match=words) as caught:
        epub(data)
    assert caught.value.code == "document_unreadable"


def test_what_is_no_epub() -> None:
    refused(b"", "empty")
    refused(b"Once upon a time", "not an EPUB")
    refused(make([ONE])[:-200], "cut off or damaged")
    refused(make([ONE])[:40], "cut off or damaged")
    refused(archive({"word/document.xml": b"<w/>"}, mimetype=False), "no EPUB")


def test_no_cut_or_changed_byte_gets_out_as_another_error() -> None:
    data = make([ONE, TWO], contents=[Line("One", "one.xhtml")])
    for position in range(0, len(data), 7):
        for changed in (
            data[:position],
            data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :],
            data[:position] + b"\xff\xff\xff\xff" + data[position + 4 :],
        ):
            with contextlib.suppress(LecternError):
                epub(changed)


def encrypted(algorithm: str) -> bytes:
    method = f'<enc:EncryptionMethod Algorithm="{algorithm}"/>' if algorithm else ""
    return (
        '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
        f'{method}<enc:CipherData><enc:CipherReference URI="{FOLDER}/one.xhtml"/>'
        "</enc:CipherData></enc:EncryptedData></encryption>"
    ).encode()


@pytest.mark.parametrize(
    ("algorithm", "more", "words"),
    [
        ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", "", r"protected by DRM, which"),
        ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", "license.lcpl", "DRM .Readium LCP"),
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "rights.xml", "DRM .Adobe ADEPT"),
        ("", "", "protected by DRM"),
    ],
)
def test_drm(algorithm: str, more: str, words: str) -> None:
    files = {ENCRYPTION: encrypted(algorithm)}
    if more:
        files[f"META-INF/{more}"] = b"<rights/>"
    refused(make([ONE], files=files), words)


@pytest.mark.parametrize(
    "algorithm", ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"]
)
def test_scrambled_fonts_are_no_drm(algorithm: str) -> None:
    data = make([ONE], files={ENCRYPTION: encrypted(algorithm)})
    assert heard(epub(data)) == ["One", "It begins."]


def test_the_zip_flag_of_encryption() -> None:
    data = bytearray(make([ONE]))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    refused(bytes(data), "protected by DRM")


def test_a_bomb_is_not_unpacked() -> None:
    bomb = b"<p>" + b"a" * (8 * epub_archive.MIB)
    refused(make([Chapter("one.xhtml", markup=bomb)]), "ZIP bomb")


def test_a_text_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub_archive, "MOST_TEXT", 200_000)
    text = page("<p>" + " ".join(str(n) for n in range(50_000)) + "</p>")
    refused(make([Chapter("one.xhtml", markup=text)]), "one.xhtml in this EPUB is larger than")


def test_all_together_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub_archive, "MOST_UNPACKED", 300_000)
    text = page("<p>" + " ".join(str(n) for n in range(20_000)) + "</p>")
    chapters = [Chapter(f"{n}.xhtml", markup=text) for n in range(5)]
    epub(make(chapters[:2]))
    refused(make(chapters), "unpacks to more than")


def test_the_whole_text_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lectern.documents.epub.MOST_MARKUP", 300)
    refused(make([ONE, TWO]), "longer than")


def test_sizes_in_headers_are_not_believed() -> None:
    """A member that says it is small gives no more than it says, and is damaged."""
    data = bytearray(make([ONE, Chapter("two.xhtml", "<p>" + "Long. " * 100_000 + "</p>")]))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as made:
        name = f"{FOLDER}/two.xhtml".encode()
        size = made.getinfo(name.decode()).file_size
    at = data.rindex(name) - 46
    assert int.from_bytes(data[at + 24 : at + 28], "little") == size
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert heard(epub(bytes(data))) == ["One", "It begins."]


def test_too_many_files() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(epub_archive.MOST_ENTRIES + 1):
            made.writestr(zipfile.ZipInfo(f"{number}"), b"")
    refused(out.getvalue(), "more than 10,000 files")


def test_unknown_ways_to_pack_are_not_unpacked() -> None:
    out = io.BytesIO(make([ONE, TWO], without=[f"{FOLDER}/two.xhtml"]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_BZIP2) as made:
        made.writestr(f"{FOLDER}/two.xhtml", page(TWO.body))
    assert heard(epub(out.getvalue())) == ["One", "It begins."]


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        ("OEBPS/a b.xhtml", "a%20b.xhtml"),
        ("OEBPS/a b.xhtml", "a b.xhtml"),
        ("OEBPS/a%20b.xhtml", "a%20b.xhtml"),
        ("OEBPS\\text\\a.xhtml", "text/a.xhtml"),
        ("OEBPS/text/a.xhtml", "text\\a.xhtml"),
        ("../../etc/a.xhtml", "../../../../etc/a.xhtml"),
        ("/etc/a.xhtml", "../etc/a.xhtml"),
        ("text/a.xhtml", "/text/a.xhtml"),
        ("text/a.xhtml", "%2e%2e/text/a.xhtml"),
        ("OEBPS/caf\u00e9.xhtml", "cafe\u0301.xhtml"),
        ("OEBPS/caf\u00e9.xhtml", "caf%C3%A9.xhtml"),
        ("OEBPS/Text/A.XHTML", "text/a.xhtml"),
        ("OEBPS/./x/../a.xhtml", "a.xhtml?query#fragment"),
    ],
)
def test_paths(stored: str, named: str) -> None:
    files = {
        PACKAGE: package(item("a", named) + item("z", "toc.ncx"), '<itemref idref="a"/>'),
        stored: page(ONE.body),
    }
    line = Line("The one", named.partition("?")[0])
    document = epub(make([], version=2, contents=[line], files=files))
    assert heard(document) == ["One", "It begins."]
    assert [(one.title, one.start) for one in document.contents] == [("The one", 0)]


def test_a_name_in_utf8_that_does_not_say_so() -> None:
    data = make([Chapter("\u00e9t\u00e9.xhtml", ONE.body)])
    flag = (0x800).to_bytes(2, "little")
    name = f"{FOLDER}/\u00e9t\u00e9.xhtml".encode()
    at = data.rindex(name) - 46
    assert data[at + 8 : at + 10] == flag
    local = data.index(name) - 30
    changed = bytearray(data)
    changed[at + 8 : at + 10] = changed[local + 6 : local + 8] = b"\0\0"
    assert heard(epub(bytes(changed))) == ["One", "It begins."]


def test_references_stay_within() -> None:
    assert joined("a/b", "../../../c") == "c"
    assert joined("a", "/b//./c") == "b/c"
    assert followed("a/b.xhtml", "#x%20y") == ("a/b.xhtml", "x y")
    assert followed("a/b.xhtml", "../c.xhtml") == ("c.xhtml", "")
    for foreign in ("https://example.org/a", "//example.org/a", "javascript:1", "data:,a"):
        assert followed("a/b.xhtml", foreign) is None
    assert followed("a", "x" * 3000) is None


def test_missing_members() -> None:
    data = make([ONE, TWO], without=[f"{FOLDER}/one.xhtml"])
    assert heard(epub(data)) == ["Two", "It ends."]
    refused(make([ONE], without=[f"{FOLDER}/one.xhtml"]), f"{FOLDER}/one.xhtml.*missing")
    refused(make([ONE], without=[PACKAGE]), f"{PACKAGE}.*missing")
    assert heard(epub(make([ONE], without=[CONTAINER]))) == ["One", "It begins."]
    assert heard(epub(make([ONE], without=[f"{FOLDER}/nav.xhtml"]))) == ["One", "It begins."]
    assert heard(epub(make([ONE], mimetype=False))) == ["One", "It begins."]


def test_a_damaged_member_is_left_out() -> None:
    data = bytearray(make([ONE, TWO]))
    name = f"{FOLDER}/two.xhtml".encode()
    at = data.index(name) + len(name)
    data[at : at + 20] = b"\xff" * 20
    assert heard(epub(bytes(data))) == ["One", "It begins."]


def test_a_book_without_text() -> None:
    refused(make([Chapter("one.xhtml", '<img src="a.png"/>')]), "no text in this EPUB")
    refused(make([]), "names none")


def test_a_spine_that_goes_in_circles() -> None:
    manifest = (
        item("a", "one.xhtml")
        + item("a", "two.xhtml")  # the id is taken
        + item("same", "./one.xhtml")
        + '<item id="p" href="p.pdf" media-type="application/pdf" fallback="q"/>'
        + '<item id="q" href="q.pdf" media-type="application/pdf" fallback="p"/>'
        + '<item id="r" href="r.pdf" media-type="application/pdf" fallback="t"/>'
        + item("t", "two.xhtml")
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in ["a", "p", "same", "r", "a", "none"])
    data = make([ONE, TWO], files={PACKAGE: package(manifest, spine)})
    assert heard(epub(data)) == ["One", "It begins.", "Two", "It ends."]


def test_duplicate_element_ids_lead_to_the_first() -> None:
    body = '<p id="x">First.</p><p id="x">Second.</p>'
    made = make([Chapter("one.xhtml", body)], contents=[Line("It", "one.xhtml#x")])
    assert epub(made).contents[0].start == 0


def test_no_entity_is_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(20))
    dtd = (
        f'<!DOCTYPE html [<!ENTITY l0 "ha]><b>">{laughs}'
        '<!ENTITY x SYSTEM "file:///etc/passwd"><!-- ] " -->]>'
    )
    markup = f"<?xml version='1.0'?>\n{dtd}\n<html><body><p>Say &l9; &x;!</p></body></html>"
    chapter = Chapter("one.xhtml", markup=markup.encode())
    data = make([chapter])
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        tree = made.read(PACKAGE).decode()
    tree = tree.replace("<package", dtd.replace("html", "package") + "<package")
    tree = tree.replace("A Book", "A &l9; &amp; &x; B")
    document = epub(make([chapter], files={PACKAGE: tree.encode()}))
    assert heard(document) == ["Say &l9; &x;!"]
    assert document.title == "A &l9; & &x; B"
    assert prepared(f" <?xml?> {dtd}\n<!-- <b> --><a/>").endswith("?><a/>")
    assert decoded(b"\xef\xbb\xbf<a/>") == "<a/>"


def test_a_reference_of_endless_digits() -> None:
    body = f"<p>Nine &#{'9' * 6000}; and &#x{'f' * 6000}; and &#65;.</p>"
    assert heard(epub(make([Chapter("one.xhtml", body)]))) == ["Nine \ufffd and \ufffd and A."]
    assert parse(f"<a>&#{'9' * 6000};</a>", "a").text == "\ufffd"


def test_deep_and_endless_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DocumentUnreadable, match=r"a\.opf.*nested deeper"):
        parse("<a>" * 200, "a.opf")
    monkeypatch.setattr(markup_tree, "_MOST_NODES", 1000)
    with pytest.raises(DocumentUnreadable, match=r"a\.opf.*larger"):
        parse("<a/>" * 2000, "a.opf")


def test_a_tree() -> None:
    markup = (
        "<?xml version='1.0'?><!-- <no/> --><opf:Package ID='p&amp;q' a=1><Item/>one"
        "<![CDATA[<two>]]><meta>thr</meta>ee</wrong></opf:Package><tail>"
    )
    tree = parse(markup, "a")
    (found,) = tree.all("package")
    assert found.get("id") == "p&q"
    assert [one.name for one in tree.walk() if isinstance(one, markup_tree.Node)] == [
        "", "package", "item", "meta", "tail",
    ]  # fmt: skip
    assert "one<two>" in tree.text


@pytest.mark.parametrize(
    "piece",
    [
        "<", "<a ", "<a '", '<a "', "</", "<!", "<!--", "<![CDATA[", "<?", "&", "&#", "<a b='",
        "]>", "<!DOCTYPE a [", "<!DOCTYPE a ['", "<body ", "<a href='#x' epub:type='noteref",
        "<body><section epub:type='index", "<a noteref", "<title>", "epub:type='",
    ],
)  # fmt: skip
def test_time_grows_with_the_length_alone(piece: str) -> None:
    """Half a megabyte of each: quadratic time would be minutes."""
    hostile = piece * (500_000 // len(piece))
    begun = time.process_time()
    chapters = [hostile, f"<body>{hostile}", f"<p>Text.</p>{hostile}"]
    made = [make([ONE, Chapter("two.xhtml", markup=markup.encode())]) for markup in chapters]
    nav = f"<nav epub:type='toc'><ol><li>{hostile}".encode()
    made.append(make([ONE], files={f"{FOLDER}/nav.xhtml": nav}))
    for data in made:
        try:
            assert heard(epub(data))[:2] == ["One", "It begins."]
        except DocumentUnreadable:
            assert data is made[-1]  # more pieces than a contents needs
    assert time.process_time() - begun < 20


def test_archive_counts_what_is_read_not_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub_archive, "MOST_UNPACKED", 300_000)
    video = bytes(range(256)) * 4000
    data = make([ONE], files={f"{FOLDER}/film.mp4": video})
    assert heard(epub(data)) == ["One", "It begins."]
    with pytest.raises(DocumentUnreadable, match="unpacks to more than"):
        Archive(data).read(f"{FOLDER}/film.mp4", len(video))
