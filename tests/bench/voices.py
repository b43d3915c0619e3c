"""How quick synthesis is: real-time factor and where the time goes, per voice and threads."""

from __future__ import annotations

import itertools
from typing import Any

from tests.bench.lab import Lab, Profile, Visit
from tests.bench.measure import Measure, Section, percentile
from tests.bench.texts import ENGLISH, FRENCH, FRENCH_SENTENCES, sentences
from tests.e2e.server import StaticSite

_STEPS = ("phonemise", "infer", "encode", "store")
_THREADS = (1, 2)


def measure(lab: Lab) -> Section:
    section = Section("voices", "Synthesis per voice, 8 different sentences")
    english = list(itertools.islice(sentences(), 100, 100 + 8 * 29, 29))
    texts = {ENGLISH: english, FRENCH: list(FRENCH_SENTENCES)}
    with lab.home() as (profile, site):
        pages = {threads: _open(profile, site, threads) for threads in _THREADS}
        for voice, spoken in texts.items():
            traces = _speak(pages, voice, spoken)
            factors = {
                threads: _rows(section, f"{voice}, {threads} thread{'s'[: threads - 1]}", found)
                for threads, found in traces.items()
            }
            section.ratio(f"{voice}: 2 threads : 1 thread", factors[2], factors[1])
    section.notes.append(
        "Real-time factor: time in onnxruntime over the sound's length, without the session's "
        "first run; one thread and two in turn. encode and store happen after the sound was "
        "handed over."
    )
    return section


def _open(profile: Profile, site: StaticSite, threads: int) -> Visit:
    """A page whose voices run with so many threads, both loaded and run once."""
    visit = profile.visit(f"{site.url}?threads={threads}")
    visit.ready()
    visit.call("() => window.clearAudioCache()")
    visit.fetch("One, and two, and three.", voiceId=ENGLISH)
    visit.fetch("Un, et deux, et trois.", voiceId=FRENCH)
    got = visit.call("() => piperDebug.getSessionCacheStats()")
    if got["threads"] != threads:
        raise AssertionError(f"Asked for {threads} threads, got {got['threads']}.")
    return visit


def _speak(
    pages: dict[int, Visit], voice: str, texts: list[str]
) -> dict[int, list[dict[str, Any]]]:
    """Each sentence on each page in turn; Python's traces of them."""
    for text in texts:
        for visit in pages.values():
            # The pages share one durable store.
            visit.call("() => window.clearAudioCache()")
            visit.fetch(text, voiceId=voice)
            visit.traces(stored=True)
    return {threads: visit.traces()[-len(texts) :] for threads, visit in pages.items()}


def _rows(section: Section, name: str, traces: list[dict[str, Any]]) -> Measure:
    if any(trace["source"] != "model" for trace in traces):
        raise AssertionError("A sentence came from a cache.")
    factor = section.add(
        f"{name}: real-time factor",
        [trace["infer"] / trace["audio"] for trace in traces],
        unit="x",
    )
    for step in _STEPS:
        values = [trace[step] for trace in traces]
        section.add(f"{name}: {step}", values, note=f"90 %: {percentile(values, 0.9):.1f} ms")
    return factor
