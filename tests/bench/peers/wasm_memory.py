"""How much memory WebAssembly holds in a page and in its workers (``memory_hook.js``).

Chromium can't be asked itself: its own measurements wait for every thread, and those of
onnxruntime sleep.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.server import StaticSite

HOOK = Path(__file__).resolve().parents[1] / "memory_hook.js"
HOOKED = "bench/memory_hook.js"
#: Lectern's workers; threads share the memory of the one that started them.
WORKERS = {"app/worker.js": "lectern", "app/ort_worker.js": "lectern-ort"}
_ASK = "() => globalThis.benchMemory?.() ?? 0"


def hook_workers(site: StaticSite) -> dict[str, bytes]:
    """What the workers' scripts have to be, by path, for their memory to be counted."""
    found = {}
    for path in WORKERS:
        script = site.read(path)
        assert script, path
        found[path] = f"import '../{HOOKED}';\n".encode() + script
    return found


def wasm_memory(page: Page) -> dict[str, int]:
    """Bytes by place: "page" and Lectern's workers; places without any are left out."""
    places = {"page": int(page.evaluate(_ASK))}
    for worker in page.workers:
        path = worker.url.partition("?")[0]
        for script, name in WORKERS.items():
            if path.endswith(script):
                places[name] = places.get(name, 0) + int(worker.evaluate(_ASK))
    return {place: size for place, size in places.items() if size}
