"""WCAG 2.2 AA by axe-core, in every state of the page; and whole journeys by keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import ROOT, Watch, open_app, until
from tests.e2e.server import StaticSite
from tests.e2e.test_documents import BOOK, NOTE, drop, opened
from tests.e2e.test_page import KEEP_SENTENCES, at_sentence, reading, text_box
from tests.epubs import Chapter, make

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const options = {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']};
  const {violations, passes} = await axe.run(document, options);
  return {
    passes: passes.length,
    violations: violations.map(({id, help, nodes}) => ({
      id, help, nodes: nodes.map(({html, any}) => [html, any.map((one) => one.message)])})),
  };
}"""
#: Animations end, so that colours are what they come to be.
SETTLED = "() => document.getAnimations().every((one) => one.playState !== 'running')"

#: With a note, and long enough to be spoken for a minute.
LONG = make(
    [
        Chapter(
            "one.xhtml",
            '<h1>The road</h1><p>The road went up.<a epub:type="noteref" href="#n1">1</a></p>'
            f'<aside epub:type="footnote" id="n1"><p>{NOTE}</p></aside>'
            + "<p>The rain had stopped, and the road was quiet again. Nobody was on it.</p>"
            * 6,
        )
    ],
    title="A Long Road",
)

Scheme = Literal["light", "dark"]


def check(page: Page) -> None:
    """Nothing that axe finds wrong."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    until(page, SETTLED)
    found: dict[str, Any] = page.evaluate(RUN, RULES)
    assert found["passes"] > 10, "axe has looked at nothing"
    assert found["violations"] == []


def panels(page: Page) -> list[str]:
    """Ids of all sheets that the page has."""
    found: list[str] = page.eval_on_selector_all(".panel", "all => all.map((one) => one.id)")
    return found


def open_panel(page: Page, panel: str) -> None:
    """By the button that says it controls it, in the masthead, the bar or the menu."""
    opener = page.locator(f"[aria-controls='{panel}']").first
    assert opener.count() == 1, f"nothing opens #{panel}"
    if opener.evaluate("one => Boolean(one.closest('#more'))"):
        page.locator("#more-open").click()
    opener.click()
    expect(page.locator(f"#{panel}")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, site: StaticSite, width: int, scheme: Scheme) -> None:
    locale = "en-GB" if scheme == "light" else "fr-FR"
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, locale=locale
    )
    watch = Watch(context)
    page = context.new_page()
    open_app(page, site.url)
    check(page)
    drop(page, "road.epub", BOOK)
    opened(page, "The road")
    check(page)
    page.locator("#more-open").click()
    check(page)
    page.keyboard.press("Escape")
    for panel in panels(page):
        opener = page.locator(f"[aria-controls='{panel}']").first
        hidden_here = not opener.evaluate(
            "one => one.closest('#more') !== null || one.checkVisibility()"
        )
        if hidden_here:
            # On a phone the menu leads there.
            page.locator("#more-open").click()
            page.locator(f"#more-{panel}").click()
        else:
            open_panel(page, panel)
        check(page)
        page.keyboard.press("Escape")
        expect(page.locator(f"#{panel}")).to_be_hidden()
    page.evaluate("() => document.querySelector('#help').showPopover()")
    check(page)
    context.close()
    watch.check()


@pytest.mark.parametrize("theme", ["dark", "sepia", "contrast"])
def test_axe_finds_nothing_while_something_happens(
    context: BrowserContext, page: Page, site: StaticSite, theme: str
) -> None:
    """Speaking, searching, notices, questions and an export, in every theme."""
    looks = json.dumps({"theme": theme})
    context.add_init_script("delete window.showSaveFilePicker")  # nobody answers it here
    context.add_init_script(f"localStorage.setItem('lectern.page.appearance', {looks!r})")
    open_app(page, site.url)
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    drop(page, "long.epub", LONG)
    opened(page, "The road")
    page.locator("#speed").select_option("0.5")  # it is spoken while axe looks
    # What is skipped is read, with a way back.
    reading(page).locator(".skipped", has_text=NOTE).click()
    expect(page.locator("#notices .aloud")).to_be_visible()
    until(page, "() => CSS.highlights.get('word')?.size > 0")
    check(page)
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_accessible_name("Play")
    check(page)
    page.keyboard.press("/")
    page.keyboard.type("road")
    expect(page.locator("#find-count")).not_to_be_empty()
    check(page)
    page.keyboard.press("Escape")
    open_panel(page, "away")
    page.locator("#export-start").click()
    check(page)
    expect(page.locator("#export-result")).to_be_visible(timeout=60_000)
    check(page)
    page.keyboard.press("Escape")
    open_panel(page, "metrics")
    page.locator("#metrics-clear").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    check(page)


# -- by keyboard alone ------------------------------------------------------------------


#: Whether the focus can be seen where Tab brought it. Nothing has it only behind the last control.
FOCUS_IS_SEEN = """() => {
  const at = document.activeElement;
  const before = window.focusBefore;
  if (!at || at === document.body) {
    const controls = 'a[href], button, input, select, textarea, summary, [tabindex]';
    const behind = [...document.querySelectorAll(controls)].filter((one) =>
      one.tabIndex >= 0 && !one.disabled && one.checkVisibility({visibilityProperty: true}) &&
      !one.closest('[inert]') &&
      before?.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    return Boolean(before?.isConnected) && before !== document.body && behind.length === 0;
  }
  const {outlineStyle, boxShadow} = getComputedStyle(at);
  const around = at.closest('.chip, .sheet, label') ?? at;
  const ring = getComputedStyle(around);
  return outlineStyle !== 'none' || boxShadow !== 'none' ||
    ring.outlineStyle !== 'none' || ring.boxShadow !== 'none' ||
    at.matches('textarea, .progress:focus-visible');
}"""


def tab_to(page: Page, reached: Callable[[Page], bool], *, most: int = 60) -> None:
    """Press Tab until the focus is there."""
    for _ in range(most):
        if reached(page):
            return
        page.evaluate("() => { window.focusBefore = document.activeElement; }")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_IS_SEEN), "the focus can't be seen: " + str(
            page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        )
    raise AssertionError("Tab never came there")


def at(selector: str) -> Callable[[Page], bool]:
    return lambda page: bool(
        page.evaluate("(selector) => document.activeElement.matches(selector)", selector)
    )


def test_a_text_is_written_read_and_edited_by_keyboard(app: Page) -> None:
    expect(text_box(app)).to_be_focused()
    app.keyboard.type("The lamp is lit. A page lies open on the desk. Nobody has to hurry.")
    app.evaluate(KEEP_SENTENCES)
    tab_to(app, at("#play"))
    app.keyboard.press("Space")
    at_sentence(app, 0)
    app.keyboard.press("Space")
    expect(app.locator("#play")).to_have_accessible_name("Play")
    app.keyboard.press("ArrowRight")
    at_sentence(app, 1)
    app.keyboard.press("Shift+Tab")
    tab_to(app, at("#edit"))
    app.keyboard.press("Enter")
    expect(text_box(app)).to_be_focused()


def test_a_document_is_opened_again_and_read_by_keyboard(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The road")
    app.evaluate("() => document.activeElement?.blur()")
    app.evaluate(KEEP_SENTENCES)
    app.keyboard.press("Space")
    at_sentence(app, 1)
    app.keyboard.press("Space")
    expect(app.locator("#play")).to_have_accessible_name("Play")
    app.keyboard.press("?")
    expect(app.locator("#help")).to_be_visible()
    app.keyboard.press("Escape")
    expect(app.locator("#help")).to_be_hidden()
    expect(reading(app)).to_be_visible()


def test_the_menu_and_every_panel_by_keyboard(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The road")
    tab_to(app, at("#more-open"))
    app.keyboard.press("Enter")
    expect(app.locator("#more button:visible").first).to_be_focused()
    app.keyboard.press("ArrowUp")
    expect(app.locator("#more button:visible").last).to_be_focused()
    app.keyboard.press("Escape")
    expect(app.locator("#more-open")).to_be_focused()
    for panel in panels(app):
        opener = app.locator(f"[aria-controls='{panel}']").first
        inside = opener.evaluate("one => Boolean(one.closest('#more'))")
        if inside:
            app.locator("#more-open").focus()
            app.keyboard.press("Enter")
            tab_to(app, at(f"[aria-controls='{panel}']"))
        else:
            opener.focus()
        app.keyboard.press("Enter")
        expect(app.locator(f"#{panel}-title")).to_be_focused()
        app.keyboard.press("Tab")
        assert app.evaluate(
            "(id) => document.getElementById(id).contains(document.activeElement)", panel
        ), f"Tab leads out of #{panel} at once"
        app.keyboard.press("Escape")
        expect(app.locator(f"#{panel}")).to_be_hidden()
        expect(app.locator("#more-open") if inside else opener).to_be_focused()
