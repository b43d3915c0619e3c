"""What every ``VoiceStore`` and ``Downloads`` must do: see ``contracts.py``.

They run in CPython over ``tests/fake_voices.py``, and in Chromium over the real adapters:
once with voices in the origin's file system, once with voices in IndexedDB.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lectern.errors import (
    LecternError,
    NetworkError,
    StoreError,
    TooLarge,
    VoiceNotInstalled,
)
from lectern.ports import VoiceFiles
from lectern.voice_ports import CARD, CONFIG, MODEL, Downloads, VoiceStore

#: Seconds; only something that never comes fails by time.
PATIENCE = 60.0
#: The file that can be fetched: its bytes are told by their place.
SIZE = 300_000
ONE, TWO = "en_US-one-medium", "pt_PT-tugão-medium"


def content(start: int = 0, end: int = SIZE) -> bytes:
    return bytes((place * 7 + place // 251) % 256 for place in range(start, end))


@dataclass
class VoiceWorld:
    """``url`` is the address of ``content()`` on a host that knows Range; ``nowhere`` is one
    at which nobody answers."""

    store: VoiceStore
    downloads: Downloads
    files: VoiceFiles
    url: str
    nowhere: str


Contract = Callable[[VoiceWorld], Awaitable[None]]
VOICE_CONTRACTS: dict[str, Contract] = {}


def contract(function: Contract) -> Contract:
    async def cleanly(world: VoiceWorld) -> None:
        for voice_id in await world.store.usage():
            await world.store.remove(voice_id)
        await function(world)

    VOICE_CONTRACTS[function.__name__] = cleanly
    return function


async def refused(work: Awaitable[object], *kinds: type[LecternError]) -> None:
    try:
        value = await work
    except kinds as error:
        assert len(error.message) > 10, f"{error!r} says nothing"
        return
    raise AssertionError(f"{', '.join(k.__name__ for k in kinds)} was due, not {value!r}")


async def fetch(world: VoiceWorld, voice_id: str, name: str, start: int = 0) -> list[int]:
    """The file from ``start`` on into a part; the progress."""
    told: list[int] = []
    answer = await world.downloads.open(world.url, start=start)
    try:
        await world.downloads.receive(answer.id, voice_id, name, SIZE - start, told.append)
    finally:
        await world.downloads.close(answer.id)
    return told


async def whole(world: VoiceWorld, voice_id: str, name: str) -> bytes:
    held = await world.store.hold(voice_id, name)
    data = world.files.read(held, 0, held.size)
    await world.files.drop(held)
    return data


async def install(world: VoiceWorld, voice_id: str = ONE, **record: object) -> None:
    await world.store.begin(voice_id, MODEL, "")
    await fetch(world, voice_id, MODEL)
    await world.store.commit(voice_id, {"key": voice_id, **record})


# -- Downloads -----------------------------------------------------------------------


@contract
async def downloads_give_the_head_of_an_answer(world: VoiceWorld) -> None:
    answer = await world.downloads.open(world.url)
    assert answer.status == 200
    assert answer.url == world.url
    assert answer.headers["etag"]
    await world.downloads.close(answer.id)
    missing = await world.downloads.open(f"{world.url}.missing")
    assert missing.status == 404
    await world.downloads.close(missing.id)
    await world.downloads.close(missing.id)
    await world.downloads.close(987_654)


@contract
async def downloads_begin_where_they_are_told(world: VoiceWorld) -> None:
    answer = await world.downloads.open(world.url, start=SIZE - 10)
    assert answer.status == 206
    assert answer.headers["content-range"] == f"bytes {SIZE - 10}-{SIZE - 1}/{SIZE}"
    assert await world.downloads.data(answer.id, 10) == content(SIZE - 10)
    await world.downloads.close(answer.id)
    beyond = await world.downloads.open(world.url, start=SIZE)
    assert beyond.status == 416
    await world.downloads.close(beyond.id)


@contract
async def downloads_of_nobody_are_network_errors(world: VoiceWorld) -> None:
    await refused(world.downloads.open(world.nowhere), NetworkError)


@contract
async def downloads_have_a_limit(world: VoiceWorld) -> None:
    answer = await world.downloads.open(world.url)
    await refused(world.downloads.data(answer.id, SIZE - 1), TooLarge)
    await world.downloads.close(answer.id)
    await world.store.begin(ONE, MODEL, "")
    answer = await world.downloads.open(world.url)
    await refused(
        world.downloads.receive(answer.id, ONE, MODEL, SIZE - 1, lambda _: None), TooLarge
    )
    await world.downloads.close(answer.id)
    assert (await world.store.parts())[0].size <= SIZE - 1


@contract
async def downloads_go_into_parts_and_tell_how_far(world: VoiceWorld) -> None:
    await world.store.begin(ONE, MODEL, "a note")
    told = await fetch(world, ONE, MODEL)
    assert told == sorted(told)
    assert told[-1] == SIZE
    (part,) = await world.store.parts()
    assert (part.voice_id, part.name, part.size, part.note) == (ONE, MODEL, SIZE, "a note")
    assert await whole(world, ONE, MODEL) == content()


@contract
async def downloads_go_on_at_a_parts_end(world: VoiceWorld) -> None:
    await world.store.begin(ONE, MODEL, "")
    answer = await world.downloads.open(world.url)

    def enough(received: int) -> None:
        if received > SIZE // 4:
            work.cancel()

    work = asyncio.ensure_future(world.downloads.receive(answer.id, ONE, MODEL, SIZE, enough))
    await asyncio.wait([work], timeout=PATIENCE)
    await world.downloads.close(answer.id)
    (part,) = await world.store.parts()
    came = part.size
    assert SIZE // 4 < came <= SIZE
    if came < SIZE:
        await fetch(world, ONE, MODEL, came)
    assert await whole(world, ONE, MODEL) == content()


@contract
async def downloads_need_a_part_that_was_begun(world: VoiceWorld) -> None:
    answer = await world.downloads.open(world.url)
    work = world.downloads.receive(answer.id, ONE, MODEL, SIZE, lambda _: None)
    await refused(work, StoreError)
    await world.downloads.close(answer.id)
    assert not await world.store.parts()


# -- VoiceStore ------------------------------------------------------------------------


@contract
async def store_begins_a_part_anew(world: VoiceWorld) -> None:
    await world.store.begin(ONE, MODEL, "first")
    await fetch(world, ONE, MODEL)
    await world.store.begin(ONE, MODEL, "second")
    (part,) = await world.store.parts()
    assert (part.size, part.note) == (0, "second")
    await fetch(world, ONE, MODEL)
    assert await whole(world, ONE, MODEL) == content()


@contract
async def store_keeps_parts_apart(world: VoiceWorld) -> None:
    for voice_id, name in ((ONE, MODEL), (ONE, CONFIG), (TWO, MODEL), (TWO, CARD)):
        await world.store.begin(voice_id, name, f"{voice_id} {name}")
    await fetch(world, TWO, MODEL)
    found = {(p.voice_id, p.name): (p.size, p.note) for p in await world.store.parts()}
    assert found == {
        (ONE, MODEL): (0, f"{ONE} {MODEL}"),
        (ONE, CONFIG): (0, f"{ONE} {CONFIG}"),
        (TWO, MODEL): (SIZE, f"{TWO} {MODEL}"),
        (TWO, CARD): (0, f"{TWO} {CARD}"),
    }
    assert await whole(world, ONE, CONFIG) == b""
    await refused(world.store.hold(ONE, CARD), StoreError)


@contract
async def store_makes_parts_a_voice(world: VoiceWorld) -> None:
    assert await world.store.records() == {}
    for name in (MODEL, CARD):
        await world.store.begin(ONE, name, "")
        await fetch(world, ONE, name)
    await world.store.begin(TWO, MODEL, "")
    await world.store.commit(ONE, {"key": ONE, "words": "ça, «là»", "numbers": [1, 2]})
    assert await world.store.records() == {
        ONE: {"key": ONE, "words": "ça, «là»", "numbers": [1, 2]}
    }
    assert [(part.voice_id, part.name) for part in await world.store.parts()] == [(TWO, MODEL)]
    held = await world.files.model(ONE, lambda *_: None)
    assert world.files.read(held, 0, held.size) == content()
    await world.files.drop(held)
    assert await world.store.text(ONE, CONFIG) is None
    assert await world.store.text(TWO, MODEL) is None


@contract
async def store_gives_small_files_as_text(world: VoiceWorld) -> None:
    await world.store.begin(ONE, CARD, "")
    answer = await world.downloads.open(world.url, start=SIZE - 3)
    await world.downloads.receive(answer.id, ONE, CARD, 3, lambda _: None)
    await world.downloads.close(answer.id)
    assert await world.store.text(ONE, CARD) is None  # not a voice yet
    await world.store.commit(ONE, {})
    assert await world.store.text(ONE, CARD) == content(SIZE - 3).decode("utf-8", "replace")
    assert await world.store.text(TWO, CARD) is None


@contract
async def store_does_not_serve_what_has_no_record(world: VoiceWorld) -> None:
    await world.store.begin(ONE, MODEL, "")
    await fetch(world, ONE, MODEL)
    await refused(world.files.model(ONE, lambda *_: None), VoiceNotInstalled)


@contract
async def store_puts_a_later_voice_in_the_place_of_an_earlier(world: VoiceWorld) -> None:
    await world.store.begin(ONE, CARD, "")
    await install(world, ONE, first=True)
    await world.store.begin(ONE, MODEL, "")
    assert await world.store.records() == {ONE: {"key": ONE, "first": True}}
    held = await world.files.model(ONE, lambda *_: None)  # the earlier one still
    assert held.size == SIZE
    await world.files.drop(held)
    await world.store.commit(ONE, {"second": True})
    assert await world.store.records() == {ONE: {"second": True}}
    held = await world.files.model(ONE, lambda *_: None)
    assert held.size == 0
    await world.files.drop(held)
    assert await world.store.text(ONE, CARD) is None
    assert await world.store.usage() == {ONE: await kept(world, ONE)}


async def kept(world: VoiceWorld, voice_id: str) -> int:
    """What a store may use beside the files themselves: the record."""
    size = (await world.store.usage())[voice_id]
    assert 0 <= size <= len(json.dumps((await world.store.records())[voice_id])) + 100
    return size


@contract
async def store_discards_parts_alone(world: VoiceWorld) -> None:
    await install(world)
    await world.store.begin(ONE, MODEL, "")
    await fetch(world, ONE, MODEL)
    await world.store.begin(TWO, MODEL, "")
    await world.store.discard(ONE)
    await world.store.discard(TWO)
    await world.store.discard("en_US-nobody-medium")
    assert not await world.store.parts()
    assert list(await world.store.records()) == [ONE]
    assert list(await world.store.usage()) == [ONE]
    held = await world.files.model(ONE, lambda *_: None)
    assert held.size == SIZE
    await world.files.drop(held)


@contract
async def store_removes_one_voice_alone(world: VoiceWorld) -> None:
    await install(world, ONE)
    await install(world, TWO)
    await world.store.begin(ONE, MODEL, "")
    await world.store.remove(ONE)
    await world.store.remove(ONE)
    await world.store.remove("en_US-nobody-medium")
    assert list(await world.store.records()) == [TWO]
    assert not await world.store.parts()
    assert list(await world.store.usage()) == [TWO]
    await refused(world.files.model(ONE, lambda *_: None), VoiceNotInstalled)
    held = await world.files.model(TWO, lambda *_: None)
    assert held.size == SIZE
    await world.files.drop(held)


@contract
async def store_counts_parts_and_files(world: VoiceWorld) -> None:
    await install(world, ONE)
    await world.store.begin(TWO, MODEL, "")
    await fetch(world, TWO, MODEL)
    usage = await world.store.usage()
    assert set(usage) == {ONE, TWO}
    for size in usage.values():
        assert SIZE <= size < SIZE + 1000  # notes and records may count
    room = await world.store.room()
    assert room is None or room > 0


@contract
async def store_gives_a_voice_to_one_at_a_time(world: VoiceWorld) -> None:
    order: list[str] = []

    async def second() -> None:
        async with world.store.exclusive(ONE) as alone:
            assert alone
            order.append("second")

    async with world.store.exclusive(ONE) as alone:
        assert alone
        async with world.store.exclusive(ONE, patient=False) as too:
            assert not too
        async with world.store.exclusive(TWO, patient=False) as other:
            assert other
        waiting = asyncio.ensure_future(second())
        given_up = asyncio.ensure_future(second())
        await asyncio.sleep(0.05)
        given_up.cancel()
        order.append("first")
    await asyncio.wait_for(waiting, PATIENCE)
    assert order == ["first", "second"]
    async with world.store.exclusive(ONE, patient=False) as free:
        assert free


@contract
async def store_takes_news_without_fuss(world: VoiceWorld) -> None:
    heard: list[object] = []
    world.store.on_news(heard.append)
    world.store.tell({"type": "changed", "loaded": 3})
    await asyncio.sleep(0.05)
    assert not heard, "who tells does not hear it"
