"""One file of the collection into the store: gone on with after a cut, checked, or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from lectern.collection import RemoteFile
from lectern.errors import IntegrityError, NetworkError, TooLarge
from lectern.ports import FileRef, VoiceFiles
from lectern.retrying import Retry, Sleep, refuse
from lectern.voice_ports import Answer, Downloads, PartFile, VoiceStore

log = logging.getLogger("lectern")

#: Bytes that are hashed in one go: some ten milliseconds.
_CHUNK = 1 << 20
#: Bytes, or else a twentieth of the file: who gets on so far may fail again.
_GAIN = 1 << 16
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)\Z")


@dataclass(frozen=True, slots=True)
class _Note:
    """What a part is a part of. ``etag`` is "" where the server's may not be read."""

    md5: str
    size: int
    etag: str

    @classmethod
    def read(cls, text: str) -> _Note | None:
        try:
            data = json.loads(text)
            return cls(str(data["md5"]), int(data["size"]), str(data["etag"]))
        except (ValueError, TypeError, KeyError):
            return None

    def write(self) -> str:
        return json.dumps({"md5": self.md5, "size": self.size, "etag": self.etag})

    def of(self, file: RemoteFile) -> bool:
        return (self.md5, self.size) == (file.md5, file.size)


class Fetcher:
    """Fetches files into parts of the store.

    Args:
        check: raises for an address that must not be asked; redirects are checked too.
    """

    def __init__(
        self,
        downloads: Downloads,
        store: VoiceStore,
        files: VoiceFiles,
        *,
        check: Callable[[str], None],
        sleep: Sleep,
    ) -> None:
        self._downloads = downloads
        self._store = store
        self._files = files
        self._check = check
        self._sleep = sleep

    async def fetch(
        self, voice_id: str, name: str, file: RemoteFile, progress: Callable[[int], None]
    ) -> FileRef:
        """The file's bytes, of the size and with the MD5 that were promised; held.

        Damage is fetched anew once. ``progress`` is told the bytes that are here.

        Raises:
            NetworkError: what came is of use, and the next call goes on with it.
            IntegrityError, VoiceNotInstalled, QuotaError, StoreError: it is to be discarded.
        """
        retry = Retry(self._sleep)
        for attempt in (1, 2):
            try:
                await self._complete(voice_id, name, file, progress, retry)
            except TooLarge:
                log.warning("%s: more came than was promised.", file.url)
            else:
                held = await self._store.hold(voice_id, name)
                if held.size == file.size and await md5_of(self._files, held) == file.md5:
                    return held
                await self._files.drop(held)
                log.warning("%s: not the bytes that were promised (%d).", file.url, attempt)
            # Not to be gone on with.
            await self._store.begin(voice_id, name, "")
        raise IntegrityError(
            f"{file.url.rpartition('/')[2]} came damaged twice: its bytes are not those that the "
            "collection names. Nothing was installed; try again later."
        )

    async def _complete(
        self,
        voice_id: str,
        name: str,
        file: RemoteFile,
        progress: Callable[[int], None],
        retry: Retry,
    ) -> None:
        """Until the part has the file's size."""
        most = 0
        while True:
            part = await self._part(voice_id, name, file)
            here = part.size if part else 0
            most = max(most, here)
            progress(here)
            if here == file.size:
                return
            try:
                await self._go_on(voice_id, name, file, part, progress)
            except NetworkError as error:
                now = await self._part(voice_id, name, file)
                here = now.size if now else 0
                log.info("%s stopped at %d bytes: %s", file.url, here, error)
                # A server that always cuts at one place, or after a few bytes, helps nobody.
                await retry.after(error, gained=here - most >= min(_GAIN, file.size // 20))

    async def _part(self, voice_id: str, name: str, file: RemoteFile) -> PartFile | None:
        """What is here of this very file."""
        for part in await self._store.parts():
            if (part.voice_id, part.name) == (voice_id, name) and part.size <= file.size:
                note = _Note.read(part.note)
                return part if note and note.of(file) else None
        return None

    async def _go_on(
        self,
        voice_id: str,
        name: str,
        file: RemoteFile,
        part: PartFile | None,
        progress: Callable[[int], None],
    ) -> None:
        start = part.size if part else 0
        # No If-Range: it is a header that browsers first ask another origin's leave for, and
        # the hosts of models give none. The answer's ETag is compared instead.
        self._check(file.url)
        answer = await self._downloads.open(file.url, start=start)
        try:
            self._check(answer.url)
            note = _Note(file.md5, file.size, answer.headers.get("etag", ""))
            if start and not _continues(answer, part, start):
                if answer.status in (206, 416):
                    await self._store.begin(voice_id, name, note.write())
                    raise NetworkError(f"{file.url} can't be gone on with. Try again.")
                start = 0
            refuse(answer)
            if not start:
                await self._store.begin(voice_id, name, note.write())
            begun = start
            await self._downloads.receive(
                answer.id,
                voice_id,
                name,
                file.size - begun,
                lambda received: progress(begun + received),
            )
        finally:
            await self._downloads.close(answer.id)
        now = await self._part(voice_id, name, file)
        if now is None or now.size < file.size:
            raise NetworkError(f"{file.url} ended before its end. Check the connection.")


async def md5_of(files: VoiceFiles, held: FileRef) -> str:
    """In hex; other work goes on between the chunks."""
    digest = hashlib.md5(usedforsecurity=False)
    for offset in range(0, held.size, _CHUNK):
        digest.update(files.read(held, offset, min(_CHUNK, held.size - offset)))
        await asyncio.sleep(0)
    return digest.hexdigest()


def _continues(answer: Answer, part: PartFile | None, start: int) -> bool:
    """Whether an answer is the rest of the part, as far as its headers may be read."""
    if answer.status != 206:
        return False
    note = _Note.read(part.note) if part else None
    etag = answer.headers.get("etag", "")
    if note and note.etag and etag and note.etag != etag:
        return False
    told = answer.headers.get("content-range")
    if told is None:
        return True  # may not be read; the MD5 tells in the end
    found = _CONTENT_RANGE.match(told)
    return found is not None and int(found[1]) == start
