"""The catalogue, and the voices that are really here."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.unit.tools.layouts import add_voice
from tools.build import voices
from tools.build.errors import BuildError
from tools.build.paths import LAYOUT


def test_an_entry_has_pipers_fields_and_ours(tmp_path: Path) -> None:
    add_voice(tmp_path, "en_US-tiny-x_low", num_speakers=2, speaker_id_map={"a": 0, "b": 1})
    entry = voices.catalogue(tmp_path)["en_US-tiny-x_low"]
    assert (entry["key"], entry["name"], entry["quality"]) == ("en_US-tiny-x_low", "tiny", "x_low")
    assert entry["sample_rate"] == 16000
    assert entry["speaker_id_map"] == {"a": 0, "b": 1}
    assert entry["language"]["code"] == "en_US"
    assert (entry["language"]["family"], entry["language"]["region"]) == ("en", "US")
    assert entry["language"]["country_english"] == "United States"
    data = (tmp_path / "en_US-tiny-x_low.onnx").read_bytes()
    assert entry["files"]["en_US-tiny-x_low.onnx"] == {
        "size_bytes": len(data),
        "md5_digest": hashlib.md5(data).hexdigest(),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    assert set(entry["files"]) == {"en_US-tiny-x_low.onnx", "en_US-tiny-x_low.onnx.json"}


def test_the_committed_catalogue_is_that_of_the_committed_voices() -> None:
    folder = LAYOUT.voices
    assert (folder / "voices.json").read_text("utf-8") == voices.catalogue_text(folder)
    assert {"en_US-rms-x_low", "fr_FR-pico-x_low"} <= set(voices.catalogue(folder))


def test_the_espeak_voices_that_are_needed(tmp_path: Path) -> None:
    add_voice(tmp_path, "en_US-a-low")
    add_voice(tmp_path, "en_US-b-low")
    add_voice(tmp_path, "fr_FR-c-low", espeak={"voice": "fr"})
    add_voice(tmp_path, "uk_UA-d-low", espeak={}, phoneme_type="text")
    assert voices.espeak_voices(tmp_path) == ["en-us", "fr"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("en_US-a-low", None, "is missing"),
        ("en_US-a-low", "{", "is not JSON"),
        ("en_US-a-low", "[]", "not a Piper voice"),
        ("en_US-a-low", '{"phoneme_id_map": {}}', "sample_rate"),
        ("a", '{"phoneme_id_map": {}}', "not named like"),
    ],
)
def test_bad_voices_are_named(tmp_path: Path, name: str, text: str | None, message: str) -> None:
    (tmp_path / f"{name}.onnx").write_bytes(b"")
    if text is not None:
        (tmp_path / f"{name}.onnx.json").write_text(text)
    with pytest.raises(BuildError, match=message):
        voices.catalogue(tmp_path)


def test_an_espeak_voice_without_a_name_is_an_error(tmp_path: Path) -> None:
    add_voice(tmp_path, "en_US-a-low", espeak={})
    with pytest.raises(BuildError, match="names no espeak voice"):
        voices.espeak_voices(tmp_path)


def test_the_catalogue_is_plain_json(tmp_path: Path) -> None:
    add_voice(tmp_path, "en_US-a-low")
    text = voices.catalogue_text(tmp_path)
    assert json.loads(text) == voices.catalogue(tmp_path)
    assert text.endswith("}\n")
