"""sleep_timer.js: what counts, when it stops the reading, and how softly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.tools import node

TIMER = Path(__file__).resolve().parents[3] / "web" / "js" / "view" / "sleep_timer.js"

#: Ten characters a second; a sentence is a hundred characters, ten words of one second each.
_FAKES = """
let ms = 0;
class FakeReading extends EventTarget {
  playing = false;
  offset = 0;
  length = 100_000;
  contents = [];
  sentence = null;
  log = [];
  seconds(from, to) { return Math.max(0, to - from) / 10; }
  fadeTo(volume, seconds) { this.log.push(['fade', volume, Math.round(10 * seconds) / 10]); }
  pause() {
    this.log.push(['pause', this.offset]);
    this.play(false);
  }
  go(offset) {
    this.log.push(['go', offset]);
    this.offset = offset;
    this.place(offset);
  }
  play(playing = true) {
    this.playing = playing;
    this.tell('state', {});
  }
  place(start) {
    this.offset = start;
    this.sentence = { start, end: start + 98 };
    this.tell('place', this.sentence);
  }
  /** Listen to `words` words of the sentence at `start`, a second each. */
  async speak(start, words = 10) {
    this.place(start);
    await null;
    for (let word = 1; word <= words && this.playing; word++) {
      this.tell('word', { start: start + word * 10 - 10, end: start + word * 10 - 2 });
      ms += 1000;
      await null;
    }
  }
  async listen(from, sentences) {
    for (let n = 0; n < sentences && this.playing; n++) await this.speak(from + n * 100);
  }
  tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
const reading = new FakeReading();
const timer = new SleepTimer(reading, () => ms);
const ended = [];
timer.addEventListener('ended', ({ detail }) => ended.push(detail.choice));
"""


def run(folder: Path, script: str) -> Any:
    return node.run(
        folder,
        f"import {{ SleepTimer }} from '{TIMER.as_uri()}';\n{_FAKES}\n{script}\nprocess.exit(0);",
    )


def test_it_stops_at_the_end_of_the_sentence_and_that_sentence_is_the_place(
    tmp_path: Path,
) -> None:
    log, ended, left, seconds, choice = run(
        tmp_path,
        """
        reading.play();
        await reading.speak(0, 5); // the timer is set in the middle of a sentence
        timer.set(5);
        const left = timer.left;
        await reading.listen(100, 60);
        await null;
        console.log(JSON.stringify([reading.log, ended, left, ms / 1000, timer.choice]));
        """,
    )
    assert left == 300
    # 300 s end with the word at 305 s exactly; the sentence from 305 s to 315 s is not begun.
    assert seconds == 305
    assert log[-2:] == [["pause", 3100], ["go", 3000]]
    assert (ended, choice) == ([5], 0)
    sinking = [entry for entry in log if entry[0] == "fade"]
    assert 0 < sinking[0][1] < 0.2
    assert 7 <= sinking[0][2] <= 8
    assert [entry[1] for entry in sinking] == [sinking[0][1]]


def test_in_the_middle_of_a_sentence_it_waits_and_sinks_to_its_end(tmp_path: Path) -> None:
    log, seconds = run(
        tmp_path,
        """
        reading.play();
        timer.set(5);
        await reading.speak(0, 4);
        await reading.listen(100, 60);
        await null;
        console.log(JSON.stringify([reading.log, ms / 1000]));
        """,
    )
    assert seconds == 304
    assert log[-2:] == [["pause", 3100], ["go", 3000]]
    # Eight seconds before the end of the time, and then on to that of the sentence.
    assert [entry for entry in log if entry[0] == "fade"] == [
        ["fade", 0.08, 8],
        ["fade", 0.08, 9.8],
    ]


def test_only_what_is_played_counts(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """
        timer.set(5);
        ms += 1_000_000;
        const idle = timer.left;
        reading.play();
        await reading.speak(0);
        reading.play(false);
        ms += 1_000_000;
        const paused = timer.left;
        reading.play();
        await reading.speak(100);
        console.log(JSON.stringify([idle, paused, timer.left]));
        """,
    )
    assert result == [300, 290, 280]


def test_the_end_of_the_chapter(tmp_path: Path) -> None:
    log, ended, left, after = run(
        tmp_path,
        """
        reading.contents = [
          {title: 'One', start: 0, level: 1}, {title: 'Two', start: 1000, level: 1},
          {title: 'Three', start: 2000, level: 1}];
        reading.play();
        await reading.speak(0);
        timer.set('chapter');
        const left = timer.left;
        await reading.listen(100, 30);
        await null;
        const after = reading.offset;
        reading.log.push('play');
        reading.play();
        console.log(JSON.stringify([reading.log, ended, left, after]));
        """,
    )
    assert left == 90.2
    # The next Play begins the next chapter, as loud as ever.
    assert after == 1000
    assert ended == ["chapter"]
    assert log[-4:-1] == [["pause", 1000], ["go", 1000], "play"]
    assert log[-1][:2] == ["fade", 1]


def test_a_jump_out_of_the_chapter_is_no_end_of_it(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """
        reading.contents = [
          {title: 'One', start: 0, level: 1}, {title: 'Two', start: 1000, level: 1},
          {title: 'Three', start: 2000, level: 1}];
        reading.play();
        timer.set('chapter');
        await reading.speak(900, 3);
        await reading.speak(1200, 3); // the reader went on
        const there = [reading.playing, timer.choice, timer.left];
        await reading.listen(1300, 20);
        await null;
        console.log(JSON.stringify([there, reading.offset, ended]));
        """,
    )
    assert result == [[True, "chapter", 77.2], 2000, ["chapter"]]


def test_off_in_the_last_seconds_is_loud_again(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """
        reading.play();
        timer.set(5);
        await reading.listen(0, 29);
        await reading.speak(2900, 6);
        timer.set(0);
        await reading.listen(3000, 5);
        console.log(JSON.stringify([reading.log.map((entry) => entry.slice(0, 2)), ended]));
        """,
    )
    assert result == [[["fade", 0.08], ["fade", 1]], []]


def test_the_end_of_the_text_is_its_end_too(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """
        reading.play();
        timer.set(5);
        await reading.speak(0);
        reading.play(false);
        reading.tell('finished', {});
        console.log(JSON.stringify([timer.choice, timer.left, ended]));
        """,
    )
    assert result == [0, None, []]
