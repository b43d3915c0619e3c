"""What the Python core needs from the world, as Protocols.

``browser.py`` implements them over ``web/js/host``; ``tests/fakes.py`` implements
them for CPython; ``tests/contract`` holds both to the same behaviour. Arguments and
results are JSON-shaped values, buffers, and the small records below: nothing of
JavaScript crosses. Every method that can fail raises a ``LecternError``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lectern.onnxfile import Part

#: ``loaded`` and ``total`` bytes; ``total`` is 0 when it is not known.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RealmConfig:
    """How one ORT worker is started; both are fixed for its life."""

    backend: str  # "wasm" | "webgpu"
    threads: int


@dataclass(frozen=True, slots=True)
class Realm:
    """A started ORT worker, with what it really got."""

    id: int
    backend: str
    threads: int


@dataclass(frozen=True, slots=True)
class FileRef:
    """A fetched file that stays on the other side: an opaque id, its size, its hash."""

    id: int
    size: int
    sha256: str  # of the bytes as they were fetched, lower-case hex


@dataclass(frozen=True, slots=True)
class SessionHandle:
    """A loaded ORT session: an opaque id, and the names of its inputs and outputs."""

    id: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A dense tensor. ``type`` is "int64" or "float32"; ``data`` is flat, where it is a buffer
    of the same format."""

    type: str
    data: Sequence[int] | Sequence[float] | memoryview
    dims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Noise:
    """A float32 tensor [1, rows, columns] of standard normal noise, made where it is used.

    Each value depends on ``seed``, its row and ``first`` plus its column alone: windows of the
    same noise agree where they overlap, today and tomorrow.
    """

    seed: int  # 32 bits
    rows: int
    columns: int
    first: int = 0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Columns ``first`` up to, not including, ``last`` of a matrix (flat float32) of ``total``."""

    matrix: memoryview
    total: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Columns:
    """A float32 tensor [1, rows, columns]: excerpts side by side, joined where it is used.

    Row by row that is slow work for an interpreter: it is left to who hands the tensor over.
    """

    rows: int
    excerpts: tuple[Excerpt, ...]

    @property
    def columns(self) -> int:
        return sum(part.last - part.first for part in self.excerpts)

    def tensor(self) -> Tensor:
        """The same, joined here."""
        joined = array("f")
        for row in range(self.rows):
            for part in self.excerpts:
                start = row * part.total
                joined.extend(part.matrix[start + part.first : start + part.last])
        return Tensor("float32", memoryview(joined), (1, self.rows, self.columns))


Feed = Tensor | Noise | Columns


@dataclass(frozen=True, slots=True)
class Adapter:
    """A WebGPU adapter: what it calls itself, and whether it is a software one."""

    description: str
    fallback: bool


class Inference(Protocol):
    """onnxruntime in workers of its own ("realms")."""

    async def adapter(self) -> Adapter | None:
        """The WebGPU adapter of this machine, None where there is none. Loads nothing."""
        ...

    async def open(self, config: RealmConfig) -> Realm:
        """Start a realm. Raises InferenceFailed when the backend is not to be had."""
        ...

    async def close(self, realm: int) -> None:
        """End a realm and all its sessions; an unknown realm is no error."""
        ...

    async def create(
        self,
        realm: int,
        model: FileRef,
        part: Part | None = None,
        *,
        fixed: Mapping[str, int] | None = None,
    ) -> SessionHandle:
        """Load a model, or the part of it that ``part`` describes.

        The whole model's bytes are given away and not held any more; a part leaves them.

        Args:
            fixed: sizes of named dimensions that never change. On WebGPU the run is then
                captured once as a graph of GPU commands and played again.

        Raises:
            VoiceUnreadable, InferenceFailed, EngineLost, EngineTimeout.
        """
        ...

    async def run(
        self,
        session: int,
        feeds: Mapping[str, Feed],
        outputs: Sequence[str],
        deadline: float,
    ) -> dict[str, memoryview]:
        """Run once; each output flat, as a float32 memoryview (format "f").

        A run that takes longer than ``deadline`` seconds costs its realm: it is lost.

        Raises InferenceFailed, EngineLost, EngineTimeout. A rejected run never
        spoils the next one; runs of one realm are serialised.
        """
        ...

    async def release(self, session: int) -> None:
        """Give a session's memory back; an unknown session is no error."""
        ...

    def on_lost(self, callback: Callable[[int], None]) -> None:
        """Call ``callback(realm)`` when a realm dies: crash, out of memory, deadline.

        What was pending in it is rejected with EngineLost, its sessions are gone.
        """
        ...


class Phonemizer(Protocol):
    """espeak-ng by piper_phonemize."""

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        """Phonemes (single code points, NFD) of each text, in order.

        ``voice`` is espeak's voice name ("en-us"). Each text is one sentence or
        word. Raises PhonemizerFailed for an unknown voice; the instance lives on.
        """
        ...


WordRows = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class StoredAudio:
    """One sentence's audio, ready to be heard."""

    pcm: bytes  # int16 little endian, mono
    sample_rate: int
    #: One row a word that is heard: which of the sentence's words, first sample, samples. No
    #: offsets: the same sound serves texts that differ in white space or Unicode form.
    words: WordRows
    crc32: int  # of pcm
    #: Samples that follow, where this is only a beginning.
    missing: int = 0


@dataclass(frozen=True, slots=True)
class KeptAudio:
    """One sentence's audio as the durable store keeps it."""

    data: bytes
    #: What made ``data`` of the sound: "opus", "lossless"; "pcm": it is the sound.
    codec: str
    sample_rate: int
    samples: int
    words: WordRows
    #: "sha256:HEX" of all of the above (``packing.seal``), or what version 1 kept: "crc32:N" of
    #: ``data``.
    check: str
    #: For people's eyes: who says it, and when it was made (milliseconds since 1970).
    voice_id: str = ""
    created: int = 0


@dataclass(frozen=True, slots=True)
class Aged:
    """An entry of the durable store, as it is looked at when something has to go."""

    key: str
    bytes: int  # as it is kept
    used: int  # milliseconds since 1970


class AudioStore(Protocol):
    """The durable tier: key -> KeptAudio. Keys are 64 hex digits; times are milliseconds since
    1970. What each method costs does not depend on how many entries there are."""

    async def get(self, key: str) -> KeptAudio | None:
        """The entry, unchecked; what is no entry at all comes as one without codec and data."""
        ...

    async def put(self, key: str, entry: KeptAudio, used: int) -> None:
        """One that is there already and was used later stays so.

        Raises QuotaError when the browser refuses for lack of space, StoreError else.
        """
        ...

    async def touch(self, marks: Mapping[str, int]) -> None:
        """These were used then; those that are not there are no error."""
        ...

    async def delete(self, keys: Sequence[str]) -> None: ...

    async def clear(self) -> None: ...

    async def totals(self) -> tuple[int, int]:
        """(entries, bytes as they are kept)."""
        ...

    async def oldest(self, limit: int) -> list[Aged]:
        """Up to ``limit`` of them, least recently used first."""
        ...

    async def quota(self) -> int | None:
        """Bytes that the browser would give all of this origin; None where it does not say."""
        ...


class AudioCodecs(Protocol):
    """Sound made smaller, and back. Codecs: "opus" (about ``bitrate`` bits a second) and
    "lossless"."""

    async def encode(self, codec: str, pcm: bytes, sample_rate: int, bitrate: int) -> bytes | None:
        """None where there is no such codec. Raises StoreError when it fails."""
        ...

    async def decode(
        self, codec: str, data: bytes, sample_rate: int, samples: int, limit: int
    ) -> bytes | None:
        """``samples`` samples as int16, or at least the first ``limit`` of them.

        None where there is no such codec. Raises StoreError when it fails or ``data`` is not its.
        """
        ...


class PublishedFiles(Protocol):
    """Sound that was made ahead and lies in the app's own folder, as Ogg Opus."""

    async def decodes(self) -> bool:
        """Whether this browser decodes Opus. Never raises."""
        ...

    async def fetch(self, path: str, limit: int, *, fresh: bool = False) -> bytes:
        """A file of the app's folder, by its path there; of no other host.

        Args:
            limit: bytes; a longer file is not read to its end.
            fresh: past the HTTP cache.

        Raises:
            NetworkError: it can't be had. TooLarge.
        """
        ...

    async def decode(self, data: bytes, sample_rate: int, samples: int, limit: int) -> bytes:
        """Mono Ogg Opus as int16 little endian: of so many samples at this rate (Hz) the first
        ``limit``, exactly.

        Raises:
            StoreError: it is none, or is too short.
        """
        ...


class VoiceFiles(Protocol):
    """The voices' files, wherever they are kept."""

    async def catalogue(self) -> object:
        """voices.json as parsed JSON, unchecked. Raises NetworkError."""
        ...

    async def config(self, voice_id: str) -> tuple[object, str]:
        """The voice's .onnx.json as parsed JSON, unchecked, and its SHA-256."""
        ...

    async def model(self, voice_id: str, progress: Progress, *, fresh: bool = False) -> FileRef:
        """Fetch the model, hash it, keep it on the other side until dropped.

        ``fresh`` goes past the HTTP cache, which may have kept a body that was cut short.
        """
        ...

    def read(self, file: FileRef, offset: int, length: int) -> bytes:
        """Bytes of a file that is held. Raises EngineLost when it is not any more."""
        ...

    async def drop(self, file: FileRef) -> None:
        """The bytes are not needed any more."""
        ...

    async def plan(self, sha256: str) -> str | None:
        """What ``keep_plan`` kept for a model, by its SHA-256; unchecked. Never raises."""
        ...

    async def keep_plan(self, sha256: str, plan: str) -> None:
        """Keep what was found out about a model; a store that refuses is no error."""
        ...

    async def clear(self) -> None:
        """Forget every downloaded model."""
        ...


class Clock(Protocol):
    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never backwards."""
        ...

    def time(self) -> float:
        """Seconds since 1970."""
        ...


class ArticleFinder(Protocol):
    """What of a web page is its article."""

    async def find(self, markup: str, limits: Mapping[str, float]) -> str:
        """The article as JSON text, "" where the page has none: see ``documents/webpage.py``.

        Args:
            limits: ``elements`` that are looked at, at most; ``seconds`` that it may take;
                ``paragraph``, ``score``: how long a paragraph, and how many of them, make an
                article (characters; ``isProbablyReaderable``'s sum).

        Raises:
            NetworkError: the finder itself can't be fetched. EngineTimeout, EngineLost: the
            page was too much for it; nothing else is harmed.
        """
        ...


class PdfReader(Protocol):
    """What a PDF's pages show, before anybody has read it."""

    async def items(self, data: bytes, limits: Mapping[str, float]) -> str:
        """Runs of text with their positions, as JSON: see ``documents/pdf_items.py``.

        Args:
            limits: ``pages``, ``items`` and ``characters``: what has more is given up at once.

        Raises DocumentUnreadable, NetworkError when the reader itself can't be fetched.
        """
        ...
