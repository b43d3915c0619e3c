"""Installing voices by the public API: from the collection, over cuts, for several tabs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import Watch, open_app, until, within
from tests.collection import CollectionServer, NoRange
from tests.e2e.faults import Cut, Slow, Status
from tests.e2e.installing import (
    PLAIN,
    TRIO,
    begin,
    collection,
    files,
    ids,
    install,
    kept,
    laid,
    outcome,
    refused,
    shop,
    whole,
)
from tests.e2e.server import StaticSite
from tests.public_api import ENGLISH, FRENCH, failure, hold_workers, synthesize

__all__ = ["collection", "laid", "shop"]

Laid = tuple[CollectionServer, StaticSite]


def until_some_came(page: Page, voice_id: str, least: int = 100_000) -> None:
    until(page, f"() => installs['{voice_id}'].told.some((loaded) => loaded > {least})")


def test_from_the_collection_to_sound_and_away_again(
    shop: Page, watch: Watch, collection: CollectionServer
) -> None:
    offered = {voice["id"]: voice for voice in shop.evaluate("lectern.available()")}
    assert offered[TRIO]["installed"] is False
    assert [speaker["name"] for speaker in offered[TRIO]["speakers"]] == [
        "amelie",
        "bruno",
        "claire",
    ]
    found = shop.evaluate(
        """async (id) => {
          const told = [];
          const voice = await lectern.install(id, { onProgress: (p) => told.push(p) });
          return { voice, told };
        }""",
        TRIO,
    )
    assert found["voice"]["source"] == "browser"
    assert found["voice"]["license"] == "CC0"
    total = sum(len(data) for data in collection.voices[TRIO].files().values())
    assert found["told"][-1] == {"loaded": total, "total": total}
    assert watch.found(rf"📥 Loading {TRIO}: 100% \(\d+MB/\d+MB\)")
    assert ids(shop) == [ENGLISH, FRENCH, TRIO]
    whole(shop, TRIO)
    one = synthesize(shop, "Bonjour tout le monde.", voiceId=TRIO, speaker="amelie")
    two = synthesize(shop, "Bonjour tout le monde.", voiceId=TRIO, speaker="claire")
    assert one.sample_rate == 22_050
    assert one.samples.tobytes() != two.samples.tobytes()
    storage = shop.evaluate("lectern.storage()")
    assert storage["voices"].keys() == {TRIO}
    assert storage["bytes"] == sum(files(shop).values())
    shop.evaluate("(id) => lectern.remove(id)", TRIO)
    assert ids(shop) == [ENGLISH, FRENCH]
    assert shop.evaluate("piperDebug.getSessionCacheStats().voices") == []
    assert files(shop) == {}
    gone = failure(shop, "(voiceId) => lectern.synthesize('Bonjour.', { voiceId })", TRIO)
    assert gone.code == "unknown_voice"


def test_what_is_kept_are_the_files_themselves(shop: Page, collection: CollectionServer) -> None:
    install(shop, PLAIN)
    found = shop.evaluate(
        """async (id) => {
          const root = await navigator.storage.getDirectory();
          const voices = await root.getDirectoryHandle('lectern-voices');
          const folder = await voices.getDirectoryHandle(id);
          const hash = async (name) => {
            const file = await (await folder.getFileHandle(name)).getFile();
            const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
            return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('');
          };
          const record = JSON.parse(
            await (await (await folder.getFileHandle('voice.json')).getFile()).text());
          return [await hash(`${id}.onnx`), await hash(`${id}.onnx.json`), record];
        }""",
        PLAIN,
    )
    voice = collection.voices[PLAIN]
    digests = [hashlib.sha256(data).hexdigest() for data in (voice.model, voice.config)]
    assert found[:2] == digests
    record = found[2]["files"]
    assert [record[f"{PLAIN}.{name}"]["sha256"] for name in ("onnx", "onnx.json")] == digests


def test_after_a_reload_it_speaks_without_the_collection(
    shop: Page, collection: CollectionServer
) -> None:
    install(shop, PLAIN)
    collection.stop()
    open_app(shop, shop.url)
    assert PLAIN in ids(shop)
    assert synthesize(shop, "Hello there.", voiceId=PLAIN).seconds > 0.2


def test_without_any_network_it_speaks_in_the_next_browser(
    persistent: Callable[[], BrowserContext],
    laid: Laid,
    collection: CollectionServer,
) -> None:
    page = open_app(persistent().new_page(), laid[1].url)
    install(page, PLAIN)
    expect(page.get_by_text("Ready to work offline.")).to_be_visible(timeout=60_000)
    page.context.close()
    collection.stop()
    laid[1].stop()
    try:
        page = open_app(persistent().new_page(), laid[1].url)
        assert PLAIN in ids(page)
        assert synthesize(page, "Hello there.", voiceId=PLAIN).seconds > 0.2
    finally:
        laid[1].start()


def test_stopped_it_goes_on_where_it_was(shop: Page, collection: CollectionServer) -> None:
    path = collection.path(PLAIN)
    collection.fault(path, Slow(0.2, parts=8), times=1)
    begin(shop, PLAIN)
    until_some_came(shop, PLAIN)
    shop.evaluate("(id) => installs[id].stop.abort()", PLAIN)
    assert outcome(shop, PLAIN) == "AbortError"
    until(shop, "async (id) => (await lectern.storage()).begun[id] > 100_000", PLAIN)
    assert PLAIN not in ids(shop)
    assert install(shop, PLAIN)["id"] == PLAIN
    first, second = collection.requests(path, hop="files")
    assert first.range is None
    assert second.range is not None
    assert int(second.range.removeprefix("bytes=").removesuffix("-")) > 100_000
    assert second.status == 206
    whole(shop, PLAIN)


def test_after_a_reload_it_goes_on_where_it_was(shop: Page, collection: CollectionServer) -> None:
    path = collection.path(PLAIN)
    collection.fault(path, Slow(0.3, parts=8), times=1)
    begin(shop, PLAIN)
    until_some_came(shop, PLAIN)
    open_app(shop, shop.url)
    assert PLAIN not in ids(shop)
    assert shop.evaluate("(id) => lectern.storage().then(({begun}) => begun[id])", PLAIN) > 100_000
    assert install(shop, PLAIN)["id"] == PLAIN
    assert collection.requests(path, hop="files")[-1].status == 206
    whole(shop, PLAIN)
    assert synthesize(shop, "Hello there.", voiceId=PLAIN).seconds > 0.2


def test_cut_at_any_tenth_it_is_whole_in_the_end(shop: Page, collection: CollectionServer) -> None:
    size = len(collection.voices[PLAIN].model)
    for tenth in range(1, 10):
        collection.fault(collection.path(PLAIN), Cut(size * tenth // 10), times=1)
        install(shop, PLAIN)
        whole(shop, PLAIN)
        assert synthesize(shop, f"Table {tenth}.", voiceId=PLAIN).seconds > 0.2
        shop.evaluate("(id) => lectern.remove(id)", PLAIN)


def test_a_server_without_ranges_begins_anew(shop: Page, collection: CollectionServer) -> None:
    path = collection.path(PLAIN)
    collection.fault(path, Cut(300_000), times=1)
    collection.fault(path, NoRange())
    install(shop, PLAIN)
    whole(shop, PLAIN)


def test_the_network_is_asked_on_the_readers_word_only(
    shop: Page, collection: CollectionServer
) -> None:
    shop.get_by_label("Text", exact=True).fill("Hello there.")
    shop.get_by_role("button", name="Play", exact=True).click()
    until(shop, "() => piperDebug.getSessionCacheStats().voiceCount === 1")
    shop.get_by_role("button", name="Voices").click()
    shop.locator("#voice-lists summary").first.click()
    assert failure(shop, "(id) => lectern.speak('Hello.', {voiceId: id}).finished", PLAIN)
    assert not collection.requests()


# -- several tabs -----------------------------------------------------------------------


def second_tab(shop: Page) -> Page:
    return open_app(shop.context.new_page(), shop.url)


def test_two_tabs_fetch_it_once(shop: Page, collection: CollectionServer) -> None:
    other = second_tab(shop)
    path = collection.path(PLAIN)
    hold = collection.hold(path)
    begin(shop, PLAIN)
    assert hold.arrived.wait(30)
    begin(other, PLAIN)
    until(
        other,
        """async (id) => (await navigator.locks.query()).pending.some(
          ({name}) => name === `lectern-voice:${id}`)""",
        PLAIN,
    )
    collection.fault(path, Slow(0.05, parts=8), times=1)
    hold.release()
    assert outcome(shop, PLAIN) == "installed"
    assert outcome(other, PLAIN) == "installed"
    assert len(collection.requests(path, hop="files")) == 1
    assert other.evaluate("(id) => installs[id].told.length", PLAIN) > 1
    for page in (shop, other):
        assert synthesize(page, "Hello there.", voiceId=PLAIN).seconds > 0.2
    whole(shop, PLAIN)


def test_the_second_tab_goes_on_when_the_first_is_closed(
    shop: Page, collection: CollectionServer
) -> None:
    other = second_tab(shop)
    path = collection.path(PLAIN)
    collection.fault(path, Slow(0.4, parts=10), times=1)
    begin(shop, PLAIN)
    until_some_came(shop, PLAIN)
    begin(other, PLAIN)
    shop.close()
    assert outcome(other, PLAIN) == "installed"
    assert collection.requests(path, hop="files")[-1].status == 206
    whole(other, PLAIN)


def test_the_other_tab_has_it_too_and_loses_it_too(
    shop: Page, collection: CollectionServer
) -> None:
    other = second_tab(shop)
    install(shop, PLAIN)
    until(other, "async (id) => (await lectern.voices()).some((v) => v.id === id)", PLAIN)
    assert synthesize(other, "Hello there.", voiceId=PLAIN).seconds > 0.2
    shop.evaluate("(id) => lectern.remove(id)", PLAIN)
    until(other, "async (id) => !(await lectern.voices()).some((v) => v.id === id)", PLAIN)
    until(other, "() => piperDebug.getSessionCacheStats().voiceCount === 0")


# -- the console ------------------------------------------------------------------------


def test_preload_model_installs_what_is_not_here(
    shop: Page, watch: Watch, collection: CollectionServer
) -> None:
    found = within(shop, "(id) => piperDebug.preloadModel(id)", PLAIN, seconds=60)
    assert (found["voiceId"], found["alreadyLoaded"]) == (PLAIN, False)
    assert shop.evaluate("piperDebug.getSessionCacheStats().voices") == [PLAIN]
    assert watch.found(rf"^\[PiperWASM\] 📥 Loading {PLAIN}: 0% \(0MB/0MB\)")
    again = shop.evaluate("(id) => piperDebug.preloadModel(id)", PLAIN)
    assert again["alreadyLoaded"] is True
    nobody = failure(shop, "() => piperDebug.preloadModel('en_US-nobody-medium')")
    assert nobody.code == "unknown_voice"


def test_clear_all_caches_removes_the_voices(shop: Page) -> None:
    install(shop, PLAIN)
    shop.evaluate("() => clearAllCaches()")
    assert ids(shop) == [ENGLISH, FRENCH]
    assert kept(shop) == set()


def test_persistence_is_asked_for(shop: Page) -> None:
    shop.evaluate(
        """() => {
          window.asked = 0;
          StorageManager.prototype.persisted = async () => window.asked > 0;
          StorageManager.prototype.persist = async () => { window.asked += 1; return true; };
        }"""
    )
    install(shop, PLAIN)
    until(shop, "() => window.asked === 1")
    install(shop, TRIO)
    until(shop, "async () => (await lectern.voices()).length === 4")
    assert shop.evaluate("window.asked") == 1


def test_a_worker_that_dies_on_the_way_costs_nothing(
    context: BrowserContext, watch: Watch, laid: Laid, collection: CollectionServer
) -> None:
    page = context.new_page()
    hold_workers(page)
    open_app(page, laid[1].url)
    path = collection.path(PLAIN)
    collection.fault(path, Slow(0.3, parts=10), times=1)
    begin(page, PLAIN)
    until_some_came(page, PLAIN)
    page.evaluate("testWorkers.kill('lectern')")
    assert outcome(page, PLAIN) == "installed"
    assert collection.requests(path, hop="files")[-1].status == 206
    whole(page, PLAIN)


def test_a_passing_fault_is_nobodys_business(shop: Page, collection: CollectionServer) -> None:
    for fault in (Status(503), Status(429), Cut(100)):
        for path in ("voices.json", collection.path(PLAIN), collection.path(PLAIN, "card")):
            collection.fault(path, fault, times=1)
    install(shop, PLAIN)
    whole(shop, PLAIN)
    assert refused(shop, "en_US-nobody-medium").code == "unknown_voice"
