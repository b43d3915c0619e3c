"""Languages of the phonemizer without a network: stored when they were used, and not before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser import open_app, until, within
from tests.collection import CollectionServer, CollectionVoice, default_voices
from tests.e2e import tiny
from tests.e2e.server import StaticSite
from tests.e2e.test_hosting import stored_whole

GERMAN = "wasm/espeak/lang/de.data"
RUSSIAN = "wasm/espeak/lang/ru.data"
LANGUAGES = {GERMAN: (b"Hallo", "later"), RUSSIAN: ("Привет".encode(), "later")}
STORED = "async () => ((await offline.status()) ?? {later: []}).later.sort()"


@pytest.fixture
def host(make_site: Callable[..., StaticSite]) -> StaticSite:
    """The tiny app with two languages."""
    site = make_site(isolation=False)
    tiny.release(site, "v1", LANGUAGES)
    return site


def test_a_language_is_not_fetched_unasked(page: Page, host: StaticSite) -> None:
    tiny.visit(page, host)
    assert tiny.store_all(page, webgpu=True)
    assert page.evaluate(STORED) == sorted([tiny.NUMPY, tiny.WEBGPU])
    assert host.count(GERMAN) == 0


def test_a_language_that_a_page_fetched_is_there_offline(page: Page, host: StaticSite) -> None:
    tiny.visit(page, host)
    tiny.settle(page)
    assert tiny.get(page, GERMAN)["text"] == "Hallo"
    until(page, f"async () => (await ({STORED})()).includes('{GERMAN}')")
    host.stop()
    assert tiny.get(page, GERMAN)["text"] == "Hallo"


def test_on_the_first_visit_it_is_stored_when_the_page_says_so(
    page: Page, host: StaticSite
) -> None:
    tiny.visit(page, host)
    within(page, "(paths) => offline.keep(paths)", [GERMAN, "no/such.file"])
    assert page.evaluate(STORED) == [GERMAN]
    host.stop()
    tiny.settle(page)
    assert tiny.get(page, GERMAN)["text"] == "Hallo"


def test_keeping_before_the_service_worker_is_there_waits_for_it(
    page: Page, host: StaticSite
) -> None:
    hold = host.hold(tiny.WASM)  # so that it is still installing
    page.goto(host.url)
    page.wait_for_function("() => window.offline")
    page.evaluate("(path) => void (window.kept = offline.keep([path]))", GERMAN)
    assert hold.arrived.wait(30)
    assert host.count(GERMAN) == 0
    hold.release()
    within(page, "() => window.kept")
    assert page.evaluate(STORED) == [GERMAN]


def test_an_update_brings_the_languages_that_are_in_use(page: Page, host: StaticSite) -> None:
    tiny.visit(page, host)
    within(page, "(paths) => offline.keep(paths)", [GERMAN])
    tiny.settle(page)
    tiny.release(host, "v2", {**LANGUAGES, GERMAN: (b"Guten Tag", "later")})
    host.forget()
    assert tiny.find_update(page) == "installed"
    assert (host.count(GERMAN), host.count(RUSSIAN)) == (1, 0)
    page.wait_for_function("() => offline.update")
    with page.expect_navigation():
        page.evaluate("() => void offline.applyUpdate()")
    page.wait_for_function("() => window.version === 'v2'")
    host.stop()
    assert tiny.get(page, GERMAN)["text"] == "Guten Tag"


def test_a_language_that_is_broken_on_the_host_does_not_hold_an_update_up(
    page: Page, host: StaticSite
) -> None:
    tiny.visit(page, host)
    within(page, "(paths) => offline.keep(paths)", [GERMAN])
    tiny.settle(page)
    tiny.release(host, "v2", {**LANGUAGES, GERMAN: (b"Guten Tag", "later")})
    host.remove(GERMAN)
    assert tiny.find_update(page) == "installed"


def german_voice() -> CollectionVoice:
    """The French voice with German phonemes: what it says is of no matter."""
    french = next(voice for voice in default_voices() if voice.id == "fr_FR-copie-x_low")
    config = json.loads(french.config)
    config["espeak"]["voice"] = "de"
    config["language"] = {"code": "de_DE", "name_english": "German", "country_english": "Germany"}
    return CollectionVoice("de_DE-kopie-x_low", french.model, json.dumps(config).encode())


SPEAK = """async (text) => {
  const parts = [];
  for await (const piece of lectern.stream(text, {voiceId: 'de_DE-kopie-x_low'})) {
    parts.push(piece.samples.length);
  }
  return parts.reduce((sum, count) => sum + count, 0);
}"""


def test_a_voice_installed_on_the_first_visit_speaks_offline_afterwards(
    context: BrowserContext, page: Page, make_site: Callable[..., StaticSite], tmp_path: Path
) -> None:
    with CollectionServer([german_voice()]) as collection:
        site = make_site(collection.make_dist(tmp_path / "dist"), isolation=False)
        open_app(page, site.url)
        assert not page.evaluate("Boolean(navigator.serviceWorker.controller)")
        within(page, "() => lectern.install('de_DE-kopie-x_low')", seconds=60)
        assert within(page, SPEAK, "Zwölf Boxkämpfer.", seconds=60) > 8000
        until(
            page,
            f"async () => Boolean(await caches.match(new URL('{GERMAN}', location.href).href))",
            seconds=60,
        )
        stored_whole(page)
    page.close()
    site.stop()
    again = open_app(context.new_page(), site.url)
    assert within(again, SPEAK, "Ein anderer Satz, den noch keiner hörte.", seconds=60) > 8000
