"""A small checkout in a temporary folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.build.context import Context
from tools.build.paths import Layout

ESPEAK_JSON: dict[str, Any] = {
    "audio": {"sample_rate": 16000, "quality": "x_low"},
    "espeak": {"voice": "en-us"},
    "language": {"code": "en_US", "name_native": "English", "country_english": "United States"},
    "phoneme_id_map": {"_": [0]},
    "num_speakers": 1,
    "speaker_id_map": {},
}


def checkout(folder: Path) -> Context:
    """A layout with a page, a Python package, vendored files and one voice."""
    write(folder / "web/index.html", "<p><!-- icon:play --></p>")
    write(folder / "web/sw.js", "self.addEventListener('fetch', () => {});\n")
    write(folder / "web/js/main.js", "export {};\n")
    write(folder / "web/js/vendor.d.ts", "declare const x: number;\n")
    write(folder / "web/py/lectern/__init__.py", '"""Lectern."""\n')
    write(folder / "web/py/lectern/deep/inner.py", "X = 1\n")
    write(folder / "public/wasm/pyodide/pyodide.asm.wasm", "wasm")
    write(folder / "public/wasm/pyodide/micropip-1-py3-none-any.whl", "wheel")
    write(folder / "public/wasm/ort/ort.webgpu.bundle.min.mjs", "webgpu")
    write(folder / "public/vendor/idb/index.js", "export {};\n")
    write(folder / "public/vendor/licenses/idb.txt", "ISC\n")
    add_voice(folder / "public/models/piper", "en_US-tiny-x_low")
    icon = '<!-- @license -->\n<svg\n  class="lucide"\n>\n  <path d="M1 2" />\n</svg>\n'
    write(folder / "node_modules/lucide-static/icons/play.svg", icon)
    return Context.of(Layout(folder))


def add_voice(folder: Path, voice_id: str, **changes: Any) -> None:
    write(folder / f"{voice_id}.onnx", f"model of {voice_id}")
    write(folder / f"{voice_id}.onnx.json", json.dumps({**ESPEAK_JSON, **changes}))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
