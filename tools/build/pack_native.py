"""``Inference`` over native onnxruntime: the page's arithmetic in CPython, a thread a process."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from lectern.errors import EngineLost, InferenceFailed, VoiceUnreadable
from lectern.onnxfile import Part
from lectern.ports import (
    Adapter,
    Columns,
    Feed,
    FileRef,
    Noise,
    Realm,
    RealmConfig,
    SessionHandle,
    Tensor,
)


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


def as_array(feed: Feed) -> npt.NDArray[Any]:
    """What onnxruntime is given for it."""
    if isinstance(feed, Noise):
        return normal_noise(feed)[None]
    if isinstance(feed, Columns):
        feed = feed.tensor()
    assert isinstance(feed, Tensor)
    kind = np.int64 if feed.type == "int64" else np.float32
    return np.asarray(feed.data, dtype=kind).reshape(feed.dims)


class NativeSessions:
    """Realms are names only: everything runs in this process, on one thread.

    Args:
        models: the held files' bytes, by the file's id.
    """

    def __init__(self, models: Mapping[int, bytes]) -> None:
        self._models = models
        self._sessions: dict[int, list[Any]] = {}
        self._lost: Callable[[int], None] = lambda realm: None
        self._next = 0
        self._last_realm = 0
        self.realms = {1: Realm(1, "wasm", 1)}
        self.homes: dict[int, int] = {}  # session -> realm

    async def adapter(self) -> Adapter | None:
        return None

    async def open(self, config: RealmConfig) -> Realm:
        self._last_realm += 1
        realm = Realm(self._last_realm, config.backend, config.threads)
        self.realms[realm.id] = realm
        return realm

    async def close(self, realm: int) -> None:
        self.realms.pop(realm, None)
        for session in [one for one, home in self.homes.items() if home == realm]:
            del self.homes[session], self._sessions[session]

    async def create(
        self,
        realm: int,
        model: FileRef,
        part: Part | None = None,
        *,
        fixed: Mapping[str, int] | None = None,
    ) -> SessionHandle:
        if realm not in self.realms:
            raise EngineLost("This realm is gone.")
        data = self._models[model.id]
        if part is not None:
            data = part.assemble(lambda offset, length: data[offset : offset + length])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
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
        made = {value.name for stage in stages for value in stage.get_outputs()}
        needed = {value.name for stage in stages for value in stage.get_inputs()}
        return SessionHandle(self._next, tuple(sorted(needed - made)), tuple(sorted(made)))

    async def run(
        self, session: int, feeds: Mapping[str, Feed], outputs: Sequence[str], deadline: float
    ) -> dict[str, memoryview]:
        found = self._sessions.get(session)
        if found is None:
            raise EngineLost("This session is gone.")
        given = {name: as_array(feed) for name, feed in feeds.items()}
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
        self._sessions.pop(session, None)
        self.homes.pop(session, None)

    def on_lost(self, callback: Callable[[int], None]) -> None:
        self._lost = callback
