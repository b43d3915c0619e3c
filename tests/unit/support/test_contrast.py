"""Colours: every one stands in app.css's table, and what is used together can be told apart.

Contrast is WCAG 2.2's (relative luminance of sRGB). A rule that sets text and ground is one pair; a
rule that sets text alone may lie on any of the page's grounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[3] / "web"
#: What lies under text that says nothing of its ground.
GROUNDS = ("paper", "lamp", "raised", "hover")
#: What is painted and has no text of its own, or text whose colour another rule gives.
PAINT = {"accent", "accent-strong", "line", "edge", "sentence", "word", "veil"}
#: Text of one rule on the ground of another: hovered buttons, the panel's swatches, what is spoken.
ALSO = (("on-accent", "accent-strong"), ("ink", "word"), ("ink", "sentence"))
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NAMED = re.compile(r"\[data-theme='([a-z-]+)'\]")
_TOKEN = re.compile(r"--([a-z-]+):\s*([^;]+);")

type Theme = dict[str, str]


def sheets() -> list[Path]:
    return [WEB / "app.css", *sorted((WEB / "css").glob("*.css"))]


def rules(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The innermost rules: selector, and declarations by property."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    for found in _RULE.finditer(text):
        parts = (line.partition(":") for line in found[2].split(";"))
        yield found[1].strip(), {name.strip(): value.strip() for name, _, value in parts if value}


def table() -> dict[str, Theme]:
    """The colours of app.css, by theme; with ``+`` behind it, as the system's wish changes it."""
    themes: dict[str, Theme] = {}
    wish: Theme = {}
    for selector, body in rules(WEB / "app.css"):
        tokens = {name.removeprefix("--"): value for name, value in body.items() if name[:2] == "--"}
        named = _NAMED.search(selector)
        if named:
            themes[named[1]] = tokens
        elif "[data-theme]" in selector:
            wish = {name: value[len("var(--") : -1] for name, value in tokens.items()}
    assert wish, "app.css says nothing of prefers-contrast"
    more = {
        f"{name}+": {**theme, **{token: theme[source] for token, source in wish.items()}}
        for name, theme in themes.items()
    }
    return {**themes, **more}


THEMES = table()
every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


def luminance(colour: str) -> float:
    assert re.fullmatch(r"#[0-9a-f]{6}", colour), f"{colour}: written as #rrggbb"
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


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
    pairs = text_pairs()
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
    declared = dict(rules(WEB / "css" / "page.css"))
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
            if path.name == "app.css" and _NAMED.search(selector):
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
