"""The panel of looks: seen at once, kept, on before the first paint, and harmless."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser import Watch, open_app, until
from tests.colours import contrast, table
from tests.e2e.server import StaticSite
from tests.e2e.test_page import PARAGRAPHS, button, reading, text_box

KEY = "lectern.page.appearance"
THEMES = table()
NAMES = {
    "light": "Light",
    "sepia": "Sepia",
    "dark": "Dark",
    "contrast": "High contrast",
    "contrast-dark": "High contrast, dark",
}
SLIDERS = (
    "Text size",
    "Line spacing",
    "Between paragraphs",
    "Between letters",
    "Between words",
    "Line length",
)
DYSLEXIC = "vendor/fonts/opendyslexic-latin-400-normal.woff2"
STYLE = """([selector, property, pseudo]) =>
  getComputedStyle(document.querySelector(selector), pseudo)[property]"""


@pytest.fixture
def bare(browser: Browser) -> Iterator[BrowserContext]:
    """A context without a service worker: its first visits are alike."""
    context = browser.new_context(service_workers="block", color_scheme="light")
    watch = Watch(context)
    yield context
    context.close()
    watch.check()


@pytest.fixture
def desk(bare: BrowserContext, site: StaticSite) -> Page:
    """The app, as soon as it can be used; its voice may still be on the way."""
    return open_app(bare.new_page(), site.url, ready=False)


def panel(page: Page) -> Locator:
    return page.locator("#appearance")


def open_panel(page: Page) -> Locator:
    button(page, "Appearance").click()
    expect(panel(page).get_by_role("heading", name="Appearance")).to_be_focused()
    return panel(page)


def choose(page: Page, name: str) -> None:
    panel(page).get_by_role("radio", name=name, exact=True).check()


def slider(page: Page, name: str) -> Locator:
    return panel(page).get_by_role("slider", name=name)


def style(page: Page, selector: str, name: str, pseudo: str | None = None) -> str:
    found: str = page.evaluate(STYLE, [selector, name, pseudo])
    return found


def hexed(colour: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3])


def stored(page: Page) -> Any:
    return json.loads(page.evaluate(f"localStorage.getItem('{KEY}')") or "null")


def faces(page: Page) -> set[str]:
    """The web fonts that the first paragraph is truly painted with."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": "#reading p"})
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node["nodeId"]})["fonts"]
    session.detach()
    return {font["familyName"] for font in fonts if font["isCustomFont"]}


def show(page: Page, text: str) -> None:
    """Show ``text`` as a page to read, without waiting for a voice."""
    text_box(page).fill(text)
    button(page, "Play").click()
    expect(reading(page)).to_be_visible()
    expect(reading(page)).to_have_attribute("data-whole", "")
    page.keyboard.press("Escape")


def applied(page: Page, setting: str, value: str) -> None:
    """Wait until it is set and the page has come to rest after it."""
    until(
        page,
        """async ([setting, value]) => {
          if (document.documentElement.style.getPropertyValue(setting) !== value) return false;
          for (let frames = 0; frames < 4; frames += 1) await new Promise(requestAnimationFrame);
          return true;
        }""",
        [setting, value],
    )


# -- colours -------------------------------------------------------------------------


def test_each_theme_has_its_colours(desk: Page) -> None:
    show(desk, PARAGRAPHS)
    open_panel(desk)
    for theme, name in NAMES.items():
        choose(desk, name)
        expect(desk.locator("html")).to_have_attribute("data-theme", theme)
        colours = THEMES[theme]
        paper = hexed(style(desk, "html", "backgroundColor"))
        ink = hexed(style(desk, "#reading p", "color"))
        assert (paper, ink) == (colours["paper"], colours["ink"]), theme
        assert contrast(paper, ink) >= 7
        scheme = "dark" if "dark" in theme else "light"
        assert style(desk, "html", "colorScheme") == scheme
        for meta in desk.locator("meta[name=theme-color]").all():
            assert meta.get_attribute("content") == colours["paper"]
        for kind in ("sentence", "word"):
            wash = style(desk, "#reading", "backgroundColor", f"::highlight({kind})")
            assert hexed(wash) == colours[kind], theme
        line = style(desk, "#reading", "textDecorationLine", "::highlight(word)")
        assert line == "underline"
    choose(desk, "As the system")
    expect(desk.locator("html")).to_have_attribute("data-theme", "light")


@pytest.mark.parametrize(
    ("scheme", "wish", "theme"),
    [
        ("dark", "no-preference", "dark"),
        ("light", "more", "contrast"),
        ("dark", "more", "contrast-dark"),
    ],
)
def test_as_the_system_follows_the_system_at_once(
    desk: Page,
    scheme: Literal["light", "dark"],
    wish: Literal["more", "no-preference"],
    theme: str,
) -> None:
    expect(desk.locator("html")).to_have_attribute("data-theme", "light")
    desk.emulate_media(color_scheme=scheme, contrast=wish)
    expect(desk.locator("html")).to_have_attribute("data-theme", theme)
    open_panel(desk)
    choose(desk, "Sepia")
    expect(desk.locator("html")).to_have_attribute("data-theme", "sepia")
    desk.emulate_media(color_scheme="light", contrast="no-preference")
    expect(desk.locator("html")).to_have_attribute("data-theme", "sepia")


def test_forced_colours_are_the_systems(desk: Page) -> None:
    show(desk, PARAGRAPHS)
    open_panel(desk)
    choose(desk, "Sepia")
    desk.emulate_media(forced_colors="active")
    canvas = desk.evaluate(
        """() => {
          const probe = document.createElement('p');
          probe.style.color = 'Canvas';
          document.body.append(probe);
          const { color } = getComputedStyle(probe);
          probe.remove();
          return color;
        }"""
    )
    assert style(desk, "html", "backgroundColor") == canvas
    assert style(desk, "#reading p", "color") != canvas


# -- faces ---------------------------------------------------------------------------


def test_a_face_is_fetched_when_it_is_chosen_and_is_used(desk: Page, site: StaticSite) -> None:
    show(desk, PARAGRAPHS)
    until(desk, "() => document.fonts.check('1em Literata')")
    fetched = {path for path in site.paths() if path.endswith(".woff2")}
    assert fetched <= {
        "vendor/fonts/literata-latin-wght-normal.woff2",
        "vendor/fonts/literata-latin-ext-wght-normal.woff2",
    }
    assert faces(desk) == {"Literata"}
    open_panel(desk)
    for name, family, file in (
        ("OpenDyslexic", "OpenDyslexic", DYSLEXIC),
        (
            "Atkinson Hyperlegible",
            "Atkinson Hyperlegible Next",
            "atkinson-hyperlegible-next-latin-wght",
        ),
    ):
        choose(desk, name)
        until(desk, "(name) => getComputedStyle(reading).fontFamily.includes(name)", family)
        # It was there before it was used.
        assert desk.evaluate("(name) => document.fonts.check(`1em '${name}'`)", family)
        assert any(file in path for path in site.paths())
        (used,) = faces(desk)
        assert used.startswith(family), used
    choose(desk, "The system’s")
    until(desk, "() => getComputedStyle(reading).fontFamily.startsWith('system-ui')")
    assert faces(desk) == set()


def test_literatas_other_scripts_come_when_they_are_read(desk: Page, site: StaticSite) -> None:
    show(desk, "Лампа горит. Страница лежит на столе. Τὸ φῶς.")
    until(desk, "() => document.fonts.check('1em Literata', 'Лὸ')")
    assert faces(desk) == {"Literata"}
    fetched = {path.rpartition("/")[2] for path in site.paths() if path.endswith(".woff2")}
    assert "literata-cyrillic-wght-normal.woff2" in fetched
    assert "literata-vietnamese-wght-normal.woff2" not in fetched


def test_a_face_that_was_chosen_is_there_without_a_network(app: Page, site: StaticSite) -> None:
    show(app, PARAGRAPHS)
    open_panel(app)
    choose(app, "OpenDyslexic")
    until(app, "() => getComputedStyle(reading).fontFamily.includes('OpenDyslexic')")
    until(
        app,
        "async (path) => Boolean(await caches.match(new URL(path, document.baseURI)))",
        DYSLEXIC,
        seconds=60,
    )
    site.stop()
    app.reload()
    show(app, PARAGRAPHS)
    until(app, "() => document.fonts.check('1em OpenDyslexic')")
    (used,) = faces(app)
    assert used.startswith("OpenDyslexic")


# -- size and spacing ----------------------------------------------------------------


def test_sliders_by_keyboard_with_their_values_in_words(desk: Page) -> None:
    show(desk, PARAGRAPHS)
    open_panel(desk)
    size = slider(desk, "Text size")
    expect(size).to_have_attribute("aria-valuetext", "19 pixels")
    size.focus()
    size.press("ArrowRight")
    expect(size).to_have_attribute("aria-valuetext", "20 pixels")
    expect(reading(desk)).to_have_css("font-size", "20px")
    size.press("End")
    expect(reading(desk)).to_have_css("font-size", "40px")
    size.press("Home")
    expect(reading(desk)).to_have_css("font-size", "14px")
    for name, css, least, most in (
        ("Line spacing", "line-height", "16.8px", "33.6px"),
        ("Between letters", "letter-spacing", "0px", "2.8px"),
        ("Between words", "word-spacing", "0px", "8.4px"),
        ("Line length", "max-width", "424px", "1000px"),
    ):
        one = slider(desk, name)
        one.focus()
        one.press("Home")
        expect(reading(desk)).to_have_css(
            css, least if least != "0px" else re.compile("0px|normal")
        )
        one.press("End")
        expect(reading(desk)).to_have_css(css, most)
    gap = slider(desk, "Between paragraphs")
    gap.focus()
    gap.press("End")
    expect(reading(desk).locator("p").first).to_have_css("margin-bottom", "35px")
    expect(gap).to_have_attribute("aria-valuetext", "250% of the size")
    gap.press("Home")
    expect(gap).to_have_attribute("aria-valuetext", "nothing more")


def test_themes_and_faces_by_keyboard(desk: Page) -> None:
    button(desk, "Appearance").focus()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")  # past the cross
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("radio", name="As the system")).to_be_focused()
    desk.keyboard.press("ArrowRight")
    expect(desk.get_by_role("radio", name="Light")).to_be_checked()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("html")).to_have_attribute("data-theme", "sepia")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("radio", name="Literata")).to_be_focused()
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("html")).to_have_attribute("data-font", "sans")
    desk.keyboard.press("Escape")
    expect(panel(desk)).to_be_hidden()
    expect(button(desk, "Appearance")).to_be_focused()


def test_the_line_length_is_said_in_characters(desk: Page) -> None:
    show(desk, PARAGRAPHS)
    open_panel(desk)
    said = slider(desk, "Line length").get_attribute("aria-valuetext") or ""
    count = re.search(r"\d+", said)
    assert count
    truth = desk.evaluate(
        """() => {
          const [node] = document.querySelector('#reading p').childNodes;
          const range = document.createRange();
          const tops = new Map();
          for (let at = 0; at < node.length; at += 1) {
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const { top } = range.getBoundingClientRect();
            tops.set(top, (tops.get(top) ?? 0) + 1);
          }
          return Math.max(...tops.values());
        }"""
    )
    assert abs(int(count[0]) - truth) <= 0.15 * truth


# -- kept ----------------------------------------------------------------------------


def test_it_is_on_before_the_first_paint(
    desk: Page, bare: BrowserContext, site: StaticSite
) -> None:
    open_panel(desk)
    choose(desk, "Dark")
    slider(desk, "Text size").fill("28")
    until(desk, f"() => localStorage.getItem('{KEY}').includes('28')")
    assert stored(desk) == {"theme": "dark", "size": 28}
    # Without any module at all: what puts it on can only be the script in the head.
    later = bare.new_page()
    later.route(
        "**/app/main.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    later.add_init_script(
        """new MutationObserver((_, watcher) => {
          if (!document.body) return;
          watcher.disconnect();
          const { theme } = document.documentElement.dataset;
          window.atBody = [theme, getComputedStyle(document.documentElement).backgroundColor];
        }).observe(document, { childList: true, subtree: true });"""
    )
    later.goto(site.url)
    theme, background = later.evaluate("window.atBody")
    assert (theme, hexed(background)) == ("dark", THEMES["dark"]["paper"])
    assert later.evaluate("document.documentElement.style.getPropertyValue('--size')") == "28"


def test_a_reload_looks_the_same(desk: Page) -> None:
    open_panel(desk)
    choose(desk, "Sepia")
    slider(desk, "Text size").fill("26")
    slider(desk, "Line length").fill("44")
    desk.reload()
    show(desk, PARAGRAPHS)
    expect(reading(desk)).to_have_css("font-size", "26px")
    assert hexed(style(desk, "html", "backgroundColor")) == THEMES["sepia"]["paper"]
    open_panel(desk)
    expect(desk.get_by_role("radio", name="Sepia")).to_be_checked()
    expect(slider(desk, "Text size")).to_have_value("26")
    expect(slider(desk, "Line length")).to_have_value("44")


@pytest.mark.parametrize(
    "value",
    [
        "{",
        '{"theme": "\\"]{}body{display:none}", "font": "../../x", "size": "9e9px"}',
        '{"size": 1e308, "leading": -5, "width": 1e9, "letter": 99, "word": 99, "paragraph": 99}',
    ],
)
def test_what_is_stored_is_checked(desk: Page, value: str) -> None:
    desk.evaluate(f"(value) => localStorage.setItem('{KEY}', value)", value)
    desk.reload()
    show(desk, PARAGRAPHS)
    assert hexed(style(desk, "html", "backgroundColor")) == THEMES["light"]["paper"]
    size = float(style(desk, "#reading", "fontSize").removesuffix("px"))
    assert 14 <= size <= 40
    assert float(style(desk, "#reading", "lineHeight").removesuffix("px")) >= 1.2 * size
    expect(reading(desk).locator("p").first).to_be_visible()


def test_reset_brings_everything_back(desk: Page) -> None:
    show(desk, PARAGRAPHS)
    before = style(desk, "#reading", "font")
    open_panel(desk)
    choose(desk, "High contrast, dark")
    choose(desk, "The system’s")
    for name in SLIDERS:
        slider(desk, name).focus()
        slider(desk, name).press("End")
    expect(reading(desk)).to_have_css("font-size", "40px")
    button(desk, "Back to how it was").click()
    expect(desk.locator("html")).to_have_attribute("data-theme", "light")
    assert style(desk, "#reading", "font") == before
    assert stored(desk) is None
    expect(desk.get_by_role("radio", name="As the system")).to_be_checked()
    expect(slider(desk, "Text size")).to_have_value("19")
    expect(desk.locator("#status")).to_have_text("Everything looks as it did at first.")


def test_two_tabs_look_alike(desk: Page, bare: BrowserContext, site: StaticSite) -> None:
    other = open_app(bare.new_page(), site.url, ready=False)
    open_panel(other)
    open_panel(desk)
    choose(desk, "Dark")
    slider(desk, "Text size").fill("30")
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    expect(slider(other, "Text size")).to_have_value("30")
    expect(other.get_by_role("radio", name="Dark", exact=True)).to_be_checked()
    other.evaluate("localStorage.clear()")
    expect(desk.locator("html")).to_have_attribute("data-theme", "light")
