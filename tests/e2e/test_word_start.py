"""Reading begins at the very word that is asked for: in the sound, the events and the page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import until
from tests.e2e.test_page import KEEP_WORDS, PARAGRAPHS, button, play, reading
from tests.e2e.test_reader import LEAD, WORD, scenario, told
from tests.e2e.test_reader import reading as tones  # noqa: F401  (a fixture)
from tests.e2e.tones import Sound

#: Where the middle of a word of the page is in the window.
MIDDLE_OF = """([paragraph, word]) => {
  const node = document.querySelectorAll('#reading p')[paragraph].firstChild;
  const at = node.data.indexOf(word);
  const range = new Range();
  range.setStart(node, at);
  range.setEnd(node, at + word.length);
  const {x, y, width, height} = range.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}"""
SAID = """async (text, read, [word, pieces, known]) => {
  const engine = new bench.ToneEngine();
  engine.pieces = pieces;
  if (!known) {
    const ask = engine.ask.bind(engine);
    engine.ask = async (...all) => ({...await ask(...all), words: []});
  }
  const it = read('w0 w1 w2 w3 w4\\nw5 w6', {engine, startAt: 'w0 w1 w2 w3 w4'.indexOf(word)});
  await it.speech.finished;
  return it.bench.recording();
}"""


def heard(result: dict[str, Any]) -> list[int]:
    """The numbers of the words that sounded."""
    return [round((burst.hz - 300) / 40) for burst in Sound.of(result["value"]).bursts()]


@pytest.mark.parametrize("pieces", [1, 3])
def test_the_sound_begins_at_the_word(tones: Page, pieces: int) -> None:  # noqa: F811
    result = scenario(tones, SAID, ["w3", pieces, True])
    assert heard(result) == [3, 4, 5, 6]
    assert told(result, "sentence", "word") == [0, "w3", "w4", 1, "w5", "w6"]
    words = [event for event in result["events"] if event["type"] == "word"]
    # Times are the sentence's: of the word that was begun with they say where it lies in the whole.
    assert words[0]["detail"]["time"] == pytest.approx(LEAD + 3 * (WORD + 0.1))
    first, *_ = Sound.of(result["value"]).bursts()
    assert first.end - first.start == pytest.approx(WORD, abs=0.02)
    assert words[0]["heard"] == pytest.approx(first.start, abs=0.1)
    assert result["asked"][:pieces] == [f"w0 w1 w2 w3 w4#{number}" for number in range(pieces)]


def test_the_first_word_is_the_sentences_beginning(tones: Page) -> None:  # noqa: F811
    result = scenario(tones, SAID, ["0 w1", 1, True])
    assert heard(result) == [0, 1, 2, 3, 4, 5, 6]


def test_a_voice_without_word_times_begins_at_the_sentence(tones: Page) -> None:  # noqa: F811
    result = scenario(tones, SAID, ["w3", 1, False])
    assert heard(result) == [0, 1, 2, 3, 4, 5, 6]
    assert told(result, "sentence") == [0, 1]


def test_sentences_are_gone_to_at_their_beginnings(tones: Page) -> None:  # noqa: F811
    result = scenario(
        tones,
        """async (text, read) => {
          const it = read('w0 w1\\nw2 w3 w4\\nw5 w6');
          const word = (name) => it.until('word', ({text}) => text === name);
          await word('w0');
          it.speech.seek('w0 w1\\nw2 w3 w4'.length - 1);
          await word('w4');
          it.speech.previous();
          const first = () => it.events.filter(({detail}) => detail?.text === 'w0').length;
          await it.bench.when(() => first() > 1);
          it.speech.next();
          await it.speech.finished;
        }""",
    )
    words = told(result, "word")
    at = words.index("w4")
    assert words[at : at + 2] == ["w4", "w0"]
    assert words[-5:] == ["w2", "w3", "w4", "w5", "w6"]


@pytest.mark.parametrize("playing", [False, True])
def test_a_click_on_a_word_begins_with_it(app: Page, playing: bool) -> None:
    play(app, PARAGRAPHS)
    if not playing:
        button(app, "Stop").click()
    app.evaluate(KEEP_WORDS)
    x, y = app.evaluate(MIDDLE_OF, [1, "quiet"])
    app.mouse.click(x, y)
    sentence = PARAGRAPHS.index("The rain", PARAGRAPHS.index("Chapter 2."))
    until(
        app,
        "(start) => window.litWords.some(([, at]) => at >= start)",
        PARAGRAPHS.index("quiet", sentence),
    )
    words = [word for word in app.evaluate("window.litWords") if word[1] >= sentence]
    assert words[0][0].startswith("quiet")
    assert words[0][1] == PARAGRAPHS.index("quiet", sentence)
    expect(reading(app)).to_have_attribute("data-sentence-start", str(sentence))
