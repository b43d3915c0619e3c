"""Citations that no markup tells are skipped, in every kind of document; arrays are read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lectern.documents.html import html
from lectern.documents.markdown import markdown
from lectern.documents.model import Document, Skip
from lectern.documents.pdf import pdf
from lectern.documents.plain import plain

from tests.typeset import Setter, Text, heading, prose, spoken
from tests.unit.documents.checks import check, check_time, hostile, skipped

READERS: list[Callable[[str], Document]] = [plain, markdown, lambda text: html(f"<p>{text}</p>")]
LONG = "The road went up the hill, and nobody was on it, for it had rained"


def marks(document: Document) -> list[str]:
    check(document)
    assert {skip for _, skip in skipped(document)} <= {Skip.REFERENCE}
    return [text for text, _ in skipped(document)]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{LONG}.[12] It stopped.", ["[12]"]),
        (f"{LONG}[1][2] since; 60%[3], it's[4] said (so)[5,6].",
         ["[1]", "[2]", "[3]", "[4]", "[5,6]"]),
        (f"{LONG} in 1990.[7–9] It stopped.", ["[7–9]"]),
        (f"{LONG} on [12] and a[1], x.items[2], last_row[3], itemList[4].", []),
        (f"{LONG}: word[1] = 5, call[1](x), grid[1][j], word[0], word[01], word[1].size.", []),
        (f"{LONG} [sic], [1984] or year[1984].", []),
        (f"{LONG}, here¹² and 10⁶.", []),
    ],
)  # fmt: skip
def test_in_brackets_behind_a_word(
    read: Callable[[str], Document], text: str, wanted: list[str]
) -> None:
    assert marks(read(text)) == wanted


def test_code_is_read() -> None:
    assert marks(html("<p>Take <code>word[1]</code> of it.<p>See <tt>that[2]</tt> here[3].")) == [
        "[3]"
    ]
    assert marks(markdown("Take `word[1]` of it.[2]\n\n```\nword[1]\n```\n\n    more[1]")) == [
        "[2]"
    ]
    assert marks(html("<pre>word[1]</pre>")) == []


LISTED = [
    "\n\nReferences\n\n1. Ann Author. A book.\n\n2. Bo Other. Another.\n\n3. Cy Last. More.",
    "\n\nBibliographie\n\n[1] Ann Author. A book.\n\n[2] Bo Other.\n\n[3] Cy Last.",
    "\n\n[1] Ann Author. A book.\n\n[2] Bo Other.\n\n[3] Cy Last.",
]


@pytest.mark.parametrize("listed", LISTED)
def test_with_a_space_where_the_document_lists_them(listed: str) -> None:
    text = f"{LONG} [1], as was shown [2, 3] and [1-3]; but not [4] or [3–1]."
    assert marks(plain(text + listed)) == [" [1]", " [2, 3]", " [1-3]"]
    assert marks(plain(text + "\n\nThe end\n\n1. One.")) == []


def test_raised_ones_where_the_document_lists_them() -> None:
    text = (
        "<p>It was shown here<sup>1,3</sup> and there.<sup>2–3</sup> But 10<sup>2</sup>,"
        " x<sup>2</sup>, 5 km<sup>2</sup>, <sup>2</sup>H and here<sup>12</sup>.</p>"
    )
    listed = "<h2>Works cited</h2><ol><li>A<li>B<li>C</ol>"
    assert marks(html(text + listed)) == ["¹,³", "²–³"]
    assert marks(html(text + "<h2>Rules</h2><ol><li>A<li>B<li>C</ol>")) == []


@pytest.mark.parametrize("title", ["References", "7. Literatur", "Références"])
def test_raised_ones_in_a_pdf(title: str) -> None:
    cites = Text("It was shown here^{1,3} and there.^{2–3} But 10^{2}, x^{2} and 5 km^{2} stay.")
    entries = [Text(f"{n}. A book on the river.", indent=0) for n in (1, 2, 3)]
    texts = [cites, *prose(5, 1), heading(title, 13), *entries]
    document = pdf(Setter().set(texts))
    assert spoken(document)[0] == "It was shown here and there. But 10², x² and 5 km² stay."
    assert spoken(document)[-1] == "3. A book on the river."
    assert spoken(pdf(Setter().set([cites, *prose(5, 1)])))[0].startswith("It was shown here¹,³")


@hostile(
    {
        "citations": "a word[1] " * 20_000,
        "open lists": "word[" + "1," * 80_000,
        "lists": ("word[" + "1," * 29 + "1] ") * 3000,
        "raised": "word" + "¹," * 80_000,
        "entries": "References\n\n" + "1. a\n" * 30_000,
    }
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    check_time(plain, text)
