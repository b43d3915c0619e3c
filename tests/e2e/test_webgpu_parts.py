"""A Piper voice in parts whose decoder runs on WebGPU, by a software adapter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserType, Page

from tests.browser import Watch, open_app, until, with_webgpu
from tests.e2e.server import StaticSite
from tests.e2e.shelf import Shelf
from tests.oracle import snr
from tests.public_api import Samples, stream

VOICE, SPEAKERS = "en_US-tiny-medium", "fr_FR-trio-medium"
#: Long enough for the smallest window (54 frames, 0.63 s), short enough for SwiftShader.
SENTENCE, ANOTHER = "The little cat sleeps.", "A small dog barks there."
#: Shorter than that.
SHORT, QUICK = "Oh.", 0.4
#: The bound that the app itself trusts a GPU by (backends.py).
LEAST_SNR = 40.0
SECONDS = 170


@pytest.fixture(scope="module")
def gpu_browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """A browser of this module's own: a test takes its GPU away."""
    with with_webgpu(browser_type, browser_type_launch_args) as browser:
        yield browser


@pytest.fixture(scope="module")
def tiny_site(dist: Path) -> Iterator[StaticSite]:
    with StaticSite(dist) as site:
        shelf = Shelf(dist, site)
        for voice in (VOICE, SPEAKERS):
            shelf.add_tiny(voice)
        yield site


@pytest.fixture(scope="module")
def app(gpu_browser: Browser, tiny_site: StaticSite) -> Iterator[Page]:
    """The app where the user asked for WebGPU; the voices are of no build's service worker."""
    context = gpu_browser.new_context(service_workers="block")
    watch = Watch(context)
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    open_app(page, tiny_site.url + "?backend=webgpu")
    if not page.evaluate("async () => !!(await navigator.gpu?.requestAdapter())"):
        pytest.skip("this Chromium has no WebGPU adapter, not even a software one")
    yield page
    context.close()
    watch.check()


def say(page: Page, text: str, **options: Any) -> Samples:
    """One sentence fresh from the model, as float32."""
    pieces = stream(page, text, **{"voiceId": VOICE, **options})
    assert {piece.source for piece in pieces} == {"model"}
    return np.concatenate([piece.samples for piece in pieces])


@pytest.fixture(scope="module")
def wasm(browser: Browser, tiny_site: StaticSite) -> Iterator[Page]:
    """The same voices where everything runs on wasm."""
    context = browser.new_context(service_workers="block")
    yield open_app(context.new_page(), tiny_site.url + "?backend=wasm")
    context.close()


def stats(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("piperDebug.getSessionCacheStats()")
    return found


@pytest.mark.parametrize(
    "options", [{}, {"voiceId": SPEAKERS, "speaker": "bruno"}], ids=["one", "several"]
)
def test_the_decoder_on_webgpu_sounds_like_wasm(
    app: Page, wasm: Page, options: dict[str, Any]
) -> None:
    gpu_made = say(app, SENTENCE, **options)
    wasm_made = say(wasm, SENTENCE, **options)
    assert (stats(app)["backend"], stats(app)["backendReason"]) == (
        "webgpu",
        "asked for: backend=webgpu",
    )
    assert stats(wasm)["backend"] == "wasm"
    assert snr(wasm_made, gpu_made) > LEAST_SNR
    assert not np.array_equal(wasm_made, gpu_made), "wasm made both"


def test_a_sentence_shorter_than_the_smallest_window(app: Page, wasm: Page) -> None:
    short = say(app, SHORT, lengthScale=QUICK)
    assert 0 < len(short) < 54 * 256
    assert np.array_equal(short, say(wasm, SHORT, lengthScale=QUICK))


def test_a_gpu_that_goes_away_is_recovered_from(
    app: Page, wasm: Page, gpu_browser: Browser
) -> None:
    """Its process dies, as with a driver that is reset: the voice goes on, and loads nothing."""
    say(app, SENTENCE, lengthScale=1.1)
    loads = app.evaluate("async () => (await piperDebug.getMetrics()).counters['realm.lost'] ?? 0")
    gpu_browser.new_browser_cdp_session().send("Browser.crashGpuProcess")
    until(
        app,
        """async (before) =>
          ((await piperDebug.getMetrics()).counters['realm.lost'] ?? 0) > before""",
        loads,
    )
    assert VOICE in stats(app)["voices"], "what runs on wasm is still there"
    made = say(app, ANOTHER)
    assert snr(say(wasm, ANOTHER), made) > LEAST_SNR
