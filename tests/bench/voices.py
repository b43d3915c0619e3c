"""How quick synthesis is: real-time factor and where the time goes, per voice and threads."""

from __future__ import annotations

import itertools
from typing import Any

from tests.bench.lab import Lab, Profile
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
        for voice, spoken in texts.items():
            factors: dict[int, Measure] = {}
            for threads in _THREADS:
                traces = _speak(profile, site, voice, spoken, threads)
                name = f"{voice}, {threads} thread{'s' if threads > 1 else ''}"
                rtf = [trace["infer"] / trace["audio"] for trace in traces]
                factors[threads] = section.add(f"{name}: real-time factor", rtf, unit="x")
                for step in _STEPS:
                    values = [trace[step] for trace in traces]
                    worst = f"90 % under {percentile(values, 0.9):.1f} ms"
                    section.add(f"{name}: {step}", values, note=worst)
            section.ratio(f"{voice}: 2 threads : 1 thread", factors[2], factors[1])
    section.notes.append(
        "Real-time factor: time in onnxruntime over the sound's length, without the session's "
        "first run. encode and store happen after the sound was handed over."
    )
    return section


def _speak(
    profile: Profile, site: StaticSite, voice: str, texts: list[str], threads: int
) -> list[dict[str, Any]]:
    visit = profile.visit(f"{site.url}?threads={threads}")
    visit.ready()
    visit.call("() => window.clearAudioCache()")
    visit.fetch("One." if voice == ENGLISH else "Un.", voiceId=voice)
    got = visit.call("() => piperDebug.getSessionCacheStats()")
    if got["threads"] != threads:
        raise AssertionError(f"Asked for {threads} threads, got {got['threads']}.")
    for text in texts:
        visit.fetch(text, voiceId=voice)
    traces = visit.traces(stored=True)[-len(texts) :]
    visit.close()
    return traces
