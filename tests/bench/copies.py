"""One voice under many names: the same cost, other bytes, so that no cache knows it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench.peers.wasm_memory import HOOK, HOOKED, hook_workers
from tests.e2e.server import StaticSite
from tools.build import manifest, voices

_MODELS = "models/piper/"
#: ModelProto.metadata_props, and StringStringEntryProto's key: see onnx.proto.
_METADATA, _KEY = 14, 1
_BYTES = 2


class Copies:
    """A voice and its copies by number, from 0.

    Args:
        model: ``ID.onnx`` with ``ID.onnx.json`` beside it.

    Raises:
        ValueError: the file is not named like a Piper voice.
    """

    def __init__(self, model: Path) -> None:
        if not voices.VOICE_ID.fullmatch(model.stem):
            raise ValueError(f"{model.name} is not named like a Piper voice, ll_CC-name-quality.")
        self.path = model
        self.model = model.read_bytes()
        self.config = model.with_name(model.name + ".json").read_bytes()
        self._entry: dict[str, Any] = voices.catalogue(model.parent, only=[model.stem])[model.stem]
        self._begun = hashlib.sha256(self.model), hashlib.md5(self.model, usedforsecurity=False)

    @property
    def espeak_voice(self) -> str:
        return str(json.loads(self.config)["espeak"]["voice"])

    def id(self, number: int) -> str:
        code, name, quality = self.path.stem.split("-", 2)
        return f"{code}-{name}{number}-{quality}"

    def bytes(self, number: int) -> bytes:
        return self.model + _tail(number)

    def entry(self, number: int) -> dict[str, Any]:
        """The copy in voices.json."""
        voice_id, tail = self.id(number), _tail(number)
        digests = []
        for begun in self._begun:
            digest = begun.copy()
            digest.update(tail)
            digests.append(digest.hexdigest())
        model = {
            "size_bytes": len(self.model) + len(tail),
            "md5_digest": digests[1],
            "sha256": digests[0],
        }
        config = self._entry["files"][f"{self.path.name}.json"]
        return {
            **self._entry,
            "key": voice_id,
            "name": voice_id.split("-")[1],
            "files": {f"{voice_id}.onnx": model, f"{voice_id}.onnx.json": config},
        }


def _tail(number: int) -> bytes:
    """A message may be extended by appending fields: one more line of metadata."""
    name = f"bench copy {number}".encode()
    entry = _field(_KEY, name)
    return _field(_METADATA, entry)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | _BYTES, len(content)]) + content


class CopiesSite(StaticSite):
    """A host of files and of copies; a copy's bytes are made when they are asked for.

    Args:
        named: path -> number of the copy that lies there.
    """

    def __init__(self, root: Path, copies: Copies, named: Mapping[str, int], **more: Any) -> None:
        super().__init__(root, **more)
        self._copies = copies
        self._named = dict(named)

    def read(self, path: str) -> bytes | None:
        if path in self._named:
            return self._copies.bytes(self._named[path])
        return super().read(path)


def lectern_site(
    dist: Path, copies: Copies, count: int, beside: Mapping[str, int] | None = None
) -> CopiesSite:
    """The built app with the copies as its only voices, its manifest in accordance.

    ``beside``: path -> number of copies that lie there and are no voices of the site.
    Its workers count WebAssembly's memory; nothing else in them is changed.
    """
    named = {f"{_MODELS}{copies.id(number)}.onnx": number for number in range(count)}
    site = CopiesSite(dist, copies, {**named, **(beside or {})})
    built = json.loads((dist / manifest.MANIFEST).read_text("utf-8"))
    texts = {**hook_workers(site), HOOKED: HOOK.read_bytes()}
    other = [file for file in built["files"] if not file["path"].startswith(_MODELS)]
    kept = [file for file in other if file["path"] not in texts]
    entries = [manifest.Entry(**file) for file in kept]
    catalogue = {copies.id(number): copies.entry(number) for number in range(count)}
    texts[f"{_MODELS}{voices.CATALOGUE}"] = json.dumps(catalogue).encode()
    for voice_id, voice in catalogue.items():
        texts[f"{_MODELS}{voice_id}.onnx.json"] = copies.config
        model = voice["files"][f"{voice_id}.onnx"]
        path = f"{_MODELS}{voice_id}.onnx"
        entries.append(
            manifest.Entry(path, model["size_bytes"], model["sha256"], manifest.when(path))
        )
    for path, text in texts.items():
        site.put(path, text)
        digest = hashlib.sha256(text).hexdigest()
        entries.append(manifest.Entry(path, len(text), digest, manifest.when(path)))
    listing = manifest.manifest_text(built["version"], entries)
    site.put(manifest.MANIFEST, listing)
    _, _, script = (dist / manifest.SERVICE_WORKER).read_text("utf-8").partition("\n")
    site.put(manifest.SERVICE_WORKER, manifest.service_worker_line(listing) + script)
    return site
