"""The settings table refuses what it does not know."""

from __future__ import annotations

import pytest
from lectern.errors import BadOption
from lectern.settings import Settings


def test_defaults_and_changes() -> None:
    assert Settings.from_json(None) == Settings()
    changed = Settings.from_json({"sentence_silence": 1, "memory_cache_entries": 5.0})
    assert changed.sentence_silence == 1.0
    assert changed.memory_cache_entries == 5
    assert isinstance(changed.memory_cache_entries, int)


@pytest.mark.parametrize(
    "wrong",
    [
        {"no_such": 1},
        {"sentence_silence": "1"},
        {"sentence_silence": True},
        {"sentence_silence": -1},
        {"sentence_silence": float("nan")},
        {"max_sentence_chars": 10**9},
    ],
)
def test_wrong_settings_are_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(BadOption, match=next(iter(wrong))):
        Settings.from_json(wrong)


def test_two_voices_of_medium_size_stay_side_by_side() -> None:
    """A text with quotations in another language must not load a voice at each of them."""
    medium = 63_500_000
    settings = Settings()
    assert 2 * medium * settings.session_cost <= settings.session_budget
