"""One piece of work for many callers."""

from __future__ import annotations

import asyncio

import pytest
from lectern.singleflight import SingleFlight


def test_twenty_callers_cause_one_piece_of_work() -> None:
    async def scenario() -> None:
        flights: SingleFlight[str, int] = SingleFlight()
        done = 0
        start = asyncio.Event()

        async def work() -> int:
            nonlocal done
            await start.wait()
            done += 1
            return 42

        callers = [asyncio.ensure_future(flights.do("a", work)) for _ in range(20)]
        await asyncio.sleep(0)
        start.set()
        assert await asyncio.gather(*callers) == [42] * 20
        assert done == 1
        assert "a" not in flights

    asyncio.run(scenario())


def test_a_failure_reaches_every_caller_and_is_not_kept() -> None:
    async def scenario() -> None:
        flights: SingleFlight[str, int] = SingleFlight()
        calls = 0

        async def work() -> int:
            nonlocal calls
            calls += 1
            await asyncio.sleep(0)
            if calls == 1:
                raise ValueError("once")
            return calls

        results = await asyncio.gather(
            *(flights.do("a", work) for _ in range(3)), return_exceptions=True
        )
        assert all(isinstance(result, ValueError) for result in results)
        assert await flights.do("a", work) == 2

    asyncio.run(scenario())


def test_a_cancelled_caller_leaves_the_others_alone() -> None:
    async def scenario() -> None:
        flights: SingleFlight[str, str] = SingleFlight()
        start = asyncio.Event()

        async def work() -> str:
            await start.wait()
            return "made"

        first = asyncio.ensure_future(flights.do("a", work))
        second = asyncio.ensure_future(flights.do("a", work))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        start.set()
        assert await second == "made"
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(scenario())


def test_work_that_nobody_waits_for_is_cancelled_and_a_newcomer_starts_afresh() -> None:
    async def scenario() -> None:
        flights: SingleFlight[str, str] = SingleFlight()
        stopped = asyncio.Event()
        started = 0

        async def work() -> str:
            nonlocal started
            started += 1
            if started > 1:
                return "anew"
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()
            return "never"

        only = asyncio.ensure_future(flights.do("a", work))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        only.cancel()
        await asyncio.gather(only, return_exceptions=True)
        assert await flights.do("a", work) == "anew"
        await asyncio.wait_for(stopped.wait(), 1)

    asyncio.run(scenario())
