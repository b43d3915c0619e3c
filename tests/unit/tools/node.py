"""Runs a script in Node.js and gives back the JSON that it prints last."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tools.build import npm
from tools.build.context import Context


def run(folder: Path, script: str, *arguments: str) -> Any:
    """``script`` is an ES module; its arguments are ``process.argv.slice(2)``."""
    program = npm.node(Context.of())
    path = folder / "script.mjs"
    path.write_text(script, "utf-8")
    result = subprocess.run(
        [program, path, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])
