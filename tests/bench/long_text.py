"""5,000 characters: what the main thread suffers, and whether the start is as quick."""

from __future__ import annotations

from typing import Any

from tests.bench.lab import Lab, Visit
from tests.bench.measure import Section
from tests.bench.tasks import TaskTrace
from tests.bench.texts import ENGLISH, FIRST, long_text

_SPEED = "4"
#: The whole text takes about 85 s at that speed.
_LONGEST = 150.0
_SET_SPEED = """(speed) => {
  const select = document.getElementById('speed');
  select.value = speed;
  select.dispatchEvent(new Event('change', {bubbles: true}));
}"""
_ENDS = {
    "sent": "first sentence known",
    "piece": "first piece delivered",
    "heard": "heard",
}
_IDLE = "() => document.getElementById('bar').dataset.state === 'idle'"


def measure(lab: Lab) -> Section:
    section = Section("long-text", "A text of 5,000 characters")
    text = long_text(5000)
    with lab.home() as (profile, site):
        visit = profile.visit(site.url)
        visit.ready()
        visit.say("Good evening.", voiceId=ENGLISH)
        visit.hush()
        _starts(lab, section, visit, text)
        _main_thread(section, visit, text)
        visit.close()
    return section


def _starts(lab: Lab, section: Section, visit: Visit, text: str) -> None:
    """The same first sentence alone and before 57 others, in turn, never from a cache."""
    found: dict[str, dict[str, list[float]]] = {
        name: {"sent": [], "piece": [], "heard": []}
        for name in ("api one", "api all", "page one", "page all")
    }
    starts = {"api": _say, "page": _play}
    for number in range(lab.rounds):
        for way, start in starts.items():
            order = [("one", FIRST), ("all", text)]
            for name, given in order if number % 2 else reversed(order):
                visit.call("() => window.clearAudioCache()")
                one = start(visit, given)
                for key, values in found[f"{way} {name}"].items():
                    values.append(one[key] - one["asked"])
    for way, words in (("api", "speak()"), ("page", "Play pressed")):
        for key, end in _ENDS.items():
            alone = section.add(f"{words}, one sentence: {end}", found[f"{way} one"][key])
            every = section.add(f"{words}, 5,000 characters: {end}", found[f"{way} all"][key])
            section.ratio(
                f"{words}, 5,000 characters : one sentence, {end}",
                every,
                alone,
                target="" if key == "sent" else "at most 1.2",
            )


def _say(visit: Visit, text: str) -> dict[str, Any]:
    one = visit.say(text, voiceId=ENGLISH)
    visit.hush()
    return one


def _play(visit: Visit, text: str) -> dict[str, Any]:
    """As a reader does it: the text in the box, the button pressed."""
    page = visit.page
    _write(visit, text)
    visit.call("() => { bench.mark = [bench.sound.length, bench.requests.length]; }")
    found: dict[str, Any] = visit.call(
        """async () => {
          const [sounds, requests] = bench.mark;
          const asked = performance.now();
          document.getElementById('play').click();
          const heard = await bench.heard(true, sounds);
          const piece = bench.requests.slice(requests).find((one) => one.type === 'piece');
          return {asked, heard, sent: piece.asked, piece: piece.answered};
        }"""
    )
    page.locator("#stop").click()
    page.wait_for_function(_IDLE)
    visit.call("() => bench.silence()")
    return found


def _write(visit: Visit, text: str) -> None:
    """The text into the box; the page may be showing the last one as a page."""
    edit = visit.page.locator("#edit")
    if edit.is_visible():
        edit.click()
    visit.page.locator("#text").fill(text)


def _main_thread(section: Section, visit: Visit, text: str) -> None:
    """Play pressed with the text in the box, at the highest speed, to the text's end."""
    visit.call("() => window.clearAudioCache()")
    _write(visit, text)
    visit.call(_SET_SPEED, _SPEED)
    trace = TaskTrace(visit)
    trace.start()
    visit.call("() => bench.watchThread()")
    started = visit.call("() => performance.now()")
    visit.page.locator("#play").click()
    visit.page.wait_for_function(f"() => !({_IDLE})()")
    visit.page.wait_for_function(_IDLE, timeout=_LONGEST * 1000, polling=250)
    seconds = (visit.call("() => performance.now()") - started) / 1000
    found = visit.call("() => bench.thread.stop()")
    tasks = trace.stop()
    cpu = [task.cpu for task in tasks]
    section.add(
        "longest main-thread task, its CPU time",
        [max(cpu)] if cpu else [],
        target="under 50 ms",
        note=f"{len(cpu):,} tasks, {sum(cpu) / 10 / seconds:.1f} % of the time in all",
    )
    section.add("longest main-thread task, by the clock", [max(task.wall for task in tasks)])
    _long(section, "longtask entries (50 ms by the clock and more)", found["long"])
    section.add(
        "latest beat of a 4 ms timer",
        [max(found["latest"], default=0.0)],
        note=f"{found['count']:,} beats late by 1 ms or more, {found['sum']:,.0f} ms in all",
    )
    section.add(f"time to speak it all at speed {_SPEED}", [seconds], unit="s")
    section.notes.append(
        "Tasks by the browser's trace, from the press of Play to the text's end, with all that "
        "the page shows. By the clock a task is longer, and a timer late, also when the machine "
        "gives the thread no core: on a busy machine read the CPU time."
    )


def _long(section: Section, name: str, entries: list[dict[str, float]]) -> None:
    """How much of the time the page was blocked, as the browser itself tells pages."""
    note = f"{len(entries)} entries, in all {sum(one['ms'] for one in entries):,.0f} ms"
    longest = max((one["ms"] for one in entries), default=0.0)
    section.add(f"{name}: the longest", [longest], note=note if entries else "there was none")
