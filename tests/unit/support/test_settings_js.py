"""The page's half of the settings: what is early, what is kept, and what a host says."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from lectern.settings import Settings

from tests.unit.tools import node

JS = Path(__file__).resolve().parents[3] / "web" / "js"

_CONFIGURATION = """
import { Configuration } from 'URL/configuration.js';
console.warn = () => {};
const kept = new Map();
const storage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
};
const asked = [];
let fails = false;
const engine = {
  ready: Promise.resolve(),
  async configure(layers = {}) {
    asked.push(layers);
    if (fails) throw new Error('lost');
    const settings = { sentenceSilence: { value: 0.9 }, start: { value: 'lazy' } };
    return { settings, problems: ['lectern.json: no.'] };
  },
};
const silences = { sentenceSilence: 0.2 };
const base = 'https' + '://host.example/app/';
const make = () => new Configuration({ base, storage });
const quietly = (found) => ({ direct: false, quietly: async () => found });
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const say = (value) => console.log(JSON.stringify(value));
"""


def run(folder: Path, script: str) -> Any:
    return node.run(folder, _CONFIGURATION.replace("URL", JS.as_uri()) + script)


def test_what_is_early_is_as_in_python(tmp_path: Path) -> None:
    url = (JS / "settings.js").as_uri()
    table = {entry.name: entry for entry in fields(Settings)}
    tried = ["hybrid", "eager", "lazy", "Lazy", "", "a", "site-2", "-a", "a" * 40, "a" * 41, "a/b"]
    found = node.run(
        tmp_path,
        f"""const {{ EARLY }} = await import('{url}');
        const tried = {tried};
        const of = ({{ usual, good }}) => [usual, tried.filter((one) => good.test(one))];
        console.log(JSON.stringify({{ start: of(EARLY.start), prefix: of(EARLY.prefix) }}));""",
    )

    def good(name: str) -> list[str]:
        def counts(value: str) -> bool:
            try:
                Settings.from_json({name: value})
            except Exception:
                return False
            return True

        return [value for value in tried if counts(value)]

    assert found == {name: [table[name].default, good(name)] for name in ("start", "prefix")}
    assert len(found["start"][1]) == 3 and len(found["prefix"][1]) > 4


def test_the_strongest_layer_that_is_good_counts_early(tmp_path: Path) -> None:
    url = (JS / "settings.js").as_uri()
    found = node.run(
        tmp_path,
        f"""const {{ early }} = await import('{url}');
        const of = (...layers) => early('start', layers);
        console.log(JSON.stringify([
          of(), of({{ start: 'lazy' }}), of({{ start: 'lazy' }}, {{ start: 'eager' }}),
          of({{ start: 'lazy' }}, {{ start: 7 }}, null, 'text', [1]), of({{ start: 'no' }}),
        ]));""",
    )
    assert found == ["hybrid", "lazy", "eager", "lazy", "hybrid"]


def test_switches_and_words_reach_python_and_silences_are_numbers(tmp_path: Path) -> None:
    url = (JS / "settings.js").as_uri()
    found = node.run(
        tmp_path,
        f"""const {{ readSettings }} = await import('{url}');
        const refused = (settings) => {{
          try {{ readSettings(settings); }} catch ({{ message }}) {{ return message; }}
        }};
        const {{ silences, forPython }} = readSettings(
          {{ diskCache: false, compression: 'none', sentenceSilence: 1 }});
        console.log(JSON.stringify([forPython, silences.sentenceSilence,
          refused({{ sentenceSilence: 'long' }}), refused({{ start: {{}} }}),
          refused({{ x: NaN }})]));""",
    )
    python, silence, *refusals = found
    assert python == {"disk_cache": False, "compression": "none", "sentence_silence": 1}
    assert silence == 1
    for refusal, name in zip(refusals, ("sentenceSilence", "start", "x"), strict=True):
        assert f"setting {name} must be" in refusal


def test_a_choice_is_kept_and_reaches_the_worker(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const it = make();
        it.connect({ engine, silences });
        await settle();
        await it.set('start', 'lazy');
        await it.set('diskCache', false);
        const after = make();
        const start = [after.start, after.layers.choices];
        await it.reset('start');
        await it.reset('diskCache');
        const { problems } = it;
        say([asked, start, silences.sentenceSilence, problems, [...kept], it.value('start', 'x')]);
        """,
    )
    asked, start, silence, problems, kept, value = found
    assert asked == [
        {},
        {"choices": {"start": "lazy"}},
        {"choices": {"start": "lazy", "diskCache": False}},
        {"choices": {"diskCache": False}},
        {"choices": {}},
    ]
    assert start == ["lazy", {"start": "lazy", "diskCache": False}]
    assert (silence, problems, kept, value) == (0.9, ["lectern.json: no."], [], "lazy")


def test_the_site_s_file_counts_at_the_next_start(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const it = make();
        it.connect({ engine, silences });
        await settle();
        await it.fetchSite(quietly({ here: true, text: '{"start": "eager"}' }));
        await it.fetchSite(quietly({ here: true, text: '{"start": "eager"}' }));
        const other = new Configuration({ base: base + 'other/', storage });
        const next = make();
        say([asked, next.start, next.layers.site, other.layers.site]);
        """,
    )
    assert found == [
        [{}, {"site": {"start": "eager"}}],
        "eager",
        {"start": "eager"},
        None,
    ], "told once, and to this folder only"


def test_a_file_that_is_gone_counts_no_more_and_one_out_of_reach_does(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        kept.set('lectern.site@/app/', '{"start": "lazy"}');
        const it = make();
        it.connect({ engine, silences });
        await it.fetchSite(quietly({ here: null, text: '' }));
        await it.fetchSite(quietly(null));
        await it.fetchSite({ direct: false, quietly: () => Promise.reject(new Error('no')) });
        const away = it.layers.site;
        await it.fetchSite(quietly({ here: false, text: '' }));
        say([away, it.layers.site, [...kept], make().start]);
        """,
    )
    assert found == [{"start": "lazy"}, None, [], "hybrid"]


def test_what_is_no_json_is_handed_over_to_be_refused_in_words(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const it = make();
        it.connect({ engine, silences });
        await it.fetchSite(quietly({ here: true, text: '{not json' }));
        kept.set('lectern.settings', '[1, 2');
        kept.set('lectern.site@/app/', 'x'.repeat(100000));
        const next = make();
        say([asked.at(-1), next.layers]);
        """,
    )
    assert found == [{"site": "{not json"}, {"site": None, "choices": {}}]


def test_a_worker_that_is_lost_leaves_the_choice_for_the_next(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const it = make();
        it.connect({ engine, silences });
        await settle();
        fails = true;
        await it.set('start', 'lazy');
        say([make().start, it.value('start', '')]);
        """,
    )
    assert found == ["lazy", "lazy"]


def test_choices_that_can_not_be_written_count_as_long_as_the_page(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        storage.setItem = () => { throw new Error('full'); };
        const it = make();
        it.connect({ engine, silences });
        await settle();
        await it.set('compression', 'none');
        await it.set('diskCache', false);
        say(it.layers.choices);
        """,
    )
    assert found == {"compression": "none", "diskCache": False}


def test_what_lies_too_deep_for_a_setting_is_not_handed_on(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const it = make();
        it.connect({ engine, silences });
        await settle();
        const text = `{"start": "lazy", "x": ${'['.repeat(9000)}${']'.repeat(9000)}}`;
        await it.fetchSite(quietly({ here: true, text }));
        say(it.layers.site);
        """,
    )
    assert found == {"start": "lazy", "x": {}}


def test_the_service_worker_tells_missing_from_out_of_reach(tmp_path: Path) -> None:
    part = (JS.parent / "sw_site.js").as_uri()
    found = node.run(
        tmp_path,
        f"""
        const asked = [];
        let answer;
        let listen;
        globalThis.self = {{
          registration: {{ scope: 'https' + '://host.example/app/' }},
          addEventListener: (type, react) => (listen = react),
        }};
        globalThis.fetch = async (url, {{ cache }}) => {{
          asked.push([url.slice(-16), cache]);
          return answer();
        }};
        await import('{part}');
        const say = async (given, data = {{ type: 'site' }}) => {{
          answer = given;
          let told = null;
          let work = null;
          const ports = [{{ postMessage: (message) => (told = message) }}];
          listen({{ data, ports, waitUntil: (promise) => (work = promise) }});
          await work;
          return told && [told.here, told.text.slice(0, 9), told.done];
        }};
        const json = {{ headers: {{ 'Content-Type': 'application/json' }} }};
        const page = {{ headers: {{ 'Content-Type': 'text/html; charset=utf-8' }} }};
        const of = (status) => () => new Response('x', {{ status }});
        console.log(JSON.stringify([
          await say(() => new Response('{{"a": 1}}', json)), await say(of(404)), await say(of(410)),
          await say(of(503)), await say(() => {{ throw new TypeError('no network'); }}),
          await say(() => new Response('<!doctype html>', page)),
          await say(() => new Response(' '.repeat(70000), json)),
          await say(of(200), {{ type: 'status' }}), asked[0],
        ]));
        """,
    )
    missing, away = [False, "", True], [None, "", True]
    assert found == [
        [True, '{"a": 1}', True],
        missing,
        missing,
        away,
        away,
        missing,
        [True, "", True],
        None,
        ["app/lectern.json", "no-cache"],
    ]
