"""dist/: the whole app as a folder of static files."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

from tools.build import icons, manifest, voices
from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.hashing import files_under, sha256_bytes, write_if_changed
from tools.build.manifest import Entry

#: Of web/: what is made into something else, or is for the type checker.
_NOT_COPIED_SUFFIXES = (".d.ts", ".py", ".pyc")
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def make(ctx: Context) -> Path:
    """Make dist exactly: what changed is written, what is stale removed, the rest left alone."""
    layout = ctx.layout
    plan = _plan(ctx)
    made = {path: source for path, source in plan.items() if isinstance(source, bytes)}
    hashes = {
        path: sha256_bytes(source) if isinstance(source, bytes) else ctx.hashes.sha256(source)
        for path, source in plan.items()
    }
    version = manifest.version(hashes)
    info = manifest.build_info(version, hashes).encode()
    plan[manifest.BUILD_INFO] = made[manifest.BUILD_INFO] = info
    hashes[manifest.BUILD_INFO] = sha256_bytes(info)
    entries = [
        Entry(path, _size(source), hashes[path], manifest.when(path))
        for path, source in plan.items()
    ]
    listing = manifest.manifest_text(version, entries)
    plan[manifest.MANIFEST] = listing.encode()
    if manifest.SERVICE_WORKER in plan:
        source = plan[manifest.SERVICE_WORKER]
        own = source if isinstance(source, bytes) else source.read_bytes()
        plan[manifest.SERVICE_WORKER] = manifest.service_worker_line(listing).encode() + own
    _write(ctx, plan)
    if "index.html" not in plan:
        raise BuildError("web/index.html is missing.", "dist/ is made, but has no page to open.")
    return layout.dist


def python_zip(package: Path) -> bytes:
    """The package as a zip whose bytes depend on its sources alone; top folder its name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files_under(package):
            if "__pycache__" in path.parts or path.suffix == ".pyc":
                continue
            name = f"{package.name}/{path.relative_to(package).as_posix()}"
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, path.read_bytes())
    return buffer.getvalue()


def _plan(ctx: Context) -> dict[str, Path | bytes]:
    """Every file of dist by its path in it: a file to copy, or its bytes."""
    layout = ctx.layout
    plan: dict[str, Path | bytes] = {}
    for path in files_under(layout.web):
        name = path.relative_to(layout.web).as_posix()
        if not (name.startswith("py/") or name.endswith(_NOT_COPIED_SUFFIXES) or _hidden(name)):
            plan[name] = path
    page = layout.web / "index.html"
    if page.is_file():
        drawings = layout.node_modules / "lucide-static" / "icons"
        plan["index.html"] = icons.inline(page.read_text("utf-8"), drawings).encode()
    plan["py/lectern.zip"] = python_zip(layout.web / "py" / "lectern")
    for folder, under in ((layout.wasm, "wasm"), (layout.vendor, "vendor")):
        for path in files_under(folder):
            if layout.licenses not in path.parents:
                plan[f"{under}/{path.relative_to(folder).as_posix()}"] = path
    for path in files_under(layout.licenses):
        plan[f"licenses/{path.name}"] = path
    for path in files_under(layout.voices):
        if not _hidden(path.name):
            plan[f"models/piper/{path.relative_to(layout.voices).as_posix()}"] = path
    plan[f"models/piper/{voices.CATALOGUE}"] = voices.catalogue_text(layout.voices).encode()
    return plan


def _write(ctx: Context, plan: dict[str, Path | bytes]) -> None:
    dist = ctx.layout.dist
    for name, source in plan.items():
        target = dist / name
        if isinstance(source, bytes):
            write_if_changed(target, source)
        elif not target.is_file() or ctx.hashes.sha256(target) != ctx.hashes.sha256(source):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    for path in files_under(dist):
        if path.relative_to(dist).as_posix() not in plan:
            path.unlink()
    for folder in sorted((path for path in dist.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _size(source: Path | bytes) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))
