"""A collection, the app that knows it, and what is in the browser's stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page

from tests.browser import Watch, open_app, within
from tests.collection import CollectionServer
from tests.e2e.server import StaticSite
from tests.public_api import Failure, failure
from tests.returning import Snapshot

PLAIN, TINY, TRIO = "en_US-plain-medium", "en_US-tiny-medium", "fr_FR-trio-medium"

#: Names and sizes of everything in the origin's private file system.
_FILES = """async () => {
  const found = {};
  const walk = async (folder, path) => {
    for await (const [name, entry] of folder.entries()) {
      if (entry.kind === 'directory') await walk(entry, `${path}${name}/`);
      else found[path + name] = (await entry.getFile()).size;
    }
  };
  await walk(await navigator.storage.getDirectory(), '');
  return found;
}"""
_CHANGE = """async ([path, at]) => {
  const names = path.split('/');
  const name = names.pop();
  let folder = await navigator.storage.getDirectory();
  for (const step of names) folder = await folder.getDirectoryHandle(step);
  const handle = await folder.getFileHandle(name);
  const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
  bytes[at % bytes.length] ^= 1;
  const writable = await handle.createWritable();
  await writable.write(bytes);
  await writable.close();
}"""
_GIVE = """async ([name, model, config]) => {
  const file = async (url, name) => new File([await (await fetch(url)).arrayBuffer()], name);
  const voice = await lectern.installFiles({
    model: await file(model, `${name}.onnx`), config: await file(config, `${name}.onnx.json`),
  });
  return voice.id;
}"""
#: Installs that go on beside the test: ``installs.ID`` is the promise, ``.told`` the progress.
_BEGIN = """(id) => {
  const stop = new AbortController();
  const told = [];
  const over = lectern.install(id, {
    signal: stop.signal, onProgress: (progress) => told.push(progress.loaded),
  }).then(() => 'installed', (error) => (error.name === 'AbortError' ? error.name : error.code));
  window.installs = { ...window.installs, [id]: { stop, told, over } };
}"""


@contextmanager
def laid_out(folder: Path) -> Iterator[tuple[CollectionServer, StaticSite]]:
    """A collection, and a site of the app that was built for it."""
    with CollectionServer() as collection, StaticSite(collection.make_dist(folder)) as site:
        yield collection, site


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CollectionServer, StaticSite]]:
    with laid_out(tmp_path_factory.mktemp("installing") / "dist") as made:
        yield made


@pytest.fixture
def collection(laid: tuple[CollectionServer, StaticSite]) -> Iterator[CollectionServer]:
    """The collection, without faults and with an empty log."""
    found, _ = laid
    found.start()
    found.heal()
    found.forget()
    yield found
    found.heal()


@pytest.fixture
def shop(
    context: BrowserContext,
    watch: Watch,
    laid: tuple[CollectionServer, StaticSite],
    collection: CollectionServer,
    snapshot: Snapshot,
) -> Page:
    """The app, open, in a fresh browser, with nothing asked of the collection yet."""
    watch.allow(r"Failed to load resource")
    snapshot.lay(context, laid[1])
    page = open_app(context.new_page(), laid[1].url)
    assert not collection.requests()
    return page


def ids(page: Page) -> list[str]:
    found: list[str] = page.evaluate("async () => (await lectern.voices()).map(({id}) => id)")
    return found


def install(page: Page, voice_id: str) -> dict[str, Any]:
    found: dict[str, Any] = within(page, "(id) => lectern.install(id)", voice_id, seconds=60)
    return found


def refused(page: Page, voice_id: str) -> Failure:
    """``install`` must fail."""
    return failure(page, "(id) => lectern.install(id)", voice_id)


def begin(page: Page, voice_id: str) -> None:
    page.evaluate(_BEGIN, voice_id)


def outcome(page: Page, voice_id: str) -> str:
    """How an install that was begun ended: "installed", or an error's code or name."""
    found: str = within(page, "(id) => installs[id].over", voice_id, seconds=60)
    return found


def give(page: Page, name: str, model: str, config: str) -> str:
    """``installFiles`` of what lies at these addresses of the site."""
    found: str = within(page, _GIVE, [name, model, config], seconds=60)
    return found


def give_refused(page: Page, name: str, model: str, config: str) -> Failure:
    return failure(page, _GIVE, [name, model, config])


def files(page: Page) -> dict[str, int]:
    """Bytes by path of all that the voice store keeps."""
    found: dict[str, int] = page.evaluate(_FILES)
    return {path: size for path, size in found.items() if path.startswith("lectern-voices/")}


def kept(page: Page) -> set[str]:
    """The voices of which there are files."""
    return {path.split("/")[1] for path in files(page)}


def whole(page: Page, *voice_ids: str) -> None:
    """These voices are kept, and nothing besides."""
    found = files(page)
    wanted = {
        f"lectern-voices/{voice_id}/{name}"
        for voice_id in voice_ids
        for name in (f"{voice_id}.onnx", f"{voice_id}.onnx.json", "voice.json")
    }
    cards = {path for path in found if path.endswith(".MODEL_CARD")}
    assert set(found) - cards == wanted


def flip(page: Page, path: str, at: int) -> None:
    """Turn over one bit of a kept file."""
    page.evaluate(_CHANGE, [f"lectern-voices/{path}", at])


def row(page: Page, voice_id: str) -> Locator:
    return page.locator(f"[data-voice='{voice_id}']")
