"""Where a sentence is spoken for ``build.py pack``: the app's own Synthesizer over native ports.

Works alike in a process of this machine and on a Dask worker: a voice and a sentence with its
phonemes go in, an Opus file and its place in a manifest come out.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lectern.audiocache import AudioCache
from lectern.backends import Backends, DeviceRecord, Overrides
from lectern.errors import LecternError, PhonemizerFailed, StoreError
from lectern.hosted import SystemClock
from lectern.loader import Loader
from lectern.metrics import Metrics
from lectern.ports import FileRef, Phonemizer, Progress, StoredAudio, WordRows
from lectern.sessions import SessionCache
from lectern.speech import Synthesizer, Utterance
from lectern.styles import STYLES, Style
from lectern.voice import VoiceConfig
from lectern.voices import Voices

from tools.build.pack_native import NativeSessions
from tools.build.pack_opus import BITRATE, encode

_BUDGET = 1 << 40


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice's files, the hashes that the page's catalogue names, and the site's styles."""

    id: str
    config: bytes
    model: bytes
    model_sha256: str
    config_sha256: str
    styles: tuple[tuple[str, Style], ...] = tuple(STYLES.items())

    def parsed(self) -> VoiceConfig:
        """Raises VoiceUnreadable."""
        return VoiceConfig.from_json(
            self.id,
            json.loads(self.config),
            model_sha256=self.model_sha256,
            config_sha256=self.config_sha256,
        )


@dataclass(frozen=True, slots=True)
class Manner:
    """How everything is said; None means the voice's own."""

    speaker: str | int | None = None
    style: str | None = None
    length_scale: float | None = None
    bitrate: int = BITRATE

    def utterance(self, text: str, voice_id: str) -> Utterance:
        return Utterance(text, voice_id, self.speaker, self.style, self.length_scale)


@dataclass(frozen=True, slots=True)
class Job:
    """A sentence to be said: ``phonemes`` is what espeak-ng answers to each text asked of it."""

    key: str
    text: str
    manner: Manner
    phonemes: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Made:
    """A sentence's sound; ``opus`` is empty, and ``samples`` 0, where there is nothing to hear.
    ``fault``: why it could not be made, "" where it was."""

    key: str
    opus: bytes = b""
    samples: int = 0
    sample_rate: int = 0
    words: WordRows = ()
    fault: str = ""


class OneVoice(Voices):
    """The voice that is packed with."""

    def __init__(self, config: VoiceConfig) -> None:
        self._config = config

    async def voice(self, voice_id: str) -> VoiceConfig:
        return self._config


class NoCache(AudioCache):
    """Nothing is kept but the sentence that was made last: the folder is the cache."""

    def __init__(self) -> None:
        self.cleared = 0
        self.last: tuple[str, StoredAudio] | None = None

    async def get(
        self, key: str, voice_id: str = "", *, waiting: bool = False, keep: bool = False
    ) -> tuple[StoredAudio, str] | None:
        found = self.recall(key)
        return (found, "memory") if found else None

    def recall(self, key: str) -> StoredAudio | None:
        return self.last[1] if self.last and self.last[0] == key else None

    def remember(self, key: str, entry: StoredAudio) -> None:
        self.last = (key, entry)

    async def keep(
        self, key: str, entry: StoredAudio, voice_id: str = "", *, hold: bool = False
    ) -> None:
        pass


class HeldModel:
    """``VoiceFiles`` of one voice that is in memory."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._plans: dict[str, str] = {}

    async def catalogue(self) -> object:
        return {}

    async def config(self, voice_id: str) -> tuple[object, str]:
        return json.loads(self._voice.config), self._voice.config_sha256

    async def model(self, voice_id: str, progress: Progress, *, fresh: bool = False) -> FileRef:
        data = self._voice.model
        return FileRef(1, len(data), hashlib.sha256(data).hexdigest())

    def read(self, file: FileRef, offset: int, length: int) -> bytes:
        return self._voice.model[offset : offset + length]

    async def drop(self, file: FileRef) -> None:
        pass

    async def plan(self, sha256: str) -> str | None:
        return self._plans.get(sha256)

    async def keep_plan(self, sha256: str, plan: str) -> None:
        self._plans[sha256] = plan

    async def clear(self) -> None:
        self._plans.clear()


class KnownPhonemes:
    """``Phonemizer`` of what was asked before, elsewhere."""

    def __init__(self) -> None:
        self.answers: Mapping[str, list[str]] = {}

    async def phonemize(self, voice: str, texts: Sequence[str]) -> list[list[str]]:
        try:
            return [self.answers[text] for text in texts]
        except KeyError as error:
            raise PhonemizerFailed(f"Nobody has asked for the phonemes of {error}.") from error


def synthesizer(
    voice: Voice, phonemizer: Phonemizer, cache: NoCache | None = None
) -> tuple[Synthesizer, NoCache]:
    """The app's own, over this voice and native onnxruntime.

    Raises:
        VoiceUnreadable: the voice's JSON is none.
    """
    inference = NativeSessions({1: voice.model})
    clock, metrics, kept = SystemClock(), Metrics(), cache or NoCache()
    backends = Backends(
        inference, clock=clock, overrides=Overrides("wasm"), record=DeviceRecord(1, False)
    )
    loader = Loader(
        HeldModel(voice), inference, backends, session_cost=1.0, emit=lambda event: None
    )
    made = Synthesizer(
        voices=OneVoice(voice.parsed()),
        phonemizer=phonemizer,
        inference=inference,
        sessions=SessionCache(loader.load, loader.release, budget=_BUDGET, clock=clock),
        cache=kept,
        metrics=metrics,
        clock=clock,
        background=_not_needed,
        styles=dict(voice.styles),
    )
    return made, kept


def _not_needed(work: Coroutine[object, object, None]) -> None:
    """Sound is taken from the synthesizer at once, not after it was kept."""
    work.close()


class Studio:
    """Says one sentence after the other, on one thread."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._phonemizer = KnownPhonemes()
        self._loop = asyncio.new_event_loop()
        self._synthesizer, self._cache = synthesizer(voice, self._phonemizer)

    def close(self) -> None:
        self._loop.close()

    def make(self, job: Job) -> Made:
        """A sentence's sound; what is wrong with it is said in ``fault``."""
        try:
            entry = self._loop.run_until_complete(self._say(job))
        except LecternError as error:
            return Made(job.key, fault=error.message)
        if entry is None:
            return Made(job.key)
        data = encode(entry.pcm, entry.sample_rate, job.manner.bitrate)
        return Made(job.key, data, len(entry.pcm) // 2, entry.sample_rate, entry.words)

    async def _say(self, job: Job) -> StoredAudio | None:
        self._phonemizer.answers = job.phonemes
        utterance = job.manner.utterance(job.text, self._voice.id)
        if await self._synthesizer.key(utterance) != job.key:
            raise StoreError("This worker has another version of Lectern than the one that asks.")
        offset, last = 0, False
        while not last:
            spoken = await self._synthesizer.piece(utterance, offset)
            offset, last = offset + len(spoken.samples), spoken.last
        if not offset:
            return None
        # Asked for again it is turned into what a cache keeps.
        await self._synthesizer.piece(utterance)
        return self._cache.recall(job.key)


_here = threading.local()


def make(voice: Voice, job: Job) -> Made:
    """``Studio.make`` in this thread's studio, which is opened when it is first needed."""
    found: tuple[str, Studio] | None = getattr(_here, "studio", None)
    name = f"{voice.model_sha256} {voice.config_sha256}"
    if found is None or found[0] != name:
        if found is not None:
            found[1].close()
        found = _here.studio = (name, Studio(voice))
    return found[1].make(job)


#: Of a process of this machine: the voice that it was started with.
_voice: Voice | None = None


def start(load: Callable[..., Voice], arguments: tuple[Any, ...]) -> None:
    """Prepare this process: the voice is read once."""
    global _voice  # noqa: PLW0603 - a process's own
    _voice = load(*arguments)


def make_here(job: Job) -> Made:
    """``make`` with the voice that ``start`` read."""
    assert _voice is not None, "start() comes first"
    return make(_voice, job)
