"""Where the place is in a text that was changed by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.support.test_js_agrees import in_node

TEXT = "One is here. Two is here. Three is here."
TWO = {"start": 13, "end": 25}


def shifted(folder: Path, after: str) -> Any:
    given = f"{json.dumps(TWO)}, {json.dumps(TEXT)}, {json.dumps(after)}"
    return in_node(folder, "view/shifted_place.js", f"JSON.stringify(it.shiftedPlace({given}))")


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (TEXT, "Two is here."),
        (TEXT + " Four.", "Two is here."),
        ("So: " + TEXT, "Two is here."),
        (TEXT[4:], "Two is here."),
        (TEXT.replace("Two is", "Two was"), "Two was here."),
        (TEXT.replace(" Two", " And Two"), "And Two is here."),
        (TEXT.replace("Three is here.", ""), "Two is here."),
    ],
)
def test_the_place_goes_with_its_words(tmp_path: Path, after: str, words: str) -> None:
    place = shifted(tmp_path, after)
    assert after[place["start"] : place["end"]] == words


def test_where_its_words_are_gone_the_next_ones_are_read(tmp_path: Path) -> None:
    after = TEXT.replace("Two is here. ", "")
    assert after[shifted(tmp_path, after)["start"] :] == "Three is here."


def test_of_another_text_it_is_no_place(tmp_path: Path) -> None:
    for after in ("", "Something else entirely."):
        assert shifted(tmp_path, after) is None
