"""Long documents: what the browser need not lay out it does not, and nobody notices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import until
from tests.e2e.test_documents import drop
from tests.e2e.test_page import PASTE, button, reading, text_box

PARAGRAPH = "The lamp is lit, and a page lies open. " * 12
LONG = "\n\n".join([PARAGRAPH.strip()] * 120)
PASTED = "It was pasted. " * 2000
#: Kinds of blocks that keep another distance to what follows.
SHAPES = "\n\n".join(
    f"## Part {part}\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n\n- one\n- two\n- three\n\n{PARAGRAPH}\n\n"
    f"> quoted\n\n| a | b |\n|---|---|\n| c | d |\n| e | f |\n\n{PARAGRAPH}\n\n"
    f"### Below\n\n{PARAGRAPH}"
    for part in range(40)
)
#: Where each block begins below the one before, with leaves as they are or none at all.
DISTANCES = """(style) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.leaf { content-visibility: visible; ${style} }`);
  document.adoptedStyleSheets = [sheet];
  const tops = [...document.querySelectorAll('.leaf > *')].map(
    (block) => block.getBoundingClientRect().top,
  );
  document.adoptedStyleSheets = [];
  return tops.map((top, index) => Math.round(top - (tops[index - 1] ?? top)));
}"""
LEAVES = """() => {
  const leaves = [...document.querySelectorAll('.leaf')];
  const drawn = ({firstChild}) => firstChild.checkVisibility({contentVisibilityAuto: true});
  return [leaves.filter(drawn).length, leaves.length];
}"""
IN_THE_BOX = "() => document.querySelector('#text').value"


@pytest.fixture
def long(app: Page) -> Page:
    drop(app, "long.txt", LONG.encode())
    expect(reading(app)).to_have_attribute("data-whole", "")
    return app


def test_only_what_is_near_is_laid_out(long: Page) -> None:
    until(long, f"() => {{ const [drawn] = ({LEAVES})(); return drawn < 5; }}")
    _, leaves = long.evaluate(LEAVES)
    assert leaves >= 8
    assert len(long.evaluate(IN_THE_BOX)) < 1000


def test_the_leaves_of_a_page_do_not_show(app: Page) -> None:
    """A block keeps its distance to the one before, also where a leaf ends between them."""
    drop(app, "shapes.md", SHAPES.encode())
    expect(reading(app)).to_have_attribute("data-whole", "")
    assert app.evaluate(LEAVES)[1] > 10
    bound = app.evaluate(DISTANCES, "contain: layout paint style")
    assert bound == app.evaluate(DISTANCES, "display: contents")


def test_a_place_far_away_comes_into_view(long: Page) -> None:
    last = long.locator(".leaf p").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    box = last.bounding_box()
    assert box
    long.mouse.click(box["x"] + 40, box["y"] + 10)
    until(long, "() => document.querySelector('#reading').dataset.sentenceStart > 50000")


# -- written in ------------------------------------------------------------------------


def reach_by_tab(page: Page) -> None:
    """The strip has the focus, and stays a strip."""
    button(page, "More").focus()
    page.keyboard.press("Tab")
    expect(text_box(page)).to_be_focused()
    expect(page.locator("body")).to_have_attribute("data-mode", "reading")


def press_a_key(page: Page) -> str:
    reach_by_tab(page)
    page.keyboard.press("x")
    return "x"


def dictate(page: Page) -> str:
    """As a keyboard on the screen or a voice does: no key is pressed."""
    reach_by_tab(page)
    page.keyboard.insert_text("Said. ")
    return "Said. "


def paste_much(page: Page) -> str:
    reach_by_tab(page)
    page.evaluate(PASTE, PASTED)
    return PASTED


def ask_for_the_box(page: Page) -> str:
    button(page, "Edit").click()
    expect(text_box(page)).to_be_focused()
    assert page.evaluate(IN_THE_BOX) == LONG
    page.keyboard.press("x")
    return "x"


@pytest.mark.parametrize("write", [press_a_key, dictate, paste_much, ask_for_the_box])
def test_all_of_it_is_there_for_who_writes(long: Page, write: Callable[[Page], str]) -> None:
    written = write(long)
    expect(long.locator("body")).to_have_attribute("data-mode", "editing")
    assert long.evaluate(IN_THE_BOX) == written + LONG
    button(long, "Play").click()
    expect(reading(long)).to_have_attribute("data-whole", "")
    assert long.locator(".leaf p").first.inner_text().startswith(written[:10])


def test_all_of_it_is_there_for_who_copies(long: Page) -> None:
    reach_by_tab(long)
    long.keyboard.press("Control+a")
    length = "() => { const b = document.querySelector('#text'); return b.selectionEnd; }"
    assert long.evaluate(length) == len(LONG)
