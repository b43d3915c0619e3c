"""files.json: every file of dist (but published sound): size, hash, when a visitor needs it."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass

from tools.build.hashing import digest
from tools.build.voice_settings import VoiceSettings

MANIFEST = "files.json"
SERVICE_WORKER = "sw.js"
#: Put behind it: one file, of one version.
SERVICE_WORKER_PARTS = ("sw_share.js", "sw_site.js")
#: The site's settings: they belong to no version and may change at any time.
SITE_SETTINGS = "lectern.json"
BUILD_INFO = "vendor/build_info.js"
#: Sound that was made ahead: found by way of its index alone, and not listed in files.json.
PUBLISHED = "audio/"
PUBLISHED_INDEX = "audio/index.json"

#: What a memory snapshot is made of and by: it is good for exactly these.
_SNAPSHOT = (
    "wasm/pyodide/pyodide.mjs",
    "wasm/pyodide/pyodide.asm.mjs",
    "wasm/pyodide/pyodide.asm.wasm",
    "wasm/pyodide/python_stdlib.zip",
    "py/lectern.zip",
)
#: The text's face, as every page needs it; other scripts and faces are fetched when used.
_FONTS_AT_ONCE = ("literata-latin-wght-normal.woff2", "literata-latin-ext-wght-normal.woff2")
#: Of js/, where the modules lie as they were written: what pages ask for by name.
_SCRIPTS_AT_ONCE = ("js/appearance_early.js", "js/lectern.js")
_LATER_ORT = ("ort.webgpu.bundle.min.mjs", "ort-wasm-simd-threaded.asyncify.wasm")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. ``when``: "shell", "engine", "voice", "later" or "source" (see ``when``)."""

    path: str
    size: int
    sha256: str
    when: str


def when(path: str, at_once: Container[str] = ()) -> str:
    """When a visitor needs it. ``at_once``: files for later that the voices here need.

    - shell: the page itself, before anything else
    - engine: to speak with the wasm backend
    - voice: the models
    - later: sometimes or never, but without a network too
    - source: for who reads the sources
    """
    folder, _, name = path.rpartition("/")
    if folder == "wasm/espeak/lang":
        return "engine" if path in at_once else "later"
    if path.startswith("models/piper/"):
        return "voice" if name.endswith((".onnx", ".json")) else "later"
    if folder == "wasm/ort":
        return "later" if name in _LATER_ORT else "engine"
    if folder == "wasm/pyodide":
        return "later" if name.endswith(".whl") else "engine"
    if folder == "wasm/espeak":
        return "engine"
    if folder == "vendor/fonts":
        return "shell" if name in _FONTS_AT_ONCE else "later"
    if path.endswith(".map") or (path.startswith("js/") and path not in _SCRIPTS_AT_ONCE):
        return "source"
    if path == PUBLISHED_INDEX:
        return "later"
    later = (
        "licenses/",
        "phrases/",
        "vendor/pdfjs/",
        "vendor/article/",
        "vendor/mediabunny/",
        "vendor/lame/",
        "app/bench.js",
    )
    if path.startswith(later):
        return "later"
    return "shell"


def listed(path: str) -> bool:
    """Whether a file is one of this version's: published sound is named by its hash, and stays."""
    return not path.startswith(PUBLISHED) or path == PUBLISHED_INDEX


def version(hashes: Mapping[str, str], settings: VoiceSettings) -> str:
    """A short name of exactly these files: path -> SHA-256, without what holds it."""
    parts = [part for path in sorted(hashes) if listed(path) for part in (path, hashes[path])]
    return digest([*parts, json.dumps(settings.as_json())])[:12]


def build_info(
    version_name: str, hashes: Mapping[str, str], settings: VoiceSettings, *, site: bool = False
) -> str:
    """vendor/build_info.js: what the page has to know of the build it belongs to.

    ``site``: settings of the site are part of it.
    """
    info = {
        "version": version_name,
        "snapshotKey": digest(hashes.get(path, "") for path in _SNAPSHOT),
        "voices": settings.as_json(),
        # "" where nothing is published
        "published": hashes.get(PUBLISHED_INDEX, ""),
        "site": site,
    }
    return f"// Made by the build.\nexport const BUILD = {json.dumps(info)};\n"


def manifest_text(version_name: str, entries: Iterable[Entry]) -> str:
    """files.json. It and sw.js are not listed: they say what the rest should be."""
    shown = [
        asdict(entry)
        for entry in sorted(entries, key=lambda entry: entry.path)
        if entry.path not in (MANIFEST, SERVICE_WORKER) and listed(entry.path)
    ]
    rows = ",\n".join("  " + json.dumps(row) for row in shown)
    return f'{{"version": "{version_name}", "files": [\n{rows}\n]}}\n'


def service_worker_line(manifest: str) -> str:
    """The line before sw.js, which makes its bytes change with any file."""
    return f"self.LECTERN_BUILD = {json.dumps(json.loads(manifest), separators=(',', ':'))};\n"
