"""The published tier: found by manifest alone, checked as what anybody may have written."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import Any

import pytest
from lectern import published
from lectern.errors import NetworkError
from lectern.published import (
    Unreadable,
    mark,
    marks_of,
    read_index,
    read_manifest,
    sound_path,
)
from lectern.settings import Settings

from tests.fakes import RATE, Gate
from tests.unit.runtime.world import BOOT, ONE, TWO, World, run

TEXT = "Hello, world. This is the second sentence. And this is the third one."
SENTENCES = ["Hello, world.", "This is the second sentence.", "And this is the third one."]
PCM = b"\x01\x00" * 800
#: One rule, for a word.
RULED = '[{"written": "%s", "says": "Halloo"}]'


class Site:
    """A world whose site has published the sentences, each with other bytes.

    Args:
        more: sentences besides, each with its own sound.
    """

    def __init__(self, *more: str, **settings: object) -> None:
        self.sentences = [*SENTENCES, *more]
        self.files: dict[str, bytes] = {}
        self.sounds: dict[bytes, bytes] = {}
        self.rows: list[list[Any]] = []
        self.settings = settings
        self.keys: dict[str, str] = {}

    async def publish(self) -> World:
        probe = World()
        for number, text in enumerate(self.sentences):
            await probe.piece(text)
            key = self.keys[text] = next(reversed(probe.app._synthesizer._makings))
            await probe.rest()
            pcm = PCM if text in SENTENCES else bytes((await probe.piece(text)).samples)
            opus = b"OggS %d" % number
            sha256 = hashlib.sha256(opus).hexdigest()
            self.rows.append([key, sha256, len(opus), len(pcm) // 2, [0, 0, 100, 1, 100, 700]])
            self.files[f"audio/{sound_path(sha256)}"] = opus
            self.sounds[opus] = pcm
        return self.world()

    def world(self, **boot: object) -> World:
        manifest = json.dumps({"format": 1, "sampleRate": RATE, "sentences": self.rows}).encode()
        sha256 = hashlib.sha256(manifest).hexdigest()
        path = f"documents/{'a' * 64}-{sha256[:16]}.json"
        listed = {
            "manifest": path,
            "sha256": sha256,
            "bytes": len(manifest),
            "marks": marks_of(self.sentences),
            "voice": ONE,
            "style": "neutral",
        }
        index = json.dumps({"format": 1, "documents": [listed]}).encode()
        given = {**BOOT, "published": hashlib.sha256(index).hexdigest(), **boot}
        made = World({**given, "settings": self.settings})
        made.published.files = {
            **self.files,
            f"audio/{path}": manifest,
            "audio/index.json": index,
        }
        made.published.sounds = self.sounds
        return made


async def split(world: World, text: str = TEXT) -> None:
    await world.app.handle("split", {"text": text, "language": "en"})


def counters(world: World) -> dict[str, int]:
    return {
        name: number
        for name, number in world.app.metrics.counters.items()
        if name.startswith("cache.published")
    }


def test_what_is_published_is_heard_without_a_model() -> None:
    async def scenario() -> None:
        world = await Site().publish()
        await split(world)
        found = [await world.piece(text) for text in SENTENCES]
        assert {spoken.source for spoken in found} == {"published"}
        assert all(bytes(spoken.samples) == PCM and spoken.last for spoken in found)
        assert found[0].words[0] == (0, 5, 0, 100)
        assert world.created() == world.ran() == 0
        assert world.files.fetches == []
        assert counters(world) == {"cache.published.hit": 3}
        told: Any = await world.app.handle("metrics", {})
        assert {"sentence.published", "cache.published.read"} <= set(told["latency"])
        # Heard again it is in memory, and on no disk: it can be fetched.
        assert (await world.piece(SENTENCES[0])).source == "memory"
        await world.rest()
        assert world.store.entries == {}

    run(scenario())


def test_index_and_manifest_are_fetched_once() -> None:
    async def scenario() -> None:
        world = await Site().publish()
        for _ in range(3):
            await split(world)
        await asyncio.gather(*(world.piece(SENTENCES[0]) for _ in range(4)))
        asked = world.published.asked
        assert asked[0] == "audio/index.json"
        assert asked[1].startswith("audio/documents/")
        assert len(world.published.asked) == 3

    run(scenario())


def test_nobody_is_asked_where_nothing_is_published() -> None:
    async def scenario() -> None:
        site = Site()
        await site.publish()
        for world in (
            site.world(published=""),
            World({**BOOT, "published": "a" * 64, "settings": {"published_cache": False}}),
        ):
            await split(world)
            assert (await world.piece(SENTENCES[0])).source == "model"
            assert world.published.asked == []
            assert counters(world) == {}

    run(scenario())


def test_no_server_is_asked_whether_it_has_a_sentence() -> None:
    async def scenario() -> None:
        world = await Site().publish()
        await split(world, "Something else altogether. Nobody has packed it.")
        assert (await world.piece("Nobody has packed it.")).source == "model"
        assert world.published.asked == ["audio/index.json"]
        await split(world)
        assert (await world.piece("A sentence that is not in it.")).source == "model"
        assert len(world.published.asked) == 2  # the manifest
        assert counters(world) == {"cache.published.miss": 2}

    run(scenario())


def test_a_copied_part_of_a_text_is_found_too() -> None:
    sentences = [f"Sentence number {number}." for number in range(100)]
    marks = set(marks_of(sentences))
    assert len(marks) < 12
    for begin in range(84):
        page = sentences[begin : begin + 16]
        assert any(mark(text) in marks for text in page)
    assert mark("Caf\u00e9  au lait.") == mark("Cafe\u0301 au\nlait.")


def test_what_is_kept_offline_is_put_on_the_disk() -> None:
    async def scenario() -> None:
        site = Site()
        world = await site.publish()
        await split(world)
        await world.piece(SENTENCES[0])
        assert world.store.entries == {}
        assert (await world.piece(SENTENCES[0], keep=True)).source == "memory"
        assert (await world.piece(SENTENCES[1], keep=True)).source == "published"
        await world.rest()
        assert set(world.store.entries) == {site.keys[text] for text in SENTENCES[:2]}
        before = dict(world.store.entries)
        await world.piece(SENTENCES[0], keep=True)
        await world.rest()
        assert all(world.store.entries[key] is before[key] for key in before)  # there already

    run(scenario())


def test_what_was_made_while_the_disk_was_off_is_kept_offline_all_the_same() -> None:
    async def scenario() -> None:
        world = World()
        world.app.settings.become(Settings.from_json({"disk_cache": False}))
        await world.piece("Made by the model.")
        await world.rest()
        assert world.store.entries == {}
        assert world.app.metrics.counters["cache.disk.skipped"] == 1
        world.app.settings.become(Settings())
        assert (await world.piece("Made by the model.", keep=True)).source == "memory"
        await world.rest()
        assert len(world.store.entries) == 1

    run(scenario())


def test_what_is_kept_offline_leaves_the_disk_last_whatever_made_it() -> None:
    async def scenario() -> None:
        site = Site()
        world = await site.publish()
        await split(world)
        await world.piece("Heard before.")
        await world.piece("Heard only.")
        await world.rest()
        for text in (SENTENCES[0], "Heard before.", "Made to be kept."):
            assert (await world.piece(text, keep=True)).last
        await world.rest()
        await world.app.settle({})  # the marks of use are written
        (first, *held) = sorted(world.store.used.values())
        assert len(held) == 3
        assert held[0] - first > 80 * 24 * 3600 * 1000

    run(scenario())


def test_without_a_network_the_voice_speaks_and_it_is_tried_again_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> None:
        world = await Site().publish()
        world.published.fault = NetworkError("There is no network.")
        await split(world)
        assert (await world.piece(SENTENCES[0])).source == "model"
        asked = len(world.published.asked)
        assert (await world.piece(SENTENCES[1])).source == "model"
        assert len(world.published.asked) == asked
        world.published.fault = None
        world.inference.clock.advance(world.app.settings.store_retry_after + 1)
        assert (await world.piece(SENTENCES[2])).source == "published"
        assert counters(world)["cache.published.failed"] == 1

    with caplog.at_level(logging.WARNING, "lectern"):
        run(scenario())
    assert sum("Published sound" in line for line in caplog.messages) == 1


def test_a_network_that_hangs_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not published is not kept waiting for what is, again and again."""
    monkeypatch.setattr(published, "_PATIENCE", 0.02)
    monkeypatch.setattr(published, "_MANIFEST_PATIENCE", 0.1)

    async def scenario() -> None:
        world = await Site().publish()
        world.published.gate = gate = Gate(open_=False)
        assert (await world.piece("Nobody has published this.")).source == "model"
        # The look-up ends; the tier rests, and looks again behind everybody's back.
        await world.rest()
        for number in range(3):
            world.clock.advance(world.app.settings.store_retry_after + 60)
            monkeypatch.setattr(published, "_PATIENCE", 3600.0)
            spoken = await asyncio.wait_for(world.piece(f"Nor this, number {number}."), 10)
            assert spoken.source == "model"
            assert gate.waiting, "it is looked up meanwhile"
            await world.rest()
        gate.open()
        world.clock.advance(world.app.settings.store_retry_after + 60)
        await split(world)
        await world.rest()
        assert (await world.piece(SENTENCES[0])).source == "published"

    run(scenario())


@pytest.mark.parametrize(
    ("reading", "loaded"),
    [
        ({"text": TEXT, "language": "en"}, False),
        ({"text": TEXT, "language": "en", "style": "neutral"}, False),
        ({"text": TEXT, "language": "en", "style": "calm"}, True),
        ({"text": TEXT, "language": "en", "lengthScale": 1.5}, True),
        ({"text": TEXT, "language": "en", "speaker": "nobody"}, True),
        ({"text": TEXT, "language": "en", "rules": RULED % "Never"}, False),
        ({"text": TEXT, "language": "en", "rules": RULED % "Hello"}, True),
        ({"text": "Something else.", "language": "en"}, True),
        ({"text": "", "language": "en"}, True),
        (None, True),
    ],
)
def test_no_voice_is_got_ready_for_what_is_published(reading: object, loaded: bool) -> None:
    async def scenario() -> None:
        world = await Site().publish()
        await world.app.handle("preload", {"voiceId": ONE, "reading": reading})
        assert world.app.session_stats()["voiceCount"] == int(loaded)
        await world.app.handle("preload", {"voiceId": TWO, "reading": reading})
        assert TWO in world.stats["voices"], "it is published in another voice"

    run(scenario())


def test_nor_for_the_middle_of_it() -> None:
    lines = [f"Sentence number {number} of them." for number in range(60)]

    async def scenario() -> None:
        site = Site(*lines)
        await site.publish()
        for first in (21, 30, 38):
            world = site.world()
            reading = {"text": " ".join(lines[first : first + 20]), "language": "en"}
            await world.app.handle("preload", {"voiceId": ONE, "reading": reading})
            assert world.app.session_stats()["voiceCount"] == 0, first

    run(scenario())


def test_a_cut_body_in_the_http_cache_is_gone_past() -> None:
    async def scenario() -> None:
        world = await Site().publish()
        world.published.stale = {path: data[:-1] for path, data in world.published.files.items()}
        await split(world)
        assert (await world.piece(SENTENCES[0])).source == "published"

    run(scenario())


@pytest.mark.parametrize("what", ["bytes", "sound", "length", "gone"])
def test_a_sound_that_is_wrong_is_left_out_alone(what: str) -> None:
    async def scenario() -> None:
        site = Site()
        await site.publish()
        path, opus = next(iter(site.files.items()))
        if what == "bytes":
            site.files[path] = opus + b"!"
        elif what == "gone":
            del site.files[path]
        elif what == "sound":
            del site.sounds[opus]
        else:
            site.sounds[opus] = PCM[:-2]
        world = site.world()
        await split(world)
        assert (await world.piece(SENTENCES[0])).source == "model"
        if what == "gone":  # perhaps the network is: all of it rests
            world.inference.clock.advance(world.app.settings.store_retry_after + 1)
        assert (await world.piece(SENTENCES[1])).source == "published"

    run(scenario())


def test_a_browser_without_a_decoder_fetches_nothing() -> None:
    async def scenario() -> None:
        world = await Site().publish()
        world.published.decoder = False
        await split(world)
        assert (await world.piece(SENTENCES[0])).source == "model"
        assert world.published.asked == []

    run(scenario())


def test_the_first_sentence_waits_for_its_manifest() -> None:
    async def scenario() -> None:
        world = await Site().publish()
        world.published.gate = Gate(open_=False)
        await split(world)
        asked = asyncio.ensure_future(world.piece(SENTENCES[0]))
        while not world.published.gate.waiting:
            await asyncio.sleep(0)
        assert not asked.done()
        world.published.gate.open()
        assert (await asked).source == "published"

    run(scenario())


def test_a_manifest_that_takes_its_time_is_waited_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(published, "_PATIENCE", 0.01)

    async def scenario() -> None:
        world = await Site().publish()
        world.published.gate = Gate(open_=False)
        await split(world)
        assert (await world.piece(SENTENCES[0])).source == "model"
        monkeypatch.setattr(published, "_PATIENCE", 1e9)
        assert (await world.piece(SENTENCES[1])).source == "model"  # without waiting
        world.published.gate.open()
        await world.rest()
        assert (await world.piece(SENTENCES[2])).source == "published"
        assert "cache.published.failed" not in counters(world)

    run(scenario())


HASH = "0" * 64
SENTENCE = [HASH, HASH, 10, 100, [0, 0, 50]]
LISTED: dict[str, Any] = {
    "manifest": f"documents/{HASH}-{'0' * 16}.json",
    "sha256": HASH,
    "bytes": 10,
    "marks": ["0" * 12],
}


def test_whole_ones_are_read() -> None:
    assert len(read_index(json.dumps({"format": 1, "documents": [LISTED]}))) == 1
    found = read_manifest(json.dumps({"format": 1, "sampleRate": RATE, "sentences": [SENTENCE]}))
    assert found[HASH].words == ((0, 0, 50),)


@pytest.mark.parametrize(
    "changed",
    [
        {"manifest": "../../elsewhere.json"},
        {"manifest": "https:" + "//elsewhere/documents/x.json"},
        {"manifest": LISTED["manifest"] + "\n"},
        {"manifest": None},
        {"sha256": "x" * 64},
        {"sha256": HASH.upper() + "0"},
        {"bytes": -1},
        {"bytes": True},
        {"bytes": 1 << 40},
        {"bytes": "10"},
        {"marks": "0" * 12},
        {"marks": ["nonsense"]},
        {"marks": [1]},
    ],
)
def test_a_hostile_index_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        read_index(json.dumps({"format": 1, "documents": [{**LISTED, **changed}]}))


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        SENTENCE[:4],
        ["../../x", *SENTENCE[1:]],
        [HASH, "../../x", *SENTENCE[2:]],
        [HASH, HASH, 0, 100, []],
        [HASH, HASH, 1 << 40, 100, []],
        [HASH, HASH, 10, 0, []],
        [HASH, HASH, 10, 1 << 62, []],
        [HASH, HASH, 10, 1.5, []],
        [HASH, HASH, 10, 100, [0, 0]],
        [HASH, HASH, 10, 100, [0, 60, 50]],
        [HASH, HASH, 10, 100, [0, -1, 50]],
        [HASH, HASH, 10, 100, [0, 0, "50"]],
        [HASH, HASH, 10, 100, [0, 0, 50] * 5000],
        [HASH, HASH, 10, 100, {"0": 1}],
    ],
)
def test_a_hostile_sentence_is_refused(row: object) -> None:
    with pytest.raises(Unreadable):
        read_manifest(json.dumps({"format": 1, "sampleRate": RATE, "sentences": [row]}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 2}',
        '{"format": 1}',
        "[" * 100_000,
        '{"format": 1, "documents": {}, "sentences": {}, "sampleRate": 16000}',
        '{"format": 1, "documents": [7], "sentences": [], "sampleRate": true}',
        '{"format": 1, "documents": [[]], "sentences": [], "sampleRate": 7}',
    ],
)
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_index(text)
    with pytest.raises(Unreadable):
        read_manifest(text)


def test_a_manifest_that_is_refused_is_not_asked_for_again() -> None:
    async def scenario() -> None:
        site = Site()
        await site.publish()
        site.rows[0][3] = -5
        world = site.world()
        await split(world)
        assert (await world.piece(SENTENCES[0], ONE)).source == "model"
        await split(world)
        assert (await world.piece(SENTENCES[1], ONE)).source == "model"
        assert len(world.published.asked) == 2

    run(scenario())
