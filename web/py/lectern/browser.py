"""The only module that touches the browser: ports over the host objects of ``web/js/host``.

``worker.js`` registers them as the JavaScript module ``lectern_host``. What crosses is
JSON text, typed arrays and opaque ids; every proxy that is made here is destroyed here.
It is imported after a memory snapshot was taken or loaded, never before.
"""

from __future__ import annotations

import json
import logging
import random
from array import array
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import js
import lectern_host as host
from pyodide.ffi import JsException, create_proxy, to_js

from lectern.app import App, Housekeeping, Ports
from lectern.document_requests import Opened
from lectern.errors import DocumentUnreadable, StoreError, all_errors
from lectern.hosted import Bridge, HostPdf, HostPublished, SystemClock
from lectern.jsonchecks import parse
from lectern.onnxfile import Part
from lectern.ports import (
    Adapter,
    Aged,
    Columns,
    Feed,
    FileRef,
    KeptAudio,
    Noise,
    Progress,
    Realm,
    RealmConfig,
    SessionHandle,
)
from lectern.serving import Server
from lectern.speech import Spoken
from lectern.voice_ports import Answer, PartFile

log = logging.getLogger("lectern")

_ERRORS = all_errors()


@contextmanager
def _translated() -> Iterator[None]:
    """Host errors carry one of our codes; they go on as that error."""
    try:
        yield
    except JsException as error:
        cause = getattr(error, "js_error", error)
        kind = _ERRORS.get(str(getattr(cause, "code", "")))
        message = str(getattr(cause, "message", "") or error)
        if kind is None:
            raise
        if kind is DocumentUnreadable:
            raise DocumentUnreadable(message, str(getattr(cause, "reason", ""))) from None
        raise kind(message) from None


def _object(value: Mapping[str, object]) -> Any:
    """A plain JavaScript object of JSON-shaped values."""
    return js.JSON.parse(json.dumps(value))


def _typed(kind: Any, data: Any, length: int) -> Any:
    """A JavaScript typed array with a copy of ``data``'s buffer."""
    result = kind.new(length)
    if length:
        result.assign(data)
    return result


def _list(value: Any) -> Any:
    """A host's JSON-shaped answer."""
    return json.loads(js.JSON.stringify(value))


class HostInference:
    """``Inference`` over ``host/ort.js``."""

    async def adapter(self) -> Adapter | None:
        with _translated():
            found = _list(await host.ort.adapter())
        return Adapter(found["description"], found["fallback"]) if found else None

    async def open(self, config: RealmConfig) -> Realm:
        with _translated():
            realm = await host.ort.open(config.backend, config.threads)
            return Realm(int(realm.realm), str(realm.backend), int(realm.threads))

    async def close(self, realm: int) -> None:
        with _translated():
            await host.ort.close(realm)

    async def create(
        self,
        realm: int,
        model: FileRef,
        part: Part | None = None,
        *,
        fixed: Mapping[str, int] | None = None,
    ) -> SessionHandle:
        given = _part(part) if part else None
        with _translated():
            made = _list(
                await host.ort.create(realm, model.id, given, _object(fixed) if fixed else None)
            )
        return SessionHandle(made["session"], tuple(made["inputs"]), tuple(made["outputs"]))

    async def run(
        self,
        session: int,
        feeds: Mapping[str, Feed],
        outputs: Sequence[str],
        deadline: float,
    ) -> dict[str, memoryview]:
        # Each value that crosses by itself costs some tenth of a millisecond, between two windows.
        given = _object({name: _described(feed) for name, feed in feeds.items()})
        for name, feed in feeds.items():
            if isinstance(feed, Columns):
                matrices = [_typed(js.Float32Array, c.matrix, len(c.matrix)) for c in feed.excerpts]
                getattr(given, name).data = to_js(matrices)
        with _translated():
            result = await host.ort.run(session, given, to_js(list(outputs)), deadline)
            return {name: memoryview(getattr(result, name).to_py()) for name in outputs}

    async def release(self, session: int) -> None:
        with _translated():
            await host.ort.release(session)

    def on_lost(self, callback: Callable[[int], None]) -> None:
        # Lives as long as the worker does.
        host.ort.onLost(create_proxy(lambda realm, *_: callback(int(realm))))


def _part(part: Part) -> Any:
    """{segments: [offset, length, …], literals, sizes}"""
    flat = [number for segment in part.segments for number in segment]
    result = js.Object.new()
    result.segments = _typed(js.Float64Array, array("d", flat), len(flat))
    result.literals = _typed(js.Uint8Array, part.literals, len(part.literals))
    result.sizes = to_js(list(part.sizes))
    return result


def _described(feed: Feed) -> dict[str, object]:
    """What host/ort.js calls a Feed, matrices left out."""
    if isinstance(feed, Columns):
        places = [number for c in feed.excerpts for number in (c.total, c.first, c.last)]
        return {"type": "columns", "rows": feed.rows, "places": places}
    if isinstance(feed, Noise):
        size = {"rows": feed.rows, "columns": feed.columns, "first": feed.first}
        return {"type": "noise", "seed": feed.seed, **size}
    return {"type": feed.type, "data": list(feed.data), "dims": feed.dims}


class HostPhonemizer:
    """``Phonemizer`` over ``host/espeak.js``."""

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        with _translated():
            await host.espeak.ready(voice)
            result: list[list[str]] = _list(host.espeak.phonemize(voice, to_js(list(texts))))
        return result


class HostStore:
    """``AudioStore`` over ``host/audio_store.js``."""

    async def get(self, key: str) -> KeptAudio | None:
        with _translated():
            if not (found := await host.store.get(key)):
                return None
            words = tuple((int(a), int(b), int(c)) for a, b, c in _list(found.words))
            numbers = int(found.sampleRate), int(found.samples)
            about: tuple[Any, ...] = (str(found.check), str(found.voiceId), int(found.created))
            return KeptAudio(found.data.to_bytes(), str(found.codec), *numbers, words, *about)

    async def put(self, key: str, entry: KeptAudio, used: int) -> None:
        sound = {"codec": entry.codec, "sampleRate": entry.sample_rate, "samples": entry.samples}
        about = {"check": entry.check, "voiceId": entry.voice_id, "created": entry.created}
        record = _object({**sound, **about, "words": entry.words})
        record.data = _typed(js.Uint8Array, entry.data, len(entry.data))
        with _translated():
            await host.store.put(key, record, used)

    async def touch(self, marks: Mapping[str, int]) -> None:
        with _translated():
            await host.store.touch(js.JSON.parse(json.dumps(list(marks.items()))))

    async def delete(self, keys: Sequence[str]) -> None:
        with _translated():
            await host.store.delete(to_js(list(keys)))

    async def clear(self) -> None:
        with _translated():
            await host.store.clear()

    async def totals(self) -> tuple[int, int]:
        with _translated():
            found = _list(await host.store.totals())
        return found["count"], found["bytes"]

    async def oldest(self, limit: int) -> list[Aged]:
        with _translated():
            found = _list(await host.store.oldest(limit))
        return [Aged(str(key), int(size), int(used)) for key, size, used in found]

    async def quota(self) -> int | None:
        return int(await host.store.quota() or 0) or None


class HostCodecs:
    """``AudioCodecs`` over ``host/codecs.js``."""

    async def encode(self, codec: str, pcm: bytes, sample_rate: int, bitrate: int) -> bytes | None:
        given = _typed(js.Uint8Array, pcm, len(pcm))
        with _translated():
            found = await host.codecs.encode(codec, given, sample_rate, bitrate)
            return bytes(found.to_bytes()) if found else None

    async def decode(
        self, codec: str, data: bytes, sample_rate: int, samples: int, limit: int
    ) -> bytes | None:
        given = _typed(js.Uint8Array, data, len(data))
        with _translated():
            found = await host.codecs.decode(codec, given, sample_rate, samples, limit)
            return bytes(found.to_bytes()) if found else None


class HostVoiceFiles:
    """``VoiceFiles`` over ``host/voice_files.js``."""

    async def catalogue(self) -> object:
        with _translated():
            text = str(await host.files.catalogue())
        return parse(text)

    async def config(self, voice_id: str) -> tuple[object, str]:
        with _translated():
            found = await host.files.config(voice_id)
            text, sha256 = str(found.text), str(found.sha256)
        return parse(text), sha256

    async def model(self, voice_id: str, progress: Progress, *, fresh: bool = False) -> FileRef:
        told = create_proxy(lambda loaded, total: progress(int(loaded), int(total)))
        try:
            with _translated():
                found = await host.files.model(voice_id, told, fresh)
                return FileRef(int(found.file), int(found.size), str(found.sha256))
        finally:
            told.destroy()

    def read(self, file: FileRef, offset: int, length: int) -> bytes:
        with _translated():
            data: bytes = host.files.read(file.id, offset, length).to_bytes()
            return data

    async def drop(self, file: FileRef) -> None:
        host.files.drop(file.id)

    async def plan(self, sha256: str) -> str | None:
        found = await host.plans.get(sha256)
        return str(found) if found else None

    async def keep_plan(self, sha256: str, plan: str) -> None:
        await host.plans.put(sha256, plan)

    async def clear(self) -> None:
        with _translated():
            await host.files.clear()


class HostDownloads:
    """``Downloads`` over ``host/downloads.js``."""

    async def open(self, url: str, *, start: int = 0) -> Answer:
        with _translated():
            found = _list(await host.downloads.open(url, start))
        return Answer(found["id"], found["status"], found["url"], found["headers"])

    async def data(self, source: int, limit: int) -> bytes:
        with _translated():
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
            with _translated():
                await host.downloads.receive(source, voice_id, name, limit, told)
        finally:
            told.destroy()

    async def close(self, source: int) -> None:
        with _translated():
            await host.downloads.close(source)


class HostArticle:
    """``ArticleFinder`` over ``host/article.js``."""

    async def find(self, markup: str, limits: Mapping[str, float]) -> str:
        with _translated():
            return str(await host.article(markup, _object(limits)))


class HostVoiceStore:
    """``VoiceStore`` over ``host/voice_store.js``, its locks and its news."""

    async def records(self) -> dict[str, object]:
        with _translated():
            found = _list(await host.voices.records())
        return {voice_id: parse(text) for voice_id, text in found.items()}

    async def parts(self) -> Sequence[PartFile]:
        with _translated():
            found = _list(await host.voices.parts())
        return [PartFile(p["voiceId"], p["name"], p["size"], p["note"]) for p in found]

    async def begin(self, voice_id: str, name: str, note: str) -> None:
        with _translated():
            await host.voices.begin(voice_id, name, note)

    async def hold(self, voice_id: str, name: str) -> FileRef:
        with _translated():
            found = _list(await host.files.part(voice_id, name))
        return FileRef(found["file"], found["size"], found["sha256"])

    async def commit(self, voice_id: str, record: Mapping[str, object]) -> None:
        with _translated():
            await host.voices.commit(voice_id, json.dumps(record))

    async def text(self, voice_id: str, name: str) -> str | None:
        with _translated():
            found = await host.voices.text(voice_id, name)
        return found if isinstance(found, str) else None

    async def discard(self, voice_id: str) -> None:
        with _translated():
            await host.voices.discard(voice_id)

    async def remove(self, voice_id: str) -> None:
        with _translated():
            await host.voices.remove(voice_id)

    async def usage(self) -> dict[str, int]:
        with _translated():
            found: dict[str, int] = _list(await host.voices.usage())
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
        host.voiceNews.tell(_object(news))

    def on_news(self, callback: Callable[[Mapping[str, object]], None]) -> None:
        def told(news: object, *_: object) -> None:
            values = _list(news)
            if isinstance(values, dict):
                callback(values)

        # Lives as long as the worker does.
        host.voiceNews.onNews(create_proxy(told))


class _ConsoleHandler(logging.Handler):
    """Console lines as maintainers grep them."""

    def emit(self, record: logging.LogRecord) -> None:
        host.log(record.levelname.lower(), f"[PiperWASM] {record.getMessage()}")


def _answer(request_id: int, ok: bool, value: object) -> None:
    if isinstance(value, Spoken):
        _answer_spoken(request_id, value)
    elif isinstance(value, Opened):
        _answer_opened(request_id, value)
    else:
        host.answer(request_id, ok, js.JSON.parse(json.dumps(value)), None)


def _answer_spoken(request_id: int, spoken: Spoken) -> None:
    """PieceValue: the samples are transferred, words in seconds."""
    kind = js.Float32Array if spoken.samples.format == "f" else js.Int16Array
    samples = _typed(kind, spoken.samples, len(spoken.samples))
    rate = spoken.sample_rate
    value = _object(
        {
            "sampleRate": rate,
            "words": [
                {"start": start, "end": end, "time": first / rate, "duration": length / rate}
                for start, end, first, length in spoken.words
            ],
            "last": spoken.last,
            "source": spoken.source,
        }
    )
    value.samples = samples
    host.answer(request_id, True, value, js.Array.of(samples.buffer))


def _answer_opened(request_id: int, opened: Opened) -> None:
    """DocumentData: the cover's bytes are transferred."""
    value = _object(opened.data)
    if opened.cover is None:
        host.answer(request_id, True, value, None)
        return
    data, kind = opened.cover
    value.cover = _object({"type": kind})
    value.cover.bytes = _typed(js.Uint8Array, data, len(data))
    host.answer(request_id, True, value, js.Array.of(value.cover.bytes.buffer))


async def _keep_snapshot() -> object:
    with _translated():
        return await host.snapshot.keep()


async def _clear_snapshot() -> object:
    with _translated():
        return await host.snapshot.clear()


async def _install_numpy() -> bool:
    with _translated():
        return bool(await host.numpy())


def bridge() -> Bridge:
    """What ``hosted.py`` needs of the browser."""
    return Bridge(_translated, lambda data: _typed(js.Uint8Array, data, len(data)), _object)


def start(boot: Any) -> None:
    """Compose the app for a BootPayload and begin to answer requests.

    Raises:
        BadOption: a setting or override is wrong.
    """
    random.seed()  # a memory snapshot froze its state
    log.setLevel(logging.INFO)
    log.handlers = [_ConsoleHandler()]
    log.propagate = False
    ports = Ports(
        inference=HostInference(),
        phonemizer=HostPhonemizer(),
        store=HostStore(),
        files=HostVoiceFiles(),
        clock=SystemClock(),
        voice_store=HostVoiceStore(),
        downloads=HostDownloads(),
        pdf=HostPdf(host.pdf, bridge()),
        articles=HostArticle(),
        codecs=HostCodecs(),
        published=HostPublished(host.published, bridge()),
    )
    app = App(
        ports,
        Housekeeping(_keep_snapshot, _clear_snapshot, _install_numpy),
        lambda event: host.emit(_object(event)),
        json.loads(js.JSON.stringify(boot)),
    )
    server = Server(app, lambda payload: _list(payload) if payload else {}, _answer)
    handlers = js.Object.new()
    # These two live as long as the worker does.
    handlers.request = create_proxy(server.request)
    handlers.cancel = create_proxy(server.cancel)
    host.serve(handlers)
