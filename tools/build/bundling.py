"""``dist/app/``: the scripts in few files, one for each realm and what it loads later.

A page of two hundred modules asks two hundred times, and each question goes through the service
worker. ``dist/js/`` holds the modules as they were written, for who reads or embeds them.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tools.build import npm, shell
from tools.build.context import Context

FOLDER = "app/"
#: What a realm begins with, by the name of its bundle. A group shares its modules' instances.
REALMS: tuple[dict[str, str], ...] = (
    {"main": "js/main.js", "interface": "js/interface.js", "lectern": "js/lectern.js"},
    {"bench": "js/bench/main.js"},
    {"worker": "js/worker.js"},
    {"ort_worker": "js/ort_worker.js"},
    {"player_worklet": "js/player_worklet.js"},
    {"export_worker": "js/export_worker.js"},
    {"library_worker": "js/library_worker.js"},
    {"article_worker": "js/host/article_worker.js"},
)
#: Who embeds Lectern imports this one, and gets the bundle.
EMBEDDED = "js/lectern.js"
_SCRIPT = Path(__file__).with_name("bundle.mjs")


def bundle(ctx: Context) -> dict[str, bytes]:
    """The bundles by their path in dist, with source maps that point to ``js/``.

    Raises:
        BuildError: a module can't be read or names one that is not there.
    """
    web = ctx.layout.web
    groups = [
        {name: module for name, module in realm.items() if (web / module).is_file()}
        for realm in REALMS
    ]
    with tempfile.TemporaryDirectory() as out:
        realms = json.dumps([group for group in groups if group])
        shell.run([npm.node(ctx), _SCRIPT, web, out, realms], cwd=ctx.layout.root)
        return {FOLDER + path.name: path.read_bytes() for path in sorted(Path(out).iterdir())}


def embedded() -> bytes:
    """``js/lectern.js`` of dist."""
    return f"export * from '../{FOLDER}lectern.js';\n".encode()
