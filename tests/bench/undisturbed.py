"""A page in a Chromium that no debugger listens to.

Playwright hears every console line of every worker, and each costs that worker 0.3 to 1 ms:
as much as what is measured where a whole answer takes less. Here the page's result
comes back as a request to the static host instead.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from typing import Any
from urllib.parse import unquote

from tests.bench.lab import PATIENCE, Lab
from tests.browser import launch_args

_PAGE = "undisturbed.html"
_SCRIPT = "bench/undisturbed.js"
_RESULT = "bench/result.txt"
_STEP = 0.1  # seconds


def run(lab: Lab, script: str) -> Any:
    """The JSON-shaped result of ``script``, an asynchronous function of the app's modules.

    It gets ``load(path)``, which imports one of them. The result must be small: it travels
    in an address.

    Raises:
        TimeoutError: no result in time.
    """
    site = lab.site()
    site.put(_RESULT, "")
    icon = '<link rel="icon" href="data:,">'
    site.put(_PAGE, f'<!doctype html>{icon}<script type="module" src="{_SCRIPT}"></script>')
    site.put(
        _SCRIPT,
        "const load = (path) => import(new URL(path, document.baseURI).href);\n"
        f"const result = await ({script})(load).catch((error) => ({{error: `${{error}}`}}));\n"
        f"await fetch('{_RESULT}?' + encodeURIComponent(JSON.stringify(result)));\n",
    )
    options = launch_args()
    program = options.get("executable_path") or lab.chromium
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [
                program,
                "--headless",
                *options["args"],
                "--no-default-browser-check",
                f"--user-data-dir={folder}",
                site.url + _PAGE,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for _ in range(int(PATIENCE / _STEP)):
                if hits := site.hits(_RESULT):
                    return _checked(json.loads(unquote(hits[0].query)))
                threading.Event().wait(_STEP)
        finally:
            process.terminate()
            process.wait()
    raise TimeoutError("The page without a debugger gave no result.")


def _checked(result: Any) -> Any:
    if isinstance(result, dict) and "error" in result:
        raise RuntimeError(result["error"])
    return result
