"""Rules of pronunciation: made, heard at once, kept; only the sound they touch is made anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import until
from tests.e2e.test_documents import BOOK, drop, opened
from tests.e2e.test_page import THREE, at_sentence, button, heard_at, play, reading
from tests.public_api import ENGLISH, failure, stream

LANTERN = "The lamp is lit."
#: Texts and where their sound came from, oldest first, since `forget`.
TRACE = "async () => (await piperDebug.trace()).map(({text, source}) => [text, source])"
SELECT = """(word) => {
  const page = document.querySelector('#reading');
  const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(word);
    if (at < 0) continue;
    getSelection().setBaseAndExtent(node, at, node, at + word.length);
    return;
  }
  throw new Error(`The page has no ${word}.`);
}"""


def panel(page: Page) -> Locator:
    return page.locator("#pronunciation")


def open_panel(page: Page) -> None:
    button(page, "More").click()
    button(page, "Pronunciation").click()
    expect(page.get_by_role("heading", name="Pronunciation", exact=True)).to_be_visible()


def fill(page: Page, written: str, says: str, **choices: str) -> None:
    inside = panel(page)
    inside.get_by_label("Written").fill(written)
    inside.get_by_label("Said as").fill(says)
    for name, value in choices.items():
        inside.get_by_role("combobox", name=name).select_option(label=value)


def add(page: Page, written: str, says: str, **choices: str) -> None:
    fill(page, written, says, **choices)
    panel(page).get_by_role("button", name="Add", exact=True).click()
    expect(panel(page).get_by_label("Written")).to_have_value("")
    expect(rule(page, written)).to_contain_text(says)


def rule(page: Page, written: str) -> Locator:
    return panel(page).get_by_role("listitem").filter(has_text=written)


def trace(page: Page) -> list[list[str]]:
    found: list[list[str]] = page.evaluate(TRACE)
    return found


def forget(page: Page) -> None:
    page.evaluate("() => piperDebug.resetMetrics()")


def made(page: Page, text: str) -> int:
    """How often the model made this sentence since `forget`."""
    return trace(page).count([text, "model"])


def to_the_end(page: Page) -> None:
    until(page, "() => document.querySelector('#bar').dataset.state === 'idle'")
    # What was made is in the cache when its count says so.
    page.evaluate("() => piperDebug.getCacheStats()")


def test_only_what_a_rule_touches_is_made_anew(app: Page) -> None:
    play(app, THREE)
    at_sentence(app, 2)
    to_the_end(app)
    open_panel(app)
    add(app, "lamp", "lantern")
    forget(app)
    play_again(app)
    assert trace(app) == [
        [LANTERN, "model"],
        ["A page lies open on the desk.", "memory"],
        ["Nobody has to hurry.", "memory"],
    ]
    panel(app).get_by_role("switch", name="Use the rule for lamp").uncheck()
    forget(app)
    play_again(app)
    assert {source for _, source in trace(app)} == {"memory"}
    assert len(trace(app)) == 3


def play_again(page: Page) -> None:
    page.evaluate("() => { window.heard = []; }")
    button(page, "Play").click()
    at_sentence(page, 2)
    to_the_end(page)


def test_a_change_is_heard_in_the_sentence_that_is_spoken(app: Page) -> None:
    sentence = (
        "The lamp was lit again, " + "and the road went on and on, " * 8 + "and then it ended."
    )
    app.evaluate("() => lectern.ready")
    play(app, f"{sentence} Nobody came.")
    open_panel(app)
    forget(app)
    add(app, "lamp", "lantern")
    until(
        app,
        "async (text) => (await piperDebug.trace()).some((one) => one.source === 'model'"
        " && text.startsWith(one.text))",
        sentence,
    )
    expect(reading(app)).to_have_attribute("data-sentence", "0")
    assert made(app, sentence[:80]) == 1
    button(app, "Stop").click()


def test_a_rule_is_tried_before_it_is_kept(app: Page) -> None:
    app.evaluate("() => lectern.ready")
    open_panel(app)
    inside = panel(app)
    fill(app, "Keira", "/kˈiːɹə/")
    expect(inside.locator("#rule-phonemes")).to_have_text("/kˈiːɹə/")
    forget(app)
    button(app, "Hear it").click()
    until(app, "async () => (await piperDebug.trace()).length === 1")
    assert trace(app) == [["Keira", "model"]]
    inside.get_by_label("Said as").fill("/kЖɹə/")
    expect(inside.get_by_role("alert")).to_have_text("The voice does not know: Ж")
    inside.get_by_role("button", name="Add", exact=True).click()
    expect(inside.get_by_role("alert")).to_be_visible()
    expect(inside.get_by_role("listitem")).to_have_count(0)
    inside.get_by_label("Said as").fill("")
    expect(inside.get_by_role("alert")).to_be_hidden()
    expect(inside.locator("#rule-phonemes")).not_to_have_text("")
    inside.get_by_role("button", name="Add", exact=True).click()
    expect(inside.get_by_role("alert")).to_have_text("Write how it is said.")


def test_patterns_are_tried_on_an_example(app: Page) -> None:
    app.evaluate("() => lectern.ready")
    open_panel(app)
    inside = panel(app)
    fill(app, "# km", "$1 kilometres", Kind="Pattern")
    inside.get_by_label("Example to try it on").fill("12 miles")
    expect(inside.get_by_role("alert")).to_have_text("The pattern does not fit the example.")
    inside.get_by_label("Example to try it on").fill("12 km")
    expect(inside.locator("#rule-phonemes")).to_contain_text("ɪləm")
    inside.get_by_label("Written").fill("(km")
    inside.get_by_role("button", name="Add", exact=True).click()
    expect(inside.get_by_role("alert")).to_contain_text("not closed")
    inside.get_by_label("Written").fill("# km")
    inside.get_by_role("button", name="Add", exact=True).click()
    expect(rule(app, "# km")).to_contain_text("Pattern")


def test_a_selected_word_is_one_button_away(app: Page) -> None:
    play(app, THREE)
    button(app, "Pause").click()
    app.evaluate(SELECT, "desk")
    here = button(app, "Pronounce…")
    expect(here).to_be_visible()
    box = here.bounding_box()
    assert box
    assert round(box["height"]) >= 44
    here.click()
    expect(panel(app).get_by_label("Written")).to_have_value("desk")
    expect(panel(app).get_by_label("Said as")).to_be_focused()
    expect(panel(app).locator("#rule-phonemes")).to_have_text("/dˈɛsk/")
    expect(here).to_be_hidden()
    # What is made ahead of the pause is made by now.
    until(app, "async () => (await piperDebug.trace()).length === 3")
    panel(app).get_by_label("Said as").fill("disk")
    forget(app)
    button(app, "Hear it").click()
    until(app, "async () => (await piperDebug.trace()).length === 1")
    assert trace(app) == [["A page lies open on the desk.", "model"]]


def test_the_panel_by_keys_alone(app: Page) -> None:
    play(app, THREE)
    button(app, "Pause").click()
    app.evaluate(SELECT, "lamp")
    button(app, "More").focus()
    app.keyboard.press("Enter")
    button(app, "Pronunciation").focus()
    app.keyboard.press("Enter")
    expect(panel(app).get_by_label("Said as")).to_be_focused()
    app.keyboard.type("lantern")
    app.keyboard.press("Enter")
    expect(rule(app, "lamp")).to_contain_text("lantern")
    expect(panel(app).get_by_label("Written")).to_be_focused()
    button(app, "Edit the rule for lamp").focus()
    app.keyboard.press("Enter")
    expect(panel(app).get_by_label("Said as")).to_have_value("lantern")
    app.keyboard.press("ControlOrMeta+a")
    app.keyboard.type("candle")
    app.keyboard.press("Enter")
    expect(rule(app, "lamp")).to_contain_text("candle")
    switch = panel(app).get_by_role("switch", name="Use the rule for lamp")
    switch.focus()
    app.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    expect(switch).to_be_focused()
    button(app, "Remove the rule for lamp").focus()
    app.keyboard.press("Enter")
    expect(panel(app).get_by_role("listitem")).to_have_count(0)
    app.keyboard.press("Escape")
    expect(panel(app)).to_be_hidden()


def test_a_document_has_rules_of_its_own(app: Page) -> None:
    drop(app, "road.epub", BOOK)
    opened(app, "The road")
    open_panel(app)
    add(app, "road", "rode", For="This document")
    add(app, "wind", "wined", For="All documents")
    app.keyboard.press("Escape")
    button(app, "Lectern: start page").click()
    open_panel(app)
    expect(rule(app, "wind")).to_have_count(1)
    expect(rule(app, "road")).to_have_count(0)
    assert panel(app).locator("#rule-scope option[value=own]").is_disabled()
    app.keyboard.press("Escape")
    app.locator("#library li button").first.click()
    opened(app, "The road")
    app.reload()
    opened(app, "The road")
    open_panel(app)
    expect(panel(app).locator("#rules-own").get_by_role("listitem")).to_have_count(1)
    expect(rule(app, "wind")).to_have_count(1)
    rules = json.loads(app.evaluate("() => localStorage.getItem('lectern.page.rules')"))
    assert [one["written"] for one in rules] == ["wind"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[" * 200_000,
        '{"format": "lectern-pronunciation", "version": 1, "rules": 5}',
        json.dumps({"format": "other", "rules": []}),
        json.dumps(
            {"format": "lectern-pronunciation", "rules": [{"written": "a", "says": "b"}, 5]}
        ),
        json.dumps(
            {
                "format": "lectern-pronunciation",
                "rules": [{"written": "(", "says": "b", "kind": "pattern"}],
            }
        ),
        json.dumps(
            {
                "format": "lectern-pronunciation",
                "rules": [{"written": f"a{n}", "says": "b"} for n in range(1001)],
            }
        ),
        " " * 1_100_000,
    ],
    ids=["empty", "text", "deep", "rules-5", "other", "one-bad", "pattern", "many", "large"],
)
def test_a_bad_file_of_rules_changes_nothing(shared_app: Page, text: str) -> None:
    app = shared_app
    if panel(app).is_hidden():
        open_panel(app)
    give(app, text)
    expect(panel(app).locator("#rules-problem")).to_contain_text("rules.json holds no rules")
    expect(panel(app).get_by_role("listitem")).to_have_count(0)


def give(page: Page, text: str) -> None:
    page.locator("#rules-file").set_input_files(
        {"name": "rules.json", "mimeType": "application/json", "buffer": text.encode()}
    )


def test_rules_go_out_and_come_back_and_are_never_markup(app: Page, tmp_path: Path) -> None:
    open_panel(app)
    hostile = "<img src=x onerror=document.title='hacked'>"
    listed: list[dict[str, Any]] = [
        {"written": hostile, "says": "<b>bold</b>"},
        {
            "kind": "pattern",
            "written": "(*|*)" * 30,
            "says": "$1",
            "language": "en",
            "enabled": False,
        },
        {"written": "__proto__", "says": "constructor"},
    ]
    give(app, json.dumps({"format": "lectern-pronunciation", "version": 1, "rules": listed}))
    expect(panel(app).get_by_role("listitem")).to_have_count(3)
    expect(rule(app, hostile)).to_contain_text("<b>bold</b>")
    assert panel(app).locator("img, b").count() == 0
    with app.expect_download() as started:
        button(app, "Export these").click()
    saved = tmp_path / "saved.json"
    started.value.save_as(saved)
    app.reload()
    open_panel(app)
    expect(panel(app).get_by_role("listitem")).to_have_count(3)
    for _ in range(3):
        panel(app).get_by_role("button", name="Remove the rule for").first.click()
    expect(panel(app).get_by_role("listitem")).to_have_count(0)
    give(app, saved.read_text("utf-8"))
    expect(panel(app).get_by_role("listitem")).to_have_count(3)
    app.keyboard.press("Escape")
    play(app, THREE)
    at_sentence(app, 2)


def test_stored_rules_that_are_none_stop_nothing(app: Page) -> None:
    stored = [
        {"written": "[", "says": "x", "kind": "pattern"},
        5,
        {"written": "lamp", "says": "lantern"},
    ]
    app.evaluate("(rules) => localStorage.setItem('lectern.page.rules', rules)", json.dumps(stored))
    app.reload()
    open_panel(app)
    expect(panel(app).get_by_role("listitem")).to_have_count(1)
    app.keyboard.press("Escape")
    play(app, THREE)
    heard_at(app, THREE.index("Nobody"))


# -- the public API ------------------------------------------------------------------------------


def test_the_api_takes_rules(shared_app: Page) -> None:
    app = shared_app
    text = "The cat sat."
    rules = [{"written": "cat", "says": "elephant"}]
    (plain,) = stream(app, text, voiceId=ENGLISH)
    (ruled,) = stream(app, text, voiceId=ENGLISH, rules=rules)
    (said,) = stream(app, "The elephant sat.", voiceId=ENGLISH)
    spans = [(int(word["start"]), int(word["end"])) for word in ruled.words]
    assert [text[start:end] for start, end in spans] == ["The", "cat", "sat"]
    assert len(ruled.samples) > len(plain.samples)
    assert ruled.words[1]["duration"] == pytest.approx(said.words[1]["duration"], abs=0.12)
    (back,) = stream(app, text, voiceId=ENGLISH, rules=[])
    assert back.source == "memory"
    assert np.allclose(back.samples, plain.samples, atol=1e-3)


def test_pronounce_of_the_api(shared_app: Page) -> None:
    found = shared_app.evaluate(
        "() => lectern.pronounce('A Keira', {voiceId: 'en_US-rms-x_low',"
        " rules: [{written: 'keira', says: '/kˈiːɹЖ/'}]})"
    )
    assert found["unknown"] == ["Ж"]
    assert found["words"][1] == {"start": 2, "end": 7, "phonemes": "kˈiːɹЖ"}


@pytest.mark.parametrize(
    "rules", ["cat", [5], [{"written": "a"}], [{"written": "[", "says": "b", "kind": "pattern"}]]
)
def test_bad_rules_are_a_bad_option(shared_app: Page, rules: object) -> None:
    script = "(rules) => lectern.synthesize('The cat sat.', {rules})"
    assert failure(shared_app, script, rules).code == "bad_option"


def test_the_list_is_left_alone_while_somebody_writes(app: Page) -> None:
    open_panel(app)
    add(app, "lamp", "lantern")
    fill(app, "road", "rode")
    changes = app.evaluate(
        """async () => {
          let changes = 0;
          const count = (records) => { changes += records.length; };
          const watching = new MutationObserver(count);
          watching.observe(document.querySelector('#rules-all ul'), {childList: true});
          const box = document.querySelector('#text');
          for (const letter of 'word') {
            box.value += letter;
            box.dispatchEvent(new InputEvent('input', {inputType: 'insertText'}));
          }
          count(watching.takeRecords());
          return changes;
        }"""
    )
    assert changes == 0
    # Nor is a rule forgotten that is half made.
    expect(panel(app).get_by_label("Written")).to_have_value("road")
