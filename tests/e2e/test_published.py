"""A text that the site has published is heard by its first visitor without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests import pdfs
from tests.browser import Watch, open_app, until, within
from tests.e2e.server import StaticSite
from tests.e2e.test_documents import BOOK, drop, listen
from tests.e2e.test_page import reading
from tests.oracle import likeness, snr
from tests.packed import packed_dist, preloaded_dist
from tests.public_api import ENGLISH, Piece, level, stream, synthesize
from tools.build.paths import LAYOUT
from tools.build.preload import read_list

TEXT = "The lamp was warm. Nobody had lived there for a hundred years! She called, and waited."
#: Of web/phrases, in two styles.
CATEGORY = "greetings"
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


def joined(pieces: list[Piece], number: int) -> Piece:
    """All of a sentence; its words come with the first of its pieces."""
    parts = [piece for piece in pieces if piece.sentence == number]
    assert [piece.last for piece in parts] == [False] * (len(parts) - 1) + [True]
    return replace(parts[0], samples=np.concatenate([piece.samples for piece in parts]))


def counters(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = within(page, "async () => (await piperDebug.getMetrics()).counters")
    return found


def test_the_first_visitor_hears_it_without_a_model(
    published: Path, visitor: Page, make_site: Callable[..., StaticSite]
) -> None:
    site = make_site(published)
    page = open_app(visitor, site.url)
    pieces = stream(page, TEXT, voiceId=ENGLISH)
    assert {piece.source for piece in pieces} == {"published"}
    got = [joined(pieces, number) for number in range(3)]
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
        ready, spoken = got[number], joined(true, number)
        model = spoken.samples
        assert len(ready.samples) == len(model)
        assert likeness(model, ready.samples, ready.sampleRate) > 0.95
        assert level(ready.samples) == pytest.approx(level(model), rel=0.1)
        assert snr(model, ready.samples) > 10  # a sample beside it it would be far less
        assert ready.words == spoken.words


def test_a_reader_of_it_hears_it_without_a_model(
    published: Path, visitor: Page, make_site: Callable[..., StaticSite]
) -> None:
    """In the page, which else gets the voice ready as soon as there is a text."""
    site = make_site(published)
    page = open_app(visitor, site.url)
    page.locator("#text").fill(TEXT)
    page.locator("#play").hover()
    page.locator("#play").click()
    until(page, "() => document.getElementById('bar').dataset.state === 'speaking'")
    until(page, "() => document.getElementById('bar').dataset.state === 'idle'", seconds=60)
    assert counters(page)["cache.published.hit"] >= 3
    assert not [path for path in site.paths() if path.endswith(".onnx")]
    assert page.evaluate("() => piperDebug.getSessionCacheStats().voiceCount") == 0
    # Another text needs the voice, which is got ready before anybody presses Play.
    page.locator("#home").click()
    page.locator("#text").fill(OTHER)
    until(page, "() => piperDebug.getSessionCacheStats().voiceCount === 1", seconds=60)


def paper() -> bytes:
    """Lines that go on on the next page, under a running head."""
    head = pdfs.Run(72, 50, "Proceedings of the Lamp Society", 9)
    lines = [
        ("The house had a", "lamp. It was warm and"),
        ("quiet. Nobody came.", "She put the lamp"),
        ("on the table. It was", "late by then."),
    ]
    pages = [[head, pdfs.Run(72, 120, first), pdfs.Run(72, 134, second)] for first, second in lines]
    return pdfs.make(pages, title="The house")


@pytest.mark.parametrize(
    ("name", "data", "shown", "sentences"),
    [("road.epub", BOOK, "The house stood open.", 7), ("paper.pdf", paper(), "Nobody came.", 5)],
)
def test_a_reader_of_a_published_book_hears_it_without_a_model(
    visitor: Page,
    make_site: Callable[..., StaticSite],
    tmp_path: Path,
    name: str,
    data: bytes,
    shown: str,
    sentences: int,
) -> None:
    """With headings, a quotation, and a note that is skipped: what is cut and said is the same."""
    folder, said = packed_dist(tmp_path, data, ENGLISH, name=name)
    assert f"{sentences} sentences: {sentences} rendered" in said
    site = make_site(folder)
    page = open_app(visitor, site.url)
    drop(page, name, data)
    expect(reading(page)).to_contain_text(shown, timeout=30_000)
    page.locator("#voice").select_option(ENGLISH)
    page.locator("#speed").select_option("4")
    listen(page)
    page.locator("#play").click()
    until(page, "() => document.getElementById('bar').dataset.state === 'speaking'")
    until(page, "() => document.getElementById('bar').dataset.state === 'idle'", seconds=60)
    assert len(page.evaluate("window.heard")) == sentences
    assert counters(page)["cache.published.hit"] == sentences
    assert not [path for path in site.paths() if path.endswith(".onnx")]


def test_a_beginning_and_its_rest_are_the_whole(
    published: Path, visitor: Page, make_site: Callable[..., StaticSite]
) -> None:
    page = open_app(visitor, make_site(published).url)
    long = "Nobody had lived there for a hundred years!"
    first, rest = stream(page, long, voiceId=ENGLISH)
    assert (first.source, first.last) == ("published", False)
    assert (rest.source, rest.last) == ("published", True)
    assert first.seconds == pytest.approx(0.3)
    within(page, "() => clearAudioCache()")
    whole = synthesize(page, long, voiceId=ENGLISH)  # nobody waits: decoded in one go
    assert counters(page)["cache.published.hit"] == 2
    assert np.array_equal(np.concatenate([first.samples, rest.samples]), whole.samples)


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


def test_phrases_that_were_preloaded_are_heard_without_a_model(
    visitor: Page, make_site: Callable[..., StaticSite], tmp_path: Path
) -> None:
    folder, report = preloaded_dist(tmp_path, ENGLISH, CATEGORY)
    [category] = [one for one in read_list(LAYOUT.web / "phrases", "en") if one.name == CATEGORY]
    made = len(category.phrases) * len(category.styles)
    assert report.pop("ms") > 0
    assert report == {
        "voiceId": ENGLISH,
        "language": "en",
        "categories": [CATEGORY],
        "styles": list(category.styles),
        "requested": made,
        "failed": 0,
    }
    site = make_site(folder)
    page = open_app(visitor, site.url)
    for style in category.styles:
        pieces = stream(page, category.phrases[-1], voiceId=ENGLISH, style=style)
        assert {piece.source for piece in pieces} == {"published"}
        assert level(joined(pieces, 0).samples) > 0.01
    assert not [path for path in site.paths() if path.endswith(".onnx")]
    # Each phrase in each style; two of them may sound alike.
    sounds = list((folder / "audio").glob("??/*.opus"))
    assert len(category.phrases) < len(sounds) <= made
    assert len(list((folder / "audio" / "documents").iterdir())) == len(category.styles)
