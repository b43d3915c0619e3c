"""Rules for the text of this repository that no linter knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.build import shell
from tools.build.errors import BuildError

#: Longer than this a file has more than one job.
MOST_LINES = 500
_CODE = (".py", ".js", ".mjs", ".css")

#: Packages come from wherever pip and npm are set to look; no file says where that is.
_REGISTRIES = re.compile(
    r"\b(?:registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org|files\.pythonhosted\.org"
    r"|unpkg\.com|cdn\.jsdelivr\.net|cdnjs\.cloudflare\.com|esm\.sh)\b"
)
_ADDRESS = re.compile(r"\b(?:https?|wss?)://[^\s'\"`)<>]+")
#: No request goes there: names of XML formats.
_HARMLESS = ("http://www.w3.org/", "http://localhost", "http://127.0.0.1")
#: This file has to name them.
_SELF = "tools/build/repo_rules.py"


def problems(root: Path) -> list[str]:
    """Every rule that a file of the repository breaks, as ``path:line: what``."""
    found: list[str] = []
    for path in sorted(_files(root)):
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # gone, or not text
        name = path.relative_to(root).as_posix()
        found += check_text(name, text)
    return found


def check_text(name: str, text: str) -> list[str]:
    """The rules for one file; ``name`` is its path in the repository."""
    found: list[str] = []
    lines = text.splitlines()
    if name.endswith(_CODE) and len(lines) > MOST_LINES:
        found.append(f"{name}: {len(lines)} lines; a file has one job and {MOST_LINES} at most")
    for number, line in enumerate(lines, 1):
        if name != _SELF and _REGISTRIES.search(line):
            found.append(f"{name}:{number}: names the host of a registry or CDN")
        if _goes_to_browser(name):
            found += [
                f"{name}:{number}: the app speaks to its own origin only, not {address}"
                for address in _foreign(_ADDRESS.findall(line))
            ]
    return found


def _goes_to_browser(name: str) -> bool:
    return name.startswith("web/") and name.endswith((".js", ".css", ".html", ".webmanifest"))


def _foreign(addresses: Iterable[str]) -> Sequence[str]:
    return [address for address in addresses if not address.startswith(_HARMLESS)]


def _files(root: Path) -> list[Path]:
    """What git tracks or would track; every file when there is no git."""
    try:
        listed = shell.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root
        )
    except BuildError:
        skipped = {".git", ".venv", ".build", "node_modules", "dist", "wasm", "vendor"}
        return [
            path
            for path in root.rglob("*")
            if path.is_file() and not skipped & set(path.relative_to(root).parts)
        ]
    return [root / name for name in listed.split("\0") if name]
