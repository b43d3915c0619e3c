"""Runs the probe sentence for ``backends``: idle-time measuring with a voice that is in use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from lectern.backends import Backends, Run
from lectern.encoding import to_ids
from lectern.errors import EmptyText
from lectern.loader import Loader
from lectern.phonemes import phonemize
from lectern.ports import Inference, Phonemizer, Realm
from lectern.running import run_voice
from lectern.sessions import Session, SessionCache
from lectern.settings import MIB
from lectern.voice import Scales, VoiceConfig

#: About three seconds of sound in either language.
_SENTENCES = {
    "fr": "Portez ce vieux whisky au juge blond qui fume.",
    "": "The quick brown fox jumps over the lazy dog.",
}
#: A model larger than this is not worth a second copy for measuring threads.
_LARGEST = 150 * MIB

Probe = Callable[[Realm], Awaitable[Run]]


class Prober:
    """Measures threads and WebGPU with one voice, and moves the sessions to what is better."""

    def __init__(
        self,
        *,
        loader: Loader,
        backends: Backends,
        sessions: SessionCache,
        phonemizer: Phonemizer,
        inference: Inference,
    ) -> None:
        self._loader = loader
        self._backends = backends
        self._sessions = sessions
        self._phonemizer = phonemizer
        self._inference = inference

    async def run(self, voice: VoiceConfig, model_bytes: int) -> None:
        """Measure what is not yet known of this device and voice. Raises LecternError."""
        if model_bytes <= _LARGEST and self._backends.wants_threads():
            await self._with_probe(voice, self._measure_threads)
        if await self._backends.wants_gpu(voice.identity):
            await self._with_probe(voice, lambda probe: self._measure_gpu(voice, probe))

    async def _measure_threads(self, probe: Probe) -> None:
        better = await self._backends.measure_threads(probe)
        if better is not None:
            # New loads go to the better realm from here on; runs under way end where they are.
            former = self._backends.adopt(better)
            await self._sessions.reload(
                lambda voice: self._loader.load_into(better, voice, quiet=True)
            )
            if former is not None:
                await self._sessions.drain(former.id)
                self._sessions.forget(former.id)
                await self._backends.end(former)

    async def _measure_gpu(self, voice: VoiceConfig, probe: Probe) -> None:
        await self._backends.probe_gpu(voice.identity, probe)
        if self._backends.backend_for(voice.identity) == "webgpu":
            await self._sessions.reload(self._loader.load)

    async def _with_probe(
        self, voice: VoiceConfig, measure: Callable[[Probe], Awaitable[None]]
    ) -> None:
        ids = await self._ids(voice)
        opened: list[Session] = []

        async def probe(realm: Realm) -> Run:
            session = await self._loader.load_into(realm, voice, quiet=True)
            opened.append(session)
            # Without noise the sound is the same each time, so that backends can be compared.
            scales = Scales(noise=0.0, length=1.0, noise_w=0.0)

            async def run() -> memoryview:
                speaker = voice.speaker(None)
                samples, _ = await run_voice(self._inference, session.handle, ids, speaker, scales)
                return samples

            return run

        try:
            await measure(probe)
        finally:
            for session in opened:
                await self._loader.release(session)

    async def _ids(self, voice: VoiceConfig) -> list[int]:
        text = _SENTENCES.get(voice.language[:2], _SENTENCES[""])
        phonemized = await phonemize(text, voice, self._phonemizer)
        if not phonemized.phonemes:
            raise EmptyText(f"The probe sentence has no phonemes in {voice.id}.")
        return to_ids(phonemized.phonemes, phonemized.word_of, voice).ids
