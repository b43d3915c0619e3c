"""Browsers, profiles and pages to measure in, and the time that is left for it."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from playwright.sync_api import BrowserContext, Page, Playwright

from tests.bench.extras import bench_voice
from tests.bench.measure import Section
from tests.bench.texts import ENGLISH
from tests.browser import launch_args, within
from tests.e2e.server import StaticSite

_HERE = Path(__file__).resolve().parent
TAP = _HERE / "tap.js"
PROBE = "bench/sound_probe.js"
#: Asked for at the first sound: the server's log shows what came before.
HEARD = "bench/heard.txt"
#: A page of the app's origin that is not the app.
BLANK = "bench/blank.html"
_BLANK_PAGE = '<!doctype html><title>Blank</title><link rel="icon" href="data:,">'

#: Longest time that anything one waits for may take, in seconds.
PATIENCE = 60.0

_SERVICE_WORKER_STATUS = """() => new Promise(async (resolve) => {
  const {active} = await navigator.serviceWorker.ready;
  const {port1, port2} = new MessageChannel();
  port1.onmessage = ({data}) => resolve(data);
  active.postMessage({type: 'status'}, [port2]);
})"""


Site = TypeVar("Site", bound=StaticSite)


class Visit:
    """One page of the app with the tap in it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def call(self, script: str, argument: Any = None, *, seconds: float = PATIENCE) -> Any:
        """The value of a JavaScript function, which may be asynchronous."""
        return within(self.page, script, argument, seconds=seconds)

    def until(self, condition: str) -> None:
        """Wait for an asynchronous condition, asked again and again.

        Playwright's ``wait_for_function`` asks such a one only once.
        """
        self.call(
            f"""async () => {{
              while (!(await ({condition})())) await new Promise((go) => setTimeout(go, 100));
            }}"""
        )

    def ready(self) -> float:
        """Wait until a request would be answered; milliseconds since the navigation began."""
        self.call("() => bench.opened.then(() => bench.lectern.ready)")
        return float(self.call("() => bench.readyAt"))

    def say(self, text: str, **options: Any) -> dict[str, Any]:
        """Speak until it is heard, see ``bench.say``; it goes on speaking."""
        found: dict[str, Any] = self.call("(args) => bench.say(...args)", [text, options])
        return found

    def fetch(self, text: str, **options: Any) -> dict[str, Any]:
        """One sentence's sound without playing it; the request as the tap saw it."""
        found: dict[str, Any] = self.call("(args) => bench.fetch(...args)", [text, options])
        return found

    def hush(self) -> None:
        """Stop speaking; wait until the output is silent."""
        self.call("() => bench.hush()")

    def traces(self, *, stored: bool = False) -> list[dict[str, Any]]:
        """Python's times of the last sentences; ``stored``: when all new ones are written."""
        if stored:
            self.until(
                "async () => (await piperDebug.trace())"
                ".every(({source, audio, store}) => source !== 'model' || !audio || store)"
            )
        return list(self.call("() => piperDebug.trace()"))

    def settled(self) -> None:
        """Wait until idle-time work is done and everything is stored for a life offline."""
        self.call("() => bench.answers('settle')")
        self.until(f"async () => (await ({_SERVICE_WORKER_STATUS})()).ready")

    def close(self) -> None:
        self.page.close()


class Profile:
    """A browser process over one profile folder."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context

    def visit(self, url: str, *, say: tuple[str, dict[str, Any]] | None = None) -> Visit:
        """Open the app on a new page. ``say``: spoken the moment that the API is there."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        base = url.partition("?")[0]
        plan = {"benchProbe": base + PROBE, "benchPlan": {"say": say}}
        page.add_init_script(f"Object.assign(window, {json.dumps(plan)})")
        page.add_init_script(path=TAP)
        page.goto(url)
        return Visit(page)

    def blank(self, site: StaticSite) -> Page:
        """A page of the app's origin where nothing of the app runs."""
        page = self.context.new_page()
        page.goto(site.url + BLANK)
        return page


class Lab(AbstractContextManager["Lab"]):
    """Everything that a measurement needs.

    Args:
        rounds: how often a thing is measured, where that is cheap.
        voice: gives the path of the voice that Lectern's peers are measured with.
        threads: for all that are compared.
    """

    def __init__(
        self,
        playwright: Playwright,
        dist: Path,
        *,
        rounds: int,
        budget: float,
        voice: Callable[[], Path] = bench_voice,
        threads: int = 0,
    ) -> None:
        self.dist = dist
        self.rounds = rounds
        self.voice = voice
        self.threads = threads or os.cpu_count() or 1
        self.ends = time.monotonic() + budget
        self._playwright = playwright
        self._folder = tempfile.TemporaryDirectory(prefix="lectern-bench-")
        self._sites: list[StaticSite] = []
        self._profiles = 0
        self._home: StaticSite | None = None
        #: A section that is worth reading also where it ends early.
        self.partial: Section | None = None
        #: What the header says of the app; filled by the first who knows.
        self.facts: dict[str, object] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for site in self._sites:
            site.stop()
        self._folder.cleanup()

    @property
    def chromium(self) -> str:
        """Playwright's own program, for where no other was named."""
        return self._playwright.chromium.executable_path

    @property
    def left(self) -> float:
        """Seconds until the run should be over."""
        return self.ends - time.monotonic()

    def site(self) -> StaticSite:
        """dist/ on an origin of its own, isolated, with the measurements' own files."""
        return self.serve(StaticSite(self.dist))

    def serve(self, site: Site) -> Site:
        """Start a site with the measurements' own files; it ends with the lab."""
        site.put(PROBE, _HERE / "sound_probe.js")
        site.put(HEARD, "heard")
        site.put(BLANK, _BLANK_PAGE)
        site.start()
        self._sites.append(site)
        return site

    @contextmanager
    def profile(self, name: str = "", *, args: tuple[str, ...] = ()) -> Iterator[Profile]:
        """A browser over the profile ``name``, or over a fresh one."""
        if not name:
            self._profiles += 1
            name = f"fresh-{self._profiles}"
        options = launch_args()
        options["args"] = [*options["args"], *args]
        folder = Path(self._folder.name) / name
        context = self._playwright.chromium.launch_persistent_context(folder, **options)
        try:
            browser = context.browser
            self.facts.setdefault("chromium", browser.version if browser else "")
            yield Profile(context)
        finally:
            context.close()

    @contextmanager
    def home(self) -> Iterator[tuple[Profile, StaticSite]]:
        """A profile that was here before: both voices used, idle work done, all stored."""
        first = self._home is None
        site = self._home = self._home or self.site()
        with self.profile("home") as profile:
            if first:
                settle(self, profile, site)
            yield profile, site


def settle(lab: Lab, profile: Profile, site: StaticSite) -> None:
    """A first visit to its end, with its idle-time work."""
    visit = profile.visit(site.url, say=("Good morning.", {"voiceId": ENGLISH}))
    visit.settled()
    lab.facts.setdefault("sessions", visit.call("() => piperDebug.getSessionCacheStats()"))
    lab.facts.setdefault("isolated", visit.call("() => crossOriginIsolated"))
    lab.facts.setdefault("cores", visit.call("() => navigator.hardwareConcurrency"))
    visit.close()
