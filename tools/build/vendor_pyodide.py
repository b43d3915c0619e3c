"""Pyodide's core with an own lock file, micropip, and NumPy where it can be had."""

from __future__ import annotations

import json
import re
import shutil
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tools.build import shell, terminal, venv
from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.hashing import sha256_bytes, write_atomically, write_if_changed
from tools.build.patching import drop_source_map, replace_once

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
_CDN_DEFAULT = re.compile(r"packageBaseUrl\?\?`([a-z]+://[^`$]+)\$\{(\w+)\}(/full/)`")
_RETRY_AFTER = 24 * 3600.0
_TIMEOUT = 6.0


def vendor(ctx: Context, out: Path) -> None:
    """Make ``out`` (wasm/pyodide)."""
    package = ctx.layout.node_modules / "pyodide"
    stock = json.loads((package / LOCK).read_text("utf-8"))
    source = (package / "pyodide.mjs").read_text("utf-8")
    out.mkdir(parents=True, exist_ok=True)
    for name in CORE[1:]:
        shutil.copyfile(package / name, out / name)
    (out / "pyodide.mjs").write_text(loader(source), "utf-8", newline="\n")
    present = wheels(ctx)
    for wheel in present:
        shutil.copyfile(wheel, out / wheel.name)
    keep = {*CORE, LOCK, *(wheel.name for wheel in present)}
    for stale in out.iterdir():
        if stale.name not in keep:
            stale.unlink()
    lock = own_lock(stock, {wheel.name: sha256_bytes(wheel.read_bytes()) for wheel in present})
    write_if_changed(out / LOCK, lock)


def wheels(ctx: Context) -> list[Path]:
    """The wheels for Pyodide that are to be had here: micropip, and maybe NumPy."""
    numpy = numpy_wheel(ctx)
    return [micropip_wheel(ctx), *([numpy] if numpy else [])]


def loader(source: str) -> str:
    """pyodide.mjs without the address of a CDN: packages come from its own folder."""
    address = _CDN_DEFAULT.search(source)
    if address is None:
        raise BuildError("pyodide.mjs is not the source that this build knows how to prepare.")
    found = address.group(0)
    own = replace_once(source, found, "packageBaseUrl??t", what="pyodide.mjs")
    return drop_source_map(own)


def own_lock(stock: dict[str, Any], wheels: dict[str, str]) -> bytes:
    """Pyodide's lock with only the packages whose wheels are here.

    ``wheels``: file name -> SHA-256 of the file that is here.
    """
    packages = {}
    for name, entry in sorted(stock["packages"].items()):
        sha256 = wheels.get(entry["file_name"])
        if sha256 is not None:
            packages[name] = {**entry, "sha256": sha256}
    missing = {name for entry in packages.values() for name in entry["depends"]} - set(packages)
    if missing or len(packages) != len(wheels):
        raise BuildError(
            "Pyodide's lock does not fit the wheels that were taken.",
            f"wheels: {', '.join(sorted(wheels))}; without a wheel: {', '.join(sorted(missing))}",
        )
    text = json.dumps({"info": stock["info"], "packages": packages}, indent=1)
    return f"{text}\n".encode()


def possible(ctx: Context) -> list[tuple[str, str]]:
    """(name, SHA-256) of what ``vendor`` makes with NumPy and without, wherever it runs."""
    stock = json.loads((ctx.layout.node_modules / "pyodide" / LOCK).read_text("utf-8"))
    numpy = _stock_entry(ctx, "numpy")
    wheel = micropip_wheel(ctx)
    without = {wheel.name: ctx.hashes.sha256(wheel)}
    whole = {**without, numpy["file_name"]: numpy["sha256"]}
    locks = [(LOCK, sha256_bytes(own_lock(stock, present))) for present in (without, whole)]
    return [*locks, *whole.items()]


def micropip_wheel(ctx: Context) -> Path:
    """micropip from PyPI, of the version that Pyodide's lock names, by its locked hash.

    PyPI's wheel and the one in Pyodide's distribution are separate builds of the
    same release: the hash that counts is in tools/requirements-browser.txt.
    """
    requirements = ctx.layout.tools / "requirements-browser.txt"
    stock = _stock_entry(ctx, "micropip")
    if f"micropip=={stock['version']} " not in requirements.read_text("utf-8"):
        raise BuildError(
            f"Pyodide wants micropip {stock['version']}, tools/{requirements.name} has another.",
            "tools/README.md says how to renew it.",
        )
    folder = ctx.layout.state / "wheels"
    wheel = folder / str(stock["file_name"])

    def job() -> None:
        python = venv.python(ctx)
        with terminal.step(f"Fetching micropip {stock['version']}"):
            options = ("--require-hashes", "--no-deps", "--only-binary=:all:")
            where = ("--python-version", "3.14", "--dest", str(folder), "-r", str(requirements))
            shell.run(
                [python, "-m", "pip", "--disable-pip-version-check", "download", *options, *where],
                hint="Is the network there? pip uses its own settings and nothing else.",
            )

    ctx.stamps.run("micropip", inputs=[requirements], outputs=[wheel], job=job)
    return wheel


def numpy_wheel(ctx: Context) -> Path | None:
    """NumPy's wheel for Pyodide from Pyodide's CDN, by the hash in Pyodide's lock.

    ``None`` when it can't be had: the app works without. A failure is remembered
    for a day, so that a build without the network stays quick.
    """
    entry = _stock_entry(ctx, "numpy")
    wheel = ctx.layout.state / "wheels" / str(entry["file_name"])
    if wheel.is_file() and sha256_bytes(wheel.read_bytes()) == entry["sha256"]:
        return wheel
    failed = ctx.layout.state / "numpy-failed.json"
    if _failed_lately(failed, str(entry["sha256"])):
        return None
    try:
        with terminal.step(f"Fetching NumPy {entry['version']} from Pyodide's CDN"):
            data = _fetch(_cdn(ctx) + str(entry["file_name"]))
        if sha256_bytes(data) != entry["sha256"]:
            raise OSError("its SHA-256 is not the one in Pyodide's lock")
    except (OSError, urllib.error.URLError, ValueError) as reason:
        terminal.note(f"No NumPy for the browser ({reason}); the app works without it.")
        write_atomically(failed, json.dumps([entry["sha256"], time.time()]).encode())
        return None
    write_atomically(wheel, data)
    failed.unlink(missing_ok=True)
    return wheel


def _stock_entry(ctx: Context, name: str) -> dict[str, Any]:
    path = ctx.layout.node_modules / "pyodide" / LOCK
    entry: dict[str, Any] = json.loads(path.read_text("utf-8"))["packages"][name]
    return entry


def _failed_lately(failed: Path, sha256: str) -> bool:
    try:
        which, when = json.loads(failed.read_text("utf-8"))
        return bool(which == sha256 and 0 <= time.time() - when < _RETRY_AFTER)
    except (OSError, ValueError, TypeError):
        return False


def _cdn(ctx: Context) -> str:
    """The address of Pyodide's packages, as its own loader has it."""
    source = (ctx.layout.node_modules / "pyodide" / "pyodide.mjs").read_text("utf-8")
    version = json.loads((ctx.layout.node_modules / "pyodide" / "package.json").read_text("utf-8"))
    address = _CDN_DEFAULT.search(source)
    if address is None:
        raise ValueError("pyodide.mjs names no CDN")
    return f"{address.group(1)}{version['version']}{address.group(3)}"


def _fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=_TIMEOUT) as answer:
        data: bytes = answer.read()
    return data
