"""Styles: factors on a voice's own scales, and the speakers that have them."""

from __future__ import annotations

from typing import Any

import pytest
from lectern.errors import BadOption, UnknownSpeaker
from lectern.styles import STYLES, Style, styled, styles_from_json
from lectern.voice import VoiceConfig

from tests.fakes import voice_json


def voice(**changes: Any) -> VoiceConfig:
    data = {**voice_json(), **changes}
    return VoiceConfig.from_json(
        "en_US-moods-low", data, model_sha256="a" * 64, config_sha256="b" * 64
    )


def moods() -> VoiceConfig:
    return voice(num_speakers=3, speaker_id_map={"neutral": 0, "sleepy": 1, "amused": 2})


def test_neutral_is_the_voice_itself() -> None:
    one = voice()
    assert styled(one, STYLES["neutral"]) == (None, one.scales())


def test_every_style_of_the_table_is_heard() -> None:
    one = voice()
    found = {name: styled(one, style)[1] for name, style in STYLES.items()}
    assert {"neutral", "calm", "lively", "encouragement", "empathy"} <= set(found)
    assert len(set(found.values())) == len(found)
    assert found["lively"].length < found["neutral"].length < found["calm"].length


def test_what_is_asked_for_by_itself_wins() -> None:
    one = moods()
    speaker, scales = styled(one, STYLES["calm"], speaker="amused", length_scale=0.7)
    assert (speaker, scales.length) == (2, 0.7)
    assert scales.noise < one.noise_scale


def test_a_voice_with_moods_speaks_in_them() -> None:
    assert styled(moods(), STYLES["calm"])[0] == 1
    assert styled(moods(), STYLES["lively"])[0] == 2
    assert styled(moods(), STYLES["instruction"])[0] == 0
    with pytest.raises(UnknownSpeaker):
        styled(moods(), STYLES["calm"], speaker="angry")


def test_extremes_stay_within_what_a_voice_takes() -> None:
    _, scales = styled(voice(), Style(length=4.0, noise=4.0, noise_w=4.0))
    _, again = styled(voice(inference={"length_scale": 9.0}), Style(length=4.0))
    assert scales.noise <= 2.0
    assert scales.noise_w <= 2.0
    assert again.length == 10.0


def test_a_user_adds_and_changes() -> None:
    table = styles_from_json(
        {"whisper": {"noise": 0.5, "speakers": ["whisper"]}, "calm": {"length": 2}}
    )
    assert table["whisper"] == Style(noise=0.5, speakers=("whisper",))
    assert table["calm"] == Style(length=2.0)
    assert table["lively"] == STYLES["lively"]
    assert styles_from_json(None) is STYLES
    assert "whisper" not in STYLES


@pytest.mark.parametrize(
    "bad",
    [
        [],
        "calm",
        {"Calm Down": {}},
        {"": {}},
        {"x": None},
        {"x": {"pitch": 2}},
        {"x": {"length": "slow"}},
        {"x": {"length": True}},
        {"x": {"length": 0}},
        {"x": {"noise": float("nan")}},
        {"x": {"speakers": "amelie"}},
        {"x": {"speakers": [1]}},
        {f"s{n}": {} for n in range(101)},
    ],
)
def test_what_is_no_style_is_refused_in_words(bad: Any) -> None:
    with pytest.raises(BadOption) as refused:
        styles_from_json(bad)
    assert len(refused.value.message) > 20
