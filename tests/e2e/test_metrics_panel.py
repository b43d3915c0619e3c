"""The panel of metrics: what the engine counted, why a sentence was slow, and nothing private."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import Watch, open_app, until
from tests.e2e.server import StaticSite
from tests.e2e.test_accessibility import at, check, tab_to
from tests.e2e.test_page import THREE, at_sentence, button, play, reading
from tests.returning import Snapshot

SOURCES = {"memory": "Memory", "disk": "Disk", "published": "Published", "model": "Newly made"}
#: The sentences of THREE.
LAMP, DESK, HURRY = "The lamp is lit.", "A page lies open on the desk.", "Nobody has to hurry."
#: Counts the requests for the panel, and answers what `window.told` says if it says anything.
HEAR = """() => {
  const post = Worker.prototype.postMessage;
  window.asked = [];
  window.told = null;
  Worker.prototype.postMessage = function (message, transfer) {
    const { v, id, type } = message;
    if (type === 'overview') {
      window.asked.push(performance.now());
      const data = { v, id, ok: true, value: structuredClone(window.told) };
      const answer = () => this.dispatchEvent(new MessageEvent('message', { data }));
      if (window.told) return void setTimeout(answer);
    }
    return post.call(this, message, transfer);
  };
}"""
#: An engine that has spoken for hours: everything that is counted, and 45 sentences.
TELL = """() => {
  const spread = (p50, p90, p99) => ({count: 9, mean: p50, p50, p90, p99, max: p99});
  const now = 1_790_000_040_000;
  window.told = {
    metrics: {
      counters: {'cache.disk.bytes.before': 4e6, 'cache.disk.bytes.after': 4e5,
        'cache.disk.evicted.age': 4, 'predict.prepared': 8, 'predict.used': 6},
      latency: {'sentence.memory': spread(0.3, 0.5, 0.9), 'sentence.disk': spread(4, 6, 9),
        'sentence.published': spread(30, 40, 50), 'sentence.model': spread(300, 700, 2000),
        infer: spread(200, 300, 400)},
      hitRate: [0, 1, 2, 5].map((minute) => ({at: now + minute * 60000, memory: 2, disk: 1,
        published: 1, model: 4})),
      memory: {sessions: 7e7, cache: 1e7, entries: 9},
      since: now,
    },
    trace: Array.from({length: 45}, (_, number) => ({text: `Sentence ${number}.`, characters: 12,
      voiceId: 'v', source: 'model', audio: 900, cache: 1, phonemise: 8, session: number ? 0 : 1200,
      infer: 400, windows: 4, encode: 0, store: 0, total: number ? 250 + number : 1500})),
    traced: 45,
    cache: {memory: {count: 9, size: 1e7}, disk: {count: 99, size: 3e7}},
    most: {memory: 2e8, disk: 5e8},
  };
}"""

ROWS = """() => [...document.querySelectorAll('#metrics-where tbody tr')]
  .map((row) => [...row.cells].map((cell) => cell.textContent))"""
AGREE = f"""async (names) => {{
  const shown = Object.fromEntries(({ROWS})());
  const {{ latency }} = await piperDebug.getMetrics();
  return Object.entries(names).every(
    ([source, name]) => shown[name] === String(latency[`sentence.${{source}}`]?.count ?? 0));
}}"""


def panel(page: Page) -> Locator:
    return page.locator("#metrics")


def open_panel(page: Page) -> None:
    page.locator("#more-open").click()
    page.locator("#more-metrics").click()
    expect(panel(page)).to_be_visible()


def row(page: Page, text: str) -> Locator:
    return page.locator("#slow-list > li", has_text=text)


def agree(page: Page) -> dict[str, str]:
    """Wait until the panel and the engine say the same of where sentences came from: that."""
    until(page, AGREE, SOURCES)
    rows: list[list[str]] = page.evaluate(ROWS)
    return {name: count for name, count, _share in rows}


def copied(page: Page) -> Any:
    page.evaluate("() => navigator.clipboard.writeText('nothing')")
    button(page, "Copy as JSON").click()
    expect(page.locator("#metrics-told")).to_have_text("Copied.")
    # That may still be said of the time before.
    until(page, "async () => (await navigator.clipboard.readText()) !== 'nothing'")
    return json.loads(page.evaluate("() => navigator.clipboard.readText()"))


def test_it_says_what_the_engine_counted_and_why_a_sentence_was_slow(app: Page) -> None:
    app.context.grant_permissions(["clipboard-read", "clipboard-write"])
    app.evaluate(HEAR)
    open_panel(app)
    expect(app.locator("#metrics-nothing")).to_be_visible()
    expect(app.locator("#slow-list")).to_be_hidden()
    app.keyboard.press("Escape")

    play(app, THREE)
    at_sentence(app, 2)
    button(app, "Stop").click()
    asked = len(app.evaluate("() => window.asked"))
    open_panel(app)
    for sentence in (LAMP, DESK, HURRY):
        expect(row(app, sentence)).to_be_visible()
    assert asked <= 2, "it looked while it was closed"
    assert agree(app)["Newly made"] == "3"
    expect(app.locator("#metrics-nothing")).to_be_hidden()
    newest = app.locator("#slow-list > li").first
    expect(newest).to_contain_text(HURRY)

    # Which of the two the first sentence waited for longer depends on how far the voice was.
    trace = app.evaluate("async () => (await piperDebug.trace())[0]")
    waited = sum(trace[step] for step in ("cache", "phonemise", "session"))
    made = min(trace["infer"], max(0, trace["total"] - waited))
    loaded = trace["session"] > made
    reason = row(app, LAMP).locator(".slow-reason")
    expect(reason).to_contain_text(
        "The voice was loaded first" if loaded else "Making its first sound"
    )
    expect(row(app, LAMP)).to_contain_text("Newly made · first sound after")
    assert row(app, LAMP).locator("svg.chart-bar rect").count() >= 2

    # A click shows a sentence in the text.
    row(app, DESK).get_by_role("button").click()
    lit = "() => String([...(CSS.highlights.get('found-now') ?? [])])"
    until(app, f"(text) => ({lit})() === text", DESK)
    app.keyboard.press("Shift")
    assert app.evaluate(lit) == ""

    # The next time it comes from memory, and nothing was slow. Stop kept the place: from the top.
    reading(app).get_by_text(LAMP).click(position={"x": 3, "y": 10})
    until(app, "async () => (await piperDebug.getMetrics()).latency['sentence.memory']?.count > 1")
    button(app, "Stop").click()
    expect(app.locator("#slow-list > li", has_text="It was not").first).to_be_visible()
    assert int(agree(app)["Memory"]) > 1

    without = copied(app)
    assert THREE.split()[1] not in json.dumps(without["trace"])
    assert without["metrics"]["latency"]["sentence.model"]["count"] == 3
    assert [one["source"] for one in without["trace"]][:3] == ["model"] * 3
    app.get_by_label("With the sentences").check()
    assert copied(app)["trace"][0]["text"] == LAMP

    # What is not in this text is said to be elsewhere.
    app.locator("#edit").click()
    app.locator("#text").fill("Something else.")
    row(app, LAMP).first.get_by_role("button").click()
    expect(row(app, LAMP).first).to_contain_text("not in the text that is open")

    # Cleared when it is asked for, and not before.
    kept = app.locator("#metrics-kept tbody")
    button(app, "Clear the audio").click()
    app.keyboard.press("Escape")
    expect(app.locator("#metrics-ask")).to_be_hidden()
    expect(panel(app)).to_be_visible()
    assert app.evaluate("async () => (await piperDebug.getCacheStats()).count") == 3
    button(app, "Clear the audio").click()
    app.locator("#metrics-clear-do").click()
    expect(app.locator("#metrics-cleared")).to_have_text("The audio was cleared.")
    expect(kept).to_contain_text("Disk0")
    assert app.evaluate("async () => (await piperDebug.getCacheStats()).count") == 0

    button(app, "Reset").click()
    expect(app.locator("#metrics-nothing")).to_be_visible()
    expect(app.locator("#slow-list")).to_be_hidden()
    assert app.evaluate("async () => (await piperDebug.getMetrics()).latency") == {}


def test_everything_is_drawn_looked_for_seldom_and_reached_by_keyboard(app: Page) -> None:
    app.evaluate(HEAR)
    app.evaluate(TELL)
    tab_to(app, at("#more-open"))
    app.keyboard.press("Enter")
    tab_to(app, at("#more-metrics"))
    app.keyboard.press("Enter")
    expect(app.locator("#metrics-title")).to_be_focused()
    expect(app.locator("#slow-list > li")).to_have_count(20)
    expect(app.locator("#slow-list > li").first).to_contain_text("Sentence 44.")
    for section in app.locator(".metric").all():
        expect(section).to_be_visible()
    # Each chart has its numbers in words beside it: none is only a picture.
    for name in ("where", "time", "first", "kept", "compression", "memory", "evictions"):
        place = app.locator(f"#metrics-{name}")
        expect(place.locator("svg").first).to_be_visible()
        assert any(letter.isdigit() for letter in place.inner_text()), name
    expect(app.locator("#metrics-time")).to_contain_text("50%")
    expect(app.locator("#metrics-compression")).to_contain_text("10 times smaller")
    expect(app.locator("#metrics-evictions")).to_contain_text("Disk: not used for long")
    expect(app.locator("#metrics-predictions")).to_contain_text("75%")

    # A table is opened, more is shown, and the focus stays where it is while it looks again.
    tab_to(app, at("#metrics summary"))
    app.keyboard.press("Enter")
    expect(app.locator("#metrics-minutes tbody tr")).to_have_count(4)
    tab_to(app, at("#slow-list > li:last-child button"))
    app.evaluate("() => window.told.trace.push({...window.told.trace[0], text: 'News.', total: 1})")
    expect(app.locator("#slow-list > li").first).to_contain_text("News.")
    assert at("#slow-list > li:last-child button")(app), "the focus was lost"
    tab_to(app, at("#slow-more"))
    app.keyboard.press("Enter")
    expect(app.locator("#slow-list > li")).to_have_count(40)
    app.keyboard.press("Enter")
    expect(app.locator("#slow-more")).to_be_hidden()
    expect(row(app, "Sentence 0.")).to_contain_text("The voice was loaded first")
    check(app)

    times = app.evaluate("() => window.asked")
    assert min(later - earlier for earlier, later in pairwise(times)) >= 990
    app.keyboard.press("Escape")
    expect(panel(app)).to_be_hidden()
    expect(app.locator("#more-open")).to_be_focused()


@pytest.mark.parametrize("theme", ["sepia", "contrast-dark"])
def test_on_a_phone_in_french(
    browser: Browser, site: StaticSite, snapshot: Snapshot, theme: str
) -> None:
    context = browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 800})
    watch = Watch(context)
    snapshot.lay(context, site)
    page = open_app(context.new_page(), site.url, ready=False)
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
    page.evaluate(HEAR)
    page.evaluate(TELL)
    open_panel(page)
    expect(page.get_by_role("heading", name="Mesures")).to_be_focused()
    expect(row(page, "Sentence 44.")).to_contain_text("Fabriquer le premier son")
    expect(page.locator("#metrics-where")).to_contain_text("Mémoire")
    page.locator("#metrics summary:visible").first.click()
    wide = (
        "() => { const {scrollWidth, clientWidth} = document.querySelector('#metrics .panel-body');"
    )
    assert page.evaluate(f"{wide} return scrollWidth - clientWidth; }}") == 0
    small = """() => [...document.querySelectorAll('#metrics button, #metrics summary')]
      .filter((one) => one.checkVisibility())
      .filter((one) => one.getBoundingClientRect().height < 44).length"""
    assert page.evaluate(small) == 0
    check(page)
    # The sheet covers the text there: it goes when a sentence of it is to be seen.
    page.locator("#metrics .panel-close").click()
    page.locator("#text").fill("Sentence 43. Sentence 44.")
    open_panel(page)
    row(page, "Sentence 44.").get_by_role("button").click()
    expect(panel(page)).to_be_hidden()
    expect(reading(page)).to_be_visible()
    context.close()
    watch.check()
