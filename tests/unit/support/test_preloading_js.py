"""The lists of phrases, and what is made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lectern.sentences import split
from lectern.styles import STYLES

from tests.unit.tools import node

WEB = Path(__file__).resolve().parents[3] / "web"
LISTS = {path.stem: json.loads(path.read_text("utf-8")) for path in (WEB / "phrases").iterdir()}
NEEDED = {"greetings", "instructions", "feedback", "navigation", "numbers", "errors"}

_PRELOADING = """
import { preloadPhrases } from 'URL';
console.debug = () => {};
const voices = [
  { id: 'en', language: 'en-US' }, { id: 'fr', language: 'fr-FR' }, { id: 'de', language: 'de-DE' },
];
const seen = [];
const here = new Set();
let cleared = 0;
const lectern = {
  voices: async () => voices,
  styles: async () => [{ id: 'neutral' }, { id: 'calm' }],
  async *render(text, { voiceId, style, signal }) {
    signal?.throwIfAborted();
    seen.push([text, voiceId, style]);
    if (text === 'Bad.') throw new Error('no');
    const key = `${text} ${style}`;
    const source = here.has(key) ? 'memory' : 'model';
    here.add(key);
    yield { samples: new Float32Array(500), sampleRate: 1000, source };
    yield { samples: new Float32Array(500), sampleRate: 1000, source };
  },
};
const clear = async () => { cleared += 1; here.clear(); };
const load = async (language) => ({ language, categories: {
  one: { styles: ['neutral', 'calm'], phrases: ['A.', 'B.'] },
  two: { styles: ['neutral'], phrases: ['A.', 'Bad.'] },
} });
const preload = (options) => preloadPhrases({ lectern, clear, load }, options);
const told = ({ code, name }) => (name === 'AbortError' ? name : code);
const refused = (options) => preload(options).then(() => 'taken', told);
const say = (value) => console.log(JSON.stringify(value));
"""


def run(folder: Path, script: str) -> Any:
    url = (WEB / "js" / "preloading.js").as_uri()
    return node.run(folder, _PRELOADING.replace("URL", url) + script)


def test_both_languages_have_the_same_categories_and_styles() -> None:
    assert set(LISTS) == {"en", "fr"}
    shapes = [
        {name: entry["styles"] for name, entry in found["categories"].items()}
        for found in LISTS.values()
    ]
    assert shapes[0] == shapes[1]
    assert set(shapes[0]) >= NEEDED
    used = {style for styles in shapes[0].values() for style in styles}
    assert used <= set(STYLES) and len(used) >= 5


@pytest.mark.parametrize("language", sorted(LISTS))
def test_every_phrase_is_one_sentence_of_its_own(language: str) -> None:
    found = LISTS[language]
    assert set(found) == {"language", "categories"}
    assert found["language"] == language
    for name, entry in found["categories"].items():
        assert set(entry) == {"styles", "phrases"}
        phrases = entry["phrases"]
        assert 10 <= len(phrases) <= 20, name
        assert len(set(phrases)) == len(phrases), name
        for phrase in phrases:
            assert phrase == " ".join(phrase.split()) and 2 <= len(phrase) <= 80, phrase
            sentences, _ = split(phrase, language, final=True, max_chars=800)
            assert [one.text for one in sentences] == [phrase]
            assert "'" not in phrase and "!" not in phrase, phrase


def test_the_report_counts_what_was_made_and_what_was_here(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        const steps = [];
        const onProgress = ({ done, requested, text }) => steps.push([done, requested, text]);
        const first = await preload({ voiceId: 'fr', onProgress });
        const again = await preload({ voiceId: 'fr', categories: ['one'], styles: ['calm'] });
        const anew = await preload({ voiceId: 'fr', categories: ['one'], clearFirst: true });
        say([first, again, anew, steps.at(-1), cleared, seen.length]);
        """,
    )
    first, again, anew, step, cleared, seen = found
    for report in (first, again, anew):
        assert isinstance(report.pop("ms"), int)
    assert first == {
        "voiceId": "fr",
        "categories": ["one", "two"],
        "styles": ["neutral", "calm"],
        "requested": 5,
        "made": 4,
        "cached": 0,
        "failed": 1,
        "seconds": 4,
        "bytes": 8000,
    }
    assert (again["requested"], again["made"], again["cached"], again["styles"]) == (
        2,
        0,
        2,
        ["calm"],
    )
    assert (anew["made"], anew["cached"], cleared) == (4, 0, 1)
    assert (step, seen) == ([5, 5, "Bad."], 11)


def test_wrong_wishes_are_refused_before_anything_is_cleared(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
        say([
          await refused({ voiceId: 'xx', clearFirst: true }),
          await refused({ voiceId: 'de', clearFirst: true }),
          await refused({ voiceId: 'en', categories: ['three'], clearFirst: true }),
          await refused({ voiceId: 'en', categories: ['constructor'] }),
          await refused({ voiceId: 'en', categories: 'one' }),
          await refused({ voiceId: 'en', categories: [] }),
          await refused({ voiceId: 'en', styles: ['loud'], clearFirst: true }),
          await refused({ voice: 'en' }),
          await refused({ voiceId: 'en', signal: AbortSignal.abort() }),
          cleared,
        ]);
        """,
    )
    assert found == ["unknown_voice", *["bad_option"] * 7, "AbortError", 0]
