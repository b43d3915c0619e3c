"""The voice that was used last is loaded while Python boots; a wrong hint costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Page

from tests.browser import Watch, until
from tests.e2e.server import StaticSite
from tests.e2e.shelf import Shelf
from tests.native import snr
from tests.public_api import open_blank, stream

VOICE, OTHER = "en_US-tiny-medium", "fr_FR-trio-medium"
MODEL = f"models/piper/{VOICE}.onnx"
TEXT = "The little cat sleeps on the red carpet."
CREATE = """async (base) => {
  const { createLectern } = await import(`${base}js/lectern.js`);
  window.lectern = createLectern({ base });
}"""


@pytest.fixture
def tiny_site(dist: Path, make_site: Callable[..., StaticSite]) -> StaticSite:
    site = make_site(dist)
    shelf = Shelf(dist, site)
    shelf.add_tiny(VOICE)
    shelf.add_tiny(OTHER)
    return site


def visit(page: Page, site: StaticSite) -> None:
    open_blank(page, site)
    page.evaluate(CREATE, site.url)


def spoken(page: Page, voice: str = VOICE, text: str = TEXT) -> npt.NDArray[np.float32]:
    return np.concatenate([piece.samples for piece in stream(page, text, voiceId=voice)])


def test_the_voice_is_loaded_before_python_is_there(page: Page, tiny_site: StaticSite) -> None:
    visit(page, tiny_site)
    first = spoken(page)
    until(page, "() => localStorage.getItem('lectern.warm') !== null")

    tiny_site.forget()
    python, model = tiny_site.hold("py/lectern.zip"), tiny_site.hold(MODEL)
    visit(page, tiny_site)
    assert python.arrived.wait(20)
    # Python can't have asked for it.
    assert model.arrived.wait(20)
    model.release()
    python.release()
    again = spoken(page, text=TEXT + " Again.")
    assert tiny_site.count(MODEL) == 1  # and nobody fetched it a second time
    assert len(again) > len(first)


def test_another_voice_than_expected(page: Page, tiny_site: StaticSite) -> None:
    visit(page, tiny_site)
    first = spoken(page, OTHER, "Un chat dort.")
    second = spoken(page, VOICE)
    visit(page, tiny_site)
    # VOICE was used last; now the other one is wanted, and then both.
    longer = spoken(page, OTHER, "Un chat dort bien.")
    assert len(longer) != len(first) or snr(first, longer) < 20
    assert len(spoken(page, VOICE, TEXT + " Yes.")) > len(second)
    stats = page.evaluate("() => lectern.voices().then((all) => all.length)")
    assert stats >= 2


@pytest.mark.parametrize(
    "hint",
    [
        "not json",
        "null",
        "[]",
        '"text"',
        '{"voiceId": 3}',
        '{"voiceId": "xx_XX-gone-low", "sha256": "00"}',
        '{"voiceId": "../../index.html", "sha256": "00"}',
        f'{{"voiceId": "{VOICE}", "sha256": "{"0" * 64}"}}',
    ],
)
def test_a_wrong_hint_costs_nothing(
    page: Page, tiny_site: StaticSite, watch: Watch, hint: str
) -> None:
    watch.allow("404.*gone")
    open_blank(page, tiny_site)
    page.evaluate("(hint) => localStorage.setItem('lectern.warm', hint)", hint)
    page.evaluate(CREATE, tiny_site.url)
    assert len(spoken(page)) > 10_000
