"""What every implementation of ``lectern.ports`` must do, as functions of a ``World``.

The same functions run in CPython over ``tests/fakes.py`` and in Chromium, in Pyodide,
over the real adapters; so they import nothing but the standard library and ``lectern``.
Each begins with whatever an earlier one left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import math
from array import array
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from lectern.errors import (
    EngineLost,
    LecternError,
    PhonemizerFailed,
    VoiceNotInstalled,
)
from lectern.ports import (
    ArticleFinder,
    AudioCodecs,
    AudioStore,
    Inference,
    KeptAudio,
    PdfReader,
    Phonemizer,
    PublishedFiles,
    Realm,
    RealmConfig,
    VoiceFiles,
)

#: Seconds; the machine may be slow, so only something that never comes fails by time.
PATIENCE = 60.0
RUN_DEADLINE = 60.0

ONE, TWO, THREE, UNKNOWN = "1" * 64, "2" * 64, "3" * 64, "f" * 64


@dataclass
class World:
    """The ports of one implementation, and what a test may do to the world behind them.

    Attributes:
        voice: a voice of the catalogue whose files are there.
        broken: a voice whose model is no ONNX file.
        ids: phoneme ids that the voice can say.
        kill: ends the worker of a realm as a crash does; it returns before that is known.
    """

    inference: Inference
    phonemizer: Phonemizer
    store: AudioStore
    files: VoiceFiles
    articles: ArticleFinder
    codecs: AudioCodecs
    published: PublishedFiles
    pdf: PdfReader
    voice: str
    broken: str
    kill: Callable[[int], Awaitable[None]]
    ids: list[int] = field(default_factory=lambda: [1, 0, 14, 0, 21, 0, 26, 0, 14, 0, 2])
    lost: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._waiting: dict[int, asyncio.Event] = {}
        self._realm: Realm | None = None
        self.inference.on_lost(self._told)

    async def realm(self) -> Realm:
        """A wasm realm with one thread, one and the same for all that do it no harm."""
        if self._realm is None or self._realm.id in self.lost:
            self._realm = await self.inference.open(RealmConfig("wasm", 1))
        return self._realm

    def _told(self, realm: int) -> None:
        self.lost.append(realm)
        self._waiting.setdefault(realm, asyncio.Event()).set()

    async def told_lost(self, realm: int) -> None:
        """Wait until ``on_lost`` named the realm."""
        event = self._waiting.setdefault(realm, asyncio.Event())
        await asyncio.wait_for(event.wait(), PATIENCE)


Contract = Callable[[World], Awaitable[None]]
CONTRACTS: dict[str, Contract] = {}


def contract(function: Contract) -> Contract:
    CONTRACTS[function.__name__] = function
    return function


async def refused(work: Awaitable[object], *kinds: type[LecternError]) -> LecternError:
    """The error that ``work`` must raise; it says something to people."""
    try:
        value = await work
    except kinds as error:
        assert len(error.message) > 10, f"{error!r} says nothing"
        return error
    raise AssertionError(f"{', '.join(k.__name__ for k in kinds)} was due, not {value!r}")


# -- AudioStore ------------------------------------------------------------------


def audio(seed: int, size: int = 800) -> KeptAudio:
    data = bytes((seed * 31 + n) % 256 for n in range(size))
    words = ((0, 0, 200), (1, 200, 300))
    return KeptAudio(data, "opus", 16_000 + seed, 500, words, f"sha256:{seed}", "voice", 10**12)


async def oldest(world: World, limit: int) -> list[tuple[str, int, int]]:
    return [(aged.key, aged.bytes, aged.used) for aged in await world.store.oldest(limit)]


@contract
async def store_gives_back_what_was_put(world: World) -> None:
    await world.store.clear()
    silent = KeptAudio(b"", "pcm", 22_050, 0, (), "")
    await world.store.put(ONE, audio(1), 1)
    await world.store.put(TWO, silent, 2)
    assert await world.store.get(ONE) == audio(1)
    assert await world.store.get(TWO) == silent


@contract
async def store_has_none_of_what_was_not_put(world: World) -> None:
    await world.store.clear()
    assert await world.store.get(UNKNOWN) is None
    assert await world.store.totals() == (0, 0)
    assert await world.store.oldest(5) == []


@contract
async def store_replaces_under_the_same_key(world: World) -> None:
    await world.store.clear()
    await world.store.put(ONE, audio(1), 1)
    await world.store.put(ONE, audio(2, 600), 2)
    assert await world.store.get(ONE) == audio(2, 600)
    assert await world.store.totals() == (1, 600)
    assert await oldest(world, 5) == [(ONE, 600, 2)]


@contract
async def store_counts_entries_and_bytes(world: World) -> None:
    await world.store.clear()
    await asyncio.gather(
        world.store.put(ONE, audio(1, 600), 1), world.store.put(TWO, audio(2, 1000), 2)
    )
    assert await world.store.totals() == (2, 1600)


@contract
async def store_names_the_least_recently_used_first(world: World) -> None:
    await world.store.clear()
    now = 1_800_000_000_000
    for key, seed in ((ONE, 1), (TWO, 2), (THREE, 3)):
        await world.store.put(key, audio(seed, 400 + seed), now + seed)
    assert await oldest(world, 2) == [(ONE, 401, now + 1), (TWO, 402, now + 2)]
    await world.store.get(ONE)
    assert [key for key, *_ in await oldest(world, 1)] == [ONE], "reading leaves no mark"
    await world.store.touch({ONE: now + 10, UNKNOWN: now + 11, THREE: now - 5})
    await world.store.touch({})
    await world.store.put(TWO, audio(2, 410), now + 20)
    await world.store.put(TWO, audio(2, 410), now + 15)  # it was used later than that
    assert await oldest(world, 9) == [
        (THREE, 403, now + 3),
        (ONE, 401, now + 10),
        (TWO, 410, now + 20),
    ]
    assert await world.store.get(ONE) == audio(1, 401)


@contract
async def store_deletes_what_is_there_and_minds_nothing_else(world: World) -> None:
    await world.store.clear()
    await world.store.put(ONE, audio(1), 1)
    await world.store.put(TWO, audio(2), 2)
    await world.store.delete([ONE, UNKNOWN, ONE])
    await world.store.delete([])
    assert await world.store.get(ONE) is None
    assert await world.store.get(TWO) == audio(2)
    assert await world.store.totals() == (1, 800)
    assert await oldest(world, 5) == [(TWO, 800, 2)]


@contract
async def store_clears(world: World) -> None:
    await world.store.put(ONE, audio(1), 1)
    await world.store.clear()
    await world.store.clear()
    assert await world.store.get(ONE) is None
    assert await world.store.totals() == (0, 0)


@contract
async def store_knows_its_quota_or_says_nothing(world: World) -> None:
    quota = await world.store.quota()
    assert quota is None or quota > 1_000_000


# -- AudioCodecs -----------------------------------------------------------------


def speech(rate: int, seconds: float = 3.0) -> bytes:
    """A voice-like hum: harmonics of a pitch that moves, in syllables, with some silence."""
    samples = array("h")
    phase = 0.0
    for n in range(round(rate * seconds)):
        at = n / rate
        phase += 2 * math.pi * (120 + 30 * math.sin(4 * at)) / rate
        loud = max(0.0, math.sin(2 * math.pi * 3 * at)) * (at % 1.5 < 1.2)
        tone = sum(math.sin(k * phase) / k for k in range(1, 12))
        samples.append(round(6000 * loud * tone))
    return samples.tobytes()


@contract
async def codecs_without_loss_give_back_the_very_same(world: World) -> None:
    loud = array("h", [-32768, 32767, 0, -1, 1, 32767, -32768] * 300).tobytes()
    for sound in (speech(22_050), loud, b"", b"\x07\x80"):
        packed = await world.codecs.encode("lossless", sound, 22_050, 0)
        assert packed is not None
        samples = len(sound) // 2
        found = await world.codecs.decode("lossless", packed, 22_050, samples, samples)
        assert (found or b"") == sound
    packed = await world.codecs.encode("lossless", speech(22_050), 22_050, 0)
    assert packed is not None
    assert len(packed) < 0.7 * len(speech(22_050))


@contract
async def codecs_give_as_many_samples_as_there_were(world: World) -> None:
    for rate, seconds in ((16_000, 2.0), (22_050, 1.7), (24_000, 0.06), (44_100, 0.131)):
        sound = speech(rate, seconds)
        samples = len(sound) // 2
        packed = await world.codecs.encode("opus", sound, rate, 24_000)
        assert packed is not None
        found = await world.codecs.decode("opus", packed, rate, samples, samples)
        assert found is not None
        assert len(found) == len(sound)
        first = await world.codecs.decode("opus", packed, rate, samples, 1000)
        assert first is not None
        assert found.startswith(first)
        assert len(first) >= 2000


@contract
async def codecs_refuse_what_is_not_theirs(world: World) -> None:
    sound = speech(16_000, 1.0)
    packed = await world.codecs.encode("lossless", sound, 16_000, 0)
    assert packed is not None
    for data, samples in ((packed, 15_999), (packed, 16_001), (packed[:-9], 16_000), (b"x", 1)):
        await refused(world.codecs.decode("lossless", data, 16_000, samples, samples), LecternError)


# -- VoiceFiles ------------------------------------------------------------------


@contract
async def files_list_the_voice_with_the_hashes_of_its_files(world: World) -> None:
    catalogue = await world.files.catalogue()
    assert isinstance(catalogue, dict)
    listed = {
        name.rsplit("/", 1)[-1]: entry["sha256"]
        for name, entry in catalogue[world.voice]["files"].items()
    }
    data, sha256 = await world.files.config(world.voice)
    assert isinstance(data, dict)
    assert data["audio"]["sample_rate"] == catalogue[world.voice]["sample_rate"]
    assert sha256 == listed[f"{world.voice}.onnx.json"]
    model = await world.files.model(world.voice, lambda *_: None)
    await world.files.drop(model)
    assert model.sha256 == listed[f"{world.voice}.onnx"]


@contract
async def files_come_fresh_when_asked_for(world: World) -> None:
    kept = await world.files.model(world.voice, lambda *_: None)
    fresh = await world.files.model(world.voice, lambda *_: None, fresh=True)
    assert (fresh.size, fresh.sha256) == (kept.size, kept.sha256)
    for file in (kept, fresh):
        await world.files.drop(file)


@contract
async def files_tell_the_progress_of_a_model(world: World) -> None:
    told: list[tuple[int, int]] = []
    model = await world.files.model(world.voice, lambda *step: told.append(step))
    await world.files.drop(model)
    loaded = [step[0] for step in told]
    assert loaded == sorted(loaded)
    assert loaded[-1] == model.size
    assert {total for _, total in told} <= {model.size, 0}


@contract
async def files_are_held_apart_and_dropped_without_fuss(world: World) -> None:
    one, two = await asyncio.gather(
        *(world.files.model(world.voice, lambda *_: None) for _ in range(2))
    )
    assert one.id != two.id
    assert (one.size, one.sha256) == (two.size, two.sha256)
    await world.files.drop(one)
    await world.files.drop(one)
    realm = await world.realm()
    assert (await world.inference.create(realm.id, two)).outputs
    await world.files.drop(two)


@contract
async def files_can_be_read_while_they_are_held(world: World) -> None:
    model = await world.files.model(world.voice, lambda *_: None)
    whole = world.files.read(model, 0, model.size)
    assert hashlib.sha256(whole).hexdigest() == model.sha256
    assert world.files.read(model, 3, 5) == whole[3:8]
    assert world.files.read(model, model.size, 5) == b""
    await world.files.drop(model)
    with contextlib.suppress(EngineLost):
        raise AssertionError(world.files.read(model, 0, 1))


@contract
async def plans_are_kept_by_their_model(world: World) -> None:
    assert await world.files.plan(UNKNOWN) is None
    for plan in ('{"a": 1}', '{"a": "\u00e9\u4e16"}'):
        await world.files.keep_plan(ONE, plan)
        assert await world.files.plan(ONE) == plan


@contract
async def files_of_an_unknown_voice_are_not_installed(world: World) -> None:
    await refused(world.files.config("xx_XX-nobody-low"), VoiceNotInstalled)
    await refused(world.files.model("xx_XX-nobody-low", lambda *_: None), VoiceNotInstalled)
    # Whoever asked in vain has spoiled nothing.
    model = await world.files.model(world.voice, lambda *_: None)
    await world.files.drop(model)


# -- Phonemizer ------------------------------------------------------------------

SENTENCES = ("Hello there.", "One two.", "Good night, moon.")


@contract
async def phonemizer_answers_each_text_in_order(world: World) -> None:
    together = await world.phonemizer.phonemize("en-us", SENTENCES)
    alone = [(await world.phonemizer.phonemize("en-us", [text]))[0] for text in SENTENCES]
    assert together == alone
    assert all(together)
    assert len({tuple(phonemes) for phonemes in together}) == len(SENTENCES)
    assert all(len(phoneme) == 1 for phonemes in together for phoneme in phonemes)


@contract
async def phonemizer_has_nothing_to_say_to_nothing(world: World) -> None:
    assert await world.phonemizer.phonemize("en-us", []) == []
    silent, spoken = await world.phonemizer.phonemize("en-us", ["", SENTENCES[0]])
    assert silent == []
    assert spoken == (await world.phonemizer.phonemize("en-us", SENTENCES[:1]))[0]


@contract
async def phonemizer_refuses_an_unknown_voice_and_lives_on(world: World) -> None:
    before = await world.phonemizer.phonemize("en-us", SENTENCES)
    for _ in range(3):
        await refused(world.phonemizer.phonemize("xx-nowhere", SENTENCES), PhonemizerFailed)
    assert await world.phonemizer.phonemize("en-us", SENTENCES) == before


@contract
async def phonemizer_takes_any_number_of_texts(world: World) -> None:
    texts = [f"{SENTENCES[n % 3]} {'Again. ' * (n % 7)}".strip() for n in range(600)]
    found = await world.phonemizer.phonemize("en-us", texts)
    assert len(found) == len(texts)
    first = dict(zip(reversed(texts), reversed(found), strict=True))
    assert all(phonemes == first[text] for text, phonemes in zip(texts, found, strict=True))


@contract
async def phonemizer_survives_what_is_no_text(world: World) -> None:
    before = await world.phonemizer.phonemize("en-us", SENTENCES)
    for odd in ("\ud800", "\x00\x07", "\U0001f600\U0001f600", "שלום", '"\\}]'):
        found = await world.phonemizer.phonemize("en-us", [odd])
        assert len(found) == 1
    assert await world.phonemizer.phonemize("en-us", SENTENCES) == before
