"""What is made before anybody asks for it: how far, how often it was of use, what is a habit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools import node

JS = Path(__file__).resolve().parents[3] / "web" / "js"

_STORAGE = """
const kept = new Map();
const storage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
};
const say = (value) => console.log(JSON.stringify(value));
const settle = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));
"""

_FORESIGHT = """
import { Foresight } from 'URL/foresight.js';
import { Predictions } from 'URL/predictions.js';
const told = [];
const predictions = new Predictions({ tell: async (counts) => void told.push(counts), delayMs: 1 });
const asked = [];
let source = 'model';
async function* render(text, options) {
  asked.push([text, options]);
  const sentences = text.split('|').slice(options.startAt ?? 0);
  for (const sentence of sentences) {
    options.signal?.throwIfAborted();
    yield { text: sentence, voiceId: 'v', last: true, source };
    await Promise.resolve();
  }
}
const heard = [];
const habits = {
  heard: (text) => void heard.push(text),
  flush() {},
  often: (most) => ['Hello.', 'Again.'].slice(0, most),
};
let remembers = true;
const power = { battery: null, memory: null };
const make = () => new Foresight({
  lectern: { render }, predictions, habits, remembers: () => remembers, resources: () => power,
});
"""


def run(folder: Path, module: str, script: str) -> Any:
    return node.run(folder, module.replace("URL", JS.as_uri()) + _STORAGE + script)


def ahead(folder: Path, *resources: str) -> Any:
    url = (JS / "ahead.js").as_uri()
    listed = ", ".join(resources)
    return node.run(
        folder,
        f"""const {{ howFarAhead, spares }} = await import('{url}');
        const base = {{ battery: null, memory: null, pace: 0.1 }};
        const of = (one) => ({{ ...howFarAhead({{ ...base, ...one }}),
          spares: spares({{ ...base, ...one }}) }});
        console.log(JSON.stringify([{listed}].map(of)));""",
    )


def test_three_sentences_always_and_more_where_it_costs_nobody_anything(tmp_path: Path) -> None:
    charging, full, half, low, slow, small, unknown = ahead(
        tmp_path,
        "{ battery: { charging: true, level: 0.05 } }",
        "{ battery: { charging: false, level: 0.9 } }",
        "{ battery: { charging: false, level: 0.4 } }",
        "{ battery: { charging: false, level: 0.1 } }",
        "{ pace: 0.8 }",
        "{ memory: 1 }",
        "{ pace: null }",
    )
    every = (charging, full, half, low, slow, small, unknown)
    assert {one["least"] for one in every} == {3}
    for more in (charging, full):
        for less in (half, low, slow, small, unknown):
            assert more["most"] > less["most"] and more["seconds"] > less["seconds"]
    assert [one["spares"] for one in every] == [False, False, False, True, False, False, False]


def test_predictions_that_were_heard_are_counted(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        "import { Predictions } from 'URL/predictions.js';",
        """
        const told = [];
        const it = new Predictions({ tell: async (counts) => void told.push(counts), delayMs: 1 });
        const all = [];
        it.addEventListener('heard', ({ detail }) => all.push(detail.text));
        const speech = new EventTarget();
        it.follow(speech);
        const tell = (type, text, voiceId = 'v') =>
          speech.dispatchEvent(new CustomEvent(type, { detail: { text, voiceId } }));
        tell('sentence', 'One.');
        tell('ahead', 'Two.');
        tell('ahead', 'Three.');
        tell('ahead', 'Three.');
        await settle();
        tell('sentence', 'Two.');
        tell('sentence', 'Two.');
        tell('sentence', 'Three.', 'another');
        tell('sentence', 'Three.', '');
        await settle();
        for (let i = 0; i < 2000; i++) it.made({ text: `${i}`, voiceId: 'v' });
        it.heard({ text: '0', voiceId: 'v' });
        it.heard({ text: '1999', voiceId: 'v' });
        await settle();
        say([told, all.slice(0, 4)]);
        """,
    )
    told, heard = found
    assert told == [
        {"prepared": 2, "used": 0},
        {"prepared": 0, "used": 1},
        {"prepared": 2000, "used": 1},
    ], "what waits too long is forgotten"
    assert heard == ["One.", "Two.", "Two.", "Three."]


def test_a_habit_is_what_was_heard_often(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        "import { Habits } from 'URL/habits.js';",
        """
        let now = 1;
        const it = new Habits(storage, () => now++);
        const hear = (text, times) => { for (let i = 0; i < times; i++) it.heard(text); };
        hear('Good morning.', 5);
        hear('Well  done.\\n', 3);
        hear('Twice.', 2);
        hear('x'.repeat(81), 9);
        hear('  ', 9);
        const first = it.often(10);
        const next = new Habits(storage, () => now++);
        next.heard('Twice.');
        const second = [next.often(10), next.often(1)];
        next.forget();
        say([first, ...second, [...kept], next.often(10)]);
        """,
    )
    first, second, one, kept, none = found
    assert first == ["Good morning.", "Well done."]
    assert second == ["Good morning.", "Twice.", "Well done."], "the later one first"
    assert (one, kept, none) == (["Good morning."], [], [])


def test_habits_are_bounded(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        "import { Habits } from 'URL/habits.js';",
        """
        let now = 1;
        const it = new Habits(storage, () => now++);
        for (let i = 0; i < 3; i++) it.heard('Kept.');
        it.flush();
        for (let round = 0; round < 5; round++) {
          for (let i = 0; i < 500; i++) it.heard(`Number ${round} ${i}.`);
          it.flush();
        }
        const stored = JSON.parse(kept.get('lectern.habits'));
        say([Object.keys(stored).length, it.often(500)]);
        """,
    )
    assert found == [200, ["Kept."]]


@pytest.mark.parametrize(
    "stored",
    [
        "null",
        "[]",
        "{",
        '"text"',
        '{"1": ["Hello.", 9, 1]}',
        '{"1": null, "2": [1, 2, 3], "3": ["x"]}',
    ],
)
def test_stored_habits_are_hostile(tmp_path: Path, stored: str) -> None:
    found = run(
        tmp_path,
        "import { Habits } from 'URL/habits.js';",
        f"""
        kept.set('lectern.habits', {stored!r});
        const it = new Habits(storage);
        const before = it.often(5);
        for (let i = 0; i < 3; i++) it.heard('Hello.');
        say([before, it.often(5)]);
        """,
    )
    assert found == [[], ["Hello."]]


def test_storage_that_refuses_is_no_fault(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        "import { Habits } from 'URL/habits.js';",
        """
        const no = () => { throw new Error('forbidden'); };
        const one = new Habits({ getItem: no, setItem: no, removeItem: no });
        one.heard('Hello.'); one.flush(); one.forget();
        const two = new Habits(null);
        two.heard('Hello.'); two.flush(); two.forget();
        say([one.often(3), two.often(3)]);
        """,
    )
    assert found == [[], []]


def test_the_next_three_sentences_of_the_chosen_voice_are_made(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _FORESIGHT,
        """
        const it = make();
        await it.next('a|b|c|d|e|f', 1, { voiceId: 'v' });
        await settle();
        predictions.heard({ text: 'b', voiceId: 'v' });
        predictions.heard({ text: 'f', voiceId: 'v' });
        source = 'memory';
        await it.next('g|h', 0, { voiceId: 'v' });
        await settle();
        power.battery = { charging: false, level: 0.1 };
        await it.next('i|j', 0, { voiceId: 'v' });
        say([asked.map(([text, { startAt }]) => [text, startAt]), told, heard]);
        """,
    )
    assert found == [
        [["a|b|c|d|e|f", 1], ["g|h", 0]],
        [{"prepared": 3, "used": 0}, {"prepared": 0, "used": 1}],
        ["b", "f"],
    ], "nothing is made twice, nor on a low battery"


def test_another_choice_ends_the_work_for_the_one_before(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _FORESIGHT,
        """
        const it = make();
        const first = it.next('a|b|c', 0, { voiceId: 'one' });
        const second = it.next('a|b|c', 0, { voiceId: 'two' });
        await Promise.all([first, second]);
        say(asked.map(([, { voiceId, signal }]) => [voiceId, signal.aborted]));
        """,
    )
    assert found == [["one", True], ["two", False]]


def test_habits_are_made_ready_once_when_there_is_nothing_else_to_do(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _FORESIGHT,
        """
        const it = make();
        await it.idle();
        it.options = () => ({ voiceId: 'v', passages: [{ start: 0 }] });
        remembers = false;
        await it.idle();
        predictions.heard({ text: 'secret', voiceId: 'v' });
        remembers = true;
        await it.idle();
        await it.idle();
        say([asked.map(([text, { passages }]) => [text, passages ?? null]), heard]);
        """,
    )
    assert found == [[["Hello.", None], ["Again.", None]], []]


def test_no_voice_is_loaded_for_habits(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _FORESIGHT,
        """
        const loaded = [];
        const resident = (voiceId) => loaded.includes(voiceId);
        const it = new Foresight({
          lectern: { render }, predictions, habits, remembers: () => true, resources: () => power,
          resident,
        });
        it.options = () => ({ voiceId: 'v' });
        await it.idle();
        const before = asked.length;
        loaded.push('v');
        await it.idle();
        say([before, asked.length]);
        """,
    )
    assert found == [0, 2]
