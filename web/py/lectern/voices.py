"""The catalogue of voices and their checked configurations, fetched once and kept."""

from __future__ import annotations

from lectern.catalogue import CatalogueEntry, parse_catalogue
from lectern.errors import IntegrityError, UnknownVoice
from lectern.ports import VoiceFiles
from lectern.singleflight import SingleFlight
from lectern.voice import VoiceConfig


class Voices:
    """Voices by id. Fetches are shared by concurrent callers, failures are not kept."""

    def __init__(self, files: VoiceFiles) -> None:
        self._files = files
        self._entries: dict[str, CatalogueEntry] | None = None
        self._configs: dict[str, VoiceConfig] = {}
        self._fetching: SingleFlight[str, None] = SingleFlight()

    async def entries(self) -> list[CatalogueEntry]:
        """The catalogue, in its order. Raises NetworkError, VoiceUnreadable."""
        if self._entries is None:
            await self._fetching.do("", self._fetch_catalogue)
        return list((self._entries or {}).values())

    async def entry(self, voice_id: str) -> CatalogueEntry:
        """Raises UnknownVoice with the ids that there are."""
        entries = await self.entries()
        for entry in entries:
            if entry.id == voice_id:
                return entry
        known = ", ".join(entry.id for entry in entries) or "none"
        raise UnknownVoice(f"There is no voice {voice_id!r}. Voices here: {known}.")

    async def voice(self, voice_id: str) -> VoiceConfig:
        """The voice's configuration.

        Raises:
            UnknownVoice, VoiceNotInstalled, VoiceUnreadable, NetworkError, IntegrityError.
        """
        if voice_id not in self._configs:
            entry = await self.entry(voice_id)
            await self._fetching.do(voice_id, lambda: self._fetch_config(entry))
        return self._configs[voice_id]

    async def _fetch_catalogue(self) -> None:
        parsed = parse_catalogue(await self._files.catalogue())
        self._entries = {entry.id: entry for entry in parsed}

    async def _fetch_config(self, entry: CatalogueEntry) -> None:
        data, sha256 = await self._files.config(entry.id)
        if entry.model_sha256 is None or entry.config_sha256 is None:
            raise IntegrityError(
                f"The catalogue has no SHA-256 for the voice {entry.id}; build the folder anew."
            )
        if sha256 != entry.config_sha256:
            raise IntegrityError(
                f"The file {entry.id}.onnx.json is not the one that the catalogue names. "
                "Reload the page; if that does not help, build the folder anew."
            )
        self._configs[entry.id] = VoiceConfig.from_json(
            entry.id, data, model_sha256=entry.model_sha256, config_sha256=sha256
        )
