"""The ports of ``voice_ports.py`` over host objects: a part of ``browser.py``."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import lectern_host as host
from pyodide.ffi import create_proxy

from lectern.errors import StoreError
from lectern.jsonchecks import parse
from lectern.jsvalues import listed, plain, translated
from lectern.ports import FileRef
from lectern.voice_ports import Answer, PartFile

log = logging.getLogger("lectern")


class HostDownloads:
    """``Downloads`` over ``host/downloads.js``."""

    async def open(self, url: str, *, start: int = 0) -> Answer:
        with translated():
            found = listed(await host.downloads.open(url, start))
        return Answer(found["id"], found["status"], found["url"], found["headers"])

    async def data(self, source: int, limit: int) -> bytes:
        with translated():
            found = await host.downloads.data(source, limit)
            data: bytes = found.to_bytes()
            return data

    async def receive(
        self,
        source: int,
        voice_id: str,
        name: str,
        limit: int,
        progress: Callable[[int], None],
    ) -> None:
        told = create_proxy(lambda received: progress(int(received)))
        try:
            with translated():
                await host.downloads.receive(source, voice_id, name, limit, told)
        finally:
            told.destroy()

    async def close(self, source: int) -> None:
        with translated():
            await host.downloads.close(source)


class HostVoiceStore:
    """``VoiceStore`` over ``host/voice_store.js``, its locks and its news."""

    async def records(self) -> dict[str, object]:
        with translated():
            found = listed(await host.voices.records())
        return {voice_id: parse(text) for voice_id, text in found.items()}

    async def parts(self) -> Sequence[PartFile]:
        with translated():
            found = listed(await host.voices.parts())
        return [PartFile(p["voiceId"], p["name"], p["size"], p["note"]) for p in found]

    async def begin(self, voice_id: str, name: str, note: str) -> None:
        with translated():
            await host.voices.begin(voice_id, name, note)

    async def hold(self, voice_id: str, name: str) -> FileRef:
        with translated():
            found = listed(await host.files.part(voice_id, name))
        return FileRef(found["file"], found["size"], found["sha256"])

    async def commit(self, voice_id: str, record: Mapping[str, object]) -> None:
        with translated():
            await host.voices.commit(voice_id, json.dumps(record))

    async def text(self, voice_id: str, name: str) -> str | None:
        with translated():
            found = await host.voices.text(voice_id, name)
        return found if isinstance(found, str) else None

    async def discard(self, voice_id: str) -> None:
        with translated():
            await host.voices.discard(voice_id)

    async def remove(self, voice_id: str) -> None:
        with translated():
            await host.voices.remove(voice_id)

    async def usage(self) -> dict[str, int]:
        with translated():
            found: dict[str, int] = listed(await host.voices.usage())
        return found

    async def room(self) -> int | None:
        found = await host.voices.room()
        return int(found) if isinstance(found, int | float) else None

    @asynccontextmanager
    async def exclusive(self, voice_id: str, *, patient: bool = True) -> AsyncIterator[bool]:
        ticket = host.voiceLock(voice_id, patient)
        try:
            granted = await ticket.granted
            if not granted and patient:
                raise StoreError(f"The voice {voice_id} could not be locked. Try again.")
            yield bool(granted)
        finally:
            ticket.release()

    def tell(self, news: Mapping[str, object]) -> None:
        host.voiceNews.tell(plain(news))

    def on_news(self, callback: Callable[[Mapping[str, object]], None]) -> None:
        def told(news: object, *_: object) -> None:
            values = listed(news)
            if isinstance(values, dict):
                callback(values)

        # Lives as long as the worker does.
        host.voiceNews.onNews(create_proxy(told))
