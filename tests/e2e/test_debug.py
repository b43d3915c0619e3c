"""window.piperDebug and the globals: DESIGN's shapes, and the console lines people grep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Watch, open_app, until
from tests.e2e.server import StaticSite
from tests.public_api import ENGLISH, FRENCH, failure, synthesize

TEXT = "Hello there. How are you?"
MIB = 1_048_576


class Bench:
    """The app with its console and its host."""

    def __init__(self, page: Page, watch: Watch, site: StaticSite) -> None:
        self.page, self.watch, self.site = page, watch, site

    def debug(self, call: str, argument: Any = None) -> Any:
        """``await piperDebug.CALL``, or of window when it has no such thing."""
        return self.page.evaluate(f"(argument) => {call}", argument)

    def said(self, pattern: str) -> list[str]:
        return self.watch.found(r"^\[PiperWASM\] " + pattern)


@pytest.fixture(scope="module")
def bench(browser: Browser, dist: Path) -> Iterator[Bench]:
    with StaticSite(dist) as site:
        context = browser.new_context()
        watch = Watch(context)
        yield Bench(open_app(context.new_page(), site.url), watch, site)
        context.close()
        watch.check()


@pytest.fixture(autouse=True)
def clean(bench: Bench) -> None:
    """Each test begins with empty caches and an empty console."""
    bench.debug("clearAllCaches()")
    bench.debug("piperDebug.resetMetrics()")
    until(bench.page, "async () => (await piperDebug.getCacheStats()).count === 0")
    bench.watch.lines.clear()


def test_it_is_there_before_the_engine(page: Page, site: StaticSite) -> None:
    hold = site.hold("wasm/pyodide/pyodide.asm.wasm")
    open_app(page, site.url, ready=False)
    assert page.evaluate("piperDebug.getSessionCacheStats()") == {"voiceCount": 0, "voices": []}
    # Asked before the boot, answered after it.
    page.evaluate("() => { window.asked = piperDebug.getCacheStats(); }")
    hold.release()
    assert page.evaluate("async () => (await asked).count") == 0


def test_preload_model(bench: Bench) -> None:
    first = bench.debug("piperDebug.preloadModel(argument)", ENGLISH)
    assert set(first) == {"voiceId", "ms", "alreadyLoaded"}
    assert (first["voiceId"], first["alreadyLoaded"]) == (ENGLISH, False)
    assert first["ms"] > 0
    told = len(bench.said(f"📥 Loading {ENGLISH}"))
    second = bench.debug("piperDebug.preloadModel(argument)", ENGLISH)
    assert second["alreadyLoaded"] is True
    assert second["ms"] < first["ms"]
    assert len(bench.said(f"📥 Loading {ENGLISH}")) == told > 0
    assert len(bench.said(f"🔄 New session for {ENGLISH}$")) == 1
    assert len(bench.said(rf"✅ Session for {ENGLISH} ready \(\d+ms\)$")) == 1
    loading = bench.said(rf"📥 Loading {ENGLISH}: \d+% \(\dMB/2MB\)$")
    shares = [int(re.findall(r"(\d+)%", line)[0]) for line in loading]
    assert shares == sorted(set(shares))
    assert shares[-1] == 100


def test_session_cache_stats(bench: Bench) -> None:
    assert bench.debug("piperDebug.getSessionCacheStats() instanceof Promise") is False
    # Up to date before preloadModel resolves: in one and the same turn.
    stats = bench.debug(
        "piperDebug.preloadModel(argument).then(() => piperDebug.getSessionCacheStats())", ENGLISH
    )
    assert set(stats) == {"voiceCount", "voices", "backend", "backendReason", "threads", "bytes"}
    assert (stats["voiceCount"], stats["voices"]) == (1, [ENGLISH])
    assert stats["backend"] == "wasm"
    assert isinstance(stats["backendReason"], str)
    assert len(stats["backendReason"]) > 5
    assert 1 <= stats["threads"] <= 64
    assert stats["bytes"] > 2_000_000
    both = bench.debug(
        "piperDebug.preloadModel(argument).then(() => piperDebug.getSessionCacheStats())", FRENCH
    )
    assert both["voices"] == [ENGLISH, FRENCH]
    assert both["bytes"] > 1.9 * stats["bytes"]


def test_clear_session_cache(bench: Bench) -> None:
    bench.debug("piperDebug.preloadModel(argument)", ENGLISH)
    synthesize(bench.page, TEXT, voiceId=ENGLISH)
    stats = bench.debug(
        "piperDebug.clearSessionCache().then(() => piperDebug.getSessionCacheStats())"
    )
    assert (stats["voiceCount"], stats["voices"], stats["bytes"]) == (0, [], 0)
    assert bench.debug("piperDebug.getCacheStats()")["memory"]["count"] == 2, "audio stays"
    assert bench.debug("piperDebug.preloadModel(argument)", ENGLISH)["alreadyLoaded"] is False


def test_cache_stats(bench: Bench) -> None:
    wav = synthesize(bench.page, TEXT, voiceId=ENGLISH)
    until(bench.page, "async () => (await piperDebug.getCacheStats()).count === 2")
    stats = bench.debug("piperDebug.getCacheStats()")
    assert set(stats) == {"count", "size", "sizeFormatted", "memory"}
    assert set(stats["memory"]) == {"count", "size", "sizeFormatted"}
    silence = round(0.2 * wav.sample_rate)
    assert stats["memory"]["size"] == 2 * (len(wav.samples) - silence)
    assert 0 < stats["size"] < stats["memory"]["size"] / 5, "it is packed"
    assert (stats["count"], stats["memory"]["count"]) == (2, 2)
    assert stats["sizeFormatted"] == f"{stats['size'] / MIB:.2f} MB"


def test_synthesis_is_told_in_the_console(bench: Bench) -> None:
    synthesize(bench.page, TEXT, voiceId=ENGLISH)
    assert len(bench.said(f"🎤 Synthesis with {ENGLISH}$")) == 2
    assert len(bench.said(r"✅ Synthesis done in \d+ms$")) == 2
    assert len(bench.said(f"♻️ Reusing session for {ENGLISH}$")) == 1
    assert bench.said("✅ Audio found") == []
    bench.watch.lines.clear()
    wav = synthesize(bench.page, "Hello there.", voiceId=ENGLISH)
    found = bench.said(r"✅ Audio found in cache \(\d+ bytes\)$")
    assert [re.findall(r"\((\d+) bytes", line)[0] for line in found] == [str(2 * len(wav.samples))]
    assert bench.said("🎤 Synthesis") == []


def test_metrics(bench: Bench) -> None:
    synthesize(bench.page, TEXT, voiceId=ENGLISH)
    synthesize(bench.page, TEXT, voiceId=ENGLISH)
    metrics = bench.debug("piperDebug.getMetrics()")
    assert metrics["counters"]["synthesis"] == 2
    assert metrics["counters"]["cache.memory.hit"] == 2
    latency = metrics["latency"]["sentence.model"]
    assert set(latency) == {"count", "mean", "p50", "p90", "p99", "max"}
    assert latency["count"] == 2
    assert 0 < latency["p50"] <= latency["p99"] <= latency["max"]
    assert sum(minute["model"] for minute in metrics["hitRate"]) == 2
    assert sum(minute["memory"] for minute in metrics["hitRate"]) == 2
    assert metrics["memory"]["entries"] == 2
    assert metrics["memory"]["cache"] > 0
    assert metrics["memory"]["sessions"] > 0
    text = bench.debug("piperDebug.getMetrics({format: 'prometheus'})")
    assert '\nlectern_cache_hits_total{tier="memory"} 2\n' in text
    assert '\nlectern_latency_seconds_count{step="sentence.model"} 2\n' in text
    refused = "piperDebug.getMetrics({format: 'xml'}).catch(({code, message}) => [code, message])"
    code, message = bench.debug(refused)
    assert code == "bad_option"
    assert "json, prometheus" in message
    bench.debug("piperDebug.resetMetrics()")
    again = bench.debug("piperDebug.getMetrics()")
    assert again["since"] > metrics["since"]
    assert again["hitRate"] == []
    assert "synthesis" not in again["counters"]
    assert bench.debug("piperDebug.trace()") == []


def test_trace(bench: Bench) -> None:
    synthesize(bench.page, TEXT, voiceId=ENGLISH)
    until(bench.page, "async () => (await piperDebug.trace()).every((t) => t.store > 0)")
    first, second = bench.debug("piperDebug.trace()")
    assert (first["text"], second["text"]) == ("Hello there.", "How are you?")
    for trace in (first, second):
        assert (trace["voiceId"], trace["source"]) == (ENGLISH, "model")
        assert trace["characters"] == len(trace["text"])
        for step in ("phonemise", "infer", "encode", "cache", "audio"):
            assert trace[step] > 0, step
        assert trace["infer"] < trace["total"]
    assert first["session"] > second["session"]


def test_log_all_stats(bench: Bench) -> None:
    synthesize(bench.page, TEXT, voiceId=ENGLISH)
    until(bench.page, "async () => (await piperDebug.getCacheStats()).count === 2")
    bench.watch.lines.clear()
    bench.debug("piperDebug.logAllStats()")
    told = "\n".join(bench.said(""))
    stats = bench.debug("piperDebug.getCacheStats()")
    assert ENGLISH in told
    for tier in (stats, stats["memory"]):
        assert f"2 ({tier['sizeFormatted']})" in told


def test_clear_audio_cache(bench: Bench) -> None:
    synthesize(bench.page, TEXT, voiceId=ENGLISH)
    until(bench.page, "async () => (await piperDebug.getCacheStats()).count === 2")
    stats = bench.debug("clearAudioCache().then(() => piperDebug.getCacheStats())")
    empty = {"count": 0, "size": 0, "sizeFormatted": "0.00 MB"}
    assert stats == {**empty, "memory": empty}
    assert bench.debug("piperDebug.getSessionCacheStats()")["voices"] == [ENGLISH]
    synthesize(bench.page, TEXT, voiceId=ENGLISH)
    assert bench.debug("piperDebug.getMetrics()")["counters"]["synthesis"] == 4


def test_clear_all_caches_leaves_what_is_the_readers(bench: Bench) -> None:
    bench.debug("localStorage.setItem('lectern.test', 'mine')")
    synthesize(bench.page, TEXT, voiceId=ENGLISH)
    shells = "caches.keys().then((names) => names.filter((n) => n.startsWith('lectern-shell')))"
    until(bench.page, f"async () => (await {shells}).length")
    before = bench.debug(shells)
    stats = bench.debug("clearAllCaches().then(() => piperDebug.getSessionCacheStats())")
    assert (stats["voiceCount"], stats["voices"]) == (0, [])
    cache = bench.debug("piperDebug.getCacheStats()")
    assert (cache["count"], cache["memory"]["count"]) == (0, 0)
    assert bench.debug("caches.has('lectern-voices')") is False
    snapshots = bench.debug(
        """new Promise((resolve, reject) => {
          const opening = indexedDB.open('lectern-snapshot');
          opening.onerror = reject;
          opening.onsuccess = () => {
            const db = opening.result;
            if (!db.objectStoreNames.length) return resolve(0);
            const count = db.transaction('snapshot').objectStore('snapshot').count();
            count.onsuccess = () => { db.close(); resolve(count.result); };
          };
        })"""
    )
    assert snapshots == 0
    assert bench.debug("localStorage.getItem('lectern.test')") == "mine"
    assert bench.debug(shells) == before
    assert synthesize(bench.page, TEXT, voiceId=ENGLISH).level > 0.005


def test_storage_stats(bench: Bench) -> None:
    stats = bench.debug("getStorageStats()")
    assert set(stats) == {"quota", "usage", "percentUsed", "details"}
    assert stats["quota"] > 0
    assert 0 < stats["usage"] < stats["quota"]
    assert stats["percentUsed"] == pytest.approx(100 * stats["usage"] / stats["quota"])
    assert isinstance(stats["details"], dict)
    bench.debug("logStorageStats()")
    (line,) = bench.said(".*Storage")
    assert re.search(r"\d+\.\d\d MB", line)


def test_errors_come_through(bench: Bench) -> None:
    refused = failure(bench.page, "() => piperDebug.preloadModel('xx_XX-nobody-low')")
    assert refused.code == "unknown_voice"
    assert ENGLISH in refused.message
