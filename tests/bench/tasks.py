"""The tasks of a page's main thread, by the browser's own trace: wall time and CPU time.

On a busy machine a task of 5 ms may lie 50 ms on the clock. The CPU time is what the page
itself asked for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tests.bench.lab import PATIENCE, Visit

_CATEGORY = "disabled-by-default-devtools.timeline"
_THREAD = "CrRendererMain"


@dataclass(frozen=True)
class Task:
    """Milliseconds."""

    start: float
    wall: float
    cpu: float


class TaskTrace:
    """Records from ``start`` to ``stop``."""

    def __init__(self, visit: Visit) -> None:
        self._page = visit.page
        self._session = visit.page.context.new_cdp_session(visit.page)
        self._events: list[dict[str, Any]] = []

    def start(self) -> None:
        self._session.on("Tracing.dataCollected", lambda data: self._events.extend(data["value"]))
        config = {"includedCategories": [_CATEGORY], "excludedCategories": ["*"]}
        self._session.send(
            "Tracing.start", {"traceConfig": config, "bufferUsageReportingInterval": 0}
        )

    def stop(self) -> list[Task]:
        """The tasks of the busiest page's main thread, in order."""
        ended: list[bool] = []
        self._session.on("Tracing.tracingComplete", lambda _: ended.append(True))
        self._session.send("Tracing.end")
        latest = time.monotonic() + PATIENCE
        while not ended:
            if time.monotonic() > latest:
                raise TimeoutError("The browser's trace did not come.")
            # Playwright hears events while it is answered.
            self._page.evaluate("() => new Promise(requestAnimationFrame)")
        self._session.detach()
        return tasks(self._events)


def tasks(events: list[dict[str, Any]]) -> list[Task]:
    """The tasks of the main thread that worked the most in a trace."""
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"].get("name") == _THREAD
    }
    threads: dict[tuple[int, int], list[Task]] = {}
    for event in events:
        thread = (event["pid"], event["tid"])
        if event["name"] == "RunTask" and event["ph"] == "X" and thread in main:
            task = Task(event["ts"] / 1e3, event.get("dur", 0) / 1e3, event.get("tdur", 0) / 1e3)
            threads.setdefault(thread, []).append(task)
    busiest = max(threads.values(), key=lambda found: sum(task.cpu for task in found), default=[])
    return sorted(busiest, key=lambda task: task.start)
