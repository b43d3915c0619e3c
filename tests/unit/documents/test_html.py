"""HTML and XHTML into blocks: what is heard, what is skipped, and that nothing breaks it."""

from __future__ import annotations

import pytest
from lectern.documents import html as module
from lectern.documents.html import html, read_into
from lectern.documents.model import Builder, Kind, Skip

from tests.unit.documents.checks import (
    ODD,
    block_of,
    check,
    check_refused,
    check_soup,
    check_time,
    hostile,
    shapes,
    skipped,
    texts,
)

SIZE = 300_000


def test_the_elements_that_are_blocks() -> None:
    document = html(
        "<!doctype html><html lang=en_GB><head><title>A &amp; B</title>"
        "<meta name=author content='Jane  Doe'><style>p { }</style></head><body>"
        "<h1>One</h1><p>A paragraph.<h3>Three</h3><ul><li>first<li>second</ul>"
        "<blockquote><p>A quote.</p></blockquote><pre>  a\n    b</pre>"
        "<dl><dt>Term<dd>Meaning</dl><figure><img alt=no><figcaption>A figure</figcaption></figure>"
        "Text in the body<div>and in a div</div>after it<hr>and after that"
    )
    check(document)
    assert shapes(document) == [
        ("heading1", "One"),
        ("paragraph", "A paragraph."),
        ("heading3", "Three"),
        ("item", "first"),
        ("item", "second"),
        ("quote", "A quote."),
        ("verse", " a\n b"),
        ("item", "Term"),
        ("item", "Meaning"),
        ("caption", "A figure"),
        ("paragraph", "Text in the body"),
        ("paragraph", "and in a div"),
        ("paragraph", "after it"),
        ("paragraph", "and after that"),
    ]
    assert (document.title, document.author, document.language) == ("A & B", "Jane Doe", "en-GB")
    assert [(entry.title, entry.level) for entry in document.contents] == [("One", 1), ("Three", 3)]


def test_xhtml_is_read_as_xml_means_it() -> None:
    document = html(
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "b">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr"><head><title/>'
        '<script src="x"/></head><body><h1><a id="t"/>Titre</h1><p/><div/>'
        "<p>Un<br/><![CDATA[<deux> & trois]]></p></body></html>"
    )
    assert shapes(document) == [("heading1", "Titre"), ("verse", "Un\n<deux> & trois")]
    assert document.title == "Titre"
    assert document.language == "fr"


def test_no_entity_is_expanded_but_html_s_own() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "a>a"><!ENTITY b "&a;&a;">]><p>&b; &eacute;&#x41;&lt;b&gt;'
    assert texts(html(bomb)) == ["&b; éA<b>"]


def test_language_is_inherited_and_said_where_it_differs() -> None:
    document = html(
        "<html lang=en><p>English<blockquote lang=fr><p>Bonjour<p xml:lang=de>Guten Tag"
        "<p lang='no language'>Encore</blockquote><p>Again"
    )
    assert [block.language for block in document.blocks] == ["", "fr", "de", "fr", ""]


def test_read_into_says_where_its_language_differs_from_the_document_s() -> None:
    builder = Builder()
    page = read_into(builder, "<html lang=fr><p>Oui<p lang=en>Yes", language="fr")
    assert page.language == "fr"
    assert [block.language for block in builder.blocks] == ["", "en"]
    read_into(builder, "<html lang=en><p>Yes", language="fr")
    assert builder.blocks[-1].language == "en"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>if (a < b) { '<p>x' }</script>",
        "<style>p::before { content: 'x' }</style>",
        "<template><p>x</p></template>",
        "<noscript>x</noscript>",
        "<svg><title>x</title><text>x</text></svg>",
        "<math alttext='x'><mi>x</mi><annotation>x</annotation></math>",
        "<m:math><m:mi>x</m:mi></m:math>",
        "<button>x</button><select><option>x<option>y</select><textarea>x</textarea>",
        "<span hidden>x</span>",
        "<span aria-hidden='true'>x <i>y</i></span>",
        "<span style='color: red; display:none'>x</span>",
        "<iframe src='//x.example'>x</iframe><object data=x>x</object><video>x</video>",
        "<img src=x alt=x>",
        "<!-- x --><!-- > x --><?php x ?>",
        "<span class='mw-editsection'>[<a href=x>edit</a>]</span>",
        "<rt>x</rt>",
    ],
)
def test_what_nobody_hears(hidden: str) -> None:
    assert texts(html(f"<p>Before {hidden} after.")) == ["Before after."]


def test_a_head_that_is_not_closed_is_not_the_page() -> None:
    for head in ("<head><title>T</title>", "<head><noscript>", "<html><head><template><title>T"):
        assert texts(html(head + "<body><p>Text")) == ["Text"]
    assert texts(html("<head><meta charset=utf-8><p>Text")) == ["Text"]


def test_furniture() -> None:
    document = html(
        "<body><div><header><p>Site</p></header></div><nav><ul><li>Home</ul></nav>"
        "<div role=navigation>Menu</div><article><header><h2>Title</h2></header>"
        "<p>Page <span epub:type=pagebreak>12</span> break</p><footer>By Jane</footer></article>"
        "<section epub:type='toc'><p>Contents</section><footer>Licence</footer>"
    )
    assert texts(document, Skip.FURNITURE) == ["Site", "Home", "Menu", "Contents", "Licence"]
    assert texts(document, Skip.NO) == ["Title", "Page 12 break", "By Jane"]
    assert skipped(document) == [("12", Skip.FURNITURE)]


def test_page_numbers_and_licences_of_books() -> None:
    document = html(
        "<section class='pg-boilerplate pgheader' id=pg-header><h2>The Project Gutenberg eBook</h2>"
        "<div id=pg-machine-header>Title: It</div></section>"
        "<h2>One<span class=mw-editsection>[edit]</span></h2>"
        "<p>The moun<span class='x pagenum'><a id=p12>[Pg 12]</a></span>tain.</p>"
        "<p class='Page-Number'>13</p><p class=pages>Pages</p>"
        "<section id=pg-footer>Licence</section>"
    )
    assert texts(document, Skip.NO) == ["One", "The moun[Pg 12]tain.", "Pages"]
    assert skipped(document) == [("[Pg 12]", Skip.FURNITURE)]
    assert [entry.title for entry in document.contents] == ["One"]


def test_the_page_s_only_title_is_read_though_it_is_in_its_header() -> None:
    page = "<body><header><h1>Title</h1><p>Menu</p></header><p>Text"
    assert texts(html(page), Skip.NO) == ["Title", "Text"]
    assert texts(html(page + "<h1>Another</h1>"), Skip.NO) == ["Text", "Another"]


def test_ids_lead_to_the_block_that_holds_or_follows_them() -> None:
    builder = Builder()
    builder.add("An earlier page.")
    builder.end()
    page = read_into(
        builder,
        "<div id=a><a name=b></a><hr id=c><p>First <i id=d>words</i></p><p id=e></p>"
        "<p>Second</p></div><p id=a>Third</p><p id=z></p><script id=s></script>",
    )
    document = builder.document()
    first, second = document.text.index("First"), document.text.index("Second")
    end = len(document.text)
    assert page.ids == {"a": first, "b": first, "c": first, "d": first, "e": second, "z": end}


def test_rows_are_blocks_and_cells_are_joined() -> None:
    document = html(
        "<table><caption>Prices</caption><thead><tr><th>Fruit<th>Price</thead>"
        "<tr><td> Apple </td><td><p>1.</p></td><td></td><td>a<br>b</td></tr></table>"
    )
    assert shapes(document) == [
        ("caption", "Prices"),
        ("cell", "Fruit, Price"),
        ("cell", "Apple, 1. a b"),
    ]


def test_a_table_that_lays_out_a_page_is_no_table() -> None:
    document = html(
        "<table><tr><td><h1>Title</h1><p>One.</p><p>Two.</p></td><td><ul><li>Item</ul>"
        "<table><tr><td>a<td>b</table></td></tr></table>"
    )
    assert shapes(document) == [
        ("heading1", "Title"),
        ("paragraph", "One."),
        ("paragraph", "Two."),
        ("item", "Item"),
        ("cell", "a, b"),
    ]


def test_line_ends_are_kept_and_two_are_a_paragraph() -> None:
    document = html(
        "<p>Roses\n are red,<br>\n violets <i>are</i> blue,<br/></p>"
        "<div>Old page.<br><br>\n<br>New paragraph.</div><h2>A<br>title</h2>"
    )
    assert shapes(document) == [
        ("verse", "Roses are red,\nviolets are blue,"),
        ("paragraph", "Old page."),
        ("paragraph", "New paragraph."),
        ("heading2", "A title"),
    ]


def test_pictures_speak_in_figures_without_captions_only() -> None:
    document = html("<p><img alt=no>Text<figure><img alt='A  cat'></figure>")
    assert shapes(document) == [("paragraph", "Text"), ("caption", "A cat")]


def test_what_is_not_seen_is_removed_and_what_joins_letters_is_kept() -> None:
    assert texts(html("<p>hy&shy;phen zero\u200bwidth\ufeff\u2060 می\u200cخواهم\x00")) == [
        "hyphen zerowidth می\u200cخواهم"
    ]


@pytest.mark.parametrize(
    ("soup", "wanted"),
    [
        ("<p>a<b>b<p>c</b>d", ["ab", "cd"]),
        ("<div>a<b>b<div>c</b>d</div>e", ["ab", "cd", "e"]),
        ("<div>a</span></p>b</div></div>c", ["a", "b", "c"]),
        ("<div><table><tr><td>a</div><td>b</table>c", ["a, b", "c"]),
        ("a < b and <3 <p>c", ["a < b and <3", "c"]),
        ("<p title='a>b'>c</p><p title=\"it's\">d", ["c", "d"]),
        ("<P CLASS=x>a</P ><a href=x", ["a"]),
        ('<p title="never closed>a', ["a"]),
        ("<o:p>a</o:p><html:p>b</html:p>c", ["a", "b", "c"]),
        ("<ul><li>a<ul><li>b</ul>c<li>d</ul>", ["a", "b", "c", "d"]),
        ("<q>a</q>", ["“a”"]),
    ],
)
def test_soup(soup: str, wanted: list[str]) -> None:
    assert texts(html(soup)) == wanted


def test_depth_is_bounded_and_what_lies_deeper_is_still_read() -> None:
    deep = "<div>" * 2000 + "<p>deep<p>deeper<script>x</script><h1>h</h1>" + "</div>" * 2000
    assert texts(html(f"{deep}<p>after")) == ["deep", "deeper", "h", "after"]


def test_depth_is_what_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DEPTH", 3)
    page = "<div>" * 2 + "<h1>a</h1><div><h1>b</h1></div></div></div><h1>c</h1>"
    assert shapes(html(page)) == [("heading1", "a"), ("paragraph", "b"), ("heading1", "c")]


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_refused(html, module, "MAX_MARKUP", monkeypatch)


HOSTILE = {
    "attributes without end": '<a x="' * (SIZE // 6),
    "single quotes without end": "<a x='y\" " * (SIZE // 9),
    "comments": "<!--" * (SIZE // 4),
    "comments almost closed": "<!--x--!" * (SIZE // 8),
    "document types": "<!doctype [>" * (SIZE // 12),
    "declarations": "<!" * (SIZE // 2),
    "instructions": "<?" * (SIZE // 2),
    "sections": "<![CDATA[" * (SIZE // 9),
    "end tags": "</" * (SIZE // 2) + "</a " * 1000,
    "scripts": "<script>" * (SIZE // 8),
    "comments after tags": "<!-- >" * (SIZE // 6),
    "sections after tags": "<![CDATA[>" * (SIZE // 5),
    "titles": "<title>" * (SIZE // 5),
    "attributes": "<a " + "x=1 " * (SIZE // 4),
    "spaces": "<a" + " " * SIZE,
    "divs": "<div>x" * 100_000,
    "quotes": "<blockquote>" * 100_000 + "x" + "</blockquote>" * 100_000,
    "links": "<a href=#x>1" * (SIZE // 12),
    "marks": "<sup><a id=x href=#x>1" * (SIZE // 22),
    "citations": "<a>[1" * (SIZE // 5),
    "line ends": "<br>x" * (SIZE // 5),
    "ids": "<p id=a>" * (SIZE // 8),
    "cells": "<table><tr><td>x" * (SIZE // 16),
    "other end tags": "<i><p>" + "<b>" * 498 + "</i>" * (SIZE // 4),
    "notes": "<p id=a>x<sup><a href=#b>1</a></sup>" * 2000
    + "<p id=b>y"
    + "<a href=#a>z</a>" * 20_000,
    "numbers behind words": "<p>" + "a<a href=#x>1</a>" * (SIZE // 17) + "<p id=x>y",
    "marks without a word": "<a href=#x>*</a>" * (SIZE // 16),
    "notes in the margin": "<p id=b>"
    + "<a href=#a>↩</a>" * 10_000
    + "<p id=a>x"
    + "<p>x<sup><a href=#b>1</a></sup>" * 4000,
}


@hostile(HOSTILE)
def test_hostile_pages_take_linear_time(text: str) -> None:
    check_time(html, text)


PARTS = [
    *("<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<li>", "<ul>", "</ul>", "<h1>", "</h1>"),
    *("<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<caption>", "<thead>", "<tbody>"),
    *("<sup>", "</sup>", "<a href=#x id=y>", "<a id=x href='#y'>", "</a>", "1", "[2]", "*", "["),
    *("<br>", "<br/>", "<hr>", "<pre>", "</pre>", "<q>", "</q>", "<head>", "</head>", "<body>"),
    *("<title>", "</title>", "<script>", "</script>", "<svg>", "</svg>", "<nav>", "</nav>"),
    *("<figure>", "</figure>", "<img alt='a b'>", "<figcaption>", "<html lang=fr>", "</html>"),
    *("<aside role=doc-footnote>", "</aside>", "<header>", "</header>", "<i lang=de>", "</i>"),
    *("<", ">", "&", "&amp;", "&#0;", "&#xD800;", "<!--", "-->", "<![CDATA[", "]]>", "'", '"'),
    *("word", " ", "\n", "<a", "</", "<!", "=", "/>", "<p hidden>"),
]


def test_random_soup_is_read() -> None:
    check_soup(html, [*ODD, *PARTS], 1500)


def test_a_novel_is_read_quickly() -> None:
    sentence = "It was a <i>bright</i> cold day in April, &amp; the clocks were striking. "
    novel = ("<p class=x>" + sentence * 7 + "</p>\n") * 2000
    document = check_time(html, novel, 3)
    assert len(document.blocks) == 2000
    assert document.blocks[0].kind is Kind.PARAGRAPH


def test_a_mark_alone_in_its_block_is_a_block_that_is_skipped() -> None:
    document = html("<p>Text</p><p><sup><a href='#n'>1</a></sup></p>")
    assert block_of(document, "1").skip is Skip.NOTE
