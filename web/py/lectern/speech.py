"""From a sentence to sound: the one flow.

::

    text -> cache key -> audio cache                                        hit: done
         -> phonemes -> ids -> a Making: session -> encoder -> windows of sound, on demand
         -> (after the last one was handed over) int16 -> audio cache
"""

from __future__ import annotations

import asyncio
import logging
from array import array
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass

from lectern.audiocache import AudioCache, make_entry
from lectern.cachekey import audio_key
from lectern.encoding import to_ids
from lectern.errors import BadOption, LecternError
from lectern.making import BUSY_AGAIN, Making, Script
from lectern.metrics import Metrics, Trace
from lectern.pacing import Demand, Speed
from lectern.phonemes import phonemize
from lectern.ports import Clock, Inference, Phonemizer, StoredAudio, WordRows
from lectern.pronunciation import NO_RULES, Rules, Said, script_of
from lectern.running import Order
from lectern.sessions import SessionCache
from lectern.singleflight import SingleFlight
from lectern.styles import NEUTRAL, STYLES, Style, styled
from lectern.voice import Scales, VoiceConfig
from lectern.voices import Voices
from lectern.words import words

log = logging.getLogger("lectern")

#: Sentences that were begun and left; who comes back to one goes on where it was left.
_MOST_BEGUN = 16

WordTimes = tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence and how to say it. None means the voice's own default."""

    text: str
    voice_id: str
    speaker: str | int | None = None
    style: str | None = None
    length_scale: float | None = None
    rules: Rules = NO_RULES


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of one sentence's sound, mono.

    ``samples`` is float32 (format "f") fresh from the model and int16 (format "h") from a
    cache. ``words``: start and end in UTF-16 units of the sentence, first sample of the
    sentence, samples; all of them with the first piece.
    """

    samples: memoryview
    sample_rate: int
    words: WordTimes
    source: str  # "memory" | "disk" | "published" | "model"
    last: bool = True


@dataclass(frozen=True, slots=True)
class _Request:
    """An utterance with everything decided."""

    text: str
    voice: VoiceConfig
    speaker: int | None
    scales: Scales
    said: tuple[Said, ...]
    key: str


class Synthesizer:
    """Turns utterances into sound.

    Args:
        background: starts a coroutine that nobody waits for (and that never raises).
        styles: the table of styles.
    """

    def __init__(
        self,
        *,
        voices: Voices,
        phonemizer: Phonemizer,
        inference: Inference,
        sessions: SessionCache,
        cache: AudioCache,
        metrics: Metrics,
        clock: Clock,
        background: Callable[[Coroutine[object, object, None]], None],
        styles: Mapping[str, Style] = STYLES,
    ) -> None:
        self._voices = voices
        self._phonemizer = phonemizer
        self._inference = inference
        self._sessions = sessions
        self._cache = cache
        self._metrics = metrics
        self._clock = clock
        self._background = background
        self._styles = styles
        self._speeds: dict[str, Speed] = {}  # by the voice's identity
        self._beginning: SingleFlight[str, Making] = SingleFlight()
        #: Sentences that are made and wait to be cached.
        self._keeping = 0
        #: Under way, and made but not yet in the cache; least recently asked for first.
        self._makings: OrderedDict[str, Making] = OrderedDict()

    async def key(self, utterance: Utterance) -> str:
        """The cache key of what ``piece`` gives.

        Raises:
            InputError: the voice, speaker, style or a scale is not to be had.
        """
        return (await self._request(utterance)).key

    async def piece(
        self,
        utterance: Utterance,
        offset: int = 0,
        demand: Demand | None = None,
        *,
        keep: bool = False,
    ) -> Spoken:
        """The sentence's sound from sample ``offset`` on, from a cache or from the model.

        A cache gives all of it, or to somebody who waits first a beginning of what has to be
        unpacked; the model as much as ``demand`` lets it, until ``last``. The same sentence
        asked for twice at the same time is made once. A sentence with nothing to say gives no
        samples. ``keep``: it is wanted without a network later.

        Raises:
            InputError: the voice, speaker, style or a scale is not to be had.
            VoiceError, NetworkError: the voice can't be loaded.
            EngineError: phonemizer or onnxruntime failed; what was made is kept.
        """
        started = self._clock.monotonic()
        request = await self._request(utterance)
        trace = Trace(request.text[:80], request.voice.id, characters=len(request.text))
        making = self._makings.get(request.key)
        entry: StoredAudio | None = None
        if making is not None and making.done and making.script.phonemized.phonemes:
            entry = self._remember(request, making)
            making = None
        if offset and making is None:
            # The rest of a sentence that somebody else has made to its end: no new hearing.
            entry = entry or self._cache.recall(request.key)
            if entry is not None:
                return _sound(request, entry, "memory", offset)
        if making is None:
            waiting = not offset and demand is not None and demand.waiting
            voice_id = request.voice.id
            found = await self._cache.get(request.key, voice_id, waiting=waiting, keep=keep)
            trace.cache = self._since(started)
            if found is not None:
                return self._cached(request, *found, offset, trace, started)
            # While the durable store was asked, another request may have made it; where no tier
            # has room for it, what was just made is here.
            making = self._makings.get(request.key)
            entry = None if making else entry or self._cache.recall(request.key)
            if entry is not None:
                self._metrics.count("cache.joined")
                return self._cached(request, entry, "memory", offset, trace, started)
        if making is None:
            making = await self._beginning.do(request.key, lambda: self._begin(request, trace))
        making.hold = making.hold or keep
        return await self._made(request, making, offset, demand or Demand(), started)

    def forget_made(self) -> None:
        """Sentences that are made and wait to be cached are not wanted any more."""
        for key in [key for key, making in self._makings.items() if making.done]:
            del self._makings[key]

    async def _request(self, utterance: Utterance) -> _Request:
        voice = await self._voices.voice(utterance.voice_id)
        style = self._styles.get(utterance.style or NEUTRAL)
        if style is None:
            known = ", ".join(self._styles)
            raise BadOption(f"There is no style {utterance.style!r}; known: {known}.")
        speaker, scales = styled(
            voice, style, speaker=utterance.speaker, length_scale=utterance.length_scale
        )
        said = said_in(utterance.text, voice, utterance.rules)
        key = audio_key(
            text=utterance.text,
            voice_identity=voice.identity,
            speaker=speaker,
            noise=scales.noise,
            length=scales.length,
            noise_w=scales.noise_w,
            said=script_of(utterance.text, said),
        )
        return _Request(utterance.text, voice, speaker, scales, said, key)

    def _cached(
        self,
        request: _Request,
        entry: StoredAudio,
        tier: str,
        offset: int,
        trace: Trace,
        started: float,
    ) -> Spoken:
        trace.audio = (len(entry.pcm) // 2 + entry.missing) / entry.sample_rate * 1000
        spoken = _sound(request, entry, tier, offset)
        if not offset:  # else it was told with the beginning
            size = len(entry.pcm) + 2 * entry.missing
            log.info("✅ Audio found in cache (%d bytes)", size)
            self._told(trace, tier, started)
        return spoken

    async def _begin(self, request: _Request, trace: Trace) -> Making:
        """Phonemes and ids; no model is needed yet."""
        started = self._clock.monotonic()
        phonemized = await phonemize(request.text, request.voice, self._phonemizer, request.said)
        encoded = to_ids(phonemized.phonemes, phonemized.word_of, request.voice)
        trace.phonemise = self._since(started)
        self._metrics.observe("phonemise", trace.phonemise / 1000)
        for phoneme, number in encoded.dropped.items():
            self._metrics.count(f"phonemes.unknown.{phoneme}", number)
        order = Order(encoded.ids, request.speaker, request.scales, seed=int(request.key[:8], 16))
        making = Making(
            Script(request.voice, order, encoded, phonemized),
            inference=self._inference,
            sessions=self._sessions,
            clock=self._clock,
            speed=self._speeds.setdefault(request.voice.identity, Speed()),
            trace=trace,
        )
        self._makings[request.key] = making
        if len(self._makings) > _MOST_BEGUN:
            self._makings.popitem(last=False)
        return making

    async def _made(
        self,
        request: _Request,
        making: Making,
        offset: int,
        demand: Demand,
        started: float,
    ) -> Spoken:
        voice = request.voice
        if not making.script.phonemized.phonemes:
            self._makings.pop(request.key, None)
            return Spoken(memoryview(array("f")), voice.sample_rate, (), "model")
        if request.key in self._makings:
            self._makings.move_to_end(request.key)
        first, making.asked = not making.asked, True
        if first:
            log.info("🎤 Synthesis with %s", voice.id)
        complete = making.done
        try:
            samples = await making.take(offset, demand)
        except LecternError as error:
            if not error.retryable:
                self._makings.pop(request.key, None)
            raise
        if not making.told:
            making.told = True
            self._told(making.trace, "model", started)
        elif not offset:
            # Under way for somebody else: it is had without being made.
            self._metrics.count("cache.joined")
            self._metrics.observe("sentence.memory", self._clock.monotonic() - started)
            self._metrics.sentence("memory")
        if making.done and not complete and not making.kept:
            making.kept = True
            self._finished(request, making)
        times = () if offset else _word_times(making.rows, request.text)
        last = making.done and offset + len(samples) >= making.samples
        return Spoken(samples, voice.sample_rate, times, "model", last)

    def _finished(self, request: _Request, making: Making) -> None:
        trace = making.trace
        trace.audio = making.samples / request.voice.sample_rate * 1000
        self._metrics.observe("infer", trace.infer / 1000)
        self._metrics.count("synthesis")
        log.info("✅ Synthesis done in %.0fms", trace.phonemise + trace.session + trace.infer)
        self._keeping += 1
        self._background(self._keep(request, making, self._cache.cleared))

    async def _keep(self, request: _Request, making: Making, cleared: int) -> None:
        """Encode and store what was just handed over, without standing in its way."""
        try:
            await asyncio.sleep(BUSY_AGAIN)
            if cleared != self._cache.cleared:
                return
            entry = self._remember(request, making)
            written = self._clock.monotonic()
            await self._cache.keep(request.key, entry, request.voice.id, hold=making.hold)
            making.trace.store = self._since(written)
            self._metrics.observe("store", making.trace.store / 1000)
        finally:
            self._keeping -= 1

    async def kept(self) -> None:
        """Wait until what is made is in the cache."""
        while self._keeping:
            await asyncio.sleep(BUSY_AGAIN)

    def _remember(self, request: _Request, making: Making) -> StoredAudio:
        """Put a sentence that is made into the memory tier, once."""
        if making.entry is not None:
            return making.entry
        started = self._clock.monotonic()
        try:
            making.entry = make_entry(making.pcm(), request.voice.sample_rate, making.rows)
            self._cache.remember(request.key, making.entry)
        finally:
            if self._makings.get(request.key) is making:
                del self._makings[request.key]
        making.trace.encode = self._since(started)
        self._metrics.observe("encode", making.trace.encode / 1000)
        return making.entry

    def _told(self, trace: Trace, source: str, started: float) -> None:
        """The first sound of a sentence leaves."""
        trace.source = source
        trace.total = self._since(started)
        self._metrics.observe(f"sentence.{source}", trace.total / 1000)
        self._metrics.sentence(source)
        self._metrics.traces.append(trace)

    def _since(self, started: float) -> float:
        return round((self._clock.monotonic() - started) * 1000, 3)


def _sound(request: _Request, entry: StoredAudio, tier: str, offset: int) -> Spoken:
    """What an entry has from sample ``offset`` on."""
    times = () if offset else _word_times(entry.words, request.text)
    samples = memoryview(entry.pcm).cast("h")[offset:]
    return Spoken(samples, entry.sample_rate, times, tier, not entry.missing)


def said_in(text: str, voice: VoiceConfig, rules: Rules) -> tuple[Said, ...]:
    """What ``rules`` say otherwise; a voice that reads letters is given no phonemes."""
    return rules.apply(text, voice.language, ipa=voice.phoneme_type != "text")


def _word_times(rows: WordRows, text: str) -> WordTimes:
    """The words' places in this very text: the sound may serve others as well."""
    spans = words(text) if rows else []
    return tuple(
        (spans[word].start, spans[word].end, first, length)
        for word, first, length in rows
        if 0 <= word < len(spans)
    )
