"""A sentence that was spoken before: from the memory tier and from the durable one."""

from __future__ import annotations

import base64
import itertools
import json
from typing import Any

from tests.bench import undisturbed
from tests.bench.lab import Lab, Visit
from tests.bench.measure import Section
from tests.bench.tasks import TaskTrace
from tests.bench.texts import ENGLISH, LONGEST, sentences
from tests.native import TINY

_SENTENCES = 20
_OPTIONS = {"voiceId": ENGLISH}
_SAVED = "16-bit sound : what the disk keeps of it"
#: Of 22,050 Hz: model and JSON.
_WIDE = [TINY / f"en_US-tiny-medium.onnx{ending}" for ending in ("", ".json")]
_GIVE = """async ([model, config]) => {
  const file = (data, name) =>
    new File([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))], name);
  const given = {
    model: file(model, 'en_US-tiny-medium.onnx'),
    config: file(config, 'en_US-tiny-medium.onnx.json'),
  };
  return (await lectern.installFiles(given)).id;
}"""
# Every sentence is made, then asked for again in another turn, when nothing else is going on.
_REPEATED = """async (load) => {
  const {assemble} = await load('js/lectern.js');
  const {engine} = assemble({threads: 1});
  await engine.ready;
  const texts = %s, manner = %s;
  const ask = async (text) => {
    const asked = performance.now();
    const {source} = await engine.request('piece', {text, ...manner});
    return {source, ms: performance.now() - asked};
  };
  for (const text of texts) await ask(text);
  const written = (traces) => traces.every(({store}) => store);
  while (!written(await engine.request('trace', {}))) {
    await new Promise((go) => setTimeout(go, 100));
  }
  const trips = [];
  for (const text of texts) {
    const {source, ms} = await ask(text);
    if (source !== 'memory') throw new Error(`It came from ${source}.`);
    trips.push(ms);
  }
  const traces = await engine.request('trace', {});
  return {trips, python: traces.slice(-texts.length).map(({total}) => total)};
}"""


def measure(lab: Lab) -> Section:
    section = Section("cached", f"A cached sentence, {_SENTENCES} sentences")
    texts = list(itertools.islice(sentences(), 3000, 3000 + _SENTENCES * 17, 17))
    with lab.home() as (profile, site):
        visit = profile.visit(site.url)
        visit.ready()
        for text in texts:
            visit.fetch(text, **_OPTIONS)
        visit.traces(stored=True)
        section.add(f"{_SAVED}, 16 kHz", [_saving(visit)], unit="x", target="at least 9")
        _add(section, "memory", "under 1 ms", _ask(visit, texts))
        _longest(section, visit, lab.rounds)
        visit.close()
        # A new page is a new worker: the memory tier is empty, the durable one is not.
        visit = profile.visit(site.url)
        visit.ready()
        _add(section, "disk", "under 10 ms", _ask(visit, texts))
        visit.call("() => piperDebug.resetMetrics()")
        voice = visit.call(_GIVE, [base64.b64encode(path.read_bytes()).decode() for path in _WIDE])
        for text in texts:
            visit.fetch(text, voiceId=voice)
        visit.traces(stored=True)
        section.add(
            f"{_SAVED}, 22 kHz",
            [_saving(visit)],
            unit="x",
            target="at least 10",
            note="a voice with random weights: noise, which costs more than speech",
        )
        visit.close()
    _undisturbed(lab, section, texts)
    section.notes.append(
        "In Python: from the request's start in speech.py to its result (piperDebug.trace). "
        "At the page: from postMessage to the answer's arrival, samples included. Playwright "
        "listens to the worker's console, and the line about the cache costs most of the time "
        "there; 'no debugger' is the same in a Chromium that nobody listens to."
    )
    return section


def _saving(visit: Visit) -> float:
    """How many times smaller the disk keeps what it was given, as the app counts."""
    counters = visit.call("async () => (await piperDebug.getMetrics()).counters")
    before, after = (counters[f"cache.disk.bytes.{when}"] for when in ("before", "after"))
    return float(before / after)


def _longest(section: Section, visit: Visit, rounds: int) -> None:
    """The largest answer there is: what its arrival costs the page."""
    visit.fetch(LONGEST, **_OPTIONS)
    visit.traces(stored=True)
    trace = TaskTrace(visit)
    trace.start()
    trips = _ask(visit, [LONGEST] * rounds)
    longest = max((task.cpu for task in trace.stop()), default=0.0)
    name = f"a sentence of {len(LONGEST)} characters from memory"
    section.add(f"{name}, in Python", [trace["total"] for _, trace in trips])
    section.add(
        f"{name}, round trip", [request["answered"] - request["asked"] for request, _ in trips]
    )
    section.add(f"{name}, longest main-thread task, its CPU time", [longest], target="under 50 ms")


def _undisturbed(lab: Lab, section: Section, texts: list[str]) -> None:
    """The memory tier again, as it is for people: nobody listens to the console."""
    manner = {"voiceId": ENGLISH, "speaker": None, "style": None, "lengthScale": None, "piece": 0}
    found = undisturbed.run(lab, _REPEATED % (json.dumps(texts), json.dumps(manner)))
    section.add("from memory, in Python, no debugger", found["python"], target="under 1 ms")
    section.add("from memory, round trip, no debugger", found["trips"])


def _ask(visit: Visit, texts: list[str]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each sentence once: the request as the page saw it, the trace that Python kept of it."""
    requests = [visit.fetch(text, **_OPTIONS) for text in texts]
    return list(zip(requests, visit.traces()[-len(texts) :], strict=True))


def _add(
    section: Section,
    source: str,
    target: str,
    pairs: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    found = [pair for pair in pairs if pair[0]["source"] == pair[1]["source"] == source]
    if len(found) < len(pairs):
        section.notes.append(f"{len(pairs) - len(found)} sentences did not come from {source}.")
    python = [trace["total"] for _, trace in found]
    trips = [request["answered"] - request["asked"] for request, _ in found]
    section.add(f"from {source}, in Python", python, target=target)
    section.add(f"from {source}, in Python, 90th percentile", python, show="p90")
    section.add(f"from {source}, round trip at the page", trips)
