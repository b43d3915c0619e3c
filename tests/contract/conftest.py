"""A blank page that holds the adapters of ``web/js`` as ``window.host`` (tests/js/host_page.js)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import JS
from tests.e2e.server import StaticSite

PAGE = """<!doctype html><meta charset="utf-8"><title>Adapters</title>
<link rel="icon" href="data:,"><script type="module" src="js/host_page.js"></script>"""


def add_adapters(site: StaticSite) -> StaticSite:
    site.put("host.html", PAGE)
    site.put("js/host_page.js", JS / "host_page.js")
    return site


def open_adapters(page: Page, site: StaticSite) -> Page:
    page.goto(site.url + "host.html")
    page.wait_for_function("() => window.host")
    return page


@pytest.fixture
def host_site(dist: Path, make_site: Callable[..., StaticSite]) -> StaticSite:
    """dist/ and the adapters' page in it."""
    return add_adapters(make_site(dist))


@pytest.fixture
def host_page(page: Page, host_site: StaticSite) -> Page:
    """The page, with ``window.host`` there."""
    return open_adapters(page, host_site)


@pytest.fixture
def plain_page(page: Page, dist: Path, make_site: Callable[..., StaticSite]) -> Page:
    """The same on a host that sends no isolation headers."""
    return open_adapters(page, add_adapters(make_site(dist, isolation=False)))
