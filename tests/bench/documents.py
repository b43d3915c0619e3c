"""A novel of 1 MB: how soon it can be read, what scrolling costs, and its first sound."""

from __future__ import annotations

import base64
from typing import Any

from tests.bench.lab import Lab, Visit
from tests.bench.measure import Section
from tests.bench.tasks import TaskTrace
from tests.bench.texts import ENGLISH, FIRST
from tests.epubs import novel

_CHAPTERS = 300
_CHARACTERS = 1_000_000
#: Screens that are scrolled by, one a frame.
_SCREENS = 150
_HAVE = """(data) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  bench.book = new File([bytes], 'novel.epub');
}"""
_OPEN = """async () => {
  const article = document.getElementById('reading');
  const text = document.getElementById('text');
  const shown = () => article.querySelector('h1, h2, h3, p')?.checkVisibility();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const data = new DataTransfer();
  data.items.add(bench.book);
  const asked = performance.now();
  dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
  while (!shown()) await frame();
  const first = performance.now();
  while (article.dataset.whole === undefined) await frame();
  return {first: first - asked, whole: performance.now() - asked, length: text.value.length};
}"""
_SCROLL = """async (screens) => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (let screen = 0; screen < screens; screen++) {
    scrollBy({top: innerHeight, behavior: 'instant'});
    await frame();
  }
}"""
_PLAY = """async () => {
  const [sounds, requests] = [bench.sound.length, bench.requests.length];
  const asked = performance.now();
  document.getElementById('play').click();
  const heard = await bench.heard(true, sounds);
  const piece = bench.requests.slice(requests).find((one) => one.type === 'piece');
  return {heard: heard - asked, piece: piece.answered - asked};
}"""
_IDLE = "() => document.getElementById('bar').dataset.state === 'idle'"


def measure(lab: Lab) -> Section:
    section = Section("documents", f"A novel of {_CHARACTERS:,} characters in {_CHAPTERS} chapters")
    book = base64.b64encode(novel(_CHAPTERS, _CHARACTERS)).decode("ascii")
    opened: list[dict[str, Any]] = []
    starts: dict[str, list[float]] = {"book": [], "sentence": []}
    with lab.home() as (profile, site):
        visit = profile.visit(site.url)
        visit.ready()
        visit.say("Good evening.", voiceId=ENGLISH)
        visit.hush()
        visit.call(_HAVE, book)
        for number in range(lab.rounds):
            trace = TaskTrace(visit)
            trace.start()
            opened.append(visit.call(_OPEN))
            _longest(section, trace, "opening") if number == 0 else trace.stop()
            visit.call("() => window.clearAudioCache()")
            starts["book"].append(_play(visit)["heard"])
            visit.page.locator("#home").click()
            visit.call("() => window.clearAudioCache()")
            visit.page.locator("#text").fill(FIRST)
            starts["sentence"].append(_play(visit)["heard"])
        visit.call(_OPEN)
        trace = TaskTrace(visit)
        trace.start()
        visit.call("() => scrollTo(0, 0)")
        visit.call(_SCROLL, _SCREENS)
        _longest(section, trace, f"scrolling by {_SCREENS} screens")
        visit.close()
    section.add("opened: first paragraph seen", [one["first"] for one in opened], target="2,000 ms")
    section.add("opened: the whole book laid out as a page", [one["whole"] for one in opened])
    section.add("characters", [opened[0]["length"]], unit="")
    alone = section.add("Play pressed, one sentence: heard", starts["sentence"])
    every = section.add("Play pressed, the novel: heard", starts["book"])
    section.ratio("the novel : one sentence, heard", every, alone, target="about 1")
    return section


def _play(visit: Visit) -> dict[str, Any]:
    found: dict[str, Any] = visit.call(_PLAY)
    visit.page.locator("#stop").click()
    visit.page.wait_for_function(_IDLE)
    visit.call("() => bench.silence()")
    return found


def _longest(section: Section, trace: TaskTrace, what: str) -> None:
    tasks = trace.stop()
    section.add(
        f"longest main-thread task while {what}, its CPU time",
        [max(task.cpu for task in tasks)],
        target="under 50 ms",
        note=f"by the clock {max(task.wall for task in tasks):.0f} ms",
    )
