"""The voices that are here, of the folder and of the browser's store, with their configurations.

A voice that the browser keeps stands before one of the same name in the folder: somebody
put it there on purpose.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from lectern.catalogue import CatalogueEntry, parse_catalogue
from lectern.errors import IntegrityError, StoreError, UnknownVoice
from lectern.ports import VoiceFiles
from lectern.singleflight import SingleFlight
from lectern.voice import VoiceConfig
from lectern.voice_ports import VoiceStore

log = logging.getLogger("lectern")

#: Keys of the shared fetches that are no voice's.
_FOLDER, _BROWSER = "/folder", "/browser"


class Voices:
    """Voices by id. Fetches are shared by concurrent callers, failures are not kept.

    Args:
        timeout: seconds after which a silent store is taken for empty, until ``renew``.
    """

    def __init__(self, files: VoiceFiles, store: VoiceStore, *, timeout: float) -> None:
        self._files = files
        self._store = store
        self._timeout = timeout
        self._folder: dict[str, CatalogueEntry] | None = None
        self._browser: dict[str, CatalogueEntry] | None = None
        self._configs: dict[str, VoiceConfig] = {}
        self._fetching: SingleFlight[str, None] = SingleFlight()

    async def entries(self) -> list[CatalogueEntry]:
        """The folder's voices in its order, then the browser's by id.

        Raises:
            NetworkError, VoiceUnreadable: the folder's catalogue can't be had.
        """
        if self._folder is None:
            await self._fetching.do(_FOLDER, self._fetch_catalogue)
        if self._browser is None:
            await self._fetching.do(_BROWSER, self._renew_first)
        return list({**(self._folder or {}), **(self._browser or {})}.values())

    async def entry(self, voice_id: str) -> CatalogueEntry:
        """Raises UnknownVoice with the ids that there are."""
        entries = await self.entries()
        for entry in entries:
            if entry.id == voice_id:
                return entry
        known = ", ".join(entry.id for entry in entries) or "none"
        raise UnknownVoice(f"There is no voice {voice_id!r}. Voices here: {known}.")

    async def find(self, voice_id: str) -> CatalogueEntry | None:
        """The voice's entry where it is here."""
        return next((e for e in await self.entries() if e.id == voice_id), None)

    async def voice(self, voice_id: str) -> VoiceConfig:
        """The voice's configuration.

        Raises:
            UnknownVoice, VoiceNotInstalled, VoiceUnreadable, NetworkError, IntegrityError.
        """
        found = self._configs.get(voice_id)
        while found is None:
            # Once more where it became another one meanwhile.
            entry = await self.entry(voice_id)
            await self._fetching.do(voice_id, partial(self._fetch_config, entry))
            found = self._configs.get(voice_id)
        return found

    async def renew(self) -> set[str]:
        """Read anew what the browser keeps; the ids of voices that went or are others now."""
        before = self._browser or {}
        self._browser = now = await self._read_records()
        changed = {
            voice_id
            for voice_id in {*before, *now}
            if _files_of(before.get(voice_id)) != _files_of(now.get(voice_id))
        }
        for voice_id in changed:
            self._configs.pop(voice_id, None)
        return changed

    async def _fetch_catalogue(self) -> None:
        parsed = parse_catalogue(await self._files.catalogue())
        self._folder = {entry.id: entry for entry in parsed}

    async def _renew_first(self) -> None:
        self._browser = await self._read_records()

    async def _read_records(self) -> dict[str, CatalogueEntry]:
        """A store that fails has no voices: those of the folder speak all the same."""
        try:
            records = await asyncio.wait_for(self._store.records(), self._timeout)
        except (StoreError, TimeoutError) as error:
            log.warning("The voices that the browser keeps can't be read: %s", error)
            records = {}
        known: dict[str, CatalogueEntry] = {}
        for voice_id in sorted(records):
            for entry in parse_catalogue({voice_id: records[voice_id]}, source="browser"):
                known[entry.id] = entry
        return known

    async def _fetch_config(self, entry: CatalogueEntry) -> None:
        data, sha256 = await self._files.config(entry.id)
        if entry.model_sha256 is None or entry.config_sha256 is None:
            raise IntegrityError(
                f"The catalogue has no SHA-256 for the voice {entry.id}; build the folder anew."
            )
        if sha256 != entry.config_sha256:
            what = "Remove the voice and install it again."
            if entry.source == "folder":
                what = "Reload the page; if that does not help, build the folder anew."
            raise IntegrityError(
                f"The file {entry.id}.onnx.json is not the one that the catalogue names. {what}"
            )
        config = VoiceConfig.from_json(
            entry.id, data, model_sha256=entry.model_sha256, config_sha256=sha256
        )
        if _files_of(await self.find(entry.id)) == _files_of(entry):  # still the same voice
            self._configs[entry.id] = config


def _files_of(entry: CatalogueEntry | None) -> tuple[str | None, str | None] | None:
    return (entry.model_sha256, entry.config_sha256) if entry else None
