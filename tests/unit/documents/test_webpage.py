"""Which part of a page of the web is read, and what is kept of where it is from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lectern.documents import webpage
from lectern.documents.html import html
from lectern.documents.model import Document, Kind, Skip
from lectern.documents.webpage import better, checked_source, has_furniture, limits, site_of
from lectern.errors import EngineLost, EngineTimeout, LecternError, NetworkError

from tests.fake_documents import FakeArticles
from tests.unit.documents.checks import check, shapes, texts
from tests.unit.documents.test_requests import opened
from tests.unit.documents.test_requests import texts as texts_of

SENTENCE = "The road went up the hill and nobody was on it, for it had rained since the morning. "
BODY = f"<p>{SENTENCE * 3}</p><p>{SENTENCE * 4}</p>"
MENU = "<nav><ul><li><a href=/>Home</a><li><a href=/b>More</a></ul></nav>"
PAGE = (
    f"<!doctype html><html lang=en><head><title>The road</title></head><body>{MENU}"
    f"<article>{BODY}</article><div class=ad>Buy this now.</div><footer>Imprint</footer>"
    "</body></html>"
)


def found(**answer: object) -> str:
    return json.dumps({"title": "The road", "content": BODY, **answer})


def read(answer: str, page: str = PAGE) -> Document:
    document = better(answer, page, html(page))
    check(document)
    return document


def test_a_page_is_its_title_and_its_article() -> None:
    data = opened("road.html", PAGE.encode())
    assert texts_of(data) == ["The road", (SENTENCE * 3).strip(), (SENTENCE * 4).strip()]
    assert [block["kind"] for block in data["blocks"]] == ["heading", "paragraph", "paragraph"]
    assert (data["title"], data["language"]) == ("The road", "en")
    assert data["contents"] == [{"title": "The road", "start": 0, "level": 1}]
    assert not any("skip" in block for block in data["blocks"])


def test_what_is_found_is_read_as_any_html() -> None:
    content = (
        "<div><h2>Up</h2><p>A word<sup><a href='#n'>1</a></sup> and <i lang=fr>un mot</i>.</p>"
        "<ul><li>One</ul><script>no</script><blockquote>Quoted.</blockquote></div>"
    )
    document = read(found(content=content + BODY), PAGE)
    assert shapes(document)[:5] == [
        ("heading1", "The road"),
        ("heading2", "Up"),
        ("paragraph", "A word1 and un mot."),
        ("item", "One"),
        ("quote", "Quoted."),
    ]
    assert document.blocks[2].skipped[0].skip is Skip.NOTE


def test_a_title_that_the_article_begins_with_is_there_once() -> None:
    for heading in ("<h1>The road</h1>", "<header><h2>THE ROAD!</h2></header>"):
        document = read(found(content=heading + BODY))
        assert [block.kind for block in document.blocks].count(Kind.HEADING) == 1
        assert document.blocks[0].skip is Skip.NO
    both = read(found(content="<h2>Another</h2>" + BODY))
    assert texts(both)[:2] == ["The road", "Another"]


def test_author_language_and_site_are_kept() -> None:
    document = read(found(byline="By Ann  Author", language="fr", site="The Road Times"))
    assert (document.author, document.site) == ("Ann Author", "The Road Times")
    assert document.language == "en"  # as the page's own <html lang> says
    page = PAGE.replace(" lang=en", "")
    french = read(found(language="fr"), page)
    assert french.language == "fr"
    assert {block.language for block in french.blocks} == {""}


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "[[" * 50_000,
        found(content=""),
        found(content=7),
        found(content="<p></p><img>", title=""),
        found(content="<p>Too little of it."),
    ],
)
def test_without_an_article_the_whole_page_is_read(answer: str) -> None:
    whole = html(PAGE)
    simple = PAGE.replace("<nav>", "<div>").replace("footer", "div")
    assert better(answer, PAGE, whole) == whole
    assert better(answer, simple, html(simple)) == html(simple)


@pytest.mark.parametrize(
    "fault", [EngineTimeout("late"), EngineLost("gone"), NetworkError("not there")]
)
def test_a_finder_that_fails_costs_the_article_and_no_more(fault: LecternError) -> None:
    data = opened("road.html", PAGE.encode(), articles=FakeArticles(fault=fault))
    assert "Home" in texts_of(data)
    assert [b["skip"] for b in data["blocks"] if "skip" in b] == ["furniture"] * 3


@pytest.mark.parametrize(
    ("page", "is_page"),
    [
        (f"<h1>A book</h1>{BODY}", False),
        (f"<h1>A book</h1><p><a href=#a>I</a> <a href=#b>II</a></p>{BODY}", False),
        (f"{MENU}{BODY}", True),
        (f"{BODY}<script>1</script>", True),
        (f"{BODY}<div>" + "<a href=/x>Also this</a> " * 20, True),
        (f"<p>{SENTENCE * 500}</p>" + "<a href=#x>1</a> " * 20, False),
    ],
)
def test_a_document_is_read_whole_and_a_page_is_looked_at(page: str, is_page: bool) -> None:
    assert has_furniture(page, html(page)) is is_page
    articles = FakeArticles()
    opened("a.html", page.encode(), articles=articles)
    assert len(articles.asked) == int(is_page)
    opened("a.html", page.encode(), articles=articles, source="https://x.example/")
    assert len(articles.asked) == int(is_page) + 1


def test_what_the_finder_may_take_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = html(PAGE)
    given = limits(PAGE, whole, "")
    assert given == {"elements": PAGE.count("<"), "seconds": 10.0, "paragraph": 140, "score": 20}
    monkeypatch.setattr(webpage, "MOST_TAGS", PAGE.count("<") - 1)
    assert limits(PAGE, whole, "") is None
    monkeypatch.setattr(webpage, "MOST_TAGS", 1000)
    monkeypatch.setattr(webpage, "MOST_MARKUP", len(PAGE) - 1)
    assert limits(PAGE, whole, "") is None
    assert better(found(content="<p>" + "x" * len(PAGE)), PAGE, whole) == whole


def test_dense_scripts_have_shorter_paragraphs() -> None:
    page = MENU + "<p>" + "道を登りながら、こう考えた。" * 20
    given: Any = limits(page, html(page), "")
    assert given["paragraph"] == 40


@pytest.mark.parametrize(
    ("source", "site"),
    [
        ("https://www.Road.example/a?b#c", "road.example"),
        ("http://road.example:8000", "road.example:8000"),
        ("https://user:secret@road.example/", ""),
        ("file:///road.html", ""),
        ("javascript:alert(1)", ""),
        ("https://road.example/a b", ""),
        ("https://road.example/" + "a" * 3000, ""),
        (7, ""),
        (None, ""),
    ],
)
def test_the_address_that_a_page_is_from(source: object, site: str) -> None:
    kept = checked_source(source)
    assert kept == (source if site else "")
    assert site_of(kept) == site
    data = opened("road.html", PAGE.encode(), source=source)
    assert data.get("site", "") == site
    assert data.get("source", "") == kept
    text = opened("road.txt", b"One two three.", source=source)
    assert text.get("site", "") == site


def test_the_site_says_its_name_itself() -> None:
    answer = found(site="The Road Times")
    data = opened(
        "a.html", PAGE.encode(), articles=FakeArticles(answer), source="https://road.example/"
    )
    assert (data["site"], data["source"]) == ("The Road Times", "https://road.example/")


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("By Ann  Author", "Ann Author"),
        ("par Jeanne", "Jeanne"),
        ("von: Ludwig", "Ludwig"),
        ("Judi Dench", "Judi Dench"),
        ("Bobby Fischer", "Bobby Fischer"),
        ("Ludwig von Mises", "Ludwig von Mises"),
        ("Di Angelo", "Di Angelo"),
    ],
)
def test_a_byline_gives_the_name_and_nothing_of_it_is_lost(byline: str, author: str) -> None:
    assert read(found(byline=byline)).author == author
