"""Counters, latency histograms, sentences by the minute and a trace of the last ones.

Everything is in memory and per worker life. Latencies are kept in buckets whose
bounds grow by 2**0.25 (19 %) from 10 microseconds, so a percentile is exact to 19 %
whatever the number of observations, in constant memory (the idea of HdrHistogram,
Gil Tene, with coarser buckets).
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

_LOWEST = 1e-5
_STEPS_PER_OCTAVE = 4
_BUCKETS = 110  # up to about 30 minutes
_TRACE_LENGTH = 200
_MINUTES = 120
_MINUTE = 60

#: Where a sentence's sound comes from: the tiers of the cache, or nowhere yet.
SOURCES = ("memory", "disk", "published", "model")
QUANTILES = (0.50, 0.90, 0.99)


class Histogram:
    """Latencies in seconds."""

    def __init__(self) -> None:
        self._buckets = [0] * _BUCKETS
        self.count = 0
        self.total = 0.0
        self.largest = 0.0

    def observe(self, seconds: float) -> None:
        seconds = max(seconds, 0.0)
        index = 0
        if seconds > _LOWEST:
            index = min(_BUCKETS - 1, math.ceil(_STEPS_PER_OCTAVE * math.log2(seconds / _LOWEST)))
        self._buckets[index] += 1
        self.count += 1
        self.total += seconds
        self.largest = max(self.largest, seconds)

    def percentile(self, share: float) -> float:
        """Upper bound of the bucket that holds the ``share`` (0..1) quantile, in seconds."""
        wanted = math.ceil(share * self.count)
        seen = 0
        for index, number in enumerate(self._buckets):
            seen += number
            if number and seen >= wanted:
                return min(self.largest, _LOWEST * 2 ** (index / _STEPS_PER_OCTAVE))
        return 0.0

    def to_json(self) -> dict[str, float]:
        """Milliseconds, as a person reads them."""
        return {
            "count": self.count,
            "mean": _ms(self.total / self.count if self.count else 0.0),
            **{f"p{round(share * 100)}": _ms(self.percentile(share)) for share in QUANTILES},
            "max": _ms(self.largest),
        }


@dataclass(slots=True)
class Trace:
    """What one sentence cost, step by step, in milliseconds; 0 for a step that was not needed."""

    text: str
    voiceId: str
    source: str = ""
    characters: int = 0
    audio: float = 0.0  # length of the sound
    cache: float = 0.0  # look-up
    phonemise: float = 0.0
    session: float = 0.0  # waiting for the voice's session
    infer: float = 0.0
    windows: int = 0  # runs of the decoder
    encode: float = 0.0  # int16, after the sound was sent
    store: float = 0.0  # durable write, after the sound was sent
    total: float = 0.0  # from request to the first sound


@dataclass(slots=True)
class _Minute:
    """Sentences by source."""

    at: int  # minutes since 1970
    sentences: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SOURCES, 0))

    def to_json(self) -> dict[str, int]:
        return {"at": self.at * _MINUTE * 1000, **self.sentences}


class Metrics:
    """All counters, histograms and traces of one worker.

    Args:
        now: seconds since 1970.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self.counters: dict[str, int] = {}
        self.histograms: dict[str, Histogram] = {}
        self.traces: deque[Trace] = deque(maxlen=_TRACE_LENGTH)
        self._minutes: deque[_Minute] = deque(maxlen=_MINUTES)
        #: Seconds since 1970 of the last reset.
        self.since = now()

    def count(self, name: str, amount: int = 1) -> None:
        self.counters[name] = self.counters.get(name, 0) + amount

    def observe(self, name: str, seconds: float) -> None:
        self.histograms.setdefault(name, Histogram()).observe(seconds)

    def sentence(self, source: str) -> None:
        """One more sentence in this minute came from there (one of SOURCES)."""
        at = int(self._now() // _MINUTE)
        # A computer's clock may be set back: the minutes stay in their order.
        if not self._minutes or at > self._minutes[-1].at:
            self._minutes.append(_Minute(at))
        sentences = self._minutes[-1].sentences
        sentences[source] = sentences.get(source, 0) + 1

    def reset(self) -> None:
        self.counters.clear()
        self.histograms.clear()
        self.traces.clear()
        self._minutes.clear()
        self.since = self._now()

    def hit_rate(self) -> list[dict[str, int]]:
        """``{at, memory, disk, published, model}`` of the last 120 minutes that had sentences,
        newest last; ``at``: when the minute began, ms since 1970."""
        return [minute.to_json() for minute in self._minutes]

    def to_json(self) -> dict[str, object]:
        """``{counters: {name: n}, latency: {name: {count, mean, p50, p90, p99, max}}, hitRate,
        since}``: latencies in ms, ``since`` in ms since 1970."""
        return {
            "counters": dict(sorted(self.counters.items())),
            "latency": {name: h.to_json() for name, h in sorted(self.histograms.items())},
            "hitRate": self.hit_rate(),
            "since": round(self.since * 1000),
        }

    def trace_json(self) -> list[dict[str, object]]:
        """The last sentences, newest last."""
        return [asdict(trace) for trace in self.traces]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
