"""The only module that touches the browser: ports over the host objects of ``web/js/host``.

``worker.js`` registers them as the JavaScript module ``lectern_host``. What crosses is
JSON text, typed arrays and opaque ids; every proxy that is made here is destroyed here.
It is imported after a memory snapshot was taken or loaded, never before.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import js
import lectern_host as host
from pyodide.ffi import JsException, create_proxy, to_js

from lectern.app import App, Housekeeping, Ports, SystemClock
from lectern.errors import LecternError, all_errors
from lectern.jsonchecks import parse
from lectern.ports import (
    Adapter,
    FileRef,
    Progress,
    Realm,
    RealmConfig,
    SessionHandle,
    StoredAudio,
    Tensor,
)
from lectern.speech import Spoken

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

    async def create(self, realm: int, model: FileRef) -> SessionHandle:
        with _translated():
            made = _list(await host.ort.create(realm, model.id))
        return SessionHandle(made["session"], tuple(made["inputs"]), tuple(made["outputs"]))

    async def run(
        self,
        session: int,
        feeds: Mapping[str, Tensor],
        outputs: Sequence[str],
        deadline: float,
    ) -> dict[str, memoryview]:
        given = js.Object.new()
        for name, tensor in feeds.items():
            setattr(given, name, _tensor(tensor))
        with _translated():
            result = await host.ort.run(session, given, to_js(list(outputs)), deadline)
            return {name: memoryview(getattr(result, name).to_py()) for name in outputs}

    async def release(self, session: int) -> None:
        with _translated():
            await host.ort.release(session)

    def on_lost(self, callback: Callable[[int], None]) -> None:
        # Lives as long as the worker does.
        host.ort.onLost(create_proxy(lambda realm, *_: callback(int(realm))))


def _tensor(tensor: Tensor) -> Any:
    if tensor.type == "int64":
        data = _typed(js.BigInt64Array, array("q", map(int, tensor.data)), len(tensor.data))
    else:
        data = _typed(js.Float32Array, array("f", tensor.data), len(tensor.data))
    result = js.Object.new()
    result.type = tensor.type
    result.data = data
    result.dims = to_js(list(tensor.dims))
    return result


class HostPhonemizer:
    """``Phonemizer`` over ``host/espeak.js``."""

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        with _translated():
            await host.espeak.ready()
            result: list[list[str]] = _list(host.espeak.phonemize(voice, to_js(list(texts))))
        return result


class HostStore:
    """``AudioStore`` over ``host/audio_store.js``."""

    async def get(self, key: str) -> StoredAudio | None:
        with _translated():
            found = await host.store.get(key)
            if not found:
                return None
            words = tuple((int(a), int(b), int(c)) for a, b, c in _list(found.words))
            return StoredAudio(
                bytes(found.pcm.to_py()), int(found.sampleRate), words, int(found.crc32)
            )

    async def put(self, key: str, entry: StoredAudio) -> None:
        record = _object(
            {
                "sampleRate": entry.sample_rate,
                "words": [list(word) for word in entry.words],
                "crc32": entry.crc32,
            }
        )
        record.pcm = _typed(js.Uint8Array, entry.pcm, len(entry.pcm))
        with _translated():
            await host.store.put(key, record)

    async def delete(self, keys: Sequence[str]) -> None:
        with _translated():
            await host.store.delete(to_js(list(keys)))

    async def clear(self) -> None:
        with _translated():
            await host.store.clear()

    async def totals(self) -> tuple[int, int]:
        with _translated():
            found = await host.store.totals()
            return int(found.count), int(found.bytes)

    async def oldest(self, limit: int) -> list[tuple[str, int]]:
        with _translated():
            return [(str(key), int(size)) for key, size in _list(await host.store.oldest(limit))]


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

    async def drop(self, file: FileRef) -> None:
        host.files.drop(file.id)

    async def clear(self) -> None:
        with _translated():
            await host.files.clear()


class _ConsoleHandler(logging.Handler):
    """Console lines as maintainers grep them."""

    def emit(self, record: logging.LogRecord) -> None:
        host.log(record.levelname.lower(), f"[PiperWASM] {record.getMessage()}")


class _Server:
    """Answers requests, each in a task of its own that ``cancel`` can stop."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def request(self, request_id: int, kind: str, payload: Any) -> None:
        values = json.loads(js.JSON.stringify(payload)) if payload else {}
        task = asyncio.ensure_future(self._answer(request_id, kind, values))
        self._tasks[request_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(request_id, None))

    def cancel(self, request_id: int) -> None:
        task = self._tasks.get(request_id)
        if task is not None:
            task.cancel()

    async def _answer(self, request_id: int, kind: str, payload: Mapping[str, object]) -> None:
        try:
            value = await self._app.handle(kind, payload)
        except asyncio.CancelledError:
            self._refuse(request_id, "aborted", "The request was stopped.", False)
        except LecternError as error:
            self._refuse(request_id, error.code, error.message, error.retryable)
        except Exception as error:
            log.exception("Request %s failed", kind)
            self._refuse(request_id, "internal", f"Something went wrong inside: {error}", False)
        else:
            if isinstance(value, Spoken):
                _answer_spoken(request_id, value)
            else:
                host.answer(request_id, True, js.JSON.parse(json.dumps(value)), None)

    def _refuse(self, request_id: int, code: str, message: str, retryable: bool) -> None:
        error = _object({"code": code, "message": message, "retryable": retryable})
        host.answer(request_id, False, error, None)


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
            "last": True,
            "source": spoken.source,
        }
    )
    value.samples = samples
    host.answer(request_id, True, value, js.Array.of(samples.buffer))


async def _keep_snapshot() -> object:
    with _translated():
        return await host.snapshot.keep()


async def _clear_snapshot() -> object:
    with _translated():
        return await host.snapshot.clear()


async def _install_numpy() -> bool:
    with _translated():
        return bool(await host.numpy())


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
    )
    housekeeping = Housekeeping(_keep_snapshot, _clear_snapshot, _install_numpy)
    app = App(
        ports,
        housekeeping,
        lambda event: host.emit(_object(event)),
        json.loads(js.JSON.stringify(boot)),
    )
    server = _Server(app)
    handlers = js.Object.new()
    # These two live as long as the worker does.
    handlers.request = create_proxy(server.request)
    handlers.cancel = create_proxy(server.cancel)
    host.serve(handlers)
