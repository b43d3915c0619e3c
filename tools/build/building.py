"""The ``build`` command."""

from __future__ import annotations

from pathlib import Path

from tools.build import dist, npm, terminal, vendor, voices
from tools.build.context import Context
from tools.build.hashing import files_under, write_if_changed


def build(ctx: Context) -> Path:
    """Set up what the build needs, and make dist. Gives its folder."""
    try:
        npm.ensure(ctx)
        catalogue = ctx.layout.voices / voices.CATALOGUE
        text = voices.catalogue_text(ctx.layout.voices)
        if write_if_changed(catalogue, text.encode()):
            terminal.note(f"{catalogue.relative_to(ctx.layout.root)} was renewed; commit it.")
        vendor.vendor_all(ctx)
        folder = dist.make(ctx)
    finally:
        ctx.hashes.save()
    files = files_under(folder)
    total = sum(path.stat().st_size for path in files)
    terminal.done(f"{folder.name}/: {len(files)} files, {terminal.size(total)}")
    return folder
