"""lectern.js over an engine that only notes what it is asked."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

ENGLISH = "The cat sat on the mat, and it was in the sun for all of the day."
FRENCH = "Le chat est sur le toit et il ne veut pas descendre avec les autres."

MAKE = """
    document.documentElement.lang = 'en';
    const asked = [];
    let disposed = 0;
    const voice = (id, language) => ({id, language, name: id, speakers: []});
    const voices = [voice('en', 'en-US'), voice('fr', 'fr-FR')];
    const engine = {
        ready: Promise.resolve(),
        dispose: () => { disposed += 1; },
        async ask(type, payload) {
            if (type === 'voices') return voices;
            if (type === 'split') {
                asked.push(['split', payload.language]);
                const {text} = payload;
                const sentences = [{text, start: 0, end: text.length, paragraph: true}];
                return {sentences, consumed: text.length};
            }
            asked.push(['piece', payload.voiceId]);
            return {samples: new Float32Array(10), sampleRate: 16000, words: [], last: true,
                    source: 'model'};
        },
    };
    const lectern = new host.Lectern({
        engine, silences: {sentenceSilence: 0.2, paragraphSilence: 0.5},
        predictions: {follow() {}}});
"""


def run(page: Page, script: str, arg: Any = None) -> Any:
    return page.evaluate(f"async (arg) => {{ {MAKE} {script} }}", arg)


@pytest.mark.parametrize(
    ("text", "options", "voice", "rules"),
    [
        (ENGLISH, {}, "en", "en"),
        (FRENCH, {}, "fr", "fr"),
        ("Oui!", {}, "en", "en-US"),  # too short to tell: the page's language
        (FRENCH, {"language": "en"}, "en", "en"),
        (FRENCH, {"voiceId": "en"}, "en", "en-US"),
        (FRENCH, {"voiceId": "en", "language": "fr"}, "en", "fr"),
        ("Hallo!", {"language": "de"}, "en", "de"),
    ],
)
def test_a_text_finds_its_voice_and_its_rules(
    host_page: Page, text: str, options: dict[str, str], voice: str, rules: str
) -> None:
    asked = run(host_page, "await lectern.synthesize(...arg); return asked;", [text, options])
    assert asked == [["split", rules], ["piece", voice]]


@pytest.mark.parametrize(
    ("method", "options", "named"),
    [
        ("synthesize", {"voice": "en"}, "voice"),
        ("synthesize", {"rate": 2}, "rate"),
        ("synthesize", {"toString": 1}, "toString"),
        ("speak", {"Rate": 2}, "Rate"),
    ],
)
def test_unknown_options_are_refused_by_name(
    host_page: Page, method: str, options: dict[str, Any], named: str
) -> None:
    error = run(
        host_page,
        "return host.failure((async () => lectern[arg[0]]('Hello there.', arg[1]))());",
        [method, options],
    )
    assert error["code"] == "bad_option"
    assert f'"{named}"' in error["message"]
    known = "voiceId, speaker, style, lengthScale, language, passages, voices, rules, signal"
    assert known in error["message"]
    assert ("startAt" in error["message"]) is (method == "speak")


def test_known_options_without_a_value_are_fine(host_page: Page) -> None:
    size = run(
        host_page,
        "return (await lectern.synthesize('Hello.', {voiceId: null, speaker: undefined})).size;",
    )
    assert size == 44 + 20


def test_dispose_ends_speech_engine_and_output(host_page: Page) -> None:
    got = run(
        host_page,
        """
        const contexts = [];
        const Native = AudioContext;
        window.AudioContext = class extends Native {
            constructor(...options) { super(...options); contexts.push(this); }
        };
        const idle = lectern.playing;
        const speech = lectern.speak('Hello there.', {voiceId: 'en'});
        const playing = lectern.playing;
        await lectern.dispose();
        return [idle, playing, await speech.finished, disposed, lectern.playing,
                contexts.map(({state}) => state)];
        """,
    )
    assert got == [False, True, "stopped", 1, False, ["closed"]]
