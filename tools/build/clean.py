"""The ``clean`` command."""

from __future__ import annotations

import shutil

from tools.build import terminal
from tools.build.context import Context


def clean(ctx: Context, *, everything: bool) -> int:
    """Remove what the build made; with ``everything`` also what it installed."""
    layout = ctx.layout
    folders = [layout.dist, layout.wasm, layout.vendor, layout.state]
    if everything:
        folders += [layout.node_modules, layout.venv]
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)
            terminal.done(f"removed {folder.relative_to(layout.root)}")
    for cache in (".mypy_cache", ".ruff_cache", ".pytest_cache"):
        shutil.rmtree(layout.root / cache, ignore_errors=True)
    return 0
