"""Lectern and others, sentences only: many rounds of what takes a second each.

A real-time factor of one sentence varies by some per cent from one to the next; the whole
comparison has no time for more than a few of them.
"""

from __future__ import annotations

from tests.bench.lab import Lab
from tests.bench.measure import Section
from tests.bench.peers.compare import compared


def measure(lab: Lab) -> Section:
    section = Section("peers-speed", "Lectern and others: sentences of 60 characters")
    with compared(lab, section) as rounds:
        rounds.sentences()
    return section
