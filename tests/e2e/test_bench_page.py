"""bench.html: anybody measures his own machine, and what is copied can be read."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Watch, until
from tests.e2e.server import StaticSite

VOICE = "fr_FR-pico-x_low"
#: The table as a run fills it.
_FILLED = """() => {
  document.querySelector('#results').hidden = false;
  const row = document.querySelector('#rows').insertRow();
  const cells = ['First sound, a new sentence of 60 characters', '12,345 ms', '1,234–12,345', '50'];
  for (const text of cells) row.insertCell().textContent = text;
}"""
#: Milliseconds; a run takes some seconds.
_LONGEST = 90_000


@pytest.fixture
def bench(page: Page, site: StaticSite) -> Page:
    page.goto(f"{site.url}bench.html?rounds=2&voice={VOICE}")
    expect(page.locator("#start")).to_be_enabled(timeout=30_000)
    return page


@pytest.mark.slow
def test_a_run_gives_sane_results_that_can_be_copied(bench: Page) -> None:
    bench.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert bench.locator("#voice").input_value() == VOICE
    bench.locator("#start").click()
    expect(bench.locator("#state")).to_have_text("Done.", timeout=_LONGEST)

    bench.locator("#copy-json").click()
    expect(bench.locator("#copied")).to_have_text("Copied.")
    report = json.loads(_clipboard(bench))
    assert report["voice"] == VOICE
    assert re.fullmatch(r"[0-9a-f]{12}", report["facts"]["Lectern"])
    found = {result["name"]: result for result in report["results"]}
    fresh = found["First sound, a new sentence of 60 characters"]
    cached = found["First sound, the same sentences cached"]
    assert len(fresh["values"]) == len(cached["values"]) == 2
    assert 0 < cached["median"] < fresh["median"] < 20_000
    assert found["First sound, voice not loaded yet"]["median"] > 0
    assert 0 < found["First sound, 5,000 characters"]["median"] < 20_000
    factors = [one for name, one in found.items() if name.startswith("Real-time factor, ")]
    threads = 1 + bench.evaluate("() => Math.floor(Math.log2(navigator.hardwareConcurrency))")
    assert len(factors) == min(threads, 4)
    assert all(0 < one["median"] < 5 for one in factors)

    bench.locator("#copy-markdown").click()
    until(bench, "async () => (await navigator.clipboard.readText()).startsWith('# ')")
    rows = [line for line in _clipboard(bench).splitlines() if line.startswith("| ")][2:]
    names = [re.split(r"(?<!\\)\|", row)[1].strip() for row in rows]
    assert names == [result["name"] for result in report["results"]]
    shown = bench.locator("#rows tr th").all_inner_texts()
    assert shown == names


def test_a_run_can_be_stopped(bench: Page) -> None:
    bench.locator("#start").click()
    expect(bench.locator("#rows tr")).not_to_have_count(0, timeout=30_000)
    bench.locator("#stop").click()
    expect(bench.locator("#state")).to_contain_text("Stopped")
    expect(bench.locator("#start")).to_be_visible()
    expect(bench.locator("#copy-json")).to_be_enabled()


def test_without_a_clipboard_the_text_is_shown(bench: Page) -> None:
    bench.evaluate(
        "() => Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => "
        "Promise.reject(new Error('no'))}})"
    )
    bench.locator("#start").click()
    expect(bench.locator("#rows tr")).not_to_have_count(0, timeout=30_000)
    bench.locator("#stop").click()
    bench.locator("#copy-json").click()
    expect(bench.locator("#plain")).to_be_visible()
    assert json.loads(bench.locator("#plain").input_value())["voice"] == VOICE


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_it_fits_every_screen(bench: Page, width: int) -> None:
    bench.set_viewport_size({"width": width, "height": 800})
    bench.evaluate(_FILLED)
    wide = bench.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def test_a_voice_that_fails_says_why(page: Page, site: StaticSite, watch: Watch) -> None:
    watch.allow("404", "pico", "Failed to load")
    site.remove(f"models/piper/{VOICE}.onnx")
    page.goto(f"{site.url}bench.html?voice={VOICE}")
    expect(page.locator("#start")).to_be_enabled(timeout=30_000)
    page.locator("#start").click()
    expect(page.locator("#state")).to_contain_text("could not be measured", timeout=30_000)
    assert page.locator("#state").get_attribute("data-problem") is not None


def _clipboard(page: Page) -> str:
    text: str = page.evaluate("() => navigator.clipboard.readText()")
    return text
