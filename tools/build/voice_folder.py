"""public/models/piper: putting voices there and taking them away, whole or not at all.

A model is what makes a voice, so it comes last and goes first; whatever interrupts this leaves
files that are no voice. ``.added.json`` says of each voice that was added here where it came
from and what its files' hashes are; it is not committed, and no part of a build.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tools.build import voices
from tools.build.errors import BuildError
from tools.build.hashing import write_atomically
from tools.build.voice_collection import Listed

ADDED = ".added.json"
_PARTS = ".parts"
_LOCK = ".lock"
#: A voice's files in the order of their removal.
_SUFFIXES = (".onnx", ".onnx.json", voices.CARD_SUFFIX)


@dataclass(frozen=True, slots=True)
class VoiceFolder:
    """The folder of the voices."""

    path: Path

    def ids(self) -> list[str]:
        return voices.ids(self.path)

    def files(self, voice_id: str) -> dict[str, Path]:
        """Those of a voice that are here, by suffix."""
        found = {suffix: self.path / f"{voice_id}{suffix}" for suffix in _SUFFIXES}
        return {suffix: path for suffix, path in found.items() if path.is_file()}

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only one that changes voices here. Raises BuildError at once if another is."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / _LOCK).open("a+b") as stream:
            if not locked(stream):
                raise BuildError(
                    "Another build.py is changing the voices.", "Wait until it has ended."
                )
            yield

    # -- putting there ----------------------------------------------------------------

    def parts(self, voice_id: str) -> Path:
        """Where a voice's files are gathered; on the same disk, no part of a build."""
        return self.path / _PARTS / voice_id

    def place(self, voice: Listed, staged: Mapping[str, Path], record: Mapping[str, Any]) -> None:
        """Make the voice of these checked files, by suffix, in the place of what was here.

        Raises:
            BuildError: it can't be done; then what was here is still here.
        """
        kept = self.parts(voice.id) / "replaced"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        before, records = self.files(voice.id), self.added()
        placed: list[Path] = []
        try:
            for suffix, path in before.items():
                os.replace(path, kept / f"file{suffix}")
            for suffix in reversed([suffix for suffix in _SUFFIXES if suffix in staged]):
                target = self.path / f"{voice.id}{suffix}"
                if suffix == ".onnx":
                    self._record({**records, voice.id: dict(record)})
                os.replace(staged[suffix], target)
                placed.append(target)
        except BaseException as reason:
            for target in placed:
                target.unlink(missing_ok=True)
            for suffix, path in before.items():
                if not path.exists():
                    os.replace(kept / f"file{suffix}", path)
            with contextlib.suppress(OSError):
                self._record(records)
            if isinstance(reason, OSError):
                raise BuildError(
                    f"{voice.id} could not be put into {self.path.name}/: {reason.strerror}."
                ) from reason
            raise
        self._forget_parts(voice.id)

    # -- taking away ------------------------------------------------------------------

    def remove(self, voice_id: str) -> int:
        """Take a voice's files away; how many bytes they had."""
        size = 0
        for path in self.files(voice_id).values():
            size += path.stat().st_size
            path.unlink()
        self._record({key: value for key, value in self.added().items() if key != voice_id})
        self._forget_parts(voice_id)
        return size

    def _forget_parts(self, voice_id: str) -> None:
        shutil.rmtree(self.parts(voice_id), ignore_errors=True)
        with contextlib.suppress(OSError):  # others are under way
            (self.path / _PARTS).rmdir()

    # -- what was added ---------------------------------------------------------------

    def added(self) -> dict[str, Any]:
        """id -> {source, license, files: {name: {size_bytes, md5_digest, sha256}}}"""
        try:
            found = json.loads((self.path / ADDED).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def promised(self) -> dict[str, dict[str, Any]]:
        """What is known of voices' files: of those added here, and of those in voices.json.

        id -> name -> {size_bytes, md5_digest, sha256}
        """
        try:
            listed = json.loads((self.path / voices.CATALOGUE).read_text("utf-8"))
        except (OSError, ValueError):
            listed = {}
        known = {**(listed if isinstance(listed, dict) else {}), **self.added()}
        found = {}
        for voice_id, entry in known.items():
            files = entry.get("files") if isinstance(entry, dict) else None
            if isinstance(files, dict):
                found[voice_id] = {name.rpartition("/")[2]: file for name, file in files.items()}
        return found

    def _record(self, entries: Mapping[str, Any]) -> None:
        path = self.path / ADDED
        if entries:
            text = json.dumps(dict(sorted(entries.items())), indent=2, ensure_ascii=False)
            write_atomically(path, f"{text}\n".encode())
        else:
            path.unlink(missing_ok=True)


def locked(stream: IO[bytes]) -> bool:
    """Lock the open file until it is closed, by whatever; False when another has it."""
    try:
        if os.name == "nt":
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
