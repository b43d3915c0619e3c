"""JSON of unknown origin."""

from __future__ import annotations

import json
import time

import pytest
from lectern.jsonchecks import parse


@pytest.mark.parametrize(
    "value",
    [{"a": [1, {"b": '[[{{"'}], "c": '\\"}]'}, [], "text", 5, {"é": "\\\\"}],
    ids=str,
)
def test_json_is_parsed(value: object) -> None:
    assert parse(json.dumps(value)) == value
    assert parse(json.dumps(value, indent=2, ensure_ascii=False)) == value


@pytest.mark.parametrize("text", ["", "nonsense", "[1, 2", '{"a"', '{"a": "b', "\ufeff[]", "[1]]"])
def test_what_is_no_json_is_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_endless_nesting_is_none(opening: str, closing: str) -> None:
    assert parse(opening * 100_000) is None
    assert parse(opening * 65 + "1" + closing * 65) is None
    assert parse(opening * 20 + "1" + closing * 20) is not None


def test_brackets_in_a_row_are_no_depth() -> None:
    assert parse("[" + ",".join(["[{}]"] * 1000) + "]") == [[{}]] * 1000


def test_many_quotes_cost_no_time() -> None:
    started = time.process_time()
    assert parse('"' * 100_001) is None
    assert parse('"\\' * 100_001) is None
    assert time.process_time() - started < 2
