"""Pause, resume and speed: from the call to the change at the output."""

from __future__ import annotations

from statistics import median
from typing import Any

from tests.bench.lab import Lab, Visit
from tests.bench.measure import Section
from tests.bench.texts import ENGLISH, long_text

_PAUSE = """async () => {
  await bench.next(bench.speech, 'word');
  const from = bench.sound.length;
  const called = performance.now();
  bench.speech.pause();
  return Math.max(0, (await bench.heard(false, from)) - called);
}"""
_RESUME = """async () => {
  const from = bench.sound.length;
  const called = performance.now();
  bench.speech.resume();
  return (await bench.heard(true, from)) - called;
}"""
#: Words as they are heard, some seconds before and after the speed is doubled.
_DOUBLE_SPEED = """async ({before, after}) => {
  const words = [];
  const until = (count) => new Promise((resolve, reject) => {
    const hear = ({detail: {sentence, start, time}}) => {
      words.push({heard: performance.now(), sentence, start, time});
      if (words.length < count) return;
      bench.speech.removeEventListener('word', hear);
      resolve();
    };
    bench.speech.addEventListener('word', hear);
    bench.speech.addEventListener('error', ({detail}) => reject(detail.error));
  });
  await until(before);
  const called = performance.now();
  bench.speech.rate = 2;
  await until(before + after);
  return {called, words};
}"""
#: One sentence of many words and few commas: its word times are one clock.
_SENTENCE = (
    "On the last day of March my old neighbour carried seven heavy boxes of letters down the "
    "long stairs and past the garden gate while all of us were watching from the window of the "
    "little kitchen because nobody else in the house would help him."
)


def measure(lab: Lab) -> Section:
    section = Section("controls", "Pause, resume and speed at the output")
    pauses, resumes, speeds = [], [], []
    with lab.home() as (profile, site):
        visit = profile.visit(site.url)
        visit.ready()
        visit.say(long_text(2000), voiceId=ENGLISH)
        for _ in range(lab.rounds + 2):
            pauses.append(float(visit.call(_PAUSE)))
            resumes.append(float(visit.call(_RESUME)))
        visit.hush()
        for _ in range(lab.rounds):
            latency = _speed(visit)
            if latency is not None:
                speeds.append(latency)
        latency = visit.call("() => bench.latency")
        visit.close()
    section.add("pause(): to the last sample heard", pauses, target="under 100 ms")
    section.add("resume(): to the first sample heard", resumes, target="under 100 ms")
    section.add("rate from 1 to 2: to the new pace of the words", speeds, target="at once")
    section.notes.append(
        f"In each: the output's own latency, here {latency:.0f} ms. "
        "Pause and resume within a word; a resume into the quiet start of a sound counts that "
        "quiet too. The moment of the new pace is where the lines through the words heard "
        "before and after it meet, good to about 30 ms."
    )
    return section


def _speed(visit: Visit) -> float | None:
    visit.say(_SENTENCE, voiceId=ENGLISH)
    found: dict[str, Any] = visit.call(_DOUBLE_SPEED, {"before": 10, "after": 16})
    visit.hush()
    called = float(found["called"])
    words = found["words"]
    slow = [w["heard"] - 1000 * w["time"] for w in words if w["heard"] <= called]
    quick = [w["heard"] - 500 * w["time"] for w in words if w["heard"] > called + 300]
    if not slow or not quick:
        return None
    # heard = 1000 t + a before, 500 t + b after: they meet at t = (b - a) / 500.
    a, b = median(slow), median(quick)
    return float(2 * (b - a) + a - called)
