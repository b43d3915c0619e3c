"""public/audio: what is packed. Files come whole, by rename; whatever ends a run ends nothing else.

::

    index.json                       the documents that there are
    documents/TEXT-HASH-….json       a manifest each
    ab/abcdef….opus                  sound, named by its SHA-256
    .made.jsonl                      which file holds which sentence, a line as soon as it is there
    .documents.json                  which manifest belongs to which source

Those with a dot stay here; the others are what ``dist/audio`` gets.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lectern.ports import WordRows
from lectern.published import (
    DOCUMENTS,
    FORMAT,
    INDEX,
    marks_of,
    read_index,
    read_manifest,
    sound_path,
)

from tools.build.errors import BuildError
from tools.build.hashing import files_under, sha256_bytes, write_atomically, write_if_changed
from tools.build.pack_opus import BITRATE
from tools.build.pack_studio import Made
from tools.build.pack_texts import Text
from tools.build.voice_folder import locked

_MADE, _DOCUMENTS, _LOCK = ".made.jsonl", ".documents.json", ".lock"


@dataclass(frozen=True, slots=True)
class Record:
    """A sentence that is here; without sound (``samples`` 0) where there is nothing to hear."""

    sha256: str
    bytes: int
    samples: int
    sample_rate: int
    words: WordRows


class AudioFolder:
    """The folder of packed sound.

    Args:
        bitrate: of what is packed now (bits a second): what has another is made again.
    """

    def __init__(self, path: Path, bitrate: int = BITRATE) -> None:
        self.path = path
        self._bitrate = bitrate
        self._made = self._read_made()
        #: Sentences whose files were looked at in this run.
        self._whole: set[str] = set()

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only one that packs here. Raises BuildError at once if another is."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / _LOCK).open("a+b") as stream:
            if not locked(stream):
                raise BuildError("Another build.py is packing here.", "Wait until it has ended.")
            yield

    # -- sentences ---------------------------------------------------------------------

    def record(self, key: str) -> Record | None:
        """What is here of a sentence; None where its file is missing or is not what it was."""
        record = self._made.get((key, self._bitrate))
        if record is None or key in self._whole or not record.samples:
            return record
        try:
            data = (self.path / sound_path(record.sha256)).read_bytes()
        except OSError:
            return None
        if sha256_bytes(data) != record.sha256:
            return None
        self._whole.add(key)
        return record

    def add(self, made: Made) -> Record:
        """Put a sentence here. Raises BuildError where the disk refuses."""
        sha256 = sha256_bytes(made.opus)
        record = Record(sha256, len(made.opus), made.samples, made.sample_rate, made.words)
        try:
            if made.samples:
                write_atomically(self.path / sound_path(sha256), made.opus)
            with (self.path / _MADE).open("a", encoding="ascii") as stream:
                stream.write(_line(made.key, self._bitrate, record))
        except OSError as reason:
            raise BuildError(f"The sound can't be written: {reason.strerror}.") from reason
        self._made[made.key, self._bitrate] = record
        self._whole.add(made.key)
        return record

    def _read_made(self) -> dict[tuple[str, int], Record]:
        """A line that was cut when a run was killed is left out."""
        found: dict[tuple[str, int], Record] = {}
        try:
            text = (self.path / _MADE).read_text("ascii", "replace")
        except OSError:
            return found
        for line in text.splitlines():
            try:
                key, bitrate, sha256, size, samples, flat, rate = json.loads(line)
                words = tuple(zip(flat[::3], flat[1::3], flat[2::3], strict=True))
                found[key, bitrate] = Record(sha256, size, samples, rate, words)
            except (ValueError, TypeError):
                continue
        if text and not text.endswith("\n"):
            # The next line would be glued to the cut one.
            with contextlib.suppress(OSError), (self.path / _MADE).open("a") as stream:
                stream.write("\n")
        return found

    # -- documents -----------------------------------------------------------------------

    def publish(self, text: Text, keys: Mapping[str, str], about: Mapping[str, object]) -> str:
        """Write a text's manifest, in the place of the one that its source had, and the index.

        Args:
            keys: sentence -> key; those that nobody could make are left out.
            about: voice, style and the like: a source has a manifest for each.

        Returns:
            The manifest's path.
        """
        rows: dict[str, list[object]] = {}
        seconds = 0.0
        rates = set()
        for key in keys.values():
            record = self._made.get((key, self._bitrate))
            if record is None or not record.samples or key in rows:
                continue
            rows[key] = [key, *_row(record)]
            seconds += record.samples / record.sample_rate
            rates.add(record.sample_rate)
        manifest = {
            "format": FORMAT,
            "text": text.sha256,
            "title": text.title,
            "kind": text.kind,
            **about,
            "sampleRate": rates.pop() if rates else 16_000,
            "seconds": round(seconds, 3),
            "sentences": list(rows.values()),
        }
        data = _json(manifest)
        sha256 = sha256_bytes(data)
        path = f"{DOCUMENTS}{text.sha256}-{sha256[:16]}.json"
        write_if_changed(self.path / path, data)
        entry = {
            "manifest": path,
            "sha256": sha256,
            "bytes": len(data),
            "title": text.title,
            "voice": about.get("voice"),
            "style": about.get("style"),
            "seconds": round(seconds, 3),
            "marks": marks_of([s for s in keys if keys[s] in rows], each=text.marked_each),
        }
        documents = self._documents()
        documents[_identity(text, about)] = entry
        write_if_changed(self.path / _DOCUMENTS, _json(documents))
        self._write_index(documents)
        return path

    def _documents(self) -> dict[str, Any]:
        """Raises BuildError where it can't be read: without it all others would be unpublished."""
        try:
            found = json.loads((self.path / _DOCUMENTS).read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as reason:
            raise _damaged(str(reason)) from reason
        if not isinstance(found, dict):
            raise _damaged("it is no table")
        return found

    def _write_index(self, documents: Mapping[str, Any]) -> None:
        # The same manifest twice: the same text from two files.
        listed = {entry["manifest"]: entry for entry in documents.values()}
        index = {"format": FORMAT, "documents": [listed[path] for path in sorted(listed)]}
        write_if_changed(self.path / INDEX, _json(index))

    # -- what nobody needs any more ------------------------------------------------------

    def prune(self) -> tuple[int, int]:
        """Remove what no manifest of the index names; how many files, and their bytes."""
        needed = {self.path / INDEX}
        sounding: set[str] = set()  # files
        index = self.path / INDEX
        for listed in read_index(index.read_text("utf-8")) if index.is_file() else []:
            needed.add(self.path / listed.path)
            sounds = read_manifest((self.path / listed.path).read_text("utf-8"))
            sounding.update(sound.sha256 for sound in sounds.values())
            needed.update(self.path / sound_path(sound.sha256) for sound in sounds.values())
        files = size = 0
        for path in files_under(self.path):
            if path in needed or (path.name.startswith(".") and not path.name.endswith(".part")):
                continue
            size += path.stat().st_size
            files += 1
            path.unlink()
        for folder in [path for path in self.path.iterdir() if path.is_dir()]:
            if not any(folder.iterdir()):
                folder.rmdir()
        self._made = {
            name: record
            for name, record in self._made.items()
            if record.sha256 in sounding or not record.samples
        }
        lines = [_line(*name, record) for name, record in self._made.items()]
        write_atomically(self.path / _MADE, "".join(lines).encode())
        return files, size


def _row(record: Record) -> list[object]:
    """As a manifest has it, behind the key."""
    flat = [number for word in record.words for number in word]
    return [record.sha256, record.bytes, record.samples, flat]


def _line(key: str, bitrate: int, record: Record) -> str:
    """Of the list of what is made."""
    return json.dumps([key, bitrate, *_row(record), record.sample_rate]) + "\n"


#: What a document is packed anew with, in the place of what it was packed with before.
_CHANGING = ("voiceIdentity", "bitrate")


def _identity(text: Text, about: Mapping[str, object]) -> str:
    """What stays when a text, its voice's files or the bit rate change; names no path."""
    manner = {name: about[name] for name in sorted(about) if name not in _CHANGING}
    parts = [text.source.resolve().as_posix(), list(manner.items())]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return text.encode() + b"\n"


def _damaged(why: str) -> BuildError:
    return BuildError(
        f"{_DOCUMENTS}, which names the packed documents, can't be read: {why}.",
        "Restore it; or remove it, and pack all documents again: sound that is there is reused.",
    )
