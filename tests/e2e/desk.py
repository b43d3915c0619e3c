"""A desk on which one worker takes whatever it is given; for the tests of bad input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser import Watch, open_app
from tests.e2e.server import StaticSite
from tests.public_api import ENGLISH, failure, hold_workers, synthesize

SPEAK = "([text, options]) => lectern.synthesize(text, options)"


@contextmanager
def laid(
    browser: Browser, dist: Path, prepare: Callable[[StaticSite], None] = lambda site: None
) -> Iterator[tuple[Page, StaticSite]]:
    """One app for many bad things; at the end its first worker must still be the only one."""
    with StaticSite(dist) as site:
        prepare(site)
        # A service worker would serve nothing but the files of the build, and rightly so.
        context = browser.new_context(service_workers="block")
        watch = Watch(context)
        watch.allow("404", "500", "ERR_CONTENT_LENGTH_MISMATCH", "onnxruntime|ERROR_CODE")
        page = context.new_page()
        hold_workers(page)
        yield open_app(page, site.url), site
        assert page.evaluate("testWorkers.count('lectern')") == 1, "the worker did not live on"
        context.close()
        watch.check()


@contextmanager
def living_on(page: Page, site: StaticSite) -> Iterator[None]:
    """Afterwards the worker speaks, and the caches hold what was said and nothing else."""
    page.evaluate("() => clearAudioCache()")
    yield
    site.heal()
    wanted = cached(page) + 1
    assert synthesize(page, "Still here.", voiceId=ENGLISH).level > 0.005
    page.wait_for_function(
        """async (wanted) => {
          const { count, memory } = await piperDebug.getCacheStats();
          return count === wanted && memory.count === wanted;
        }""",
        arg=wanted,
    )


def refused(page: Page, code: str, text: object, **options: object) -> str:
    """``lectern.synthesize`` rejects with ``code``; the sentence that it gives."""
    found = failure(page, SPEAK, [text, options])
    assert (found.code, found.isError) == (code, True), found
    assert len(found.message) > 15
    assert found.message.rstrip().endswith((".", "?")), f"no sentence: {found.message}"
    return found.message


def cached(page: Page) -> int:
    count: int = page.evaluate("async () => (await piperDebug.getCacheStats()).memory.count")
    return count
