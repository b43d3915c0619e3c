"""What an installation must not do: fill the disk, ask strangers, take more than it should."""

from __future__ import annotations

import json

import pytest
from lectern.errors import (
    BadOption,
    LecternError,
    PhonemizerFailed,
    QuotaError,
    StoreError,
    TooLarge,
    UnknownVoice,
)
from lectern.settings import MIB

from tests.unit.installing.shop import MODEL, PLAIN, SOURCE, TRIO, Shop, run

# -- room --------------------------------------------------------------------------------


def test_a_voice_that_does_not_fit_is_not_begun() -> None:
    async def scenario() -> None:
        shop = Shop()
        shop.disk.capacity = 4 * MIB
        with pytest.raises(QuotaError, match="MB are left"):
            await shop.install()
        assert not [url for url, _ in shop.downloads.asked if not url.endswith("voices.json")]
        shop.untouched()

    run(scenario())


def test_a_disk_that_is_full_all_at_once_is_left_as_it_was() -> None:
    async def scenario() -> None:
        shop = Shop()
        await shop.install(TRIO)
        shop.voice_store.tells_room = False
        shop.disk.capacity = shop.disk.used + 100_000
        with pytest.raises(QuotaError):
            await shop.install()
        shop.untouched()
        assert (await shop.piece("Bonjour.", TRIO)).source == "model"

    run(scenario())


def test_a_voice_beyond_the_limit_is_refused_in_words() -> None:
    async def scenario() -> None:
        shop = Shop(boot={"settings": {"max_voice_bytes": MIB}})
        listing = json.loads(shop.downloads.site[f"{SOURCE}/voices.json"])
        model = next(v for k, v in listing[PLAIN]["files"].items() if k.endswith(".onnx"))
        model["size_bytes"] = 300 * MIB
        shop.downloads.site[f"{SOURCE}/voices.json"] = json.dumps(listing).encode()
        with pytest.raises(TooLarge, match="300 MB"):
            await shop.install()
        shop.untouched()

    run(scenario())


@pytest.mark.parametrize("fault", [StoreError("The store failed."), QuotaError("It is full.")])
def test_a_store_that_fails_at_the_last_moment_keeps_nothing(fault: LecternError) -> None:
    async def scenario() -> None:
        shop = Shop()
        shop.voice_store.commit_fault = fault
        with pytest.raises(type(fault)):
            await shop.install()
        shop.untouched()
        await shop.install()

    run(scenario())


def test_a_store_that_can_not_be_read_has_no_voices_and_stops_no_speech() -> None:
    async def scenario() -> None:
        shop = Shop()
        shop.voice_store.fault = StoreError("It can't be opened.")
        assert len(await shop.ids()) == 3
        assert (await shop.piece()).source == "model"
        with pytest.raises(StoreError):
            await shop.install()
        shop.voice_store.fault = None
        await shop.install()
        assert PLAIN in await shop.ids()

    run(scenario())


def test_a_language_that_can_not_be_spoken_is_told_before_the_model_is_fetched() -> None:
    async def scenario() -> None:
        shop = Shop()
        shop.phonemizer.fault = PhonemizerFailed("espeak-ng has no such voice.")
        with pytest.raises(PhonemizerFailed):
            await shop.install()
        assert shop.url(PLAIN, MODEL) not in [url for url, _ in shop.downloads.asked]
        shop.untouched()

    run(scenario())


# -- who may be asked ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origins", "allowed"),
    [
        (["https://voices.test"], True),
        (["https://*.test"], True),
        (["https://voices.test:443"], True),
        (["https://*.voices.test"], False),
        (["http://voices.test"], False),
        (["https://voices.test:8443"], False),
        (["https://evil.test"], False),
        (["http://voices.test:443"], False),
        (["https://*.ices.test"], False),
        (["https://oices.test"], False),
        ([], False),
    ],
)
def test_only_allowed_origins_are_asked(origins: list[str], allowed: bool) -> None:
    async def scenario() -> None:
        shop = Shop(boot={"voices": {"source": SOURCE, "origins": origins}})
        if allowed:
            await shop.install()
            return
        with pytest.raises(BadOption, match=r"voices\.test"):
            await shop.install()
        assert not shop.downloads.asked

    run(scenario())


def test_a_redirect_to_others_is_not_followed_into_the_store() -> None:
    async def scenario() -> None:
        shop = Shop()
        shop.downloads.redirects[shop.url(PLAIN, MODEL)] = "https://evil.test/model"
        with pytest.raises(BadOption, match=r"evil\.test"):
            await shop.install()
        shop.untouched()

    run(scenario())


def test_a_build_without_a_collection_says_so() -> None:
    async def scenario() -> None:
        shop = Shop(boot={"voices": {"source": "", "origins": []}})
        for request in (shop.ask("available"), shop.install()):
            with pytest.raises(BadOption, match="names no collection"):
                await request
        with pytest.raises(UnknownVoice):
            await shop.ask("preload", voiceId=PLAIN, install=True)

    run(scenario())
