"""dist/ as ``build.py pack`` leaves it: this checkout's app, with a text that is published."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

from tools.build import dist, npm
from tools.build.context import Context
from tools.build.pack_run import Order
from tools.build.paths import LAYOUT, Layout

_SECONDS = 300


def packed_dist(root: Path, text: str, voice: str) -> tuple[Path, str]:
    """Pack ``text`` in a checkout of its own at ``root``, an empty folder, and make its dist.

    In a process of its own, as build.py does it: Playwright has this one's event loop.

    Returns:
        The folder, and what was said of the packing.
    """
    (root / "public").mkdir()
    for name in ("web", "tools", "node_modules", "pyproject.toml", "package.json"):
        (root / name).symlink_to(LAYOUT.root / name)
    for name in ("wasm", "vendor", "models"):
        (root / "public" / name).symlink_to(LAYOUT.public / name)
    ctx = Context.of(Layout(root))
    story = root / "story.txt"
    story.write_text(text, "utf-8")
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
