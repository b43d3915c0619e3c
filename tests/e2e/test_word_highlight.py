"""The lit word against the sound of it, both taken from the page as a reader has it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser import JS, open_app, until
from tests.e2e.installing import give
from tests.e2e.server import StaticSite
from tests.e2e.shelf import TINY
from tests.e2e.tones import PAGES, Sound

TONES = "en_US-tones-medium"
#: Each word one burst: the voice's phonemes are tones, with silence between words.
TEXT = "Mia saw big red boats. Then they went home slowly."
WORDS = [word.strip(".,") for word in TEXT.split()]
TAKE = """() => {
  const { sampleRate, chunks, lit, painted } = window.watchedWords;
  const [first] = chunks;
  const last = chunks.at(-1);
  const samples = new Float32Array(last.start + last.samples.length - first.start);
  for (const { start, samples: part } of chunks) samples.set(part, start - first.start);
  const bytes = new Uint8Array(samples.buffer);
  let binary = '';
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  const start = first.start / sampleRate;
  return { sampleRate, samples: btoa(binary), start, lit, painted };
}"""


@pytest.mark.parametrize("rate", ["0.5", "1", "2"])
def test_the_word_is_lit_while_it_sounds(
    page: Page, site: StaticSite, returning: None, rate: str
) -> None:
    for suffix in (".onnx", ".onnx.json"):
        site.put(f"given{suffix}", TINY / f"{TONES}{suffix}")
    site.put("player_tap.js", PAGES / "player_tap.js")
    page.add_init_script(path=JS / "watch_words.js")
    open_app(page, site.url)
    give(page, TONES, "given.onnx", "given.onnx.json")
    page.get_by_label("Voice", exact=True).select_option(TONES)
    page.locator("#speed").select_option(rate)
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "(last) => watchedWords.lit.at(-1)?.text === last", WORDS[-1], seconds=60)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=20_000)
    taken: dict[str, Any] = page.evaluate(TAKE)

    assert [entry["text"] for entry in taken["lit"]] == WORDS
    sound = Sound.of(taken)
    starts = np.array([b.start for b in sound.bursts(level=0.03, shortest=0.05 / float(rate))])
    # At more than its own speed the stretcher may begin with a blip.
    assert 0 <= len(starts) - len(WORDS) <= (float(rate) > 1), starts
    lit, painted = (
        np.array([entry["heard"] for entry in taken[kind]]) for kind in ("lit", "painted")
    )
    late = lit - starts[len(starts) - len(WORDS) :]
    assert np.percentile(np.abs(late), 90) < 0.03, late
    # A frame later it is seen.
    assert 0 <= np.median(painted - lit) < 0.03, painted - lit
