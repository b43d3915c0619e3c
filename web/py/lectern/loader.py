"""A voice's model, from its files to a loaded session: fetched, checked, prepared, given to ORT."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Awaitable, Callable
from dataclasses import replace

from lectern.backends import Backends
from lectern.errors import (
    EngineError,
    EngineLost,
    InferenceFailed,
    IntegrityError,
    LecternError,
    VoiceUnreadable,
)
from lectern.onnxfile import Part
from lectern.ports import (
    Columns,
    Excerpt,
    FileRef,
    Inference,
    Progress,
    Realm,
    SessionHandle,
    VoiceFiles,
)
from lectern.preparing import Preparation, prepare, uncut
from lectern.progress import download_progress
from lectern.rendering import render
from lectern.running import FixedDecoder, Loaded, Order, Split, Whole, run_whole, text_feeds
from lectern.sessions import MakeRoom, Session
from lectern.surgery import Cut
from lectern.voice import END, START, Scales, VoiceConfig

log = logging.getLogger("lectern")

#: Seconds: a software adapter took 16 s on a busy machine.
_COMPILE = 90.0
_PLAIN = Scales(noise=0.0, length=1.0, noise_w=0.0)
#: Frames of sound in the windows that WebGPU's decoders are made for, context aside.
_FIXED = (32, 128)


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

    async def load(
        self, voice: VoiceConfig, make_room: MakeRoom | None = None, *, quiet: bool = False
    ) -> Session:
        """Load into the realm that the voice belongs to.

        A realm that dies meanwhile is replaced once; a voice that WebGPU has no kernels for
        goes to wasm.

        Args:
            make_room: called when the model is here, before it is given to onnxruntime.
            quiet: another copy, of which nobody needs to hear.

        Raises:
            NetworkError, VoiceNotInstalled, IntegrityError, VoiceUnreadable, EngineError.
        """
        make_room = make_room or _no_room
        try:
            return await self._load_where_it_belongs(voice, make_room, quiet)
        except EngineLost:
            return await self._load_where_it_belongs(voice, make_room, quiet)

    async def _load_where_it_belongs(
        self, voice: VoiceConfig, make_room: MakeRoom, quiet: bool
    ) -> Session:
        try:
            return await self._load(voice, None, make_room, quiet)
        except (InferenceFailed, VoiceUnreadable) as error:
            if self._backends.backend_for(voice.identity) != "webgpu":
                raise
            self._backends.unfit(voice.identity, error.message)
            return await self._load(voice, None, make_room, quiet)

    async def load_into(self, realm: Realm, voice: VoiceConfig) -> Session:
        """Another copy, for measuring, in this very realm.

        Raises: see ``load``.
        """
        return await self._load(voice, realm, _no_room, quiet=True)

    async def _load(
        self, voice: VoiceConfig, realm: Realm | None, make_room: MakeRoom, quiet: bool
    ) -> Session:
        """The model is checked against its hash before ORT sees it."""
        tell = _unheard if quiet else self._progress
        file = await self._fetch(
            voice, _unheard_bytes if quiet else download_progress(self._emit, voice.id)
        )
        try:
            tell(voice.id, "session", file.size, file.size)
            await make_room(self._memory(file))
            session = await self._load_prepared(realm, voice, file)
        finally:
            await self._files.drop(file)
        tell(voice.id, "ready", file.size, file.size)
        return session

    async def _load_prepared(
        self, realm: Realm | None, voice: VoiceConfig, file: FileRef
    ) -> Session:
        """As the stored plan says; without one the parts are made and tried out first.

        Parts that ran before and don't now are no reason to give them up for good: memory may
        be short, a browser may have been renewed. The voice runs whole this once.
        """
        preparation, known = await self._preparation(file)
        session: Session | None = None
        if preparation.cut is not None:
            try:
                session = await self._load_parts(realm, voice, file, preparation.cut, not known)
            except (InferenceFailed, VoiceUnreadable) as error:
                preparation = uncut(self._reader(file), file.size, error.message)
        if not known:
            await self._files.keep_plan(file.sha256, preparation.to_json())
        if preparation.reason:
            log.info("%s runs whole: %s", voice.id, preparation.reason)
        if session is None:
            return await self._load_whole(realm, voice, file, preparation)
        cut, made = preparation.cut, session
        if cut is not None and realm is None and self._backends.gpu_asked_for:
            # Else the first sound does not wait for it: see ``Prober.extend``.
            return await self._extended(
                made, lambda realm: self._with_decoders(realm, made, file, cut)
            )
        return made

    def _reader(self, file: FileRef) -> Callable[[int, int], bytes]:
        return lambda offset, length: self._files.read(file, offset, length)

    async def _preparation(self, file: FileRef) -> tuple[Preparation, bool]:
        """What is known of the model, and whether it was known before."""
        known = Preparation.from_json(await self._files.plan(file.sha256), file.size)
        return known or prepare(self._reader(file), file.size), known is not None

    async def _load_whole(
        self, realm: Realm | None, voice: VoiceConfig, file: FileRef, preparation: Preparation
    ) -> Session:
        realm = realm or await self._backends.realm_for(voice.identity)
        handle = await self._inference.create(realm.id, file, preparation.timed)
        durations = preparation.durations or "durations"
        told = durations if durations in handle.outputs else ""
        model = Whole(handle, told, preparation.reason)
        if realm.backend == "webgpu":
            await self._compile(model, voice)
        return self._session(voice, model, realm, file)

    async def _load_parts(
        self, realm: Realm | None, voice: VoiceConfig, file: FileRef, cut: Cut, untried: bool
    ) -> Session:
        """On wasm, whatever the voice's backend: only a decoder gains from a GPU."""
        realm = realm or await self._backends.wasm_realm()
        made: list[SessionHandle] = []

        async def create(part: Part) -> SessionHandle:
            made.append(await self._inference.create(realm.id, file, part))
            return made[-1]

        try:
            # In this order voices that follow each other fit best into each other's gaps:
            # WebAssembly's memory grew no more through forty of them.
            decoder, flow = await create(cut.trimmed), await create(cut.flow)
            model = Split.of(cut, await create(cut.encoder), flow, decoder)
            if untried:
                await render(self._inference, model, _short_order(voice))
        except BaseException:
            for handle in made:
                await self._release(handle, voice)
            raise
        return self._session(voice, model, realm, file)

    # -- decoders on WebGPU ----------------------------------------------------------

    async def extend(self, session: Session) -> Session:
        """The same session with decoders on WebGPU beside its own, where it can have them.

        What is in the way is kept as the reason why the voice stays on wasm.

        Raises:
            NetworkError, VoiceNotInstalled, IntegrityError, VoiceUnreadable: the model is not
                to be had a second time.
        """
        return await self._extended(session, lambda realm: self.with_decoders(realm, session))

    async def _extended(
        self, session: Session, extend: Callable[[Realm], Awaitable[Session]]
    ) -> Session:
        voice = session.voice
        try:
            realm = await self._backends.realm_for(voice.identity)
            return await extend(realm) if realm.backend == "webgpu" else session
        except (InferenceFailed, VoiceUnreadable) as error:
            self._backends.unfit(voice.identity, error.message)
        except EngineError as error:
            log.warning("%s stays on wasm for now: %s", voice.id, error)
        return session

    async def with_decoders(self, realm: Realm, session: Session) -> Session:
        """The same session with decoders in this very realm beside its own.

        Raises:
            InferenceFailed, EngineLost, EngineTimeout, and what ``extend`` raises.
        """
        file = await self._fetch(session.voice, _unheard_bytes)
        try:
            preparation, _ = await self._preparation(file)
            if preparation.cut is None:
                raise InferenceFailed("The voice's model can't be taken apart any more.")
            return await self._with_decoders(realm, session, file, preparation.cut)
        finally:
            await self._files.drop(file)

    async def _with_decoders(
        self, realm: Realm, session: Session, file: FileRef, cut: Cut
    ) -> Session:
        model = session.model
        if not isinstance(model, Split):
            raise InferenceFailed("The voice was loaded in another shape meanwhile.")
        fixed: list[FixedDecoder] = []
        try:
            for frames in [frames + 2 * cut.decoder_context for frames in _FIXED]:
                handle = await self._inference.create(
                    realm.id, file, cut.decoder, fixed={"frames": frames}
                )
                fixed.append(FixedDecoder(handle, frames, realm.id))
                await self._try_decoder(model, fixed[-1], session.voice)
        except BaseException:
            for decoder in fixed:
                await self._release(decoder.handle, session.voice)
            raise
        return replace(
            session,
            model=replace(model, fixed=tuple(fixed)),
            realms=session.realms | {realm.id},
        )

    async def _try_decoder(self, model: Split, decoder: FixedDecoder, voice: VoiceConfig) -> None:
        """WebGPU compiles its pipelines in the first run, which may take longer than a window."""
        silence = memoryview(array("f", bytes(4 * model.channels * decoder.frames)))
        feeds = text_feeds(Order((), voice.speaker(None), _PLAIN), decoder.handle)
        whole = Excerpt(silence, decoder.frames, 0, decoder.frames)
        feeds[model.z] = Columns(model.channels, (whole,))
        await self._inference.run(decoder.handle.id, feeds, ["output"], _COMPILE)

    async def release_decoders(self, session: Session) -> None:
        """Give back what ``extend`` or ``with_decoders`` added."""
        if isinstance(session.model, Split):
            for decoder in session.model.fixed:
                await self._release(decoder.handle, session.voice)

    # ----------------------------------------------------------------------------------

    def _session(self, voice: VoiceConfig, model: Loaded, realm: Realm, file: FileRef) -> Session:
        return Session(voice, model, frozenset({realm.id}), self._memory(file))

    def _memory(self, file: FileRef) -> int:
        """Bytes that a session of the model takes, as estimated."""
        return int(file.size * self._session_cost)

    async def _fetch(self, voice: VoiceConfig, progress: Progress) -> FileRef:
        """The model's true bytes, at the second attempt from behind the HTTP cache."""
        for fresh in (False, True):
            file = await self._files.model(voice.id, progress, fresh=fresh)
            if file.sha256 == voice.model_sha256:
                return file
            await self._files.drop(file)
        raise IntegrityError(
            f"The model of {voice.id} is damaged: its bytes are not those that the catalogue "
            "names. Reload the page; if that does not help, install the voice again, or build the "
            "folder anew."
        )

    async def _compile(self, model: Whole, voice: VoiceConfig) -> None:
        """Run next to nothing: WebGPU compiles its pipelines in the first run.

        That may take longer than a sentence is given, so it is part of loading.
        """
        try:
            await run_whole(self._inference, model, _short_order(voice), patience=_COMPILE)
        except LecternError:
            await self._release(model.handle, voice)
            raise

    async def release(self, session: Session) -> None:
        """Give the memory back; a realm that is gone has done so already."""
        for handle in session.model.handles:
            await self._release(handle, session.voice)

    async def _release(self, handle: SessionHandle, voice: VoiceConfig) -> None:
        try:
            await self._inference.release(handle.id)
        except LecternError as error:
            log.debug("Session of %s could not be released: %s", voice.id, error)

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


def _short_order(voice: VoiceConfig) -> Order:
    """Next to nothing to say."""
    table = voice.phoneme_id_map
    ids = [*table[START], *table.get(" ", ()), *table[END]]
    return Order(ids, voice.speaker(None), _PLAIN)


async def _no_room(size: int) -> None:
    """Nobody's place is taken."""


def _unheard(voice_id: str, phase: str, loaded: int, total: int) -> None:
    """Progress that nobody is told of."""


def _unheard_bytes(loaded: int, total: int) -> None:
    """Download progress that nobody is told of."""
