"""A Chromium for the tests: installed, Playwright's own, or Debian's."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.build import shell, system_packages, terminal, venv
from tools.build.context import Context
from tools.build.errors import BuildError

VARIABLE = "LECTERN_CHROMIUM"
_NAMES = (
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "chrome",
)
_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_WINDOWS = ("Google/Chrome/Application/chrome.exe", "Chromium/Application/chrome.exe")
_ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as p: print(p.chromium.executable_path)"
)


def chromium(ctx: Context) -> Path:
    """The program to start, fetched when it is missing.

    In order: what LECTERN_CHROMIUM names, an installed Chrome or Chromium,
    Playwright's own, Debian's package when root.

    Raises:
        BuildError: there is none and none can be had.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return _named(named)
    for found in _installed():
        if _starts(found):
            return found
        terminal.note(f"{found} does not start; looking further.")
    own = _playwright(ctx)
    if own.is_file() and _starts(own):
        return own
    if not system_packages.can_install():
        return _download(ctx)
    terminal.note("No Chrome or Chromium here; taking Debian's.")
    system_packages.install("chromium")
    for found in _installed():
        if _starts(found):
            return found
    return _download(ctx)


def _named(named: str) -> Path:
    path = Path(shutil.which(named) or named)
    if not path.is_file():
        raise BuildError(f"{VARIABLE} names {named}, which is not there.")
    return path


def _installed() -> Iterator[Path]:
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            yield Path(found)
    if sys.platform == "darwin":
        homes = ("", str(Path.home()))
        yield from (
            path for home in homes for app in _APPLICATIONS if (path := Path(home + app)).is_file()
        )
    if os.name == "nt":
        roots = (os.environ.get(name) for name in ("ProgramFiles", "ProgramFiles(x86)"))
        local = os.environ.get("LOCALAPPDATA")
        for root in filter(None, (*roots, local)):
            yield from (path for name in _WINDOWS if (path := Path(root, name)).is_file())


def _starts(program: Path) -> bool:
    """Ubuntu's /usr/bin/chromium-browser may be only a pointer to a snap."""
    if os.name == "nt":
        return True  # chrome.exe --version opens a window there
    try:
        shell.run([program, "--version"])
    except BuildError:
        return False
    return True


def _playwright(ctx: Context) -> Path:
    """Where Playwright keeps its own Chromium, whether it is there or not."""
    python = venv.install(ctx, "dev")
    return Path(shell.run([python, "-c", _ASK_PLAYWRIGHT]).strip().splitlines()[-1])


def _download(ctx: Context) -> Path:
    python = venv.install(ctx, "dev")
    with terminal.step("Fetching Playwright's Chromium"):
        shell.run(
            [python, "-m", "playwright", "install", "chromium"],
            hint="Install Chrome or Chromium yourself (Debian and Ubuntu: sudo apt install "
            f"chromium), or name one in {VARIABLE}.",
        )
    own = _playwright(ctx)
    if not _starts(own):
        raise BuildError(
            "Playwright's Chromium does not start on this machine.",
            "It lacks libraries of the system: sudo .venv/bin/playwright install-deps chromium",
        )
    return own
