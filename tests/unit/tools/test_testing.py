"""How the suites are run, and which of their failures once more."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.unit.tools.layouts import checkout
from tools.build import shell, testing, venv
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


@pytest.mark.parametrize(
    ("statuses", "found"), [((0, 0), 0), ((1, 0), 1), ((0, 1), 1), ((0, 2), 2)]
)
def test_browsers_have_the_machine_to_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statuses: tuple[int, int], found: int
) -> None:
    runs: list[list[object]] = []

    def run(command: list[object], **_: object) -> int:
        runs.append(command)
        return statuses[len(runs) - 1]

    monkeypatch.setattr(testing, "_prepare", lambda _: {})
    monkeypatch.setattr(testing, "build", lambda _: tmp_path)
    monkeypatch.setattr(testing, "check", lambda _: 0)
    monkeypatch.setattr(venv, "python", lambda _: Path(sys.executable))
    monkeypatch.setattr(shell, "status", run)
    assert testing.test(checkout(tmp_path), []) == found
    units, browsers = runs
    assert testing.UNIT_SUITE in units and "-n" in units
    assert "-n" not in browsers
    for suite in testing.BROWSER_SUITES:
        assert suite in browsers and suite not in units
