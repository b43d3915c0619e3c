"""WebGPU by a software adapter: the same sound when asked for, refused when not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import open_app
from tests.e2e.server import StaticSite
from tests.oracle import snr
from tests.public_api import ENGLISH, open_blank, synthesize

#: The bound that the app itself trusts a GPU by (backends.py).
LEAST_SNR = 40.0
WEBGPU_WASM = "wasm/ort/ort-wasm-simd-threaded.asyncify.wasm"
SENTENCE = "Hello there."
#: SwiftShader is about 90 times slower than wasm: a short sound is enough.
QUICK = 0.25


@pytest.fixture
def software_gpu(webgpu_page: Page, site: StaticSite) -> Page:
    """A page that has a software adapter, or a reason not to test with it."""
    open_blank(webgpu_page, site)
    fallback = webgpu_page.evaluate(
        """async () => {
          const adapter = await navigator.gpu?.requestAdapter();
          return adapter ? Boolean(adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter)
                         : null;
        }"""
    )
    if fallback is None:
        pytest.skip("this Chromium has no WebGPU adapter, not even a software one")
    assert fallback, "a real adapter: this test is about the software one"
    return webgpu_page


def test_webgpu_gives_the_sound_of_wasm(software_gpu: Page, site: StaticSite) -> None:
    page = software_gpu
    page.set_default_timeout(180_000)
    open_app(page, site.url + "?backend=webgpu")
    gpu = synthesize(page, SENTENCE, voiceId=ENGLISH, lengthScale=QUICK)
    stats = page.evaluate("piperDebug.getSessionCacheStats()")
    assert stats["backend"] == "webgpu"
    assert stats["backendReason"].startswith("asked for: backend=webgpu; ")
    assert site.count(WEBGPU_WASM) >= 1  # the service worker stores it too
    assert page.evaluate("async () => (await piperDebug.trace()).at(-1).source") == "model"
    page.evaluate("() => clearAudioCache()")
    open_app(page, site.url + "?backend=wasm")
    wasm = synthesize(page, SENTENCE, voiceId=ENGLISH, lengthScale=QUICK)
    assert page.evaluate("async () => (await piperDebug.trace()).at(-1).source") == "model"
    assert page.evaluate("piperDebug.getSessionCacheStats().backend") == "wasm"
    assert snr(wasm.samples, gpu.samples) > LEAST_SNR


def test_a_software_adapter_is_refused(software_gpu: Page, site: StaticSite) -> None:
    page = software_gpu
    open_app(page, site.url)
    assert synthesize(page, SENTENCE, voiceId=ENGLISH).level > 0.005
    page.wait_for_function(
        "() => /software/.test(piperDebug.getSessionCacheStats().backendReason)", timeout=90_000
    )
    stats = page.evaluate("piperDebug.getSessionCacheStats()")
    assert stats["backend"] == "wasm"
    assert site.count(WEBGPU_WASM) == 0, "nothing is loaded for an adapter that is refused"
