"""The ``test`` and ``bench`` commands."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from tools.build import browser, shell, terminal, venv
from tools.build.building import build
from tools.build.check import check
from tools.build.context import Context
from tools.build.errors import BuildError

UNIT_SUITE = "tests/unit"
BROWSER_SUITES = ("tests/contract", "tests/e2e")
_FAILED = 1
_NO_TESTS = 5
#: More failures than this are no accident.
_MOST_ACCIDENTS = 8


def test(ctx: Context, pytest_arguments: Sequence[str]) -> int:
    """Install, build, check, and run every suite; or just pytest with ``pytest_arguments``.

    Gives pytest's status. The unit tests run side by side, a process a core; those in a browser,
    which has all the cores by itself, one by one. A few failures in a browser may be the machine's
    (a sound device that skips, a stall of seconds): those tests run once more, and what fails
    again has failed.
    """
    environment = _prepare(ctx)
    build(ctx)
    checked = 0 if pytest_arguments else check(ctx)
    pytest = [str(venv.python(ctx)), "-m", "pytest"]

    def run(*arguments: str) -> int:
        return shell.status([*pytest, *arguments], cwd=ctx.layout.root, env=environment)

    if pytest_arguments:
        status = run(*pytest_arguments)
    else:
        cores = str(os.cpu_count() or 1)
        units = run("-n", cores, "--dist", "worksteal", UNIT_SUITE)
        browsers = run(*BROWSER_SUITES)
        status = units or browsers
        if max(units, browsers) == _FAILED and (again := _browser_failures(ctx)):
            terminal.note(f"{len(again)} tests failed and run once more: {', '.join(again)}")
            status = run(*again)
    if status == _NO_TESTS:
        raise BuildError("pytest found no tests.", "Look at what was asked for after --.")
    if checked:
        raise BuildError("The tests ran, but the checks before them failed.", "See above.")
    return status


def _browser_failures(ctx: Context) -> list[str]:
    """The last run's failures, if they are few and all of them in a browser; else none."""
    record = ctx.layout.root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    try:
        failed = sorted(json.loads(record.read_text("utf-8")))
    except (OSError, ValueError):
        return []
    in_browser = all(name.startswith(BROWSER_SUITES) for name in failed)
    return failed if in_browser and len(failed) <= _MOST_ACCIDENTS else []


def bench(ctx: Context, arguments: Sequence[str]) -> int:
    """Build and run the measurements; gives their status."""
    program = ctx.layout.tests / "bench" / "run.py"
    if not program.is_file():
        raise BuildError("tests/bench/run.py is missing.")
    environment = _prepare(ctx)
    build(ctx)
    given = [argument for argument in arguments if argument != "--"]
    module = ["-m", "tests.bench.run", *given]
    return shell.status([venv.python(ctx), *module], cwd=ctx.layout.root, env=environment)


def _prepare(ctx: Context) -> dict[str, str]:
    """Have the tools; what the suites find them by."""
    try:
        venv.install(ctx, "dev")
        program = browser.chromium(ctx)
    finally:
        ctx.hashes.save()
    terminal.note(f"Browser: {program}")
    path = str(ctx.layout.web / "py")
    return {browser.VARIABLE: str(program), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
