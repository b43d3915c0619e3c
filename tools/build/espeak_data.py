"""espeak-ng's data files as piper_phonemize packs them, and which of them a voice needs.

A *language* here is what a dictionary or language file is named by up to the first hyphen:
``en`` of ``en_dict`` and of ``lang/gmw/en-US``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.build.errors import BuildError

ROOT = "/espeak-ng-data/"
#: Phonemes and tunes, for every language.
COMMON = ("phontab", "phonindex", "phondata", "intonations")
#: Languages that espeak-ng falls back on within a text of another: English for words
#: that a dictionary marks as English and for Latin letters between other scripts,
#: Greek for Greek letters: without it, French is silent at "l'angle α" (English is not).
ALWAYS = ("el", "en")


@dataclass(frozen=True, slots=True)
class Packed:
    """One file inside piper_phonemize.data."""

    path: str
    start: int
    end: int


def languages_of(voices: Iterable[str], files: Mapping[str, bytes]) -> list[str]:
    """The base languages ("en" of "en-us") whose files the espeak ``voices`` need.

    A voice's language file may name another language's dictionary: that one too.

    Raises:
        BuildError: espeak-ng has no such voice.
    """
    wanted = set(ALWAYS)
    for voice in voices:
        path = _language_file(voice, files)
        if path is None:
            raise no_such_voice(voice)
        wanted |= _of_language_file(path, files)
    return sorted(wanted)


def of_every_voice(files: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Every espeak voice that a call may name, in lower case, with the languages it needs.

    espeak-ng finds a voice by the name of its language file, whatever the case.
    """
    return {
        path.rpartition("/")[2].lower(): sorted(_of_language_file(path, files) | {*ALWAYS})
        for path in sorted(files)
        if _is_language_file(path)
    }


def files_of(language: str, files: Mapping[str, bytes]) -> list[str]:
    """Paths of a language's own files, sorted: its dictionary and its voices, or one of both."""
    dictionary = f"{ROOT}{language}_dict"
    own = [path for path in files if _is_language_file(path) and _base(path) == language]
    return sorted([*own, dictionary] if dictionary in files else own)


def needed(languages: Sequence[str], files: Mapping[str, bytes]) -> list[str]:
    """Paths of the files that these languages need, those for every language included, sorted."""
    paths = [ROOT + name for name in COMMON]
    missing = [path for path in paths if path not in files]
    for language in languages:
        own = files_of(language, files)
        missing += [] if own else [f"{language}_dict"]
        paths += own
    if missing:
        raise BuildError(f"The phonemizer's data has no {', '.join(missing)}.")
    return sorted(set(paths))


def pack(paths: Iterable[str], files: Mapping[str, bytes]) -> tuple[bytes, list[Packed]]:
    """The files one after the other, and where each lies."""
    data = bytearray()
    packed = []
    for path in paths:
        start = len(data)
        data += files[path]
        packed.append(Packed(path, start, len(data)))
    return bytes(data), packed


def language_pack(language: str, files: Mapping[str, bytes]) -> bytes:
    """A language's files as one: a line of JSON, ``[[path, start, end], …]``, then the bytes."""
    data, packed = pack(files_of(language, files), files)
    rows = [[file.path, file.start, file.end] for file in packed]
    return json.dumps(rows, separators=(",", ":")).encode() + b"\n" + data


def unpack(data: bytes, packed: Iterable[Packed]) -> dict[str, bytes]:
    return {file.path: data[file.start : file.end] for file in packed}


def no_such_voice(voice: str) -> BuildError:
    return BuildError(
        f"espeak-ng has no voice {voice!r}.", "Correct espeak.voice in the voice's .onnx.json."
    )


def _of_language_file(path: str, files: Mapping[str, bytes]) -> set[str]:
    """The languages that the voice of this file needs: its own, and those it names."""
    attributes = _attributes(files[path])
    named = [*attributes.get("language", [])[:1], *attributes.get("dictionary", [])]
    found = {_base(path), *(name.split()[0].split("-")[0] for name in named if name)}
    return {language for language in found if files_of(language, files)}


def _is_language_file(path: str) -> bool:
    return path.startswith(ROOT + "lang/")


def _base(path: str) -> str:
    return path.rpartition("/")[2].split("-")[0]


def _language_file(voice: str, files: Mapping[str, bytes]) -> str | None:
    """The file that is named like the voice, or else the best that lists it."""
    listed: list[tuple[int, str]] = []
    for path, data in files.items():
        if not _is_language_file(path):
            continue
        if path.rpartition("/")[2].lower() == voice.lower():
            return path
        for entry in _attributes(data).get("language", []):
            name, _, priority = entry.partition(" ")
            if name.lower() == voice.lower():
                listed.append((int(priority) if priority.strip().isdigit() else 5, path))
    return min(listed)[1] if listed else None


def _attributes(data: bytes) -> dict[str, list[str]]:
    """``key value`` lines of a language file; // begins a comment."""
    found: dict[str, list[str]] = {}
    for raw in data.decode("utf-8", "replace").splitlines():
        key, _, value = raw.partition("//")[0].strip().partition(" ")
        if key:
            found.setdefault(key, []).append(value.strip())
    return found
