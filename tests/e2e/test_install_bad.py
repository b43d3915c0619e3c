"""What is no voice, what comes damaged, and a disk that is full: told in words, nothing kept."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper
from playwright.sync_api import Browser, Page

from tests.browser import Watch, open_app
from tests.collection import FIXTURES, CollectionServer
from tests.e2e.faults import Cut, Flip, NoLength, Replace, Status, WrongLength
from tests.e2e.installing import (
    PLAIN,
    TINY,
    TRIO,
    begin,
    files,
    flip,
    give,
    give_refused,
    ids,
    install,
    laid,
    outcome,
    refused,
    whole,
)
from tests.e2e.server import StaticSite
from tests.public_api import ENGLISH, FRENCH, Failure, failure, synthesize
from tests.returning import Snapshot

__all__ = ["laid"]

Laid = tuple[CollectionServer, StaticSite]
MINE = "en_US-mine-medium"


@pytest.fixture(scope="module")
def desk(browser: Browser, laid: Laid, snapshot: Snapshot) -> Iterator[Page]:
    """One app for many bad things, with one good voice installed."""
    context = browser.new_context()
    watch = Watch(context)
    watch.allow("Failed to load resource")
    snapshot.lay(context, laid[1])
    page = open_app(context.new_page(), laid[1].url)
    install(page, TRIO)
    yield page
    context.close()
    watch.check()


@pytest.fixture(autouse=True)
def nothing_else(desk: Page, laid: Laid) -> Iterator[None]:
    """Afterwards there is the good voice, and it speaks; and nothing else is there."""
    yield
    laid[0].heal()
    left = desk.evaluate("async () => Object.keys((await lectern.storage()).begun)")
    for voice_id in left:
        desk.evaluate("(id) => lectern.remove(id)", voice_id)
    whole(desk, TRIO)
    assert ids(desk) == [ENGLISH, FRENCH, TRIO]
    assert synthesize(desk, "Toujours là.", voiceId=TRIO).seconds > 0.2


def told(found: Failure, code: str) -> None:
    """A typed error, in a sentence."""
    assert (found.code, found.isError) == (code, True), found
    assert len(found.message) > 15
    assert found.message.rstrip().endswith("."), found.message


# -- from the collection ------------------------------------------------------------------


FAULTS: list[tuple[str, Any]] = [
    ("integrity", Flip(3000)),
    ("integrity", Flip(-1)),
    ("network", Replace(b"<html>Please log in</html>")),
    ("network", Replace(b"")),
    ("voice_not_installed", Status(404)),
    ("network", Status(403)),
    ("network", Status(500)),
    ("network", Cut(1000)),
    ("network", Cut(1000, length=False)),
]


@pytest.mark.parametrize(("code", "fault"), FAULTS, ids=str)
def test_a_model_that_does_not_come_right_is_not_installed(
    desk: Page, laid: Laid, code: str, fault: Any
) -> None:
    collection, _ = laid
    collection.fault(collection.path(PLAIN), fault)
    told(refused(desk, PLAIN), code)
    assert PLAIN not in ids(desk)
    collection.heal()
    install(desk, PLAIN)
    desk.evaluate("(id) => lectern.remove(id)", PLAIN)


def test_a_length_that_is_too_long_installs_it_whole_or_not_at_all(desk: Page, laid: Laid) -> None:
    """All bytes may have arrived before the connection is seen to break."""
    collection, _ = laid
    collection.fault(collection.path(PLAIN), WrongLength(5))
    begin(desk, PLAIN)
    how = outcome(desk, PLAIN)
    assert how in ("installed", "network")
    assert (PLAIN in ids(desk)) == (how == "installed")
    if how == "installed":
        whole(desk, TRIO, PLAIN)
    collection.heal()
    install(desk, PLAIN)
    whole(desk, TRIO, PLAIN)
    desk.evaluate("(id) => lectern.remove(id)", PLAIN)


def test_a_body_without_a_length_is_as_good(desk: Page, laid: Laid) -> None:
    collection, _ = laid
    collection.fault(collection.path(PLAIN), NoLength())
    install(desk, PLAIN)
    whole(desk, TRIO, PLAIN)
    desk.evaluate("(id) => lectern.remove(id)", PLAIN)


def test_forty_flips_on_the_way_are_all_found(desk: Page, laid: Laid) -> None:
    collection, _ = laid
    rng = random.Random(7)
    path, size = collection.path(PLAIN), len(collection.voices[PLAIN].model)
    for _ in range(40):
        collection.fault(path, Flip(rng.randrange(size)))
        told(refused(desk, PLAIN), "integrity")
        collection.heal()
    whole(desk, TRIO)


def test_a_list_that_is_none_is_told(browser: Browser, laid: Laid) -> None:
    collection, site = laid
    context = browser.new_context()
    page = open_app(context.new_page(), site.url)
    for code, fault in (
        ("voice_unreadable", Replace(b"[]")),
        ("voice_unreadable", Replace(b"\xff\xfe\x00")),
        ("voice_not_installed", Status(404)),
        ("network", Status(500)),
    ):
        collection.fault("voices.json", fault)
        told(failure(page, "() => lectern.available()"), code)
        collection.heal()
    assert len(page.evaluate("lectern.available()")) >= 4
    context.close()


# -- from files ---------------------------------------------------------------------------


def other_model() -> bytes:
    """A whole ONNX model of something else."""
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in "xy")
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [x], [y])
    data: bytes = helper.make_model(graph).SerializeToString()
    return data


def lacking(*names: str) -> bytes:
    """A Piper voice's model whose graph does not list these inputs."""
    model = onnx.load_from_string((FIXTURES / f"{PLAIN}.onnx").read_bytes())
    for value in [value for value in model.graph.input if value.name in names]:
        model.graph.input.remove(value)
    data: bytes = model.SerializeToString()
    return data


@pytest.fixture(scope="module")
def shelf(laid: Laid) -> StaticSite:
    """Good and bad files, to be given to the page."""
    collection, site = laid
    plain, trio = collection.voices[PLAIN], collection.voices[TRIO]
    config = json.loads(plain.config)
    for name, data in {
        "good.onnx": plain.model,
        "good.json": plain.config,
        "trio.onnx": trio.model,
        "trio.json": trio.config,
        "text.onnx": b"no model at all" * 1000,
        "empty.onnx": b"",
        "other.onnx": other_model(),
        "cut.onnx": plain.model[:-5000],
        "text.json": b"a voice, honestly",
        "empty.json": b"{}",
        "lacking.onnx": lacking("input_lengths", "scales"),
        "crowd.json": json.dumps({**json.loads(trio.config), "num_speakers": 904}).encode(),
        "symbols.json": json.dumps({**config, "num_symbols": 300}).encode(),
        "ryan.json": json.dumps({**config, "dataset": "ryan"}).encode(),
        "rate.json": json.dumps({**config, "audio": {"sample_rate": 0}}).encode(),
        "language.json": json.dumps({**config, "espeak": {"voice": "xx-nowhere"}}).encode(),
    }.items():
        site.put(f"given/{name}", data)
    return site


BAD = {
    "no onnx": ("text.onnx", "good.json", "voice_unreadable"),
    "nothing": ("empty.onnx", "good.json", "voice_unreadable"),
    "no piper voice": ("other.onnx", "good.json", "voice_unreadable"),
    "cut": ("cut.onnx", "good.json", "voice_unreadable"),
    "another's json": ("good.onnx", "trio.json", "voice_unreadable"),
    "another's model": ("trio.onnx", "good.json", "voice_unreadable"),
    "no json": ("good.onnx", "text.json", "voice_unreadable"),
    "empty json": ("good.onnx", "empty.json", "voice_unreadable"),
    "more speakers": ("trio.onnx", "crowd.json", "voice_unreadable"),
    "more symbols": ("good.onnx", "symbols.json", "voice_unreadable"),
    "another's name": ("good.onnx", "ryan.json", "voice_unreadable"),
    "missing inputs": ("lacking.onnx", "good.json", "voice_unreadable"),
    "rate 0": ("good.onnx", "rate.json", "voice_unreadable"),
    "no language": ("good.onnx", "language.json", "phonemizer_failed"),
}


@pytest.mark.parametrize("what", BAD)
def test_files_that_are_no_voice_are_refused(desk: Page, shelf: StaticSite, what: str) -> None:
    model, config, code = BAD[what]
    for voice_id in (MINE, TRIO):  # a new one, and in the place of the good one
        told(give_refused(desk, voice_id, f"given/{model}", f"given/{config}"), code)
        whole(desk, TRIO)


def test_files_are_taken_and_given_up(desk: Page, shelf: StaticSite) -> None:
    assert give(desk, MINE, "given/good.onnx", "given/good.json") == MINE
    assert synthesize(desk, "Hello there.", voiceId=MINE).seconds > 0.2
    whole(desk, TRIO, MINE)
    desk.evaluate("(id) => lectern.remove(id)", MINE)


def test_files_called_after_two_voices_are_refused(desk: Page, shelf: StaticSite) -> None:
    found = failure(
        desk,
        """async () => {
          const bytes = async (url) => (await fetch(url)).arrayBuffer();
          await lectern.installFiles({
            model: new File([await bytes('given/good.onnx')], 'en_US-amy-medium.onnx'),
            config: new File([await bytes('given/good.json')], 'en_US-ryan-medium.onnx.json'),
          });
        }""",
    )
    told(found, "voice_unreadable")
    assert "en_US-amy-medium" in found.message and "en_US-ryan-medium" in found.message


@pytest.mark.parametrize("name", ["", "...", "x" * 200])
def test_a_name_that_is_none_is_refused(desk: Page, shelf: StaticSite, name: str) -> None:
    told(give_refused(desk, name, "given/good.onnx", "given/good.json"), "bad_option")


def test_a_file_of_300_mb_is_refused_at_once(desk: Page) -> None:
    found = failure(
        desk,
        """async () => {
          const chunk = new Uint8Array(10 << 20);
          const model = new File(Array(30).fill(chunk), 'en_US-huge-high.onnx');
          await lectern.installFiles({ model, config: new File(['{}'], 'x.onnx.json') });
        }""",
    )
    told(found, "too_large")
    assert "300 MB" in found.message


@pytest.mark.parametrize(
    "given", ["{}", "{model: 3}", "{model: new File([], 'x')}", "{model: null, config: null}", "7"]
)
def test_what_is_no_pair_is_refused(desk: Page, given: str) -> None:
    told(failure(desk, f"() => lectern.installFiles({given})"), "bad_option")


def test_options_that_are_none_are_refused(desk: Page) -> None:
    told(failure(desk, f"() => lectern.install('{PLAIN}', {{ onProgress: 3 }})"), "bad_option")
    told(failure(desk, f"() => lectern.install('{PLAIN}', {{ speed: 3 }})"), "bad_option")
    told(failure(desk, "() => lectern.install(7)"), "bad_option")
    told(failure(desk, "() => lectern.remove('nobody')"), "unknown_voice")
    told(failure(desk, f"() => lectern.remove('{ENGLISH}')"), "bad_option")


# -- the disk --------------------------------------------------------------------------------


@contextmanager
def quota(page: Page, size: int) -> Iterator[None]:
    """The browser gives the origin no more than this."""
    devtools = page.context.new_cdp_session(page)
    origin = page.evaluate("location.origin")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": size})
    yield
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})


def test_a_disk_that_fills_up_on_the_way_keeps_nothing(desk: Page, shelf: StaticSite) -> None:
    # Chromium's estimate does not tell of it: it shows only when something is written.
    used = desk.evaluate("async () => (await navigator.storage.estimate()).usage")
    with quota(desk, used + 300_000):
        told(refused(desk, PLAIN), "quota")
        whole(desk, TRIO)
        told(give_refused(desk, MINE, "given/good.onnx", "given/good.json"), "quota")
        whole(desk, TRIO)
        assert synthesize(desk, "Toujours là, encore.", voiceId=TRIO).seconds > 0.2


def test_damage_in_the_store_is_found_and_mended_by_installing_again(desk: Page) -> None:
    install(desk, TINY)
    size = files(desk)[f"lectern-voices/{TINY}/{TINY}.onnx"]
    rng = random.Random(11)
    places = [(f"{TINY}.onnx", rng.randrange(size)) for _ in range(40)]
    places.append((f"{TINY}.onnx.json", 100))
    for number, (name, at) in enumerate(places):
        flip(desk, f"{TINY}/{name}", at)
        desk.evaluate("() => piperDebug.clearSessionCache()")
        if name.endswith(".json"):
            # The page has read it already: a new one has not.
            open_app(desk, desk.url)
        script = f"() => lectern.synthesize('Table {number}.', {{ voiceId: '{TINY}' }})"
        told(failure(desk, script), "integrity")
        flip(desk, f"{TINY}/{name}", at)
    open_app(desk, desk.url)
    assert synthesize(desk, "Good again.", voiceId=TINY).seconds > 0.2
    flip(desk, f"{TINY}/{TINY}.onnx", 5000)
    desk.evaluate("(id) => lectern.remove(id)", TINY)
    install(desk, TINY)
    assert synthesize(desk, "And again.", voiceId=TINY).seconds > 0.2
    desk.evaluate("(id) => lectern.remove(id)", TINY)
