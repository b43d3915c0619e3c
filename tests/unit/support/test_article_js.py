"""article_worker.js over the real Readability and linkedom, with what is given to it in Node."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from lectern.documents.html import html
from lectern.documents.htmlpolicy import PAGE_NUMBERS
from lectern.documents.model import Document, Skip
from lectern.documents.webpage import better

from tests.contract.article_contracts import ARTICLE, LIMITS, MENU, PAGE, SENTENCE
from tests.unit.documents.checks import check, shapes, skipped, texts
from tests.unit.tools import node
from tools.build.paths import LAYOUT

WORKER = LAYOUT.web / "js" / "host" / "article_worker.js"


def answers(folder: Path, *pages: str) -> list[dict[str, Any]]:
    """What the worker posts for each page."""
    for name in ("linkedom.js", "readability.js"):
        (folder / "vendor" / "article").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(LAYOUT.vendor / "article" / name, folder / "vendor" / "article" / name)
    (folder / "js" / "host").mkdir(parents=True)
    shutil.copyfile(WORKER, folder / "js" / "host" / "article_worker.js")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "pages.json").write_text(json.dumps(pages))
    found: list[dict[str, Any]] = node.run(
        folder,
        f"""
        import {{ readFileSync }} from 'node:fs';
        const posted = [];
        // Code that is made from text must not be needed: the policy forbids it.
        globalThis.eval = globalThis.Function = () => {{ throw new Error('made from text'); }};
        globalThis.self = {{ postMessage: (message) => posted.push(message) }};
        await import('./js/host/article_worker.js');
        posted.length = 0;
        for (const markup of JSON.parse(readFileSync('{folder}/pages.json', 'utf8'))) {{
          self.onmessage({{ data: {{ markup, limits: {json.dumps(LIMITS)} }} }});
        }}
        console.log(JSON.stringify(posted));
        """,
    )
    assert len(found) == len(pages)
    return found


def read(folder: Path, page: str) -> Document:
    (answer,) = answers(folder, page)
    document = better(answer["found"], page, html(page))
    check(document)
    return document


@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        PAGE.replace("<!DOCTYPE html>", "<!-- a page -->\n"),
        PAGE.replace("<body>", "").replace("</body>", ""),
        PAGE.replace("<head>", "").replace("</head>", ""),
        f"<title>The road up the hill</title>{MENU}<article>{ARTICLE}</article>",
        f"{MENU}<article>{ARTICLE}</article>".replace("<article>", "<article><h1>The road</h1>"),
        f"<html><base href='https://evil.example/'><body>{MENU}<article>{ARTICLE}</article>",
        PAGE.upper(),
    ],
)
def test_the_article_is_found_however_the_page_is_written(tmp_path: Path, page: str) -> None:
    heard = " ".join(texts(read(tmp_path, page))).lower()
    assert all(f"part {number}." in heard for number in range(6))
    assert "the menu" not in heard


def test_page_numbers_are_known_behind_it_and_edit_links_are_gone(tmp_path: Path) -> None:
    numbers = sorted(PAGE_NUMBERS)
    marked = "".join(
        f"<p>{SENTENCE}<span class='{name}'>[Pg {at}]</span> {SENTENCE}</p>"
        for at, name in enumerate(numbers)
    )
    heading = "<h2>History<span class='mw-editsection'>[<a href='/e'>edit</a>]</span></h2>"
    document = read(tmp_path, PAGE.replace("<article>", f"<article>{heading}{marked}"))
    assert [text for text, skip in skipped(document) if skip is Skip.FURNITURE] == [
        f"[Pg {at}]" for at in range(len(numbers))
    ]
    assert "History" in [entry.title for entry in document.contents]
    assert "edit" not in document.text


def test_headings_lists_and_notes_come_through(tmp_path: Path) -> None:
    page = PAGE.replace(
        "<article>",
        "<article><h2>To begin with</h2><ul><li>First thing to see on it.</li><li>Second.</li></ul>"
        f"<blockquote><p>Go on, said the wind. {SENTENCE}</p></blockquote>",
    )
    document = read(tmp_path, page)
    assert shapes(document)[:3] == [
        ("heading1", "The road up the hill"),
        ("heading2", "To begin with"),
        ("item", "First thing to see on it."),
    ]
    assert document.language == "fr"
    assert [span.skip for block in document.blocks for span in block.skipped] == [Skip.NOTE]


def test_an_article_in_japanese(tmp_path: Path) -> None:
    text = "道を登りながら、こう考えた。知恵を働かせると角が立つ。情に流されると流される。"
    page = f"<html lang=ja><title>草枕</title>{MENU}<div>" + f"<p>{text * 5}</p>" * 8 + "</div>"
    assert "The menu" not in " ".join(texts(read(tmp_path, page)))


def test_what_is_no_page_gives_nothing_and_no_failure(tmp_path: Path) -> None:
    pages = ["", " ", "<", "\0", "<p>Hi.", f"<html><body>{MENU}", "<html>" * 50, "</body>", "<!--"]
    assert answers(tmp_path, *pages) == [{"found": ""}] * len(pages)


def test_addresses_stay_as_they_stand(tmp_path: Path) -> None:
    page = PAGE.replace("<head>", "<head><base href='https://evil.example/'>")
    (answer,) = answers(tmp_path, page.replace("Last", "<a href='b/c'>Last</a>"))
    content = json.loads(answer["found"])["content"]
    assert 'href="#n1"' in content
    assert 'href="b/c"' in content
    assert "evil" not in content
