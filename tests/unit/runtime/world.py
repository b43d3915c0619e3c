"""An app on fakes, and everything around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from lectern.app import App, Housekeeping, Ports
from lectern.speech import Spoken

from tests.fake_documents import FakeArticles, FakePdf
from tests.fake_voices import Disk, FakeDownloads, FakeVoiceStore
from tests.fakes import (
    FakeClock,
    FakeCodecs,
    FakeInference,
    FakePhonemizer,
    FakePublished,
    FakeStore,
    FakeVoiceFiles,
)

ONE, TWO, TROIS = "en_US-one-x_low", "en_US-two-x_low", "fr_FR-trois-x_low"
BOOT: dict[str, object] = {"cores": 4, "isolated": True}


class World:
    """An app and everything around it."""

    def __init__(
        self,
        boot: Mapping[str, object] = BOOT,
        inference: Callable[[FakeVoiceFiles], Any] | None = None,
        **files: Any,
    ) -> None:
        self.phonemizer = FakePhonemizer()
        self.store: FakeStore = files.get("store") or FakeStore()
        self.codecs: FakeCodecs = files.get("codecs") or FakeCodecs()
        self.published = FakePublished()
        self.files = FakeVoiceFiles(files.get("voices"))
        #: Another one in its place brings no faults and no clock.
        self.inference: Any = inference(self.files) if inference else FakeInference()
        self.clock: FakeClock = FakeClock() if inference else self.inference.clock
        self.events: list[dict[str, Any]] = []
        self.snapshots = 0
        self.numpy_fault: Exception | None = None
        disk: Disk | None = files.get("disk")
        self.voice_store = FakeVoiceStore(self.files, disk)
        self.downloads = FakeDownloads(self.voice_store, files.get("site"))
        ports = Ports(
            self.inference,
            self.phonemizer,
            self.store,
            self.files,
            self.clock,
            self.voice_store,
            self.downloads,
            FakePdf(),
            FakeArticles(),
            self.published,
            self.codecs,
        )
        housekeeping = Housekeeping(self._keep, self._keep, self._numpy)
        self.app = App(ports, housekeeping, self.events.append, boot)

    async def _keep(self) -> None:
        self.snapshots += 1

    async def _numpy(self) -> bool:
        if self.numpy_fault:
            raise self.numpy_fault
        return False

    async def piece(self, text: str = "Hello, world.", voice: str = ONE, **more: object) -> Spoken:
        spoken = await self.app.handle("piece", {"text": text, "voiceId": voice, **more})
        assert isinstance(spoken, Spoken)
        return spoken

    async def rest(self) -> None:
        """Until what runs in the background is done."""
        while self.app.busy:
            await asyncio.sleep(0)

    def created(self) -> int:
        return int(self.inference.calls.count("create"))

    def ran(self) -> int:
        return int(self.inference.calls.count("run"))

    @property
    def stats(self) -> dict[str, Any]:
        return self.app.session_stats()


def run(scenario: Coroutine[object, object, None]) -> None:
    asyncio.run(scenario)
