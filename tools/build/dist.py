"""dist/: the whole app as a folder of static files."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

from tools.build import (
    bundling,
    espeak_data,
    icons,
    manifest,
    modules,
    panels,
    vendor_espeak,
    voice_settings,
    voices,
)
from tools.build.context import Context
from tools.build.errors import BuildError
from tools.build.hashing import files_under, sha256_bytes, write_if_changed
from tools.build.manifest import Entry
from tools.build.voice_settings import VoiceSettings

#: Of web/: what is made into something else, or is for the type checker.
_NOT_COPIED_SUFFIXES = (".d.ts", ".py", ".pyc")
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def make(ctx: Context, *, into: Path | None = None, settings: VoiceSettings | None = None) -> Path:
    """Make dist exactly: what changed is written, what is stale removed, the rest left alone.

    ``into``: another folder than dist/, new, empty or made by this before. ``settings``: those
    of the checkout when left out.

    Raises:
        BuildError: the page is missing, or ``into`` holds other things.
    """
    folder = ctx.layout.dist if into is None else into
    if into is not None and not _is_ours(into):
        raise BuildError(f"{into} holds other things than a build.", "Give a new folder.")
    settings = voice_settings.load(ctx.layout.root) if settings is None else settings
    plan = _plan(ctx, settings)
    made = {path: source for path, source in plan.items() if isinstance(source, bytes)}
    site = manifest.SITE_SETTINGS
    hashes = {
        path: sha256_bytes(source) if isinstance(source, bytes) else ctx.hashes.sha256(source)
        for path, source in plan.items()
        if path != site
    }
    version = manifest.version(hashes, settings)
    info = manifest.build_info(version, hashes, settings, site=site in plan).encode()
    plan[manifest.BUILD_INFO] = made[manifest.BUILD_INFO] = info
    hashes[manifest.BUILD_INFO] = sha256_bytes(info)
    at_once = _languages(ctx)
    entries = [
        Entry(path, _size(source), hashes[path], manifest.when(path, at_once))
        for path, source in plan.items()
        if path != site
    ]
    listing = manifest.manifest_text(version, entries)
    plan[manifest.MANIFEST] = listing.encode()
    if manifest.SERVICE_WORKER in plan:
        source = plan[manifest.SERVICE_WORKER]
        own = source if isinstance(source, bytes) else source.read_bytes()
        plan[manifest.SERVICE_WORKER] = manifest.service_worker_line(listing).encode() + own
    _write(ctx, plan, folder)
    if "index.html" not in plan:
        raise BuildError("web/index.html is missing.", "dist/ is made, but has no page to open.")
    return folder


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


def _plan(ctx: Context, settings: VoiceSettings) -> dict[str, Path | bytes]:
    """Every file of dist by its path in it: a file to copy, or its bytes."""
    layout = ctx.layout
    plan: dict[str, Path | bytes] = {}
    for path in files_under(layout.web):
        name = path.relative_to(layout.web).as_posix()
        made_of = name.startswith(("py/", panels.FOLDER)) or name.endswith(_NOT_COPIED_SUFFIXES)
        if not (made_of or _hidden(name)):
            plan[name] = path
    _join_service_worker(plan)
    scripts = bundling.bundle(ctx)
    plan |= scripts
    if bundling.EMBEDDED in plan:
        plan[bundling.EMBEDDED] = bundling.embedded()
    drawings = layout.node_modules / "lucide-static" / "icons"
    for page in sorted(layout.web.glob("*.html")):
        text = panels.insert(page.read_text("utf-8"), layout.web)
        text = modules.preload(text, scripts)
        text = settings.into_policy(text)
        plan[page.name] = icons.inline(text, drawings).encode()
    plan["py/lectern.zip"] = python_zip(layout.web / "py" / "lectern")
    for folder, under in ((layout.wasm, "wasm"), (layout.vendor, "vendor")):
        for path in files_under(folder):
            if layout.licenses not in path.parents:
                plan[f"{under}/{path.relative_to(folder).as_posix()}"] = path
    for path in files_under(layout.licenses):
        plan[f"licenses/{path.name}"] = path
    for path in files_under(layout.voices):
        name = path.relative_to(layout.voices).as_posix()
        if not _hidden(name):
            plan[f"models/piper/{name}"] = path
    for path in files_under(layout.audio):
        name = path.relative_to(layout.audio).as_posix()
        if not _hidden(name):
            plan[f"{manifest.PUBLISHED}{name}"] = path
    listed = voices.catalogue_text(layout.voices, hashes=ctx.hashes)
    plan[f"models/piper/{voices.CATALOGUE}"] = listed.encode()
    return plan


def _join_service_worker(plan: dict[str, Path | bytes]) -> None:
    """Put the parts of the service worker behind it, in one file."""
    parts = [plan.pop(name) for name in manifest.SERVICE_WORKER_PARTS if name in plan]
    if parts:
        scripts = [plan[manifest.SERVICE_WORKER], *parts]
        plan[manifest.SERVICE_WORKER] = b"\n".join(
            script if isinstance(script, bytes) else script.read_bytes() for script in scripts
        )


def _write(ctx: Context, plan: dict[str, Path | bytes], dist: Path) -> None:
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


def _languages(ctx: Context) -> set[str]:
    """The phonemizer's languages that the voices here speak, besides those it has at once."""
    index = vendor_espeak.index_of(ctx.layout.wasm / "espeak")
    found: set[str] = set()
    for voice in voices.espeak_voices(ctx.layout.voices) if index else ():
        languages = index.get(voice.partition("+")[0].lower())
        if languages is None:
            raise espeak_data.no_such_voice(voice)
        found.update(f"wasm/espeak/{vendor_espeak.pack_path(name)}" for name in languages)
    return found


def _is_ours(folder: Path) -> bool:
    """Whether ``folder`` may be made into a build: everything else in it would be removed."""
    if not folder.exists():
        return True
    return folder.is_dir() and ((folder / manifest.MANIFEST).is_file() or not any(folder.iterdir()))


def _size(source: Path | bytes) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))
