"""Ports over host objects to which bytes and texts alone cross.

What they need of the browser is given to them by ``browser.py``, the only module that imports it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Bridge:
    """How values cross to the host.

    Args:
        translated: within it errors of the host are raised as ours.
        array: a Uint8Array of these bytes.
        plain: an object with these properties.
    """

    translated: Callable[[], AbstractContextManager[None]]
    array: Callable[[bytes], Any]
    plain: Callable[[Mapping[str, float]], Any]


class SystemClock:
    """The Clock of CPython and Pyodide alike."""

    def monotonic(self) -> float:
        return time.perf_counter()

    def time(self) -> float:
        return time.time()


class HostPdf:
    """``PdfReader`` over ``host/pdf.js``."""

    def __init__(self, items: Any, bridge: Bridge) -> None:
        self._items = items
        self._bridge = bridge

    async def items(self, data: bytes, limits: Mapping[str, float]) -> str:
        given, most = self._bridge.array(data), self._bridge.plain(limits)
        with self._bridge.translated():
            return str(await self._items(given, most))


class HostPublished:
    """``PublishedFiles`` over ``host/published.js``."""

    def __init__(self, published: Any, bridge: Bridge) -> None:
        self._host = published
        self._bridge = bridge

    async def decodes(self) -> bool:
        return bool(await self._host.decodes())

    async def fetch(self, path: str, limit: int, *, fresh: bool = False) -> bytes:
        with self._bridge.translated():
            data: bytes = (await self._host.fetch(path, limit, fresh)).to_bytes()
            return data

    async def decode(self, data: bytes, sample_rate: int, samples: int, limit: int) -> bytes:
        given = self._bridge.array(data)
        with self._bridge.translated():
            pcm: bytes = (await self._host.decode(given, sample_rate, samples, limit)).to_bytes()
            return pcm
