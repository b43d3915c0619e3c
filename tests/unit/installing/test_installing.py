"""Installing from the collection: whole or not at all, gone on with, once for all tabs."""

from __future__ import annotations

import asyncio
import hashlib
import json
from itertools import pairwise

import pytest
from lectern.errors import (
    IntegrityError,
    LecternError,
    NetworkError,
    UnknownVoice,
    VoiceNotInstalled,
    VoiceUnreadable,
)

from tests.e2e.faults import Cut, Flip, Replace, Status
from tests.fake_voices import Disk
from tests.fakes import Gate
from tests.unit.installing.shop import CARD, CONFIG, MODEL, PLAIN, SOURCE, TRIO, Shop, run
from tests.unit.runtime.world import ONE


def test_an_installed_voice_is_one_among_the_others_and_speaks() -> None:
    async def scenario() -> None:
        shop = Shop()
        before = await shop.ids()
        found = await shop.install()
        assert found["source"] == "browser"
        assert found["license"] == "CC0"
        assert await shop.ids() == [*before, PLAIN]
        assert {"event": "voices"} in shop.events
        assert (await shop.piece("Hello.", PLAIN)).source == "model"
        shop.untouched()
        assert set(shop.disk.voices[PLAIN]) == {MODEL, CONFIG, CARD}

    run(scenario())


def test_its_record_names_the_files_by_their_sha256() -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install(TRIO)
        voice = shop.offered[TRIO]
        record = json.loads(shop.disk.records[TRIO])
        assert record["files"] == {
            f"{TRIO}.onnx": {
                "size_bytes": len(voice.model),
                "sha256": hashlib.sha256(voice.model).hexdigest(),
            },
            f"{TRIO}.onnx.json": {
                "size_bytes": len(voice.config),
                "sha256": hashlib.sha256(voice.config).hexdigest(),
            },
        }
        info = next(v for v in await shop.ask("voices") if v["id"] == TRIO)
        assert [speaker["name"] for speaker in info["speakers"]] == ["amelie", "bruno", "claire"]
        assert (info["language"], info["quality"], info["sampleRate"]) == ("fr-FR", "medium", 22050)
        assert info["bytes"] == len(voice.model) + len(voice.config)

    run(scenario())


def test_it_is_there_in_the_next_life_without_a_network() -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install()
        reborn = Shop(disk=shop.disk)
        reborn.downloads.offline = True
        assert PLAIN in await reborn.ids()
        assert (await reborn.piece("Hello.", PLAIN)).source == "model"
        assert not reborn.downloads.asked

    run(scenario())


def test_nobody_is_asked_before_the_reader_wants_it() -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.ids()
        await shop.piece()
        await shop.ask("voiceStorage")
        await shop.ask("settle")
        with pytest.raises(UnknownVoice):
            await shop.ask("preload", voiceId=PLAIN)
        assert not shop.downloads.asked

    run(scenario())


def test_what_is_available_says_what_is_here() -> None:
    async def scenario() -> None:
        shop = Shop()
        offered = {voice["id"]: voice for voice in await shop.ask("available")}
        assert list(offered) == [PLAIN, TRIO]
        assert offered[PLAIN]["installed"] is False
        assert offered[PLAIN]["source"] == "collection"
        assert offered[PLAIN]["sample"] == f"{SOURCE}/en/en_US/plain/medium/samples/speaker_0.mp3"
        assert offered[TRIO]["speakers"][1] == {"id": 1, "name": "bruno"}
        await shop.install()
        offered = {voice["id"]: voice for voice in await shop.ask("available")}
        assert [voice["installed"] for voice in offered.values()] == [True, False]
        asked = [url for url, _ in shop.downloads.asked if url.endswith("voices.json")]
        assert len(asked) == 1  # the list is an hour's

    run(scenario())


def test_progress_counts_all_files_and_never_goes_back() -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install()
        told = shop.told()
        total = sum(len(data) for data in shop.offered[PLAIN].files().values())
        assert {t for _, t in told} == {total}
        assert told[0][0] == 0
        assert told[-1] == (total, total)
        assert all(a <= b for (a, _), (b, _) in pairwise(told))

    run(scenario())


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_download_cut_at_any_tenth_goes_on_where_it_was_cut(tenth: int) -> None:
    async def scenario() -> None:
        shop = Shop()
        model = shop.offered[PLAIN].model
        cut = len(model) * tenth // 10
        shop.downloads.fault(shop.url(PLAIN, MODEL), Cut(cut))
        await shop.install()
        starts = [start for url, start in shop.downloads.asked if url == shop.url(PLAIN, MODEL)]
        assert starts == [0, cut]
        assert shop.disk.voices[PLAIN][MODEL] == model
        assert shop.pauses == [0.5]

    run(scenario())


@pytest.mark.parametrize("tenth", range(10))
def test_a_network_that_stays_away_is_told_and_the_part_waits_for_the_next_time(
    tenth: int,
) -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install(TRIO)
        url, model = shop.url(PLAIN, MODEL), shop.offered[PLAIN].model
        cut = len(model) * tenth // 10
        shop.downloads.fault(url, Cut(cut), *[Status(503)] * 4)
        with pytest.raises(NetworkError):
            await shop.install()
        assert shop.part() == cut
        assert PLAIN not in await shop.ids()
        assert shop.disk.records.keys() == {TRIO}
        assert shop.pauses == [0.5, 1.0, 2.0]
        offered = {voice["id"]: voice for voice in await shop.ask("available")}
        assert offered[PLAIN]["begun"] >= cut
        # The page was closed meanwhile.
        again = Shop(disk=shop.disk)
        await again.install()
        first = next(start for asked, start in again.downloads.asked if asked == url)
        assert first == cut
        assert again.disk.voices[PLAIN][MODEL] == model
        again.untouched()

    run(scenario())


def test_a_server_without_ranges_is_begun_anew() -> None:
    async def scenario() -> None:
        shop = Shop()
        shop.downloads.ranges = False
        shop.downloads.fault(shop.url(PLAIN, MODEL), Cut(5000))
        await shop.install()
        assert shop.disk.voices[PLAIN][MODEL] == shop.offered[PLAIN].model

    run(scenario())


@pytest.mark.parametrize("hidden", [set(), {"etag"}, {"etag", "content-range"}])
def test_another_file_in_its_place_is_not_gone_on_with(hidden: set[str]) -> None:
    async def scenario() -> None:
        shop = Shop()
        shop.downloads.hidden = hidden
        url, model = shop.url(PLAIN, MODEL), shop.offered[PLAIN].model
        shop.downloads.site[url] = bytes(len(model))
        shop.downloads.fault(url, Cut(5000), *[Status(500)] * 4)
        with pytest.raises(NetworkError):
            await shop.install()
        assert shop.part() == 5000
        shop.downloads.site[url] = model
        shop.events.clear()
        await shop.install()
        assert shop.disk.voices[PLAIN][MODEL] == model
        # Where the server's marks can't be read only the hash tells, in the end.
        ends = [loaded for loaded, total in shop.told() if loaded == total]
        assert len(set(ends)) == 1
        assert (len(ends) > 2) == ("etag" in hidden)
        shop.untouched()

    run(scenario())


@pytest.mark.parametrize("name", [MODEL, CONFIG, CARD])
@pytest.mark.parametrize("fault", [Flip(30), Replace(b"<html>"), Replace(b""), Cut(3, False)])
def test_damage_is_fetched_anew_once_and_then_refused(
    name: str, fault: Flip | Replace | Cut
) -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install(TRIO)
        url = shop.url(PLAIN, name)
        shop.downloads.fault(url, fault)
        await shop.install()
        assert shop.disk.voices[PLAIN][name] == shop.downloads.site[url]
        await shop.ask("remove", voiceId=PLAIN)
        shop.downloads.fault(url, *[fault] * 99)
        with pytest.raises((IntegrityError, NetworkError)):
            await shop.install()
        assert await shop.ids() == [ONE, "en_US-two-x_low", "fr_FR-trois-x_low", TRIO]

    run(scenario())


def test_a_longer_file_than_was_promised_is_refused() -> None:
    async def scenario() -> None:
        shop = Shop()
        url = shop.url(PLAIN, MODEL)
        shop.downloads.site[url] += b"and more"
        with pytest.raises(IntegrityError):
            await shop.install()
        shop.untouched()

    run(scenario())


@pytest.mark.parametrize(
    ("url", "fault", "error"),
    [
        (MODEL, Status(404), VoiceNotInstalled),
        (CONFIG, Status(410), VoiceNotInstalled),
        (MODEL, Status(403), NetworkError),
        (MODEL, Status(429), NetworkError),
        (CONFIG, Status(500), NetworkError),
        ("list", Status(500), NetworkError),
        ("list", Status(404), VoiceNotInstalled),
        ("list", Replace(b"[]"), VoiceUnreadable),
        ("list", Replace(b"\xff\xfe"), VoiceUnreadable),
    ],
)
def test_a_server_that_refuses(
    url: str, fault: Status | Replace, error: type[LecternError]
) -> None:
    async def scenario() -> None:
        shop = Shop()
        address = f"{SOURCE}/voices.json" if url == "list" else shop.url(PLAIN, url)
        shop.downloads.fault(address, *[fault] * 4)
        with pytest.raises(error) as told:
            await shop.install()
        assert told.value.message.endswith(".")
        assert not shop.disk.records
        assert not shop.files.held
        shop.downloads.heal()
        await shop.install()
        shop.untouched()

    run(scenario())


def test_a_passing_refusal_is_nobodys_business() -> None:
    async def scenario() -> None:
        shop = Shop()
        for url in (f"{SOURCE}/voices.json", shop.url(PLAIN, MODEL), shop.url(PLAIN, CARD)):
            shop.downloads.fault(url, Status(503), Status(429), Status(500))
        await shop.install()
        shop.untouched()

    run(scenario())


def test_a_card_that_is_not_there_is_no_hindrance() -> None:
    async def scenario() -> None:
        shop = Shop()
        listing = json.loads(shop.downloads.site[f"{SOURCE}/voices.json"])
        files = listing[PLAIN]["files"]
        del files[next(path for path in files if path.endswith(CARD))]
        shop.downloads.site[f"{SOURCE}/voices.json"] = json.dumps(listing).encode()
        await shop.install()
        assert await shop.ask("voiceCard", voiceId=PLAIN) == {"license": "", "card": ""}

    run(scenario())


def test_the_card_is_read_here_and_there() -> None:
    async def scenario() -> None:
        shop = Shop()
        there = await shop.ask("voiceCard", voiceId=PLAIN)
        assert there["license"] == "CC0"
        await shop.install()
        shop.downloads.offline = True
        assert await shop.ask("voiceCard", voiceId=PLAIN) == there
        assert await shop.ask("voiceCard", voiceId=ONE) == {"license": "", "card": ""}

    run(scenario())


# -- once for all ----------------------------------------------------------------------------


def test_asked_twice_at_once_it_is_fetched_once() -> None:
    async def scenario() -> None:
        shop = Shop()
        await asyncio.gather(shop.install(), shop.install(), shop.install())
        await shop.install()
        asked = [url for url, _ in shop.downloads.asked if url == shop.url(PLAIN, MODEL)]
        assert len(asked) == 1

    run(scenario())


def test_two_tabs_fetch_it_once_and_the_second_sees_how_far_the_first_is() -> None:
    async def scenario() -> None:
        disk = Disk()
        first, second = Shop(disk=disk), Shop(disk=disk)
        assert PLAIN not in await second.ids()
        await asyncio.gather(first.install(), second.install())
        asked = [
            url
            for shop in (first, second)
            for url, _ in shop.downloads.asked
            if url == first.url(PLAIN, MODEL)
        ]
        assert len(asked) == 1
        assert len(second.told()) > 10
        for shop in (first, second):
            assert (await shop.piece("Hello.", PLAIN)).source == "model"

    run(scenario())


def test_the_second_tab_goes_on_when_the_first_gives_up() -> None:
    async def scenario() -> None:
        disk = Disk()
        first, second = Shop(disk=disk), Shop(disk=disk)
        first.downloads.gate = Gate(open_=False)
        one = asyncio.ensure_future(first.install())
        while not first.downloads.gate.waiting:
            await asyncio.sleep(0)
        two = asyncio.ensure_future(second.install())
        await asyncio.sleep(0.01)
        one.cancel()
        assert (await two)["id"] == PLAIN
        with pytest.raises(asyncio.CancelledError):
            await one
        second.untouched()

    run(scenario())


def test_the_other_tab_hears_of_what_came_and_went() -> None:
    async def scenario() -> None:
        disk = Disk()
        first, second = Shop(disk=disk), Shop(disk=disk)
        assert PLAIN not in await second.ids()
        await first.install()
        await second.rest()
        assert PLAIN in await second.ids()
        assert {"event": "voices"} in second.events
        await second.piece("Hello.", PLAIN)
        assert PLAIN in second.stats["voices"]
        await first.ask("remove", voiceId=PLAIN)
        await second.rest()
        assert PLAIN not in await second.ids()
        assert PLAIN not in second.stats["voices"]

    run(scenario())


def test_cancelled_it_keeps_what_came() -> None:
    async def scenario() -> None:
        shop = Shop()
        url, model = shop.url(PLAIN, MODEL), shop.offered[PLAIN].model
        work = asyncio.ensure_future(shop.install())
        while shop.part() < len(model) // 2:
            await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        await asyncio.sleep(0.01)
        came = shop.part()
        assert 0 < came < len(model)
        assert not shop.disk.records
        assert not shop.downloads.open_sources
        assert not shop.files.held
        await shop.install()
        assert [start for asked, start in shop.downloads.asked if asked == url] == [0, came]
        shop.untouched()

    run(scenario())


def test_an_earlier_name_finds_the_voice() -> None:
    async def scenario() -> None:
        shop = Shop()
        assert (await shop.install(f"old-{PLAIN}"))["id"] == PLAIN

    run(scenario())


def test_preload_on_the_consoles_word_fetches_first() -> None:
    async def scenario() -> None:
        shop = Shop()
        found = await shop.ask("preload", voiceId=PLAIN, install=True)
        assert (found["voiceId"], found["alreadyLoaded"]) == (PLAIN, False)
        assert shop.stats["voices"] == [PLAIN]
        shop.downloads.asked.clear()
        for nobody in ("nobody", "xx_XX-nobody-low", "../x", "en_US-nobody-huge"):
            with pytest.raises(UnknownVoice):
                await shop.ask("preload", voiceId=nobody, install=True)
        assert not shop.downloads.asked
        with pytest.raises(UnknownVoice):
            await shop.ask("preload", voiceId="en_US-nobody-medium", install=True)

    run(scenario())
