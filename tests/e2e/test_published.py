"""A text that the site has published is heard by its first visitor without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Watch, open_app, within
from tests.e2e.server import StaticSite
from tests.oracle import likeness, snr
from tests.packed import packed_dist
from tests.public_api import ENGLISH, level, stream

TEXT = "The lamp was warm. Nobody had lived there for a hundred years! She called, and waited."
OTHER = "This one was packed by nobody."


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built app with one packed text."""
    folder, said = packed_dist(tmp_path_factory.mktemp("checkout"), TEXT, ENGLISH)
    assert "3 sentences: 3 rendered" in said
    return folder


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A page of somebody who was never here; no service worker stores voices unasked."""
    context = browser.new_context(service_workers="block")
    watch = Watch(context)
    # With the sounds gone it goes on; that is the browser's own line.
    watch.allow("404")
    yield context.new_page()
    context.close()
    watch.check()


def counters(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = within(page, "async () => (await piperDebug.getMetrics()).counters")
    return found


def test_the_first_visitor_hears_it_without_a_model(
    published: Path, visitor: Page, make_site: Callable[..., StaticSite]
) -> None:
    site = make_site(published)
    page = open_app(visitor, site.url)
    got = stream(page, TEXT, voiceId=ENGLISH)
    assert [piece.source for piece in got] == ["published"] * 3
    assert not [path for path in site.paths() if path.endswith(".onnx")]
    sounds = [path for path in site.paths() if path.endswith(".opus")]
    assert len(sounds) == len(set(sounds)) == 3
    assert site.count("audio/index.json") == 1
    assert counters(page)["cache.published.hit"] == 3
    for piece in got:
        words = [TEXT[int(word["start"]) : int(word["end"])] for word in piece.words]
        assert words == piece.text.replace(".", "").replace(",", "").replace("!", "").split()
        assert all(word["time"] + word["duration"] <= piece.seconds for word in piece.words)
    # The same voice with everything forgotten and nothing published any more: the model.
    for path in sounds:
        site.remove(path)
    within(page, "() => clearAudioCache()")
    true = stream(page, TEXT, voiceId=ENGLISH)
    assert {piece.source for piece in true} == {"model"}
    for number in range(3):
        ready = [piece for piece in got if piece.sentence == number]
        spoken = [piece for piece in true if piece.sentence == number]
        model = np.concatenate([piece.samples for piece in spoken])
        assert len(ready[0].samples) == len(model)
        assert likeness(model, ready[0].samples, ready[0].sampleRate) > 0.95
        assert level(ready[0].samples) == pytest.approx(level(model), rel=0.1)
        assert snr(model, ready[0].samples) > 10  # a sample beside it it would be far less
        assert ready[0].words == spoken[0].words


def test_what_is_not_published_is_asked_of_nobody(
    published: Path, visitor: Page, make_site: Callable[..., StaticSite]
) -> None:
    site = make_site(published)
    page = open_app(visitor, site.url)
    assert {piece.source for piece in stream(page, OTHER, voiceId=ENGLISH)} == {"model"}
    asked = [path for path in site.paths() if path.startswith("audio/")]
    assert asked == ["audio/index.json"]


def test_the_service_worker_passes_it_on_and_stores_none_of_it(
    published: Path, page: Page, make_site: Callable[..., StaticSite]
) -> None:
    site = make_site(published)
    open_app(page, site.url)
    within(page, "() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    within(page, "() => window.lectern.ready", seconds=60)
    assert page.evaluate("() => navigator.serviceWorker.controller !== null")
    assert {piece.source for piece in stream(page, TEXT, voiceId=ENGLISH)} == {"published"}
    stored = within(
        page,
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            for (const { url } of await (await caches.open(name)).keys()) found.push(url);
          }
          return found.filter((url) => /\\.opus$|audio\\/documents/.test(url));
        }""",
    )
    assert stored == []
