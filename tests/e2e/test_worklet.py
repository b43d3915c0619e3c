"""No clicks, at whatever moment a command comes: the processor without a clock or a device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Watch, within
from tests.e2e.server import StaticSite
from tests.e2e.tones import PAGES, serve_player_page

RATE = 48_000
#: A plan: what is said to the processor, each before a quantum.
Plan = list[list[Any]]


def slope(hz: float) -> float:
    """The largest step of a tone."""
    return 0.5 * 2 * np.pi * hz / RATE


@pytest.fixture(scope="module")
def lab(browser: Browser, dist: Any) -> Iterator[Page]:
    with StaticSite(dist) as site:
        serve_player_page(site)
        site.put("worklet_lab.js", PAGES / "worklet_lab.js")
        site.put(
            "lab.html",
            '<!doctype html><title>Lab</title><link rel="icon" href="data:,">'
            '<script type="module" src="worklet_lab.js"></script>',
        )
        context = browser.new_context()
        watch = Watch(context)
        page = context.new_page()
        page.goto(site.url + "lab.html")
        page.wait_for_function("() => window.lab")
        yield page
        context.close()
        watch.check()


def begun(*, seconds: float = 3, rate: float = 1) -> Plan:
    return [[0, "append", {"seconds": seconds}], [0, "rate", {"rate": rate}], [0, "play"]]


def paused(at: int) -> Plan:
    return [*begun(), [at, "pause"], [at + at % 7, "play"]]


def cleared(at: int) -> Plan:
    return [*begun(), [at, "clear"], [at + at % 3, "append"]]


def paused_and_cleared(at: int) -> Plan:
    begin: Plan = [[at + 3, "append"], [at + 4, "play"]]
    return [*begun(), [at, "pause"], [at + at % 3, "clear"], *begin]


def run_dry_and_cleared(at: int) -> Plan:
    """Clear comes while what broke off decays."""
    return [*begun(seconds=0.145 + at * 0.0003), [69 + at % 9, "clear"], [80, "append"]]


def stretched_and_cleared(at: int) -> Plan:
    return [*begun(rate=2), [at, "clear"], [at, "append"]]


def stretched_and_paused(at: int) -> Plan:
    return [*begun(rate=2), [at, "pause"], [at + at % 7, "play"]]


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (paused, 60),
        (cleared, 60),
        (paused_and_cleared, 60),
        (run_dry_and_cleared, 60),
        (stretched_and_cleared, 20),
        (stretched_and_paused, 20),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_no_command_clicks(lab: Page, make: Any, count: int) -> None:
    plans = [make(50 + number) for number in range(count)]
    steepest = within(lab, "(plans) => lab.scan(plans)", plans, seconds=60)
    assert 0.5 * slope(440) < steepest < slope(440) * 1.3
