"""Browser fixtures over pytest-playwright: one Chromium a run, a fresh context a test.

A test that opens pages has a ``Watch`` on them: console errors, uncaught errors and
requests to any other origin fail it, unless it allowed them beforehand.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Page,
    Request,
    WebError,
)

from tests.e2e.server import StaticSite

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
JS = Path(__file__).resolve().parent / "js"

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
#: ``*.test`` names reach this machine (an insecure context); no other name resolves.
_RESOLVER = "MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
CHROMIUM_ARGS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    f"--host-resolver-rules={_RESOLVER}",
)
#: The page is there to be used; the engine may still be starting.
SHOWN = "() => window.lectern && document.body.dataset.shown !== undefined"
WEBGPU_ARGS = ("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader")


def pytest_configure(config: pytest.Config) -> None:
    # pytest-base-url, which pytest-playwright brings, is not ready for pytest 10 yet.
    config.addinivalue_line(
        "filterwarnings", "ignore:Session-scoped fixtures defined as instance methods"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Sites are stopped before the pages that they are shown in are closed."""
    watch = getattr(item, "funcargs", {}).get("watch")
    if isinstance(watch, Watch):
        watch.over = True


class Watch:
    """What the pages of one context said, and what must not have happened there."""

    def __init__(self, context: BrowserContext) -> None:
        self.lines: list[str] = []
        self.problems: list[str] = []
        self.requests: list[str] = []
        #: The test has ended: what its pages ask of hosts from now on comes to nothing.
        self.over = False
        self._allowed: list[re.Pattern[str]] = []
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)

    def allow(self, *patterns: str) -> None:
        """Problems that match one of these expressions are part of the test."""
        self._allowed += [re.compile(pattern, re.DOTALL) for pattern in patterns]

    def found(self, pattern: str) -> list[str]:
        """The console lines that match, oldest first."""
        return [line for line in self.lines if re.search(pattern, line)]

    def check(self) -> None:
        """Fail when something happened that no test asked for."""
        bad = [p for p in self.problems if not any(a.search(p) for a in self._allowed)]
        assert not bad, "The page had problems:\n" + "\n".join(bad)

    def _on_console(self, message: ConsoleMessage) -> None:
        self.lines.append(message.text)
        refused = self.over and "net::ERR_CONNECTION_REFUSED" in message.text
        if message.type == "error" and not refused:
            where = message.location.get("url", "")
            self.problems.append(f"console: {message.text} ({where})")

    def _on_error(self, error: WebError) -> None:
        self.problems.append(f"uncaught: {error.error.stack or error.error.message}")

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")) and not (
            re.match(r"http://[^/]*\.test:", request.url)
        ):
            self.problems.append(f"request to another origin: {request.url}")


# -- the browser -----------------------------------------------------------------


def find_chromium() -> str | None:
    """An installed Chromium, or None for Playwright's own."""
    named = os.environ.get("LECTERN_CHROMIUM")
    if named:
        return named
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def launch_args() -> dict[str, Any]:
    """Arguments of every launch, persistent contexts included."""
    args = list(CHROMIUM_ARGS)
    if sys.platform == "linux" and os.geteuid() == 0:
        args.append("--no-sandbox")
    found = find_chromium()
    return {"args": args, **({"executable_path": found} if found else {})}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **launch_args()}


@contextmanager
def with_webgpu(browser_type: BrowserType, given: dict[str, Any]) -> Iterator[Browser]:
    """One more browser, whose WebGPU is SwiftShader's software adapter."""
    browser = browser_type.launch(**{**given, "args": [*given["args"], *WEBGPU_ARGS]})
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def webgpu_browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    with with_webgpu(browser_type, browser_type_launch_args) as browser:
        yield browser


# -- sites -----------------------------------------------------------------------


@pytest.fixture(scope="session")
def dist() -> Path:
    """The built app."""
    if not (DIST / "files.json").is_file():
        pytest.fail(f"{DIST.name}/ is not there: run `python3 build.py build` first.")
    return DIST


@pytest.fixture
def make_site() -> Iterator[Callable[..., StaticSite]]:
    """Start a ``StaticSite(root, ...)``; stopped at the test's end."""
    sites: list[StaticSite] = []

    def make(root: Path | None = None, **options: Any) -> StaticSite:
        site = StaticSite(root, **options)
        site.start()
        sites.append(site)
        return site

    yield make
    for site in sites:
        site.heal()
        site.stop()


@pytest.fixture
def site(dist: Path, make_site: Callable[..., StaticSite]) -> StaticSite:
    """dist/ on a host of its own that sends isolation headers."""
    return make_site(dist)


# -- pages -----------------------------------------------------------------------


@pytest.fixture
def watch(context: BrowserContext) -> Iterator[Watch]:
    """The watch over this test's ``context`` (and ``page``); checked at the end."""
    watch = Watch(context)
    yield watch
    watch.check()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    """An empty page in a fresh context, watched."""
    return context.new_page()


@pytest.fixture
def webgpu_page(webgpu_browser: Browser) -> Iterator[Page]:
    """A watched page where ``navigator.gpu`` has a software adapter."""
    context = webgpu_browser.new_context()
    watch = Watch(context)
    yield context.new_page()
    context.close()
    watch.check()


@pytest.fixture
def persistent(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> Iterator[Callable[[], BrowserContext]]:
    """Launch a browser process over one and the same profile; close one before the next."""
    profile = tmp_path / "profile"
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def launch() -> BrowserContext:
        context = browser_type.launch_persistent_context(profile, **browser_type_launch_args)
        contexts.append(context)
        watches.append(Watch(context))
        return context

    yield launch
    for context in contexts:
        context.close()
    for watch in watches:
        watch.check()


# -- the app ---------------------------------------------------------------------


def within(page: Page, script: str, arg: Any = None, *, seconds: float = 30) -> Any:
    """``page.evaluate`` of a function that may never settle: it gives up after ``seconds``."""
    late = f"took longer than {seconds} s: {script[:80]}"
    return page.evaluate(
        f"""([arg, late, ms]) => Promise.race([
          ({script})(arg),
          new Promise((_, fail) => setTimeout(() => fail(new Error(late)), ms)),
        ])""",
        [arg, late, seconds * 1000],
    )


def until(page: Page, script: str, arg: Any = None, *, seconds: float = 30) -> None:
    """Wait until an async function gives something true.

    ``page.wait_for_function`` does not await promises: one of ``false`` is true to it.
    """
    met = within(
        page,
        f"""async ([arg, ms]) => {{
          const check = {script};
          const end = performance.now() + ms;
          while (!(await check(arg))) {{
            if (performance.now() > end) return false;
            await new Promise((tick) => setTimeout(tick, 20));
          }}
          return true;
        }}""",
        [arg, seconds * 1000],
        seconds=seconds + 5,
    )
    assert met, f"not true after {seconds} s: {script}"


def open_app(page: Page, url: str, *, ready: bool = True) -> Page:
    """Go to the app and wait until ``lectern.ready`` (or only for the page)."""
    page.goto(url)
    page.wait_for_function(SHOWN)
    if ready:
        within(page, "() => window.lectern.ready", seconds=60)
    return page
