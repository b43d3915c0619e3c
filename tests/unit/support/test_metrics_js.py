"""What the panel of metrics computes from what the engine counted, be it less than it knows of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools import node

VIEW = (Path(__file__).resolve().parents[3] / "web" / "js" / "view").as_uri()

_IMPORTS = f"""
import * as model from '{VIEW}/metrics_model.js';
import * as slow from '{VIEW}/slowness.js';
import {{ Figures }} from '{VIEW}/figures.js';
import {{ inARow }} from '{VIEW}/chart.js';
import {{ metricsEnglish, metricsFrench }} from '{VIEW}/strings_metrics.js';
const figures = new Figures('en');
const trace = (times) => ({{text: 'One.', characters: 4, source: 'model', cache: 1, phonemise: 8,
  session: 0, infer: 0, windows: 1, audio: 900, total: 10, ...times}});
const why = (times, strings = metricsEnglish) =>
  slow.reason(trace(times), strings, (ms) => figures.time(ms));
const say = (value) => console.log(JSON.stringify(value));
"""
_MINUTE = 60_000
_AT = 1_790_000_040_000


def run(folder: Path, script: str) -> Any:
    return node.run(folder, _IMPORTS + script)


# -- where sentences came from --------------------------------------------------------------


def test_shares_of_the_sources(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """say(model.sources({latency: {'sentence.memory': {count: 6}, 'sentence.model': {count: 2},
          'phonemise': {count: 99}}}));""",
    )
    assert [(one["source"], one["count"], one["share"]) for one in found] == [
        ("memory", 6, 0.75),
        ("disk", 0, 0),
        ("published", 0, 0),
        ("model", 2, 0.25),
    ]


def test_hits_and_misses_of_each_tier_that_was_asked(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """say([model.lookups({counters: {'cache.memory.hit': 6, 'cache.memory.miss': 2,
          'cache.disk.miss': 2, 'cache.joined': 3}}), model.lookups({})]);""",
    )
    tiers = [
        {"tier": "memory", "hits": 6, "misses": 2, "share": 0.75},
        {"tier": "disk", "hits": 0, "misses": 2, "share": 0},
    ]
    assert found == [{"tiers": tiers, "joined": 3}, None]


def test_tiers_that_rest(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """say([['disk', 'moon'], undefined, 'disk'].map((resting) =>
          model.kept({metrics: {}, trace: [], traced: 0, resting}, null).resting));""",
    )
    assert found == [["disk"], [], []]


@pytest.mark.parametrize("metrics", ["{}", "{counters: {}, latency: {}}", "{hitRate: null}"])
def test_an_engine_that_counts_nothing_is_no_error(tmp_path: Path, metrics: str) -> None:
    found = run(
        tmp_path,
        f"""
        const metrics = {metrics};
        const overview = {{ metrics, trace: [], traced: 0 }};
        say([model.sources(metrics).map(({{ count }}) => count), model.minutes(metrics),
          model.firstSounds(metrics), model.steps(metrics), model.compression(metrics),
          model.evictions(metrics), model.predictions(metrics), model.inUse(overview),
          model.kept(overview, null).share, model.logScale([]).decades]);
        """,
    )
    nothing = {"sessions": 0, "cache": 0}
    assert found == [[0, 0, 0, 0], [], [], [], None, [], None, nothing, None, [1]]


def test_minutes_have_no_gaps_and_are_at_least_thirty(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        f"""
        const at = {_AT};
        const all = model.minutes({{hitRate: [
          {{at, memory: 1, disk: 2, published: 3, model: 4}},
          {{at: at + 3 * 60000, memory: 0, disk: 0, published: 0, model: 5}},
        ]}});
        say([all, model.readyShare(all)]);
        """,
    )
    minutes, share = found
    assert len(minutes) == 30
    assert [one["at"] for one in minutes] == [_AT + (index - 26) * _MINUTE for index in range(30)]
    assert [(one["ready"], one["made"]) for one in minutes[-4:]] == [(6, 4), (0, 0), (0, 0), (0, 5)]
    assert share == pytest.approx(6 / 15)


def test_two_hours_are_shown_at_most(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        f"""
        const hitRate = Array.from({{length: 500}}, (_, index) =>
          ({{at: {_AT} + index * 60000, memory: 1, disk: 0, published: 0, model: 0}}));
        const all = model.minutes({{ hitRate }});
        say([all.length, all.at(-1).at]);
        """,
    )
    assert found == [120, _AT + 499 * _MINUTE]


# -- times --------------------------------------------------------------------------------------


def test_a_logarithmic_scale_holds_all_times_in_whole_decades(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const row = (p50, p90, p99) => ({name: '', count: 1, p50, p90, p99});
        const scale = model.logScale([row(0.4, 2, 30), row(100, 900, 2500)]);
        const one = model.logScale([row(10, 10, 10)]);
        const places = [0.1, 1, 100, 10000, 0, 1e9].map(scale.place);
        say([scale.decades, places, one.decades, one.place(10)]);
        """,
    )
    decades, places, alone, place = found
    assert decades == pytest.approx([0.1, 1, 10, 100, 1000])
    assert places == pytest.approx([0, 0.2, 0.6, 1, 0, 1])
    assert alone == [1]
    assert place == 1, "a bar without length would say nothing"


def test_times_by_source_and_by_step(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const latency = {infer: {count: 2, p50: 1, p90: 2, p99: 3}, other: {count: 9},
          'sentence.disk': {count: 1, p50: 4, p90: 5, p99: 6}, 'sentence.model': {count: 0},
          'cache.disk.read': {count: 3}};
        say([model.firstSounds({ latency }), model.steps({ latency }).map(({ name }) => name)]);
        """,
    )
    assert found == [
        [{"name": "disk", "count": 1, "p50": 4, "p90": 5, "p99": 6}],
        ["cache.disk.read", "infer"],
    ]


# -- what is kept and what left --------------------------------------------------------------


def test_evictions_by_tier_and_cause(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """say(model.evictions({counters: {'cache.memory.evicted.bytes': 2,
          'cache.disk.evicted.age': 7, 'cache.disk.evicted': 1, 'cache.disk.evicted.whim': 3,
          'cache.memory.expired': 4, 'cache.memory.evicted.age': 4,
          'cache.memory.evicted.entries': 0,
          'cache.memory.hit': 99}}));""",
    )
    assert [(one["tier"], one["cause"], one["count"]) for one in found] == [
        ("disk", "age", 7),
        ("memory", "expired", 4),
        ("disk", "other", 3),
        ("memory", "bytes", 2),
        ("disk", "other", 1),
    ]


def test_compression_predictions_and_memory(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const counters = {'cache.disk.bytes.before': 1000, 'cache.disk.bytes.after': 100,
          'predict.prepared': 8, 'predict.used': 6};
        const cache = {memory: {count: 2, size: 5}, disk: {count: 3, size: 40}};
        say([model.compression({ counters }), model.predictions({ counters }),
          model.inUse({metrics: {memory: {sessions: 70, cache: 9, entries: 1}}, trace: [], cache}),
          model.inUse({metrics: {sessions: {bytes: 60}}, trace: [], cache})]);
        """,
    )
    assert found == [
        {"before": 1000, "after": 100, "times": 10},
        {"prepared": 8, "used": 6, "share": 0.75},
        {"sessions": 70, "cache": 9},
        {"sessions": 60, "cache": 5},
    ]


def test_the_share_of_the_browsers_room(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const overview = {metrics: {}, trace: [], most: {memory: 200, disk: 512},
          cache: {memory: {count: 2, size: 5}, disk: {count: 3, size: 100}}};
        say([model.kept(overview, {quota: 1000, usage: 400, voices: 50}),
          model.kept(overview, {quota: 1000, usage: 0, voices: 50}).parts]);
        """,
    )
    kept, untold = found
    assert kept["share"] == 0.1
    assert kept["parts"] == {"audio": 100, "voices": 50, "other": 250, "free": 600}
    assert [(one["tier"], one["count"], one["bytes"], one["most"]) for one in kept["tiers"]] == [
        ("memory", 2, 5, 200),
        ("disk", 3, 100, 512),
    ]
    assert untold == {"audio": 100, "voices": 50, "other": 0, "free": 850}


def test_what_is_copied_has_no_texts_unless_they_are_wanted(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const overview = {metrics: {counters: {a: 1}}, cache: null, traced: 1,
          trace: [trace({text: 'Private.', total: 3})]};
        say([model.copied(overview, false), model.copied(overview, true)]);
        """,
    )
    without, whole = found
    assert "Private" not in str(without)
    assert without["trace"][0]["total"] == 3
    assert whole["trace"][0]["text"] == "Private."
    assert without["metrics"] == {"counters": {"a": 1}}


# -- why was that slow? ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ("{session: 1240, infer: 400, total: 1500}", "The voice was loaded first: 1.2 s."),
        ("{session: 150, infer: 2000, total: 200}", "The voice was loaded first: 150 ms."),
        (
            "{infer: 800, total: 420}",
            "Making its first sound took the longest: 411 ms, for 4 characters.",
        ),
        (
            "{phonemise: 300, infer: 100, total: 380}",
            "Finding the pronunciation took the longest: 300 ms.",
        ),
        ("{infer: 50, total: 400}", "It waited until others were done: 341 ms."),
        (
            "{source: 'disk', cache: 340, phonemise: 0, total: 342}",
            "Looking whether it is kept took the longest: 340 ms.",
        ),
        (
            "{source: 'published', cache: 340, phonemise: 0, total: 342}",
            "Fetching the published sound took the longest: 340 ms.",
        ),
        (
            "{source: 'memory', cache: 0.3, phonemise: 0, total: 0.4}",
            "It was not: 0.4 ms (memory).",
        ),
        ("{infer: 5000, total: 99}", "It was not: 99 ms (newly made)."),
    ],
)
def test_the_reason_in_words(tmp_path: Path, times: str, words: str) -> None:
    assert run(tmp_path, f"say(why({times}));").replace("\u00a0", " ") == words


def test_the_reason_in_french(tmp_path: Path) -> None:
    found = run(tmp_path, "say(why({session: 1240, total: 1500}, metricsFrench));")
    assert found.startswith("La voix a d’abord été chargée")


def test_the_steps_of_a_sentence(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        say([slow.courseOf(trace({cache: 2, phonemise: 8, session: 90, infer: 400, total: 250})),
          slow.courseOf(trace({cache: 2, phonemise: 8, session: 0, infer: 100, total: 200})),
          slow.courseOf({text: 'One.', total: NaN, infer: -3})]);
        """,
    )
    overlapping, waiting, broken = found
    assert [(part["step"], part["ms"]) for part in overlapping["parts"]] == [
        ("cache", 2),
        ("phonemise", 8),
        ("session", 90),
        ("first", 150),
        ("later", 250),
    ]
    assert overlapping["whole"] == 500
    assert [(part["step"], part["ms"]) for part in waiting["parts"]] == [
        ("cache", 2),
        ("phonemise", 8),
        ("rest", 90),
        ("first", 100),
    ]
    assert broken == {"parts": [], "total": 0, "whole": 0}


def test_a_sentence_is_found_in_the_text(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const place = (text, trace, near = 0) => {
          const found = slow.placeOf(text, trace, near);
          return found && text.slice(found.start, found.end);
        };
        const long = 'Somebody 🙂 lit the lamp beside the door, ' +
          'in the room where nobody had ever been before.';
        const all = [...long];
        const twice = 'Yes. No. Yes.';
        say([
          place(`First. ${long} Last.`, {text: all.slice(0, 80).join(''), characters: all.length}),
          place('One\\n  two (three)? Four.', {text: 'One two (three)?', characters: 18}),
          place('Something else.', {text: 'One.', characters: 4}),
          place('Something else.', {text: ' ', characters: 1}),
          slow.placeOf(twice, {text: 'Yes.', characters: 4}, 0).start,
          slow.placeOf(twice, {text: 'Yes.', characters: 4}, 8).start,
        ]);
        """,
    )
    long, spaced, absent, blank, first, last = found
    assert long.startswith("Somebody 🙂")
    assert long.endswith("ever been before.")
    assert spaced == "One\n  two (three)?"
    assert (absent, blank) == (None, None)
    assert (first, last) == (0, 9)


# -- words and shapes ---------------------------------------------------------------------------


def test_figures_as_a_reader_reads_them(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const french = new Figures('fr');
        say([[0, 0.31, 9.96, 120.4, 999.6, 1240, 9940, 12400].map((ms) => figures.time(ms)),
          [0, 999, 1500, 6.44e6, 31.2e6, 537e6, 2.1e9].map((bytes) => figures.size(bytes)),
          [0, 0.0034, 0.5, 0.999, 1].map((share) => figures.share(share)),
          french.time(1240), french.size(1.73e6), french.factor(10.6), french.factor(7.93)]);
        """,
    )
    times, sizes, shares, *french = found
    plain = [one.replace("\u00a0", " ") for one in times]
    assert plain == ["0 ms", "0.31 ms", "10 ms", "120 ms", "1 s", "1.2 s", "9.9 s", "12 s"]
    assert sizes == ["0 kB", "1 kB", "1.5 kB", "6.4 MB", "31 MB", "537 MB", "2.1 GB"]
    assert shares == ["0%", "0.3%", "50%", "99%", "100%"]
    assert [one.replace("\u00a0", " ").replace("\u202f", " ") for one in french] == [
        "1,2 s",
        "1,7 Mo",
        "11",
        "7,9",
    ]


def test_amounts_in_a_row_fill_the_width(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """say([inARow([{fill: 'solid', amount: 3}, {fill: 'hatch', amount: 1}]),
          inARow([{fill: 'solid', amount: 3}], 12), inARow([{fill: 'solid', amount: 0}])]);""",
    )
    both, part, nothing = found
    assert [(one["from"], one["to"]) for one in both] == [(0, 0.75), (0.75, 1)]
    assert [(one["from"], one["to"]) for one in part] == [(0, 0.25)]
    assert [(one["from"], one["to"]) for one in nothing] == [(0, 0)]


def test_both_languages_name_every_source_cause_and_step(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const names = (strings) => ['metricsSources', 'metricsStepNames', 'metricsRoom',
          'metricsInUse', 'metricsCauses', 'slowSteps'].map((key) => Object.keys(strings[key]));
        say([names(metricsEnglish), names(metricsFrench), model.SOURCES]);
        """,
    )
    english, french, sources = found
    assert english == french
    assert english[0] == sources
