"""Resampling, joins and speed, as numbers: the player's parts without a clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Watch
from tests.e2e.server import StaticSite
from tests.e2e.tones import Sound, serve_player_page

OUT = 48_000


@pytest.fixture(scope="module")
def parts(browser: Browser, dist: Any) -> Iterator[Page]:
    with StaticSite(dist) as site:
        context = browser.new_context()
        watch = Watch(context)
        page = context.new_page()
        page.goto(serve_player_page(site))
        page.wait_for_function("() => window.bench")
        yield page
        context.close()
        watch.check()


def render(page: Page, **plan: Any) -> tuple[Sound, dict[str, Any]]:
    taken = page.evaluate("(plan) => bench.render(plan)", plan)
    return Sound.of(taken), taken


def tone(hz: float, seconds: float, rate: int, *, start: float = 0.0) -> dict[str, Any]:
    """``start``: seconds of the endless tone that went before."""
    return {"hz": hz, "seconds": seconds, "from": round(start * rate)}


def item(number: int, rate: int, *tones: dict[str, Any], silence: float = 0.0) -> dict[str, Any]:
    return {"id": number, "sampleRate": rate, "tones": list(tones), "silence": silence}


def middle(sound: Sound, edge: float = 0.1) -> Sound:
    return sound.between(sound.start + edge, sound.start + sound.seconds - edge)


@pytest.mark.parametrize(
    ("voice", "output"),
    [(8000, 48000), (16000, 48000), (22050, 48000), (22050, 44100), (48000, 44100), (22051, 48000)],
)
def test_resampling_is_clean(parts: Page, voice: int, output: int) -> None:
    lower = min(voice, output)
    for hz in (440.0, 0.2 * lower, 0.43 * lower):
        sound, _ = render(parts, sampleRate=output, items=[item(1, voice, tone(hz, 1.0, voice))])
        assert sound.seconds == pytest.approx(1.0, abs=0.005)
        assert middle(sound).noise_db(hz) > 80, hz


def test_nothing_is_left_above_the_lower_nyquist(parts: Page) -> None:
    sound, _ = render(parts, sampleRate=32000, items=[item(1, 48000, tone(18000, 1, 48000))])
    assert middle(sound).level() < 0.5 * 10 ** (-75 / 20)


def test_equal_rates_pass_bit_for_bit(parts: Page) -> None:
    sound, _ = render(parts, sampleRate=OUT, items=[item(1, OUT, tone(997, 0.5, OUT))])
    angle = 2 * np.pi * 997 * np.arange(OUT // 2) / OUT
    truth = np.zeros(len(sound.samples))
    truth[: OUT // 2] = (0.5 * np.sin(angle)).astype(np.float32)
    assert np.array_equal(sound.samples, truth)


@pytest.mark.parametrize("rates", [(22050, 22050), (16000, 16000), (16000, 22050), (48000, 22050)])
def test_items_join_without_a_seam(parts: Page, rates: tuple[int, int]) -> None:
    first, second = rates
    items = [
        item(1, first, tone(330, 0.4, first)),
        item(2, second, tone(330, 0.4, second, start=0.4)),
    ]
    sound, _ = render(parts, sampleRate=OUT, items=items)
    assert sound.seconds == pytest.approx(0.8, abs=0.005)
    assert middle(sound).noise_db(330) > (90 if first == second else 70)


def test_silence_has_its_length(parts: Page) -> None:
    items = [
        item(1, 22050, tone(500, 0.3, 22050), silence=0.25),
        item(2, 22050, tone(700, 0.3, 22050)),
    ]
    sound, _ = render(parts, sampleRate=OUT, items=items)
    before, after = sound.bursts()
    assert after.start - before.end == pytest.approx(0.25, abs=0.012)
    assert sound.seconds == pytest.approx(0.85, abs=0.005)


@pytest.mark.parametrize("rate", [0.5, 0.75, 1.5, 2.0, 4.0])
@pytest.mark.parametrize("output", [44100, 48000])
def test_speed_changes_length_and_not_pitch(parts: Page, rate: float, output: int) -> None:
    sound, _ = render(
        parts,
        sampleRate=output,
        items=[item(1, 22050, tone(440, 4.0, 22050))],
        rates=[[0, rate]],
    )
    assert sound.seconds == pytest.approx(4 / rate, rel=0.02)
    assert middle(sound).hz() == pytest.approx(440, rel=0.01)
    assert middle(sound).noise_db(440) > 35
    assert middle(sound).level() == pytest.approx(0.5 / np.sqrt(2), rel=0.15)


@pytest.mark.parametrize("rate", [0.5, 0.8, 1.0, 1.5, 2.0, 4.0])
def test_the_position_is_what_is_heard(parts: Page, rate: float) -> None:
    tones = []
    for number in range(10):
        tones += [tone(0, 0.35, 22050), tone(300 + 100 * number, 0.2, 22050)]
    sound, taken = render(
        parts,
        sampleRate=OUT,
        items=[item(1, 22050, *tones, tone(0, 0.4, 22050))],
        rates=[[0, rate]],
    )
    bursts = sound.bursts()
    assert len(bursts) == 10
    quanta = np.arange(len(taken["positions"])) * 128 / OUT
    for number, burst in enumerate(bursts):
        truth = 0.55 * number + 0.45
        heard = np.interp(burst.middle, quanta, taken["positions"]) / OUT
        assert abs(heard - truth) / rate < 0.015, number
        assert burst.hz == pytest.approx(300 + 100 * number, rel=0.03)


def test_rate_changes_keep_everything_in_order(parts: Page) -> None:
    """Words are heard once each, in order, through seven changes, some in mid-word."""
    tones = []
    for number in range(16):
        tones += [tone(300 + 80 * number, 0.25, 22050), tone(0, 0.25, 22050)]
    changes = [[0, 1], [250, 2], [330, 0.5], [900, 1], [1200, 4], [1300, 1.3], [1500, 1], [1800, 2]]
    sound, taken = render(parts, sampleRate=OUT, items=[item(1, 22050, *tones)], rates=changes)
    heard = [burst.hz for burst in sound.bursts()]
    assert heard == pytest.approx([300 + 80 * number for number in range(16)], rel=0.05)
    steps = np.diff(taken["positions"])
    assert steps.min() >= 0
    assert steps.max() <= 4.5 * 128  # no skip
    # No change clicks: nothing is steeper than the highest tone, with what the stretcher
    # adds to the level where a tone begins.
    assert sound.steepest() < 0.75 * 2 * np.pi * 1500 / OUT * 1.2


@pytest.mark.parametrize("rate", [1.0, 1.5, 3.0])
def test_running_dry_loses_nothing(parts: Page, rate: float) -> None:
    """What comes late goes on exactly where the sound broke off, in mid-tone."""
    pieces = [[item(n, 22050, tone(440, 0.5, 22050, start=0.5 * n))] for n in range(5)]
    whole, _ = render(
        parts,
        sampleRate=OUT,
        items=[one for piece in pieces for one in piece],
        rates=[[0, rate]],
    )
    broken, taken = render(
        parts, sampleRate=OUT, items=pieces[0], late=pieces[1:], rates=[[0, rate]]
    )
    assert len(taken["gaps"]) >= 4
    assert broken.seconds == pytest.approx(whole.seconds, abs=128 / OUT)
    assert middle(broken).noise_db(440) > (90 if rate == 1 else 35)


def test_memory_stays_bounded(parts: Page) -> None:
    """A long queue is played through with constant room (the tape is 1.3 seconds)."""
    items = [item(n, 16000, tone(440, 1.0, 16000, start=n)) for n in range(20)]
    sound, _ = render(parts, sampleRate=OUT, items=items, rates=[[0, 1], [2000, 4], [3000, 1]])
    assert middle(sound).hz() == pytest.approx(440, rel=0.002)
