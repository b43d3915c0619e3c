"""Which failures of the suites may be run once more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.tools.layouts import checkout
from tools.build.testing import _browser_failures

E2E = "tests/e2e/test_player.py::test_pause"
UNIT = "tests/unit/runtime/test_app.py::test_voices"


@pytest.mark.parametrize(
    ("failed", "again"),
    [
        ([E2E], [E2E]),
        ([E2E, UNIT], []),  # a unit test never fails by accident
        ([f"{E2E}{n}" for n in range(9)], []),
        ([], []),
    ],
)
def test_few_failures_in_a_browser_run_once_more(
    tmp_path: Path, failed: list[str], again: list[str]
) -> None:
    ctx = checkout(tmp_path)
    record = ctx.layout.root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps(dict.fromkeys(failed, True)))
    assert _browser_failures(ctx) == again


def test_no_record_is_no_second_run(tmp_path: Path) -> None:
    assert _browser_failures(checkout(tmp_path)) == []
