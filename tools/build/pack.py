"""The ``pack`` command: render texts ahead, for the published tier of the audio cache."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.build import npm, shell, vendor, venv
from tools.build.building import build
from tools.build.context import Context
from tools.build.errors import BuildError

#: Bits a second.
_BITRATES = (24_000, 160_000)


def pack(
    ctx: Context,
    texts: Sequence[str],
    *,
    voice: str,
    style: str | None = None,
    speaker: str | None = None,
    length_scale: float | None = None,
    bitrate: int = _BITRATES[0],
    title: str = "",
    phrases: bool = False,
    jobs: int | None = None,
    prune: bool = False,
    dask: str = "",
    report: Path | None = None,
    dist: bool = True,
) -> int:
    """Render ``texts`` into public/audio and build dist/ with it; gives a status.

    Args:
        report: a file that gets ``{sentences, failed}`` as JSON, once all were tried.
        dist: False: whoever calls builds it, after other texts.

    Raises:
        BuildError: an option or a file is wrong, or what is needed can't be installed.
    """
    missing = [name for name in texts if not Path(name).is_file()]
    if missing:
        raise BuildError(f"There is no file {missing[0]}.")
    if title and len(texts) > 1:
        raise BuildError("--title is for one text.", "Give one, or leave the title away.")
    if not _BITRATES[0] <= bitrate <= _BITRATES[1]:
        raise BuildError(f"--bitrate must lie between {_BITRATES[0]} and {_BITRATES[1]}.")
    if jobs is not None and jobs < 1:
        raise BuildError("--jobs must be 1 or more.")
    try:
        npm.ensure(ctx)
        vendor.vendor_all(ctx)
        program = venv.install(ctx, "pack")
        if dask:
            venv.install(ctx, "pack-dask")
    finally:
        ctx.hashes.save()
    layout = ctx.layout
    order: dict[str, Any] = {
        "texts": [str(Path(name).resolve()) for name in texts],
        "voice": voice,
        "voices": str(layout.voices),
        "audio": str(layout.audio),
        "web": str(layout.web),
        "public": str(layout.public),
        "node": str(npm.node(ctx)),
        "jobs": jobs or os.cpu_count() or 1,
        "speaker": _speaker(speaker),
        "style": style,
        "length_scale": length_scale,
        "bitrate": bitrate,
        "title": title,
        "phrases": phrases,
        "prune": prune,
        "dask": dask,
    }
    path = os.pathsep.join([str(layout.root), str(layout.web / "py")])
    with tempfile.TemporaryDirectory(prefix="lectern-pack-") as folder:
        told = report or Path(folder) / "report.json"
        order["report"] = str(told.resolve())
        status = shell.status(
            [program, "-m", "tools.build.pack_run", json.dumps(order)],
            cwd=layout.root,
            env={"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        # A sentence that can't be made costs itself alone: the others are published.
        tried = told.is_file()
    if dist and tried:
        build(ctx)
    return status


def _speaker(given: str | None) -> str | int | None:
    """A number where it is one: voices name their speakers or count them."""
    return int(given) if given is not None and given.isdecimal() else given
