"""What installing voices needs from the world, as Protocols: see ``ports.py``.

A voice's files are called by what follows its id: ``onnx``, ``onnx.json``, ``MODEL_CARD``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from lectern.ports import FileRef

#: A voice's files, as the store names them.
MODEL, CONFIG, CARD = "onnx", "onnx.json", "MODEL_CARD"


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an HTTP answer; the body waits on the other side under ``id``.

    ``headers`` are those that may be read, names in lower case: of another origin's few.
    ``url`` is where redirects ended.
    """

    id: int
    status: int
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that the reader gave; its bytes wait on the other side under ``id``."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class PartFile:
    """What has come of a file so far. ``note`` tells of which file; the store can't read it."""

    voice_id: str
    name: str
    size: int
    note: str


class Downloads(Protocol):
    """Bytes from elsewhere: over the network, or from files that the reader gave."""

    async def open(self, url: str, *, start: int = 0) -> Answer:
        """Ask for ``url`` from byte ``start`` on. Any status is an answer.

        Raises NetworkError when there is none.
        """
        ...

    async def data(self, source: int, limit: int) -> bytes:
        """A small body whole. Raises NetworkError, TooLarge above ``limit`` bytes."""
        ...

    async def receive(
        self,
        source: int,
        voice_id: str,
        name: str,
        limit: int,
        progress: Callable[[int], None],
    ) -> None:
        """Add the body of an answer or of a given file to a part that ``begin`` made.

        What came stays when the rest does not come: the connection was cut, the caller was
        cancelled. ``progress`` is told the bytes of this body so far.

        Raises NetworkError when it was cut, TooLarge when more than ``limit`` bytes come,
        QuotaError, StoreError, VoiceUnreadable for a given file that can't be read.
        """
        ...

    async def close(self, source: int) -> None:
        """Nothing more is wanted of it; returns when nothing more is written."""
        ...


class VoiceStore(Protocol):
    """The voices that this browser keeps.

    A voice is here when it has a record, and a record is written last. What has not become a
    voice yet are parts: they outlive the page, and may be gone on with.
    """

    async def records(self) -> dict[str, object]:
        """The record of each voice that is here: JSON, unchecked. Raises StoreError."""
        ...

    async def parts(self) -> Sequence[PartFile]: ...

    async def begin(self, voice_id: str, name: str, note: str) -> None:
        """An empty part, in the place of an earlier one. Raises QuotaError, StoreError."""
        ...

    async def hold(self, voice_id: str, name: str) -> FileRef:
        """A part as a file that is held, until ``VoiceFiles.drop``. Raises StoreError."""
        ...

    async def commit(self, voice_id: str, record: Mapping[str, object]) -> None:
        """Make the voice's parts its files, in the place of any earlier ones."""
        ...

    async def text(self, voice_id: str, name: str) -> str | None:
        """A small file of a voice that is here; None where it has none."""
        ...

    async def discard(self, voice_id: str) -> None:
        """Remove the voice's parts, and files that no record tells of."""
        ...

    async def remove(self, voice_id: str) -> None:
        """Remove everything of the voice; an unknown one is no error."""
        ...

    async def usage(self) -> dict[str, int]:
        """Bytes by voice, parts included."""
        ...

    async def room(self) -> int | None:
        """Bytes that the browser says it has left for us; None where it does not tell."""
        ...

    def exclusive(
        self, voice_id: str, *, patient: bool = True
    ) -> AbstractAsyncContextManager[bool]:
        """Nobody else changes the voice meanwhile, in no other tab either.

        Gives whether it is so: False only for who is not ``patient`` enough to wait.
        """
        ...

    def tell(self, news: Mapping[str, object]) -> None:
        """Tell the other tabs."""
        ...

    def on_news(self, callback: Callable[[Mapping[str, object]], None]) -> None:
        """Call with what another tab told."""
        ...
