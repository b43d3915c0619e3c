"""The session cache: single flight, budget, leases, isolation of voices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from lectern.errors import EngineLost, VoiceUnreadable
from lectern.ports import SessionHandle
from lectern.running import FixedDecoder, Split, Whole
from lectern.sessions import MakeRoom, Session, SessionCache
from lectern.voice import VoiceConfig

from tests.fakes import FakeClock, Gate, voice_json


def voice(name: str, sha: str = "a") -> VoiceConfig:
    return VoiceConfig.from_json(name, voice_json(), model_sha256=sha * 64, config_sha256="b" * 64)


def _session(config: VoiceConfig, number: int, *, realm: int) -> Session:
    model = Whole(SessionHandle(number, (), ()))
    return Session(config, model, frozenset({realm}), bytes=100)


class Maker:
    """Loads sessions of 100 bytes each and remembers what was loaded and released."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.released: list[str] = []
        self.fault: Exception | None = None
        self.gate: Gate | None = None

    async def load(self, config: VoiceConfig, make_room: MakeRoom) -> Session:
        await make_room(100)
        self.loaded.append(config.id)
        if self.gate:
            await self.gate.passed()
        if self.fault:
            fault, self.fault = self.fault, None
            raise fault
        return _session(config, len(self.loaded), realm=1)

    async def release(self, session: Session) -> None:
        self.released.append(session.voice.id)


def cache(
    maker: Maker, budget: int = 250, changed: Callable[[], None] | None = None
) -> SessionCache:
    return SessionCache(
        maker.load,
        maker.release,
        budget=budget,
        clock=FakeClock(),
        on_change=changed or (lambda: None),
    )


async def use(sessions: SessionCache, config: VoiceConfig) -> Session:
    async with sessions.lease(config) as session:
        return session


def run(scenario: Awaitable[None]) -> None:
    async def main() -> None:
        await scenario

    asyncio.run(main())


def test_switching_and_switching_back_costs_nothing_while_both_are_resident() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker)
        one, two = voice("one"), voice("two")
        first = await use(sessions, one)
        await use(sessions, two)
        assert await use(sessions, one) is first
        assert (await use(sessions, two)).voice is two
        assert maker.loaded == ["one", "two"]
        assert not maker.released

    run(scenario())


def test_twenty_concurrent_callers_cause_one_load() -> None:
    async def scenario() -> None:
        maker = Maker()
        maker.gate = Gate(open_=False)
        sessions = cache(maker)
        callers = [asyncio.ensure_future(use(sessions, voice("one"))) for _ in range(20)]
        while not maker.gate.waiting:
            await asyncio.sleep(0)
        maker.gate.open()
        found = await asyncio.gather(*callers)
        assert len({id(session) for session in found}) == 1
        assert maker.loaded == ["one"]

    run(scenario())


def test_a_failed_load_is_forgotten() -> None:
    async def scenario() -> None:
        maker = Maker()
        maker.fault = VoiceUnreadable("broken")
        sessions = cache(maker)
        with pytest.raises(VoiceUnreadable):
            await use(sessions, voice("one"))
        assert sessions.voices == []
        assert (await use(sessions, voice("one"))).voice.id == "one"

    run(scenario())


def test_least_recently_used_leaves_when_the_budget_is_over() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker, budget=250)
        for name in ("one", "two", "one", "three"):
            await use(sessions, voice(name))
        assert sessions.voices == ["one", "three"]
        assert maker.released == ["two"]
        assert sessions.bytes == 200

    run(scenario())


def test_room_is_made_before_memory_is_taken() -> None:
    """WebAssembly's memory never shrinks: three voices at a time would stay for ever."""

    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker, budget=250)
        for name in ("one", "two"):
            await use(sessions, voice(name))
        maker.gate = Gate(open_=False)
        third = asyncio.ensure_future(use(sessions, voice("three")))
        while not maker.gate.waiting:
            await asyncio.sleep(0)
        assert maker.released == ["one"]
        maker.gate.open()
        await third
        assert sessions.voices == ["two", "three"]
        assert maker.released == ["one"]

    run(scenario())


def test_a_voice_in_use_makes_no_room() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker, budget=100)
        async with sessions.lease(voice("one")):
            await use(sessions, voice("two"))
            assert maker.released == []
        assert maker.released == ["one"]

    run(scenario())


def test_the_current_voice_stays_whatever_it_costs() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker, budget=10)
        await use(sessions, voice("one"))
        assert sessions.voices == ["one"]
        await use(sessions, voice("two"))
        assert sessions.voices == ["two"]
        assert maker.released == ["one"]

    run(scenario())


def test_a_session_is_never_released_under_a_run() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker, budget=10)
        async with sessions.lease(voice("one")):
            await use(sessions, voice("two"))
            assert maker.released == []
            await sessions.dispose()
            assert "one" not in maker.released
        assert maker.released.count("one") == 1

    run(scenario())


def test_dispose_releases_all_and_says_so() -> None:
    async def scenario() -> None:
        maker = Maker()
        seen: list[list[str]] = []
        sessions = cache(maker, changed=lambda: seen.append(sessions.voices))
        await use(sessions, voice("one"))
        await use(sessions, voice("two"))
        await sessions.dispose()
        assert sorted(maker.released) == ["one", "two"]
        assert seen == [["one"], ["one", "two"], []]

    run(scenario())


def test_a_lost_realm_takes_its_sessions_with_it_unreleased() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker)
        await use(sessions, voice("one"))
        sessions.forget(2)
        assert sessions.voices == ["one"]
        sessions.forget(1)
        assert sessions.voices == []
        assert maker.released == []

    run(scenario())


def test_another_model_under_the_same_name_is_loaded_and_the_old_one_released() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker)
        await use(sessions, voice("one", "a"))
        assert not sessions.resident(voice("one", "c"))
        session = await use(sessions, voice("one", "c"))
        assert session.voice.model_sha256 == "c" * 64
        assert maker.released == ["one"]

    run(scenario())


def test_a_load_that_nobody_waits_for_goes_on_and_is_not_begun_again() -> None:
    async def scenario() -> None:
        maker = Maker()
        maker.gate = Gate(open_=False)
        sessions = cache(maker)
        only = asyncio.ensure_future(use(sessions, voice("one")))
        while not maker.gate.waiting:
            await asyncio.sleep(0)
        only.cancel()
        await asyncio.gather(only, return_exceptions=True)
        maker.gate.open()
        assert (await use(sessions, voice("one"))).voice.id == "one"
        assert maker.loaded == ["one"]
        assert sessions.voices == ["one"]

    run(scenario())


def test_a_session_that_turns_out_to_be_lost_is_loaded_anew() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker)
        with pytest.raises(EngineLost):
            async with sessions.lease(voice("one")):
                raise EngineLost("its realm went")
        assert sessions.voices == []
        await use(sessions, voice("one"))
        assert maker.loaded == ["one", "one"]

    run(scenario())


def test_a_voice_in_two_realms_is_released_where_it_still_is() -> None:
    """Its encoder lives on when the realm of its decoder dies."""

    async def scenario() -> None:
        maker = Maker()
        one, two, three = (SessionHandle(number, (), ()) for number in range(3))
        split = Split(one, two, three, "d", ("m",), "n", "", "z", 4, 16, 11)

        async def load(config: VoiceConfig, make_room: MakeRoom | None = None) -> Session:
            return Session(config, split, frozenset({1, 2}), bytes=100)

        sessions = SessionCache(load, maker.release, budget=250, clock=FakeClock())
        await use(sessions, voice("one"))
        assert [session.voice.id for session in sessions.forget(2)] == ["one"]
        assert sessions.voices == []
        assert sessions.forget(2) == []

    asyncio.run(scenario())


def test_a_session_is_exchanged_for_one_that_has_more() -> None:
    """Who runs on the old one goes on; what both have is released once, with the new one."""

    async def scenario() -> None:
        maker = Maker()
        encoder, flow, decoder = (SessionHandle(number, (), ()) for number in range(3))
        split = Split(encoder, flow, decoder, "d", ("m",), "n", "", "z", 4, 16, 11)
        fixed = FixedDecoder(SessionHandle(9, (), ()), 54, realm=2)
        plain = Session(voice("one"), split, frozenset({1}), bytes=100)
        more = replace(plain, model=replace(split, fixed=(fixed,)), realms=frozenset({1, 2}))

        async def load(config: VoiceConfig, make_room: MakeRoom | None = None) -> Session:
            return plain

        sessions = SessionCache(load, maker.release, budget=250, clock=FakeClock())
        async with sessions.lease(voice("one")) as session:
            assert await sessions.exchange(session, more)
            assert sessions.peek(voice("one")) is more
            assert not await sessions.exchange(session, more), "it is not there any more"
        assert maker.released == []
        # Without the second realm it is what it was before.
        assert sessions.forget(2) == []
        assert sessions.peek(voice("one")) == plain
        assert await sessions.exchange(plain, more) is False
        assert more.without(1) is None
        await sessions.dispose()
        assert maker.released == ["one"]

    asyncio.run(scenario())


def test_a_session_is_exchanged_for_quite_another_one() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker)
        async with sessions.lease(voice("one")) as session:
            other = _session(voice("one"), 9, realm=2)
            assert await sessions.exchange(session, other)
            assert maker.released == [], "somebody runs on it"
        assert maker.released == ["one"]
        assert sessions.peek(voice("one")) is other
        assert sessions.peek(voice("one", "c")) is None
        assert sessions.peek(voice("two")) is None

    asyncio.run(scenario())


def test_one_voice_can_be_put_out() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker)
        await use(sessions, voice("one"))
        await use(sessions, voice("two"))
        await sessions.evict("one")
        await sessions.evict("nobody")
        assert sessions.voices == ["two"]
        assert maker.released == ["one"]
        async with sessions.lease(voice("two")):
            await sessions.evict("two")
            assert maker.released == ["one"]
        assert maker.released == ["one", "two"]

    asyncio.run(scenario())


def test_drain_waits_for_the_runs_of_one_realm_only() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker)
        begun, end = asyncio.Event(), asyncio.Event()

        async def long_run() -> None:
            async with sessions.lease(voice("one")):
                begun.set()
                await end.wait()

        running = asyncio.ensure_future(long_run())
        await begun.wait()
        await sessions.drain(2)

        async def load(config: VoiceConfig, make_room: MakeRoom | None = None) -> Session:
            return _session(config, 9, realm=2)

        await sessions.reload(load)
        drained = asyncio.ensure_future(sessions.drain(1))
        await asyncio.sleep(0)
        assert not drained.done()
        assert maker.released == []
        end.set()
        await running
        await drained
        assert maker.released == ["one"]

    run(scenario())


def test_reload_swaps_every_session_and_drops_what_fails() -> None:
    async def scenario() -> None:
        maker = Maker()
        sessions = cache(maker)
        await use(sessions, voice("one"))
        await use(sessions, voice("two"))

        async def load(config: VoiceConfig, make_room: MakeRoom | None = None) -> Session:
            if config.id == "one":
                raise VoiceUnreadable("not there")
            return _session(config, 9, realm=2)

        await sessions.reload(load)
        assert sessions.voices == ["two"]
        assert (await use(sessions, voice("two"))).realms == {2}
        assert sorted(maker.released) == ["one", "two"]

    run(scenario())
