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
from dataclasses import dataclass, field

from lectern.errors import EngineLost
from lectern.ports import Clock, SessionHandle
from lectern.singleflight import SingleFlight
from lectern.voice import VoiceConfig

log = logging.getLogger("lectern")


@dataclass(frozen=True, slots=True)
class Session:
    """A voice that is ready to run."""

    voice: VoiceConfig
    handle: SessionHandle
    realm: int
    bytes: int


@dataclass(slots=True, eq=False)
class _Resident:
    session: Session
    leases: int = 0
    #: Set when it is leased no more.
    idle: asyncio.Event = field(default_factory=asyncio.Event)


Load = Callable[[VoiceConfig], Awaitable[Session]]
Release = Callable[[Session], Awaitable[None]]


class SessionCache:
    """Sessions by voice id.

    Args:
        load: makes a session; what it raises goes to every waiting caller, and is forgotten.
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

    def resident(self, voice: VoiceConfig) -> bool:
        """Whether a lease of this very voice would load nothing."""
        found = self._resident.get(voice.id)
        return found is not None and found.session.voice.identity == voice.identity

    @asynccontextmanager
    async def lease(self, voice: VoiceConfig) -> AsyncIterator[Session]:
        """The voice's session, kept loaded for the time of the ``async with``."""
        resident = await self._get(voice)
        resident.leases += 1
        resident.idle.clear()
        try:
            yield resident.session
        except EngineLost:
            # Whatever was not told of it: this session is of no use to anybody.
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

    async def _get(self, voice: VoiceConfig) -> _Resident:
        waited = False
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
        session = await self._load(voice)
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

    async def _retire(self, resident: _Resident) -> None:
        if resident.leases:
            self._leaving.append(resident)
        else:
            await self._release(resident.session)

    async def _shrink(self, keep: str | None = None) -> None:
        """Release least recently used sessions until the rest fits the budget."""
        keep = keep or next(reversed(self._resident), None)
        idle = [
            voice_id
            for voice_id, resident in self._resident.items()
            if not resident.leases and voice_id != keep
        ]
        leaving: list[_Resident] = []
        for voice_id in idle:
            if self.bytes <= self._budget:
                break
            leaving.append(self._resident.pop(voice_id))
        if leaving:
            self._on_change()
        for resident in leaving:
            await self._release(resident.session)

    async def reload(self, load: Load) -> None:
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
            if resident.session.realm == realm and resident.leases:
                await resident.idle.wait()

    def _discard(self, resident: _Resident) -> None:
        voice_id = resident.session.voice.id
        if self._resident.get(voice_id) is resident:
            del self._resident[voice_id]
            self._on_change()

    def forget(self, realm: int) -> None:
        """The realm is dead: its sessions are gone, there is nothing to release."""
        gone = [v for v, resident in self._resident.items() if resident.session.realm == realm]
        for voice_id in gone:
            del self._resident[voice_id]
        if gone:
            self._on_change()

    async def dispose(self) -> None:
        """Release all sessions; those in use as soon as their runs end."""
        leaving = list(self._resident.values())
        self._resident.clear()
        if leaving:
            self._on_change()
        for resident in leaving:
            await self._retire(resident)
