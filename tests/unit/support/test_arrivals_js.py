"""arrivals.js: what a fragment brings, within its limits, and what the bookmarklet sends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.packing import packed
from tests.unit.tools import node

MODULE = Path(__file__).resolve().parents[3] / "web" / "js" / "arrivals.js"
HEAD = b'{"u": "https://road.example:8000/up", "t": "A road", "k": "html"}\n'


def run(folder: Path, expression: str, **given: object) -> Any:
    """An async expression over the module (``it``) and ``given``; a failure's ``why`` instead."""
    names = ", ".join(given)
    return node.run(
        folder,
        f"""
        const it = await import('{MODULE.as_uri()}');
        const {{ {names} }} = {json.dumps(given)};
        const found = await (async () => ({expression}))().catch(
          (error) => ({{ why: error.why ?? String(error) }}));
        console.log(JSON.stringify(found));
        """,
    )


UNPACK = """await (async ({ file, source }) => (
  { name: file.name, type: file.type, text: await file.text(), source }
))(await it.unpackPage(packed))"""


@pytest.mark.parametrize(
    ("hash_", "wanted"),
    [
        ("", None),
        ("#", None),
        ("#section-2", None),
        ("#texts=a", None),
        ("#text=a%20b+c", {"kind": "text", "text": "a b+c", "title": ""}),
        ("#text=%C3%A9&title=T%26", {"kind": "text", "text": "é", "title": "T&"}),
        ("#text=a\nb", {"kind": "text", "text": "a\nb", "title": ""}),
        ("#page=abc", {"kind": "page", "packed": "abc"}),
        ("#shared=1-2", {"kind": "shared", "id": "1-2"}),
        ("#text=AT&T%20says", {"kind": "text", "text": "AT&T says", "title": ""}),
        ("#text=a&b=c&title=R&D", {"kind": "text", "text": "a&b=c", "title": "R&D"}),
        ("#text=100% sure", {"kind": "text", "text": "100% sure", "title": ""}),
        ("#text=100%%20%C3%A9", {"kind": "text", "text": "100% é", "title": ""}),
        ("#text=%FF%20a", {"kind": "text", "text": "%FF%20a", "title": ""}),
        ("#text=a&title=%", {"kind": "text", "text": "a", "title": "%"}),
    ],
)
def test_fragments(tmp_path: Path, hash_: str, wanted: object) -> None:
    assert run(tmp_path, "it.readFragment(hash)", hash=hash_) == wanted


def test_a_fragment_is_bounded(tmp_path: Path) -> None:
    # 2,000,000 characters are taken, one more is not.
    found = run(
        tmp_path,
        """[2_000_000, 2_000_001].map((size) => {
          try {
            return it.readFragment('#text=' + 'a'.repeat(size)).text.length;
          } catch (error) {
            return error.why;
          }
        })""",
    )
    assert found == [2_000_000, "large"]


def test_a_page_is_unpacked_under_its_title(tmp_path: Path) -> None:
    body = "<p>Été 😀</p>\n<p>On.</p>" * 20_000
    found = run(tmp_path, UNPACK, packed=packed(HEAD + body.encode()))
    assert found == {
        "name": "A road.html",
        "type": "text/html",
        "text": body,
        "source": "https://road.example:8000/up",
    }


@pytest.mark.parametrize(
    ("head", "name", "source"),
    [
        ({"k": "text", "t": " A \n road "}, "A road.txt", ""),
        ({"u": "https://road.example/up"}, "road.example.html", "https://road.example/up"),
        ({"u": 7, "t": None}, "Lectern.html", ""),
        ({"t": "a" * 500}, "a" * 120 + ".html", ""),
        ([], "Lectern.html", ""),
        (None, "Lectern.html", ""),
    ],
)
def test_whatever_the_head_says(tmp_path: Path, head: object, name: str, source: str) -> None:
    found = run(tmp_path, UNPACK, packed=packed(json.dumps(head).encode() + b"\n<p>x"))
    assert (found["name"], found["source"], found["text"]) == (name, source, "<p>x")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "broken"),
        ("%", "broken"),
        ("AAAA", "broken"),
        ("é", "broken"),
        (packed(b"no head"), "broken"),
        (packed(b"{no json}\n"), "broken"),
        (packed(b" " * 30_000 + b"{}\n"), "broken"),
        (packed(HEAD + b"<p>x" * 1000)[:-8], "broken"),
        (packed(HEAD + bytes(12_000_001)), "large"),
        (packed(HEAD + bytes(200_000_000)), "large"),
    ],
    ids=range(10),
)
def test_what_is_no_page_is_refused(tmp_path: Path, given: str, why: str) -> None:
    assert run(tmp_path, UNPACK, packed=given) == {"why": why}


def test_the_bookmarklet_is_one_small_program(tmp_path: Path) -> None:
    address = run(tmp_path, "it.bookmarkletAddress(base, says)", base="https://x.y/", says="l'“é”")
    assert address.startswith("javascript:void%20(async%20function%20carry")
    assert len(address) < 6000
    source = unquote(address.removeprefix("javascript:"))
    assert source.endswith('("https://x.y/",1000000,"l\'“é”")')
    assert "import" not in source.replace("importNode", "")
    # It is a program: what it needs is there only in a page.
    assert run(tmp_path, f"new Function({json.dumps(source)}) instanceof Function") is True
