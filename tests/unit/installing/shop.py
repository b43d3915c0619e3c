"""An app with a collection to install from, and tabs beside it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from lectern.app import App
from lectern.preparing import Preparation

from tests.collection import FIXTURES, CollectionVoice
from tests.fake_voices import Disk
from tests.unit.runtime.world import BOOT, World

SOURCE = "https://voices.test/main"
PLAIN, TRIO = "en_US-plain-medium", "fr_FR-trio-medium"
MODEL, CONFIG, CARD = "onnx", "onnx.json", "MODEL_CARD"


def fixture_voice(voice_id: str, **changes: Any) -> CollectionVoice:
    model = FIXTURES / f"{voice_id}.onnx"
    config = model.with_name(f"{model.name}.json").read_bytes()
    return CollectionVoice(voice_id, model.read_bytes(), config, "CC0", **changes)


class Shop(World):
    """A world whose app knows a collection with two voices, and never waits between attempts."""

    def __init__(self, *, disk: Disk | None = None, boot: Mapping[str, object] | None = None):
        self.offered = {v: fixture_voice(v, aliases=(f"old-{v}",)) for v in (PLAIN, TRIO)}
        site = {
            f"{SOURCE}/{path}": data
            for voice in self.offered.values()
            for path, data in voice.files().items()
        }
        site[f"{SOURCE}/voices.json"] = json.dumps(
            {voice_id: voice.entry() for voice_id, voice in self.offered.items()}
        ).encode()
        voices = {"source": SOURCE, "origins": ["https://voices.test"]}
        super().__init__({**BOOT, "voices": voices, **(boot or {})}, site=site, disk=disk)
        # The inference is a fake: it runs every model whole.
        for voice in self.offered.values():
            digest = hashlib.sha256(voice.model).hexdigest()
            self.files.plans[digest] = Preparation("it is a fake").to_json()
        self.pauses: list[float] = []
        _never_wait(self.app, self.pauses)

    @property
    def disk(self) -> Disk:
        return self.voice_store.disk

    def url(self, voice_id: str, name: str) -> str:
        voice = self.offered[voice_id]
        path = f"{voice.folder}/{name if name == CARD else f'{voice_id}.{name}'}"
        return f"{SOURCE}/{path}"

    async def ask(self, kind: str, **payload: object) -> Any:
        return await self.app.handle(kind, payload)

    async def install(self, voice_id: str = PLAIN) -> Any:
        return await self.ask("install", voiceId=voice_id)

    async def give(
        self, voice_id: str, model: bytes, config: bytes, names: Sequence[str] = ()
    ) -> Any:
        """``installFiles`` with these bytes, of files of these names."""
        called = names or (f"{voice_id}.onnx", f"{voice_id}.onnx.json")
        given = {
            key: {"source": self.downloads.give(data), "name": name, "size": len(data)}
            for key, data, name in zip(("model", "config"), (model, config), called, strict=True)
        }
        return await self.ask("installFiles", voiceId=voice_id, **given)

    async def ids(self) -> list[str]:
        return [voice["id"] for voice in await self.ask("voices")]

    def told(self, voice_id: str = PLAIN) -> list[tuple[int, int]]:
        """Download progress so far."""
        return [
            (event["loaded"], event["total"])
            for event in self.events
            if event["event"] == "progress" and event["voiceId"] == voice_id
        ]

    def part(self, voice_id: str = PLAIN, name: str = MODEL) -> int:
        """Bytes of a part that are here."""
        part = self.disk.parts.get((voice_id, name))
        return len(part.data) if part else 0

    def untouched(self) -> None:
        """Nothing is here that is not a whole voice, and nothing is held."""
        assert not self.disk.parts
        assert set(self.disk.voices) == set(self.disk.records)
        assert not self.files.held
        assert not self.downloads.open_sources


def _never_wait(app: App, pauses: list[float]) -> None:
    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    app._installer._fetcher._sleep = sleep
    app._installer._collection._sleep = sleep


def run(scenario: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, 30))


__all__ = ["CARD", "CONFIG", "MODEL", "PLAIN", "SOURCE", "TRIO", "Shop", "fixture_voice", "run"]
