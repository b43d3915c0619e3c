"""What the page promises to a reader, with the real engine behind it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser import Watch, open_app, until
from tests.e2e.faults import Flip, Slow
from tests.e2e.server import StaticSite

THREE = "The lamp is lit. A page lies open on the desk. Nobody has to hurry."
PARAGRAPHS = "\n\n".join(
    f"Chapter {number}. The rain had stopped, and the road was quiet again. "
    "Somebody closed a window, and somebody else lit the lamp beside the door."
    for number in range(1, 41)
)
ENGLISH_MODEL = "models/piper/en_US-rms-x_low.onnx"

SENTENCE_AND_WORD = """() => ['sentence', 'word'].map(
  (kind) => [...(CSS.highlights.get(kind) ?? [])].map(String).join(''))"""
KEEP_WORDS = """() => {
  window.litWords = [];
  const page = document.querySelector('#reading');
  new MutationObserver(() => {
    const {wordStart, wordEnd} = page.dataset;
    const lit = [...(CSS.highlights.get('word') ?? [])].map(String).join('');
    if (lit) window.litWords.push([lit, Number(wordStart), Number(wordEnd)]);
  }).observe(page, {attributeFilter: ['data-word-start']});
}"""
KEEP_SENTENCES = """() => {
  window.heard = [];
  if (window.ear) return;
  const page = document.querySelector('#reading');
  window.ear = new MutationObserver(() => {
    const {sentence, sentenceStart} = page.dataset;
    const lit = [...(CSS.highlights.get('sentence') ?? [])].map(String).join('');
    if (sentence) window.heard.push([Number(sentence), Number(sentenceStart), lit]);
  });
  window.ear.observe(page, {attributeFilter: ['data-sentence']});
}"""
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  const box = document.querySelector('textarea');
  box.focus();
  box.dispatchEvent(new ClipboardEvent(
    'paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""
DROP = """([name, type, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, {type}));
  dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
}"""
VOICE_IN_VIEW = """() => {
  const [range] = CSS.highlights.get('sentence');
  const {top} = range.getClientRects()[0];
  const bar = document.querySelector('#bar').getBoundingClientRect().top;
  return top > 0 && top < bar;
}"""


def text_box(page: Page) -> Locator:
    return page.get_by_label("Text")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


def reading(page: Page) -> Locator:
    return page.locator("#reading")


def status(page: Page) -> Locator:
    return page.locator("#status")


def press_play(page: Page) -> None:
    """Press Play, and keep which sentences are heard from now on."""
    page.evaluate(KEEP_SENTENCES)
    button(page, "Play").click()


def play(page: Page, text: str) -> None:
    """Type ``text`` and play it, until its first sentence is heard."""
    text_box(page).fill(text)
    press_play(page)
    at_sentence(page, 0)


def at_sentence(page: Page, index: int) -> None:
    """Wait until the sentence is heard; it may be over by then."""
    until(page, "(index) => window.heard.some(([sentence]) => sentence === index)", index)


def heard_at(page: Page, start: int) -> None:
    """Wait until the sentence at this offset is heard; it may be over by then."""
    until(page, "(start) => window.heard.some(([, offset]) => offset === start)", start)


# -- words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "language", "labels", "buttons"),
    [
        ("en-GB", "en", ("Text", "Voice", "Speed"), ("Play", "Stop")),
        ("fr-FR", "fr", ("Texte", "Voix", "Vitesse"), ("Lire", "Arrêter")),
        ("de-DE", "en", ("Text", "Voice", "Speed"), ("Play", "Stop")),
    ],
)
def test_speaks_the_readers_language(
    browser: Browser,
    site: StaticSite,
    locale: str,
    language: str,
    labels: tuple[str, ...],
    buttons: tuple[str, ...],
) -> None:
    context = browser.new_context(locale=locale)
    page = context.new_page()
    open_app(page, site.url)
    expect(page.locator("html")).to_have_attribute("lang", language)
    for label in labels:
        expect(page.get_by_label(label, exact=True)).to_be_visible()
    for name in buttons:
        expect(page.get_by_role("button", name=name)).to_be_visible()
    expected = "fr_FR-pico-x_low" if language == "fr" else "en_US-rms-x_low"
    expect(page.get_by_label(labels[1], exact=True)).to_have_value(expected)
    context.close()


def test_a_text_finds_a_voice_of_its_language(app: Page) -> None:
    text_box(app).fill("Le chat est dans la cuisine, et il ne veut pas que nous le dérangions.")
    expect(app.get_by_label("Voice", exact=True)).to_have_value("fr_FR-pico-x_low")
    app.get_by_label("Voice", exact=True).select_option("en_US-rms-x_low")
    text_box(app).fill("La pluie est finie, et les enfants sont dans le jardin avec le chien.")
    button(app, "Play").click()
    expect(app.get_by_label("Voice", exact=True)).to_have_value("en_US-rms-x_low")


# -- reading ---------------------------------------------------------------------------


def test_reads_from_the_first_word_to_the_last(app: Page) -> None:
    app.evaluate(KEEP_WORDS)
    play(app, THREE)
    expect(button(app, "Pause")).to_be_visible()
    expect(reading(app)).to_have_text(THREE)
    assert app.evaluate("window.heard[0]") == [0, 0, "The lamp is lit."]
    at_sentence(app, 2)
    expect(status(app)).to_have_text("Finished.", timeout=30_000)
    expect(button(app, "Play")).to_be_visible()
    assert app.evaluate(SENTENCE_AND_WORD) == ["", ""]
    lit = app.evaluate("window.litWords")
    assert {"lamp", "page", "desk", "hurry"} <= {word.strip(".") for word, *_ in lit}
    assert [word for word, start, end in lit if THREE[start:end] != word] == []


def test_another_text_stops_the_voice_and_is_read_next(app: Page) -> None:
    play(app, PARAGRAPHS)
    at_sentence(app, 1)
    text_box(app).fill("Something else entirely.")
    expect(button(app, "Play")).to_be_visible()
    assert app.evaluate(SENTENCE_AND_WORD) == ["", ""]
    press_play(app)
    at_sentence(app, 0)
    assert app.evaluate("window.heard[0]") == [0, 0, "Something else entirely."]


def test_stop_leaves_the_focus_where_it_can_begin_again(app: Page) -> None:
    play(app, PARAGRAPHS)
    button(app, "Stop").click()
    expect(button(app, "Play")).to_be_focused()
    expect(button(app, "Stop")).to_be_disabled()


def test_a_click_on_a_sentence_begins_there(app: Page) -> None:
    play(app, PARAGRAPHS)
    button(app, "Pause").click()
    box = app.locator("#reading p").nth(1).bounding_box()
    assert box
    app.mouse.click(box["x"] + 20, box["y"] + 8)
    heard_at(app, PARAGRAPHS.index("Chapter 2."))


def test_another_voice_goes_on_with_the_same_sentence(app: Page) -> None:
    play(app, PARAGRAPHS)
    button(app, "Pause").click()
    button(app, "Next sentence").click()
    at = int(reading(app).get_attribute("data-sentence") or -1)
    app.get_by_label("Voice", exact=True).select_option("fr_FR-pico-x_low")
    press_play(app)
    until(app, "() => piperDebug.getSessionCacheStats().voices.includes('fr_FR-pico-x_low')")
    expect(reading(app)).to_have_attribute("lang", re.compile("^fr"))
    until(app, "() => window.heard.length > 0")
    assert app.evaluate("window.heard[0][0]") == at


def test_nothing_to_read_is_said_and_the_box_is_ready(app: Page) -> None:
    button(app, "Play").click()
    expect(app.get_by_text("There is nothing to read yet.")).to_be_visible()
    expect(text_box(app)).to_be_focused()


def test_closing_a_notice_does_not_lose_the_focus(app: Page) -> None:
    button(app, "Play").click()
    app.locator("#notices").get_by_role("button", name="Close").press("Enter")
    expect(app.get_by_text("There is nothing to read yet.")).to_be_hidden()
    expect(button(app, "Play")).to_be_focused()


def test_the_text_is_never_markup(app: Page) -> None:
    play(app, "Less < more, <b>bold</b> & <img src=x onerror=alert(1)> are words here.")
    expect(reading(app)).to_contain_text("<b>bold</b>")
    expect(reading(app).locator("b, img")).to_have_count(0)


# -- the place -------------------------------------------------------------------------


def test_text_speed_and_place_outlive_the_tab(context: BrowserContext, app: Page) -> None:
    play(app, PARAGRAPHS)
    app.get_by_label("Speed").select_option("2")
    button(app, "Pause").click()
    for _ in range(3):
        button(app, "Next sentence").click()
    place = reading(app).get_attribute("data-sentence-start")
    assert place is not None
    url = app.url
    app.close()
    again = open_app(context.new_page(), url)
    expect(text_box(again)).to_have_value(PARAGRAPHS)
    expect(again.get_by_label("Speed")).to_have_value("2")
    press_play(again)
    until(again, "() => window.heard.length > 0")
    assert again.evaluate("window.heard[0][1]") == int(place)


def test_the_page_follows_until_the_reader_scrolls(app: Page) -> None:
    play(app, PARAGRAPHS)
    back = button(app, "Back to the voice")
    expect(back).to_be_hidden()
    app.mouse.move(400, 300)
    app.mouse.wheel(0, 2500)
    expect(back).to_be_visible()
    assert not app.evaluate(VOICE_IN_VIEW)
    back.click()
    expect(back).to_be_hidden()
    until(app, VOICE_IN_VIEW)


def test_keys(app: Page) -> None:
    play(app, PARAGRAPHS)
    reading(app).click(position={"x": 5, "y": 5})  # out of every field, on no word
    app.keyboard.press("Space")
    expect(button(app, "Play")).to_be_visible()
    expect(status(app)).to_have_text("Paused.")
    app.keyboard.press("ArrowRight")
    expect(reading(app)).to_have_attribute("data-sentence", "1")
    app.keyboard.press("ArrowLeft")
    expect(reading(app)).to_have_attribute("data-sentence", "0")
    app.keyboard.press("Shift+ArrowRight")
    start = str(PARAGRAPHS.index("Chapter 2."))
    expect(reading(app)).to_have_attribute("data-sentence-start", start)
    app.keyboard.press("+")
    expect(app.get_by_label("Speed")).to_have_value("1.1")
    expect(status(app)).to_have_text("Speed 1.1×.")
    app.keyboard.press("-")
    app.keyboard.press("-")
    expect(app.get_by_label("Speed")).to_have_value("0.9")
    app.keyboard.press("?")
    expect(app.locator("#help")).to_be_visible()
    app.keyboard.press("Escape")
    expect(app.locator("#help")).to_be_hidden()
    app.keyboard.press("Space")
    expect(button(app, "Pause")).to_be_visible()
    app.keyboard.press("Escape")
    expect(status(app)).to_have_text("Stopped.")


def test_keys_in_the_box_are_letters(app: Page) -> None:
    text_box(app).fill("")
    text_box(app).press_sequentially("a b?+-")
    expect(text_box(app)).to_have_value("a b?+-")
    expect(button(app, "Play")).to_be_visible()
    expect(app.locator("#help")).to_be_hidden()


def test_editing_is_one_click_away_and_changes_nothing_by_itself(app: Page) -> None:
    play(app, PARAGRAPHS)
    button(app, "Edit").click()
    expect(text_box(app)).to_be_focused()
    expect(reading(app)).to_be_hidden()
    expect(button(app, "Pause")).to_be_visible()
    app.get_by_label("Voice", exact=True).focus()
    expect(reading(app)).to_be_visible()
    expect(text_box(app)).to_have_value(PARAGRAPHS)


# -- texts from elsewhere ----------------------------------------------------------------


def test_a_sample_is_one_click(app: Page) -> None:
    button(app, "A page in good light").click()
    expect(text_box(app)).to_have_value(re.compile("^A page in good light"))
    expect(app.get_by_text("Try a sample")).to_be_hidden()
    press_play(app)
    at_sentence(app, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_dropped_file_is_read_in_its_encoding(app: Page, encoding: str) -> None:
    text = "« C’est l’été », dit-elle."
    app.evaluate(DROP, ["conte.txt", "text/plain", list(text.encode(encoding))])
    expect(text_box(app)).to_have_value(text)


def test_a_file_that_is_no_text_is_refused_in_words(app: Page) -> None:
    app.evaluate(DROP, ["photo.jpg", "image/jpeg", [255, 216, 255, 0]])
    expect(app.get_by_role("alert")).to_contain_text("cannot be opened")
    expect(text_box(app)).to_have_value("")


@pytest.mark.slow
def test_a_megabyte_is_pasted_and_read_at_once(app: Page) -> None:
    text = (PARAGRAPHS + "\n\n") * (1_000_000 // len(PARAGRAPHS))
    app.evaluate(PASTE, text)
    press_play(app)
    at_sentence(app, 0)
    expect(reading(app)).to_have_attribute("data-whole", "", timeout=30_000)
    middle = app.locator("#reading p").nth(2000)
    middle.scroll_into_view_if_needed()
    expect(middle).to_contain_text("Chapter")


# -- a voice on its way, and one that is broken --------------------------------------------


def test_a_voice_shows_how_much_of_it_has_come(app: Page, site: StaticSite) -> None:
    app.evaluate("navigator.serviceWorker.getRegistration().then((r) => r?.unregister())")
    site.fault(ENGLISH_MODEL, Slow(pause=0.4))
    text_box(app).fill(THREE)
    press_play(app)
    bar = app.get_by_role("progressbar")
    expect(bar).to_be_visible()
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^\d\.\d of 2\.\d MB$"))
    expect(text_box(app)).to_be_editable()
    at_sentence(app, 0)
    expect(bar).to_be_hidden()


def test_a_broken_voice_is_told_with_a_way_out(app: Page, site: StaticSite, watch: Watch) -> None:
    watch.allow("integrity", "not those", "damaged")
    site.fault(ENGLISH_MODEL, Flip())
    text_box(app).fill(THREE)
    button(app, "Play").click()
    problem = app.get_by_role("alert")
    expect(problem).to_contain_text("Another one will do.", timeout=30_000)
    expect(button(app, "Play")).to_be_visible()
    problem.get_by_role("button", name="Choose another voice").click()
    expect(app.get_by_label("Voice", exact=True)).to_be_focused()


# -- everybody ---------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_targets_are_large_and_nothing_overflows(app: Page, width: int) -> None:
    app.set_viewport_size({"width": width, "height": 740})
    play(app, THREE)
    small = app.evaluate(
        """() => [...document.querySelectorAll('button, select')]
          .filter((e) => e.checkVisibility({visibilityProperty: true}))
          .map((e) => [e.id || e.textContent, e.getBoundingClientRect()])
          .filter(([, r]) => r.width < 43.5 || r.height < 43.5)
          .map(([name, r]) => `${name} ${r.width}x${r.height}`)"""
    )
    assert small == []
    assert app.evaluate("document.documentElement.scrollWidth") <= width


def test_every_control_has_a_name(app: Page) -> None:
    unnamed = app.evaluate(
        """() => [...document.querySelectorAll('button, select, textarea')]
          .filter((e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.length))
          .map((e) => e.outerHTML)"""
    )
    assert unnamed == []


def test_a_screen_reader_hears_the_state_and_never_the_text(
    app: Page, make_listener: Callable[[Page], Callable[[], list[str]]]
) -> None:
    heard = make_listener(app)
    play(app, THREE)
    expect(status(app)).to_have_text("Finished.", timeout=30_000)
    said = heard()
    assert "Reading." in said
    assert not [line for line in said if "lamp" in line]


@pytest.fixture
def make_listener() -> Callable[[Page], Callable[[], list[str]]]:
    """Collect whatever a live region says from now on."""

    def make(page: Page) -> Callable[[], list[str]]:
        page.evaluate("""() => {
          window.said = [];
          const note = () => document.querySelectorAll('[role=status], [role=alert], [aria-live]')
            .forEach((region) => window.said.push(region.textContent));
          new MutationObserver(note).observe(
            document.body, {subtree: true, childList: true, characterData: true});
        }""")
        return lambda: list(page.evaluate("window.said"))

    return make
