"""The ports of ``lectern.voice_ports`` in plain CPython, with faults to order.

A ``Disk`` outlives the stores on it, as a browser's does its tabs. Nothing here sleeps.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from lectern.errors import LecternError, NetworkError, QuotaError, StoreError, TooLarge
from lectern.ports import FileRef
from lectern.voice_ports import Answer, PartFile

from tests.e2e.faults import Cut, Flip, NoLength, Replace, Status, flip_bit
from tests.fakes import FakeVoiceFiles, Gate

Fault = Status | Cut | Flip | Replace | NoLength
#: Bytes that come at a time.
CHUNK = 1000


@dataclass
class _Part:
    data: bytearray
    note: str


@dataclass
class Disk:
    """What a browser keeps, and which of its tabs are at what."""

    parts: dict[tuple[str, str], _Part] = field(default_factory=dict)
    voices: dict[str, dict[str, bytes]] = field(default_factory=dict)
    records: dict[str, str] = field(default_factory=dict)
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    tabs: list[FakeVoiceStore] = field(default_factory=list)
    #: Bytes that fit; None for no end.
    capacity: int | None = None

    @property
    def used(self) -> int:
        whole = sum(len(data) for files in self.voices.values() for data in files.values())
        return whole + sum(len(part.data) for part in self.parts.values())


class FakeVoiceStore:
    """``VoiceStore`` on a disk; ``files`` holds what is taken from it, and serves its voices."""

    def __init__(self, files: FakeVoiceFiles, disk: Disk | None = None) -> None:
        self.disk = disk or Disk()
        self.disk.tabs.append(self)
        self.files = files
        self.files.kept = self.disk.voices
        self.fault: LecternError | None = None
        #: Raised by the next ``commit``, which has done nothing yet.
        self.commit_fault: LecternError | None = None
        #: Whether the browser tells how much room there is.
        self.tells_room = True
        self._callback: Callable[[Mapping[str, object]], None] = lambda news: None

    def _enter(self) -> None:
        if self.fault is not None:
            raise self.fault

    async def records(self) -> dict[str, object]:
        self._enter()
        return {voice_id: json.loads(text) for voice_id, text in self.disk.records.items()}

    async def parts(self) -> Sequence[PartFile]:
        self._enter()
        return [
            PartFile(voice_id, name, len(part.data), part.note)
            for (voice_id, name), part in self.disk.parts.items()
        ]

    async def begin(self, voice_id: str, name: str, note: str) -> None:
        self._enter()
        self.disk.parts[voice_id, name] = _Part(bytearray(), note)

    def write(self, voice_id: str, name: str, data: bytes) -> None:
        """For FakeDownloads."""
        self._enter()
        if self.disk.capacity is not None and self.disk.used + len(data) > self.disk.capacity:
            raise QuotaError("The browser gives no more storage.")
        part = self.disk.parts.get((voice_id, name))
        if part is None:
            raise StoreError(f"Nothing of {voice_id}.{name} is here.")
        part.data += data

    async def hold(self, voice_id: str, name: str) -> FileRef:
        self._enter()
        part = self.disk.parts.get((voice_id, name))
        if part is None:
            raise StoreError(f"Nothing of {voice_id}.{name} is here.")
        return self.files.hold(voice_id, bytes(part.data))

    async def commit(self, voice_id: str, record: Mapping[str, object]) -> None:
        self._enter()
        if self.commit_fault is not None:
            fault, self.commit_fault = self.commit_fault, None
            raise fault
        mine = [key for key in self.disk.parts if key[0] == voice_id]
        self.disk.voices[voice_id] = {key[1]: bytes(self.disk.parts.pop(key).data) for key in mine}
        self.disk.records[voice_id] = json.dumps(record)

    async def text(self, voice_id: str, name: str) -> str | None:
        self._enter()
        data = self.disk.voices.get(voice_id, {}).get(name)
        here = data is not None and voice_id in self.disk.records
        return data.decode("utf-8", "replace") if data is not None and here else None

    async def discard(self, voice_id: str) -> None:
        self._enter()
        for key in [key for key in self.disk.parts if key[0] == voice_id]:
            del self.disk.parts[key]
        if voice_id not in self.disk.records:
            self.disk.voices.pop(voice_id, None)

    async def remove(self, voice_id: str) -> None:
        self._enter()
        self.disk.records.pop(voice_id, None)
        await self.discard(voice_id)

    async def usage(self) -> dict[str, int]:
        self._enter()
        found = {
            voice_id: sum(len(data) for data in files.values())
            for voice_id, files in self.disk.voices.items()
        }
        for (voice_id, _), part in self.disk.parts.items():
            found[voice_id] = found.get(voice_id, 0) + len(part.data)
        return found

    async def room(self) -> int | None:
        if self.disk.capacity is None or not self.tells_room:
            return None
        return max(0, self.disk.capacity - self.disk.used)

    @asynccontextmanager
    async def exclusive(self, voice_id: str, *, patient: bool = True) -> AsyncIterator[bool]:
        lock = self.disk.locks.setdefault(voice_id, asyncio.Lock())
        if lock.locked() and not patient:
            yield False
            return
        async with lock:
            yield True

    def tell(self, news: Mapping[str, object]) -> None:
        for tab in self.disk.tabs:
            if tab is not self:
                tab._callback(json.loads(json.dumps(news)))

    def on_news(self, callback: Callable[[Mapping[str, object]], None]) -> None:
        self._callback = callback


@dataclass
class _Source:
    data: bytes
    cut: int | None = None
    announced: bool = True


class FakeDownloads:
    """``Downloads`` of what ``site`` has, by address; it knows Range and ETag.

    ``fault`` orders queue up for an address. ``offline``: nobody answers.
    """

    def __init__(self, store: FakeVoiceStore, site: Mapping[str, bytes] | None = None) -> None:
        self.store = store
        self.site = dict(site or {})
        self.asked: list[tuple[str, int]] = []
        self.ranges = True
        self.offline = False
        #: An address at which nobody answers.
        self.nowhere = ""
        #: Where an address leads by a redirect.
        self.redirects: dict[str, str] = {}
        #: Headers that a page may not read.
        self.hidden: set[str] = set()
        self.gate: Gate | None = None
        self.open_sources: dict[int, _Source] = {}
        self._orders: dict[str, list[Fault]] = {}
        self._next = 0

    def fault(self, url: str, *faults: Fault) -> None:
        self._orders.setdefault(url, []).extend(faults)

    def heal(self) -> None:
        """Take back every fault."""
        self._orders.clear()

    def give(self, data: bytes) -> int:
        """A file of the reader's."""
        return self._add(_Source(data))

    async def open(self, url: str, *, start: int = 0) -> Answer:
        await asyncio.sleep(0)
        self.asked.append((url, start))
        if self.offline or url == self.nowhere:
            raise NetworkError("There is no network. Check the connection.")
        orders = self._orders.get(url)
        fault = orders.pop(0) if orders else None
        data = self.site.get(url)
        address = self.redirects.get(url, url)
        if isinstance(fault, Status) or data is None:
            status = fault.code if isinstance(fault, Status) else 404
            return Answer(self._add(_Source(b"no")), status, address, {})
        return self._file(data, fault, start, address)

    def _file(self, data: bytes, fault: Fault | None, start: int, url: str) -> Answer:
        headers = {"etag": hashlib.sha256(data).hexdigest()}
        if isinstance(fault, Flip):
            data = flip_bit(data, fault.at)
        elif isinstance(fault, Replace):
            data = fault.data
        status = 200
        if start and self.ranges:
            if start >= len(data):
                return Answer(self._add(_Source(b"")), 416, url, headers)
            headers["content-range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            data, status = data[start:], 206
        cut = fault if isinstance(fault, Cut) else None
        source = _Source(data, cut.after if cut else None, cut.length if cut else True)
        shown = {name: value for name, value in headers.items() if name not in self.hidden}
        return Answer(self._add(source), status, url, shown)

    async def data(self, source: int, limit: int) -> bytes:
        found = self.open_sources[source]
        if found.cut is not None:
            raise NetworkError("The connection was cut. Check the connection.")
        if len(found.data) > limit:
            raise TooLarge("More came than was due.")
        return found.data

    async def receive(
        self,
        source: int,
        voice_id: str,
        name: str,
        limit: int,
        progress: Callable[[int], None],
    ) -> None:
        found = self.open_sources[source]
        data = found.data if found.cut is None else found.data[: found.cut]
        received = 0
        for at in range(0, len(data), CHUNK):
            await asyncio.sleep(0)
            if self.gate:
                await self.gate.passed()
            chunk = data[at : at + CHUNK]
            received += len(chunk)
            if received > limit:
                raise TooLarge("More came than was due.")
            self.store.write(voice_id, name, chunk)
            progress(received)
        if found.cut is not None and found.announced and len(data) < len(found.data):
            raise NetworkError("The connection was cut. Check the connection.")

    async def close(self, source: int) -> None:
        self.open_sources.pop(source, None)

    def _add(self, source: _Source) -> int:
        self._next += 1
        self.open_sources[self._next] = source
        return self._next
