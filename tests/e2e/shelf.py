"""Sites with more voices than the folder's own, each with the hashes that its files have."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.e2e.server import StaticSite
from tests.public_api import ENGLISH

FOLDER = "models/piper/"
TINY = Path(__file__).resolve().parents[1] / "tiny_voice"


class Shelf:
    """Voices on a site, good and bad. A service worker would refuse them: they are of no build."""

    def __init__(self, dist: Path, site: StaticSite) -> None:
        self.site = site
        self._folder = dist / FOLDER
        self.catalogue = json.loads((self._folder / "voices.json").read_bytes())
        self.config = json.loads((self._folder / f"{ENGLISH}.onnx.json").read_bytes())
        self.model = (self._folder / f"{ENGLISH}.onnx").read_bytes()

    def add(
        self,
        voice_id: str,
        *,
        model: bytes | None = None,
        config: bytes | None = None,
        **changes: Any,
    ) -> None:
        """A voice whose JSON is the English one with ``changes``, or ``config`` as it is."""
        files = {
            f"{voice_id}.onnx": self.model if model is None else model,
            f"{voice_id}.onnx.json": config or json.dumps({**self.config, **changes}).encode(),
        }
        self.catalogue[voice_id] = {
            **self.catalogue[ENGLISH],
            "key": voice_id,
            "files": {
                name: {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in files.items()
            },
        }
        for name, data in files.items():
            self.site.put(FOLDER + name, data)
        self._publish()

    def add_tiny(self, voice_id: str) -> None:
        """One of ``tests/tiny_voice``: Piper's true graph."""
        config = (TINY / f"{voice_id}.onnx.json").read_bytes()
        self.add(voice_id, model=(TINY / f"{voice_id}.onnx").read_bytes(), config=config)
        said = json.loads(config)
        self.catalogue[voice_id].update(
            language={"code": voice_id.split("-", maxsplit=1)[0]},
            name=voice_id.split("-")[1],
            quality=said["audio"]["quality"],
            sample_rate=said["audio"]["sample_rate"],
            num_speakers=said["num_speakers"],
            speaker_id_map=said["speaker_id_map"],
        )
        self._publish()

    def _publish(self) -> None:
        self.site.put(FOLDER + "voices.json", json.dumps(self.catalogue))
