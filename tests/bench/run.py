"""``python3 build.py bench [-- OPTION ...]``: measures the built app and judges nothing.

Ends by itself. Prints a Markdown page and writes it with its JSON to ``.build/bench/``.
The status is 0 unless something could not be measured.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from playwright.sync_api import sync_playwright

from tests.bench import machine, report
from tests.bench.extras import bench_voice
from tests.bench.lab import Lab
from tests.bench.measure import Section
from tests.browser import DIST, ROOT

#: Name -> module. In this order; what is asked for most comes first.
SECTIONS = {
    "peers": "peers.compare",
    "peers-speed": "peers.speed",
    "python": "python_core",
    "first-sound": "first_sound",
    "boot": "boot",
    "cached": "cached",
    "published": "published",
    "cache-core": "cache_core",
    "cache-replay": "cache_replay",
    "long-text": "long_text",
    "documents": "documents",
    "first-visit": "first_visit",
    "voices": "voices",
    "controls": "controls",
    "memory": "memory",
}
#: Only when it is asked for: a part of `peers`, with rounds to spare.
MORE_OF_PEERS = "peers-speed"
ROUNDS = 5
#: Seconds for all sections with ROUNDS rounds; none begins after it.
BUDGET = 300.0
#: Seconds more where others are measured too: they need as much again, and one of them half
#: a minute for a text.
PEERS_BUDGET = 480.0
#: A section that began in time may take this much longer before the whole run is ended,
#: and closing the browser this much.
GRACE, CLOSING = 40.0, 15.0


_NO_TIME = "left out, the run has had its time"


class OutOfTime(BaseException):
    """The run has had its time; what was measured is reported."""


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    if not (options.dist / "files.json").is_file():
        print(f"{options.dist} is not there: run `python3 build.py build` first.", file=sys.stderr)
        return 1
    chosen = options.only or [name for name in SECTIONS if name != MORE_OF_PEERS]
    budget = options.seconds or _budget(chosen) * max(1.0, options.rounds / ROUNDS)
    header: dict[str, object] = {"date": datetime.now().astimezone().isoformat("T", "seconds")}
    header.update(_machine(machine.describe()))
    sections: list[Section] = []

    def finish() -> int:
        sections.extend(Section(n, n, failure=_NO_TIME) for n in chosen[len(sections) :])
        header["load at the end"] = _numbers(machine.load())
        _write(header, sections, options.json)
        return 1 if any(section.failure for section in sections) else 0

    with _Limit(budget + GRACE, lambda: os._exit(finish())):
        try:
            with (
                sync_playwright() as playwright,
                Lab(
                    playwright,
                    options.dist,
                    rounds=options.rounds,
                    budget=budget,
                    voice=bench_voice if options.voice is None else lambda: options.voice,
                    threads=options.threads,
                ) as lab,
            ):
                try:
                    for name in chosen:
                        sections.append(_measure(name, lab))
                except (OutOfTime, KeyboardInterrupt):
                    if lab.partial and lab.partial not in sections:
                        lab.partial.failure = _NO_TIME
                        sections.append(lab.partial)
                    raise
                finally:
                    header.update(_app(lab))
        except (OutOfTime, KeyboardInterrupt):
            print("cut short", file=sys.stderr)
    return finish()


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="build.py bench --", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the JSON here too")
    parser.add_argument(
        "--only",
        action="append",
        choices=SECTIONS,
        metavar="NAME",
        help=f"measure this only (again for more): {', '.join(SECTIONS)}",
    )
    parser.add_argument("--dist", type=Path, default=DIST, metavar="PATH", help="the built app")
    parser.add_argument("--seconds", type=float, metavar="S", help="for all of it, about")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="default: 5")
    parser.add_argument(
        "--voice",
        type=Path,
        metavar="PATH",
        help="ID.onnx for `peers`, its JSON beside it (default: a medium one is made)",
    )
    parser.add_argument(
        "--threads", type=int, default=0, metavar="N", help="for all of `peers` (default: cores)"
    )
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be 1 or more")
    return options


def _budget(chosen: Sequence[str]) -> float:
    peers = {"peers", MORE_OF_PEERS}
    return (BUDGET if set(chosen) - peers else 0.0) + PEERS_BUDGET * len(peers.intersection(chosen))


def _measure(name: str, lab: Lab) -> Section:
    """One section; what goes wrong in it is part of the result."""
    if lab.left <= 0:
        return Section(name, name, failure=_NO_TIME)
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    started, waited = time.monotonic(), machine.waited()
    lab.partial = None
    try:
        measure: Callable[[Lab], Section] = importlib.import_module(
            f"tests.bench.{SECTIONS[name]}"
        ).measure
        section = measure(lab)
    except Exception as error:
        first = str(error).strip().splitlines() or [""]
        section = lab.partial or Section(name, name)
        section.failure = f"{type(error).__name__}: {first[0]}"
    finally:
        if lab.partial:
            lab.partial.seconds = time.monotonic() - started
    section.seconds = time.monotonic() - started
    now = machine.waited()
    if waited is not None and now is not None:
        section.waiting = round((now - waited) / section.seconds, 3)
    return section


def _machine(facts: dict[str, object]) -> dict[str, object]:
    best, typical = facts["loopBest"], facts["loopMedian"]
    return {
        "machine": f"{facts['system']}, {facts['processor']}, {facts['cores']} cores",
        "load before": _numbers(facts["load"]),
        "a fixed loop": f"{best} ms at best, {typical} ms in the median",
        "Python": facts["python"],
    }


def _app(lab: Lab) -> dict[str, object]:
    """What the browser said of itself and of the app in it."""
    manifest = json.loads((lab.dist / "files.json").read_text(encoding="utf-8"))
    found: dict[str, object] = {"Lectern": manifest["version"], "rounds": lab.rounds}
    if chromium := lab.facts.get("chromium"):
        found["Chromium"] = chromium
    sessions = lab.facts.get("sessions")
    if isinstance(sessions, dict):
        found["isolated"] = "yes" if lab.facts.get("isolated") else "no"
        found["backend"] = f"{sessions.get('backend')} ({sessions.get('backendReason')})"
        found["threads"] = f"{sessions.get('threads')} of {lab.facts.get('cores')}"
    return found


def _numbers(values: object) -> str:
    return ", ".join(map(str, values)) if isinstance(values, list) else str(values)


class _Limit:
    """Raises OutOfTime after ``seconds`` within its block, where the system has an alarm.

    A browser that does not even close then is left to its fate: ``give_up`` ends the process.
    """

    def __init__(self, seconds: float, give_up: Callable[[], NoReturn]) -> None:
        self._seconds = seconds
        self._give_up = give_up
        self._rung = False

    def __enter__(self) -> None:
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def __exit__(self, *_: object) -> None:
        if hasattr(signal, "SIGALRM"):
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if self._rung:
            self._give_up()
        self._rung = True
        signal.setitimer(signal.ITIMER_REAL, CLOSING)
        raise OutOfTime


def _write(header: dict[str, object], sections: list[Section], path: Path | None) -> None:
    folder = ROOT / ".build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    markdown = report.to_markdown(header, sections)
    data = json.dumps(report.to_json(header, sections), indent=2, ensure_ascii=False) + "\n"
    (folder / "bench.md").write_text(markdown, encoding="utf-8")
    for target in filter(None, (folder / "bench.json", path)):
        target.write_text(data, encoding="utf-8")
    print(markdown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
