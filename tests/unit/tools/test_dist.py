"""dist is exactly the app: deterministic, listed, nothing stale."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from tests.unit.tools.layouts import add_voice, checkout, write
from tools.build import dist, manifest
from tools.build.errors import BuildError
from tools.build.hashing import files_under, sha256_bytes


def listing(folder: Path) -> dict[str, dict[str, object]]:
    data = json.loads((folder / "files.json").read_text("utf-8"))
    return {entry["path"]: entry for entry in data["files"]}


def test_lists_every_file_with_its_size_and_hash(tmp_path: Path) -> None:
    folder = dist.make(checkout(tmp_path))
    here = {path.relative_to(folder).as_posix(): path for path in files_under(folder)}
    listed = listing(folder)
    assert set(listed) == set(here) - {"files.json", "sw.js"}
    for name, entry in listed.items():
        data = here[name].read_bytes()
        assert (entry["size"], entry["sha256"]) == (len(data), sha256_bytes(data)), name


def test_holds_what_it_should(tmp_path: Path) -> None:
    names = set(listing(dist.make(checkout(tmp_path))))
    assert {
        "index.html",
        "js/main.js",
        "py/lectern.zip",
        "vendor/build_info.js",
        "vendor/idb/index.js",
        "wasm/pyodide/pyodide.asm.wasm",
        "licenses/idb.txt",
        "models/piper/voices.json",
        "models/piper/en_US-tiny-x_low.onnx",
    } <= names
    assert not any(name.endswith((".py", ".d.ts")) for name in names)
    assert not any(name.startswith("vendor/licenses") for name in names)


def test_the_service_worker_begins_with_the_manifest(tmp_path: Path) -> None:
    folder = dist.make(checkout(tmp_path))
    first, rest = (folder / "sw.js").read_text("utf-8").split("\n", 1)
    given = first.removeprefix("self.LECTERN_BUILD = ").removesuffix(";")
    assert json.loads(given) == json.loads((folder / "files.json").read_text("utf-8"))
    assert rest == "self.addEventListener('fetch', () => {});\n"


def test_the_service_worker_s_parts_are_behind_it_in_one_file(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    write(tmp_path / "web/sw_share.js", "share();\n")
    folder = dist.make(context)
    assert (folder / "sw.js").read_text("utf-8").endswith("() => {});\n\nshare();\n")
    assert not (folder / "sw_share.js").exists()
    before = (folder / "files.json").read_bytes()
    write(tmp_path / "web/sw_share.js", "other();\n")
    assert (dist.make(context) / "files.json").read_bytes() != before


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    context = checkout(tmp_path)

    def version() -> str:
        folder = dist.make(context)
        found: str = json.loads((folder / "files.json").read_text("utf-8"))["version"]
        assert found in (folder / "vendor/build_info.js").read_text("utf-8")
        return found

    first = version()
    assert version() == first
    write(tmp_path / "web/js/main.js", "export const x = 1;\n")
    assert version() != first
    write(tmp_path / "web/js/main.js", "export {};\n")
    assert version() == first


def test_the_snapshot_key_follows_python_only(tmp_path: Path) -> None:
    context = checkout(tmp_path)

    def key() -> str:
        text = (dist.make(context) / "vendor/build_info.js").read_text("utf-8")
        data = text.split("export const BUILD = ")[1].rstrip().removesuffix(";")
        found: str = json.loads(data)["snapshotKey"]
        return found

    first = key()
    write(tmp_path / "web/js/main.js", "export const x = 1;\n")
    assert key() == first
    write(tmp_path / "web/py/lectern/deep/inner.py", "X = 2\n")
    second = key()
    assert second != first
    keys = {first, second}
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
        write(tmp_path / "public/wasm/pyodide" / name, "other")
        changed = key()
        assert changed not in keys, name
        keys.add(changed)


def test_removes_what_is_stale_and_leaves_the_rest_alone(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    folder = dist.make(context)
    write(folder / "js/old/gone.js", "")
    kept = folder / "js/main.js"
    os.utime(kept, ns=(7, 7))
    (tmp_path / "web/js/main.js").touch()
    dist.make(context)
    assert not (folder / "js/old").exists()
    assert kept.stat().st_mtime_ns == 7


def test_mends_what_was_edited_in_dist(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    folder = dist.make(context)
    write(folder / "js/main.js", "broken")
    dist.make(context)
    assert (folder / "js/main.js").read_text("utf-8") == "export {};\n"


def test_the_python_zip_depends_on_the_sources_alone(tmp_path: Path) -> None:
    package = checkout(tmp_path).layout.web / "py" / "lectern"
    first = dist.python_zip(package)
    write(package / "__pycache__/inner.cpython-311.pyc", "x")
    for path in files_under(package):
        os.utime(path, ns=(10**18, 10**18))
    assert dist.python_zip(package) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == ["lectern/__init__.py", "lectern/deep/inner.py"]
        assert archive.testzip() is None


def test_icons_are_inlined(tmp_path: Path) -> None:
    page = (dist.make(checkout(tmp_path)) / "index.html").read_text("utf-8")
    assert '<p><svg class="icon" aria-hidden="true"' in page
    assert '<path d="M1 2" /></svg></p>' in page
    assert "icon:" not in page


def test_an_unknown_icon_is_an_error(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    write(tmp_path / "web/index.html", "<!-- icon:plai -->")
    with pytest.raises(BuildError, match="'plai'") as caught:
        dist.make(context)
    assert "play" in caught.value.hint


def test_no_page_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    (tmp_path / "web/index.html").unlink()
    with pytest.raises(BuildError, match=r"index\.html"):
        dist.make(context)


def test_the_languages_of_the_voices_here_are_needed_at_once(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    espeak = tmp_path / "public/wasm/espeak"
    index = {"en-us": [], "nb": ["nb", "no"], "de": ["de"]}
    write(espeak / "piper_phonemize.mjs", f"export const LANGUAGES = {json.dumps(index)};\n")
    for name in ("nb", "no", "de"):
        write(espeak / f"lang/{name}.data", name)
    add_voice(context.layout.voices, "no_NO-own-low", espeak={"voice": "nb"})
    listed = listing(dist.make(context))
    found = {name: listed[f"wasm/espeak/lang/{name}.data"]["when"] for name in ("nb", "no", "de")}
    assert found == {"nb": "engine", "no": "engine", "de": "later"}
    add_voice(context.layout.voices, "xx_XX-own-low", espeak={"voice": "xx"})
    with pytest.raises(BuildError, match="no voice 'xx'"):
        dist.make(context)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("index.html", "shell"),
        ("app/interface.js", "shell"),
        ("app/interface.js.map", "source"),
        ("app/bench.js", "later"),
        ("js/view/page.js", "source"),
        ("js/lectern.js", "shell"),
        ("py/lectern.zip", "shell"),
        ("vendor/fonts/literata-latin-wght-normal.woff2", "shell"),
        ("vendor/fonts/literata-latin-ext-wght-normal.woff2", "shell"),
        ("vendor/fonts/literata-greek-wght-normal.woff2", "later"),
        ("vendor/fonts/opendyslexic-latin-400-normal.woff2", "later"),
        ("wasm/pyodide/pyodide.asm.wasm", "engine"),
        ("wasm/pyodide/pyodide-lock.json", "engine"),
        ("wasm/pyodide/micropip-0.11.1-py3-none-any.whl", "later"),
        ("wasm/ort/ort.wasm.bundle.min.mjs", "engine"),
        ("wasm/ort/ort-wasm-simd-threaded.wasm", "engine"),
        ("wasm/ort/ort.webgpu.bundle.min.mjs", "later"),
        ("wasm/ort/ort-wasm-simd-threaded.asyncify.wasm", "later"),
        ("wasm/espeak/piper_phonemize.data", "engine"),
        ("wasm/espeak/lang/de.data", "later"),
        ("models/piper/en_US-rms-x_low.onnx", "voice"),
        ("models/piper/voices.json", "voice"),
        ("models/piper/README.md", "later"),
        ("licenses/idb.txt", "later"),
    ],
)
def test_when_a_visitor_needs_a_file(path: str, expected: str) -> None:
    assert manifest.when(path) == expected


def test_published_sound_is_copied_and_known_by_its_index_alone(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    bare = dist.make(context)
    assert '"published": ""' in (bare / "vendor/build_info.js").read_text("utf-8")
    write(tmp_path / "public/audio/index.json", "{}\n")
    write(tmp_path / "public/audio/ab/abcd.opus", "sound")
    write(tmp_path / "public/audio/.made.jsonl", "ours")
    folder = dist.make(context)
    assert (folder / "audio/ab/abcd.opus").read_text("utf-8") == "sound"
    assert not (folder / "audio/.made.jsonl").exists()
    listed = listing(folder)
    assert listed["audio/index.json"]["when"] == "later"
    assert "audio/ab/abcd.opus" not in listed
    info = (folder / "vendor/build_info.js").read_text("utf-8")
    assert f'"published": "{sha256_bytes(b"{}" + bytes([10]))}"' in info
    before = (folder / "files.json").read_bytes()
    write(tmp_path / "public/audio/cd/cdef.opus", "more")
    assert (dist.make(context) / "files.json").read_bytes() == before
    write(tmp_path / "public/audio/index.json", "{ }\n")
    assert (dist.make(context) / "files.json").read_bytes() != before


def test_the_site_s_settings_belong_to_no_version(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    folder = dist.make(context)

    def info() -> str:
        return (folder / "vendor/build_info.js").read_text("utf-8")

    assert '"site": false' in info()
    write(tmp_path / "web/lectern.json", "{}")
    dist.make(context)
    assert (folder / "lectern.json").read_text("utf-8") == "{}"
    assert "lectern.json" not in listing(folder)
    assert '"site": true' in info()
    before = (folder / "files.json").read_bytes()
    write(tmp_path / "web/lectern.json", '{"start": "lazy"}')
    dist.make(context)
    assert "lazy" in (folder / "lectern.json").read_text("utf-8")
    assert (folder / "files.json").read_bytes() == before, "it is no new version"
