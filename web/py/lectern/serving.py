"""Requests as they come from the page, each answered once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from lectern.errors import LecternError

log = logging.getLogger("lectern")


class Handles(Protocol):
    """What answers (``App``)."""

    async def handle(self, kind: str, payload: Mapping[str, object]) -> object: ...


class Server:
    """Answers requests, each in a task of its own that ``cancel`` can stop.

    Args:
        read: a payload of the other side as a mapping.
        answer: takes a request's id, whether it succeeded, and its value or ``ErrorData``.
    """

    def __init__(
        self,
        app: Handles,
        read: Callable[[Any], Mapping[str, object]],
        answer: Callable[[int, bool, object], None],
    ) -> None:
        self._app = app
        self._read = read
        self._give = answer
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def request(self, request_id: int, kind: str, payload: Any) -> None:
        """Begin to answer. ``payload`` is read at once: the other side may not keep it."""
        try:
            given = self._read(payload)
        except Exception as error:
            self._fail(request_id, kind, error)
            return
        task = asyncio.ensure_future(self._answer(request_id, kind, given))
        self._tasks[request_id] = task
        task.add_done_callback(lambda done: self._done(request_id, done))

    def cancel(self, request_id: int) -> None:
        """Stop a request; one that is answered already, or unknown, is left alone."""
        task = self._tasks.get(request_id)
        if task is not None:
            task.cancel()

    def _done(self, request_id: int, task: asyncio.Task[None]) -> None:
        # A task that is stopped before its first step never gets into ``_answer``.
        self._tasks.pop(request_id, None)
        if task.cancelled():
            self._refuse(request_id, "aborted", "The request was stopped.")

    async def _answer(self, request_id: int, kind: str, payload: Mapping[str, object]) -> None:
        try:
            value = await self._app.handle(kind, payload)
        except LecternError as error:
            self._refuse(
                request_id,
                error.code,
                error.message,
                retryable=error.retryable,
                reason=error.reason,
            )
        except Exception as error:
            self._fail(request_id, kind, error)
        else:
            try:
                self._give(request_id, True, value)
            except Exception as error:  # the other side takes no such value
                self._fail(request_id, kind, error)

    def _fail(self, request_id: int, kind: str, error: Exception) -> None:
        log.error("Request %s failed", kind, exc_info=error)
        self._refuse(request_id, "internal", f"Something went wrong inside: {error}")

    def _refuse(
        self,
        request_id: int,
        code: str,
        message: str,
        *,
        retryable: bool = False,
        reason: str = "",
    ) -> None:
        error: dict[str, object] = {"code": code, "message": message, "retryable": retryable}
        if reason:
            error["reason"] = str(reason)
        self._give(request_id, False, error)
