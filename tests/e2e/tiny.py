"""A small app with everything that the service worker handles, for tests of it alone.

It has the real sw.js and offline.js, a page, a worker, a wasm module, voices and things
for later; ``release`` puts one version of it on a ``StaticSite``, manifest included.
"""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import until, within
from tests.e2e.server import StaticSite

WEB = Path(__file__).resolve().parents[2] / "web"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; img-src data:"
)
MODEL = "models/piper/tiny.onnx"
VOICES = "models/piper/voices.json"
WASM = "wasm/espeak/tiny.wasm"
WEBGPU = "wasm/ort/webgpu.wasm"
NUMPY = "wasm/pyodide/numpy.whl"
_EMPTY_WASM = b"\0asm\x01\0\0\0"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tiny</title>
<meta http-equiv="Content-Security-Policy"
  content="{policy}">
<link rel="icon" href="data:,">
<script type="module" src="js/page.js"></script></head>
<body>{version}</body></html>
"""
_SCRIPT = """import {{ registerOffline }} from './offline.js';
window.version = '{version}';
window.loads = performance.now();
window.part = async () => (await import('./part.js')).version;
window.inWorker = () => new Promise((done) => {{
  const worker = new Worker(new URL('worker.js', import.meta.url), {{ type: 'module' }});
  worker.onmessage = ({{ data }}) => done(data);
}});
window.offline = registerOffline({{ base: new URL('../', import.meta.url).href }});
"""
_WORKER = """import {{ version }} from './part.js';
let evaluated = true;
try {{ (0, eval)('1'); }} catch {{ evaluated = false; }}
const response = await fetch('../{wasm}');
await WebAssembly.instantiateStreaming(response);
postMessage({{ version, evaluated, isolated: self.crossOriginIsolated }});
"""


def model(seed: int = 1, size: int = 2 << 20) -> bytes:
    """A voice's bytes, large enough to be streamed."""
    return random.Random(seed).randbytes(size)


def files_of(version: str) -> dict[str, tuple[bytes, str]]:
    """path -> (bytes, when). Page, page.js, part.js and worker.js differ by version."""
    texts = {
        "index.html": _PAGE.format(version=version, policy=POLICY),
        "js/page.js": _SCRIPT.format(version=version),
        "js/part.js": f"export const version = '{version}';\n",
        "js/worker.js": _WORKER.format(wasm=WASM),
    }
    return {
        **{path: (text.encode(), "shell") for path, text in texts.items()},
        "js/offline.js": ((WEB / "js" / "offline.js").read_bytes(), "shell"),
        WASM: (_EMPTY_WASM, "engine"),
        MODEL: (model(), "voice"),
        VOICES: (b'{"tiny": {}}', "voice"),
        WEBGPU: (b"webgpu", "later"),
        NUMPY: (b"numpy", "later"),
    }


def release(
    site: StaticSite, version: str, changes: dict[str, tuple[bytes, str]] | None = None
) -> None:
    """Put a version on the host, as an upload of the folder does."""
    files = {**files_of(version), **(changes or {})}
    build = {
        "version": version,
        "files": [
            {
                "path": path,
                "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "when": when,
            }
            for path, (data, when) in files.items()
        ],
    }
    for path, (data, _) in files.items():
        site.put(path, data)
    manifest = json.dumps(build)
    site.put("files.json", manifest)
    script = (WEB / "sw.js").read_text(encoding="utf-8")
    site.put("sw.js", f"self.LECTERN_BUILD = {manifest};\n{script}")


def visit(page: Page, site: StaticSite) -> None:
    """Open the app and wait until its shell is stored; this page is not controlled yet."""
    page.goto(site.url)
    page.wait_for_function("() => window.offline")
    until(page, "() => offline.status()")


def store_all(page: Page, *, webgpu: bool = False) -> bool:
    """Fetch what is for later; true when all of it is stored."""
    complete: bool = within(page, "(webgpu) => offline.fetchLater({webgpu})", webgpu)
    return complete


def settle(page: Page) -> None:
    """Open the app a second time: from now on the service worker serves it."""
    page.reload()
    page.wait_for_function("() => window.offline && navigator.serviceWorker.controller")


def find_update(page: Page) -> str:
    """Look for a new version; the state in which its service worker comes to rest."""
    state: str = within(
        page,
        """async () => {
          const registration = await navigator.serviceWorker.getRegistration();
          const worker = await new Promise((found) => {
            registration.addEventListener('updatefound', () => found(registration.installing));
            registration.update().catch(() => undefined);
          });
          await new Promise((done) => {
            const check = () => worker.state !== 'installing' && done();
            worker.addEventListener('statechange', check);
            check();
          });
          return worker.state;
        }""",
    )
    return state


def in_worker(page: Page) -> dict[str, object]:
    """Start the worker: {version, evaluated (eval was possible), isolated}."""
    answer: dict[str, object] = within(page, "() => window.inWorker()")
    return answer


def get(page: Page, path: str, headers: dict[str, str] | None = None) -> dict[str, object]:
    """Fetch within the page: {status, headers, text} (text cut to 200 characters)."""
    answer: dict[str, object] = page.evaluate(
        """async ([path, headers]) => {
          const response = await fetch(path, {headers});
          const text = (await response.text()).slice(0, 200);
          return {status: response.status, headers: Object.fromEntries(response.headers), text};
        }""",
        [path, headers or {}],
    )
    return answer
