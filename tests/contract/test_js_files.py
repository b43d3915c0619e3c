"""host/voice_files.js against a host that does everything wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import Watch
from tests.e2e.faults import Cut, Fault, Flip, Hold, NoLength, Status, WrongLength
from tests.e2e.server import StaticSite

VOICE = "en_US-rms-x_low"
MODEL = f"models/piper/{VOICE}.onnx"
FETCH = f"""async () => {{
    const files = new host.VoiceFiles(host.base);
    const told = [];
    let found = null;
    const failed = await host.failure(
        files.model('{VOICE}', (...p) => told.push(p)).then((f) => {{ found = f; }}));
    return {{failed, found, told, held: files.held.size}};
}}"""


@pytest.fixture(scope="module")
def model(dist: Path) -> bytes:
    return (dist / MODEL).read_bytes()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_model_is_fetched_hashed_and_held_until_taken(host_page: Page, model: bytes) -> None:
    got = host_page.evaluate(FETCH)
    assert got["failed"] is None
    assert got["found"] == {"file": 1, "size": len(model), "sha256": sha256(model)}
    assert got["told"][-1] == [len(model), len(model)]
    assert all(a <= b for (a, _), (b, _) in zip(got["told"], got["told"][1:], strict=False))
    taken = host_page.evaluate(
        f"""async () => {{
            const files = new host.VoiceFiles(host.base);
            const {{file}} = await files.model('{VOICE}', null);
            const dropped = await files.model('{VOICE}');
            files.drop(dropped.file);
            const size = files.take(file).byteLength;
            return [size, await host.failure((async () => files.take(file))()), files.held.size];
        }}"""
    )
    assert taken[0] == len(model)
    assert taken[1]["code"] == "engine_lost"
    assert taken[2] == 0


def test_config_and_catalogue(host_page: Page, dist: Path) -> None:
    text, config = host_page.evaluate(
        f"""async () => {{
            const files = new host.VoiceFiles(host.base);
            return [await files.catalogue(), await files.config('{VOICE}')];
        }}"""
    )
    path = dist / f"{MODEL}.json"
    assert VOICE in text
    assert config == {"text": path.read_text("utf-8"), "sha256": sha256(path.read_bytes())}


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (Status(404), "voice_not_installed", False),
        (Status(503), "network", True),
        (Cut(100_000), "network", True),
        (WrongLength(5), "network", True),
    ],
)
def test_what_can_go_wrong(
    host_page: Page, host_site: StaticSite, watch: Watch, fault: Fault, code: str, retryable: bool
) -> None:
    watch.allow("Failed to load resource")
    host_site.fault(MODEL, fault)
    got = host_page.evaluate(FETCH)
    assert (got["failed"]["code"], got["failed"]["retryable"]) == (code, retryable)
    assert got["held"] == 0
    host_site.heal()
    assert host_page.evaluate(FETCH)["failed"] is None


@pytest.mark.parametrize("fault", [Flip(5000), Cut(100_000, length=False)])
def test_damage_that_nobody_reports_shows_in_the_hash(
    host_page: Page, host_site: StaticSite, model: bytes, fault: Fault
) -> None:
    host_site.fault(MODEL, fault)
    got = host_page.evaluate(FETCH)
    assert got["failed"] is None
    assert got["found"]["sha256"] != sha256(model)


def test_an_unknown_length_is_told_as_zero(
    host_page: Page, host_site: StaticSite, model: bytes
) -> None:
    host_site.fault(MODEL, NoLength())
    got = host_page.evaluate(FETCH)
    assert got["found"]["sha256"] == sha256(model)
    assert {total for _, total in got["told"]} == {0}
    assert got["told"][-1][0] == len(model)


def test_a_stalled_download_is_given_up(host_page: Page, host_site: StaticSite) -> None:
    held = Hold()
    host_site.fault(MODEL, held)
    failed = host_page.evaluate(
        f"() => host.failure(new host.VoiceFiles(host.base, {{stallMs: 200}}).model('{VOICE}'))"
    )
    held.release()
    assert (failed["code"], failed["retryable"]) == ("network", True)


@pytest.mark.parametrize(
    "name", ["", "../secret", "a/b", ".hidden", "a%2fb", "http://x", "a b", "x" * 200, 7]
)
def test_no_id_leads_out_of_the_folder(host_page: Page, host_site: StaticSite, name: str) -> None:
    host_site.forget()
    codes = host_page.evaluate(
        """async (name) => {
            const files = new host.VoiceFiles(host.base);
            return [(await host.failure(files.model(name))).code,
                    (await host.failure(files.config(name))).code];
        }""",
        name,
    )
    assert codes == ["unknown_voice", "unknown_voice"]
    assert not host_site.hits()


def test_clear_forgets_the_stored_voices(host_page: Page) -> None:
    left = host_page.evaluate(
        """async () => {
            await caches.open('lectern-voices');
            await caches.open('lectern-shell');
            await new host.VoiceFiles(host.base).clear();
            return await caches.keys();
        }"""
    )
    assert left == ["lectern-shell"]


def test_what_the_service_worker_stored_is_read_without_it(
    host_page: Page, host_site: StaticSite, model: bytes
) -> None:
    """By the hash that is expected, under the name that sw.js gives it; still hashed itself."""
    host_site.forget()
    found = host_page.evaluate(
        f"""async () => {{
            const files = new host.VoiceFiles(host.base);
            const expected = 'ab'.repeat(32);
            const cache = await caches.open('lectern-voices');
            const name = `${{host.base}}models/piper/{VOICE}.onnx?sha256=${{expected}}`;
            await cache.put(name, new Response(new Uint8Array([1, 2, 3])));
            const stored = await files.model('{VOICE}', null, false, expected);
            const other = await files.model('{VOICE}', null, false, 'cd'.repeat(32));
            return [stored.size, stored.sha256, other.size];
        }}"""
    )
    digest = hashlib.sha256(bytes([1, 2, 3])).hexdigest()
    assert found == [3, digest, len(model)]
    assert host_site.count(f"models/piper/{VOICE}.onnx") == 1


@pytest.mark.parametrize("gone_after", ["the first bytes", "the last bytes"])
def test_nothing_is_kept_for_a_caller_who_has_gone(host_page: Page, gone_after: str) -> None:
    got = host_page.evaluate(
        f"""async (goneAfter) => {{
            const files = new host.VoiceFiles(host.base);
            let cancelled = 0;
            const {{cancel}} = ReadableStreamDefaultReader.prototype;
            ReadableStreamDefaultReader.prototype.cancel = function (...reason) {{
                cancelled += 1;
                return cancel.apply(this, reason);
            }};
            let before = null;
            const failed = await host.failure(files.model('{VOICE}', (...told) => {{
                const hashed = String(before) === String(told);
                before = told;
                if (hashed || goneAfter === 'the first bytes') throw new Error('nobody listens');
            }}));
            return [failed.message, failed.code ?? null, files.held.size, cancelled];
        }}""",
        gone_after,
    )
    assert got == ["nobody listens", None, 0, 1 if gone_after == "the first bytes" else 0]


def test_what_is_fetched_at_boot_is_counted(host_page: Page, model: bytes) -> None:
    got = host_page.evaluate(
        f"""async () => {{
            const original = globalThis.fetch;
            const told = [];
            const started = performance.now();
            const watch = host.watchFetches({{
                folder: `${{host.base}}models/`,
                onProgress: (loaded) => told.push(loaded),
            }});
            const url = `${{host.base}}{MODEL}`;
            const response = await fetch(url);
            const same = response.url === url;
            const size = (await response.arrayBuffer()).byteLength;
            while (!told.length) await new Promise((resolve) => setTimeout(resolve, 10));
            const arrived = watch.lastArrival();
            watch.stop();
            return {{same, size, told, later: arrived > started, restored: fetch === original}};
        }}"""
    )
    assert (got["same"], got["size"]) == (True, len(model))
    assert 0 < got["told"][0] <= len(model)
    assert len(got["told"]) <= 2
    assert (got["later"], got["restored"]) == (True, True)
