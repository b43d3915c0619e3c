"""A browser that was here before: Python boots from a memory snapshot in a fresh context.

The snapshot is made by the app itself, once a run, and laid into the stores of the contexts
that ask for it. A boot takes a quarter of the time then; what a first visit does differently
is for the tests of first visits.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import Watch, open_app, within
from tests.e2e.server import StaticSite

_BYTES = "test/snapshot.data"
_BLANK = "test/blank.html"
_BLANK_PAGE = '<!doctype html><title>Blank</title><link rel="icon" href="data:,">'

_STORE = """
  const {SnapshotStore} = await import(`${base}js/host/snapshot.js`);
  const {BUILD} = await import(`${base}vendor/build_info.js`);
  const store = new SnapshotStore(BUILD.snapshotKey);
"""
_READ = f"""async (base) => {{
  {_STORE}
  let bytes = null;
  while (!(bytes = await store.read())) await new Promise((tick) => setTimeout(tick, 50));
  const reader = new FileReader();
  reader.readAsDataURL(new Blob([bytes]));
  await new Promise((done) => reader.addEventListener('load', done));
  return [store.key, reader.result.slice(reader.result.indexOf(',') + 1)];
}}"""
_WRITE = f"""async ([base, path, key]) => {{
  {_STORE}
  if (store.key !== key) throw new Error(`This is ${{store.key}}, not ${{key}}.`);
  const response = await fetch(base + path);
  await store.write(new Uint8Array(await response.arrayBuffer()));
}}"""


@dataclass(frozen=True)
class Snapshot:
    """Python's memory after a boot, as the app stores it."""

    key: str  # of the build and the browser that it is good for
    data: bytes

    @classmethod
    def made(cls, browser: Browser, site: StaticSite) -> Snapshot:
        """That of a first visit to ``site``, when it has been written in idle time."""
        context = browser.new_context()
        page = open_app(context.new_page(), site.url)
        key, data = within(page, _READ, site.url, seconds=60)
        context.close()
        return cls(key, base64.b64decode(data))

    def lay(self, context: BrowserContext, site: StaticSite) -> None:
        """Into the store of ``context`` for ``site``; nothing else of a visit is there."""
        site.put(_BYTES, self.data)
        site.put(_BLANK, _BLANK_PAGE)
        page = context.new_page()
        page.goto(site.url + _BLANK)
        within(page, _WRITE, [site.url, _BYTES, self.key])
        page.close()
        site.restore(_BYTES)
        site.restore(_BLANK)
        site.forget()


@pytest.fixture(scope="session")
def snapshot(browser: Browser, dist: Path) -> Snapshot:
    """For the contexts in which the app is not opened for the first time."""
    with StaticSite(dist) as site:
        return Snapshot.made(browser, site)


@pytest.fixture
def returning(context: BrowserContext, site: StaticSite, snapshot: Snapshot) -> None:
    """The app was open in this test's browser before."""
    snapshot.lay(context, site)


@pytest.fixture
def app(page: Page, site: StaticSite, returning: None) -> Page:
    """The app, open and ready to speak; not its first visit."""
    return open_app(page, site.url)


@pytest.fixture(scope="module")
def shared_app(browser: Browser, dist: Path, snapshot: Snapshot) -> Iterator[Page]:
    """One ready app for the tests of a module that leave it as they found it."""
    with StaticSite(dist) as site:
        context = browser.new_context()
        watch = Watch(context)
        snapshot.lay(context, site)
        yield open_app(context.new_page(), site.url)
        context.close()
        watch.check()
