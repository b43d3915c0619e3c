"""The ``build`` command."""

from __future__ import annotations

from pathlib import Path

from tools.build import dist, npm, terminal, vendor, voice_settings, voices
from tools.build.context import Context
from tools.build.hashing import files_under, write_if_changed
from tools.build.voice_settings import VoiceSettings


def build(ctx: Context, settings: VoiceSettings | None = None) -> Path:
    """Set up what the build needs, and make dist. Gives its folder.

    ``settings``: those of the checkout and the environment when left out.
    """
    settings = voice_settings.load(ctx.layout.root) if settings is None else settings
    try:
        npm.ensure(ctx)
        catalogue = ctx.layout.voices / voices.CATALOGUE
        text = voices.committed_text(ctx.layout.voices, ctx.hashes)
        if write_if_changed(catalogue, text.encode()):
            terminal.note(f"{catalogue.relative_to(ctx.layout.root)} was renewed; commit it.")
        vendor.vendor_all(ctx)
        folder = dist.make(ctx, settings=settings)
    finally:
        ctx.hashes.save()
    files = files_under(folder)
    total = sum(path.stat().st_size for path in files)
    terminal.done(f"{folder.name}/: {len(files)} files, {terminal.size(total)}")
    return folder
