"""Speech: what is asked for, what is heard, and what is told about it, with a voice of tones."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser import within
from tests.e2e.server import StaticSite
from tests.e2e.tones import Sound, serve_player_page

#: One sentence a line, a word a tone.
TEXT = "w0 w1 w2\nw3 w4\n\nw5\nw6 w7 w8 w9\n"
LINES = TEXT.split()
LEAD, WORD, GAP = 0.05, 0.2, 0.1


@pytest.fixture
def reading(page: Page, site: StaticSite) -> Page:
    page.goto(serve_player_page(site))
    page.wait_for_function("() => window.bench")
    return page


def scenario(page: Page, script: str, arg: Any = None, *, seconds: float = 40) -> dict[str, Any]:
    """An async function (text, read) => anything; its value, with what it read."""
    result: dict[str, Any] = within(
        page,
        f"""async ([text, arg]) => {{
          let it;
          const read = (text, options) => (it = bench.read(text, options));
          const value = await ({script})(text, read, arg);
          await new Promise((resolve) => setTimeout(resolve));
          const {{events, engine, speech}} = it;
          const {{asked, cancelled}} = engine;
          return {{value, events, asked, cancelled, state: speech.state}};
        }}""",
        [TEXT, arg],
        seconds=seconds,
    )
    return result


def told(result: dict[str, Any], *types: str) -> list[Any]:
    """The events of these types: the type, or the number of the sentence, or the word."""
    names = []
    for event in result["events"]:
        if event["type"] not in types:
            continue
        detail = event["detail"] or {}
        key = "sentence" if event["type"] == "sentence" else "text"
        names.append(detail.get(key, event["type"]))
    return names


@pytest.mark.parametrize("rate", [1, 4])
def test_a_text_is_read_to_its_end(reading: Page, rate: float) -> None:
    result = scenario(
        reading,
        """async (text, read, rate) => {
          const engine = new bench.ToneEngine();
          engine.gap = 0.3;
          const it = read(text, {rate, engine});
          const state = it.speech.state;
          const outcome = await it.speech.finished;
          return {outcome, state, recording: await it.bench.recording()};
        }""",
        rate,
    )
    value = result["value"]
    assert (value["state"], value["outcome"], result["state"]) == ("loading", "end", "ended")
    assert told(result, "sentence") == [0, 1, 2, 3]
    assert told(result, "word") == [f"w{n}" for n in range(10)]
    for event in result["events"]:
        if event["type"] in ("word", "sentence"):
            detail = event["detail"]
            assert TEXT[detail["start"] : detail["end"]] == detail["text"]
    kinds = [event["type"] for event in result["events"]]
    assert kinds[0] == "waiting"
    assert kinds[-1] == "end"
    assert kinds.count("firstsound") == 1
    assert kinds.index("firstsound") < kinds.index("sentence")
    # Each word is told when its tone is heard. The median: a busy page may be late for one.
    bursts = Sound.of(value["recording"]).bursts()
    assert [burst.hz for burst in bursts] == pytest.approx(
        [300 + 40 * n for n in range(10)], rel=0.06
    )
    words = [event["heard"] for event in result["events"] if event["type"] == "word"]
    late = np.array(words) - np.array([burst.middle - WORD / 2 / rate for burst in bursts])
    assert abs(np.median(late)) < 0.03, late
    assert late.min() > -0.05, late


def test_a_page_that_was_busy_is_told_everything_in_order(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const it = read('w0\\nw1\\nw2\\nw3\\nw4\\nw5', {rate: 4});
          await it.bench.when(() => it.engine.asked.length === 6);
          await it.until('word', ({text}) => text === 'w1');
          const until = performance.now() + 400;
          while (performance.now() < until);
          return it.speech.finished;
        }""",
    )
    assert result["value"] == "end"
    both = [part for number in range(6) for part in (number, f"w{number}")]
    assert told(result, "sentence", "word") == both


def test_silence_between_sentences_and_paragraphs(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const {speech, bench} = read(text, {sentenceSilence: 0.3, paragraphSilence: 0.8});
          await speech.finished;
          return bench.recording();
        }""",
    )
    bursts = Sound.of(result["value"]).bursts()
    pauses = [after.start - before.end for before, after in pairwise(bursts)]
    own = GAP + LEAD
    assert pauses[2] == pytest.approx(0.3 + own, abs=0.02)
    assert pauses[4] == pytest.approx(0.8 + own, abs=0.02)
    assert pauses[0] == pytest.approx(GAP, abs=0.02)


@pytest.mark.parametrize("source", ["memory", "model"])
def test_three_sentences_are_prepared_ahead_and_not_the_whole_text(
    reading: Page, source: str
) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const words = 'w1 w2 w3 w4 w5 w6 w7 w8 w9';
          const long = Array.from({length: 30}, (_, i) => `w${i} ${words}`);
          const engine = new bench.ToneEngine();
          engine.source = 'SOURCE';
          const it = read(long.join('\\n'), {engine});
          await it.until('sentence');
          await it.bench.when(() => it.engine.asked.length >= 4);
          await it.bench.heardFor(0.6);
          const early = it.engine.asked.length;
          it.speech.stop();
          return [early, await it.speech.finished];
        }""".replace("SOURCE", source),
    )
    early, end = result["value"]
    assert end == "stopped"
    assert told(result, "sentence") == [0]  # all that while the first one was heard
    # A model that is quick, on a machine with power and room, goes on for some seconds.
    assert early == 4 if source == "memory" else 4 < early < 20


def test_pieces_of_one_sentence_join(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const engine = new bench.ToneEngine();
          engine.pieces = 3;
          const {speech, bench: b} = read('w0 w1 w2 w3 w4\\nw5 w6', {engine});
          await speech.finished;
          return b.recording();
        }""",
    )
    assert result["asked"] == [
        f"{line}#{n}" for line in ("w0 w1 w2 w3 w4", "w5 w6") for n in range(3)
    ]
    sound = Sound.of(result["value"])
    bursts = sound.bursts()
    assert len(bursts) == 7
    assert [b.end - b.start for b in bursts] == pytest.approx([WORD] * 7, abs=0.02)
    assert told(result, "word") == [f"w{n}" for n in range(7)]


def test_next_previous_and_seek_jump_at_once(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const long = Array.from({length: 12}, (_, i) => `w${i} w${i} w${i} w${i} w${i} w${i}`);
          const all = long.join('\\n');
          const it = read(all);
          const {speech} = it;
          const at = (n) => it.until('sentence', ({sentence}) => sentence === n);
          const last = () => it.events.findLast(({type}) => type === 'sentence').detail.sentence;
          await at(0);
          await it.bench.when(() => it.engine.asked.length >= 3);
          const asked = it.engine.asked.length;
          const before = it.bench.now;
          speech.next();
          await at(1);
          const took = it.events.findLast(({type}) => type === 'sentence').heard - before;
          const again = it.engine.asked.slice(asked).filter((text) => text.startsWith('w1 '));
          speech.next(); speech.next(); speech.next();
          await at(4);
          speech.previous();
          await at(3);
          speech.seek(all.indexOf('w9'));
          await at(9);
          speech.seek(0);
          await it.bench.when(() => last() === 0);
          speech.previous();
          await it.bench.heardFor(0.2);
          const first = last();
          speech.seek(all.indexOf('w11'));
          await at(11);
          speech.next();
          return {took, again, first, outcome: await speech.finished};
        }""",
    )
    value = result["value"]
    assert value["took"] < 0.25
    assert value["again"] == []  # it was prepared
    assert (value["first"], value["outcome"]) == (0, "end")
    assert told(result, "sentence")[:7] == [0, 1, 4, 3, 9, 0, 0]


def test_previous_restarts_a_sentence_that_is_well_under_way(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const long = 'w1 w2 w3 w4 w5 w6 w7 w8 w9 w1 w2 w3 w4 w5 w6 w7 w8 w9 w1 w2';
          const it = read(`w0\\n${long}`, {rate: 2});
          const words = () =>
            it.events.filter(({type, detail}) => type === 'word' && detail.sentence === 1);
          await it.bench.when(() => words().length === 14);
          it.speech.previous();
          await it.speech.finished;
          return words().map(({detail}) => detail.text).slice(12, 17);
        }""",
    )
    assert told(result, "sentence") == [0, 1, 1]
    assert result["value"][2:] == ["w1", "w2", "w3"]


def test_pause_holds_everything_and_a_jump_meanwhile_is_told(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const it = read(text);
          const {speech} = it;
          await it.until('word', ({text}) => text === 'w1');
          speech.pause();
          const state = speech.state;
          const count = it.events.length;
          const since = it.bench.now;
          await it.bench.when(() => it.bench.now > since + 0.4);
          const quiet = it.events.length - count;
          speech.next();
          await it.until('sentence', ({sentence}) => sentence === 1);
          const still = speech.state;
          await it.bench.when(() => it.bench.now > since + 0.8);
          const words = it.events.filter(({type}) => type === 'word').length;
          speech.resume();
          await it.until('word', ({text}) => text === 'w3');
          const after = speech.state;
          await speech.finished;
          return {state, quiet, still, after, words};
        }""",
    )
    value = result["value"]
    assert (value["state"], value["still"], value["after"]) == ("paused", "paused", "playing")
    assert value["quiet"] <= 1  # what was on its way to the ear
    assert value["words"] <= 3
    assert told(result, "sentence") == [0, 1, 2, 3]


def test_pause_before_the_first_sound(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const engine = new bench.ToneEngine();
          const release = engine.hold();
          const it = read(text, {engine});
          it.speech.pause();
          release();
          await it.bench.when(() => it.engine.asked.length >= 2);
          const before = it.events.filter(({type}) => type === 'word').length;
          it.speech.resume();
          return [before, await it.speech.finished];
        }""",
    )
    assert result["value"] == [0, "end"]


def test_a_pause_and_resume_in_one_breath(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const it = read(text);
          await it.until('word');
          it.speech.pause();
          it.speech.resume();
          await it.bench.when(() => it.speech.state === 'playing');
          return it.speech.finished;
        }""",
    )
    assert result["value"] == "end"


def test_waiting_for_the_engine_is_told_and_continues(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const engine = new bench.ToneEngine();
          const release = engine.hold('w5');
          const it = read(text, {engine});
          const waits = () => it.events.filter(({type}) => type === 'waiting').length;
          await it.bench.when(() => waits() === 2);
          const state = it.speech.state;
          release();
          return [state, await it.speech.finished];
        }""",
    )
    assert result["value"] == ["loading", "end"]
    kinds = told(result, "waiting", "playing", "end")
    assert kinds == ["waiting", "playing", "waiting", "playing", "end"]
    assert told(result, "word") == [f"w{n}" for n in range(10)]


def test_a_faulty_sentence_is_left_out(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const engine = new bench.ToneEngine();
          engine.faults = {'w3 w4': 'inference_failed', 'w5': 'phonemizer_failed'};
          const it = read(text, {engine});
          return it.speech.finished;
        }""",
    )
    assert result["value"] == "end"
    problems = [e["detail"] for e in result["events"] if e["type"] == "problem"]
    assert problems == [
        {"error": "inference_failed", "sentence": 1},
        {"error": "phonemizer_failed", "sentence": 2},
    ]
    assert told(result, "sentence") == [0, 3]


@pytest.mark.parametrize("code", ["unknown_voice", "bad_option", "engine_lost"])
def test_an_error_ends_it_after_what_is_buffered(reading: Page, code: str) -> None:
    result = scenario(
        reading,
        """async (text, read, code) => {
          const engine = new bench.ToneEngine();
          engine.faults = {'w3 w4': code};
          const it = read(text, {engine});
          return it.speech.finished.catch((error) => error.code);
        }""",
        code,
    )
    assert (result["value"], result["state"]) == (code, "error")
    assert told(result, "word", "error") == ["w0", "w1", "w2", "error"]


def test_an_error_that_nobody_asks_for_is_not_unhandled(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const engine = new bench.ToneEngine();
          engine.faults = {'w0 w1 w2': 'unknown_voice'};
          const it = read(text, {engine});
          await it.until('error');
        }""",
    )
    assert result["state"] == "error"


def test_nothing_to_say(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const {speech} = read('…\\n!!!\\n\\n?');
          return speech.finished.catch((error) => error.code);
        }""",
    )
    assert result["value"] == "empty_text"
    result = scenario(
        reading,
        """async (text, read) => read('…\\nw1\\n!!!\\n—\\n?\\n*\\nw2 w3\\n…').speech.finished""",
    )
    assert result["value"] == "end"
    assert told(result, "sentence") == [1, 6]


def test_previous_passes_over_what_is_mute(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const it = read('w1\\n…\\n!!!\\nw2 w3 w4 w5 w6');
          await it.until('sentence', ({sentence}) => sentence === 3);
          it.speech.previous();
          return it.speech.finished;
        }""",
    )
    assert told(result, "sentence") == [0, 3, 0, 3]


def test_start_in_the_middle_and_stop(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const it = read(text, {startAt: text.indexOf('w7')});
          await it.until('word');
          it.speech.stop();
          const silent = it.bench.now + 0.1;
          it.speech.next(); it.speech.resume(); it.speech.pause(); it.speech.rate = 2;
          await it.bench.when(() => it.bench.now > silent + 0.4);
          return {outcome: await it.speech.finished, silent, recording: await it.bench.recording()};
        }""",
    )
    value = result["value"]
    assert (value["outcome"], result["state"]) == ("stopped", "stopped")
    assert told(result, "sentence", "word")[:2] == [3, "w7"]
    assert Sound.of(value["recording"]).last_sound() < value["silent"]


def test_a_jump_cancels_what_is_not_needed(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const engine = new bench.ToneEngine();
          const release = engine.hold();
          const it = read(text, {engine});
          await it.bench.when(() => engine.asked.length === 1);
          it.speech.seek(text.indexOf('w6'));
          await it.bench.when(() => engine.asked.length === 2);
          release();
          return it.speech.finished;
        }""",
    )
    assert result["asked"] == ["w0 w1 w2#0", "w6 w7 w8 w9#0"]
    assert result["cancelled"] == ["w0 w1 w2"]
    assert told(result, "sentence") == [3]


def test_a_new_speech_takes_the_player(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const first = read(text);
          await first.until('word');
          const second = read('w8 w9', {bench: first.bench});
          const outcomes = [await first.speech.finished, await second.speech.finished];
          return {outcomes, early: first.events.filter(({type}) => type === 'word').length};
        }""",
    )
    assert result["value"]["outcomes"] == ["stopped", "end"]
    assert result["value"]["early"] <= 2
    assert told(result, "word") == ["w8", "w9"]


def test_a_signal_stops_it_and_bad_rates_are_refused(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const controller = new AbortController();
          const codes = [];
          for (const rate of [0.49, 4.01, NaN]) {
            try { read(text, {rate}); } catch (error) { codes.push(error.code); }
          }
          const it = read(text, {signal: controller.signal});
          for (const rate of [0, 5]) {
            try { it.speech.rate = rate; } catch (error) { codes.push(error.code); }
          }
          await it.until('word');
          controller.abort();
          const stopped = await it.speech.finished;
          const dead = read(text, {signal: AbortSignal.abort()});
          return [codes, stopped, await dead.speech.finished, dead.engine.asked.length];
        }""",
    )
    assert result["value"] == [["bad_option"] * 5, "stopped", "stopped", 0]


def test_a_speech_sinks_and_the_next_one_is_loud(reading: Page) -> None:
    result = scenario(
        reading,
        """async (text, read) => {
          const words = 'w5 '.repeat(16).trim();
          const it = read(words);
          await it.until('word');
          it.speech.fadeTo(0.25, 2);
          await it.speech.finished;
          const again = read('w5 w5', {bench: it.bench});
          await again.speech.finished;
          return it.bench.recording();
        }""",
    )
    sound = Sound.of(result["value"])
    bursts = sound.bursts(level=0.02)
    levels = [sound.between(burst.start, burst.end).level() for burst in bursts]
    assert len(levels) == 18
    assert levels[15] == pytest.approx(0.25 * levels[0], rel=0.25)
    assert all(after < before * 1.1 for before, after in pairwise(levels[:16]))
    assert levels[16:] == pytest.approx([levels[0]] * 2, rel=0.15)
