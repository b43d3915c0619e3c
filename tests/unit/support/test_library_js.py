"""Which documents of a library are shown, and in which order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.support.test_js_agrees import in_node


def entry(title: str, author: str = "", **more: Any) -> dict[str, Any]:
    return {
        "id": title,
        "title": title,
        "author": author,
        "source": "",
        "length": 100,
        "start": 0,
        "end": 0,
        "finished": False,
        "opened": 0,
        "added": 0,
        **more,
    }


ENTRIES = [
    entry("Chapter 10", "Zoë", opened=3, added=1, start=50, end=60),
    entry("Chapter 9", "anna", opened=2, added=2, finished=True),
    entry("Élan vital", opened=1, added=3, source="elan.epub"),
    entry("elbow", "Anna", opened=4, added=0, start=10, end=20),
]


def ordered(folder: Path, by: str = "opened", search: str = "") -> list[str]:
    wanted = json.dumps({"by": by, "search": search, "language": "en"})
    call = f"it.ordered({json.dumps(ENTRIES)}, {wanted}).map(({{title}}) => title)"
    found: list[str] = in_node(folder, "view/library_order.js", f"JSON.stringify({call})")
    return found


def test_orders(tmp_path: Path) -> None:
    assert ordered(tmp_path) == ["elbow", "Chapter 10", "Chapter 9", "Élan vital"]
    assert ordered(tmp_path, "title") == ["Chapter 9", "Chapter 10", "Élan vital", "elbow"]
    assert ordered(tmp_path, "author") == ["Chapter 9", "elbow", "Chapter 10", "Élan vital"]
    assert ordered(tmp_path, "progress") == ["Chapter 9", "Chapter 10", "elbow", "Élan vital"]
    assert ordered(tmp_path, "added") == ["Élan vital", "Chapter 9", "Chapter 10", "elbow"]


def test_search_knows_no_case_and_no_accents(tmp_path: Path) -> None:
    assert ordered(tmp_path, search="ELAN") == ["Élan vital"]
    assert ordered(tmp_path, search="anna chapter") == ["Chapter 9"]
    assert ordered(tmp_path, search="zoe") == ["Chapter 10"]
    assert ordered(tmp_path, search=" .epub ") == ["Élan vital"]
    assert ordered(tmp_path, search="nowhere") == []


def test_an_order_that_nobody_knows_is_the_first(tmp_path: Path) -> None:
    for said in ("", "constructor", "Title"):
        assert in_node(
            tmp_path, "view/library_order.js", f"JSON.stringify(it.orderOf({said!r}))"
        ) == ("opened")
