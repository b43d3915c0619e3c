"""``Inference`` over native onnxruntime: the real arithmetic in CPython, without a browser."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from lectern.errors import EngineLost, InferenceFailed, LecternError, VoiceUnreadable
from lectern.onnxfile import Part, open_model
from lectern.ports import Adapter, Feed, FileRef, Noise, Realm, RealmConfig, SessionHandle, Tensor
from lectern.running import FixedDecoder, Split, Whole
from lectern.surgery import cut

from tests.parts import assembled

TINY = Path(__file__).resolve().parent / "tiny_voice"


def normal_noise(noise: Noise) -> npt.NDArray[np.float32]:
    """``web/js/host/noise.js`` in NumPy: [rows, columns]."""
    with np.errstate(over="ignore"):
        pairs = np.arange(0, noise.rows, 2, dtype=np.uint32)
        columns = np.arange(noise.first, noise.first + noise.columns, dtype=np.uint32)
        key = _mix(_mix(np.array([noise.seed], np.uint32)) ^ pairs)
        here = _mix(key[:, None] ^ columns[None, :])
        there = _mix(here ^ np.uint32(0x5BD1E995))
    radius = np.sqrt(-2 * np.log((here.astype(np.float64) + 1) / 2**32))
    angle = there.astype(np.float64) / 2**32 * 2 * np.pi
    both = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    rows: npt.NDArray[np.float32] = both.reshape(-1, noise.columns)[: noise.rows]
    return rows.astype(np.float32)


def _mix(value: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    h = value + np.uint32(0x9E3779B9)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


def snr(wanted: npt.NDArray[Any], got: npt.NDArray[Any]) -> float:
    """Signal to noise ratio of ``got`` in dB."""
    a, b = np.asarray(wanted, np.float64), np.asarray(got, np.float64)
    noise = float(((a - b) ** 2).sum())
    return float("inf") if not noise else 10 * float(np.log10((a**2).sum() / noise))


class NativeInference:
    """Realms of any backend, all of them the same arithmetic.

    Args:
        models: the held files' bytes, by the file's id.
        cost: called with each run's outputs and largest dimension: moves a clock.

    Attributes:
        gpu: the WebGPU adapter, if there is to be one.
        runs: what ran: outputs and frames.
        places: the backend of each of these runs.
        created: the backend and the fixed sizes of each session ever made.
        faults: raised once by what is named: "open", "create" or "run", in a WebGPU realm.
    """

    def __init__(
        self,
        models: Mapping[int, bytes],
        cost: Callable[[Sequence[str], int], None] = lambda outputs, size: None,
    ) -> None:
        self._models = models
        self._cost = cost
        self._sessions: dict[int, Any] = {}
        self._lost: Callable[[int], None] = lambda realm: None
        self._next = 0
        self._last_realm = 0
        self.gpu: Adapter | None = None
        self.realms = {1: Realm(1, "wasm", 1)}
        self.homes: dict[int, int] = {}  # session -> realm
        self.runs: list[tuple[tuple[str, ...], int]] = []
        self.places: list[str] = []
        self.created: list[tuple[str, Mapping[str, int] | None]] = []
        self.released: list[int] = []
        self.faults: dict[str, list[LecternError]] = {}

    async def adapter(self) -> Adapter | None:
        return self.gpu

    async def open(self, config: RealmConfig) -> Realm:
        self._fault("open", config.backend)
        self._last_realm += 1
        realm = Realm(self._last_realm, config.backend, config.threads)
        self.realms[realm.id] = realm
        return realm

    async def close(self, realm: int) -> None:
        self.realms.pop(realm, None)
        for session in [one for one, home in self.homes.items() if home == realm]:
            del self.homes[session], self._sessions[session]

    async def kill(self, realm: int) -> None:
        """The realm's worker dies."""
        await self.close(realm)
        self._lost(realm)

    def backend_of(self, session: int) -> str:
        return self.realms[self.homes[session]].backend

    def _fault(self, name: str, backend: str) -> None:
        if backend == "webgpu" and self.faults.get(name):
            raise self.faults[name].pop(0)

    async def create(
        self,
        realm: int,
        model: FileRef,
        part: Part | None = None,
        *,
        fixed: Mapping[str, int] | None = None,
    ) -> SessionHandle:
        home = self.realms.get(realm)
        if home is None:
            raise EngineLost("This realm is gone.")
        self._fault("create", home.backend)
        data = self._models[model.id]
        if part is not None:
            data = assembled(part, data)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        for name, size in (fixed or {}).items():
            options.add_free_dimension_override_by_name(name, size)
        sizes = part.sizes if part and part.sizes else (len(data),)
        starts = [sum(sizes[:index]) for index in range(len(sizes))]
        try:
            stages = [
                onnxruntime.InferenceSession(data[start : start + size], options)
                for start, size in zip(starts, sizes, strict=True)
            ]
        except Exception as error:
            raise VoiceUnreadable(f"onnxruntime can't load this model: {error}") from error
        self._next += 1
        self._sessions[self._next] = stages
        self.homes[self._next] = realm
        self.created.append((home.backend, fixed))
        made = {value.name for stage in stages for value in stage.get_outputs()}
        needed = {value.name for stage in stages for value in stage.get_inputs()}
        return SessionHandle(self._next, tuple(sorted(needed - made)), tuple(sorted(made)))

    async def run(
        self, session: int, feeds: Mapping[str, Feed], outputs: Sequence[str], deadline: float
    ) -> dict[str, memoryview]:
        found = self._sessions.get(session)
        if found is None:
            raise EngineLost("This session is gone.")
        self._fault("run", self.backend_of(session))
        given = {name: _array(feed) for name, feed in feeds.items()}
        size = max(value.shape[-1] for value in given.values())
        self.runs.append((tuple(outputs), size))
        self.places.append(self.backend_of(session))
        self._cost(outputs, size)
        try:
            for stage in found:
                names = [value.name for value in stage.get_inputs()]
                told = [value.name for value in stage.get_outputs()]
                results = stage.run(told, {name: given[name] for name in names})
                given.update(zip(told, results, strict=True))
        except Exception as error:
            raise InferenceFailed(f"onnxruntime could not run the voice: {error}") from error
        return {
            name: memoryview(array("f", np.asarray(given[name], np.float32).ravel().tobytes()))
            for name in outputs
        }

    async def release(self, session: int) -> None:
        self.released.append(session)
        self._sessions.pop(session, None)
        self.homes.pop(session, None)

    def on_lost(self, callback: Callable[[int], None]) -> None:
        self._lost = callback


def _array(feed: Feed) -> npt.NDArray[Any]:
    if isinstance(feed, Noise):
        return normal_noise(feed)[None]
    assert isinstance(feed, Tensor)
    kind = np.int64 if feed.type == "int64" else np.float32
    return np.asarray(feed.data, dtype=kind).reshape(feed.dims)


async def load(voice: str, fixed: tuple[int, ...] = ()) -> tuple[NativeInference, Split, Whole]:
    """A tiny voice in parts and whole; ``fixed``: windows of further decoders."""
    data = (TINY / f"{voice}.onnx").read_bytes()

    def read(offset: int, length: int) -> bytes:
        return data[offset : offset + length]

    found = cut(open_model(read, len(data)))
    file = FileRef(1, len(data), "")
    inference = NativeInference({1: data})

    async def part(which: Any, **more: Any) -> SessionHandle:
        return await inference.create(1, file, which, **more)

    split = Split.of(
        found, await part(found.encoder), await part(found.flow), await part(found.trimmed)
    )
    decoders = [FixedDecoder(await part(found.decoder, fixed={"frames": n}), n, 1) for n in fixed]
    split = replace(split, fixed=tuple(decoders))
    return inference, split, Whole(await inference.create(1, file))
