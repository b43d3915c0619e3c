"""The ``voice`` command: list, add, remove, verify."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.build import terminal, voice_check, voice_settings, voices
from tools.build.context import Context
from tools.build.download import Client
from tools.build.errors import BuildError
from tools.build.voice_collection import (
    CollectionFile,
    Listed,
    Source,
    choose,
    open_source,
    unknown,
)
from tools.build.voice_folder import VoiceFolder

_NEXT = "python3 build.py build (or serve) puts it into dist/."


def show(ctx: Context, *, language: str | None = None, source: str | None = None) -> int:
    """Print the collection's voices by language, and mark those that are here."""
    place = _source(ctx, source)
    listed = place.voices()
    here = set(VoiceFolder(ctx.layout.voices).ids())
    chosen = [voice for voice in listed.values() if language is None or voice.speaks(language)]
    others = sorted(here - set(listed)) if language is None else []
    if not chosen:
        spoken = sorted({voice.code.partition("_")[0] for voice in listed.values()})
        raise BuildError(
            f"{place.place} has no voice for {language!r}.", f"It has: {', '.join(spoken)}."
        )
    for line in _table(chosen, here):
        print(line)
    if others:
        print("\nHere, but not of this collection")
    for voice_id in others:
        print(f"* {voice_id}")
    print(f"\n{len(chosen)} voices of {place.place}. * is here already.")
    return 0


def add(
    ctx: Context, wanted: Sequence[str], *, source: str | None = None, client: Client | None = None
) -> int:
    """Fetch voices into public/models/piper; each comes whole or not at all.

    Raises:
        BuildError: one is unknown, can't be had, or is no voice. Those before it stay.
    """
    folder = VoiceFolder(ctx.layout.voices)
    place = _source(ctx, source, client)
    with folder.lock():
        chosen = choose(wanted, place.voices())
        added = [voice for voice in chosen if _add(folder, voice, place)]
    if added:
        terminal.note(_NEXT)
    return 0


def remove(ctx: Context, wanted: Sequence[str], *, force: bool = False) -> int:
    """Take voices out of public/models/piper.

    Raises:
        BuildError: one is not here, or none would be left (unless ``force``).
    """
    folder = VoiceFolder(ctx.layout.voices)
    with folder.lock():
        here = sorted({*folder.ids(), *folder.added()})
        names = list(dict.fromkeys(unicodedata.normalize("NFC", name) for name in wanted))
        for name in names:
            if name not in here:
                raise unknown(name, here)
        if set(names) >= set(here) and not force:
            raise BuildError(
                "No voice would be left: the page could not speak without installing one.",
                "If that is what you want: python3 build.py voice remove --force …",
            )
        own = voices.built_in(folder.path)
        for name in names:
            size = folder.remove(name)
            terminal.done(f"{name} is removed, {terminal.size(size)}.")
            if name in own:
                terminal.note(
                    f"{name} is one of the repository's own voices: "
                    f"git checkout -- public/models/piper brings it back."
                )
    terminal.note("python3 build.py build takes it out of dist/ too.")
    return 0


def verify(ctx: Context) -> int:
    """Read every voice anew and compare it with what is known of it; 1 when one is damaged."""
    folder = VoiceFolder(ctx.layout.voices)
    promised = folder.promised()
    own = set(voices.built_in(folder.path))
    damaged = 0
    for voice_id in sorted({*folder.ids(), *promised}):
        problems = _problems(folder, voice_id, promised.get(voice_id, {}))
        if problems:
            damaged += 1
            known = voice_id in own or voice_id not in folder.added()
            way = (
                "git checkout -- public/models/piper" if known else f"build.py voice add {voice_id}"
            )
            terminal.error(f"{voice_id}: {'; '.join(problems)}.", f"{way} brings it back.")
        elif voice_id in promised:
            print(f"{voice_id}: right")
        else:
            print(f"{voice_id}: a voice; put here by hand, so there is no hash to compare with")
    if damaged:
        terminal.error(f"Damaged: {damaged}.")
        return 1
    return 0


def _source(ctx: Context, named: str | None, client: Client | None = None) -> Source:
    return open_source(named, voice_settings.load(ctx.layout.root), client)


def _add(folder: VoiceFolder, voice: Listed, place: Source) -> bool:
    """Add one voice; false when exactly this one is here already."""
    wanted = {".onnx": voice.model, ".onnx.json": voice.config, voices.CARD_SUFFIX: voice.card}
    files = {suffix: file for suffix, file in wanted.items() if file}
    if _is_here(folder, voice, files):
        terminal.done(f"{voice.id} is here already.")
        return False
    voice_check.check_size(voice.id, voice.model.expected.size)
    staged: dict[str, Path] = {}
    # The small ones first: what is wrong with them needs no model.
    for suffix, file in sorted(files.items(), key=lambda item: item[1].expected.size):
        staged[suffix] = folder.parts(voice.id) / f"{file.expected.md5}{suffix}"
        _fetch(place, file, staged[suffix], f"{voice.id}{suffix}")
    try:
        voice_check.check(voice.id, staged[".onnx"], staged[".onnx.json"])
    except BuildError:
        # It is what the collection has: fetching it again would give the same.
        for path in staged.values():
            path.unlink(missing_ok=True)
        raise
    card = staged.get(voices.CARD_SUFFIX)
    licence = voices.licence(card.read_text("utf-8", "replace")) if card else ""
    entries = {f"{voice.id}{suffix}": voices.file_entry(path) for suffix, path in staged.items()}
    folder.place(voice, staged, {"source": place.place, "license": licence, "files": entries})
    terminal.done(f"{voice.id} is added, {terminal.size(voice.bytes)}.")
    if licence:
        terminal.note(f"Its licence, as its MODEL_CARD says: {licence}.")
    else:
        where = f"see {voice.id}{voices.CARD_SUFFIX}" if card else "it has no MODEL_CARD"
        terminal.note(f"Its licence is not named ({where}): look before you publish it.")
    return True


def _fetch(place: Source, file: CollectionFile, part: Path, name: str) -> None:
    progress = terminal.Progress(name, file.expected.size)
    try:
        place.fetch(file, part, progress)
    finally:
        progress.end()


def _is_here(folder: VoiceFolder, voice: Listed, files: dict[str, CollectionFile]) -> bool:
    here = folder.files(voice.id)
    return here.keys() == files.keys() and all(
        voices.file_entry(here[suffix])["md5_digest"] == file.expected.md5
        for suffix, file in files.items()
    )


def _problems(
    folder: VoiceFolder, voice_id: str, promised: dict[str, dict[str, object]]
) -> list[str]:
    """What is wrong with a voice's files, in words."""
    found = []
    for name, expected in promised.items():
        path = folder.path / name
        if not path.is_file():
            found.append(f"{name} is missing")
            continue
        entry = voices.file_entry(path)
        wrong = [key for key in ("size_bytes", "md5_digest", "sha256") if key in expected]
        if any(entry[key] != expected[key] for key in wrong):
            found.append(f"{name} has other bytes than it should")
    if found or voice_id not in folder.ids():
        return found
    model = folder.path / f"{voice_id}.onnx"
    config = folder.path / f"{voice_id}.onnx.json"
    if not config.is_file():
        return [f"{config.name} is missing"]
    try:
        voice_check.check(voice_id, model, config)
    except BuildError as reason:
        found.append(f"{reason.what.rstrip('.')} ({reason.hint})" if reason.hint else reason.what)
    return found


def _table(listed: Iterable[Listed], here: set[str]) -> list[str]:
    """The voices by language, a line each."""
    rows = sorted(listed, key=lambda voice: (voice.language, voice.country, voice.code, voice.id))
    width = max(len(voice.id) for voice in rows)
    lines: list[str] = []
    heading = ""
    for voice in rows:
        country = f", {voice.country}" if voice.country else ""
        title = f"{voice.language}{country} ({voice.code})"
        if title != heading:
            lines += ["", title] if lines else [title]
            heading = title
        mark = "*" if voice.id in here else " "
        speakers = f"  {voice.speakers} speakers" if voice.speakers > 1 else ""
        size = terminal.size(voice.bytes)
        lines.append(f"{mark} {voice.id:<{width}}  {voice.quality:<6}  {size:>9}{speakers}")
    return lines
