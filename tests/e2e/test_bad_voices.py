"""Voices that are cut, flipped, missing or no voices at all, and a store that is not ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper
from playwright.sync_api import Browser, Page

from tests.browser import Watch
from tests.e2e.desk import cached, laid, living_on, refused
from tests.e2e.faults import Cut, Fault, Flip, Replace, Status
from tests.e2e.server import StaticSite
from tests.e2e.shelf import FOLDER, Shelf
from tests.public_api import ENGLISH, FRENCH, open_blank, stream, synthesize


def not_a_voice_model() -> bytes:
    """A whole ONNX model with other inputs than Piper's."""
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in "xy")
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    data: bytes = model.SerializeToString()
    return data


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
    def fill(site: StaticSite) -> None:
        shelf = Shelf(dist, site)
        for voice_id, what in BAD_VOICES.items():
            shelf.add(voice_id, **what)

    with laid(browser, dist, fill) as made:
        yield made


@pytest.fixture(autouse=True)
def lives_on(desk: tuple[Page, StaticSite]) -> Iterator[None]:
    with living_on(*desk):
        yield


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


CATALOGUE_FAULTS: list[tuple[str, Fault]] = [
    ("network", Status(404)),
    ("network", Status(500)),
    ("network", Cut(100)),
    ("voice_unreadable", Cut(100, length=False)),
    ("voice_unreadable", Replace(b"[]")),
    ("voice_unreadable", Replace(b"\xff\xfe\x00")),
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
    for code, fault in CATALOGUE_FAULTS:
        site.fault(catalogue, fault)
        refused(fresh, code, "Bonjour.")
    site.heal(catalogue)
    config = f"{FOLDER}{FRENCH}.onnx.json"
    for code, fault in FAULTS:
        site.fault(config, fault)
        refused(fresh, code, "Bonjour.", voiceId=FRENCH)
    site.heal(config)
    assert synthesize(fresh, "Bonjour.", voiceId=FRENCH).level > 0.005


def test_bad_entries_of_a_catalogue_hide_no_good_one(
    fresh: Page, dist: Path, site: StaticSite
) -> None:
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
