"""Removing voices, what storage they use, and what is left behind by crashes."""

from __future__ import annotations

import asyncio

import pytest
from lectern.errors import IntegrityError, NetworkError, UnknownVoice

from tests.e2e.faults import Cut, Status
from tests.fake_voices import Disk
from tests.unit.installing.shop import CONFIG, MODEL, PLAIN, TRIO, Shop, run


def test_a_removed_voice_is_gone_with_its_session_and_nothing_else_is() -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install()
        await shop.install(TRIO)
        await shop.piece("Hello.", PLAIN)
        await shop.piece("Bonjour.", TRIO)
        await shop.ask("remove", voiceId=PLAIN)
        assert shop.stats["voices"] == [TRIO]
        assert len(shop.inference.sessions) == 1
        assert PLAIN not in await shop.ids()
        with pytest.raises(UnknownVoice):
            await shop.piece("Another.", PLAIN)
        with pytest.raises(UnknownVoice):
            await shop.ask("remove", voiceId=PLAIN)
        assert (await shop.piece("Encore.", TRIO)).source == "model"
        shop.untouched()

    run(scenario())


def test_installed_again_its_audio_is_found_again() -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install()
        await shop.piece("Hello.", PLAIN)
        await shop.rest()
        await shop.ask("remove", voiceId=PLAIN)
        await shop.install()
        assert (await shop.piece("Hello.", PLAIN)).source == "memory"

    run(scenario())


def test_storage_is_told_by_voice_and_what_was_cut_can_be_removed() -> None:
    async def scenario() -> None:
        shop = Shop()
        assert await shop.ask("voiceStorage") == {"bytes": 0, "voices": {}, "begun": {}}
        await shop.install(TRIO)
        whole = sum(len(data) for data in shop.offered[TRIO].files().values())
        shop.downloads.fault(shop.url(PLAIN, MODEL), Cut(5000), *[Status(500)] * 4)
        with pytest.raises(NetworkError):
            await shop.install()
        cut = sum(shop.part(PLAIN, name) for name in (MODEL, CONFIG, "MODEL_CARD"))
        assert await shop.ask("voiceStorage") == {
            "bytes": whole + cut,
            "voices": {TRIO: whole, PLAIN: cut},
            "begun": {PLAIN: cut},
        }
        await shop.ask("remove", voiceId=PLAIN)
        assert (await shop.ask("voiceStorage"))["voices"] == {TRIO: whole}
        shop.untouched()

    run(scenario())


def test_removed_while_it_is_fetched_it_is_removed_in_the_end() -> None:
    async def scenario() -> None:
        shop = Shop()
        work = asyncio.ensure_future(shop.install())
        while shop.part() < 5000:
            await asyncio.sleep(0)
        removing = asyncio.ensure_future(shop.ask("remove", voiceId=PLAIN))
        await asyncio.gather(work, removing, return_exceptions=True)
        assert PLAIN not in await shop.ids()
        shop.untouched()

    run(scenario())


def test_clear_all_removes_the_voices_but_what_another_tab_is_at() -> None:
    async def scenario() -> None:
        disk = Disk()
        first, second = Shop(disk=disk), Shop(disk=disk)
        await first.install(TRIO)
        work = asyncio.ensure_future(first.install())
        while first.part() < 5000:
            await asyncio.sleep(0)
        await second.ask("clearAll")
        assert not disk.records
        assert await second.ids() == [
            "en_US-one-x_low",
            "en_US-two-x_low",
            "fr_FR-trois-x_low",
        ]
        await work
        assert set(disk.records) == {PLAIN}

    run(scenario())


def test_what_a_crash_left_is_cleared_away_in_idle_time() -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install()
        shop.disk.voices["en_US-left-medium"] = {MODEL: b"without a record"}
        shop.downloads.fault(shop.url(TRIO, MODEL), Cut(5000), *[Status(500)] * 4)
        with pytest.raises(NetworkError):
            await shop.install(TRIO)
        await shop.ask("settle")
        assert set(shop.disk.voices) == {PLAIN}
        assert shop.part(TRIO) == 5000  # that is gone on with

    run(scenario())


def test_a_record_that_is_none_hides_no_other_voice() -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install()
        shop.disk.records["en_US-bad-medium"] = '{"language": 3}'
        shop.disk.records["../x"] = shop.disk.records[PLAIN]
        reborn = Shop(disk=shop.disk)
        assert (await reborn.ids())[3:] == [PLAIN]

    run(scenario())


def test_a_voice_damaged_in_the_store_is_told_and_can_be_installed_again() -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install()
        for name in (MODEL, CONFIG):
            files = shop.disk.voices[PLAIN]
            good = files[name]
            files[name] = (
                good.replace(good[40:44], b"\x00\x01\x02\x03", 1)
                if name == MODEL
                else (good + b" ")
            )
            reborn = Shop(disk=shop.disk)
            with pytest.raises(IntegrityError):
                await reborn.piece("Hello.", PLAIN)
            await reborn.ask("remove", voiceId=PLAIN)
            await reborn.install()
            assert (await reborn.piece("Hello.", PLAIN)).source == "model"

    run(scenario())
