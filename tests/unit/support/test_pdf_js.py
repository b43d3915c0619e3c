"""host/pdf.js gives a PDF up as soon as it is too much, with a pdf.js that is made up, in Node."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools import node
from tools.build.paths import LAYOUT

#: Pages without end of streams without end: ten runs of text a piece.
PDFJS = """
export const read = { pages: 0, pieces: 0, cancelled: 0, destroyed: 0 };
const style = { f: { fontFamily: 'serif' } };
const item = { str: 'four', fontName: 'f', transform: [10, 0, 0, 10, 0, 0], width: 20, height: 10 };
const page = (pieces) => ({
  getViewport: () => ({ width: 600, height: 800, transform: [1, 0, 0, -1, 0, 800] }),
  streamTextContent: () => {
    let left = pieces;
    return new ReadableStream({
      pull(controller) {
        if (left-- <= 0) return controller.close();
        read.pieces++;
        controller.enqueue({ items: Array(10).fill(item), styles: style });
      },
      cancel() { read.cancelled++; },
    });
  },
  commonObjs: { has: () => false },
  cleanup() {},
});
export const getDocument = ({ data: [numPages, pieces] }) => ({
  promise: Promise.resolve({
    numPages,
    getPage: async () => { read.pages++; return page(pieces || Infinity); },
    getMetadata: async () => ({ info: {} }),
    getOutline: async () => [],
  }),
  destroy: async () => { read.destroyed++; },
});
"""


def read(folder: Path, pages: int, pieces: int, **limits: int) -> dict[str, Any]:
    """What comes of a document, ``pieces`` a page, 0 for no end; and what was asked of pdf.js."""
    for path in ("js/host/pdf.js", "js/errors.js"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(LAYOUT.web / path, folder / path)
    (folder / "vendor" / "pdfjs").mkdir(parents=True)
    (folder / "vendor" / "pdfjs" / "pdf.min.mjs").write_text(PDFJS)
    (folder / "vendor" / "pdfjs" / "pdf.worker.min.mjs").write_text("")
    (folder / "package.json").write_text('{"type": "module"}')
    most = {"pages": 5, "items": 100, "characters": 400, **limits}
    found: dict[str, Any] = node.run(
        folder,
        f"""
        const {{ pdfItems }} = await import('./js/host/pdf.js');
        const {{ read }} = await import('./vendor/pdfjs/pdf.min.mjs');
        const answer = await pdfItems([{pages}, {pieces}], {json.dumps(most)}).then(
          (text) => ({{ pages: JSON.parse(text).pages.map(({{ items }}) => items.length) }}),
          ({{ code, reason, message }}) => ({{ code, reason, message }}),
        );
        console.log(JSON.stringify({{ ...answer, read }}));
        """,
    )
    return found


def test_what_did_not_come_is_asked_for_by_another_address(tmp_path: Path) -> None:
    """Node.js too remembers a module that failed."""
    read(tmp_path, 1, 1)
    pdfjs = tmp_path / "vendor" / "pdfjs" / "pdf.min.mjs"
    pdfjs.write_text("throw new Error('It is cut.');")
    found = node.run(
        tmp_path,
        f"""
        import {{ writeFileSync }} from 'node:fs';
        const {{ pdfItems }} = await import('./js/host/pdf.js');
        const most = {{ pages: 5, items: 100, characters: 400 }};
        const ask = () => pdfItems([1, 1], most).then(() => 'read', ({{ code }}) => code);
        const first = await ask();
        writeFileSync({json.dumps(str(pdfjs))}, {json.dumps(PDFJS)});
        console.log(JSON.stringify([first, await ask()]));
        """,
    )
    assert found == ["network", "read"]


def test_as_much_as_is_allowed_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, 5, 2)
    assert found["pages"] == [20] * 5
    assert found["read"]["cancelled"] == 0


@pytest.mark.parametrize(
    ("pages", "pieces", "limits", "what", "most_read"),
    [
        (6, 1, {}, "5 pages", 0),
        (5, 3, {}, "100 pieces of text", 13),
        (1, 0, {"characters": 1000}, "100 pieces of text", 13),
        (1, 0, {"characters": 399}, "399 characters", 13),
    ],
)
def test_what_is_too_much_is_given_up_at_once(
    tmp_path: Path, pages: int, pieces: int, limits: dict[str, int], what: str, most_read: int
) -> None:
    found = read(tmp_path, pages, pieces, **limits)
    assert (found["code"], found["reason"]) == ("document_unreadable", "too_much")
    assert f"more than {what}:" in found["message"]
    assert found["read"]["pieces"] <= most_read
    assert found["read"]["destroyed"] == 1
