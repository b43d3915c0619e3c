"""The service worker: stored whole, served without a network, never two versions at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import Watch, until
from tests.e2e import tiny
from tests.e2e.faults import Cut, Flip, NoLength, Replace, Status
from tests.e2e.server import StaticSite

CACHED_VOICES = "async () => (await (await caches.open('lectern-voices')).keys()).map((r) => r.url)"
SHELLS = "async () => (await caches.keys()).filter((name) => name.startsWith('lectern-shell-'))"


@pytest.fixture
def host(make_site: Callable[..., StaticSite]) -> StaticSite:
    """Version v1 of the tiny app on a host that sends no isolation headers."""
    site = make_site(isolation=False)
    tiny.release(site, "v1")
    return site


@pytest.fixture
def installed(page: Page, host: StaticSite) -> Page:
    """The tiny app, everything stored, served by its service worker."""
    tiny.visit(page, host)
    assert tiny.store_all(page)
    tiny.settle(page)
    return page


def shell_requests(host: StaticSite) -> list[str]:
    """What was asked for beside the browser's own update checks."""
    return [path for path in host.paths() if path != "sw.js"]


# -- without a network -----------------------------------------------------------------


def test_first_visit_is_neither_reloaded_nor_taken_over(page: Page, host: StaticSite) -> None:
    tiny.visit(page, host)
    assert tiny.store_all(page)
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
    assert len([hit for hit in host.hits("") if hit.status == 200]) == 1
    assert not page.evaluate("Boolean(navigator.serviceWorker.controller)")
    assert not page.evaluate("crossOriginIsolated")


def test_next_visit_is_isolated_and_asks_for_nothing(page: Page, host: StaticSite) -> None:
    tiny.visit(page, host)
    tiny.store_all(page)
    host.forget()
    tiny.settle(page)
    assert page.evaluate("crossOriginIsolated")
    answer = tiny.in_worker(page)
    assert answer == {"version": "v1", "evaluated": False, "isolated": True}
    assert tiny.get(page, tiny.MODEL)["status"] == 200
    assert shell_requests(host) == []


def test_works_with_the_server_killed(installed: Page, host: StaticSite) -> None:
    host.stop()
    host.forget()
    installed.goto(host.url + "?text=hello#top")
    assert installed.evaluate("version") == "v1"
    assert tiny.in_worker(installed)["version"] == "v1"
    assert tiny.get(installed, tiny.MODEL)["status"] == 200
    installed.goto(host.url + "index.html")
    assert installed.evaluate("version") == "v1"
    installed.wait_for_function("() => offline.ready")
    assert host.count() == 0


def test_works_in_a_new_browser_process(
    persistent: Callable[[], BrowserContext], host: StaticSite
) -> None:
    first = persistent()
    page = first.new_page()
    tiny.visit(page, host)
    tiny.store_all(page)
    first.close()
    host.stop()
    page = persistent().new_page()
    page.goto(host.url)
    assert tiny.in_worker(page)["version"] == "v1"
    assert tiny.get(page, tiny.MODEL)["status"] == 200
    page.wait_for_function("() => offline.ready")


def test_ready_only_when_the_voices_are_here_too(page: Page, host: StaticSite) -> None:
    tiny.visit(page, host)
    status = page.evaluate("offline.status()")
    assert status["shellComplete"]
    assert (status["voices"], status["ready"]) == ([], False)
    assert not page.evaluate("offline.ready")
    tiny.store_all(page)
    status = page.evaluate("offline.status()")
    assert sorted(status["voices"]) == [tiny.MODEL, tiny.VOICES]
    assert page.evaluate("offline.ready")


def test_webgpu_build_only_where_it_is_of_use(page: Page, host: StaticSite) -> None:
    tiny.visit(page, host)
    tiny.store_all(page)
    assert page.evaluate("offline.status()")["later"] == [tiny.NUMPY]
    assert host.count(tiny.WEBGPU) == 0
    tiny.store_all(page, webgpu=True)
    assert sorted(page.evaluate("offline.status()")["later"]) == [tiny.WEBGPU, tiny.NUMPY]


def test_progress_ends_at_the_total(page: Page, host: StaticSite) -> None:
    tiny.visit(page, host)
    last = page.evaluate(
        """async () => {
          let last;
          offline.addEventListener('progress', ({detail}) => { last = detail; });
          await offline.fetchLater();
          return last;
        }"""
    )
    assert last["loaded"] == last["total"] > 2 << 20


# -- answers ---------------------------------------------------------------------------


def test_every_answer_has_the_isolation_headers(installed: Page, host: StaticSite) -> None:
    host.put("notes/extra.txt", "not of the build")
    for path in ("./", "js/worker.js", tiny.WASM, tiny.MODEL, "files.json", "notes/extra.txt"):
        headers = tiny.get(installed, path)["headers"]
        assert isinstance(headers, dict)
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert headers["cross-origin-embedder-policy"] == "require-corp", path
        assert headers["cross-origin-resource-policy"] == "same-origin", path


def test_policy_of_the_page_is_on_page_and_worker(installed: Page) -> None:
    for path in ("./", "js/worker.js", "js/page.js"):
        headers = tiny.get(installed, path)["headers"]
        assert isinstance(headers, dict)
        assert headers["content-security-policy"] == tiny.POLICY, path


def test_right_types_whatever_the_host_says(page: Page, make_site) -> None:  # type: ignore[no-untyped-def]
    site = make_site(mime={".wasm": "application/octet-stream", ".mjs": "text/plain"})
    tiny.release(site, "v1", {"js/more.mjs": (b"export default 1;\n", "shell")})
    tiny.visit(page, site)
    tiny.settle(page)
    for path, kind in ((tiny.WASM, "application/wasm"), ("js/more.mjs", "text/javascript")):
        headers = tiny.get(page, path)["headers"]
        assert isinstance(headers, dict)
        assert headers["content-type"].startswith(kind)
    assert tiny.in_worker(page)["version"] == "v1"


RANGES = [
    ("bytes=0-9", 206, "bytes 0-9/2097152", 10),
    ("bytes=2097150-", 206, "bytes 2097150-2097151/2097152", 2),
    ("bytes=-4", 206, "bytes 2097148-2097151/2097152", 4),
    ("bytes=5-9999999", 206, "bytes 5-2097151/2097152", 2097147),
    ("bytes=2097152-", 416, "bytes */2097152", 0),
    ("bytes=0-1,5-6", 200, None, 2097152),
]


def test_ranges_of_a_stored_model(installed: Page, watch: Watch) -> None:
    watch.allow("status of 416")
    for asked, status, content_range, length in RANGES:
        answer = installed.evaluate(
            """async ([path, range]) => {
              const response = await fetch(path, {headers: {Range: range}});
              const bytes = new Uint8Array(await response.arrayBuffer());
              return {status: response.status, range: response.headers.get('Content-Range'),
                      length: bytes.length, first: bytes[0] ?? null};
            }""",
            [tiny.MODEL, asked],
        )
        assert (answer["status"], answer["range"]) == (status, content_range), asked
        assert answer["length"] == length, asked
        if content_range and status == 206:
            start = int(content_range.split()[1].split("-")[0])
            assert answer["first"] == tiny.model()[start], asked


# -- bytes that are wrong ----------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [Flip(3), Cut(4), Cut(4, length=False), Status(404), Replace(b"<html>a login page</html>")],
    ids=["flipped", "cut", "cut-without-length", "missing", "other"],
)
def test_a_bad_file_fails_the_install_and_the_next_try_resumes(
    page: Page, watch: Watch, host: StaticSite, fault: object
) -> None:
    watch.allow(".*")
    host.fault(tiny.WASM, fault)  # type: ignore[arg-type]
    page.goto(host.url)
    page.wait_for_function("() => window.offline")
    assert tiny.store_all(page) is False
    assert page.evaluate("offline.status()") is None
    host.heal()
    host.forget()
    tiny.visit(page, host)
    assert host.count(tiny.WASM) >= 1
    assert host.count("js/worker.js") == 0, "what was right is asked for again"
    assert page.evaluate("offline.status()")["shellComplete"]


def test_a_bad_update_leaves_the_old_version_alone(
    installed: Page, watch: Watch, host: StaticSite
) -> None:
    watch.allow("worker.js|is not the file")
    tiny.release(host, "v2", {"js/extra.js": (b"export {};\n", "shell")})
    host.fault("js/extra.js", Flip())
    assert tiny.find_update(installed) == "redundant"
    assert not installed.evaluate("offline.update")
    host.stop()
    installed.reload()
    assert installed.evaluate("version") == "v1"
    assert tiny.in_worker(installed)["version"] == "v1"


@pytest.mark.parametrize(
    "fault", [Flip(), Cut(5000, length=False), Cut(5000)], ids=["flipped", "short", "cut"]
)
def test_a_bad_voice_is_never_stored(
    page: Page, watch: Watch, host: StaticSite, fault: object
) -> None:
    watch.allow("ERR_CONTENT_LENGTH_MISMATCH|Failed to fetch")
    tiny.visit(page, host)
    tiny.settle(page)
    host.fault(tiny.MODEL, fault)  # type: ignore[arg-type]
    assert tiny.store_all(page) is False
    page.evaluate("(p) => fetch(p).then((r) => r.arrayBuffer()).catch(() => 0)", tiny.MODEL)
    assert not page.evaluate("offline.ready")
    assert [url for url in page.evaluate(CACHED_VOICES) if ".onnx?" in url] == []
    host.heal()
    assert tiny.store_all(page)
    assert page.evaluate("offline.ready")


def test_a_voice_that_the_page_fetches_is_stored_on_the_way(page: Page, host: StaticSite) -> None:
    tiny.visit(page, host)
    tiny.settle(page)
    host.fault(tiny.MODEL, NoLength())
    assert tiny.get(page, tiny.MODEL)["status"] == 200
    until(page, "async (p) => (await offline.status()).voices.includes(p)", tiny.MODEL)
    host.stop()
    assert tiny.get(page, tiny.MODEL)["status"] == 200


def test_a_partial_answer_is_never_stored(page: Page, host: StaticSite) -> None:
    tiny.visit(page, host)
    tiny.settle(page)
    assert tiny.get(page, tiny.MODEL, {"Range": "bytes=0-9"})["status"] == 206
    assert page.evaluate(CACHED_VOICES) == []


# -- versions ----------------------------------------------------------------------------


def test_update_waits_for_the_user_and_fetches_only_what_changed(
    installed: Page, host: StaticSite
) -> None:
    tiny.release(host, "v2")
    host.forget()
    assert tiny.find_update(installed) == "installed"
    installed.wait_for_function("() => offline.update")
    assert sorted(shell_requests(host)) == ["", "js/page.js", "js/part.js"]
    # Until the user says so everything is v1, also after a reload.
    installed.reload()
    installed.wait_for_function("() => offline.update")
    assert installed.evaluate("version") == "v1"
    assert tiny.in_worker(installed)["version"] == "v1"
    host.forget()
    with installed.expect_navigation():
        installed.evaluate("() => void offline.applyUpdate()")
    installed.wait_for_function("() => window.version === 'v2'")
    assert tiny.in_worker(installed)["version"] == "v2"
    assert not installed.evaluate("offline.update")
    assert shell_requests(host) == []
    installed.wait_for_function("() => offline.ready")


def test_an_open_tab_stays_on_its_version_to_its_end(
    installed: Page, context: BrowserContext, host: StaticSite
) -> None:
    other = context.new_page()
    other.goto(host.url)
    other.wait_for_function("() => window.offline")
    tiny.release(host, "v2")
    assert tiny.find_update(installed) == "installed"
    with installed.expect_navigation():
        installed.evaluate("() => void offline.applyUpdate()")
    installed.wait_for_function("() => window.version === 'v2'")
    other.wait_for_function("() => offline.update")
    assert other.evaluate("version") == "v1", "the other tab was reloaded"
    assert other.evaluate("part()") == "v1"
    assert tiny.in_worker(other)["version"] == "v1"
    assert tiny.in_worker(installed)["version"] == "v2"
    with other.expect_navigation():
        other.evaluate("() => void offline.applyUpdate()")
    other.wait_for_function("() => window.version === 'v2'")


def test_a_version_stays_as_long_as_a_page_of_it_is_open(
    installed: Page, context: BrowserContext, host: StaticSite
) -> None:
    other = context.new_page()
    other.goto(host.url)
    tiny.release(host, "v2")
    tiny.find_update(installed)
    with installed.expect_navigation():
        installed.evaluate("() => void offline.applyUpdate()")
    installed.wait_for_function("() => window.version === 'v2'")
    installed.reload()
    assert len(other.evaluate(SHELLS)) == 2
    other.close()
    installed.reload()
    until(installed, f"async () => (await ({SHELLS})()).length === 1")
    assert installed.evaluate(SHELLS) == ["lectern-shell-v2@/"]


def test_a_changed_voice_is_fetched_again_and_the_old_one_goes(
    installed: Page, host: StaticSite
) -> None:
    before = set(installed.evaluate(CACHED_VOICES))
    tiny.release(host, "v2", {tiny.MODEL: (tiny.model(seed=2), "voice")})
    tiny.find_update(installed)
    host.forget()
    with installed.expect_navigation():
        installed.evaluate("() => void offline.applyUpdate()")
    installed.wait_for_function("() => window.version === 'v2'")
    assert not installed.evaluate("offline.ready")
    assert tiny.store_all(installed)
    assert shell_requests(host) == [tiny.MODEL], "the unchanged voice file was kept"
    installed.reload()
    until(installed, f"async () => (await ({CACHED_VOICES})()).length === 2")
    assert len(before & set(installed.evaluate(CACHED_VOICES))) == 1


def test_a_file_that_only_the_new_version_has_right_is_refused(
    installed: Page, watch: Watch, host: StaticSite
) -> None:
    watch.allow("503")
    tiny.release(host, "v2", {tiny.WEBGPU: (b"webgpu of v2", "later")})
    answer = tiny.get(installed, tiny.WEBGPU)
    assert answer["status"] == 503
    assert "not the file of this version" in str(answer["text"])
    manifest = str(tiny.get(installed, "files.json")["text"])
    assert manifest.startswith('{"version":"v1"')


def test_two_apps_of_one_origin_keep_out_of_each_others_way(
    page: Page, host: StaticSite, make_site: Callable[..., StaticSite]
) -> None:
    tiny.visit(page, host)
    for path in [*tiny.files_of("v1"), "sw.js", "files.json"]:
        data = host.read(path)
        assert data is not None
        host.put(f"beta/{path}", data)
    page.goto(host.url + "beta/")
    until(page, "async () => (await offline.status())?.shellComplete")
    tiny.store_all(page)
    page.reload()
    names = page.evaluate(SHELLS)
    assert sorted(names) == ["lectern-shell-v1@/", "lectern-shell-v1@/beta/"]
    host.stop()
    page.goto(host.url)
    assert tiny.in_worker(page)["version"] == "v1"
    expect(page).to_have_title("Tiny")


def test_an_update_is_not_hidden_by_the_http_cache(
    page: Page, make_site: Callable[..., StaticSite]
) -> None:
    site = make_site(isolation=False, cache_control="max-age=600")
    tiny.release(site, "v1")
    tiny.visit(page, site)
    tiny.settle(page)
    tiny.release(site, "v2")
    assert tiny.find_update(page) == "installed"


def test_after_an_hour_a_page_that_is_looked_at_asks_for_a_new_version(
    page: Page, host: StaticSite
) -> None:
    page.clock.install()
    tiny.visit(page, host)
    tiny.release(host, "v2")
    look = "() => document.dispatchEvent(new Event('visibilitychange'))"
    page.clock.fast_forward("59:00")
    page.evaluate(look)
    assert not page.evaluate("offline.update")
    page.clock.fast_forward("02:00")
    page.evaluate(look)
    page.wait_for_function("() => offline.update")


# -- where there is none -------------------------------------------------------------------


def test_without_a_secure_context_it_quietly_is_absent(
    page: Page, watch: Watch, host: StaticSite
) -> None:
    page.goto(host.url_at("plain.test"))
    page.wait_for_function("() => window.offline")
    assert tiny.store_all(page) is False
    assert page.evaluate("offline.status()") is None
    page.evaluate("offline.applyUpdate()")
    assert not page.evaluate("offline.ready || offline.update")
    watch.check()


def test_without_sw_js_it_quietly_is_absent(page: Page, watch: Watch, host: StaticSite) -> None:
    watch.allow("404")
    host.remove("sw.js")
    page.goto(host.url)
    page.wait_for_function("() => window.offline")
    assert tiny.store_all(page) is False
    assert watch.found("no offline mode")
