"""Another look of the page: what is being read stays in its place, and nothing is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Watch, open_app, until
from tests.e2e.server import StaticSite
from tests.e2e.test_appearance import SLIDERS, applied, choose, open_panel, show, slider, style
from tests.e2e.test_page import PARAGRAPHS, VOICE_IN_VIEW, button, play, reading

#: Where the spoken sentence is, in px from the window's top.
SPOKEN_TOP = "() => [...CSS.highlights.get('sentence')][0].getClientRects()[0].top"
#: The beginnings of the paragraphs that are in sight.
IN_SIGHT = """() => {
  const from = document.querySelector('#sheet').getBoundingClientRect().bottom;
  const to = document.querySelector('#bar').getBoundingClientRect().top;
  return [...document.querySelectorAll('#reading p')].filter((p) => {
    const { top, bottom } = p.getBoundingClientRect();
    return bottom > from && top < to;
  }).map((p) => p.textContent.slice(0, 12));
}"""
#: What sticks out of the window or of its panel to the side.
STICKING_OUT = """() => {
  const found = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push(`the page is ${scrollWidth} wide`);
  for (const element of document.querySelectorAll('body *')) {
    const seen = { visibilityProperty: true, contentVisibilityAuto: true };
    if (!element.checkVisibility(seen)) continue;
    if (element.closest('.unseen, .chip, #sheet, svg, noscript, option')) continue;
    const { left, right, width } = element.getBoundingClientRect();
    if (width > 1 && (left < -1 || right > innerWidth + 1)) {
      found.push(`${element.tagName}.${element.className} ${left}-${right}`);
    }
  }
  return found;
}"""


# -- the place -----------------------------------------------------------------------


def test_the_spoken_line_stays_where_it_is(app: Page) -> None:
    play(app, PARAGRAPHS)
    for _ in range(30):
        button(app, "Next sentence").click()
    button(app, "Pause").click()
    until(app, VOICE_IN_VIEW)
    # The page has stopped moving when two frames see it in one place.
    until(
        app,
        """async () => {
          const at = scrollY;
          await new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame)));
          return at === scrollY && at > 0;
        }""",
    )
    open_panel(app)
    place = reading(app).get_attribute("data-sentence-start")
    slider(app, "Text size").press("ArrowRight")
    applied(app, "--size", "20")
    assert reading(app).get_attribute("data-sentence-start") == place, "the arrow was the slider's"
    for name, setting, value, said in (
        ("Text size", "--size", "32", "32"),
        ("Line spacing", "--leading", "2.2", "2.2"),
        ("Line length", "--column", "26", "26rem"),
        ("Text size", "--size", "15", "15"),
    ):
        before = app.evaluate(SPOKEN_TOP)
        height = float(style(app, "#reading", "lineHeight").removesuffix("px"))
        slider(app, name).fill(value)
        applied(app, setting, said)
        assert abs(app.evaluate(SPOKEN_TOP) - before) < height / 2, name
    assert app.evaluate(VOICE_IN_VIEW)


def test_what_is_in_sight_stays_in_sight(app: Page) -> None:
    show(app, PARAGRAPHS)
    open_panel(app)
    app.mouse.move(300, 400)
    app.mouse.wheel(0, 2500)
    until(app, "() => scrollY > 2000")
    first, *_ = app.evaluate(IN_SIGHT)
    slider(app, "Text size").fill("36")
    applied(app, "--size", "36")
    assert first in app.evaluate(IN_SIGHT)


def test_what_is_far_away_has_about_its_height(app: Page) -> None:
    """The scroll bar tells the truth of another size before anything was laid out in it."""
    show(app, "\n\n".join([PARAGRAPHS] * 20))
    open_panel(app)
    slider(app, "Text size").fill("34")
    expect(reading(app)).to_have_css("font-size", "34px")
    guessed, true = app.evaluate(
        """() => {
          const guessed = reading.scrollHeight;
          for (const p of reading.children) p.style.contentVisibility = 'visible';
          return [guessed, reading.scrollHeight];
        }"""
    )
    assert guessed == pytest.approx(true, rel=0.2)


# -- small and large -------------------------------------------------------------------


@pytest.mark.parametrize("height", [568, 256])
def test_nothing_is_lost_at_320_pixels(browser: Browser, site: StaticSite, height: int) -> None:
    """WCAG 2.2, 1.4.10 (a window of 1280 at 400 %), with everything as large as it can be set."""
    context = browser.new_context(
        service_workers="block", viewport={"width": 320, "height": height}
    )
    watch = Watch(context)
    page = open_app(context.new_page(), site.url, ready=False)
    assert page.evaluate(STICKING_OUT) == []
    show(page, PARAGRAPHS)
    for large in (False, True):
        open_panel(page)
        assert page.evaluate(STICKING_OUT) == []
        if large:
            choose(page, "OpenDyslexic")
            for name in SLIDERS:
                slider(page, name).focus()
                slider(page, name).press("End")
            expect(reading(page)).to_have_css("font-size", "40px")
            until(page, "() => getComputedStyle(reading).fontFamily.includes('OpenDyslexic')")
        assert page.evaluate(STICKING_OUT) == []
        reset = button(page, "Back to how it was")
        reset.scroll_into_view_if_needed()
        expect(reset).to_be_in_viewport()
        page.keyboard.press("Escape")
        assert page.evaluate(STICKING_OUT) == []
    button(page, "More").click()
    assert page.evaluate(STICKING_OUT) == []
    page.locator("#more-voices").click()
    expect(page.locator("#voices")).to_be_visible()
    assert page.evaluate(STICKING_OUT) == []
    context.close()
    watch.check()


def test_text_spacing_of_the_readers_own_loses_nothing(browser: Browser, site: StaticSite) -> None:
    """WCAG 2.2, 1.4.12, set over the whole page as a browser extension does it."""
    context = browser.new_context(service_workers="block", viewport={"width": 390, "height": 800})
    page = open_app(context.new_page(), site.url, ready=False)
    show(page, PARAGRAPHS)
    open_panel(page)
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
            word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    assert page.evaluate(STICKING_OUT) == []
    clipped = page.evaluate(
        """() => [...document.querySelectorAll('button, legend, label, .look-value, .panel h2')]
          .filter((one) => one.checkVisibility() && !one.closest('.unseen, .chip, #sheet'))
          .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
          .filter((one) => getComputedStyle(one).overflowX !== 'visible')
          .map((one) => one.textContent.trim())"""
    )
    assert clipped == []
    context.close()
