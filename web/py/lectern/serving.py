"""Requests as they come from the page, each answered once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from lectern.app import App
from lectern.errors import LecternError

log = logging.getLogger("lectern")


class Server:
    """Answers requests, each in a task of its own that ``cancel`` can stop.

    Args:
        read: a payload of the other side as a mapping.
        answer: takes a request's id, whether it succeeded, and its value or ``ErrorData``.
    """

    def __init__(
        self,
        app: App,
        read: Callable[[Any], Mapping[str, object]],
        answer: Callable[[int, bool, object], None],
    ) -> None:
        self._app = app
        self._read = read
        self._give = answer
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def request(self, request_id: int, kind: str, payload: Any) -> None:
        task = asyncio.ensure_future(self._answer(request_id, kind, self._read(payload)))
        self._tasks[request_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(request_id, None))

    def cancel(self, request_id: int) -> None:
        task = self._tasks.get(request_id)
        if task is not None:
            task.cancel()

    async def _answer(self, request_id: int, kind: str, payload: Mapping[str, object]) -> None:
        try:
            value = await self._app.handle(kind, payload)
        except asyncio.CancelledError:
            self._refuse(request_id, "aborted", "The request was stopped.")
        except LecternError as error:
            self._refuse(
                request_id,
                error.code,
                error.message,
                retryable=error.retryable,
                reason=error.reason,
            )
        except Exception as error:
            log.exception("Request %s failed", kind)
            self._refuse(request_id, "internal", f"Something went wrong inside: {error}")
        else:
            self._give(request_id, True, value)

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
