"""dist/ as ``build.py pack`` and ``preload`` leave it: this checkout's app, and its sound."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from tools.build import dist, npm, vendor, venv
from tools.build.context import Context
from tools.build.pack import pack
from tools.build.pack_run import Order
from tools.build.paths import LAYOUT, Layout
from tools.build.preload import preload

_SECONDS = 300


def packed_dist(
    root: Path, text: str | bytes, voice: str, *, name: str = "story.txt"
) -> tuple[Path, str]:
    """Pack ``text``, as the file ``name``, in a checkout of its own, and make its dist.

    ``root``: an empty folder for it.

    In a process of its own, as build.py does it: Playwright has this one's event loop.

    Returns:
        The folder, and what was said of the packing.
    """
    ctx = _checkout(root)
    story = root / name
    story.write_bytes(text.encode() if isinstance(text, str) else text)
    order = Order(
        texts=[str(story)],
        voice=voice,
        voices=str(ctx.layout.voices),
        audio=str(ctx.layout.audio),
        web=str(ctx.layout.web),
        public=str(ctx.layout.public),
        node=str(npm.node(ctx)),
        jobs=os.cpu_count() or 1,
    )
    path = os.pathsep.join([str(LAYOUT.root), str(LAYOUT.web / "py")])
    ended = subprocess.run(
        [sys.executable, "-m", "tools.build.pack_run", json.dumps(dataclasses.asdict(order))],
        cwd=LAYOUT.root,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return dist.make(ctx), ended.stderr


def preloaded_dist(root: Path, voice: str, category: str) -> tuple[Path, dict[str, Any]]:
    """``build.py preload`` for one category of phrases in a checkout of its own at ``root``.

    The real ``pack`` does it; only what it would install is this checkout's.

    Returns:
        The folder, and the command's report.
    """
    ctx = _checkout(root)
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(told):
        patch.setattr(npm, "ensure", lambda ctx: None)
        patch.setattr(vendor, "vendor_all", lambda ctx: None)
        patch.setattr(venv, "install", lambda ctx, name: Path(sys.executable))
        status = preload(ctx, pack, dist.make, voice=voice, categories=[category])
    assert status == 0, told.getvalue()
    report: dict[str, Any] = json.loads(told.getvalue().splitlines()[-1])
    return ctx.layout.dist, report


def _checkout(root: Path) -> Context:
    """This checkout at ``root``, an empty folder, with nothing published."""
    (root / "public").mkdir()
    for name in ("web", "tools", "node_modules", "pyproject.toml", "package.json"):
        (root / name).symlink_to(LAYOUT.root / name)
    for name in ("wasm", "vendor", "models"):
        (root / "public" / name).symlink_to(LAYOUT.public / name)
    return Context.of(Layout(root))
