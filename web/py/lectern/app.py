"""Composition root of the worker: requests in, answers and events out.

``App`` knows every module and no browser. ``browser.py`` gives it ports made of host
objects, tests give it fakes. Each request of protocol.js is one method here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace

from lectern import payloads, pcm, prometheus
from lectern.audiocache import AudioCache
from lectern.backends import Backends, DeviceRecord
from lectern.collection import Collection
from lectern.configuration import Configuration
from lectern.document_requests import DocumentRequests
from lectern.errors import BadOption, LecternError, ProtocolError
from lectern.installing import Installer
from lectern.loader import Loader
from lectern.metrics import Metrics
from lectern.ports import (
    ArticleFinder,
    AudioCodecs,
    AudioStore,
    Clock,
    Inference,
    PdfReader,
    Phonemizer,
    PublishedFiles,
    VoiceFiles,
)
from lectern.probing import Prober
from lectern.pronounce_requests import PronounceRequests
from lectern.pronunciation import rules_from_json
from lectern.published import PublishedTier
from lectern.sentences import split
from lectern.sessions import SessionCache
from lectern.settings import MIB, MOST_SENTENCE_CHARS, Settings
from lectern.speech import Spoken, Synthesizer, Utterance
from lectern.voice_ports import Downloads, VoiceStore
from lectern.voice_requests import VoiceRequests
from lectern.voices import Voices

log = logging.getLogger("lectern")

#: Sentences that have to be published for a text to need no voice.
_SAID_FIRST = 4


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that the world gives."""

    inference: Inference
    phonemizer: Phonemizer
    store: AudioStore
    files: VoiceFiles
    clock: Clock
    voice_store: VoiceStore
    downloads: Downloads
    pdf: PdfReader
    articles: ArticleFinder
    published: PublishedFiles
    codecs: AudioCodecs


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """Idle-time work that only the host can do."""

    #: Writes the memory snapshot of this boot, if one was made.
    keep_snapshot: Callable[[], Awaitable[object]]
    clear_snapshot: Callable[[], Awaitable[object]]
    #: Installs NumPy from our own folder; False where it is not there.
    install_numpy: Callable[[], Awaitable[bool]]


class App:
    """One worker's life, from ``boot``'s payload on.

    Args:
        emit: takes events of protocol.js.
        boot: BootPayload, checked here.

    Raises:
        BadOption: a setting or override is wrong.
    """

    def __init__(
        self,
        ports: Ports,
        housekeeping: Housekeeping,
        emit: Callable[[dict[str, object]], None],
        boot: Mapping[str, object],
    ) -> None:
        self._ports = ports
        self._housekeeping = housekeeping
        self._emit = emit
        self._tasks: set[asyncio.Task[None]] = set()
        self._settling: asyncio.Lock = asyncio.Lock()
        self._configuration = Configuration(boot)
        self.settings: Settings = self._configuration.settings
        for problem in self._configuration.problems:
            log.warning("%s", problem)
        self._styles = self._configuration.styles
        self.metrics = Metrics(ports.clock.time)
        self._voices = Voices(ports.files, ports.voice_store, timeout=self.settings.store_timeout)
        cores, isolated = payloads.cores(boot), boot.get("isolated") is True
        self._backends = Backends(
            ports.inference,
            clock=ports.clock,
            overrides=payloads.overrides(boot),
            record=DeviceRecord.from_json(
                boot.get("device"),
                cores=cores,
                isolated=isolated,
                build=str(boot.get("version") or ""),
            ),
            prestarted=payloads.realm_config(boot.get("prestarted")),
        )
        self._loader = loader = Loader(
            ports.files,
            ports.inference,
            self._backends,
            session_cost=self.settings.session_cost,
            emit=emit,
        )
        self._sessions = SessionCache(
            loader.load,
            loader.release,
            budget=self.settings.session_budget,
            clock=ports.clock,
            on_change=self._sessions_changed,
        )
        self._published = PublishedTier(
            ports.published,
            index=str(boot.get("published") or ""),
            settings=self.settings,
            clock=ports.clock,
            metrics=self.metrics,
            background=self._start,
        )
        self._cache = AudioCache(
            ports.store,
            settings=self.settings,
            clock=ports.clock,
            metrics=self.metrics,
            published=self._published,
            codecs=ports.codecs,
        )
        self._synthesizer = Synthesizer(
            voices=self._voices,
            phonemizer=ports.phonemizer,
            inference=ports.inference,
            sessions=self._sessions,
            cache=self._cache,
            metrics=self.metrics,
            clock=ports.clock,
            background=self._start,
            styles=self._styles,
        )
        self._prober = Prober(
            loader=loader,
            backends=self._backends,
            sessions=self._sessions,
            phonemizer=ports.phonemizer,
            inference=ports.inference,
        )
        self._last_voice: str | None = None  # identity
        self._told_voice: str | None = None  # the one of the last `used` event
        source, origins = payloads.collection(boot)
        collection = Collection(
            ports.downloads, ports.clock, source=source, origins=origins, sleep=asyncio.sleep
        )
        self._installer = Installer(
            voices=self._voices,
            collection=collection,
            store=ports.voice_store,
            downloads=ports.downloads,
            files=ports.files,
            phonemizer=ports.phonemizer,
            emit=emit,
            changed=self._voices_changed,
            most_bytes=self.settings.max_voice_bytes,
        )
        ports.voice_store.on_news(self._told)
        ports.inference.on_lost(self._realm_lost)
        self._handlers: dict[str, Callable[[Mapping[str, object]], Awaitable[object]]] = {
            **DocumentRequests(ports.downloads, ports.pdf, ports.articles).handlers,
            **VoiceRequests(self._voices, collection, self._installer).handlers,
            **PronounceRequests(self._voices, ports.phonemizer, MOST_SENTENCE_CHARS).handlers,
            "styles": self.styles,
            "split": self.split,
            "piece": self.piece,
            "preload": self.preload,
            "configure": self.configure,
            "predictions": self._predictions,
            "cacheStats": self.cache_stats,
            "metrics": self._metrics,
            "resetMetrics": self._reset_metrics,
            "trace": self._trace,
            "overview": self._overview,
            "clearSessions": self.clear_sessions,
            "clearAudio": self.clear_audio,
            "clearAll": self.clear_all,
            "settle": self.settle,
        }

    @property
    def busy(self) -> bool:
        """Whether anything still runs that no request waits for."""
        return bool(self._tasks)

    async def handle(self, kind: str, payload: Mapping[str, object]) -> object:
        """The value of one request's answer: JSON-shaped, or a ``Spoken``.

        Raises:
            LecternError: what the answer's error says.
        """
        handler = self._handlers.get(kind)
        if handler is None:
            known = ", ".join(self._handlers)
            raise ProtocolError(f"There is no request {kind!r}; known: {known}.")
        return await handler(payload)

    # -- requests ------------------------------------------------------------------

    async def styles(self, _payload: Mapping[str, object]) -> list[dict[str, object]]:
        return [{"id": name} for name in self._styles]

    async def split(self, payload: Mapping[str, object]) -> dict[str, object]:
        text = payloads.string(payload, "text")
        final = payload.get("final") is not False
        language = payload.get("language")
        sentences, consumed = split(
            text,
            language if isinstance(language, str) else "",
            final=final,
            max_chars=self.settings.max_sentence_chars,
        )
        self._published.seen(s.text for s in sentences)
        return {
            "sentences": [
                {"text": s.text, "start": s.start, "end": s.end, "paragraph": s.paragraph}
                for s in sentences
            ],
            "consumed": consumed,
        }

    async def piece(self, payload: Mapping[str, object]) -> Spoken:
        """What is heard of a sentence from sample ``offset`` on, as far as it is needed now."""
        voice_id = payloads.string(payload, "voiceId")
        utterance = _utterance(payloads.string(payload, "text"), voice_id, payload)
        # Not the setting: the text may have been cut before that was changed.
        if len(utterance.text) > MOST_SENTENCE_CHARS:
            raise BadOption(
                f"A piece is made of one sentence of at most {MOST_SENTENCE_CHARS} characters; "
                "split the text first."
            )
        offset, demand = payloads.offset(payload), payloads.demand(payload)
        keep = payload.get("keep") is True
        spoken = await self._synthesizer.piece(utterance, offset, demand, keep=keep)
        await self._use(utterance.voice_id, guest=payload.get("guest") is True)
        return spoken

    async def preload(self, payload: Mapping[str, object]) -> dict[str, object]:
        voice_id = payloads.string(payload, "voiceId")
        started = self._ports.clock.monotonic()
        if await self._is_published(payload.get("reading"), voice_id):
            return {"voiceId": voice_id, "ms": 0.0, "alreadyLoaded": False}
        if payload.get("install") is True and self._installer.may_find(voice_id):
            await self._installer.install(voice_id)
        voice = await self._voices.voice(voice_id)
        resident = self._sessions.resident(voice)
        async with self._sessions.lease(voice):
            pass
        await self._use(voice_id)
        elapsed = (self._ports.clock.monotonic() - started) * 1000
        return {"voiceId": voice_id, "ms": round(elapsed, 1), "alreadyLoaded": resident}

    async def _is_published(self, reading: object, voice_id: str) -> bool:
        """Whether what is about to be read needs no voice: the site has made it ahead, as it is
        to be said here."""
        if not isinstance(reading, Mapping):
            return False
        text, language = payloads.string(reading, "text"), payloads.string(reading, "language")
        found, _ = split(text, language, max_chars=self.settings.max_sentence_chars)
        texts = [one.text for one in found]
        said = [text for text in texts if any(map(str.isalnum, text))][:_SAID_FIRST]
        try:
            wanted = [_utterance(text, voice_id, reading) for text in said]
            keys = [await self._synthesizer.key(utterance) for utterance in wanted]
        except LecternError:
            return False  # it is told when it is said
        return await self._published.holds(texts, keys)

    async def configure(self, payload: Mapping[str, object]) -> dict[str, object]:
        """Take other layers of settings, and say what they come to."""
        before = replace(self.settings)
        for problem in self._configuration.change(payload):
            log.warning("%s", problem)
        if self.settings != before:
            self._start(self._cache.adapt())
        return self._configuration.to_json()

    async def _predictions(self, payload: Mapping[str, object]) -> None:
        """Sentences that the page had prepared, and those of them that were heard."""
        for name in ("prepared", "used"):
            number = payloads.count(payload, name)
            if number:
                self.metrics.count(f"predict.{name}", number)

    async def cache_stats(self, _payload: Mapping[str, object]) -> dict[str, object]:
        await self._synthesizer.kept()
        totals = await self._cache.totals()
        return {
            "count": totals.disk_count,
            "size": totals.disk_bytes,
            "sizeFormatted": format_bytes(totals.disk_bytes),
            "memory": {
                "count": totals.memory_count,
                "size": totals.memory_bytes,
                "sizeFormatted": format_bytes(totals.memory_bytes),
            },
        }

    async def clear_sessions(self, _payload: Mapping[str, object]) -> dict[str, object]:
        await self._sessions.dispose()
        return self.session_stats()

    async def clear_audio(self, _payload: Mapping[str, object]) -> None:
        self._synthesizer.forget_made()
        await self._cache.clear()

    async def clear_all(self, _payload: Mapping[str, object]) -> dict[str, object]:
        """Everything is tried, even when one store refuses; the first failure is raised last."""
        failures: list[LecternError] = []
        await self._sessions.dispose()
        self._synthesizer.forget_made()
        for clear in (
            self._cache.clear,
            self._installer.clear,
            self._ports.files.clear,
            self._housekeeping.clear_snapshot,
        ):
            try:
                await clear()
            except LecternError as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return self.session_stats()

    async def settle(self, _payload: Mapping[str, object]) -> dict[str, object]:
        """Idle-time work, each part of it once, none of it needed for speech."""
        async with self._settling:
            await self._attempt("snapshot", self._housekeeping.keep_snapshot())
            await self._attempt("tidy", self._installer.tidy())
            await self._attempt("audio", self._cache.settle())
            numpy = bool(await self._attempt("numpy", self._housekeeping.install_numpy()))
            if numpy:
                pcm.use_numpy()
            await self._attempt("probe", self._probe())
        return {"device": self._backends.device, "numpy": numpy, "stats": self.session_stats()}

    async def _metrics(self, payload: Mapping[str, object]) -> dict[str, object] | str:
        """``format``: "json", which is the default, or "prometheus", which is text."""
        chosen = payloads.choice(payload, "format", ("json", "prometheus"))
        entries, size = self._cache.in_memory()
        memory = {"sessions": self._sessions.bytes, "cache": size, "entries": entries}
        if chosen == "prometheus":
            return prometheus.exposition(self.metrics, prometheus.memory_gauges(memory))
        return {**self.metrics.to_json(), "memory": memory, "sessions": self.session_stats()}

    async def _reset_metrics(self, _payload: Mapping[str, object]) -> None:
        self.metrics.reset()

    async def _trace(self, _payload: Mapping[str, object]) -> list[dict[str, object]]:
        return self.metrics.trace_json()

    async def _overview(self, payload: Mapping[str, object]) -> dict[str, object]:
        """What the page's panel shows, in one answer; ``sentences``: of the trace, at most."""
        trace = self.metrics.trace_json()
        asked = payload.get("sentences")
        most = asked if isinstance(asked, int) else 0
        totals = await self._cache.totals()
        return {
            "metrics": await self._metrics({}),
            "trace": trace[-most:] if most > 0 else [],
            "traced": len(trace),
            "cache": {
                "memory": {"count": totals.memory_count, "size": totals.memory_bytes},
                "disk": {"count": totals.disk_count, "size": totals.disk_bytes},
            },
            "most": {
                "memory": self.settings.memory_cache_bytes,
                "disk": await self._cache.disk_limit(),
            },
            "resting": self._cache.resting(),
        }

    def session_stats(self) -> dict[str, object]:
        """What ``piperDebug.getSessionCacheStats()`` shows."""
        voices = self._sessions.voices
        described = self._backends.describe(self._last_voice)
        whole = (f"{voice} runs whole: {why}" for voice, why in self._sessions.whole.items())
        return {
            "voiceCount": len(voices),
            "voices": voices,
            **described,
            "backendReason": "; ".join((str(described["backendReason"]), *whole)),
            "bytes": self._sessions.bytes,
        }

    # -- sessions ------------------------------------------------------------------

    async def _use(self, voice_id: str, *, guest: bool = False) -> None:
        """Remember whose backend the stats speak of, and what to load first next time: never a
        voice that says a quotation in a text of another."""
        voice = await self._voices.voice(voice_id)
        if voice.identity != self._told_voice and not guest:
            self._told_voice = voice.identity
            self._emit({"event": "used", "voiceId": voice.id, "sha256": voice.model_sha256})
        if voice.identity != self._last_voice:
            self._last_voice = voice.identity
            self._sessions_changed()
        self._start(self._prober.extend(voice))

    def _realm_lost(self, realm: int) -> None:
        log.warning("The ORT worker of realm %d is lost; its voices are loaded again.", realm)
        self.metrics.count("realm.lost")
        self._backends.lost(realm)
        for session in self._sessions.forget(realm):
            self._start(self._loader.release(session))

    def _sessions_changed(self) -> None:
        self._emit({"event": "sessions", "stats": self.session_stats()})

    async def _probe(self) -> None:
        """Measure with the voice that was used last, if there is one."""
        resident = self._sessions.voices
        if resident:
            entry = await self._voices.entry(resident[-1])
            await self._prober.run(await self._voices.voice(entry.id), entry.bytes)
            self._sessions_changed()

    # -- voices --------------------------------------------------------------------

    async def _voices_changed(self, changed: set[str]) -> None:
        """Voices of the browser's store went, came or are others now."""
        for voice_id in changed:
            await self._sessions.evict(voice_id)
        self._emit({"event": "voices"})

    def _told(self, news: Mapping[str, object]) -> None:
        work = self._installer.told(news)
        if work is not None:
            self._start(work)

    # -- small things --------------------------------------------------------------

    async def _attempt(self, what: str, work: Awaitable[object]) -> object:
        """Idle-time work that may fail without anybody missing it."""
        try:
            return await work
        except Exception as error:
            log.warning("Left out in idle time, %s: %s", what, error)
            self.metrics.count(f"idle.failed.{what}")
            return None

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _utterance(text: str, voice_id: str, how: Mapping[str, object]) -> Utterance:
    """Raises BadOption for what is no manner of speaking."""
    return Utterance(
        text=text,
        voice_id=voice_id,
        speaker=payloads.speaker(how.get("speaker")),
        style=payloads.optional_string(how, "style"),
        length_scale=payloads.optional_number(how, "lengthScale"),
        rules=rules_from_json(how.get("rules")),
    )


def format_bytes(size: int) -> str:
    """ "2.34 MB", of 1,048,576 bytes."""
    return f"{size / MIB:.2f} MB"
