"""find_text.js: words found whatever their case and accents, at the offsets of the text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools import node

FIND = Path(__file__).resolve().parents[3] / "web" / "js" / "view" / "find_text.js"


def in_node(folder: Path, script: str, *given: Any) -> Any:
    return node.run(
        folder,
        f"import {{ MOST, findText }} from '{FIND.as_uri()}';\n"
        f"const given = JSON.parse(process.argv[2]);\n{script}",
        json.dumps(given),
    )


def found(folder: Path, text: str, query: str) -> list[str]:
    """What was found, as it stands in the text."""
    places: list[str] = in_node(
        folder,
        """const { found, more } = await findText(given[0], given[1]);
        if (more) throw new Error('there are not that many');
        console.log(JSON.stringify(found.map(({start, end}) => given[0].slice(start, end))));""",
        text,
        query,
    )
    return places


@pytest.mark.parametrize(
    ("text", "query", "wanted"),
    [
        ("Été, ete, ÉTÉ.", "eté", ["Été", "ete", "ÉTÉ"]),
        ("e\u0301te\u0301! ete", "ete", ["e\u0301te\u0301", "ete"]),
        ("The o\ufb03ce o\ufb00ered.", "office", ["o\ufb03ce"]),
        ("The o\ufb03ce.", "f", ["\ufb03"]),
        ("The o\ufb03ce.", "ice", ["\ufb03ce"]),
        ("Cœur, coeur", "coeur", ["Cœur", "coeur"]),
        ("Straße STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ", "οδυσσευσ", ["Ὀδυσσεύς", "ΟΔΥΣΣΕΥΣ"]),
        ("İstanbul ıstanbul", "istanbul", ["İstanbul", "ıstanbul"]),
        ("It’s “so” – so", 'it\'s "so" -', ["It’s “so” –"]),
        ("two\n  words, two\u00a0words", "two words", ["two\n  words", "two\u00a0words"]),
        ("hy\u00adphen\u200bated", "hyphenated", ["hy\u00adphen\u200bated"]),
        ("שָׁלוֹם שלום", "שלום", ["שָׁלוֹם", "שלום"]),
        ("كِتَابٌ كتـاب أب", "كتاب", ["كِتَابٌ", "كتـاب"]),
        ("𝕋ext 😀 text", "text", ["𝕋ext", "text"]),
        ("😀😀 a", "😀", ["😀", "😀"]),
        ("कि क", "कि", ["कि"]),
        ("ガ カ", "カ", ["カ"]),
        ("a.c abc (x+)+$ [^", "a.c", ["a.c"]),
        ("a.c abc (x+)+$ [^", "(x+)+$ [^", ["(x+)+$ [^"]),
        ("\\d \\\\", "\\", ["\\", "\\", "\\"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("nothing", "", []),
        ("nothing", "  \n", []),
        ("", "x", []),
        ("\ud83d lone", "lone", ["lone"]),
    ],
)
def test_found(tmp_path: Path, text: str, query: str, wanted: list[str]) -> None:
    assert found(tmp_path, text, query) == wanted


def test_places_on_the_seams_of_the_slices(tmp_path: Path) -> None:
    """A word that lies across each seam, with an accent or a space exactly on it."""
    result = in_node(
        tmp_path,
        r"""
        const part = 32768;
        const faults = [];
        for (let shift = -12; shift <= 3; shift++) {
          const before = 'x'.repeat(part + shift);
          for (const word of ['the été\u0301  now', 'a 😀 b', 'ﬁn\n\n\nal e\u0301']) {
            const text = before + word + 'y'.repeat(part);
            const { found } = await findText(text, word);
            const [one] = found;
            if (found.length !== 1 || one.start !== before.length
                || one.end !== before.length + word.length) faults.push([shift, word, found]);
          }
        }
        console.log(JSON.stringify(faults));""",
    )
    assert result == []


def test_so_many_and_no_more(tmp_path: Path) -> None:
    result = in_node(
        tmp_path,
        """const { found, more } = await findText('e '.repeat(MOST + 5), 'e');
        const exact = await findText('e '.repeat(MOST), 'e');
        console.log(JSON.stringify([found.length - MOST, more, exact.more]));""",
    )
    assert result == [0, True, False]


def test_twenty_megabytes_in_slices_that_can_be_stopped(tmp_path: Path) -> None:
    result = in_node(
        tmp_path,
        """
        const line = 'The morning was quiet, and nobody était dans la rue. ';
        const text = line.repeat(Math.ceil(20e6 / line.length)) + 'Needle';
        let slices = 0;
        const all = await findText(text, 'nÉedle', { some: () => slices++ });
        const stop = new AbortController();
        const running = findText(text, 'needle', { signal: stop.signal });
        stop.abort();
        const [{ start, end }] = all.found;
        console.log(JSON.stringify([text.slice(start, end), slices > 20, await running]));""",
    )
    assert result == ["Needle", True, None]
