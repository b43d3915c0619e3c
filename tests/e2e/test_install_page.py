"""The panel of voices: find, hear, install, use and remove them, by mouse, keys and drops."""

from __future__ import annotations

import io
import json
import re
import wave

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Watch, open_app, until
from tests.collection import CollectionServer
from tests.e2e.faults import Slow, Status
from tests.e2e.installing import (
    PLAIN,
    TINY,
    TRIO,
    collection,
    give,
    ids,
    install,
    laid,
    row,
    shop,
)
from tests.e2e.server import StaticSite
from tests.public_api import ENGLISH, FRENCH

__all__ = ["collection", "laid", "shop"]

Laid = tuple[CollectionServer, StaticSite]
SENTENCES = " ".join(f"The lamp number {n} is lit, and nobody has to hurry." for n in range(30))
DROP = """async ([files, target]) => {
  const data = new DataTransfer();
  for (const [url, name] of files) {
    data.items.add(new File([await (await fetch(url)).arrayBuffer()], name));
  }
  const event = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
  (target ? document.querySelector(target) : window).dispatchEvent(event);
}"""


def open_panel(page: Page) -> None:
    page.get_by_role("button", name="Voices", exact=True).click()
    expect(page.get_by_role("heading", name="Voices", exact=True)).to_be_focused()


def open_collection(page: Page) -> None:
    open_panel(page)
    page.get_by_role("button", name="Show Piper’s voices").click()
    expect(row(page, TRIO)).to_be_visible()


def act(page: Page, voice_id: str, name: str) -> None:
    row(page, voice_id).get_by_role("button", name=re.compile(f"^{name}: ")).click()


def details(page: Page, voice_id: str) -> None:
    row(page, voice_id).locator("summary").click()


def test_from_the_collection_to_reading_with_it(
    shop: Page, watch: Watch, collection: CollectionServer
) -> None:
    open_panel(shop)
    assert not collection.requests()
    shop.get_by_role("button", name="Show Piper’s voices").click()
    expect(shop.get_by_role("searchbox", name="Search")).to_be_focused()
    expect(row(shop, TRIO)).to_contain_text("France · medium · 1.0 MB")
    collection.fault(collection.path(TRIO), Slow(0.2, parts=8), times=1)
    act(shop, TRIO, "Install")
    expect(row(shop, TRIO).get_by_role("progressbar")).to_be_visible()
    amount = row(shop, TRIO).locator(".voice-row-amount")
    expect(amount).to_have_text(re.compile(r"^0\.[1-9] / 1\.0 MB$"))
    expect(row(shop, TRIO).get_by_role("button", name="Cancel: Trio")).to_be_focused()
    expect(row(shop, TRIO).get_by_role("button", name="Use: Trio")).to_be_focused(timeout=30_000)
    expect(shop.locator("#status")).to_have_text("Trio is installed.")
    act(shop, TRIO, "Use")
    expect(shop.locator("#voice-name")).to_have_text("Trio")
    expect(row(shop, TRIO).get_by_role("button", name="In use: Trio")).to_be_disabled()
    expect(shop.locator("#voice-storage")).to_have_text("Voices take up 1.0 MB in this browser.")
    shop.get_by_label("Text", exact=True).fill("Bonjour tout le monde.")
    shop.get_by_role("button", name="Play", exact=True).click()
    until(shop, f"() => piperDebug.getSessionCacheStats().voices.includes('{TRIO}')")


def test_a_stopped_download_waits_for_the_next_visit(
    shop: Page, collection: CollectionServer
) -> None:
    open_collection(shop)
    collection.fault(collection.path(PLAIN), Slow(0.4, parts=8), times=1)
    act(shop, PLAIN, "Install")
    amount = row(shop, PLAIN).locator(".voice-row-amount")
    expect(amount).to_have_text(re.compile(r"^0\.[2-5] / "))
    act(shop, PLAIN, "Cancel")
    expect(row(shop, PLAIN)).to_contain_text(re.compile(r"0\.\d.MB are here"))
    open_app(shop, shop.url)
    collection.forget()
    open_panel(shop)
    # Known without asking the collection, which is asked when it goes on.
    expect(row(shop, PLAIN)).to_contain_text(re.compile(r"0\.\d.MB are here"))
    assert not collection.requests()
    act(shop, PLAIN, "Resume")
    expect(row(shop, PLAIN).get_by_role("button", name="Use: Plain")).to_be_visible(timeout=30_000)
    assert collection.requests(collection.path(PLAIN), hop="files")[-1].status == 206


def test_a_download_that_fails_says_why_and_can_be_given_up(
    shop: Page, watch: Watch, collection: CollectionServer
) -> None:
    open_collection(shop)
    collection.fault(collection.path(PLAIN), Status(503))
    act(shop, PLAIN, "Install")
    problem = row(shop, PLAIN).get_by_role("alert")
    expect(problem).to_contain_text("What has come is kept", timeout=30_000)
    details(shop, PLAIN)
    row(shop, PLAIN).get_by_role("button", name="Discard: Plain").click()
    expect(row(shop, PLAIN).get_by_role("button", name="Install: Plain")).to_be_visible()
    until(shop, "async () => (await lectern.storage()).bytes === 0")


def test_the_list_is_searched_and_filtered(shop: Page) -> None:
    open_collection(shop)
    rows = shop.locator(".voice-row")
    everything = rows.count()
    assert everything >= 6
    assert shop.locator("#voice-lists h3").all_inner_texts()[:2] == ["English", "French"]
    # What is here comes first in its language.
    expect(rows.first).to_have_attribute("data-voice", ENGLISH)
    search = shop.get_by_role("searchbox", name="Search")
    search.fill("TRÎO")
    expect(rows).to_have_count(1)
    search.fill("nobody at all")
    expect(shop.get_by_text("No voice is called that.")).to_be_visible()
    search.fill("")
    shop.locator("#voice-language").select_option(label="French")
    expect(shop.locator("#voice-lists h3")).to_have_text(["French"])
    assert 0 < rows.count() < everything


def test_the_licence_is_looked_up_when_somebody_looks(
    shop: Page, collection: CollectionServer
) -> None:
    open_collection(shop)
    card = collection.path(TRIO, "card")
    assert not collection.requests(card)
    details(shop, TRIO)
    expect(row(shop, TRIO)).to_contain_text("CC0")
    expect(row(shop, TRIO)).to_contain_text("amelie, bruno, claire")
    assert collection.requests(card)
    details(shop, ENGLISH)
    expect(row(shop, ENGLISH)).to_contain_text("this site")
    expect(row(shop, ENGLISH).get_by_role("button", name="Remove")).to_have_count(0)


def tone() -> bytes:
    """Two seconds of a recording."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((1, 2, 16_000, 0, "NONE", ""))
        wav.writeframes(bytes((n * 37) % 256 for n in range(64_000)))
    return file.getvalue()


def test_voices_are_heard_before_and_after(shop: Page, collection: CollectionServer) -> None:
    folder = collection.path(TRIO).rpartition("/")[0]
    collection.put(f"{folder}/samples/speaker_0.mp3", tone())
    open_collection(shop)
    hear = row(shop, TRIO).locator(".voice-row-sample")
    expect(hear).to_have_accessible_name("Hear Trio")
    hear.click()
    expect(hear).to_have_attribute("data-sample", "heard")
    expect(hear).to_have_accessible_name("Stop")
    other = row(shop, ENGLISH).locator(".voice-row-sample")
    other.click()  # one at a time
    expect(hear).to_have_attribute("data-sample", "silent")
    expect(other).to_have_attribute("data-sample", "heard", timeout=30_000)
    other.click()
    expect(other).to_have_attribute("data-sample", "silent")
    missing = row(shop, PLAIN).locator(".voice-row-sample")
    missing.click()
    expect(row(shop, PLAIN).get_by_role("alert")).to_have_text("The sample could not be played.")


def put_files(laid: Laid) -> None:
    collection, site = laid
    voice = collection.voices[TRIO]
    site.put("given/model", voice.model)
    site.put("given/config", voice.config)
    site.put("given/text", b"not a voice")


def test_files_dropped_anywhere_become_a_voice(shop: Page, laid: Laid, watch: Watch) -> None:
    put_files(laid)
    model, config = (
        ["given/model", "fr_FR-mine-medium.onnx"],
        [
            "given/config",
            "fr_FR-mine-medium (1).onnx.json",
        ],
    )
    shop.evaluate(DROP, [[model], None])
    expect(shop.get_by_role("heading", name="Voices", exact=True)).to_be_visible()
    expect(shop.locator("#voice-files-problem")).to_contain_text("A voice is two files")
    shop.evaluate(DROP, [[config], "#voices"])
    expect(row(shop, "fr_FR-mine-medium")).to_be_visible(timeout=30_000)
    expect(shop.locator("#voice-files-problem")).to_be_hidden()
    assert "fr_FR-mine-medium" in ids(shop)
    # A text is still a text.
    shop.evaluate(DROP, [[["given/text", "letter.txt"]], None])
    expect(shop.get_by_label("Text", exact=True)).to_have_value("not a voice")


def test_files_that_are_no_voice_are_told(shop: Page, laid: Laid, watch: Watch) -> None:
    put_files(laid)
    bad = [["given/text", "xx_XX-bad-low.onnx"], ["given/config", "xx_XX-bad-low.onnx.json"]]
    shop.evaluate(DROP, [bad, None])
    expect(shop.locator("#voice-files-problem")).to_contain_text(
        "xx_XX-bad-low.onnx: This is no voice"
    )
    assert len(ids(shop)) == 2


@pytest.mark.parametrize(
    ("config", "name", "says"),
    [
        ("given/config", "fr_FR-other-medium", "of different voices"),
        ("given/pinyin", "fr_FR-mine-medium", "needs a Chinese phonemizer"),
    ],
    ids=["another voice's JSON", "pinyin"],
)
def test_why_files_are_refused_is_told(
    shop: Page, laid: Laid, watch: Watch, config: str, name: str, says: str
) -> None:
    put_files(laid)
    pinyin = {**json.loads(laid[0].voices[TRIO].config), "phoneme_type": "pinyin"}
    laid[1].put("given/pinyin", json.dumps(pinyin).encode())
    pair = [["given/model", "fr_FR-mine-medium.onnx"], [config, f"{name}.onnx.json"]]
    shop.evaluate(DROP, [pair, None])
    expect(shop.locator("#voice-files-problem")).to_contain_text(says)
    assert len(ids(shop)) == 2


def test_the_file_button_takes_both_files(
    shop: Page, collection: CollectionServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = collection.write_to(tmp_path_factory.mktemp("voices"), flat=True)
    open_panel(shop)
    with shop.expect_file_chooser() as chosen:
        shop.get_by_role("button", name="Add a voice from its files…").click()
    assert chosen.value.is_multiple()
    chosen.value.set_files([folder / f"{TINY}.onnx", folder / f"{TINY}.onnx.json"])
    expect(row(shop, TINY)).to_be_visible(timeout=30_000)
    assert TINY in ids(shop)


def test_removing_asks_once_and_the_reading_goes_on_with_another_voice(
    shop: Page, laid: Laid
) -> None:
    install(shop, PLAIN)
    expect(shop.get_by_label("Voice", exact=True).locator("option")).to_have_count(3)
    shop.get_by_label("Voice", exact=True).select_option(PLAIN)
    shop.get_by_label("Text", exact=True).fill(SENTENCES)
    shop.get_by_role("button", name="Play", exact=True).click()
    expect(shop.locator("#status")).to_have_text("Reading.", timeout=30_000)
    open_panel(shop)
    details(shop, PLAIN)
    remove = row(shop, PLAIN).get_by_role("button", name="Remove: Plain")
    remove.click()
    question = shop.get_by_role("dialog", name="Remove Plain?")
    expect(question).to_contain_text("This frees 0.6 MB")
    question.get_by_role("button", name="Keep it").click()
    assert PLAIN in ids(shop)
    remove.click()
    question.press("Escape")
    expect(question).to_be_hidden()
    # Escape closed the question, and nothing else.
    expect(shop.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    remove.click()
    question.get_by_role("button", name="Remove", exact=True).click()
    expect(row(shop, PLAIN)).to_have_count(0)
    expect(shop.locator("#voice-name")).to_have_text("Rms")
    until(shop, f"() => piperDebug.getSessionCacheStats().voices.join() === '{ENGLISH}'")
    expect(shop.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(shop.get_by_role("alert")).to_have_count(0)


def test_a_voice_removed_in_another_tab_gives_way_here(shop: Page) -> None:
    give_way = open_app(shop.context.new_page(), shop.url)
    install(shop, PLAIN)
    select = give_way.get_by_label("Voice", exact=True)
    expect(select.locator("option")).to_have_count(3)
    select.select_option(PLAIN)
    shop.evaluate("(id) => lectern.remove(id)", PLAIN)
    expect(select.locator("option")).to_have_count(2)
    expect(select).to_have_value(ENGLISH)


SPY = """() => {
  const speak = lectern.speak.bind(lectern);
  window.spoken = [];
  lectern.speak = (text, options) => {
    window.spoken.push(options);
    return speak(text, options);
  };
}"""


def test_speakers_and_styles_are_chosen_by_name_and_remembered(shop: Page) -> None:
    install(shop, TRIO)
    shop.get_by_label("Voice", exact=True).select_option(TRIO)
    shop.evaluate(SPY)
    open_panel(shop)
    speaker, style = shop.get_by_label("Speaker"), shop.get_by_label("Style")
    assert speaker.locator("option").all_inner_texts() == ["Amelie", "Bruno", "Claire"]
    assert "Storytelling" in style.locator("option").all_inner_texts()
    speaker.select_option("claire")
    style.select_option("calm")
    shop.get_by_label("Text", exact=True).fill("Bonjour. " * 40)
    shop.get_by_role("button", name="Play", exact=True).click()
    until(shop, "() => window.spoken.length === 1")
    wanted = {"voiceId": TRIO, "speaker": "claire", "style": "calm"}
    assert shop.evaluate("spoken[0]").items() >= wanted.items()
    speaker.select_option("bruno")  # in the middle of it
    until(shop, "() => window.spoken.length === 2")
    assert shop.evaluate("spoken[1].speaker") == "bruno"
    open_app(shop, shop.url)
    expect(shop.get_by_label("Voice", exact=True)).to_have_value(TRIO)
    open_panel(shop)
    expect(shop.get_by_label("Speaker")).to_have_value("bruno")
    expect(shop.get_by_label("Style")).to_have_value("calm")
    shop.get_by_label("Voice", exact=True).select_option(FRENCH)
    expect(shop.get_by_label("Speaker")).to_be_hidden()


def test_by_keys_alone(shop: Page) -> None:
    expect(shop.locator("#voice-name")).to_have_text("Rms")  # the voices are known
    button = shop.get_by_role("button", name="Voices", exact=True)
    button.focus()
    shop.keyboard.press("Enter")
    expect(shop.get_by_role("heading", name="Voices", exact=True)).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    reached = set()
    for _ in range(14):
        shop.keyboard.press("Tab")
        reached.add(
            shop.evaluate(
                "document.activeElement.ariaLabel || document.activeElement.textContent.trim()"
            )
        )
    assert {"Close", "Use: Pico", "Hear Rms", "Show Piper’s voices"} <= reached
    shop.get_by_role("button", name="Use: Pico").press("Enter")
    expect(shop.locator("#voice-name")).to_have_text("Pico")
    shop.keyboard.press("Escape")
    expect(shop.locator("#voices")).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_on_a_phone_everything_fits_and_can_be_touched(
    browser: Browser, laid: Laid, collection: CollectionServer, locale: str
) -> None:
    context = browser.new_context(
        locale=locale, viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True
    )
    watch = Watch(context)
    page = open_app(context.new_page(), laid[1].url)
    give_name = {"en-GB": "Show Piper’s voices", "fr-FR": "Afficher les voix de Piper"}[locale]
    page.locator("#more-open").tap()
    page.locator("#more-voices").tap()
    page.get_by_role("button", name=give_name).tap()
    expect(row(page, TRIO)).to_be_visible()
    details(page, TRIO)
    too_small = page.evaluate(
        """() => [...document.querySelectorAll(
            '#voices button, #voices summary, #voices select, #voices input')]
          .filter((element) => element.checkVisibility())
          .map((element) => [element.ariaLabel || element.textContent.trim(),
                             element.getBoundingClientRect()])
          .filter(([, { width, height }]) => width < 44 || height < 43.9)
          .map(([name]) => name)"""
    )
    assert too_small == []
    wide = page.evaluate(
        """() => {
          const body = document.querySelector('#voices .panel-body');
          return [document.documentElement.scrollWidth - innerWidth,
                  body.scrollWidth - body.clientWidth];
        }"""
    )
    assert wide == [0, 0]
    overlaps = page.evaluate(
        """() => [...document.querySelectorAll('.voice-row')].filter((row) => {
          const text = row.querySelector('.voice-row-detail');
          const range = document.createRange();
          range.selectNodeContents(text);
          const actions = row.querySelector('.voice-row-actions').getBoundingClientRect();
          return range.getBoundingClientRect().right > actions.left;
        }).map((row) => row.dataset.voice)"""
    )
    assert overlaps == []
    context.close()
    watch.check()


def test_other_files_of_the_same_name_are_asked_for_no_more(shop: Page, laid: Laid) -> None:
    put_files(laid)
    assert give(shop, "fr_FR-mine-medium", "given/model", "given/config") == "fr_FR-mine-medium"
    open_panel(shop)
    details(shop, "fr_FR-mine-medium")
    expect(row(shop, "fr_FR-mine-medium")).to_contain_text("installed in this browser")
    expect(row(shop, "fr_FR-mine-medium")).to_contain_text("Not stated")
