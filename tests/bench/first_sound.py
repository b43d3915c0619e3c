"""The time until something is heard: first visit, page opened again, voice resident."""

from __future__ import annotations

import itertools
from typing import Any

from tests.bench.lab import Lab, Visit
from tests.bench.measure import Measure, Section
from tests.bench.texts import ENGLISH, FIRST, sentences

_OPTIONS = {"voiceId": ENGLISH}
_MOST_VISITS = 3


def measure(lab: Lab) -> Section:
    section = Section("first-sound", "First sound of a sentence of 60 characters")
    cold = _cold(lab, section)
    again = _again(lab, section)
    warm = _warm(lab, section)
    section.ratio("cold : warm", Measure("", [cold.value]), Measure("", [warm.value]))
    section.ratio("opened again : warm", Measure("", [again.value]), Measure("", [warm.value]))
    section.notes.append(
        "Heard: the first sample over -60 dB at the output, the output's own latency counted. "
        "In the first two the call to speak comes the moment that window.lectern exists."
    )
    return section


def _cold(lab: Lab, section: Section) -> Measure:
    """A browser that was never here, each time a new profile; the server is this machine."""
    found = []
    for _ in range(min(lab.rounds, _MOST_VISITS)):
        with lab.profile() as profile:
            visit = profile.visit(lab.site().url, say=(FIRST, _OPTIONS))
            found.append(_first(visit))
    _rows(section, "first visit, from navigation", found)
    return Measure("", [one["heard"] for one in found])


def _again(lab: Lab, section: Section) -> Measure:
    """Everything stored: a new sentence, and one that is in the disk cache."""
    new: list[dict[str, Any]] = []
    known: list[dict[str, Any]] = []
    texts = itertools.islice(sentences(), 7000, None, 11)
    with lab.home() as (profile, site):
        visit = profile.visit(site.url)
        visit.ready()
        visit.fetch(FIRST, **_OPTIONS)
        visit.traces(stored=True)
        visit.close()
        for _ in range(min(lab.rounds, _MOST_VISITS)):
            for text, kept in ((next(texts), new), (FIRST, known)):
                visit = profile.visit(site.url, say=(text, _OPTIONS))
                kept.append(_first(visit))
                visit.close()
    if {one["source"] for one in new} != {"model"} or {one["source"] for one in known} != {"disk"}:
        section.notes.append("A sentence came from another place than was meant.")
    _rows(section, "page opened again, new sentence, from navigation", new)
    _rows(section, "page opened again, cached sentence, from navigation", known)
    return Measure("", [one["heard"] for one in new])


def _warm(lab: Lab, section: Section) -> Measure:
    """The voice is resident, the sentence is new."""
    found = []
    texts = itertools.islice(sentences(), 5000, None, 13)
    with lab.home() as (profile, site):
        visit = profile.visit(site.url)
        visit.ready()
        visit.say(next(texts), **_OPTIONS)  # loads the voice, starts the output
        for _ in range(lab.rounds + 2):
            visit.hush()
            one = visit.say(next(texts), **_OPTIONS)
            found.append({key: one[key] - one["asked"] for key in ("piece", "told", "heard")})
        section.notes.append(
            f"The output's own latency here: {visit.call('() => bench.latency'):.0f} ms."
        )
        visit.close()
    _rows(section, "voice resident, new sentence, from the call", found)
    return Measure("", [one["heard"] for one in found])


def _first(visit: Visit) -> dict[str, Any]:
    one: dict[str, Any] = visit.call("() => bench.opened.then(() => bench.first)")
    return one


def _rows(section: Section, name: str, found: list[dict[str, Any]]) -> None:
    section.add(f"{name}: piece delivered", [one["piece"] for one in found])
    section.add(f"{name}: heard", [one["heard"] for one in found])
