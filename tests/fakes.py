"""The ports of ``lectern.ports`` in plain CPython: small, honest, and with faults to order.

The inference fake makes a tone for each phoneme id, long as its frames say, so tests can
check durations and content; nothing here sleeps.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import zlib
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lectern.errors import (
    EngineLost,
    EngineTimeout,
    InferenceFailed,
    LecternError,
    NetworkError,
    PhonemizerFailed,
    StoreError,
    TooLarge,
    VoiceNotInstalled,
    VoiceUnreadable,
)
from lectern.onnxfile import Part
from lectern.ports import (
    Adapter,
    Aged,
    Feed,
    FileRef,
    KeptAudio,
    Progress,
    Realm,
    RealmConfig,
    SessionHandle,
    Tensor,
)
from lectern.preparing import Preparation

HOP = 100
FRAMES = 8  # of each id that makes sound
RATE = 16_000


class FakeClock:
    """Time that moves only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Gate:
    """Holds whoever passes until it is opened."""

    def __init__(self, *, open_: bool = True) -> None:
        self._event = asyncio.Event()
        self.waiting = 0
        if open_:
            self._event.set()

    def open(self) -> None:
        self._event.set()

    async def passed(self) -> None:
        self.waiting += 1
        try:
            await self._event.wait()
        finally:
            self.waiting -= 1


@dataclass
class FakeInference:
    """``Inference``: tones. ``faults`` are raised by the next calls of that name, in order."""

    clock: FakeClock = field(default_factory=FakeClock)
    gpu: Adapter | None = None
    #: seconds a run costs, by realm configuration
    cost: Callable[[Realm], float] = lambda realm: 0.1
    #: makes a backend's sound differ: samples -> samples
    distort: Callable[[Realm, array[float]], array[float]] = lambda realm, samples: samples
    faults: dict[str, list[LecternError]] = field(default_factory=dict)
    gate: Gate | None = None
    #: SHA-256 of models that are refused
    unreadable: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    realms: dict[int, Realm] = field(default_factory=lambda: {1: Realm(1, "wasm", 1)})
    sessions: dict[int, int] = field(default_factory=dict)  # session -> realm
    inputs: tuple[str, ...] = ("input", "input_lengths", "scales")
    outputs: tuple[str, ...] = ("output", "durations")
    last_feeds: Mapping[str, Feed] = field(default_factory=dict)
    _next: int = 1
    _lost: Callable[[int], None] = lambda realm: None

    def _fault(self, name: str) -> None:
        self.calls.append(name)
        waiting = self.faults.get(name)
        if waiting:
            raise waiting.pop(0)

    async def adapter(self) -> Adapter | None:
        return self.gpu

    async def open(self, config: RealmConfig) -> Realm:
        self._fault("open")
        if config.backend == "webgpu" and self.gpu is None:
            raise InferenceFailed("There is no WebGPU adapter.")
        self._next += 1
        realm = Realm(self._next, config.backend, config.threads)
        self.realms[realm.id] = realm
        return realm

    async def close(self, realm: int) -> None:
        self.calls.append("close")
        self.realms.pop(realm, None)
        self.sessions = {s: r for s, r in self.sessions.items() if r != realm}

    async def create(
        self,
        realm: int,
        model: FileRef,
        part: Part | None = None,
        *,
        fixed: Mapping[str, int] | None = None,
    ) -> SessionHandle:
        self._fault("create")
        if self.gate:
            await self.gate.passed()
        if realm not in self.realms:
            raise EngineLost("This realm is gone.")
        if model.sha256 in self.unreadable:
            raise VoiceUnreadable("onnxruntime can't load this model.")
        self._next += 1
        self.sessions[self._next] = realm
        return SessionHandle(self._next, self.inputs, self.outputs)

    async def run(
        self,
        session: int,
        feeds: Mapping[str, Feed],
        outputs: Sequence[str],
        deadline: float,
    ) -> dict[str, memoryview]:
        self._fault("run")
        if self.gate:
            await self.gate.passed()
        await asyncio.sleep(0)  # a run is never done at once
        realm = self.realms.get(self.sessions.get(session, -1))
        if realm is None:
            raise EngineLost("This session is gone.")
        if "input" not in feeds:
            raise InferenceFailed("The input named input is missing.")
        self.last_feeds = feeds
        self.clock.advance(min(self.cost(realm), deadline))
        if self.cost(realm) > deadline:
            self.kill(realm.id)
            raise EngineTimeout(f"The run was not done after {deadline} s.")
        given, scales = feeds["input"], feeds["scales"]
        assert isinstance(given, Tensor)
        assert isinstance(scales, Tensor)
        ids = [int(value) for value in given.data]
        frames = array("f", (0.0 if i < 3 else FRAMES * scales.data[1] for i in ids))
        samples = array("f")
        for number, length in zip(ids, frames, strict=True):
            step = 2 * math.pi * (100 + 10 * number) / RATE
            samples.extend(0.3 * math.sin(step * n) for n in range(int(length) * HOP))
        samples = self.distort(realm, samples)
        found = {"output": memoryview(samples), "durations": memoryview(frames)}
        return {name: found[name] for name in outputs}

    async def release(self, session: int) -> None:
        self.calls.append("release")
        self.sessions.pop(session, None)

    def on_lost(self, callback: Callable[[int], None]) -> None:
        self._lost = callback

    def kill(self, realm: int) -> None:
        """The realm's worker dies."""
        self.realms.pop(realm, None)
        self.sessions = {s: r for s, r in self.sessions.items() if r != realm}
        self._lost(realm)


class FakePhonemizer:
    """``Phonemizer``: every letter is its own phoneme."""

    def __init__(self) -> None:
        self.calls = 0
        self.fault: LecternError | None = None

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        self.calls += 1
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        if not voice.startswith(("en", "fr")):
            raise PhonemizerFailed(f"espeak-ng has no voice {voice!r}.")
        kept = " .,;:!?"
        return [[c.lower() for c in text if c.isalpha() or c in kept] for text in texts]


class FakeStore:
    """``AudioStore`` in two dicts."""

    def __init__(self) -> None:
        self.entries: dict[str, KeptAudio] = {}
        self.used: dict[str, int] = {}
        self.fault: LecternError | None = None
        self.gate: Gate | None = None
        self.calls = 0
        self.touches = 0
        self.space: int | None = None

    async def _enter(self) -> None:
        self.calls += 1
        if self.gate:
            await self.gate.passed()
        if self.fault is not None:
            raise self.fault

    async def get(self, key: str) -> KeptAudio | None:
        await self._enter()
        return self.entries.get(key)

    async def put(self, key: str, entry: KeptAudio, used: int) -> None:
        await self._enter()
        self.entries[key] = entry
        self.used[key] = max(used, self.used.get(key, 0))

    async def touch(self, marks: Mapping[str, int]) -> None:
        await self._enter()
        self.touches += 1
        for key, used in marks.items():
            if key in self.entries:
                self.used[key] = max(used, self.used.get(key, 0))

    async def delete(self, keys: Sequence[str]) -> None:
        await self._enter()
        for key in keys:
            self.entries.pop(key, None)
            self.used.pop(key, None)

    async def clear(self) -> None:
        await self._enter()
        self.entries.clear()
        self.used.clear()

    async def totals(self) -> tuple[int, int]:
        await self._enter()
        return len(self.entries), sum(len(entry.data) for entry in self.entries.values())

    async def oldest(self, limit: int) -> list[Aged]:
        await self._enter()
        found = [
            Aged(key, len(entry.data), self.used.get(key, 0)) for key, entry in self.entries.items()
        ]
        return sorted(found, key=lambda entry: entry.used)[:limit]

    async def quota(self) -> int | None:
        return self.space


class FakeCodecs:
    """``AudioCodecs`` that are ``known``: "opus" keeps every tenth byte, "lossless" is zlib.

    What "opus" gives back has the right length and nothing else of the sound.
    """

    def __init__(self, *known: str) -> None:
        self.known = set(known)
        self.faults: dict[str, LecternError] = {}
        self.gate: Gate | None = None
        self.encoded: list[str] = []
        self.decoded: list[tuple[str, int]] = []  # codec, limit

    async def _enter(self, codec: str) -> bool:
        if self.gate:
            await self.gate.passed()
        if codec in self.faults:
            raise self.faults[codec]
        return codec in self.known

    async def encode(self, codec: str, pcm: bytes, sample_rate: int, bitrate: int) -> bytes | None:
        self.encoded.append(codec)
        if not await self._enter(codec):
            return None
        return pcm[::10] if codec == "opus" else zlib.compress(pcm)

    async def decode(
        self, codec: str, data: bytes, sample_rate: int, samples: int, limit: int
    ) -> bytes | None:
        self.decoded.append((codec, limit))
        if not await self._enter(codec):
            return None
        try:
            found = zlib.decompress(data) if codec == "lossless" else b"o" * (2 * samples)
        except zlib.error as error:
            raise StoreError("These bytes are no packed sound.") from error
        if len(found) != 2 * samples:
            raise StoreError("These bytes are another sound.")
        return found[: 2 * limit]


class FakePublished:
    """``PublishedFiles`` of files by path; "decodes" what ``sounds`` has for the bytes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        #: What a fetch gives until it goes past the HTTP cache.
        self.stale: dict[str, bytes] = {}
        self.sounds: dict[bytes, bytes] = {}
        #: Of these a beginning can be decoded, and not all.
        self.broken_behind: set[bytes] = set()
        self.asked: list[str] = []
        #: How many samples were wanted, each time.
        self.decoded: list[int] = []
        self.fault: LecternError | None = None
        self.gate: Gate | None = None
        self.decoder = True

    async def decodes(self) -> bool:
        return self.decoder

    async def fetch(self, path: str, limit: int, *, fresh: bool = False) -> bytes:
        self.asked.append(path)
        if self.gate:
            await self.gate.passed()
        if self.fault is not None:
            raise self.fault
        data = self.files.get(path) if fresh else self.stale.get(path, self.files.get(path))
        if data is None:
            raise NetworkError(f"{path} could not be fetched: the server answered 404.")
        if len(data) > limit:
            raise TooLarge(f"{path} is longer than {limit} bytes.")
        return data

    async def decode(self, data: bytes, sample_rate: int, samples: int, limit: int) -> bytes:
        self.decoded.append(limit)
        if data not in self.sounds or (limit == samples and data in self.broken_behind):
            raise StoreError("This is no Opus.")
        return self.sounds[data][: 2 * limit]


def voice_json(language: str = "en_US", **changes: object) -> dict[str, object]:
    """A whole .onnx.json as Piper writes it, with ``changes`` over it."""
    letters = "abcdefghijklmnopqrstuvwxyzéèà .,;:!?'"
    data: dict[str, object] = {
        "audio": {"sample_rate": RATE, "quality": "x_low"},
        "espeak": {"voice": "fr" if language.startswith("fr") else "en-us"},
        "language": {"code": language},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": {
            "_": [0],
            "^": [1],
            "$": [2],
            **{letter: [3 + n] for n, letter in enumerate(letters)},
        },
        "num_symbols": 256,
        "num_speakers": 1,
        "speaker_id_map": {},
        "hop_length": HOP,
    }
    return {**data, **changes}


class FakeVoiceFiles:
    """``VoiceFiles`` of voices given by id: JSON and model bytes."""

    def __init__(self, voices: Mapping[str, tuple[dict[str, object], bytes]] | None = None) -> None:
        self.voices = dict(
            voices
            or {
                "en_US-one-x_low": (voice_json(), b"model one"),
                "en_US-two-x_low": (voice_json(), b"model two"),
                "fr_FR-trois-x_low": (voice_json("fr_FR"), b"model trois"),
            }
        )
        self.served: dict[str, bytes] = {}  # what a fetch gives instead of the true model
        self.stale: dict[str, bytes] = {}  # the same, until a fresh fetch
        self.fetches: list[str] = []
        self.held: dict[int, str] = {}
        self.bytes: dict[int, bytes] = {}  # of what is held
        #: Files of voices that a FakeVoiceStore keeps, by id and name; they come first.
        self.kept: dict[str, dict[str, bytes]] = {}
        #: What was found out about models before: these are no ONNX, and run whole.
        self.plans = {
            hashlib.sha256(model).hexdigest(): Preparation("it is a fake").to_json()
            for _, model in self.voices.values()
            if model.startswith(b"model")
        }
        self.fault: LecternError | None = None
        self.gate: Gate | None = None
        self._next = 0

    async def catalogue(self) -> object:
        return {
            voice_id: {
                "key": voice_id,
                "name": voice_id.split("-")[1],
                "language": {"code": voice_id.split("-")[0]},
                "quality": "x_low",
                "num_speakers": config["num_speakers"],
                "speaker_id_map": config["speaker_id_map"],
                "sample_rate": RATE,
                "files": {
                    f"{voice_id}.onnx": {
                        "size_bytes": len(model),
                        "md5_digest": hashlib.md5(model).hexdigest(),
                        "sha256": hashlib.sha256(model).hexdigest(),
                    },
                    f"{voice_id}.onnx.json": {
                        "size_bytes": len(_json(config)),
                        "md5_digest": hashlib.md5(_json(config)).hexdigest(),
                        "sha256": hashlib.sha256(_json(config)).hexdigest(),
                    },
                },
            }
            for voice_id, (config, model) in self.voices.items()
        }

    async def config(self, voice_id: str) -> tuple[object, str]:
        if voice_id in self.kept:
            text = self.kept[voice_id]["onnx.json"]
            return json.loads(text), hashlib.sha256(text).hexdigest()
        if voice_id not in self.voices:
            raise VoiceNotInstalled(f"The files of {voice_id} are not here.")
        data = self.voices[voice_id][0]
        return data, hashlib.sha256(_json(data)).hexdigest()

    async def model(self, voice_id: str, progress: Progress, *, fresh: bool = False) -> FileRef:
        self.fetches.append(voice_id)
        if fresh:
            self.stale.pop(voice_id, None)
        if self.gate:
            await self.gate.passed()
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        if voice_id in self.kept:
            return self.hold(voice_id, self.kept[voice_id]["onnx"])
        if voice_id not in self.voices:
            raise VoiceNotInstalled(f"The files of {voice_id} are not here.")
        data = self.stale.get(voice_id) or self.served.get(voice_id, self.voices[voice_id][1])
        progress(len(data) // 2, len(data))
        progress(len(data), len(data))
        return self.hold(voice_id, data)

    def hold(self, voice_id: str, data: bytes) -> FileRef:
        self._next += 1
        self.held[self._next] = voice_id
        self.bytes[self._next] = data
        return FileRef(self._next, len(data), hashlib.sha256(data).hexdigest())

    def read(self, file: FileRef, offset: int, length: int) -> bytes:
        if file.id not in self.held:
            raise EngineLost("The model is not in memory any more.")
        return self.bytes[file.id][offset : offset + length]

    async def drop(self, file: FileRef) -> None:
        self.held.pop(file.id, None)
        self.bytes.pop(file.id, None)

    async def plan(self, sha256: str) -> str | None:
        return self.plans.get(sha256)

    async def keep_plan(self, sha256: str, plan: str) -> None:
        self.plans[sha256] = plan

    async def clear(self) -> None:
        self.held.clear()


def _json(data: object) -> bytes:
    return json.dumps(data, sort_keys=True).encode()
