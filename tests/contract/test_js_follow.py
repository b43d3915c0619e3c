"""Keeping the spoken line in view, and letting go of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser import until

#: A tall page with a line in the middle; ``window.told`` is what the page is to show.
SET_UP = """async () => {
  const {Follow} = await import('/js/view/follow.js');
  document.body.innerHTML =
    '<div style="height: 3000px"></div><p id="line">A line.</p><div style="height: 3000px"></div>';
  window.told = [];
  const space = () => ({top: 0, bottom: innerHeight});
  window.follow = new Follow({space, away: (away) => told.push(away)});
  const range = document.createRange();
  range.selectNodeContents(document.getElementById('line'));
  window.range = range;
  follow.track(range);
}"""
#: The reader scrolls until the line is so many pixels from the top of the window.
READER = """(from) => {
  told.length = 0;
  dispatchEvent(new WheelEvent('wheel'));
  const {top} = document.getElementById('line').getBoundingClientRect();
  scrollBy({top: top - from, behavior: 'instant'});
}"""
ARRIVED = "() => told.length > 0"


def scrolled(page: Page, pixels: int) -> dict[str, Any]:
    page.evaluate(READER, pixels)
    until(page, ARRIVED)
    found: dict[str, Any] = page.evaluate(
        "() => ({away: told.at(-1), following: follow.following})"
    )
    return found


def test_a_way_back_is_offered_to_who_does_not_see_the_line(host_page: Page) -> None:
    host_page.evaluate("() => window.scrollTo(0, 0)")
    host_page.evaluate(SET_UP)
    until(host_page, "() => Math.abs(range.getBoundingClientRect().top - innerHeight / 3) < 2")
    assert scrolled(host_page, 5) == {"away": False, "following": False}
    assert scrolled(host_page, -500) == {"away": True, "following": False}
    # The voice goes on there, where nobody looks.
    host_page.evaluate("() => { told.length = 0; follow.track(range); }")
    assert host_page.evaluate("told") == [True]
    assert scrolled(host_page, 300) == {"away": False, "following": True}


def test_the_voice_that_comes_into_sight_is_followed_again(host_page: Page) -> None:
    host_page.evaluate(SET_UP)
    assert scrolled(host_page, -500)["away"]
    host_page.evaluate(
        """() => {
          const next = document.createElement('p');
          next.textContent = 'The next line.';
          next.style.cssText = `position: absolute; top: ${scrollY + innerHeight / 2}px`;
          document.body.append(next);
          range.selectNodeContents(next);
          follow.track(range);
        }"""
    )
    assert host_page.evaluate("[told.at(-1), follow.following]") == [False, True]
