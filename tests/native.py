"""``Inference`` over native onnxruntime: the real arithmetic in CPython, without a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from lectern.errors import LecternError
from lectern.onnxfile import Part, open_model
from lectern.ports import Adapter, Feed, FileRef, Realm, RealmConfig, SessionHandle, Tensor
from lectern.running import FixedDecoder, Split, Whole
from lectern.surgery import cut

from tools.build.pack_native import NativeSessions

TINY = Path(__file__).resolve().parent / "tiny_voice"


def snr(wanted: npt.NDArray[Any], got: npt.NDArray[Any]) -> float:
    """Signal to noise ratio of ``got`` in dB."""
    a, b = np.asarray(wanted, np.float64), np.asarray(got, np.float64)
    noise = float(((a - b) ** 2).sum())
    return float("inf") if not noise else 10 * float(np.log10((a**2).sum() / noise))


class NativeInference(NativeSessions):
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
        super().__init__(models)
        self._cost = cost
        self.gpu: Adapter | None = None
        self.runs: list[tuple[tuple[str, ...], int]] = []
        self.places: list[str] = []
        self.created: list[tuple[str, Mapping[str, int] | None]] = []
        self.released: list[int] = []
        self.faults: dict[str, list[LecternError]] = {}

    async def adapter(self) -> Adapter | None:
        return self.gpu

    async def open(self, config: RealmConfig) -> Realm:
        self._fault("open", config.backend)
        return await super().open(config)

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
        backend = self.realms[realm].backend if realm in self.realms else ""
        self._fault("create", backend)
        made = await super().create(realm, model, part, fixed=fixed)
        self.created.append((backend, fixed))
        return made

    async def run(
        self, session: int, feeds: Mapping[str, Feed], outputs: Sequence[str], deadline: float
    ) -> dict[str, memoryview]:
        if session in self.homes:
            self._fault("run", self.backend_of(session))
            size = max(_columns(feed) for feed in feeds.values())
            self.runs.append((tuple(outputs), size))
            self.places.append(self.backend_of(session))
            self._cost(outputs, size)
        return await super().run(session, feeds, outputs, deadline)

    async def release(self, session: int) -> None:
        self.released.append(session)
        await super().release(session)


def _columns(feed: Feed) -> int:
    return feed.dims[-1] if isinstance(feed, Tensor) else feed.columns


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
