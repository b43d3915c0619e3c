"""Colours: every one stands in app.css's table, and what is used together can be told apart.

A rule that sets text and ground is one pair; a rule that sets text alone may lie on any of the
page's grounds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.colours import WEB, Theme, contrast, rules, sheets, table, themed

#: What lies under text that says nothing of its ground.
GROUNDS = ("paper", "lamp", "raised", "hover")
#: What is painted and has no text of its own, or text whose colour another rule gives.
PAINT = {
    "accent",
    "accent-strong",
    "line",
    "track",
    "edge",
    "sentence",
    "word",
    "veil",
    "found",
    "on-accent",
}
#: Text of one rule on the ground of another: hovered buttons, the panel's swatches, what is spoken.
ALSO = (("on-accent", "accent-strong"), ("ink", "word"), ("ink", "sentence"), ("ink", "found"))

THEMES = table()
every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


def tokens_of(body: Mapping[str, str], *properties: str) -> list[str]:
    """The colours that these declarations name."""
    found = [re.findall(r"var\(--([a-z-]+)", body.get(name, "")) for name in properties]
    return [token for names in found for token in names if token in THEMES["light"]]


def text_pairs() -> set[tuple[str, str]]:
    """Every pair of text and ground in use."""
    pairs = set(ALSO)
    for path in sheets():
        for _, body in rules(path):
            grounds = tokens_of(body, "background", "background-color")
            for text in tokens_of(body, "color"):
                pairs.update((text, ground) for ground in grounds or GROUNDS)
    return pairs


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_each_theme_has_all_the_tokens() -> None:
    names = {"light", "dark", "sepia", "contrast", "contrast-dark"}
    assert names <= set(THEMES)
    for name, theme in THEMES.items():
        assert set(theme) == set(THEMES["light"]), name


@every_theme
def test_text_can_be_read_wherever_it_stands(theme: Theme) -> None:
    pairs = text_pairs() - {("accent", "track")}  # a progress bar: no text
    assert {("quiet", "raised"), ("paper", "ink"), ("on-accent", "accent")} <= pairs
    least = 7.0 if theme is THEMES["contrast"] or theme is THEMES["contrast-dark"] else 4.5
    poor = {pair: contrast(theme[pair[0]], theme[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < least} == {}


@every_theme
def test_the_text_that_is_read_is_at_seven_to_one(theme: Theme) -> None:
    for ground in (*GROUNDS, "sentence", "word"):
        assert contrast(theme["ink"], theme[ground]) >= 7, ground


@every_theme
def test_edges_and_focus_can_be_seen(theme: Theme) -> None:
    for token in ("edge", "accent"):
        for ground in GROUNDS:
            assert contrast(theme[token], theme[ground]) >= 3, (token, ground)
    assert contrast(theme["accent"], theme["track"]) >= 3


@every_theme
def test_the_voice_can_be_seen(theme: Theme) -> None:
    """A wash, a stronger one in it, and a line under the word that needs no colour."""
    for ground in ("paper", "lamp"):
        assert contrast(theme["sentence"], theme[ground]) >= 1.1, ground
    assert contrast(theme["word"], theme["sentence"]) >= 1.2
    for ground in ("paper", "sentence", "word"):
        assert contrast(theme["word-line"], theme[ground]) >= 3, ground


@pytest.mark.parametrize("name", [name for name in THEMES if "contrast" in name or "+" in name])
def test_with_more_contrast_the_sentence_has_a_line_too(name: str) -> None:
    theme = THEMES[name]
    for ground in ("paper", "sentence"):
        assert contrast(theme["sentence-line"], theme[ground]) >= 3, ground


def test_the_marks_are_lines_too() -> None:
    declared = dict(reversed([*rules(WEB / "css" / "page.css")]))  # the first of each name
    assert declared["::highlight(word)"]["text-decoration"] == "underline"
    assert "underline" in declared["::highlight(sentence)"]["text-decoration"]


def test_every_ground_is_one_that_is_measured() -> None:
    for path in sheets():
        for selector, body in rules(path):
            if tokens_of(body, "color"):
                continue
            grounds = set(tokens_of(body, "background", "background-color"))
            assert grounds <= PAINT | set(GROUNDS), f"{path.name}: {selector}"


def test_no_colour_stands_outside_the_table() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(", re.ASCII)
    for path in sheets():
        for selector, body in rules(path):
            if path.name == "app.css" and themed(selector):
                continue
            for name, value in body.items():
                # A mask has shades of opacity, not colours.
                assert "mask" in name or not colour.search(value), f"{path.name}: {selector} {name}"


def test_what_is_dimmed_still_has_its_full_colour() -> None:
    """Opacity would take contrast away again that the tokens were measured for."""
    for path in sheets():
        for selector, body in rules(path):
            if tokens_of(body, "color"):
                assert body.get("opacity", "1") == "1", f"{path.name}: {selector}"
