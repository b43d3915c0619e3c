"""Pyodide's loader and lock, the stretcher, and the hashes of everything vendored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.tools import node
from tests.unit.tools.layouts import checkout, write
from tools.build import vendor_pyodide, vendor_web, vendored
from tools.build.errors import BuildError
from tools.build.hashing import sha256_bytes
from tools.build.paths import LAYOUT

STOCK = {
    "info": {"python": "3.14.2"},
    "packages": {
        name: {
            "name": name,
            "version": "1",
            "file_name": f"{name}.whl",
            "sha256": "stock",
            "depends": depends,
        }
        for name, depends in {"micropip": [], "numpy": [], "pandas": ["numpy"]}.items()
    },
}


def test_the_own_lock_has_what_is_here_by_its_own_hash() -> None:
    lock = json.loads(vendor_pyodide.own_lock(STOCK, {"micropip.whl": "mine"}))
    assert lock["info"] == STOCK["info"]
    assert list(lock["packages"]) == ["micropip"]
    assert lock["packages"]["micropip"]["sha256"] == "mine"


def test_the_own_lock_refuses_what_does_not_fit() -> None:
    with pytest.raises(BuildError, match="does not fit"):
        vendor_pyodide.own_lock(STOCK, {"pandas.whl": "x"})
    with pytest.raises(BuildError, match="does not fit"):
        vendor_pyodide.own_lock(STOCK, {"other.whl": "x"})


def test_the_shipped_lock_names_only_files_that_are_here() -> None:
    folder = LAYOUT.wasm / "pyodide"
    packages = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))["packages"]
    assert "micropip" in packages
    for entry in packages.values():
        assert sha256_bytes((folder / entry["file_name"]).read_bytes()) == entry["sha256"]


def test_the_shipped_loader_knows_no_other_host() -> None:
    made = (LAYOUT.wasm / "pyodide" / "pyodide.mjs").read_text("utf-8")
    assert "://cdn" not in made
    assert "e.packageBaseUrl??t" in made


def test_a_script_of_readability_becomes_a_part_of_a_module() -> None:
    guard = 'if (typeof module === "object") {\n  module.exports = Readability;\n}\n'
    made = vendor_web.exported("function Readability() {}\n" + guard, "Readability.js")
    assert made == "function Readability() {}\nexport { Readability };\n"
    with pytest.raises(BuildError, match="otherwise"):
        vendor_web.exported("function Readability() {}\n", "Readability.js")
    with pytest.raises(BuildError, match="otherwise"):
        vendor_web.exported("x\n" + guard, "Readability-readerable.js")


def test_another_loader_is_refused() -> None:
    with pytest.raises(BuildError):
        vendor_pyodide.loader("export {}")


def test_numpy_is_not_asked_for_again_the_same_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    context = checkout(tmp_path)
    package = tmp_path / "node_modules/pyodide"
    write(package / "pyodide-lock.json", json.dumps(STOCK))
    address = "packageBaseUrl??`https" + "://packages.invalid/v${U}/full/`"
    write(package / "pyodide.mjs", address)
    write(package / "package.json", '{"version": "1.2.3"}')
    asked: list[str] = []
    now = 1_000_000.0

    def fetch(url: str) -> bytes:
        asked.append(url)
        raise OSError("no network")

    monkeypatch.setattr(vendor_pyodide, "_fetch", fetch)
    monkeypatch.setattr("time.time", lambda: now)
    assert vendor_pyodide.numpy_wheel(context) is None
    assert vendor_pyodide.numpy_wheel(context) is None
    assert asked == ["https" + "://packages.invalid/v1.2.3/full/numpy.whl"]
    assert "works without" in capsys.readouterr().err
    now += 25 * 3600
    assert vendor_pyodide.numpy_wheel(context) is None
    assert len(asked) == 2


def test_numpy_with_another_hash_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = checkout(tmp_path)
    package = tmp_path / "node_modules/pyodide"
    good = b"the wheel"
    stock = json.loads(json.dumps(STOCK))
    stock["packages"]["numpy"]["sha256"] = sha256_bytes(good)
    write(package / "pyodide-lock.json", json.dumps(stock))
    write(package / "pyodide.mjs", "packageBaseUrl??`https" + "://packages.invalid/v${U}/full/`")
    write(package / "package.json", '{"version": "1.2.3"}')
    monkeypatch.setattr(vendor_pyodide, "_fetch", lambda _: b"another wheel")
    assert vendor_pyodide.numpy_wheel(context) is None
    (context.layout.state / "numpy-failed.json").unlink()
    monkeypatch.setattr(vendor_pyodide, "_fetch", lambda _: good)
    wheel = vendor_pyodide.numpy_wheel(context)
    assert wheel is not None
    assert wheel.read_bytes() == good


def test_the_stretcher_is_a_factory_that_needs_no_worklet(tmp_path: Path) -> None:
    script = """\
    import factory from '%s';
    const stretch = await factory();
    stretch._main();
    stretch._presetDefault(1, 48000);
    const length = stretch._inputLatency() + stretch._outputLatency();
    const at = stretch._setBuffers(1, length);
    const view = () => new Float32Array(stretch.HEAP8.buffer, at, 2 * length);
    let energy = 0;
    for (let block = 0; block < 40; block += 1) {
      for (let i = 0; i < 256; i += 1) view()[i] = Math.sin((block * 256 + i) / 20);
      stretch._process(256, 128);
      for (const x of view().subarray(length, length + 128)) energy += x * x;
    }
    console.log(JSON.stringify({ length, energy }));
    """
    path = LAYOUT.vendor / "stretch" / "stretch.mjs"
    found = node.run(tmp_path, script % path.as_posix())
    assert found["length"] > 0
    assert found["energy"] > 100


def test_another_stretcher_is_refused() -> None:
    with pytest.raises(BuildError):
        vendor_web.stretch_factory("export default 1;")


def test_every_vendored_byte_is_known(tmp_path: Path) -> None:
    context = checkout(tmp_path)
    for name in vendored.SOURCES:
        write(tmp_path / "node_modules" / name, name)
    hashes = {
        "espeak_voices": ["en-us"],
        "sources": {name: sha256_bytes(name.encode()) for name in vendored.SOURCES},
        "outputs": {
            path.relative_to(tmp_path / "public").as_posix(): [context.hashes.sha256(path)]
            for folder in (context.layout.wasm, context.layout.vendor)
            for path in folder.rglob("*")
            if path.is_file() and "licenses" not in path.parts
        },
    }
    write(tmp_path / "tools/build/vendored.json", json.dumps(hashes))
    vendored.check_sources(context)
    vendored.check_outputs(context)

    write(tmp_path / "public/vendor/idb/index.js", "export const evil = 1;\n")
    with pytest.raises(BuildError, match=r"vendor/idb/index\.js is not what"):
        vendored.check_outputs(context)
    write(tmp_path / "public/vendor/idb/index.js", "export {};\n")
    write(tmp_path / "public/vendor/new.js", "")
    with pytest.raises(BuildError, match=r"lacks it"):
        vendored.check_outputs(context)
    write(tmp_path / "node_modules" / vendored.SOURCES[0], "other")
    with pytest.raises(BuildError, match="not the file that was checked"):
        vendored.check_sources(context)
