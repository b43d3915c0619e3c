"""chapters.js: contents as a tree, and the chapters that a listener thinks in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.tools import node

CHAPTERS = Path(__file__).resolve().parents[3] / "web" / "js" / "view" / "chapters.js"


def entry(title: str, start: int, level: int = 1) -> dict[str, Any]:
    return {"title": title, "start": start, "level": level}


def call(folder: Path, expression: str, *given: Any) -> Any:
    """``expression`` over the exports (``it``) and the arguments (``given``)."""
    return node.run(
        folder,
        f"import * as it from '{CHAPTERS.as_uri()}';\n"
        "const given = JSON.parse(process.argv[2]);\n"
        f"console.log(JSON.stringify({expression}));",
        json.dumps(given),
    )


def chapters(folder: Path, contents: list[dict[str, Any]], length: int) -> list[tuple[Any, ...]]:
    found = call(folder, "it.chapters(given[0], given[1])", contents, length)
    assert [one["start"] for one in found[1:]] == [one["end"] for one in found[:-1]]
    if found:
        assert (found[0]["start"], found[-1]["end"]) == (0, length)
    return [(one["title"], one["start"]) for one in found]


def test_without_contents_there_are_no_chapters(tmp_path: Path) -> None:
    assert chapters(tmp_path, [], 1000) == []
    assert chapters(tmp_path, [entry("Outside", 1000), entry("Before", -1)], 1000) == []


def test_what_lies_before_the_first_entry_is_a_beginning(tmp_path: Path) -> None:
    contents = [entry("One", 40), entry("Two", 5000)]
    assert chapters(tmp_path, contents, 9000) == [("", 0), ("One", 40), ("Two", 5000)]
    assert chapters(tmp_path, [entry("All", 0)], 9000) == [("All", 0)]


def test_the_order_is_that_of_the_text(tmp_path: Path) -> None:
    contents = [entry("Two", 5000), entry("One", 0), entry("Again", 5000)]
    assert chapters(tmp_path, contents, 9000) == [("One", 0), ("Two", 5000)]


def test_three_hundred_chapters_and_their_sections(tmp_path: Path) -> None:
    contents = []
    for number in range(300):
        contents.append(entry(f"Chapter {number}", number * 3000))
        contents += [entry("A section", number * 3000 + 1000, 2)]
    found = chapters(tmp_path, contents, 900_000)
    assert found == [(f"Chapter {number}", number * 3000) for number in range(300)]


def test_a_book_in_parts_has_its_chapters_below_them(tmp_path: Path) -> None:
    contents = []
    for part in range(3):
        start = part * 200_000
        contents.append(entry(f"Part {part}", start))
        for number in range(10):
            contents.append(entry(f"{part}.{number}", start + 50 + number * 20_000, 2))
            contents.append(entry("A section", start + 9_000 + number * 20_000, 3))
    found = chapters(tmp_path, contents, 600_000)
    # A part's title page belongs to its first chapter.
    assert found[:2] == [("0.0", 0), ("0.1", 20_050)]
    assert found[10] == ("1.0", 200_000)
    assert len(found) == 30


def test_a_book_that_is_its_own_only_entry(tmp_path: Path) -> None:
    contents = [entry("The book", 0), entry("One", 400, 2), entry("Two", 5000, 2)]
    assert chapters(tmp_path, contents, 9000) == [("The book", 0), ("One", 400), ("Two", 5000)]


def test_long_chapters_without_anything_below_stay(tmp_path: Path) -> None:
    contents = [entry("One", 0), entry("Two", 100_000)]
    assert chapters(tmp_path, contents, 300_000) == [("One", 0), ("Two", 100_000)]


def test_the_chapter_at_a_place(tmp_path: Path) -> None:
    contents = [entry("One", 10), entry("Two", 500)]
    script = """((all) => [0, 9, 10, 499, 500, 9999].map((at) => it.chapterAt(all, at)))
        (it.chapters(given[0], 1000))"""
    assert call(tmp_path, script, contents) == [0, 0, 1, 1, 2, 2]
    assert call(tmp_path, "it.chapterAt([], 5)") == -1


def test_the_tree_of_nested_contents(tmp_path: Path) -> None:
    contents = [
        entry("Part", 0),
        entry("One", 10, 2),
        entry("Deep", 20, 4),
        entry("Two", 50, 2),
        entry("Part two", 100),
    ]
    found = call(tmp_path, "it.tree(given[0], 200)", contents)

    def shape(entries: list[dict[str, Any]]) -> list[Any]:
        return [(e["title"], e["start"], e["end"], shape(e["below"])) for e in entries]

    assert shape(found) == [
        (
            "Part",
            0,
            100,
            [("One", 10, 50, [("Deep", 20, 50, [])]), ("Two", 50, 100, [])],
        ),
        ("Part two", 100, 200, []),
    ]


def test_the_chapter_at_an_offset(tmp_path: Path) -> None:
    contents = [entry("One", 40), entry("Two", 5000), entry("A section", 6000, 2)]
    script = """[0, 40, 4999, 5000, 8999, 9999].map(
        (at) => it.chapterOf(given[0], 9000, at)?.title)"""
    found = call(tmp_path, script, contents)
    assert found == ["", "One", "One", "Two", "Two", "Two"]
    assert call(tmp_path, "it.chapterOf([], 9000, 5)") is None
