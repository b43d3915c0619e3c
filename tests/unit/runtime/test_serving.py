"""serving.py: each request is answered once, whatever becomes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from lectern.errors import BadOption, LecternError
from lectern.serving import Server

from tests.unit.runtime.world import run

Handler = Callable[[Mapping[str, object]], Awaitable[object]]


class Desk:
    """A server with one handler, and what it answered."""

    def __init__(
        self, handler: Handler, read: Callable[[Any], Mapping[str, object]] = dict
    ) -> None:
        self.handler = handler
        self.asked: list[str] = []
        self.answers: list[tuple[int, bool, Any]] = []
        self.server = Server(self, read, lambda *answer: self.answers.append(answer))

    async def handle(self, kind: str, payload: Mapping[str, object]) -> object:
        self.asked.append(kind)
        return await self.handler(payload)

    async def settled(self) -> None:
        while self.server._tasks:
            await asyncio.sleep(0)


async def echo(payload: Mapping[str, object]) -> object:
    return payload["a"]


async def forever(payload: Mapping[str, object]) -> object:
    return await asyncio.get_running_loop().create_future()


ABORTED = {"code": "aborted", "message": "The request was stopped.", "retryable": False}


def test_a_request_is_answered_with_its_value() -> None:
    async def scenario() -> None:
        desk = Desk(echo)
        desk.server.request(1, "echo", {"a": 5})
        desk.server.request(2, "echo", {"a": 6})
        await desk.settled()
        assert desk.answers == [(1, True, 5), (2, True, 6)]

    run(scenario())


def test_what_the_other_side_can_not_take_is_a_failure() -> None:
    async def scenario() -> None:
        desk = Desk(echo)

        def give(request_id: int, ok: bool, value: object) -> None:
            desk.answers.append((request_id, ok, json.loads(json.dumps(value, allow_nan=False))))

        desk.server = Server(desk, dict, give)
        desk.server.request(1, "echo", {"a": float("nan")})
        await desk.settled()
        ((number, ok, error),) = desk.answers
        assert (number, ok, error["code"]) == (1, False, "internal")

    run(scenario())


def test_a_request_that_is_stopped_before_it_has_begun_is_answered_once() -> None:
    async def scenario() -> None:
        desk = Desk(forever)
        desk.server.request(1, "echo", {})
        desk.server.cancel(1)
        desk.server.cancel(1)
        await desk.settled()
        assert desk.asked == []
        assert desk.answers == [(1, False, ABORTED)]

    run(scenario())


def test_a_request_that_is_stopped_under_way_is_answered_once_and_alone() -> None:
    async def scenario() -> None:
        desk = Desk(forever)
        desk.server.request(1, "wait", {})
        desk.server.request(2, "wait", {})
        await asyncio.sleep(0)
        assert desk.asked == ["wait", "wait"]
        desk.server.cancel(1)
        while not desk.answers:
            await asyncio.sleep(0)
        assert desk.answers == [(1, False, ABORTED)]
        assert list(desk.server._tasks) == [2]
        desk.server.cancel(2)
        await desk.settled()
        assert [answer[0] for answer in desk.answers] == [1, 2]

    run(scenario())


def test_what_is_answered_or_unknown_can_be_stopped_without_harm() -> None:
    async def scenario() -> None:
        desk = Desk(echo)
        desk.server.request(1, "echo", {"a": 5})
        await desk.settled()
        desk.server.cancel(1)
        desk.server.cancel(99)
        await asyncio.sleep(0)
        assert desk.answers == [(1, True, 5)]

    run(scenario())


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (
            BadOption("Wrong."),
            {"code": "bad_option", "message": "Wrong.", "retryable": BadOption.retryable},
        ),
        (
            ValueError("odd"),
            {
                "code": "internal",
                "message": "Something went wrong inside: odd",
                "retryable": False,
            },
        ),
    ],
)
def test_an_error_is_the_answer(error: Exception, wanted: dict[str, object]) -> None:
    async def fail(payload: Mapping[str, object]) -> object:
        raise error

    async def scenario() -> None:
        desk = Desk(fail)
        desk.server.request(1, "fail", {})
        await desk.settled()
        assert desk.answers == [(1, False, wanted)]

    run(scenario())


def test_the_reason_of_an_error_goes_with_it() -> None:
    class Odd(LecternError):
        code = "odd"

    async def fail(payload: Mapping[str, object]) -> object:
        error = Odd("No.")
        error.reason = "why"
        raise error

    async def scenario() -> None:
        desk = Desk(fail)
        desk.server.request(1, "fail", {})
        await desk.settled()
        assert desk.answers[0][2]["reason"] == "why"

    run(scenario())


def test_a_payload_that_cannot_be_read_is_answered() -> None:
    def refuse(given: Any) -> Mapping[str, object]:
        raise TypeError("no mapping")

    async def scenario() -> None:
        desk = Desk(echo, refuse)
        desk.server.request(1, "echo", 5)
        await desk.settled()
        ((number, good, error),) = desk.answers
        assert (number, good, error["code"]) == (1, False, "internal")

    run(scenario())
