"""settle.js: work for idle time begins when nobody speaks or listens, once for each boot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.tools import node

SETTLE = Path(__file__).resolve().parents[3] / "web" / "js" / "settle.js"

_FAKES = """
class FakeEngine extends EventTarget {
  boot = null;
  busy = false;
  stats = { voiceCount: 0 };
  asked = [];
  error = null;
  async request(type) {
    this.asked.push(type);
    if (this.error) throw this.error;
  }
  tell(type) {
    this.dispatchEvent(new Event(type));
  }
  ready() {
    this.boot = {};
    this.tell('ready');
  }
  lost() {
    this.boot = null;
    this.speaks(0);
  }
  speaks(voiceCount = 1) {
    this.stats = { voiceCount };
    this.tell('sessions');
  }
}
console.warn = () => {};
const engine = new FakeEngine();
const { asked } = engine;
const until = async (done) => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 2));
};
/** Longer than anything waits here. */
const meanwhile = () => new Promise((resolve) => setTimeout(resolve, 60));
"""


def run(folder: Path, script: str) -> Any:
    return node.run(
        folder,
        f"import {{ settleWhenIdle }} from '{SETTLE.as_uri()}';\n{_FAKES}\n{script}",
    )


def test_it_waits_for_silence_and_comes_once(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        let playing = true;
        let followed = 0;
        settleWhenIdle(engine, { quietMs: 10, playing: () => playing, then: () => followed++ });
        engine.ready();
        engine.speaks();
        engine.tell('idle');
        await meanwhile();
        const whilePlaying = asked.length;
        playing = false;
        await until(() => followed);
        engine.tell('idle');
        await meanwhile();
        console.log(JSON.stringify([whilePlaying, asked, followed]));
        """,
    )
    assert found == [0, ["settle"], 1]


def test_nothing_is_measured_while_something_is_asked(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        settleWhenIdle(engine, { quietMs: 10 });
        engine.ready();
        engine.speaks();
        engine.tell('idle');
        engine.busy = true;
        await meanwhile();
        const whileBusy = asked.length;
        engine.busy = false;
        engine.tell('idle');
        await until(() => asked.length);
        console.log(JSON.stringify([whileBusy, asked]));
        """,
    )
    assert found == [0, ["settle"]]


def test_each_worker_is_settled(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        settleWhenIdle(engine, { quietMs: 10 });
        for (let boot = 1; boot <= 2; boot++) {
          engine.ready();
          engine.speaks();
          engine.tell('idle');
          await until(() => asked.length === boot);
          engine.lost();
        }
        engine.ready();
        engine.tell('idle');
        await meanwhile();
        console.log(JSON.stringify(asked));
        """,
    )
    assert found == ["settle", "settle"]


def test_without_speech_it_comes_late_and_again_after_speech(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        settleWhenIdle(engine, { quietMs: 10, unspokenMs: 30 });
        engine.ready();
        await until(() => asked.length === 1);
        engine.tell('idle');
        await meanwhile();
        const silent = asked.length;
        engine.speaks();
        engine.tell('idle');
        await until(() => asked.length === 2);
        console.log(JSON.stringify([silent, asked.length]));
        """,
    )
    assert found == [1, 2]


def test_a_worker_that_is_lost_in_it_again_is_left_alone(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        engine.error = Object.assign(new Error('gone'), { code: 'engine_lost' });
        settleWhenIdle(engine, { quietMs: 5 });
        for (let boot = 0; boot < 4; boot++) {
          engine.ready();
          engine.speaks();
          engine.tell('idle');
          await meanwhile();
          engine.lost();
        }
        console.log(asked.length);
        """,
    )
    assert found == 2
