"""onnxruntime-web: the two builds that are used, fit for a CSP without 'unsafe-eval'."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.patching import assert_no_eval, drop_source_map

BUNDLES = ("ort.wasm.bundle.min.mjs", "ort.webgpu.bundle.min.mjs")
BINARIES = ("ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.asyncify.wasm")

#: Embind writes each method caller as source: ``invoker=new Function(names,code)(...values)``.
#: The variable that takes it held the kind of call until then.
_INVOKER = re.compile(
    r"\b(?P<kind>\w+)=new Function\(Object\.keys\((?P<tools>\w+)\),(?P<code>\w+)\)"
    r"\(\.\.\.Object\.values\((?P=tools)\)\)"
)
_KINDS = re.compile(r"\),(?P<kind>\w+)\)\{case 0:var \w+=\"toValue\(handle\)\"")
#: A script of another origin would be started from a Blob; ours is of the same origin.
_BLOB = re.compile(
    r"(?P<head>=async (?P<url>\w+)=>\{)let (?P<blob>\w+)=await\(await fetch\((?P=url),"
    r"\{credentials:\"same-origin\"\}\)\)\.blob\(\);return URL\.createObjectURL\((?P=blob)\)\}"
)
_SAME_ORIGIN = 'throw new Error("onnxruntime-web has to lie on the page\'s own origin")}'


def vendor(ctx: Context, out: Path) -> None:
    """Make ``out`` (wasm/ort)."""
    package = ctx.layout.node_modules / "onnxruntime-web" / "dist"
    invoker = (ctx.layout.tools / "build" / "patches" / "emval_invoker.js").read_text("utf-8")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name in BINARIES:
        shutil.copyfile(package / name, out / name)
    for name in BUNDLES:
        expected = 1 if "webgpu" in name else 0
        source = (package / name).read_text("utf-8")
        made = bundle(source, invoker, name=name, invokers=expected)
        (out / name).write_text(made, "utf-8", newline="\n")


def bundle(source: str, invoker: str, *, name: str, invokers: int) -> str:
    """A bundle without code made from strings and without scripts from Blobs.

    ``invokers`` is how many places make a function from a string in this bundle.

    Raises:
        BuildError: the source is not the one that these edits were written for.
    """
    found = list(_INVOKER.finditer(source))
    _expect(name, "places that make a method caller", len(found), invokers)
    if found:
        kinds = [match["kind"] for match in _KINDS.finditer(source, 0, found[0].start())]
        _expect(name, "switches over the kind of call", len(kinds), 1)
        if kinds[0] != found[0]["kind"]:
            raise BuildError(f"{name}: the kind of call is not in {found[0]['kind']}.")
        source = _INVOKER.sub(r"\g<kind>=lecternEmvalInvoker(\g<kind>,\g<tools>)", source)
    source, blobs = _BLOB.subn(lambda match: match["head"] + _SAME_ORIGIN, source)
    _expect(name, "places that make a Blob script", blobs, 1)
    _expect(name, "other uses of createObjectURL", source.count("createObjectURL"), 0)
    source = drop_source_map(source)
    if found:
        source += invoker
    assert_no_eval(source, what=name)
    return source


def _expect(name: str, what: str, found: int, expected: int) -> None:
    if found != expected:
        raise BuildError(
            f"{name} is not the source that this build knows how to prepare.",
            f"{what}: expected {expected}, found {found}.\n"
            "A new version of onnxruntime-web needs tools/build/vendor_ort.py looked at.",
        )
