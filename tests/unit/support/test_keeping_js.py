"""Work in the background: it gives way to speech, and goes on where it was left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.tools import node

JS = Path(__file__).resolve().parents[3] / "web" / "js"

_ASIDE = """
import { Aside } from 'URL/aside.js';
class FakeEngine extends EventTarget {
  needed = false;
  log = [];
  pending = null;
  async request(type, payload, { signal, aside }) {
    this.log.push([type, aside]);
    this.pending = {};
    this.pending.promise = new Promise((resolve, reject) => {
      Object.assign(this.pending, { resolve, reject });
    });
    signal.addEventListener('abort', () => this.pending.reject(new DOMException('', 'AbortError')));
    return this.pending.promise;
  }
  somebody() {
    this.needed = true;
    this.dispatchEvent(new Event('asked'));
  }
  nobody() {
    this.needed = false;
    this.dispatchEvent(new Event('spare'));
  }
}
const engine = new FakeEngine();
const aside = new Aside(engine, { quietMs: 20 });
const meanwhile = () => new Promise((resolve) => setTimeout(resolve, 80));
"""

_KEEPER = """
import { Keeper, fingerprint } from 'URL/keeping.js';
console.warn = () => {};
const TEXT = 'x'.repeat(1000);
const memory = { keeping: null };
const lock = { held: false, waiting: [] };
const locks = {
  async request(name, options, work) {
    if (lock.held && options.ifAvailable) return work(null);
    while (lock.held) await new Promise((resolve) => lock.waiting.push(resolve));
    lock.held = true;
    try { return await work({ name }); } finally {
      lock.held = false;
      lock.waiting.splice(0).forEach((next) => next());
    }
  },
};
const asked = [];
const counters = { 'cache.disk.quota': 0 };
const prepared = [];
let gate = () => {};
/** Sentences of 100 letters and a second each. */
async function* render(text, { startAt, endAt, signal, ...how }) {
  asked.push([startAt, endAt, how]);
  for (let at = startAt; at < endAt; at += 100) {
    await gate(at);
    signal.throwIfAborted();
    yield { end: at + 100, last: true, samples: new Float32Array(16000), sampleRate: 16000 };
  }
}
let now = 1e12;
const keeper = (budget = 1e9) => new Keeper({
  now: () => now,
  lectern: { render },
  prepare: async (voiceId) => void prepared.push(voiceId),
  failures: async () => ({ ...counters }),
  memory: {
    get keeping() { return memory.keeping && structuredClone(memory.keeping); },
    set keeping(record) { memory.keeping = record && JSON.parse(JSON.stringify(record)); },
  },
  room: { bytes: budget, opus: false }, locks,
});
const until = async (done) => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 2));
};
const options = { voiceId: 'v', style: 's' };
const ABOUT = { documentId: 'd', title: 'T', from: 0, to: 1000, options };
"""


def run(folder: Path, fakes: str, script: str) -> Any:
    return node.run(folder, fakes.replace("URL", JS.as_uri()) + script)


def test_it_asks_while_nobody_else_does(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _ASIDE,
        """
        const answer = aside.ask('piece', {});
        await meanwhile();
        engine.pending.resolve('sound');
        console.log(JSON.stringify([engine.log, await answer]));
        """,
    )
    assert found == [[["piece", True]], "sound"]


def test_it_waits_until_it_is_quiet(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _ASIDE,
        """
        engine.somebody();
        const answer = aside.ask('piece', {});
        await meanwhile();
        const needed = engine.log.length;
        engine.nobody();
        const atOnce = engine.log.length;
        await meanwhile();
        engine.pending.resolve('sound');
        await answer;
        console.log(JSON.stringify([needed, atOnce, engine.log.length]));
        """,
    )
    assert found == [0, 0, 1]


def test_it_takes_its_question_back_and_asks_again(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _ASIDE,
        """
        const answer = aside.ask('piece', {});
        await meanwhile();
        const first = engine.pending;
        engine.somebody();
        const taken = await first.promise.catch((error) => error.name);
        await meanwhile();
        const still = engine.log.length;
        engine.nobody();
        await meanwhile();
        engine.pending.resolve('sound');
        console.log(JSON.stringify([taken, still, engine.log.length, await answer]));
        """,
    )
    assert found == ["AbortError", 1, 2, "sound"]


def test_whoever_stops_it_is_told(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _ASIDE,
        """
        const stop = new AbortController();
        engine.somebody();
        const waiting = aside.ask('piece', {}, { signal: stop.signal });
        stop.abort();
        const one = await waiting.catch((error) => error.name);
        const other = await aside.ask('piece', {}, { signal: stop.signal }).catch((e) => e.name);
        console.log(JSON.stringify([one, other, engine.log.length]));
        """,
    )
    assert found == ["AbortError", "AbortError", 0]


def test_a_text_is_kept_to_its_end(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _KEEPER,
        """
        const it = keeper();
        it.start(TEXT, ABOUT);
        await until(() => it.record.status === 'done');
        console.log(JSON.stringify([memory.keeping, prepared, asked]));
        """,
    )
    record, prepared, asked = found
    assert (record["at"], record["seconds"], record["bytes"]) == (1000, 10, 320_000)
    assert prepared == ["v"]
    assert asked == [[0, 1000, {"voiceId": "v", "style": "s", "passages": None, "keep": True}]]


def test_what_was_kept_long_ago_is_not_said_to_be_kept(tmp_path: Path) -> None:
    script = """
    const one = keeper();
    one.start(TEXT, { documentId: '', title: '', from: 0, to: 1000, options: {} });
    while (one.record.status === 'working') await new Promise((tick) => setTimeout(tick));
    const after = (days) => {
      now = 1e12 + days * 86_400_000;
      return [keeper().record?.status ?? '', memory.keeping?.status ?? ''];
    };
    console.log(JSON.stringify([after(0), after(89), after(91)]));
    """
    fresh, later, over = run(tmp_path, _KEEPER, script)
    assert fresh == later == ["done", "done"]
    assert over == ["", ""]


def test_a_pause_outlives_the_page(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _KEEPER,
        """
        const it = keeper();
        gate = (at) => at === 700 && it.pause();
        it.start(TEXT, ABOUT);
        await until(() => it.record.status === 'paused');
        gate = () => {};
        const left = memory.keeping;
        const next = keeper();
        next.restore(TEXT);
        const byItself = next.record.status;
        next.resume('another text');
        const another = next.record.status;
        next.resume(TEXT);
        await until(() => next.record.status === 'done');
        console.log(JSON.stringify([left.at, byItself, another, asked[1][0], next.record.seconds]));
        """,
    )
    at, by_itself, another, again, seconds = found
    assert 0 < at < 700, "what was handed over last is not taken for stored"
    assert (by_itself, another) == ("paused", "paused")
    assert again == at
    assert seconds == 10


def test_what_was_at_work_goes_on_by_itself(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _KEEPER,
        """
        gate = (at) => at === 700 && new Promise(() => {});
        const it = keeper();
        it.start(TEXT, ABOUT);
        await until(() => memory.keeping.at >= 300);
        lock.held = false; // the page is gone
        gate = () => {};
        const next = keeper();
        next.restore(TEXT);
        await until(() => next.record.status === 'done');
        console.log(JSON.stringify([asked.length, asked[1][0] >= 300, next.record.seconds]));
        """,
    )
    assert found == [2, True, 10]


def test_it_stops_before_the_cache_would_lose_what_it_made(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _KEEPER,
        """
        const it = keeper(32 * 1024 * 1024 + 5 * 32000);
        it.start(TEXT, ABOUT);
        await until(() => it.record.status !== 'working');
        console.log(JSON.stringify([it.room, it.record.status, it.record.bytes <= it.room]));
        """,
    )
    assert found == [160_000, "full", True]


def test_what_the_cache_makes_of_the_sound_counts(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _KEEPER,
        """
        const it = keeper(32 * 1024 * 1024 + 40 * 32000);
        // Nothing is known at first; then it is seen that ten bytes become one.
        gate = (at) => void (at === 1000 && Object.assign(counters,
          { 'cache.disk.bytes.before': 640_000, 'cache.disk.bytes.after': 64_000 }));
        it.start(TEXT.repeat(50), { ...ABOUT, to: 50_000 });
        await until(() => it.record.status !== 'working');
        const first = [it.record.status, it.record.share, it.record.bytes > 390 * 32000];
        const again = keeper(32 * 1024 * 1024 + 40 * 32000);
        console.log(JSON.stringify([...first, again.share]));
        """,
    )
    assert found == ["full", 0.1, True, 0.1]


def test_a_disk_that_is_full_is_told(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _KEEPER,
        """
        const it = keeper();
        gate = (at) => void (at === 500 && (counters['cache.disk.quota'] = 1));
        it.start(TEXT, ABOUT);
        await until(() => it.record.status !== 'working');
        console.log(JSON.stringify([it.record.status, it.record.code]));
        """,
    )
    assert found == ["failed", "quota"]


def test_one_tab_at_a_time(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        _KEEPER,
        """
        lock.held = true;
        const it = keeper();
        it.start(TEXT, ABOUT);
        await until(() => it.elsewhere);
        const meanwhile = asked.length;
        lock.held = false;
        lock.waiting.splice(0).forEach((next) => next());
        await until(() => it.record.status === 'done');
        console.log(JSON.stringify([meanwhile, it.elsewhere, asked.length]));
        """,
    )
    assert found == [0, False, 1]


def test_the_room_is_what_the_cache_may_take_of_the_browsers(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        "import { cacheRoom } from 'URL/cache_room.js';\n",
        """
        const values = {};
        const configuration = { value: (name, otherwise) => values[name] ?? otherwise };
        const where = (estimate) => cacheRoom({ configuration, storage: { estimate } });
        const room = (quota) => where(async () => ({ quota }));
        const [small, large, silent] = [room(1e9), room(1e12), room(undefined)];
        const failing = where(() => Promise.reject(new Error()));
        globalThis.navigator = {}; // an insecure context
        const none = cacheRoom({ configuration });
        await undefined;
        const rooms = () => [small, large, silent, failing, none].map(({ bytes }) => bytes);
        const first = rooms();
        Object.assign(values, { diskCacheShare: 0.1, diskCacheBytes: 3e8 });
        const second = rooms();
        globalThis.AudioEncoder = class {};
        const kinds = [small.opus, (values.compression = 'lossless', small.opus)];
        values.diskCache = false;
        console.log(JSON.stringify([first, second, kinds, small.bytes]));
        """,
    )
    whole = 512 * 2**20
    assert found == [
        [2e8, whole, whole, whole, whole],
        [1e8, 3e8, 3e8, 3e8, 3e8],
        [True, False],
        0,
    ]
