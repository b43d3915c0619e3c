"""Whatever is given, there is a typed error that says what to do, or as much sound as can be.

One worker takes all of it: it must be the first one still at the module's end.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper
from playwright.sync_api import Browser, Page

from tests.browser import Watch, open_app
from tests.e2e.faults import Cut, Fault, Flip, Replace, Status
from tests.e2e.server import StaticSite
from tests.public_api import (
    ENGLISH,
    FRENCH,
    failure,
    hold_workers,
    level,
    open_blank,
    stream,
    synthesize,
)

FOLDER = "models/piper/"
SPEAK = "([text, options]) => lectern.synthesize(text, options)"


def not_a_voice_model() -> bytes:
    """A whole ONNX model with other inputs than Piper's."""
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in "xy")
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    data: bytes = model.SerializeToString()
    return data


class Shelf:
    """Voices on a site, good and bad, each with the hashes that its files really have."""

    def __init__(self, dist: Path, site: StaticSite) -> None:
        self.site = site
        self._folder = dist / FOLDER
        self.catalogue = json.loads((self._folder / "voices.json").read_bytes())
        self.config = json.loads((self._folder / f"{ENGLISH}.onnx.json").read_bytes())
        self.model = (self._folder / f"{ENGLISH}.onnx").read_bytes()

    def add(
        self,
        voice_id: str,
        *,
        model: bytes | None = None,
        config: bytes | None = None,
        **changes: Any,
    ) -> None:
        """A voice whose JSON is the English one with ``changes``, or ``config`` as it is."""
        files = {
            f"{voice_id}.onnx": self.model if model is None else model,
            f"{voice_id}.onnx.json": config or json.dumps({**self.config, **changes}).encode(),
        }
        self.catalogue[voice_id] = {
            **self.catalogue[ENGLISH],
            "key": voice_id,
            "files": {
                name: {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in files.items()
            },
        }
        for name, data in files.items():
            self.site.put(FOLDER + name, data)
        self.site.put(FOLDER + "voices.json", json.dumps(self.catalogue))


BAD_VOICES: dict[str, dict[str, Any]] = {
    "xx_XX-list-low": {"config": b"[1, 2, 3]"},
    "xx_XX-empty-low": {"config": b"{}"},
    "xx_XX-text-low": {"config": b"a voice, honestly"},
    "xx_XX-cut-low": {"config": b'{"audio": {"sample_rate": 160'},
    "xx_XX-deep-low": {"config": b"[" * 100_000},
    "xx_XX-rate-low": {"audio": {"sample_rate": "fast"}},
    "xx_XX-ids-low": {"phoneme_id_map": {"_": [0], "^": [1], "$": [2], "a": ["one"]}},
    "xx_XX-minus-low": {"phoneme_id_map": {"_": [-1], "^": [1], "$": [2], "a": [3]}},
    "xx_XX-type-low": {"phoneme_type": "telepathy"},
    "xx_XX-loud-low": {"inference": {"noise_scale": 900, "length_scale": 1, "noise_w": 0.8}},
    "xx_XX-slow-low": {"inference": {"noise_scale": 0.6, "length_scale": 1e9, "noise_w": 0.8}},
    "xx_XX-crowd-low": {"num_speakers": 0},
    "xx_XX-noonnx-low": {"model": b"no model at all" * 5000},
    "xx_XX-nothing-low": {"model": b""},
    "xx_XX-other-low": {"model": not_a_voice_model()},
}


@pytest.fixture(scope="module")
def desk(browser: Browser, dist: Path) -> Iterator[tuple[Page, StaticSite]]:
    """One app for the whole module, with bad voices beside the good ones."""
    with StaticSite(dist) as site:
        shelf = Shelf(dist, site)
        for voice_id, what in BAD_VOICES.items():
            shelf.add(voice_id, **what)
        # A service worker would serve nothing but the files of the build, and rightly so.
        context = browser.new_context(service_workers="block")
        watch = Watch(context)
        watch.allow("404", "500", "ERR_CONTENT_LENGTH_MISMATCH", "onnxruntime|ERROR_CODE")
        page = context.new_page()
        hold_workers(page)
        yield open_app(page, site.url), site
        assert page.evaluate("testWorkers.count('lectern')") == 1, "the worker did not live on"
        context.close()
        watch.check()


@pytest.fixture(autouse=True)
def lives_on(desk: tuple[Page, StaticSite]) -> Iterator[None]:
    """After each test the same worker speaks, and the caches hold what was said, all of it."""
    page, site = desk
    page.evaluate("() => clearAudioCache()")
    yield
    site.heal()
    before = page.evaluate("() => piperDebug.getCacheStats()")["memory"]["count"]
    assert synthesize(page, "Still here.", voiceId=ENGLISH).level > 0.005
    page.wait_for_function(
        """async (wanted) => {
          const { count, memory } = await piperDebug.getCacheStats();
          return count === wanted && memory.count === wanted;
        }""",
        arg=before + 1,
    )


def refused(page: Page, code: str, text: object, **options: object) -> str:
    """``lectern.synthesize`` rejects with ``code``; the sentence that it gives."""
    found = failure(page, SPEAK, [text, options])
    assert (found.code, found.isError) == (code, True), found
    assert len(found.message) > 15
    assert found.message.rstrip().endswith((".", "?")), f"no sentence: {found.message}"
    return found.message


def cached(page: Page) -> int:
    count: int = page.evaluate("async () => (await piperDebug.getCacheStats()).memory.count")
    return count


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
    "right to left": "Hello \\u202e\\u05e9\\u05dc\\u05d5\\u05dd and \\u0645\\u0631\\u062d\\u0628\\u0627.",
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
def test_options_that_are_none_are_refused(
    desk: tuple[Page, StaticSite], options: object
) -> None:
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


# -- voices ------------------------------------------------------------------------------


@pytest.mark.parametrize("voice_id", BAD_VOICES)
def test_a_bad_voice_is_told(desk: tuple[Page, StaticSite], voice_id: str) -> None:
    page, _ = desk
    for _ in range(2):  # the second time is no better and no worse
        message = refused(page, "voice_unreadable", "Hello there.", voiceId=voice_id)
        assert voice_id in message or "model" in message
    assert voice_id not in page.evaluate("piperDebug.getSessionCacheStats().voices")
    assert cached(page) == 0


FAULTS: list[tuple[str, Fault]] = [
    ("voice_not_installed", Status(404)),
    ("network", Status(500)),
    ("network", Cut(1000)),
    ("integrity", Cut(1000, length=False)),
    ("integrity", Flip(3000)),
    ("integrity", Replace(b"<html>Please log in</html>")),
    ("integrity", Replace(b"")),
]


@pytest.mark.parametrize(("code", "fault"), FAULTS, ids=str)
def test_a_model_that_is_not_right_is_never_used(
    desk: tuple[Page, StaticSite], code: str, fault: Fault
) -> None:
    page, site = desk
    path = f"{FOLDER}{FRENCH}.onnx"
    page.evaluate("() => piperDebug.clearSessionCache()")
    site.fault(path, fault)
    refused(page, code, "Bonjour.", voiceId=FRENCH)
    assert cached(page) == 0
    assert page.evaluate("piperDebug.getSessionCacheStats().voices") == []
    site.heal(path)
    assert synthesize(page, "Bonjour.", voiceId=FRENCH).level > 0.005


@pytest.fixture
def fresh(page: Page, watch: Watch, site: StaticSite) -> Page:
    """A worker that has not asked for the catalogue yet, on a blank page."""
    watch.allow("404", "500", "ERR_CONTENT_LENGTH_MISMATCH")
    open_blank(page, site)
    page.evaluate(
        """async (base) => {
          const { createLectern } = await import(`${base}js/lectern.js`);
          window.makeLectern = (options) => createLectern({ base, ...options });
          window.lectern = window.testLectern = makeLectern({});
          await lectern.ready;
        }""",
        site.url,
    )
    return page


def test_a_json_or_catalogue_that_is_not_right_is_never_used(fresh: Page, site: StaticSite) -> None:
    catalogue = FOLDER + "voices.json"
    for code, fault in [
        ("network", Status(404)),
        ("network", Status(500)),
        ("network", Cut(100)),
        ("voice_unreadable", Cut(100, length=False)),
        ("voice_unreadable", Replace(b"[]")),
        ("voice_unreadable", Replace(b"\xff\xfe\x00")),
    ]:
        site.fault(catalogue, fault)
        refused(fresh, code, "Bonjour.")
    site.heal(catalogue)
    config = f"{FOLDER}{FRENCH}.onnx.json"
    for code, fault in FAULTS:
        site.fault(config, fault)
        refused(fresh, code, "Bonjour.", voiceId=FRENCH)
    site.heal(config)
    assert synthesize(fresh, "Bonjour.", voiceId=FRENCH).level > 0.005


def test_bad_entries_of_a_catalogue_hide_no_good_one(fresh: Page, dist: Path, site: StaticSite) -> None:
    data = json.loads((dist / FOLDER / "voices.json").read_bytes())
    good = data[ENGLISH]
    bad = {
        "../../secret": good,
        "no_files": {**good, "files": {}},
        "no_language": {**good, "language": 5},
        "a_number": 5,
        "unhashed": {**good, "files": {"unhashed.onnx": {}, "unhashed.onnx.json": {}}},
    }
    site.put(f"{FOLDER}unhashed.onnx.json", (dist / FOLDER / f"{ENGLISH}.onnx.json").read_bytes())
    site.put(FOLDER + "voices.json", json.dumps({**bad, **data}))
    listed = fresh.evaluate("async () => (await lectern.voices()).map((voice) => voice.id)")
    assert listed == ["unhashed", ENGLISH, FRENCH]
    refused(fresh, "integrity", "Hello.", voiceId="unhashed")
    assert synthesize(fresh, "Hello.", voiceId=ENGLISH).level > 0.005


# -- the making of it --------------------------------------------------------------------


BAD_MAKINGS: list[dict[str, object]] = [
    {"settings": {"speed": 3}},
    {"settings": {"sentenceSilence": -1}},
    {"settings": {"sentenceSilence": "long"}},
    {"settings": {"maxSentenceChars": 1e9}},
    {"backend": "quantum"},
    {"threads": 0},
    {"threads": "all"},
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
    page.wait_for_function("() => window.lectern")
    found = failure(page, SPEAK, ["Hello.", {}])
    assert found.code == "integrity"
    assert "https" in found.message


def test_a_store_of_another_version_stops_no_speech(fresh: Page, watch: Watch) -> None:
    fresh.evaluate(
        """() => new Promise((resolve, reject) => {
          const opening = indexedDB.open('lectern-audio', 99);
          opening.onsuccess = () => { opening.result.close(); resolve(); };
          opening.onerror = reject;
        })"""
    )
    first = stream(fresh, "Hello there.", voiceId=ENGLISH)[0]
    again = stream(fresh, "Hello there.", voiceId=ENGLISH)[0]
    assert (first.source, again.source) == ("model", "memory")
    assert watch.found("audio store is left alone")
