"""Runs the probe sentence for ``backends``: idle-time measuring with a voice that is in use."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from lectern.backends import Backends, Run
from lectern.encoding import to_ids
from lectern.errors import EmptyText, InferenceFailed, LecternError
from lectern.loader import Loader
from lectern.pacing import SMALLEST
from lectern.phonemes import phonemize
from lectern.ports import Inference, Phonemizer, Realm
from lectern.rendering import as_floats, begin, rest
from lectern.running import Loaded, Order, Split
from lectern.sessions import Session, SessionCache
from lectern.settings import MIB
from lectern.voice import Scales, VoiceConfig

log = logging.getLogger("lectern")

#: About three seconds of sound in either language.
_SENTENCES = {
    "fr": "Portez ce vieux whisky au juge blond qui fume.",
    "": "The quick brown fox jumps over the lazy dog.",
}
#: Said again until it has so many ids: of another script's letters espeak may know but a few,
#: and the windows of WebGPU's decoders have to be filled.
_LEAST_IDS = 80
#: A model larger than this is not worth a second copy for measuring threads.
_LARGEST = 150 * MIB

Result = TypeVar("Result")


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
        self._extending: set[str] = set()  # identities

    async def run(self, voice: VoiceConfig, model_bytes: int) -> None:
        """Measure what is not yet known of this device and voice. Raises LecternError."""
        if model_bytes <= _LARGEST and self._backends.wants_threads():
            await self._measure_threads(voice)
        if await self._backends.wants_gpu(voice.identity):
            await self._measure_gpu(voice)

    # -- threads ---------------------------------------------------------------------

    async def _measure_threads(self, voice: VoiceConfig) -> None:
        ids = await self._ids(voice)
        opened: list[Session] = []

        async def measure(session: Session) -> Realm | None:
            async def probe(realm: Realm) -> Run:
                if realm.id in session.realms:
                    return self._runner(voice, ids, _on_wasm(session.model))
                opened.append(await self._loader.load_into(realm, voice))
                return self._runner(voice, ids, opened[-1].model)

            return await self._backends.measure_threads(probe)

        try:
            better = await self._with(voice, measure)
        finally:
            # Before the voices move: wasm's memory never shrinks.
            for session in opened:
                await self._loader.release(session)
        if better is not None:
            await self._move(better)

    async def _move(self, better: Realm) -> None:
        """New loads go to the better realm from here on; runs under way end where they are."""
        former = self._backends.adopt(better)
        await self._sessions.reload(lambda voice: self._loader.load(voice, quiet=True))
        if former is not None:
            await self._sessions.drain(former.id)
            self._sessions.forget(former.id)
            await self._backends.end(former)

    # -- WebGPU ----------------------------------------------------------------------

    async def _measure_gpu(self, voice: VoiceConfig) -> None:
        ids = await self._ids(voice)

        async def measure(session: Session) -> None:
            """The resident session is wasm's; what is tried takes its place if it is better."""
            tried: Session | None = None

            async def probe(realm: Realm) -> Run:
                nonlocal tried
                if realm.backend == "wasm":
                    return self._runner(voice, ids, session.model)
                if isinstance(session.model, Split):
                    tried = await self._loader.with_decoders(realm, session)
                else:
                    tried = await self._loader.load_into(realm, voice)
                return self._runner(voice, ids, tried.model)

            try:
                await self._backends.probe_gpu(voice.identity, probe)
            finally:
                if tried is not None:
                    if self._backends.backend_for(voice.identity) == "webgpu":
                        await self._put(session, tried)
                    else:
                        await self._release_added(session, tried)

        await self._with(voice, measure)

    async def extend(self, voice: VoiceConfig) -> None:
        """Give a voice in parts its decoders on WebGPU if it belongs there and has none yet.

        Not while it is loaded: the first sound need not wait for the GPU. Never raises.
        """
        session = self._sessions.peek(voice)
        if session is None or not self._lacks_decoders(session):
            return
        self._extending.add(voice.identity)
        try:
            await self._with(voice, self._extend)
        except LecternError as error:
            log.warning("%s stays on wasm for now: %s", voice.id, error)
        finally:
            self._extending.discard(voice.identity)

    def _lacks_decoders(self, session: Session) -> bool:
        identity = session.voice.identity
        model = session.model
        return (
            isinstance(model, Split)
            and not model.fixed
            and identity not in self._extending
            and self._backends.backend_for(identity) == "webgpu"
        )

    async def _extend(self, session: Session) -> None:
        extended = await self._loader.extend(session)
        if extended is not session:
            await self._put(session, extended)

    async def _put(self, session: Session, better: Session) -> None:
        if not await self._sessions.exchange(session, better):
            await self._release_added(session, better)

    async def _release_added(self, session: Session, tried: Session) -> None:
        if isinstance(session.model, Split):
            await self._loader.release_decoders(tried)
        else:
            await self._loader.release(tried)

    # -- the probe sentence ------------------------------------------------------------

    async def _with(
        self, voice: VoiceConfig, work: Callable[[Session], Awaitable[Result]]
    ) -> Result:
        """Work with the voice's session. What goes wrong in another realm is not its fault: it
        stays, so no error may be seen where it is leased."""
        async with self._sessions.lease(voice, again=True) as session:
            try:
                return await work(session)
            except LecternError as error:
                failure = error
        raise failure

    def _runner(self, voice: VoiceConfig, ids: list[int], model: Loaded) -> Run:
        # Without noise the sound is the same each time, so that backends can be compared.
        order = Order(ids, voice.speaker(None), Scales(noise=0.0, length=1.0, noise_w=0.0))

        async def run() -> memoryview:
            rendering = await begin(self._inference, model, order)
            windows = model.fixed if isinstance(model, Split) else ()
            if windows and rendering.frames < windows[-1].frames:
                raise InferenceFailed("The probe sentence is too short for WebGPU's decoders.")
            # The first piece of a sentence is made by another decoder than the rest.
            first = await rendering.window(model, SMALLEST)
            if rendering.made == rendering.frames:
                return first
            others = await rest(rendering, model)
            return as_floats(first.tobytes() + others.tobytes())

        return run

    async def _ids(self, voice: VoiceConfig) -> list[int]:
        text = _SENTENCES.get(voice.language[:2], _SENTENCES[""])
        said = await phonemize(text, voice, self._phonemizer)
        if not said.phonemes:
            raise EmptyText(f"The probe sentence has no phonemes in {voice.id}.")
        once = to_ids(said.phonemes, said.word_of, voice).ids
        times = math.ceil(_LEAST_IDS / len(once))
        return to_ids(said.phonemes * times, said.word_of * times, voice).ids if times > 1 else once


def _on_wasm(model: Loaded) -> Loaded:
    return replace(model, fixed=()) if isinstance(model, Split) else model
