"""The built app on the hosts that people have, with the network and without it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from tests.browser import open_app, until
from tests.e2e.server import StaticSite
from tests.sound import record, recorded, speak

SENTENCE = "The lamp is lit."
STATUS = """() => new Promise(async (resolve) => {
  const {active} = await navigator.serviceWorker.ready;
  const {port1, port2} = new MessageChannel();
  port1.onmessage = ({data}) => resolve(data);
  active.postMessage({type: 'status'}, [port2]);
})"""


def heard(page: Page) -> float:
    """Speak one sentence; the seconds of sound that reached the output."""
    spoken = speak(page, SENTENCE)
    assert (spoken.result, spoken.errors) == ("end", [])
    sound = recorded(page)
    assert sound.level > 0.005
    return sound.seconds


def stored_whole(page: Page) -> None:
    """Wait until everything for a life offline is stored, as happens after the first sound."""
    until(page, f"async () => (await ({STATUS})()).ready", seconds=60)


def check_policy(page: Page) -> None:
    """The policy of the page's <meta> is on the answers that make page and workers."""
    policy = page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")
    assert policy
    assert "unsafe-eval" not in policy.replace("'wasm-unsafe-eval'", "")
    for path in ("app/worker.js", "app/ort_worker.js", "./"):
        sent = page.evaluate(
            "async (p) => (await fetch(p)).headers.get('Content-Security-Policy')", path
        )
        assert sent == " ".join(policy.split()), path


def test_files_json_says_what_is_there(dist: Path) -> None:
    manifest = json.loads((dist / "files.json").read_text(encoding="utf-8"))
    listed = {entry["path"]: entry for entry in manifest["files"]}
    there = {p.relative_to(dist).as_posix() for p in dist.rglob("*") if p.is_file()}
    assert set(listed) == there - {"files.json", "sw.js"}
    for path, entry in listed.items():
        data = (dist / path).read_bytes()
        assert (entry["size"], entry["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    whens = {entry["when"] for entry in manifest["files"]}
    assert whens == {"shell", "engine", "voice", "later", "source"}


def test_no_file_names_another_host_to_load_from(dist: Path) -> None:
    page = (dist / "index.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert 'href="http' not in page.replace('<a href="http', "")
    assert 'href="/' not in page
    assert 'src="/' not in page


def test_under_a_sub_path(page: Page, dist: Path, make_site: Callable[..., StaticSite]) -> None:
    site = make_site(dist, mount="/some where/else/")
    record(page)
    open_app(page, site.url)
    assert heard(page) > 0.4
    # The site's settings may be missing.
    assert {hit.path for hit in site.hits() if hit.status >= 400} <= {"lectern.json"}
    scope = page.evaluate("async () => (await navigator.serviceWorker.ready).scope")
    assert urlsplit(scope).path == "/some%20where/else/"


def test_on_a_host_without_isolation_headers(
    page: Page, dist: Path, make_site: Callable[..., StaticSite]
) -> None:
    site = make_site(dist, isolation=False)
    record(page)
    open_app(page, site.url)
    assert not page.evaluate("crossOriginIsolated")
    assert heard(page) > 0.4
    assert page.evaluate("piperDebug.getSessionCacheStats().threads") == 1
    stored_whole(page)
    assert not page.evaluate("crossOriginIsolated"), "the page was reloaded by itself"
    assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "navigate"
    open_app(page, site.url + "?threads=2")
    assert page.evaluate("crossOriginIsolated")
    assert heard(page) > 0.4
    assert page.evaluate("piperDebug.getSessionCacheStats().threads") == 2
    check_policy(page)


def test_offline_after_the_first_visit_and_in_a_new_browser(
    persistent: Callable[[], BrowserContext], site: StaticSite
) -> None:
    first = persistent()
    page = first.new_page()
    open_app(page, site.url)
    assert speak(page, SENTENCE).result == "end"
    stored_whole(page)
    site.stop()
    site.forget()
    record(page)
    open_app(page, site.url)
    assert page.evaluate("crossOriginIsolated")
    assert heard(page) > 0.4
    # A sentence that no cache has, with a voice that was not used yet.
    assert speak(page, "Bonjour, il fait beau.", voiceId="fr_FR-pico-x_low").result == "end"
    first.close()
    page = persistent().new_page()
    record(page)
    open_app(page, site.url)
    assert heard(page) > 0.4
    assert speak(page, "Nothing of this was heard before.").result == "end"
    site.start()
    assert site.count() == 0
