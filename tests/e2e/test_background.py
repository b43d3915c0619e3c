"""Sound behind a locked screen: through a media element, beside one, in a page that is hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser import within
from tests.e2e.server import StaticSite
from tests.e2e.tones import Sound, serve_player_page

#: The media elements that were played, as `elements`; `refusing` makes `play` fail as browsers
#: do where a gesture is missing, `slow` lets it take so many milliseconds.
ELEMENTS = """
  window.elements = [];
  window.refusing = false;
  window.slow = 0;
  const {play} = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = async function () {
    if (!elements.includes(this)) elements.push(this);
    if (refusing) throw new DOMException('gesture', 'NotAllowedError');
    if (slow) await new Promise((resolve) => setTimeout(resolve, slow));
    return play.call(this);
  };
"""
#: Six words, 0.3 s apart, each a tone of its own.
TEXT = "w0 w1 w2\nw3 w4 w5\n"
WORDS = [300 + 40 * number for number in range(6)]
TONE = {"id": 1, "sampleRate": 22050, "tones": [{"hz": 440, "seconds": 0.6}]}
LONG = {"id": 1, "sampleRate": 22050, "tones": [{"hz": 440, "seconds": 30}]}


@pytest.fixture
def background(page: Page, site: StaticSite) -> Page:
    page.add_init_script(ELEMENTS)
    page.goto(serve_player_page(site))
    page.wait_for_function("() => window.bench")
    return page


def scenario(page: Page, script: str, arg: Any = None, *, seconds: float = 40) -> Any:
    """An async function (it, player, arg), `it` being a bench whose element is listened to."""
    return within(
        page,
        f"""async (arg) => {{
          const it = new bench.Bench({{way: 'element', atEnd: true}});
          return ({script})(it, it.player, arg);
        }}""",
        arg,
        seconds=seconds,
    )


def test_the_element_carries_the_sound(background: Page) -> None:
    value = scenario(
        background,
        """async (it, player, item) => {
          it.append([item]);
          player.finish();
          player.play();
          await bench.wait(player, 'playing');
          const [{muted, volume, loop, paused, srcObject}] = elements;
          const state = {muted, volume, loop, paused, streams: srcObject === it.ends[0][1].stream};
          await bench.wait(player, 'end');
          const recording = await it.recording();
          const ends = it.ends.map(([, end]) => end.constructor.name);
          return {state, ends, recording, count: elements.length};
        }""",
        TONE,
    )
    assert value["state"] == {
        "muted": False, "volume": 1, "loop": False, "paused": False, "streams": True,
    }  # fmt: skip
    assert value["count"] == 1
    # WebKit interrupts a context in the background whose own destination is in use.
    assert value["ends"] == ["MediaStreamAudioDestinationNode"]
    (burst,) = Sound.of(value["recording"]).bursts()
    assert burst.hz == pytest.approx(440, rel=0.02)
    assert burst.end - burst.start == pytest.approx(0.6, abs=0.03)


def test_nothing_is_lost_while_the_element_begins(background: Page) -> None:
    recording = scenario(
        background,
        """async (it, player, item) => {
          slow = 600;
          it.append([item]);
          player.finish();
          player.play();
          await bench.wait(player, 'end');
          return it.recording();
        }""",
        TONE,
    )
    assert [entry["type"] for entry in recording["log"]][:2] == ["blocked", "unblocked"]
    (burst,) = Sound.of(recording).bursts()
    assert burst.end - burst.start == pytest.approx(0.6, abs=0.03)


def test_a_refusal_waits_for_a_gesture_and_loses_nothing(background: Page) -> None:
    background.evaluate(
        """() => {
          refusing = true;
          window.it = new bench.Bench({way: 'element', atEnd: true});
          window.read = bench.read('w0 w1 w2', {bench: it});
        }"""
    )
    background.wait_for_function(
        "() => read.events.some(({type, detail}) => detail?.reason === 'gesture')"
    )
    background.evaluate("() => { refusing = false; }")
    blocked, place = background.evaluate("() => [it.player.blocked, it.player.position()]")
    assert blocked
    # The worklet may have said where it stands: at the beginning.
    assert place is None or place["seconds"] == 0
    background.mouse.click(5, 5)
    value = within(
        background,
        """async () => {
          await read.speech.finished;
          return {recording: await it.recording(), events: read.events};
        }""",
    )
    bursts = Sound.of(value["recording"]).bursts()
    assert [burst.hz for burst in bursts] == pytest.approx(WORDS[:3], rel=0.06)
    words = [event["detail"]["text"] for event in value["events"] if event["type"] == "word"]
    assert words == ["w0", "w1", "w2"]


def test_a_media_key_opens_what_was_refused(background: Page) -> None:
    """`resume` is what the key's handler calls; there is no gesture on the page then."""
    value = within(
        background,
        """async () => {
          refusing = true;
          const it = new bench.Bench({way: 'element'});
          const {speech, until, events} = bench.read('w0 w1', {bench: it});
          await until('waiting', ({reason}) => reason === 'gesture');
          refusing = false;
          speech.resume();
          return [await speech.finished, events.filter(({type}) => type === 'word').length];
        }""",
    )
    assert value == ["end", 2]


def test_what_the_system_pauses_stays_paused_until_it_lets_go(background: Page) -> None:
    value = within(
        background,
        """async (text) => {
          const it = new bench.Bench({way: 'element', atEnd: true});
          const {speech, until, events} = bench.read(text, {bench: it});
          await until('word', ({text}) => text === 'w1');
          elements[0].pause();
          await until('paused');
          const state = [speech.state, it.player.playing];
          const place = it.player.position();
          const since = it.now;
          await it.when(() => it.now > since + 0.8);
          const later = it.player.position();
          elements[0].play();
          await until('resumed');
          const outcome = await speech.finished;
          return {state, place, later, outcome, events, recording: await it.recording()};
        }""",
        TEXT,
    )
    assert value["state"] == ["paused", False]
    # What was on its way to the ear was still told as heard.
    assert value["later"]["id"] == value["place"]["id"]
    assert value["later"]["seconds"] == pytest.approx(value["place"]["seconds"], abs=0.25)
    assert value["outcome"] == "end"
    words = [event["detail"]["text"] for event in value["events"] if event["type"] == "word"]
    assert words == [f"w{number}" for number in range(6)]
    # The word in which it was paused comes in two parts; none is left out or said twice.
    heard = [burst.hz for burst in Sound.of(value["recording"]).bursts(shortest=0.03)]
    assert {round((hz - 300) / 40) for hz in heard} == set(range(6))


def test_a_pause_of_the_listener_is_no_matter_of_the_system(background: Page) -> None:
    """After `pause` the element rests, as a lock screen shows; what it does then wakes nobody."""
    value = within(
        background,
        """async (text) => {
          const it = new bench.Bench({way: 'element'});
          const {speech, until, events} = bench.read(text, {bench: it});
          await until('word', ({text}) => text === 'w0');
          speech.pause();
          await it.when(() => elements[0].paused);
          await elements[0].play();
          const state = speech.state;
          speech.resume();
          return [state, await speech.finished, events.map(({type}) => type)];
        }""",
        TEXT,
    )
    assert value[:2] == ["paused", "end"]
    assert not {"paused", "resumed"} & set(value[2])


def test_an_element_that_fails_is_replaced(background: Page) -> None:
    value = scenario(
        background,
        """async (it, player, item) => {
          it.append([item]);
          player.finish();
          player.play();
          await bench.wait(player, 'playing');
          const [broken] = elements;
          Object.defineProperty(broken, 'error', {value: {code: 2}});
          broken.dispatchEvent(new Event('error'));
          await bench.wait(player, 'end');
          broken.pause();
          return {count: elements.length, recording: await it.recording()};
        }""",
        TONE,
    )
    assert value["count"] == 2
    sound = sum(burst.end - burst.start for burst in Sound.of(value["recording"]).bursts())
    assert sound == pytest.approx(0.6, abs=0.04)


def test_an_interrupted_context_goes_on_by_itself(background: Page) -> None:
    """As WebKit's does after a call: it refuses for as long, and then runs again."""
    value = within(
        background,
        """async (text) => {
          const it = new bench.Bench();
          const {speech, until, events} = bench.read(text, {bench: it});
          await until('word', ({text}) => text === 'w1');
          const {context} = it.device;
          const resume = context.resume;
          context.resume = () => Promise.reject(new DOMException('', 'InvalidStateError'));
          await context.suspend();
          await until('waiting', ({reason}) => reason === 'gesture');
          resume.call(context);
          return [await speech.finished, events.filter(({type}) => type === 'word').length];
        }""",
        TEXT,
    )
    assert value == ["end", 6]


def test_a_silent_companion_holds_the_keys_while_web_audio_sounds(background: Page) -> None:
    """Chromium gives keys to media of 5 s and more that are not muted; files, not streams."""
    value = within(
        background,
        """async (item) => {
          const it = new bench.Bench({way: 'direct'});
          const {player} = it;
          it.append([item]);
          player.play();
          await bench.wait(player, 'playing');
          const [{src, muted, volume, loop, srcObject}] = elements;
          const playing = !elements[0].paused;
          const {duration} = elements[0];
          player.pause();
          await it.when(() => elements[0].paused);
          player.play();
          await it.when(() => !elements[0].paused);
          const kind = src.split(':')[0];
          const file = kind === 'blob' && srcObject === null;
          await player.dispose();
          return {file, muted, volume, loop, playing, duration, left: elements[0].paused};
        }""",
        LONG,
    )
    assert value == {
        "file": True, "muted": False, "volume": 1, "loop": True, "playing": True, "duration": 10,
        "left": True,
    }  # fmt: skip


def test_without_a_companion_the_sound_is_the_same(background: Page) -> None:
    recording = within(
        background,
        """async (item) => {
          refusing = true;
          const it = new bench.Bench({way: 'direct'});
          it.append([item]);
          it.player.finish();
          it.player.play();
          await bench.wait(it.player, 'end');
          return it.recording();
        }""",
        TONE,
    )
    assert "blocked" not in [entry["type"] for entry in recording["log"]]
    assert len(Sound.of(recording).bursts()) == 1


@pytest.mark.parametrize("way", ["direct", "element"])
def test_the_volume_fades_evenly(background: Page, way: str) -> None:
    taken = within(
        background,
        """async ([item, way]) => {
          const it = new bench.Bench({way, atEnd: true});
          const {player} = it;
          it.append([item]);
          player.play();
          await bench.wait(player, 'playing');
          const begun = it.now;
          await it.when(() => it.now > begun + 0.4);
          player.fadeTo(0, 1);
          await it.when(() => it.now > begun + 1.8);
          player.volume = 0.5;
          await it.when(() => it.now > begun + 2.4);
          return {...(await it.recording()), begun};
        }""",
        [LONG, way],
    )
    sound = Sound.of(taken)
    full = sound.between(sound.first_sound() + 0.05, sound.first_sound() + 0.3).level()
    envelope = sound.envelope(0.02) / full
    seconds = sound.start + np.arange(len(envelope)) / sound.rate
    later = (seconds > taken["begun"] + 0.3) & (seconds < taken["begun"] + 1.6)
    falling = later & (envelope > 0.1) & (envelope < 0.9)
    slope, _ = np.polyfit(seconds[falling], envelope[falling], 1)
    assert slope == pytest.approx(-1, abs=0.1)
    silent = sound.between(taken["begun"] + 1.6, taken["begun"] + 1.75)
    assert silent.level() < 0.001
    half = sound.between(taken["begun"] + 2.1, taken["begun"] + 2.4)
    assert half.level() / full == pytest.approx(0.5, abs=0.02)


def test_a_volume_is_there_from_the_first_sound_and_checked(background: Page) -> None:
    value = within(
        background,
        """async (item) => {
          const it = new bench.Bench({atEnd: true});
          const {player} = it;
          player.volume = 0.25;
          it.append([item]);
          player.finish();
          player.play();
          await bench.wait(player, 'end');
          const codes = [-0.1, 1.1, NaN, '1', null].map((volume) => {
            try { player.volume = volume; } catch (error) { return error.code; }
          });
          return {codes, recording: await it.recording()};
        }""",
        TONE,
    )
    assert value["codes"] == ["bad_option"] * 5
    sound = Sound.of(value["recording"])
    first = sound.first_sound(0.01)
    middle = sound.between(first + 0.1, first + 0.5)
    assert middle.level() == pytest.approx(0.125 / np.sqrt(2), rel=0.03)
    assert sound.between(first, first + 0.05).level() < middle.level() * 1.1
