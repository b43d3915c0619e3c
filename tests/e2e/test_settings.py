"""Settings of the site and of the reader, in the page; what is made before it is asked for."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import Watch, open_app, until, within
from tests.e2e.server import StaticSite
from tests.public_api import ENGLISH, FRENCH, open_blank, synthesize

MIB = 1024 * 1024
FILE = "lectern.json"
#: What the site's file said is known to the page.
_KNOWN = "() => Object.keys(localStorage).some((key) => key.startsWith('lectern.site@'))"
_LOADED = "() => piperDebug.getSessionCacheStats().voiceCount"
TEXT = "One is short. Two is short as well. Three follows it. Four is next. Five is the last."


def show(page: Page) -> Locator:
    """The panel, opened."""
    page.locator("#more-open").click()
    page.locator("#more-cache-settings").click()
    panel = page.locator("#cache-settings")
    expect(panel.locator("#cache-settings-waiting")).to_be_hidden()
    return panel


def about(page: Page, name: str) -> Locator:
    return page.locator(f"#set-{name}-about")


def switch(page: Page, name: str, on: bool) -> None:
    page.locator(f"#set-{name}").set_checked(on)
    expect(about(page, name)).to_contain_text("Your choice")


def told(page: Page, watch: Watch, pattern: str, times: int = 1) -> None:
    """The console has said it so often. Who asked the engine again and again would be in the way of
    what waits until nobody asks."""
    while len(watch.found(pattern)) < times:
        page.wait_for_event("console", timeout=60_000)


def counters(page: Page) -> dict[str, int]:
    found: dict[str, int] = page.evaluate("async () => (await piperDebug.getMetrics()).counters")
    return found


def choose(page: Page, **choices: object) -> None:
    """As if the reader had chosen it on an earlier visit."""
    page.add_init_script(
        f"localStorage.setItem('lectern.settings', {json.dumps(json.dumps(choices))})"
    )


def test_the_site_s_file_counts_and_what_is_wrong_in_it_is_told(
    page: Page, site: StaticSite, watch: Watch
) -> None:
    good = {"diskCacheBytes": 128 * MIB, "memoryCacheEntries": 77}
    site.put(FILE, json.dumps({**good, "compression": "zip", "noSuch": 1}))
    app = open_app(page, site.url)
    panel = show(app)
    # It is fetched when the engine is up, and changes what is shown.
    expect(about(app, "diskCacheBytes")).to_contain_text("Set by this site", timeout=60_000)
    expect(app.locator("#set-diskCacheBytes")).to_have_value(str(128 * MIB))
    expect(app.locator("#set-compression")).to_have_value("auto")
    # What nobody can choose here is shown all the same.
    panel.locator(".set-others summary").click()
    others = panel.locator("#cache-settings-others div")
    expect(others.filter(has_text="77")).to_have_text(re.compile("Set by this site"))
    expect(others.filter(has_text="20%")).to_have_text(re.compile("Default"))
    problems = panel.locator("#cache-settings-problems li")
    expect(problems).to_have_count(2)
    for problem in problems.all():
        expect(problem).to_contain_text("lectern.json")
        expect(problem).to_have_attribute("lang", "en")
    assert len(watch.found(r"lectern\.json: .*compression")) == 1
    app.reload()
    within(app, "() => window.lectern.ready", seconds=60)
    show(app)
    expect(about(app, "diskCacheBytes")).to_contain_text("Set by this site")
    site.restore(FILE)
    app.reload()
    within(app, "() => window.lectern.ready", seconds=60)
    until(app, f"async () => !({_KNOWN})()", seconds=60)
    show(app)
    expect(about(app, "diskCacheBytes")).to_contain_text("Default.")
    expect(app.locator("#set-diskCacheBytes")).to_have_value(str(512 * MIB))


def test_a_file_that_is_missing_is_no_error(page: Page, site: StaticSite, watch: Watch) -> None:
    open_app(page, site.url)
    until(page, "() => navigator.serviceWorker.ready.then(() => true)", seconds=60)
    open_app(page, site.url)
    until(page, "async () => (await fetch('files.json')).ok")
    # Asked for on the first visit or on this one: and nothing is in the console (`watch`).
    for _ in range(200):
        if site.count(FILE):
            break
        page.evaluate("() => new Promise(requestAnimationFrame)")
    assert {hit.status for hit in site.hits(FILE)} == {404}
    assert page.evaluate(_KNOWN) is False
    assert watch.problems == []


@pytest.mark.parametrize("text", ["{", "[]", '"text"', "null", "{}" + " " * 70_000, "\0"])
def test_a_hostile_file_stands_in_nobody_s_way(page: Page, site: StaticSite, text: str) -> None:
    site.put(FILE, text)
    app = open_app(page, site.url)
    until(app, f"async () => ({_KNOWN})()", seconds=60)
    app.reload()
    within(app, "() => window.lectern.ready", seconds=60)
    assert synthesize(app, "Still here.", voiceId=ENGLISH).samples.size > 1000


def test_the_reader_s_choice_survives_a_reload_and_can_be_taken_back(
    page: Page, site: StaticSite
) -> None:
    app = open_app(page, site.url)
    show(app)
    app.locator("#set-memoryCacheBytes").select_option(str(100 * MIB))
    expect(about(app, "memoryCacheBytes")).to_contain_text("Your choice")
    app.locator("#set-start").select_option("eager")
    expect(about(app, "start")).to_contain_text("Counts from the next start")
    app.reload()
    within(app, "() => window.lectern.ready", seconds=60)
    show(app)
    expect(app.locator("#set-memoryCacheBytes")).to_have_value(str(100 * MIB))
    expect(about(app, "start")).not_to_contain_text("next start")
    row = app.locator(".set-row", has=app.locator("#set-memoryCacheBytes"))
    row.get_by_role("button").focus()
    app.keyboard.press("Enter")
    expect(about(app, "memoryCacheBytes")).to_have_text("Default.")
    expect(app.locator("#set-memoryCacheBytes")).to_have_value(str(200 * MIB))
    expect(app.locator("#set-memoryCacheBytes")).to_be_focused()
    kept = app.evaluate("() => JSON.parse(localStorage.getItem('lectern.settings'))")
    assert kept == {"start": "eager"}


def test_chosen_twice_in_a_row_nothing_jumps_back(page: Page, site: StaticSite) -> None:
    app = open_app(page, site.url)
    show(app)
    first, second = str(50 * MIB), str(500 * MIB)
    app.evaluate(
        """(sizes) => {
          const select = document.querySelector('#set-memoryCacheBytes');
          window.shown = [];
          const watcher = new MutationObserver(() => window.shown.push(select.value));
          watcher.observe(select, {childList: true});
          for (const size of sizes) {
            select.value = size;
            select.dispatchEvent(new Event('change', {bubbles: true}));
          }
        }""",
        [first, second],
    )
    expect(about(app, "memoryCacheBytes")).to_contain_text("Your choice")
    assert set(app.evaluate("window.shown")) == {second}


def test_a_switch_counts_at_once_in_every_tab(
    page: Page, site: StaticSite, context: BrowserContext
) -> None:
    app, other = open_app(page, site.url), open_app(context.new_page(), site.url)
    show(app)
    switch(app, "diskCache", on=False)
    stats = """async () => {
      const { count, memory } = await piperDebug.getCacheStats();
      return [count, memory.count];
    }"""
    for tab, text in ((app, "Not written here."), (other, "Nor from another tab.")):
        if tab is other:
            show(other)
        expect(about(tab, "diskCache")).to_contain_text("Your choice")
        synthesize(tab, text, voiceId=ENGLISH)
        until(tab, f"async () => (await ({stats})())[1] === 1")
        assert tab.evaluate(stats) == [0, 1]
    switch(app, "audioCache", on=False)
    expect(app.locator("#set-diskCacheBytes")).to_be_disabled()
    synthesize(app, "Not written here.", voiceId=ENGLISH)
    assert counters(app)["synthesis"] == 2, "nothing is asked of the cache"


def test_two_embedders_on_one_origin_share_no_audio(page: Page, site: StaticSite) -> None:
    open_blank(page, site)
    found = within(
        page,
        """async ([base, voiceId]) => {
          const { createLectern } = await import(`${base}js/lectern.js`);
          const names = async () => {
            const all = (await indexedDB.databases()).map(({ name }) => name);
            return all.filter((name) => name.startsWith('lectern-audio')).sort();
          };
          const said = async (prefix) => {
            const lectern = createLectern({ base, settings: { prefix } });
            const sources = [];
            for await (const { source } of lectern.stream('Mine alone.', { voiceId })) {
              sources.push(source);
            }
            // Answered when what was made is written.
            const written = async () => {
              if (!(await names()).includes(`lectern-audio-${prefix}`)) return 0;
              const db = await new Promise((resolve) => {
                const opening = indexedDB.open(`lectern-audio-${prefix}`);
                opening.onsuccess = () => resolve(opening.result);
              });
              const count = await new Promise((resolve) => {
                const asked = db.transaction('meta').objectStore('meta').count();
                asked.onsuccess = () => resolve(asked.result);
              });
              db.close();
              return count;
            };
            while (!(await written())) await new Promise((tick) => setTimeout(tick, 20));
            await lectern.dispose();
            return sources.at(-1);
          };
          const sources = [await said('one'), await said('two'), await said('one')];
          return { sources, names: await names() };
        }""",
        [site.url, ENGLISH],
        seconds=100,
    )
    assert found["sources"] == ["model", "model", "disk"]
    assert found["names"] == ["lectern-audio-one", "lectern-audio-two"]


def test_phrases_are_made_ahead(page: Page, site: StaticSite, watch: Watch) -> None:
    app = open_app(page, site.url)
    report: dict[str, Any] = within(
        app,
        """async (voiceId) => {
          const seen = [];
          const onProgress = ({ done, requested }) => seen.push(`${done}/${requested}`);
          const wish = { voiceId, categories: ['confirmation'], styles: ['neutral'], onProgress };
          return { ...(await piperDebug.preloadPhrases(wish)), seen };
        }""",
        FRENCH,
        seconds=60,
    )
    seen = report.pop("seen")
    requested = report["requested"]
    assert set(report) == {
        "voiceId", "categories", "styles", "requested", "made", "cached", "failed", "seconds",
        "bytes", "ms",
    }  # fmt: skip
    assert (report["voiceId"], report["categories"]) == (FRENCH, ["confirmation"])
    assert report["made"] == requested > 10
    assert (report["cached"], report["failed"]) == (0, 0)
    assert report["seconds"] > 5 and report["bytes"] > 50_000 and report["ms"] > 0
    assert (seen[-1], len(seen)) == (f"{requested}/{requested}", requested)
    assert watch.found(rf"\[PiperWASM\] 🗣️ Phrases: {requested}/{requested} \(100%\)")
    sources = within(
        app,
        """async (voiceId) => {
          const sources = [];
          for await (const { source } of lectern.stream('Oui.', { voiceId, style: 'neutral' })) {
            sources.push(source);
          }
          return sources;
        }""",
        FRENCH,
    )
    assert sources == ["memory"]
    again = within(
        app,
        """(voiceId) => piperDebug.preloadPhrases(
          { voiceId, categories: ['confirmation'], styles: ['neutral'], clearFirst: true })""",
        FRENCH,
        seconds=60,
    )
    assert again["made"] == requested, "it was cleared first"


@pytest.mark.parametrize("start", ["eager", "hybrid", "lazy"])
def test_when_the_voice_is_loaded(page: Page, site: StaticSite, start: str) -> None:
    app = open_app(page, site.url)
    synthesize(app, "Used once.", voiceId=ENGLISH)
    until(app, "() => localStorage.getItem('lectern.warm') !== null")
    choose(app, start=start)
    app.reload()
    within(app, "() => window.lectern.ready", seconds=60)
    until(app, "() => document.querySelector('#voice').value !== ''")
    if start == "eager":
        until(app, _LOADED)
        return
    app.evaluate("() => piperDebug.getCacheStats()")
    assert app.evaluate(_LOADED) == 0, "there is nothing to read"
    app.locator("#play").hover()
    if start == "hybrid":
        until(app, _LOADED)
        return
    app.get_by_label("Text", exact=True).fill(TEXT)
    until(app, "() => document.querySelector('#play').disabled === false")
    app.evaluate("() => piperDebug.getCacheStats()")
    assert app.evaluate(_LOADED) == 0
    app.locator("#play").click()
    until(app, _LOADED)


def test_the_next_sentences_of_a_chosen_voice_are_made(
    page: Page, site: StaticSite, watch: Watch
) -> None:
    app = open_app(page, site.url)
    app.get_by_label("Text", exact=True).fill(TEXT)
    until(app, "() => document.querySelector('#voice').value !== ''")
    app.locator("#voice").select_option(FRENCH)
    told(app, watch, "Synthesis done", 3)
    until(app, "async () => (await piperDebug.getMetrics()).counters['predict.prepared'] === 3")
    assert counters(app)["synthesis"] == 3, "three, and no more"
    app.locator("#play").click()
    until(app, "async () => (await piperDebug.getMetrics()).counters['predict.used'] >= 3")
    until(
        app,
        "async () => (await piperDebug.trace()).filter((t) => t.source === 'memory').length >= 3",
    )


def test_what_a_reading_prepares_is_counted(page: Page, site: StaticSite) -> None:
    app = open_app(page, site.url)
    within(
        app,
        """async ([text, voiceId]) => {
          const speech = lectern.speak(text, { voiceId, rate: 4 });
          await speech.finished;
        }""",
        [TEXT, ENGLISH],
        seconds=60,
    )
    until(app, "async () => (await piperDebug.getMetrics()).counters['predict.used'] === 4")
    assert counters(app)["predict.prepared"] == 4, "all but the first"


def test_what_is_heard_often_is_made_ready_when_there_is_time(
    page: Page, site: StaticSite, watch: Watch
) -> None:
    app = open_app(page, site.url)
    within(
        app,
        """async (voiceId) => {
          for (let i = 0; i < 3; i++) {
            await lectern.speak('Hello again.', { voiceId, rate: 4 }).finished;
          }
        }""",
        ENGLISH,
        seconds=60,
    )
    until(app, "async () => (await piperDebug.getCacheStats()).count === 1")
    app.reload()
    within(app, "() => window.lectern.ready", seconds=60)
    watch.lines.clear()
    habits = app.evaluate("() => JSON.parse(localStorage.getItem('lectern.habits'))")
    assert [(text, count) for text, count, _ in habits.values()] == [("Hello again.", 3)]
    # Nothing is spoken on this visit: it comes with the work of idle time.
    told(app, watch, "Audio found in cache")
    show(app)
    switch(app, "rememberPhrases", on=False)
    until(app, "() => localStorage.getItem('lectern.habits') === null")
