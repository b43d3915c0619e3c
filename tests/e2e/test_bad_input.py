"""Whatever text and options are given: a typed error that says what to do, or sound."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import SHOWN, Watch, open_app
from tests.e2e.desk import SPEAK, cached, laid, living_on, refused
from tests.e2e.server import StaticSite
from tests.public_api import ENGLISH, failure, level, open_blank, stream, synthesize


@pytest.fixture(scope="module")
def desk(browser: Browser, dist: Path) -> Iterator[tuple[Page, StaticSite]]:
    with laid(browser, dist) as made:
        yield made


@pytest.fixture(autouse=True)
def lives_on(desk: tuple[Page, StaticSite]) -> Iterator[None]:
    with living_on(*desk):
        yield


# -- texts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", " \n\t\u00a0 ", "\u0001\u0002\u0007", "… — !?", "\u200b\u2060"],
    ids=["empty", "blank", "control", "punctuation", "invisible"],
)
def test_nothing_to_say_is_an_error(desk: tuple[Page, StaticSite], text: str) -> None:
    page, _ = desk
    refused(page, "empty_text", text, voiceId=ENGLISH)
    assert cached(page) == 0


@pytest.mark.parametrize("text", [None, 5, True, ["Hello."], {"text": "Hello."}])
def test_what_is_no_text_is_refused(desk: tuple[Page, StaticSite], text: object) -> None:
    page, _ = desk
    refused(page, "bad_option", text)
    for method in ("speak", "stream"):
        found = failure(
            page,
            f"""async (text) => {{
              const made = lectern.{method}(text);
              if ('next' in made && Symbol.asyncIterator in made) await made.next();
            }}""",
            text,
        )
        assert found.code == "bad_option"


ODD_TEXTS = {
    "lone surrogates": "A\\ud800 word, \\udc00\\udc00 and\\ud83d more.",
    "control characters": "Hel\\u0000lo \\u0007wor\\u001bld.",
    "right to left": "Hello \\u202e\\u05e9\\u05dc\\u05d5\\u05dd and \\u0645\\u0631\\u062d.",
    "hebrew alone": "\\u05e9\\u05dc\\u05d5\\u05dd \\u05e2\\u05d5\\u05dc\\u05dd.",
    "chinese": "\\u4f60\\u597d\\uff0c\\u4e16\\u754c\\u3002",
    # espeak-ng knows their names.
    "emoji alone": "\\ud83d\\ude00\\ud83d\\ude00 \\ud83d\\udc69\\u200d\\ud83d\\udc67",
    "emoji between": "I \\u2764\\ufe0f you \\ud83d\\ude00 so.",
    "combining marks": "e\\u0301t" + "\\u0301" * 200 + "e\\u0301.",
    "markup and quotes": '<b>Hi</b> & \\"bye\\" \\\\ `${x}` %s {0}.',
    "json inside": '{\\"text\\": \\"no\\"}]',
    "raw phonemes": "Say [[ h\\u0259l\\u02c8o\\u028a ]] now.",
    "raw phonemes, unclosed": "Say [[ h\\u0259l now.",
    "unknown phonemes": "[[ \\u26a1\\u26a1 ]] and a word.",
    "long word": "a" * 3000,
    "many stops": "Well" + "." * 3000,
    "private use": "One \\ue000\\uf8ff two.",
    "bom": "\\ufeffOne two.",
}


@pytest.mark.parametrize("name", ODD_TEXTS)
def test_odd_text_is_spoken_as_far_as_it_can_be(desk: tuple[Page, StaticSite], name: str) -> None:
    page, _ = desk
    # Written in JavaScript: no way to Chromium but this one keeps a lone surrogate.
    found = page.evaluate(
        """async ([source, voiceId]) => {
          const text = JSON.parse(`"${source}"`);
          const pieces = [];
          for await (const piece of lectern.stream(text, { voiceId, lengthScale: 0.5 })) {
            const { start, end, words, samples, sampleRate } = piece;
            pieces.push({ start, end, words, length: samples.length / sampleRate,
                          sane: samples.every((s) => s >= -1.5 && s <= 1.5),
                          same: piece.text === text.toWellFormed().slice(start, end) });
          }
          return { pieces, units: text.length };
        }""",
        [ODD_TEXTS[name], ENGLISH],
    )
    assert sum(piece["length"] for piece in found["pieces"]) > 0.1
    place = 0
    for piece in found["pieces"]:
        assert piece["sane"]
        assert piece["same"]
        assert place <= piece["start"] < piece["end"] <= found["units"]
        place = piece["end"]
        for word in piece["words"]:
            assert piece["start"] <= word["start"] < word["end"] <= piece["end"]
            assert 0 <= word["time"] <= word["time"] + word["duration"] <= piece["length"] + 1e-6


@pytest.mark.parametrize("unit", ["It was a long day, and nobody knew why. ", "lang"], ids=str)
def test_a_megabyte_streams(desk: tuple[Page, StaticSite], unit: str) -> None:
    page, _ = desk
    stream(page, "Warm up.", voiceId=ENGLISH)
    text = unit * (1_000_000 // len(unit))
    began = time.monotonic()
    pieces = stream(page, text, most=3, voiceId=ENGLISH, lengthScale=0.5)
    assert time.monotonic() - began < 20
    assert len(pieces) == 3
    for piece in pieces:
        assert 0 < len(piece.text) <= 800
        assert text[piece.start : piece.end] == piece.text
        assert level(piece.samples) > 0.003


def test_a_long_text_becomes_one_file_in_parts(desk: tuple[Page, StaticSite]) -> None:
    page, _ = desk
    text = " ".join(f"Line {n} of it is short enough." for n in range(300))
    wav = synthesize(page, text, voiceId=ENGLISH, lengthScale=0.1)
    assert wav.seconds > 299 * 0.2 + 300 * 0.1
    assert cached(page) == 300


# -- options -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("unknown_voice", {"voiceId": "xx_XX-nobody-low"}),
        ("unknown_voice", {"voiceId": "../../etc/passwd"}),
        ("unknown_voice", {"voiceId": "__proto__"}),
        ("bad_option", {"voiceId": 5}),
        ("bad_option", {"voiceId": ""}),
        ("unknown_speaker", {"speaker": 7}),
        ("unknown_speaker", {"speaker": -1}),
        ("unknown_speaker", {"speaker": "bob"}),
        ("bad_option", {"speaker": 1.5}),
        ("bad_option", {"speaker": {"name": "bob"}}),
        ("bad_option", {"speaker": True}),
        ("bad_option", {"style": "furious"}),
        ("bad_option", {"style": 3}),
        ("bad_option", {"lengthScale": 0}),
        ("bad_option", {"lengthScale": -1}),
        ("bad_option", {"lengthScale": 10.1}),
        ("bad_option", {"lengthScale": 1e300}),
        ("bad_option", {"lengthScale": float("nan")}),
        ("bad_option", {"lengthScale": float("inf")}),
        ("bad_option", {"lengthScale": "slow"}),
        ("bad_option", {"lengthScale": True}),
        ("bad_option", {"language": 5}),
        ("bad_option", {"signal": "stop"}),
    ],
    ids=str,
)
def test_bad_options_are_named(
    desk: tuple[Page, StaticSite], code: str, options: dict[str, object]
) -> None:
    page, _ = desk
    message = refused(page, code, "Hello there.", **options)
    ((name, value),) = options.items()
    if code == "unknown_voice":
        assert ENGLISH in message, "it does not say which voices there are"
    elif code == "bad_option":
        assert name in message or str(value) in message
    assert cached(page) == 0


@pytest.mark.parametrize("options", ["fast", 5, True])
def test_options_that_are_none_are_refused(desk: tuple[Page, StaticSite], options: object) -> None:
    page, _ = desk
    assert failure(page, SPEAK, ["Hello.", options]).code == "bad_option"


@pytest.mark.parametrize("options", [{"rate": "fast"}, {"startAt": -1}, {"startAt": 1.5}], ids=str)
def test_bad_options_of_speak_are_thrown(
    desk: tuple[Page, StaticSite], options: dict[str, object]
) -> None:
    page, _ = desk
    found = failure(page, "(options) => lectern.speak('Hello.', options)", options)
    assert found.code == "bad_option"
    (name,) = options
    assert name in found.message


def test_an_error_of_a_speech_is_an_event(desk: tuple[Page, StaticSite]) -> None:
    page, _ = desk
    code = page.evaluate(
        """(voiceId) => new Promise((resolve) => {
          const speech = lectern.speak('Hello.', { voiceId });
          speech.addEventListener('error', ({ detail }) => resolve(detail.error.code));
        })""",
        "xx_XX-nobody-low",
    )
    assert code == "unknown_voice"


def test_speaker_and_style_that_a_voice_has_are_taken(desk: tuple[Page, StaticSite]) -> None:
    page, _ = desk
    plain = synthesize(page, "Hello.", voiceId=ENGLISH)
    named = synthesize(page, "Hello.", voiceId=ENGLISH, speaker=0, style="neutral", lengthScale=1)
    assert (plain.samples == named.samples).all()


# -- the making of it --------------------------------------------------------------------


#: Settings have tests of their own (tests/unit); here it is how an error of theirs arrives.
BAD_MAKINGS: list[dict[str, object]] = [
    {"settings": {"sentenceSilence": -1}},
    {"settings": {"sentenceSilence": "long"}},
    {"backend": "quantum"},
    {"base": "https://elsewhere.example/"},
    {"base": 5},
]


def test_a_lectern_can_be_asked_for_wrongly(page: Page, site: StaticSite) -> None:
    open_blank(page, site)
    for options in BAD_MAKINGS:
        found = failure(
            page,
            """async ([base, options]) => {
              const { createLectern } = await import(`${base}js/lectern.js`);
              await createLectern({ base, ...options }).ready;
            }""",
            [site.url, options],
        )
        assert (found.code, found.isError) == ("bad_option", True), options
        assert len(found.message) > 15


def test_nonsense_in_the_address_is_left_out(page: Page, site: StaticSite) -> None:
    open_app(page, site.url + "?backend=quantum&threads=-3&text=%F0%9F")
    assert synthesize(page, "Hello.", voiceId=ENGLISH).level > 0.005


def test_an_insecure_address_is_told(page: Page, watch: Watch, site: StaticSite) -> None:
    watch.allow(".*")
    page.goto(site.url_at("plain.test"))
    page.wait_for_function(SHOWN)
    found = failure(page, SPEAK, ["Hello.", {}])
    assert found.code == "integrity"
    assert "https" in found.message
