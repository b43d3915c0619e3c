"""Markdown into blocks: what CommonMark makes of it, as far as it is heard."""

from __future__ import annotations

import pytest
from lectern.documents import markdown as module
from lectern.documents import mdblocks
from lectern.documents.markdown import markdown
from lectern.documents.model import Skip

from tests.unit.documents.checks import (
    ODD,
    check,
    check_refused,
    check_soup,
    check_time,
    hostile,
    shapes,
    skipped,
    texts,
)

SIZE = 150_000


def heard(text: str) -> str:
    """What is heard of one paragraph."""
    document = markdown(text)
    check(document)
    return document.text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# One #\n\n###### Six", [("heading1", "One"), ("heading6", "Six")]),
        ("#No heading\n####### nor this", [("paragraph", "#No heading ####### nor this")]),
        ("Two\nlines\n===\nNext\n---", [("heading1", "Two lines"), ("heading2", "Next")]),
        ("# A *title* {#id .class}", [("heading1", "A title")]),
        ("One\ntwo\n\nthree", [("paragraph", "One two"), ("paragraph", "three")]),
        ("a\n# b\nc", [("paragraph", "a"), ("heading1", "b"), ("paragraph", "c")]),
        ("a\n***\nb\n\n- - -\nc", [("paragraph", "a"), ("paragraph", "b"), ("paragraph", "c")]),
        ("- a\n- b\n  c\n* d", [("item", "a"), ("item", "b c"), ("item", "d")]),
        ("1. a\n2) b\n\n   c", [("item", "a"), ("item", "b"), ("item", "c")]),
        ("- a\n  - b\n    - c\n- d", [("item", "a"), ("item", "b"), ("item", "c"), ("item", "d")]),
        ("- [ ] a\n- [x] b", [("item", "a"), ("item", "b")]),
        ("In\n14. b\nc\n1. d", [("paragraph", "In 14. b c"), ("item", "d")]),
        ("- a\n\nb", [("item", "a"), ("paragraph", "b")]),
        ("> a\nb\n> c\n\n> d", [("quote", "a b c"), ("quote", "d")]),
        ("> > a\n> - b\n>\n> # c", [("quote", "a"), ("item", "b"), ("heading1", "c")]),
        ("- > a\n- b", [("quote", "a"), ("item", "b")]),
        ("    a\n\n      b\nc", [("verse", "a\n\n b"), ("paragraph", "c")]),
        ("a\n    b", [("paragraph", "a b")]),
        ("```py\n# a\n\n  b\n```\nc", [("verse", "# a\n\n b"), ("paragraph", "c")]),
        ("~~~~\na\n~~~\nb", [("verse", "a\n~~~\nb")]),
        ("- ```\n  a\n  ```\n- b", [("verse", "a"), ("item", "b")]),
        ("a  \nb\\\nc\nd", [("verse", "a\nb\nc d")]),
        ("- a  \n  b", [("item", "a b")]),
        ("![A *cat*](x.png)", [("caption", "A cat")]),
        ("a ![b](c) d", [("paragraph", "a d")]),
        ("[![build](a)](b)", []),
    ],
)
def test_blocks(text: str, wanted: list[tuple[str, str]]) -> None:
    document = markdown(text)
    check(document)
    assert shapes(document) == wanted
    assert shapes(markdown(text.replace("\n", "\r\n"))) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("*a* **b** ***c*** _d_ __e__ ~~f~~", "a b c d e f"),
        ("**a*b**c***", "a*bc***"),
        ("*(**a**)* **a *b* c**", "(a) a b c"),
        ("snake_case_name 2 * 3 * 4 a ** b", "snake_case_name 2 * 3 * 4 a ** b"),
        ("*a **b", "*a **b"),
        ("_*(**_**b _**(a", "*(**b _(a"),
        ("a _*_***(*_", "a ***(_"),
        ("**a* b", "*a b"),
        ("`a *b*` ``c ` d`` `e", "a *b* c ` d `e"),
        ("\\*a\\* \\\\ \\`b` \\`` c", "*a* \\ `b` `` c"),
        ("&amp; &eacute; &#65; &nothing; &", "& é A &nothing; &"),
        ("[a *b*](c) [d](<e f> 'g') [h]( (i) )", "a b d h"),
        ("[a](b(c)d) [e](f g) [h](i", "a [e](f g) [h](i"),
        ("[a [b](c) d](e)", "[a b d](e)"),
        ("[a][r], [b][], [R], [c][no] [no]", "a, [b][], R, [c][no] [no]"),
        ("<https://www.example.com/a?b> <me@a.example> <mailto:b@c.example>",
         "example.com me@a.example b@c.example"),
        ("See https://a.example/b(c), www.d.example/e. f", "See a.example, d.example. f"),
        ("[https://a.example/b](https://a.example/b)", "a.example"),
        ("a <b>c</b> <!-- d --> <span title=e>f</span> 1 < 2", "a c f 1 < 2"),
        ("H<sub>2</sub>O x<sup>2</sup>", "H₂O x²"),
        ("10<sup>-3</sup> 1<sup>er</sup> x<sub>i</sub>", "10⁻³ 1er xi"),
        ("soft\u00adhyphen", "softhyphen"),
    ],
)  # fmt: skip
def test_what_is_heard_of_a_line(text: str, wanted: str) -> None:
    assert heard(f"{text}\n\n[r]: http://x.example 'title'") == wanted


def test_definitions_of_links_are_not_heard() -> None:
    text = "[A]: b\n[c d]: <e>\n'title'\nText [a], [C  D]\n\n[f]: no title here\n\n[g]:\nh\n\n[g]"
    assert texts(markdown(text)) == ["Text a, C D", "[f]: no title here", "g"]


def test_notes() -> None:
    document = markdown(
        "A word[^1] and [^2].\n\n[^1]: The *note*\nand\n\n    more of it[^1].\n\n    - item\n\n"
        "Text.\n"
    )
    assert texts(document, Skip.NOTE) == ["The note and", "more of it[^1].", "item"]
    assert texts(document, Skip.NO) == ["A word[^1] and [^2].", "Text."]
    assert skipped(document) == [("[^1]", Skip.NOTE)]


def test_marks_in_other_ways() -> None:
    document = markdown("A<sup>[1](#n)</sup> b[<sup>2</sup>](#m) c [\\[12\\]](#r) [4](#d) e.")
    assert skipped(document) == [
        ("1", Skip.NOTE),
        ("2", Skip.NOTE),
        ("[12]", Skip.REFERENCE),
    ]


def test_tables() -> None:
    document = markdown(
        "Before\n| A | *B* |\n|---|:-:|\n| 1. | a \\| b |\n|  | c\nd | e\nAfter\n\n|a|b|\n|-|\nno"
    )
    assert shapes(document) == [
        ("paragraph", "Before"),
        ("cell", "A, B"),
        ("cell", "1. a | b"),
        ("cell", "c"),
        ("cell", "d, e"),
        ("paragraph", "After"),
        ("paragraph", "|a|b| |-| no"),
    ]


def test_html_within() -> None:
    document = markdown(
        "<div><p>One <i>two</i></p>\n<script>x</script>\n</div>\n\n<!-- no\n\nno -->\n\n"
        "<nav>Menu</nav>\n\n<pre>\na\n\n  b</pre>\n\n<span>\n*x*\n</span>\n\n"
        "Text\n<div>three\n\n- <p>four"
    )
    assert shapes(document) == [
        ("paragraph", "One two"),
        ("paragraph", "Menu"),
        ("verse", "a\n\n b"),
        ("paragraph", "*x*"),
        ("paragraph", "Text"),
        ("paragraph", "three"),
        ("paragraph", "four"),
    ]
    assert texts(document, Skip.FURNITURE) == ["Menu"]


@pytest.mark.parametrize(
    "matter",
    [
        "---\ntitle: 'A: b'\nauthor:\n  - Jane\n  - Joe\nlang: en_GB\n---\n",
        '+++\ntitle = "A: b"\nauthors = ["Jane", "Joe"]\nlanguage = "en-GB"\n+++\n',
    ],
)
def test_front_matter(matter: str) -> None:
    document = markdown(matter + "# Heading\n")
    assert texts(document) == ["Heading"]
    assert (document.title, document.author, document.language) == ("A: b", "Jane, Joe", "en-GB")


@pytest.mark.parametrize("text", ["---\n\nText\n\n---\n", "---\nText\n", "---\ntitle: x\n"])
def test_a_rule_is_no_front_matter(text: str) -> None:
    assert texts(markdown(text))


def test_title_is_the_first_of_the_highest_headings() -> None:
    document = markdown("## A\n\n# B\n\n# C")
    assert document.title == "B"
    assert [(entry.title, entry.level) for entry in document.contents] == [
        ("A", 2),
        ("B", 1),
        ("C", 1),
    ]


def test_what_is_nested_too_deep_is_still_read() -> None:
    assert texts(markdown(">" * 1000 + " deep\n\n" + "- " * 1000 + "deep")) == ["deep", "deep"]


def test_depth_is_what_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mdblocks, "MAX_DEPTH", 2)
    assert shapes(markdown("> - a\n\n> > - b")) == [("item", "a"), ("quote", "b")]


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_refused(markdown, module, "MAX_TEXT", monkeypatch)


HOSTILE = {
    "emphasis": "*a " * (SIZE // 3),
    "strong": "a**b" * (SIZE // 4),
    "both": "*a_b " * (SIZE // 5),
    "openers and closers": "*a " * (SIZE // 6) + "b_ " * (SIZE // 6),
    "tildes": "~a" * (SIZE // 2),
    "closing brackets": "[a " * (SIZE // 6) + "]" * (SIZE // 6),
    "links": "[a](" * (SIZE // 4),
    "links in links": "[" * (SIZE // 2) + "](x)" * (SIZE // 8),
    "pictures": "![" * (SIZE // 3) + "](x)" * (SIZE // 8),
    "references": "[a][b]" * (SIZE // 6),
    "destinations": "[a](b" * (SIZE // 5),
    "parentheses": "[a](((" * (SIZE // 6),
    "titles": "[a](b 'c" * (SIZE // 8),
    "ticks": "".join("`" * n + " " for n in range(800)),
    "ticks of one length": "`a ``" * (SIZE // 5),
    "escapes": "\\" * SIZE,
    "addresses": "http://a" + ")" * SIZE,
    "quotes": ">" * SIZE,
    "lists": "".join("  " * min(n, 1000) + "- a\n" for n in range(500)),
    "lists in a line": "- " * (SIZE // 2),
    "numbers": "1. " * (SIZE // 3),
    "blank lines in lists": "- " * 60 + "a" + "\n" * SIZE,
    "headings": "# a\n" * (SIZE // 4),
    "html": "<div>\n\n" * (SIZE // 7),
    "rows": "|a|b|\n|-|-|\n" + "|x|y|\n" * (SIZE // 6),
    "delimiters": "a|b\n-|-" + " " * SIZE + "x",
    "definitions": "[a]: b\n" * (SIZE // 7),
    "notes": "[^1]:" * (SIZE // 5),
    "spaces": "#" + " " * SIZE + "x",
    "more spaces": "a" + " " * SIZE + "b",
    "attributes": "# a" + " {" * (SIZE // 2),
    "label": "[" + "a" * SIZE + "]",
}


@hostile(HOSTILE)
def test_hostile_texts_take_linear_time(text: str) -> None:
    check_time(markdown, text)


PARTS = [
    *("*", "**", "_", "__", "~~", "`", "``", "[", "]", "(", ")", "![", "](x)", "[^1]", "[^1]: "),
    *("\n", "\n\n", "    ", "\t", "  \n", "\\\n", " ", "# ", "===", "---", "***", "- ", "1. "),
    *("> ", "```", "~~~", "|", "|-|-|", "<div>", "</div>", "<br>", "<!--", "-->", "<sup>", "<"),
    *("</sup>", "<script>", "</script>", "&amp;", "&", "\\", "a", "word", "http://x.y/z", "www."),
    *("[a]: b", "<http://x>", "+++", ":", "\r", "[a]", "{#x}", "!"),
]


def test_random_soup_is_read() -> None:
    check_soup(markdown, [*ODD, *PARTS], 3000)
