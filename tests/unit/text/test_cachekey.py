from __future__ import annotations

import itertools

from lectern import cachekey
from lectern.cachekey import audio_key

BASE: dict[str, object] = {
    "text": "Hello world.", "voice_identity": "a" * 64, "speaker": None,
    "noise": 0.667, "length": 1.0, "noise_w": 0.8,
}  # fmt: skip


def key(**changes: object) -> str:
    return audio_key(**(BASE | changes))  # type: ignore[arg-type]


def test_what_is_read_otherwise_than_it_was_has_another_key() -> None:
    """Sound of "10⁶" that a browser kept says "ten six"."""
    assert key(text="10⁶") != "e2e7dafbed13e47b3b1a4f0959522bf7af8b1ac414710287df81ae35af2f8c1e"


def test_is_64_hex_digits_and_does_not_change_between_versions() -> None:
    assert key() == "b970b56a55da418df99c468cce539cdbedebf140d4d723b095a0b6685ba5a466"


def test_every_field_counts() -> None:
    keys = [
        key(), key(text="Hello world!"), key(voice_identity="b" * 64), key(speaker=0),
        key(speaker=1), key(noise=0.668), key(length=1.1), key(noise_w=0.7),
        key(noise=1.0, length=0.667), key(noise=0.8, noise_w=0.667),
    ]  # fmt: skip
    for one, other in itertools.combinations(keys, 2):
        assert one != other


def test_fields_cannot_run_into_each_other() -> None:
    assert key(text='x", "y', voice_identity="z") != key(text="x", voice_identity='y", "z')
    assert key(text="x\ny", voice_identity="z") != key(text="x", voice_identity="y\nz")


def test_canonical() -> None:
    assert key(text=" Hello \n\t world. ") == key()
    assert key(text="caf\u00e9") == key(text="cafe\u0301")
    assert key(noise=0.667 + 1e-9) == key()
    assert key(length=1) == key()
    assert key(noise=-0.0) == key(noise=0.0) == key(noise=-1e-9)
    assert key(text="hello world.") != key()


def test_takes_any_text() -> None:
    assert key(text="\ud800") != key(text="\ud801")
    assert len(key(text="\0😀")) == 64


def test_a_new_engine_has_new_keys() -> None:
    before = key()
    version = cachekey.ENGINE_VERSION
    try:
        cachekey.ENGINE_VERSION = version + 1
        assert key() != before
    finally:
        cachekey.ENGINE_VERSION = version
