"""host/espeak.js over the built phonemizer."""

from __future__ import annotations

from playwright.sync_api import Page

READY = "const espeak = new host.Espeak(host.base); await espeak.ready();"


def test_phonemes_of_each_text_in_order(host_page: Page) -> None:
    found = host_page.evaluate(
        f"async () => {{ {READY} return [...espeak.phonemize('en-us', ['Hello world.', '', 'ok']),"
        " ...espeak.phonemize('fr', ['Bonjour.'])]; }"
    )
    hello, nothing, okay, bonjour = found
    assert hello[:3] == ["h", "ə", "l"]
    assert hello[-1] == "."
    assert nothing == []
    assert "k" in okay
    assert "ʒ" in bonjour
    assert all(len(phoneme) == 1 for phonemes in found for phoneme in phonemes)


def test_five_thousand_calls_and_errors_between(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            {READY}
            const first = espeak.phonemize('en-us', ['Hello there.']).join();
            const codes = new Set();
            for (let i = 0; i < 5000; i++) {{
                if (i % 25 === 0) {{
                    try {{ espeak.phonemize('xx-nowhere', ['a']); }}
                    catch (error) {{ codes.add(error.code); }}
                }}
                const found = espeak.phonemize(i % 2 ? 'fr' : 'en-us', [`Number ${{i}}.`]);
                if (found.length !== 1 || found[0].length < 5) return `call ${{i}}: ${{found}}`;
            }}
            return [[...codes], espeak.phonemize('en-us', ['Hello there.']).join() === first];
        }}"""
    )
    assert found == [["phonemizer_failed"], True]


def test_lone_surrogates_and_odd_characters_are_spoken_around(host_page: Page) -> None:
    found = host_page.evaluate(
        f"async () => {{ {READY} "
        "return espeak.phonemize('en-us', ['a \\ud800 b', 'c \\u2028\\n d']); }"
    )
    assert len(found) == 2
    assert all(found)


def test_much_text_is_cut_into_calls_and_one_too_long_is_refused(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            {READY}
            const sizes = [];
            const call = espeak.instance.callMain;
            espeak.instance.callMain = (args) => {{
                sizes.push(new TextEncoder().encode(args[3]).length);
                return call(args);
            }};
            const texts = Array.from({{length: 800}},
                (_, i) => `Sentence ${{i}} à é ${{'word '.repeat(i % 20)}}`);
            const together = espeak.phonemize('en-us', texts);
            const right = [0, 399, 799].every((i) =>
                espeak.phonemize('en-us', [texts[i]])[0].join() === together[i].join());
            let code;
            try {{ espeak.phonemize('en-us', ['x '.repeat(10_000)]); }}
            catch (error) {{ code = error.code; }}
            return {{count: together.length, right, code, most: Math.max(...sizes),
                     calls: sizes.length, lives: espeak.phonemize('en-us', ['ok'])[0].length > 0}};
        }}"""
    )
    assert (found["count"], found["right"], found["code"]) == (800, True, "phonemizer_failed")
    assert found["most"] <= 16 * 1024
    assert 3 < found["calls"] < 40
    assert found["lives"]


def test_a_broken_instance_is_made_anew(host_page: Page) -> None:
    found = host_page.evaluate(
        f"""async () => {{
            {READY}
            // More than one call may hold: this kills the wasm instance for good.
            const input = JSON.stringify([{{text: 'word '.repeat(40_000)}}]);
            const args = ['-l', 'en-us', '--input', input, '--espeak_data', '/espeak-ng-data'];
            espeak.instance.callMain = ((call) => () => call(args))(espeak.instance.callMain);
            const codes = [];
            for (let i = 0; i < 2; i++) {{
                try {{ espeak.phonemize('en-us', ['Hello.']); }}
                catch (error) {{ codes.push([error.code, error.retryable]); }}
            }}
            await espeak.ready();
            return [codes, espeak.phonemize('en-us', ['Hello.'])[0].join('')];
        }}"""
    )
    assert found[0] == [["phonemizer_failed", True], ["phonemizer_failed", True]]
    assert found[1].startswith("hə")
