"""Fakes and real adapters of stored voices keep the same contracts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Watch
from tests.contract.voice_contracts import VOICE_CONTRACTS, VoiceWorld, content
from tests.e2e.server import StaticSite
from tests.fake_voices import FakeDownloads, FakeVoiceStore
from tests.fakes import FakeVoiceFiles

HERE = Path(__file__).resolve().parent
JS = HERE.parent / "js"
PAGE = """<!doctype html><meta charset="utf-8"><title>Contracts</title>
<link rel="icon" href="data:,">"""
START = """async (options) => {
  const worker = new Worker('js/voice_contract_worker.js', {type: 'module'});
  const waiting = new Map();
  let lastId = 0;
  worker.onmessage = ({data}) => waiting.get(data.id)(data.value);
  const ask = (message) => new Promise((resolve) => {
    waiting.set(++lastId, resolve);
    worker.postMessage({id: lastId, ...message});
  });
  window.contract = (name) => ask({type: 'run', name});
  return ask({type: 'boot', base: new URL('.', document.baseURI).href, ...options});
}"""


@pytest.mark.parametrize("name", VOICE_CONTRACTS)
def test_fakes_keep(name: str) -> None:
    files = FakeVoiceFiles()
    store = FakeVoiceStore(files)
    url = "https://site.test/file"
    downloads = FakeDownloads(store, {url: content()})
    downloads.nowhere = "https://nobody.test/"
    world = VoiceWorld(store, downloads, files, url, downloads.nowhere)

    async def scenario() -> None:
        await VOICE_CONTRACTS[name](world)

    # In a thread of its own: Playwright's sync API has a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, scenario()).result()


PLACES = {
    "opfs": {"place": "opfs", "moves": True},
    "opfs-without-move": {"place": "opfs", "moves": False},
    "idb": {"place": "idb", "moves": True},
}


@pytest.fixture(scope="module", params=PLACES)
def contract_page(request: pytest.FixtureRequest, browser: Browser, dist: Path) -> Iterator[Page]:
    with StaticSite(dist) as site:
        site.put("contract.html", PAGE)
        site.put("voice.bin", content())
        site.put("js/voice_contract_worker.js", JS / "voice_contract_worker.js")
        for name in ("voice_contracts.py", "voices_in_browser.py"):
            site.put(f"contract/{name}", HERE / name)
        context = browser.new_context()
        watch = Watch(context)
        watch.allow("404|416", "ERR_CONNECTION_REFUSED|ERR_UNSAFE_PORT")
        page = context.new_page()
        page.goto(site.url + "contract.html")
        options = {**PLACES[request.param], "url": f"{site.url}voice.bin"}
        failure = page.evaluate(START, {**options, "nowhere": "http://127.0.0.1:9/nobody"})
        assert not failure, failure
        yield page
        context.close()
        watch.check()


@pytest.mark.parametrize("name", VOICE_CONTRACTS)
def test_adapters_keep(name: str, contract_page: Page) -> None:
    failure = contract_page.evaluate("(name) => window.contract(name)", name)
    assert not failure, failure
