"""synthesize(): the one flow of a sentence from text to sound.

::

    text -> cache key -> audio cache                          hit: done
         -> phonemes -> ids -> session -> run -> word times -> sound
         -> (after it was handed over) int16 -> audio cache
"""

from __future__ import annotations

import asyncio
import logging
from array import array
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace

from lectern import pcm
from lectern.audiocache import AudioCache, make_entry
from lectern.cachekey import audio_key
from lectern.encoding import Encoded, to_ids, word_times
from lectern.errors import BadOption
from lectern.metrics import Metrics, Trace
from lectern.phonemes import Phonemized, phonemize
from lectern.ports import Clock, Inference, Phonemizer, StoredAudio, WordRows
from lectern.running import run_voice
from lectern.sessions import SessionCache
from lectern.singleflight import SingleFlight
from lectern.voice import Scales, VoiceConfig
from lectern.voices import Voices
from lectern.words import words

log = logging.getLogger("lectern")

#: Styles are named settings of scales and speaker; more than the neutral one come with data.
STYLES = ("neutral",)

WordTimes = tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence and how to say it. None means the voice's own default."""

    text: str
    voice_id: str
    speaker: str | int | None = None
    style: str | None = None
    length_scale: float | None = None


@dataclass(frozen=True, slots=True)
class _Sound:
    """What is shared by all texts of one cache key: no offsets of any of them."""

    samples: memoryview
    sample_rate: int
    rows: WordRows
    source: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence's sound, mono.

    ``samples`` is float32 (format "f") fresh from the model and int16 (format "h") from a
    cache. ``words``: start and end in UTF-16 units of the sentence, first sample, samples.
    """

    samples: memoryview
    sample_rate: int
    words: WordTimes
    source: str  # "memory" | "disk" | "model"


class Synthesizer:
    """Turns utterances into sound.

    Args:
        background: starts a coroutine that nobody waits for (and that never raises).
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
    ) -> None:
        self._voices = voices
        self._phonemizer = phonemizer
        self._inference = inference
        self._sessions = sessions
        self._cache = cache
        self._metrics = metrics
        self._clock = clock
        self._background = background
        self._making: SingleFlight[str, _Sound] = SingleFlight()
        #: Made and handed over, not yet encoded for the cache.
        self._fresh: dict[str, _Sound] = {}

    async def synthesize(self, utterance: Utterance) -> Spoken:
        """The sentence's sound, from a cache or from the model.

        The same sentence asked for twice at the same time is made once. A sentence with
        nothing to say gives no samples.

        Raises:
            InputError: the voice, speaker, style or a scale is not to be had.
            VoiceError, NetworkError: the voice can't be loaded.
            EngineError: phonemizer or onnxruntime failed.
        """
        started = self._clock.monotonic()
        voice = await self._voices.voice(utterance.voice_id)
        speaker = voice.speaker(utterance.speaker)
        scales = _scales(voice, utterance)
        key = audio_key(
            text=utterance.text,
            voice_identity=voice.identity,
            speaker=speaker,
            noise=scales.noise,
            length=scales.length,
            noise_w=scales.noise_w,
        )
        trace = Trace(utterance.text[:80], voice.id, characters=len(utterance.text))
        found = await self._look_up(key)
        trace.cache = self._since(started)
        if found is not None:
            sound = found
            log.info("✅ Audio found in cache (%d bytes)", len(found.samples) * 2)
        else:
            sound = await self._making.do(
                key, lambda: self._make(key, utterance.text, voice, speaker, scales, trace)
            )
        spoken = _spoken(sound, utterance.text)
        trace.source = spoken.source
        trace.audio = len(spoken.samples) / spoken.sample_rate * 1000
        trace.total = self._since(started)
        self._metrics.observe(f"sentence.{spoken.source}", trace.total / 1000)
        self._metrics.traces.append(trace)
        return spoken

    async def _look_up(self, key: str) -> _Sound | None:
        found = await self._cache.get(key)
        if found is not None:
            return _from_cache(*found)
        # While the durable store was asked, another request may have made it.
        remembered = self._cache.recall(key)
        if remembered is not None:
            return _from_cache(remembered, "memory")
        return self._fresh.get(key)

    async def _make(
        self,
        key: str,
        text: str,
        voice: VoiceConfig,
        speaker: int | None,
        scales: Scales,
        trace: Trace,
    ) -> _Sound:
        started = self._clock.monotonic()
        phonemized = await phonemize(text, voice, self._phonemizer)
        encoded = to_ids(phonemized.phonemes, phonemized.word_of, voice)
        trace.phonemise = self._since(started)
        self._metrics.observe("phonemise", trace.phonemise / 1000)
        for phoneme, number in encoded.dropped.items():
            self._metrics.count(f"phonemes.unknown.{phoneme}", number)
        if not phonemized.phonemes:
            return _Sound(memoryview(array("f")), voice.sample_rate, (), "model")
        log.info("🎤 Synthesis with %s", voice.id)
        waited = self._clock.monotonic()
        async with self._sessions.lease(voice) as session:
            trace.session = self._since(waited)
            ran = self._clock.monotonic()
            samples, durations = await run_voice(
                self._inference, session.handle, encoded.ids, speaker, scales
            )
            trace.infer = self._since(ran)
        self._metrics.observe("infer", trace.infer / 1000)
        self._metrics.count("synthesis")
        log.info("✅ Synthesis done in %.0fms", self._since(started))
        rows = _rows(encoded, phonemized, durations, voice, len(samples))
        sound = _Sound(samples, voice.sample_rate, rows, "model")
        self._fresh[key] = replace(sound, source="memory")
        self._background(self._keep(key, sound, trace))
        return sound

    async def _keep(self, key: str, sound: _Sound, trace: Trace) -> None:
        """Encode and store what was just handed over, without standing in its way."""
        await asyncio.sleep(0)  # lets the answer leave first
        started = self._clock.monotonic()
        try:
            data = pcm.to_int16(sound.samples)
            entry = make_entry(data, sound.sample_rate, sound.rows)
            self._cache.remember(key, entry)
        finally:
            self._fresh.pop(key, None)
        trace.encode = self._since(started)
        self._metrics.observe("encode", trace.encode / 1000)
        written = self._clock.monotonic()
        await self._cache.keep(key, entry)
        trace.store = self._since(written)
        self._metrics.observe("store", trace.store / 1000)

    def _since(self, started: float) -> float:
        return round((self._clock.monotonic() - started) * 1000, 3)


def _scales(voice: VoiceConfig, utterance: Utterance) -> Scales:
    if utterance.style is not None and utterance.style not in STYLES:
        raise BadOption(f"There is no style {utterance.style!r}; known: {', '.join(STYLES)}.")
    return voice.scales(length_scale=utterance.length_scale)


def _from_cache(entry: StoredAudio, tier: str) -> _Sound:
    return _Sound(memoryview(entry.pcm).cast("h"), entry.sample_rate, entry.words, tier)


def _spoken(sound: _Sound, text: str) -> Spoken:
    """The sound with the words' places in this very text."""
    spans = words(text) if sound.rows else []
    times = tuple(
        (spans[word].start, spans[word].end, first, length)
        for word, first, length in sound.rows
        if 0 <= word < len(spans)
    )
    return Spoken(sound.samples, sound.sample_rate, times, sound.source)


def _rows(
    encoded: Encoded,
    phonemized: Phonemized,
    durations: memoryview | None,
    voice: VoiceConfig,
    total: int,
) -> WordRows:
    if durations is None:
        return ()
    count = len(phonemized.words)
    return tuple(word_times(encoded, count, durations, voice.hop_length, total))
