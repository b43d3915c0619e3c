"""The machine that is measured on, and how busy it is with other things."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from statistics import median

_LOOPS = 40
_LOOP_LENGTH = 100_000


def describe() -> dict[str, object]:
    """Name, cores, load and pace."""
    best, typical = pace()
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": load(),
        "loopBest": round(best, 2),
        "loopMedian": round(typical, 2),
    }


def load() -> list[float]:
    """Load averages of 1, 5 and 15 minutes; empty where the system keeps none."""
    return [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else []


def pace() -> tuple[float, float]:
    """Milliseconds of a fixed loop: at best, and in the median. Far apart: a busy machine."""
    times = []
    for _ in range(_LOOPS):
        started = time.perf_counter()
        sum(range(_LOOP_LENGTH))
        times.append((time.perf_counter() - started) * 1000)
    return min(times), median(times)


def waited() -> float | None:
    """Seconds so far in which some process waited for a core (Linux's PSI); None: unknown."""
    try:
        line = Path("/proc/pressure/cpu").read_text(encoding="ascii").splitlines()[0]
        return int(line.rpartition("total=")[2]) / 1e6
    except (OSError, ValueError, IndexError):
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
