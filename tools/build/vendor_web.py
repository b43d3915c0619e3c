"""What is copied nearly as it is: idb, the time stretcher, fonts, pdf.js, Readability, encoders."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.patching import assert_no_eval, between, drop_source_map, replace_once

_LITERATA = ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "greek-ext", "vietnamese")
#: The faces of css/fonts.css: npm package -> its files. Upright only: no text here is in italics.
FONTS = {
    "@fontsource-variable/literata": tuple(
        f"literata-{subset}-wght-normal.woff2" for subset in _LITERATA
    ),
    "@fontsource-variable/atkinson-hyperlegible-next": tuple(
        f"atkinson-hyperlegible-next-{subset}-wght-normal.woff2"
        for subset in ("latin", "latin-ext")
    ),
    "@fontsource/opendyslexic": tuple(
        f"opendyslexic-latin-{weight}-normal.woff2" for weight in (400, 700)
    ),
}
PDFJS = ("pdf.min.mjs", "pdf.worker.min.mjs")
LINKEDOM = "linkedom/worker.js"
#: Script -> what it exports.
READABILITY = {
    "Readability.js": "Readability",
    "Readability-readerable.js": "isProbablyReaderable",
}
_STRETCH = "SignalsmithStretch.mjs"
_STRETCH_START = "function(moduleArg = {}) {\n  var moduleRtn;"
_STRETCH_END = "\n  return moduleRtn;\n}"
_LAME = "@mediabunny/mp3-encoder's lame.js"
_LAME_START = "async function Module(moduleArg = {}) {"
_LAME_END = "\n    return moduleRtn;\n}"


def vendor_idb(ctx: Context, out: Path) -> None:
    """Make ``out`` (vendor/idb): one module that imports nothing."""
    source = (ctx.layout.node_modules / "idb" / "build" / "index.js").read_text("utf-8")
    if re.search(r"^\s*import\b|\bfrom\s*['\"]", source, re.MULTILINE):
        raise BuildError("idb's module imports others now; vendor_web.py copies only one.")
    _fresh(out)
    (out / "index.js").write_text(source, "utf-8", newline="\n")


def vendor_stretch(ctx: Context, out: Path) -> None:
    """Make ``out`` (vendor/stretch)."""
    source = (ctx.layout.node_modules / "signalsmith-stretch" / _STRETCH).read_text("utf-8")
    _fresh(out)
    (out / "stretch.mjs").write_text(stretch_factory(source), "utf-8", newline="\n")


def stretch_factory(source: str) -> str:
    """The Emscripten factory alone, for a static import in our own AudioWorklet module.

    The package's own worklet part is started from a Blob, which the CSP forbids.
    """
    begin, end = between(source, _STRETCH_START, _STRETCH_END, what=_STRETCH)
    factory = source[begin:end]
    # In the worklet there is no script address; the wasm is inside the module.
    made = f"const _scriptName = undefined;\nexport default {factory};\n"
    assert_no_eval(made, what=_STRETCH)
    return made


def vendor_pdfjs(ctx: Context, out: Path) -> None:
    """Make ``out`` (vendor/pdfjs): pdf.js and the part of it that it runs in a worker."""
    package = ctx.layout.node_modules / "pdfjs-dist" / "legacy" / "build"
    _fresh(out)
    for name in PDFJS:
        source = (package / name).read_text("utf-8")
        # The maps are not shipped; a debugger would ask for them.
        made = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", source)
        (out / name).write_text(made, "utf-8", newline="\n")


def vendor_mediabunny(ctx: Context, out: Path) -> None:
    """Make ``out`` (vendor/mediabunny)."""
    path = ctx.layout.node_modules / "mediabunny" / "dist" / "bundles" / "mediabunny.min.mjs"
    source = drop_source_map(path.read_text("utf-8"))
    assert_no_eval(source, what="mediabunny")
    _fresh(out)
    (out / "mediabunny.mjs").write_text(source, "utf-8", newline="\n")


def vendor_lame(ctx: Context, out: Path) -> None:
    """Make ``out`` (vendor/lame)."""
    package = ctx.layout.node_modules / "@mediabunny" / "mp3-encoder"
    source = (package / "dist" / "modules" / "build" / "lame.js").read_text("utf-8")
    _fresh(out)
    (out / "lame.mjs").write_text(lame_factory(source), "utf-8", newline="\n")


def lame_factory(source: str) -> str:
    """LAME's Emscripten factory alone, for a static import in our own worker.

    The package's own module starts a worker from a Blob, which the CSP forbids.
    """
    begin, end = between(source, _LAME_START, _LAME_END, what=_LAME)
    # The wasm is inside the module: nothing is found by its address.
    factory = replace_once(source[begin:end], "import.meta.url", "undefined", what=_LAME)
    made = f"export default {factory.strip()}\n"
    assert_no_eval(made, what=_LAME)
    return made


def vendor_article(ctx: Context, out: Path) -> None:
    """Make ``out`` (vendor/article): Readability, and the DOM that it works on in a worker."""
    packages = ctx.layout.node_modules
    _fresh(out)
    made = {
        "linkedom.js": without_eval((packages / LINKEDOM).read_text("utf-8")),
        "readability.js": "".join(
            exported((packages / "@mozilla" / "readability" / name).read_text("utf-8"), name)
            for name in READABILITY
        ),
    }
    for name, source in made.items():
        assert_no_eval(source, what=name)
        (out / name).write_text(source, "utf-8", newline="\n")


def without_eval(linkedom: str) -> str:
    """Its CSSOM looks for the class of an error by its name; the policy lets nobody do it so."""
    return replace_once(linkedom, "eval(errorType)", "globalThis[errorType]", what=LINKEDOM)


def exported(source: str, file: str) -> str:
    """A script of Readability as a part of a module: what it gave to Node.js it exports."""
    name = READABILITY[file]
    # The last statement: `if (typeof module === "object") { … module.exports = NAME; }`
    found = re.search(r'\nif \(typeof module === "object"\) \{[^}]*\}\s*$', source)
    if found is None or f"module.exports = {name};" not in found[0]:
        raise BuildError(f"{file} of Readability ends otherwise than expected.")
    return f"{source[: found.start()]}\nexport {{ {name} }};\n"


def vendor_fonts(ctx: Context, out: Path) -> None:
    """Make ``out`` (vendor/fonts): the text's face, and those to choose instead."""
    _fresh(out)
    for package, names in FONTS.items():
        for name in names:
            source = ctx.layout.node_modules / package / "files" / name
            if not source.is_file():
                raise BuildError(f"{package} has no {name}.")
            shutil.copyfile(source, out / name)


def _fresh(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
