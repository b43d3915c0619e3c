"""Hashes of files, remembered as long as a file's size and times stay the same."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20


def sha256_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest(parts: Iterable[str]) -> str:
    """One hash over several strings, with no ambiguity between them."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode()
        whole.update(len(data).to_bytes(8, "little"))
        whole.update(data)
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Digests:
    """A file's size in bytes and its hashes, in hexadecimal."""

    size: int
    sha256: str
    md5: str


def digests_of(path: Path) -> Digests:
    """Read the file now, whatever a cache says."""
    sha256 = hashlib.sha256()
    md5 = hashlib.md5(usedforsecurity=False)
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            sha256.update(chunk)
            md5.update(chunk)
    return Digests(size, sha256.hexdigest(), md5.hexdigest())


class HashCache:
    """Hashes by path; a file is read again only when its size or times changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._changed = False
        try:
            known = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            known = {}
        self._known: dict[str, list[object]] = known if isinstance(known, dict) else {}

    def sha256(self, path: Path) -> str:
        return self.digests(path).sha256

    def digests(self, path: Path) -> Digests:
        found = os.stat(path)
        signature = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
        key = str(path)
        entry = self._known.get(key)
        if isinstance(entry, list) and entry[:4] == signature and len(entry) == 6:
            return Digests(found.st_size, str(entry[4]), str(entry[5]))
        whole = digests_of(path)
        self._known[key] = [*signature, whole.sha256, whole.md5]
        self._changed = True
        return whole

    def save(self) -> None:
        if not self._changed:
            return
        kept = {path: entry for path, entry in self._known.items() if os.path.exists(path)}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._file, json.dumps(kept).encode())
        self._changed = False


def write_atomically(path: Path, data: bytes) -> None:
    """Write so that a reader sees the old bytes or the new ones, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    os.replace(part, path)


def write_if_changed(path: Path, data: bytes) -> bool:
    """Leave a file alone (and its times) when it holds ``data`` already."""
    try:
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    except OSError:
        pass
    write_atomically(path, data)
    return True


def files_under(folder: Path) -> list[Path]:
    """Every file below ``folder``, sorted; none when the folder is missing."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.rglob("*") if path.is_file())
