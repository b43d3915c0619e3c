"""Installing and removing voices of the browser's store: nothing half, nothing in the way.

A voice is checked whole while its files are parts, and becomes one by its record, which is
written last. Whatever is refused before leaves the other voices, and an earlier one of the
same name, as they were.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping

from lectern.belonging import check_names
from lectern.catalogue import CatalogueEntry, is_voice_id, looks_like_piper
from lectern.collection import MOST_CONFIG, Collection, Offer, license_of
from lectern.errors import (
    BadOption,
    LecternError,
    NetworkError,
    QuotaError,
    StoreError,
    TooLarge,
    VoiceUnreadable,
)
from lectern.fetching import Fetcher
from lectern.jsonchecks import parse
from lectern.ports import FileRef, Phonemizer, VoiceFiles
from lectern.preparing import check_model
from lectern.progress import Emit, download_progress, progress_event
from lectern.retrying import Sleep
from lectern.settings import MIB
from lectern.singleflight import SingleFlight
from lectern.voice import VoiceConfig
from lectern.voice_ports import CARD, CONFIG, MODEL, Downloads, GivenFile, VoiceStore
from lectern.voices import Voices

log = logging.getLogger("lectern")

#: Space that is left alone: an origin that has used up its quota loses more than a voice.
_ROOM_LEFT = 4 * MIB
_RECORD_VERSION = 1


class Installer:
    """The voices that the browser keeps, and how they get there.

    Args:
        changed: called with the ids of voices that went, came or are others now.
        most_bytes: files that are larger are refused.
        sleep: takes seconds, between attempts.
    """

    def __init__(
        self,
        *,
        voices: Voices,
        collection: Collection,
        store: VoiceStore,
        downloads: Downloads,
        files: VoiceFiles,
        phonemizer: Phonemizer,
        emit: Emit,
        changed: Callable[[set[str]], Awaitable[None]],
        most_bytes: int,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._voices = voices
        self._collection = collection
        self._store = store
        self._downloads = downloads
        self._files = files
        self._phonemizer = phonemizer
        self._emit = emit
        self._changed = changed
        self._most_bytes = most_bytes
        self._fetcher = Fetcher(downloads, store, files, check=collection.check, sleep=sleep)
        self._installing: SingleFlight[str, None] = SingleFlight()
        #: Voices that wait for another tab, which tells how far it is.
        self._waiting: set[str] = set()

    # -- in ------------------------------------------------------------------------

    def may_find(self, voice_id: str) -> bool:
        """Whether ``install`` may find a voice of this name: nobody is asked."""
        return self._collection.there and looks_like_piper(voice_id)

    async def install(self, voice_id: str) -> CatalogueEntry:
        """Fetch a voice of the collection, unless it is here. Going on where it was cut.

        Raises:
            BadOption, UnknownVoice, NetworkError, VoiceNotInstalled, IntegrityError,
            VoiceUnreadable, TooLarge, QuotaError, StoreError, PhonemizerFailed.
        """
        here = await self._voices.find(voice_id)
        if here is not None:
            return here
        offer = await self._collection.offer(voice_id)
        await self._installing.do(offer.entry.id, lambda: self._install(offer))
        return await self._voices.entry(offer.entry.id)

    async def install_files(
        self, voice_id: str, model: GivenFile, config: GivenFile
    ) -> CatalogueEntry:
        """Take a voice from the two files that the reader gave, in the place of an earlier one.

        Raises:
            BadOption, VoiceUnreadable, TooLarge, QuotaError, StoreError, PhonemizerFailed.
        """
        try:
            if not is_voice_id(voice_id):
                raise BadOption(
                    f"A voice can't be called {voice_id[:60]!r}: use letters, digits, - and _."
                )
            self._check_size(voice_id, model.size)
            if config.size > MOST_CONFIG:
                raise VoiceUnreadable(f"{config.name} is too large for the JSON of a voice.")
            await self._take(voice_id, model, config)
        finally:
            await self._downloads.close(model.id)
            await self._downloads.close(config.id)
        return await self._voices.entry(voice_id)

    # -- out -----------------------------------------------------------------------

    async def remove(self, voice_id: str) -> None:
        """Remove a voice, or what has come of one, from the browser's store.

        Raises:
            UnknownVoice, BadOption: it is not there; it belongs to the folder.
        """
        if voice_id not in await self._store.usage():
            entry = await self._voices.entry(voice_id)
            raise BadOption(f"The voice {entry.id} is part of this site: it can't be removed.")
        async with self._store.exclusive(voice_id):
            await self._store.remove(voice_id)
        await self._renew(tell=True)

    async def clear(self) -> None:
        """Remove everything but what another tab is at."""
        for voice_id in await self._store.usage():
            async with self._store.exclusive(voice_id, patient=False) as alone:
                if alone:
                    await self._store.remove(voice_id)
        await self._renew(tell=True)

    async def tidy(self) -> None:
        """Remove files that no record tells of and that nobody can go on with: after a crash."""
        known = set(await self._store.records()) | {p.voice_id for p in await self._store.parts()}
        for voice_id in set(await self._store.usage()) - known:
            async with self._store.exclusive(voice_id, patient=False) as alone:
                if alone:
                    await self._store.discard(voice_id)

    # -- what there is ---------------------------------------------------------------

    async def license_and_card(self, voice_id: str) -> tuple[str, str]:
        """What the voice's MODEL_CARD says: its licence and the whole, "" where there is none."""
        here = await self._voices.find(voice_id)
        if here is not None:
            card = await self._store.text(voice_id, CARD) if here.source == "browser" else None
            return here.license or license_of(card or ""), card or ""
        card = await self._collection.card(await self._collection.offer(voice_id))
        return license_of(card), card

    async def usage(self) -> dict[str, int]:
        """Bytes by voice, downloads that were cut included."""
        return await self._store.usage()

    async def begun(self) -> dict[str, int]:
        """Bytes of downloads that were cut, by voice."""
        found: dict[str, int] = {}
        for part in await self._store.parts():
            found[part.voice_id] = found.get(part.voice_id, 0) + part.size
        return found

    # -- the other tabs ----------------------------------------------------------------

    def told(self, news: Mapping[str, object]) -> Coroutine[object, object, None] | None:
        """What another tab did; work that is to be done about it."""
        voice_id, loaded, total = news.get("voiceId"), news.get("loaded"), news.get("total")
        if news.get("type") == "changed":
            return self._renew(tell=False)
        waited_for = news.get("type") == "progress" and voice_id in self._waiting
        if waited_for and isinstance(loaded, int) and isinstance(total, int):
            self._emit(progress_event(str(voice_id), "download", loaded, total))
        return None

    # -- one voice -------------------------------------------------------------------

    async def _install(self, offer: Offer) -> None:
        voice_id = offer.entry.id
        self._waiting.add(voice_id)
        try:
            async with self._store.exclusive(voice_id):
                self._waiting.discard(voice_id)
                fetched = voice_id not in await self._store.records()
                if fetched:  # else another tab was quicker
                    await self._fetch(offer)
        finally:
            self._waiting.discard(voice_id)
        await self._renew(tell=fetched)

    async def _fetch(self, offer: Offer) -> None:
        voice_id = offer.entry.id
        self._check_size(voice_id, offer.model.size)
        begun = (await self.begun()).get(voice_id, 0)
        await self._check_room(voice_id, offer.bytes - begun)
        tell = self._progress(voice_id, offer.bytes)
        held: list[FileRef] = []
        try:
            small = 0
            config = await self._fetcher.fetch(voice_id, CONFIG, offer.config, tell)
            held.append(config)
            await self._check_language(self._read_config(voice_id, config))
            small += offer.config.size
            card = ""
            if offer.card is not None:
                file = await self._fetcher.fetch(
                    voice_id, CARD, offer.card, lambda loaded: tell(small + loaded)
                )
                held.append(file)
                card = self._files.read(file, 0, file.size).decode("utf-8", "replace")
                small += offer.card.size
            model = await self._fetcher.fetch(
                voice_id, MODEL, offer.model, lambda loaded: tell(small + loaded)
            )
            held.append(model)
            voice = self._check(voice_id, model, config)
            await self._commit(voice, model, config, license_of(card), offer.model.url)
        except NetworkError:
            raise  # what came is gone on with
        except LecternError:
            await self._store.discard(voice_id)
            raise
        finally:
            for file in held:
                await self._files.drop(file)

    async def _take(self, voice_id: str, model: GivenFile, config: GivenFile) -> None:
        async with self._store.exclusive(voice_id):
            await self._check_room(voice_id, model.size + config.size)
            tell = self._progress(voice_id, model.size)
            held: list[FileRef] = []
            # Of a download that was cut: its card would become the card of these files.
            await self._store.discard(voice_id)
            try:
                for name, file in ((CONFIG, config), (MODEL, model)):
                    await self._store.begin(voice_id, name, "")
                    told = tell if name == MODEL else _unheard
                    await self._downloads.receive(file.id, voice_id, name, file.size, told)
                    held.append(await self._store.hold(voice_id, name))
                    if held[-1].size != file.size:
                        raise StoreError(f"{file.name} was not stored whole. Try again.")
                    if name == CONFIG:
                        parsed = self._read_config(voice_id, held[0])
                        await self._check_language(parsed)
                        check_names(voice_id, model.name, config.name, self._json(held[0]))
                voice = self._check(voice_id, held[1], held[0])
                await self._commit(voice, held[1], held[0], "", "")
            except BaseException:  # a file that was given is given again, not gone on with
                await self._store.discard(voice_id)
                raise
            finally:
                for ref in held:
                    await self._files.drop(ref)
        await self._renew(tell=True)

    def _read_config(self, voice_id: str, config: FileRef) -> VoiceConfig:
        digest = config.sha256
        return VoiceConfig.from_json(
            voice_id, self._json(config), model_sha256=digest, config_sha256=digest
        )

    def _json(self, file: FileRef) -> object:
        return parse(self._files.read(file, 0, file.size).decode("utf-8", "replace"))

    async def _check_language(self, voice: VoiceConfig) -> None:
        """Before the model is fetched; what espeak needs for the language comes with it, and is
        here when the network is not."""
        if voice.phoneme_type == "espeak":
            await self._phonemizer.phonemize(voice.espeak_voice, ["a"])

    def _check(self, voice_id: str, model: FileRef, config: FileRef) -> VoiceConfig:
        """A voice that can be spoken with, as far as can be told without loading it."""
        voice = self._read_config(voice_id, config)
        check_model(
            lambda at, length: self._files.read(model, at, length),
            model.size,
            symbols=voice.symbols,
            speakers=voice.num_speakers,
        )
        return voice

    async def _commit(
        self, voice: VoiceConfig, model: FileRef, config: FileRef, license: str, origin: str
    ) -> None:
        await self._store.commit(
            voice.id,
            {
                "version": _RECORD_VERSION,
                "key": voice.id,
                "name": voice.name,
                "language": {"code": voice.language},
                "quality": voice.quality,
                "sample_rate": voice.sample_rate,
                "num_speakers": voice.num_speakers,
                "speaker_id_map": dict(voice.speaker_id_map),
                "files": {
                    f"{voice.id}.{name}": {"size_bytes": file.size, "sha256": file.sha256}
                    for name, file in ((MODEL, model), (CONFIG, config))
                },
                "license": license,
                "origin": origin,
            },
        )
        log.info("📦 Installed %s (%dMB)", voice.id, (model.size + config.size) // MIB)

    # -- small things ----------------------------------------------------------------

    def _check_size(self, voice_id: str, size: int) -> None:
        if size > self._most_bytes:
            raise TooLarge(
                f"The model of {voice_id} has {size // MIB} MB; voices of up to "
                f"{self._most_bytes // MIB} MB are installed. Choose one of a lower quality."
            )

    async def _check_room(self, voice_id: str, needed: int) -> None:
        room = await self._store.room()
        if room is not None and room < needed + _ROOM_LEFT:
            raise QuotaError(
                f"The browser has no room for {voice_id}: it needs {_megabytes(needed)} MB, "
                f"{_megabytes(room)} MB are left. Remove a voice or free some space."
            )

    def _progress(self, voice_id: str, total: int) -> Callable[[int], None]:
        tell = download_progress(self._emit, voice_id)

        def progress(loaded: int) -> None:
            tell(loaded, total)
            self._store.tell(
                {"type": "progress", "voiceId": voice_id, "loaded": loaded, "total": total}
            )

        return progress

    async def _renew(self, *, tell: bool) -> None:
        await self._changed(await self._voices.renew())
        if tell:
            self._store.tell({"type": "changed"})


def _unheard(loaded: int) -> None:
    """Progress that nobody is told of."""


def _megabytes(size: int) -> str:
    return f"{max(size, 0) / MIB:.1f}"
