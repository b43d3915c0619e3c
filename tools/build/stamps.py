"""Nothing is done twice: a job runs again only when its inputs or outputs changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tools.build.hashing import HashCache, digest, files_under, write_atomically


class Stamps:
    """One small file a job, in ``folder``: the hash of its inputs and of its outputs."""

    def __init__(self, folder: Path, hashes: HashCache) -> None:
        self._folder = folder
        self._hashes = hashes

    def run(
        self,
        name: str,
        *,
        inputs: Iterable[Path],
        outputs: Sequence[Path],
        job: Callable[[], None],
        also: Iterable[str] = (),
    ) -> bool:
        """Run ``job`` unless nothing changed since it ran; say whether it ran.

        ``inputs`` and ``outputs`` are files or folders, ``also`` whatever else the
        job depends on. Outputs count too: what was edited or removed is made again.
        """
        wanted = self._content(inputs, also)
        stamp = self._folder / f"{name}.json"
        if self._read(stamp) == [wanted, self._content(outputs, ())]:
            return False
        stamp.unlink(missing_ok=True)
        job()
        made = json.dumps([wanted, self._content(outputs, ())]).encode()
        write_atomically(stamp, made)
        return True

    def _content(self, paths: Iterable[Path], also: Iterable[str]) -> str:
        parts: list[str] = list(also)
        for path in paths:
            for file in files_under(path) if path.is_dir() else [path]:
                parts.append(str(file))
                parts.append(self._hashes.sha256(file) if file.is_file() else "missing")
        return digest(parts)

    @staticmethod
    def _read(stamp: Path) -> object:
        try:
            return json.loads(stamp.read_text("utf-8"))
        except (OSError, ValueError):
            return None
