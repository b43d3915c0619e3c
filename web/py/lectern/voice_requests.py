"""The requests of protocol.js that are about which voices there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from lectern import payloads
from lectern.collection import Collection
from lectern.installing import Installer
from lectern.voices import Voices

Handler = Callable[[Mapping[str, object]], Awaitable[object]]


class VoiceRequests:
    """One method a request; ``handlers`` by the request's name."""

    def __init__(self, voices: Voices, collection: Collection, installer: Installer) -> None:
        self._voices = voices
        self._collection = collection
        self._installer = installer
        self.handlers: dict[str, Handler] = {
            "voices": self.voices,
            "available": self.available,
            "install": self.install,
            "installFiles": self.install_files,
            "remove": self.remove,
            "voiceStorage": self.voice_storage,
            "voiceCard": self.voice_card,
        }

    async def voices(self, _payload: Mapping[str, object]) -> list[dict[str, object]]:
        return [entry.info() for entry in await self._voices.entries()]

    async def available(self, _payload: Mapping[str, object]) -> list[dict[str, object]]:
        """The collection's voices, with what has come of those whose download was cut."""
        offers = await self._collection.offers()
        here = {entry.id for entry in await self._voices.entries()}
        begun = await self._installer.begun()
        return [
            {
                **offer.entry.info(installed=offer.entry.id in here),
                "sample": offer.sample,
                "begun": begun.get(offer.entry.id, 0),
            }
            for offer in offers
        ]

    async def install(self, payload: Mapping[str, object]) -> dict[str, object]:
        entry = await self._installer.install(payloads.string(payload, "voiceId"))
        return entry.info()

    async def install_files(self, payload: Mapping[str, object]) -> dict[str, object]:
        entry = await self._installer.install_files(
            payloads.string(payload, "voiceId"),
            payloads.given_file(payload, "model"),
            payloads.given_file(payload, "config"),
        )
        return entry.info()

    async def remove(self, payload: Mapping[str, object]) -> None:
        await self._installer.remove(payloads.string(payload, "voiceId"))

    async def voice_storage(self, _payload: Mapping[str, object]) -> dict[str, object]:
        """Bytes by voice of the browser's store; ``begun`` of them are of cut downloads."""
        usage, begun = await self._installer.usage(), await self._installer.begun()
        return {"bytes": sum(usage.values()), "voices": usage, "begun": begun}

    async def voice_card(self, payload: Mapping[str, object]) -> dict[str, object]:
        license, card = await self._installer.license_and_card(payloads.string(payload, "voiceId"))
        return {"license": license, "card": card}
