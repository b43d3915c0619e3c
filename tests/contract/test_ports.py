"""Fakes and real adapters keep the same contracts: what a test on fakes shows holds outside."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests import pdfs
from tests.browser import Watch
from tests.contract import article_contracts as _article_contracts  # noqa: F401
from tests.contract import file_contracts
from tests.contract import inference_contracts as _inference_contracts  # noqa: F401
from tests.contract.contracts import CONTRACTS, World
from tests.e2e.server import StaticSite
from tests.fake_documents import FakeArticles, FakePdf
from tests.fakes import (
    FakeCodecs,
    FakeInference,
    FakePhonemizer,
    FakePublished,
    FakeStore,
    FakeVoiceFiles,
    Gate,
    voice_json,
)
from tools.build import pack_opus

HERE = Path(__file__).resolve().parent
JS = HERE.parent / "js"
BROKEN = "en_US-broken-x_low"
PAGE = """<!doctype html><meta charset="utf-8"><title>Contracts</title>
<link rel="icon" href="data:,"><script type="module" src="js/contract_page.js"></script>"""

#: Of the folder, for file_contracts.py.
SOUND = (np.sin(np.arange(file_contracts.SAMPLES) / 6) * 9000).astype("<i2").tobytes()
OPUS = pack_opus.encode(SOUND, 16_000)
LINES = ["The lamp is lit.", "A page lies open.", "Good night."]
PAPER = pdfs.make([[pdfs.Run(72, 120, line)] for line in LINES], title="A Paper")
#: What host/pdf.js makes of it.
ITEMS = {
    "pages": [
        {"width": 595, "height": 842, "items": [[line, 72, 109, 80, 11, "Helvetica", 11]]}
        for line in LINES
    ],
    "outline": [],
    "title": "A Paper",
    "author": "",
    "language": "",
}


# -- fakes -----------------------------------------------------------------------


def fake_world() -> World:
    model = b"no model at all"
    inference = FakeInference(unreadable={hashlib.sha256(model).hexdigest()}, gate=Gate())
    files = FakeVoiceFiles()
    files.voices[BROKEN] = (voice_json(), model)

    published = FakePublished()
    published.files = {file_contracts.SOUND: OPUS, file_contracts.PAPER: PAPER}
    published.sounds = {OPUS: SOUND}

    async def kill(realm: int) -> None:
        inference.kill(realm)

    return World(
        inference=inference,
        phonemizer=FakePhonemizer(),
        store=FakeStore(),
        files=files,
        articles=FakeArticles(),
        codecs=FakeCodecs("opus", "lossless"),
        published=published,
        pdf=FakePdf(json.dumps(ITEMS), PAPER),
        voice="en_US-one-x_low",
        broken=BROKEN,
        kill=kill,
    )


@pytest.mark.parametrize("name", CONTRACTS)
def test_fakes_keep(name: str) -> None:
    async def scenario() -> None:
        await CONTRACTS[name](fake_world())

    # In a thread of its own: Playwright's sync API has a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, scenario()).result()


# -- adapters --------------------------------------------------------------------


@pytest.fixture(scope="module")
def contract_page(browser: Browser, dist: Path) -> Iterator[Page]:
    """A page whose worker has the real adapters and the contracts in Pyodide."""
    with StaticSite(dist) as site:
        site.put("contract.html", PAGE)
        for name in ("contract_page.js", "contract_worker.js"):
            site.put(f"js/{name}", JS / name)
        for name in (
            "contracts.py",
            "article_contracts.py",
            "file_contracts.py",
            "inference_contracts.py",
            "in_browser.py",
        ):
            site.put(f"contract/{name}", HERE / name)
        site.put(file_contracts.SOUND, OPUS)
        site.put(file_contracts.PAPER, PAPER)
        site.put(f"models/piper/{BROKEN}.onnx", b"no model at all" * 1000)
        context = browser.new_context()
        watch = Watch(context)
        watch.allow("404.*nobody", "onnxruntime|ERROR_CODE|Failed to load model")
        page = context.new_page()
        page.goto(site.url + "contract.html")
        page.wait_for_function("() => window.contracts")
        page.evaluate(
            "([voice, broken]) => contracts.boot(voice, broken)", ["en_US-rms-x_low", BROKEN]
        )
        yield page
        context.close()
        watch.check()


@pytest.mark.parametrize("name", CONTRACTS)
def test_adapters_keep(name: str, contract_page: Page) -> None:
    failure = contract_page.evaluate("(name) => contracts.run(name)", name)
    assert not failure, failure
