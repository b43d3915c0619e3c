"""voiceId -> loaded session: single flight, least recently used out, memory budget.

A session is *leased* while it is used, and never released under a run. Its memory is
an estimate (model size times ``settings.session_cost``): WebAssembly tells nobody
what one session really holds.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from lectern.errors import EngineLost
from lectern.ports import Clock
from lectern.running import Loaded, Split, Whole
from lectern.singleflight import SingleFlight
from lectern.voice import VoiceConfig

log = logging.getLogger("lectern")


@dataclass(frozen=True, slots=True)
class Session:
    """A voice that is ready to run, and the realms that its parts are in."""

    voice: VoiceConfig
    model: Loaded
    realms: frozenset[int]
    bytes: int

    def without(self, realm: int) -> Session | None:
        """What is left when a realm is gone: a voice in parts can do without the decoders that
        it had on WebGPU. None where nothing is left that speaks."""
        model = self.model
        if not isinstance(model, Split) or not model.fixed:
            return None
        if any(decoder.realm != realm for decoder in model.fixed):
            return None
        return replace(self, model=replace(model, fixed=()), realms=self.realms - {realm})


@dataclass(slots=True, eq=False)
class _Resident:
    session: Session
    leases: int = 0
    #: Set when it is leased no more.
    idle: asyncio.Event = field(default_factory=asyncio.Event)


#: Release others until a session of so many bytes fits into the budget.
MakeRoom = Callable[[int], Awaitable[None]]
Load = Callable[[VoiceConfig, MakeRoom], Awaitable[Session]]
Release = Callable[[Session], Awaitable[None]]


class SessionCache:
    """Sessions by voice id.

    Args:
        load: makes a session; what it raises goes to every waiting caller, and is forgotten.
            It says how large the session will be before it takes the memory: WebAssembly's
            never shrinks again.
        release: gives a session's memory back; must not raise.
        budget: bytes that resident sessions may hold together. The voice in use stays
            whatever it costs.
        on_change: called after every change of what is resident.
    """

    def __init__(
        self,
        load: Load,
        release: Release,
        *,
        budget: int,
        clock: Clock,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._load = load
        self._release = release
        self._budget = budget
        self._clock = clock
        self._on_change = on_change
        self._resident: OrderedDict[str, _Resident] = OrderedDict()  # least recently used first
        # A load that nobody waits for any more goes on: what is fetched and half loaded
        # can't be taken back, and the voice is likely to be asked for again.
        self._loading: SingleFlight[tuple[str, str], Session] = SingleFlight(to_the_end=True)
        #: Out of the cache, but still leased.
        self._leaving: list[_Resident] = []

    @property
    def voices(self) -> list[str]:
        """Resident voices, least recently used first."""
        return list(self._resident)

    @property
    def bytes(self) -> int:
        """Estimated memory of all resident sessions."""
        return sum(resident.session.bytes for resident in self._resident.values())

    @property
    def whole(self) -> dict[str, str]:
        """Resident voices that do not run in parts, and why."""
        models = {voice_id: one.session.model for voice_id, one in self._resident.items()}
        return {voice_id: m.reason for voice_id, m in models.items() if isinstance(m, Whole)}

    def resident(self, voice: VoiceConfig) -> bool:
        """Whether a lease of this very voice would load nothing."""
        return self.peek(voice) is not None

    @asynccontextmanager
    async def lease(self, voice: VoiceConfig, *, again: bool = False) -> AsyncIterator[Session]:
        """The voice's session, kept loaded for the time of the ``async with``.

        ``again``: for something that was begun with it; nobody has to be told.
        """
        resident = await self._get(voice, quiet=again)
        resident.leases += 1
        resident.idle.clear()
        session = resident.session
        try:
            yield session
        except EngineLost:
            # Whatever was not told of it: this session is of no use to anybody. (Of one that
            # was in two realms another may stand in its place by now.)
            if resident.session is session:
                self._discard(resident)
            raise
        finally:
            resident.leases -= 1
            if not resident.leases:
                resident.idle.set()
                if resident in self._leaving:
                    self._leaving.remove(resident)
                    await self._release(resident.session)
            await self._shrink()

    async def _get(self, voice: VoiceConfig, *, quiet: bool = False) -> _Resident:
        waited = quiet
        while True:
            resident = self._resident.get(voice.id)
            if resident and resident.session.voice.identity == voice.identity:
                self._resident.move_to_end(voice.id)
                if not waited:
                    log.info("♻️ Reusing session for %s", voice.id)
                return resident
            waited = True
            # Several callers wait for one load; each finds the result above afterwards.
            await self._loading.do((voice.id, voice.identity), lambda: self._fill(voice))

    async def _fill(self, voice: VoiceConfig) -> Session:
        started = self._clock.monotonic()
        log.info("🔄 New session for %s", voice.id)
        session = await self._load(voice, self._make_room)
        await self._insert(session)
        elapsed = (self._clock.monotonic() - started) * 1000
        log.info("✅ Session for %s ready (%.0fms)", voice.id, elapsed)
        return session

    async def _insert(self, session: Session) -> None:
        old = self._resident.pop(session.voice.id, None)
        self._resident[session.voice.id] = _Resident(session)
        self._on_change()
        if old is not None:
            await self._retire(old)
        await self._shrink(keep=session.voice.id)

    async def _make_room(self, size: int) -> None:
        await self._release_down_to(self._budget - size, list(self._resident))

    async def _retire(self, resident: _Resident) -> None:
        if resident.leases:
            self._leaving.append(resident)
        else:
            await self._release(resident.session)

    async def _shrink(self, keep: str | None = None) -> None:
        """Release least recently used sessions until the rest fits the budget."""
        keep = keep or next(reversed(self._resident), None)
        await self._release_down_to(self._budget, [id_ for id_ in self._resident if id_ != keep])

    async def _release_down_to(self, size: int, voice_ids: list[str]) -> None:
        """Release these, the first ones first, those in use left out, until the rest fits."""
        leaving: list[_Resident] = []
        for voice_id in voice_ids:
            if self.bytes <= size:
                break
            if not self._resident[voice_id].leases:
                leaving.append(self._resident.pop(voice_id))
        if leaving:
            self._on_change()
        for resident in leaving:
            await self._release(resident.session)

    async def reload(self, load: Callable[[VoiceConfig], Awaitable[Session]]) -> None:
        """Replace every resident session by what ``load`` makes, one after the other.

        Used when the realm changes: runs under way end on the old session (``drain`` waits
        for them). A voice that fails to load leaves the cache and is loaded anew when it is
        next asked for.
        """
        for voice_id in reversed(self.voices):
            resident = self._resident.get(voice_id)
            if resident is None:
                continue
            try:
                session = await load(resident.session.voice)
            except Exception as error:
                log.warning("Session for %s could not be moved: %s", voice_id, error)
                if self._resident.get(voice_id) is resident:
                    del self._resident[voice_id]
                    self._on_change()
                    await self._retire(resident)
                continue
            if self._resident.get(voice_id) is resident:
                self._resident[voice_id] = _Resident(session)  # its place in the order stays
                self._on_change()
                await self._retire(resident)
            else:
                await self._release(session)

    async def drain(self, realm: int) -> None:
        """Wait until no run is under way on a session of this realm."""
        for resident in [*self._leaving, *self._resident.values()]:
            if realm in resident.session.realms and resident.leases:
                await resident.idle.wait()

    def _discard(self, resident: _Resident) -> None:
        voice_id = resident.session.voice.id
        if self._resident.get(voice_id) is resident:
            del self._resident[voice_id]
            self._on_change()

    def forget(self, realm: int) -> list[Session]:
        """The realm is dead, its sessions are gone; those that can do without it stay, and those
        that have parts elsewhere all the same are given back, to be released there."""
        touched = [
            voice_id
            for voice_id, resident in self._resident.items()
            if realm in resident.session.realms
        ]
        forgotten: list[Session] = []
        for voice_id in touched:
            resident = self._resident[voice_id]
            rest = resident.session.without(realm)
            if rest is None:
                forgotten.append(self._resident.pop(voice_id).session)
            else:
                resident.session = rest
        if touched:
            self._on_change()
        return [session for session in forgotten if len(session.realms) > 1]

    def peek(self, voice: VoiceConfig) -> Session | None:
        """The voice's session if it is resident; it is not kept, and not made the latest used."""
        found = self._resident.get(voice.id)
        same = found is not None and found.session.voice.identity == voice.identity
        return found.session if found is not None and same else None

    async def exchange(self, old: Session, new: Session) -> bool:
        """Put ``new`` in the place of ``old``, if that is still resident.

        They may share handles: ``new`` has those of ``old`` and more, then, and who runs on
        ``old`` goes on. If they share none, ``old`` is released as soon as nobody runs on it.
        """
        resident = self._resident.get(old.voice.id)
        if resident is None or resident.session is not old:
            return False
        if set(old.model.handles) & set(new.model.handles):
            resident.session = new
            self._on_change()
        else:
            self._resident[old.voice.id] = _Resident(new)  # its place in the order stays
            self._on_change()
            await self._retire(resident)
        return True

    async def evict(self, voice_id: str) -> None:
        """Release one voice's session, if it is here; one in use as soon as its runs end."""
        resident = self._resident.pop(voice_id, None)
        if resident is not None:
            self._on_change()
            await self._retire(resident)

    async def dispose(self) -> None:
        """Release all sessions; those in use as soon as their runs end."""
        leaving = list(self._resident.values())
        self._resident.clear()
        if leaving:
            self._on_change()
        for resident in leaving:
            await self._retire(resident)
