"""A voice's model, from its files to a loaded session: fetched, checked, given to ORT."""

from __future__ import annotations

import logging
from collections.abc import Callable

from lectern.backends import Backends
from lectern.errors import (
    EngineLost,
    InferenceFailed,
    IntegrityError,
    LecternError,
    VoiceUnreadable,
)
from lectern.ports import FileRef, Inference, Progress, Realm, SessionHandle, VoiceFiles
from lectern.running import run_voice
from lectern.sessions import Session
from lectern.settings import MIB
from lectern.voice import END, START, Scales, VoiceConfig

log = logging.getLogger("lectern")

#: Seconds: a software adapter took 16 s on a busy machine.
_COMPILE = 90.0
_PLAIN = Scales(noise=0.0, length=1.0, noise_w=0.0)
_INPUTS = {"input", "input_lengths", "scales"}


class Loader:
    """Loads and releases sessions, and tells of the progress.

    Args:
        session_cost: memory of a session as a multiple of its model file.
        emit: takes ``progress`` events of protocol.js.
    """

    def __init__(
        self,
        files: VoiceFiles,
        inference: Inference,
        backends: Backends,
        *,
        session_cost: float,
        emit: Callable[[dict[str, object]], None],
    ) -> None:
        self._files = files
        self._inference = inference
        self._backends = backends
        self._session_cost = session_cost
        self._emit = emit

    async def load(self, voice: VoiceConfig) -> Session:
        """Load into the realm that the voice belongs to.

        A realm that dies meanwhile is replaced once; a voice that WebGPU has no kernels for
        goes to wasm.

        Raises:
            NetworkError, VoiceNotInstalled, IntegrityError, VoiceUnreadable, EngineError.
        """
        try:
            return await self._load_where_it_belongs(voice)
        except EngineLost:
            return await self._load_where_it_belongs(voice)

    async def _load_where_it_belongs(self, voice: VoiceConfig) -> Session:
        realm = await self._backends.realm_for(voice.identity)
        try:
            return await self.load_into(realm, voice)
        except InferenceFailed as error:
            if realm.backend != "webgpu":
                raise
            self._backends.unfit(voice.identity, error.message)
            return await self.load_into(await self._backends.realm_for(voice.identity), voice)

    async def load_into(self, realm: Realm, voice: VoiceConfig, *, quiet: bool = False) -> Session:
        """Load into this very realm; the model is checked against its hash before ORT sees it.

        ``quiet``: a second copy, for measuring, of which nobody needs to hear.
        """
        tell = _unheard if quiet else self._progress
        file = await self._fetch(
            voice, _unheard_bytes if quiet else self._download_progress(voice.id)
        )
        try:
            tell(voice.id, "session", file.size, file.size)
            handle = await self._inference.create(realm.id, file)
        finally:
            await self._files.drop(file)
        missing = _INPUTS - set(handle.inputs)
        if missing or "output" not in handle.outputs:
            await self._inference.release(handle.id)
            what = ", ".join(sorted(missing)) or "an output named output"
            raise VoiceUnreadable(f"The model of {voice.id} is no Piper voice: it lacks {what}.")
        if realm.backend == "webgpu":
            await self._compile(handle, voice)
        tell(voice.id, "ready", file.size, file.size)
        return Session(voice, handle, realm.id, int(file.size * self._session_cost))

    async def _fetch(self, voice: VoiceConfig, progress: Progress) -> FileRef:
        """The model's true bytes, at the second attempt from behind the HTTP cache."""
        for fresh in (False, True):
            file = await self._files.model(voice.id, progress, fresh=fresh)
            if file.sha256 == voice.model_sha256:
                return file
            await self._files.drop(file)
        raise IntegrityError(
            f"The model of {voice.id} is damaged: its bytes are not those that the catalogue "
            "names. Reload the page; if that does not help, build the folder anew."
        )

    async def _compile(self, handle: SessionHandle, voice: VoiceConfig) -> None:
        """Run next to nothing: WebGPU compiles its pipelines in the first run.

        That may take longer than a sentence is given, so it is part of loading.
        """
        table = voice.phoneme_id_map
        ids = [*table[START], *table.get(" ", ()), *table[END]]
        try:
            speaker = voice.speaker(None)
            await run_voice(self._inference, handle, ids, speaker, _PLAIN, patience=_COMPILE)
        except LecternError:
            await self._inference.release(handle.id)
            raise

    async def release(self, session: Session) -> None:
        """Give the memory back; a realm that is gone has done so already."""
        try:
            await self._inference.release(session.handle.id)
        except LecternError as error:
            log.debug("Session of %s could not be released: %s", session.voice.id, error)

    def _download_progress(self, voice_id: str) -> Callable[[int, int], None]:
        told = -1

        def progress(loaded: int, total: int) -> None:
            nonlocal told
            self._progress(voice_id, "download", loaded, total)
            tenth = 10 * loaded // total if total else -1
            if tenth > told:
                told = tenth
                log.info(
                    "📥 Loading %s: %d%% (%dMB/%dMB)",
                    voice_id,
                    10 * tenth,
                    loaded // MIB,
                    total // MIB,
                )

        return progress

    def _progress(self, voice_id: str, phase: str, loaded: int, total: int) -> None:
        self._emit(
            {
                "event": "progress",
                "voiceId": voice_id,
                "phase": phase,
                "loaded": loaded,
                "total": total,
            }
        )


def _unheard(voice_id: str, phase: str, loaded: int, total: int) -> None:
    """Progress that nobody is told of."""


def _unheard_bytes(loaded: int, total: int) -> None:
    """Download progress that nobody is told of."""
