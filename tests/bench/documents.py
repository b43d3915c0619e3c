"""A novel of 1 MB: how soon it can be read, what scrolling costs, and its first sound."""

from __future__ import annotations

import base64
from typing import Any

from tests.bench.lab import Lab, Visit
from tests.bench.measure import Section
from tests.bench.tasks import Task, TaskTrace
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
#: The chapters' headings tell it from the sentence that was on the page before.
_OPEN = """async () => {
  const article = document.getElementById('reading');
  const shown = () => article.querySelector('h2, h3')?.checkVisibility();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const data = new DataTransfer();
  data.items.add(bench.book);
  if (shown()) throw new Error('The book is open already.');
  const asked = performance.now();
  dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
  while (!shown()) await frame();
  const first = performance.now();
  while (article.dataset.whole === undefined) await frame();
  const whole = performance.now();
  return {first: first - asked, whole: whole - asked, length: article.textContent.length};
}"""
_SCROLL = """async (screens) => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (let screen = 0; screen < screens; screen++) {
    scrollBy({top: innerHeight, behavior: 'instant'});
    await frame();
  }
}"""
#: Away to the end, to the middle and back, and to a chapter, each with the frames it takes.
_JUMP = """async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const there = [() => document.documentElement.scrollHeight, () => document.body.scrollHeight / 2];
  for (const top of [...there, () => 0]) {
    scrollTo({top: top(), behavior: 'instant'});
    for (let count = 0; count < 10; count++) await frame();
  }
  document.getElementById('contents-open').click();
  const entries = () => document.querySelectorAll('.contents-entry');
  while (entries().length === 0) await frame();
  for (const part of [0.7, 0.3]) {
    entries()[Math.floor(part * entries().length)].click();
    for (let count = 0; count < 60; count++) await frame();
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
    opening: list[Task] = []
    with lab.home() as (profile, site):
        visit = profile.visit(site.url)
        visit.ready()
        visit.say("Good evening.", voiceId=ENGLISH)
        visit.hush()
        visit.call(_HAVE, book)
        for _ in range(lab.rounds):
            trace = TaskTrace(visit)
            trace.start()
            opened.append(visit.call(_OPEN))
            opening += trace.stop()
            visit.call("() => window.clearAudioCache()")
            starts["book"].append(_play(visit)["heard"])
            visit.page.locator("#brand").click()
            visit.call("() => window.clearAudioCache()")
            visit.page.locator("#text").fill(FIRST)
            starts["sentence"].append(_play(visit)["heard"])
        _longest(section, opening, f"opening, of {lab.rounds} times")
        visit.call(_OPEN)
        for what, script in (
            (f"scrolling by {_SCREENS} screens", _SCROLL),
            ("going to the end, to the middle, to chapters", _JUMP),
        ):
            trace = TaskTrace(visit)
            trace.start()
            visit.call("() => scrollTo(0, 0)")
            visit.call(script, _SCREENS)
            _longest(section, trace.stop(), what)
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


def _longest(section: Section, tasks: list[Task], what: str) -> None:
    section.add(
        f"longest main-thread task while {what}, its CPU time",
        [max(task.cpu for task in tasks)],
        target="under 50 ms",
        note=f"by the clock {max(task.wall for task in tasks):.0f} ms",
    )
